"""Proof of what somebody has done: a certificate of attendance, or a transcript sheet for a student.

Source: programme page, «kursbevis» for course participants and for students who take no exam.
"""

from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Participant
from innoskole.accounts.models import Language, Unchangeable, User


def new_token() -> str:
    """What the address of the verification page holds: nobody guesses it, and it tells nothing."""
    return token_urlsafe(16)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def of(self, user: User) -> "CertificateQuerySet":
        return self.filter(participant__member__user=user)

    def taught_by(self, user: User) -> "CertificateQuerySet":
        return self.filter(participant__team__cohort__in=Cohort.objects.taught_by(user))

    def valid(self) -> "CertificateQuerySet":
        return self.filter(revoked_at=None)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Certificates are never deleted: revoke them.")


class Certificate(models.Model):
    """Issued once, never changed; revoked with a reason, and then a new one may be issued.

    number: «KB-2028-0001», counted per year and kind. content: what it says, as it was when it was
    issued; the document and the verification page both repeat it, and `digest` is over it. languages: the
    document exists in all three, drawn up from the content.
    """

    class Kind(models.TextChoices):
        ATTENDANCE = "attendance", _("Certificate of attendance")
        TRANSCRIPT = "transcript", _("Transcript")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=20, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    content = models.JSONField(_("content"))
    digest = models.CharField(max_length=64)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_because = models.TextField(_("why it was revoked"), blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "kind"],
                condition=Q(revoked_at=None),
                name="one_valid_certificate_of_a_kind_per_person",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revoked_because="")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_because=""),
                name="revoked_certificate_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Certificates are never deleted: revoke them.")


class CertificateFile(models.Model):
    """The document in one language, PDF/A-2a and PDF/UA-1, drawn up by the worker."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(max_length=2, choices=Language.choices)
    file = models.FileField(upload_to="certificates/")
    digest = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["language"]
        constraints = [models.UniqueConstraint("certificate", "language", name="one_document_per_language")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.language}"
