"""The case paper (saksframlegg) for the executive committee, with the headings of the seed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application


class PaperLanguage(models.TextChoices):
    BOKMAL = "nb", _("Bokmål")
    NYNORSK = "nn", _("Nynorsk")


class CasePaper(models.Model):
    """What the coordinator has made of the proposal; a heading without text of its own is the proposal's."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="papers")
    language = models.CharField(_("language form"), max_length=2, choices=PaperLanguage.choices)
    title = models.CharField(_("title of the case"), max_length=200, blank=True)
    background = models.TextField(_("background and content of the case"), blank=True)
    assessment = models.TextField(_("assessment"), blank=True)
    public_health = models.TextField(_("public health assessment"), blank=True)
    summary = models.TextField(_("summary"), blank=True)
    recommends = models.BooleanField(_("with a recommendation"), default=False)
    recommendation = models.TextField(_("recommendation"), blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "language"], name="one_case_paper_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} ({self.language})"
