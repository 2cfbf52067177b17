"""Certificates of attendance and transcripts: issued, written, revoked, and forgotten."""

from assessment.actions.certificates.documents import write_documents, write_missing
from assessment.actions.certificates.forgetting import forget
from assessment.actions.certificates.issuing import issue, issue_all, record_export
from assessment.actions.certificates.revoking import revoke

__all__ = ["forget", "issue", "issue_all", "record_export", "revoke", "write_documents", "write_missing"]
