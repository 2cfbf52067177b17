"""The documents of certificates, written once in all three languages; then the person is told."""

from datetime import datetime
from hashlib import sha256

from django.core.files.base import ContentFile
from django.db import transaction

from assessment.certificates import document
from assessment.emails import certificates as letters
from assessment.models import Certificate, CertificateFile
from innoskole.accounts.models import Language
from innoskole.ui.pdf import render_pdf


def write_missing(now: datetime) -> int:
    """The sweep: write the documents of all certificates that have none. Returns of how many.

    Each by itself, so that work once done stays. Several may do so at once: a certificate that another is
    busy with is passed over. One that fails does not hold up the others; the failures are raised together
    when all have been tried, and each is tried again at the next sweep.
    """
    written, failures = 0, []
    for pk in list(Certificate.objects.unwritten().order_by("pk").values_list("pk", flat=True)):
        try:
            written += write_documents(pk, now=now)
        except Exception as failure:  # noqa: BLE001  # raised below, when the others have had their turn
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Certificates that could not be written", failures)
    return written


@transaction.atomic
def write_documents(pk: int, *, now: datetime) -> bool:
    """Write the three documents of a certificate and tell the person; False when another has or does so."""
    free = Certificate.objects.valid().select_for_update(of=("self",), skip_locked=True)
    if not free.filter(pk=pk).exists():
        return False
    # Asked again under the lock: another may have written them between the two.
    certificate = Certificate.objects.unwritten().with_names().filter(pk=pk).first()
    if certificate is None:
        return False
    rendered = {
        language: render_pdf(
            "certificate",
            document(certificate, language=language),
            language=language,
            at=certificate.issued_at,
        )
        for language in Language.values
    }
    stored: list[CertificateFile] = []
    try:
        for language, pdf in rendered.items():
            stored.append(_store(certificate, language, pdf, now))
        letters.issued(certificate, now=now)
    except Exception:
        for document_file in stored:
            document_file.file.storage.delete(str(document_file.file.name))
        raise
    return True


def _store(certificate: Certificate, language: str, pdf: bytes, now: datetime) -> CertificateFile:
    return CertificateFile.objects.create(
        certificate=certificate,
        language=language,
        file=ContentFile(pdf, name=f"{certificate.number}.pdf"),
        digest=sha256(pdf).hexdigest(),
        written_at=now,
    )
