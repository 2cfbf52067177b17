"""What has been handed over to the national student system (FS), and what came back from it.

The grade here is the one truth of this program; FS is the truth of the university. Nothing that comes back is
taken over: it is compared, and each difference is shown until somebody has dealt with it.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from assessment.models.exam.exam import Exam
from assessment.registry import sheet
from innoskole.accounts.models import Unchangeable

KEPT = "What has been handed to the registry, and what came back, is never deleted."


class RegistryExportQuerySet(models.QuerySet["RegistryExport"]):
    def latest_of_exams(self) -> "RegistryExportQuerySet":
        """The sheet that counts in each exam: a later one takes the place of the former."""
        later = RegistryExport.objects.filter(exam=OuterRef("exam"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable(KEPT)


class RegistryImportQuerySet(models.QuerySet["RegistryImport"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable(KEPT)


class RegistryExport(models.Model):
    """A sheet of published results, exactly as it was handed over. digest: SHA-256 of its canonical rows."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="registry_exports")
    number = models.PositiveSmallIntegerField(_("number"))
    rows = models.JSONField(_("rows"))
    digest = models.CharField(_("checksum"), max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))

    objects = RegistryExportQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint("exam", "number", name="registry_exports_are_numbered")]

    def __str__(self) -> str:
        return f"{self.exam_id}/{self.number}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable(KEPT)

    @property
    def entries(self) -> list[sheet.Row]:
        return [sheet.from_json(row) for row in self.rows]

    @property
    def is_intact(self) -> bool:
        """Whether what is stored is still what was handed over."""
        return sheet.digest(self.entries) == self.digest


class RegistryImport(models.Model):
    """What FS says it has registered. differences: as they were found against the export on import."""

    export = models.ForeignKey(RegistryExport, on_delete=models.PROTECT, related_name="imports")
    original_name = models.CharField(_("file name"), max_length=200)
    rows = models.JSONField(_("rows"))
    digest = models.CharField(_("checksum"), max_length=64)
    differences = models.JSONField(_("differences"), default=list)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("read in"))

    objects = RegistryImportQuerySet.as_manager()

    class Meta:
        ordering = ["read_at", "pk"]

    def __str__(self) -> str:
        return f"{self.export_id}: {self.original_name}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable(KEPT)
