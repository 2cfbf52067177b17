"""What revoked certificates said is deleted a year later; number, kind and days stay, to answer who asks."""

from datetime import datetime

from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext_noop

from assessment.models import Certificate
from innoskole.accounts import audit

FORGOTTEN = gettext_noop("What the revoked certificate said was deleted")


def forget(now: datetime, *, dry_run: bool = False) -> int:
    """Delete what is due; of how many certificates. Doing it twice deletes nothing more.

    dry_run: count, and delete nothing.
    """
    due = list(Certificate.objects.to_forget(now).order_by("pk"))
    if dry_run:
        return len(due)
    return sum(_forget(certificate, now) for certificate in due)


@transaction.atomic
def _forget(certificate: Certificate, now: datetime) -> bool:
    mine = Certificate.objects.to_forget(now).filter(pk=certificate.pk)
    if not mine.update(content={}, forgotten_at=now):
        return False  # another worker was first
    for document in certificate.files.all():
        _delete_on_commit(document.file.storage, str(document.file.name))
        document.delete()
    audit.record(certificate, FORGOTTEN, by=None, now=now)
    return True


def _delete_on_commit(storage: Storage, name: str) -> None:
    transaction.on_commit(lambda: storage.delete(name), robust=True)
