"""Proof of what somebody has done: a certificate of attendance, or a transcript sheet for a student.

Source: programme page, «kursbevis» for course participants and for students who take no exam.
"""

from datetime import datetime, timedelta
from pathlib import PurePath
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.grades import Grade
from cohorts.models import Cohort, Participant
from innoskole.accounts.models import Language, Unchangeable, User

# What a revoked certificate said is deleted after this time. The page for the recipient says so.
REVOKED_KEPT_FOR = timedelta(days=365)


def new_token() -> str:
    """What the address of the verification page holds: nobody guesses it, and it tells nothing."""
    return token_urlsafe(16)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def of(self, user: User) -> "CertificateQuerySet":
        return self.filter(participant__member__user=user)

    def taught_by(self, user: User) -> "CertificateQuerySet":
        return self.filter(participant__team__cohort__in=Cohort.objects.taught_by(user))

    def visible_to(self, user: User) -> "CertificateQuerySet":
        """One's own, and those of the cohorts that one teaches."""
        mine = Q(participant__member__user=user)
        return self.filter(mine | Q(participant__team__cohort__in=Cohort.objects.taught_by(user)))

    def valid(self) -> "CertificateQuerySet":
        """Those that are not revoked."""
        return self.filter(revoked_at=None)

    def unwritten(self) -> "CertificateQuerySet":
        """Those whose documents the worker still has to write."""
        return self.valid().filter(files=None)

    def to_forget(self, now: datetime) -> "CertificateQuerySet":
        """Those that were revoked so long ago that what they said is deleted."""
        return self.filter(revoked_at__lte=now - REVOKED_KEPT_FOR, forgotten_at=None)

    def with_names(self) -> "CertificateQuerySet":
        return self.select_related(
            "participant__member__user",
            "participant__team__cohort__intake",
            "participant__team__application__lead",
            "issued_by",
        )

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Certificates are never deleted: revoke them.")


class Certificate(models.Model):
    """Issued once, never changed; revoked with a reason, and then a new one may be issued.

    number: «KB-2028-0001», counted per year and kind. content: what it says, as it was when it was
    issued, in all three languages (assessment/certificates/content.py); the documents and the verification
    page repeat it, and `digest` is over it. grade: what a transcript tells. forgotten_at: since when a
    revoked one no longer keeps what it said.
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
    grade = models.ForeignKey(
        Grade, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_because = models.TextField(_("why it was revoked"), blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(kind="transcript", grade__isnull=False) | Q(kind="attendance", grade=None),
                name="a_transcript_tells_a_grade",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(revoked_at__isnull=False),
                name="only_a_revoked_certificate_is_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    def verification_url(self, language: str) -> str:
        """The public page in a language, as the code on the document leads to it."""
        return f"{settings.BASE_URL}{reverse('assessment:verify_in', args=[self.token, language])}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Certificates are never deleted: revoke them.")


class CertificateSeries(models.Model):
    """The last number given of a kind in a year. Its row is locked while a number is given."""

    kind = models.CharField(_("kind"), max_length=10, choices=Certificate.Kind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint("kind", "year", name="one_series_per_kind_and_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


def document_path(document: "CertificateFile", filename: str) -> str:
    """A name that tells nothing."""
    return str(PurePath("certificates", f"{uuid4().hex}.pdf"))


class CertificateFile(models.Model):
    """The document in one language, PDF/A-2a and PDF/UA-1, drawn up by the worker."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(max_length=2, choices=Language.choices)
    file = models.FileField(upload_to=document_path)
    digest = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["language"]
        constraints = [models.UniqueConstraint("certificate", "language", name="one_document_per_language")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.language}"
