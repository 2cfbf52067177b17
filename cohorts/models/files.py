"""A team's log, and its private files with their versions."""

from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Max, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cohorts.models.project import Project, ProjectPart

# What one team may store, all versions together: enough for a year of papers and pictures, and no archive.
QUOTA_BYTES = 200 * 1024 * 1024


class LogEntry(ProjectPart):
    """What happened on a day, in the words of one who was there; nobody rewrites a colleague's."""

    NAMES = ("happened_on", "title", "text")
    writer_only = True

    happened_on = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what happened"), blank=True)

    class Meta:
        ordering = ["-happened_on", "-pk"]

    def __str__(self) -> str:
        return self.title


class TeamFileQuerySet(models.QuerySet["TeamFile"]):
    def with_latest(self) -> "TeamFileQuerySet":
        """Reads with each file its versions, the latest first, and who uploaded them."""
        return self.select_related("made_by").prefetch_related("versions__uploaded_by")

    def in_order(self) -> "TeamFileQuerySet":
        """Those that have been changed last first."""
        return self.annotate(changed_at=Max("versions__uploaded_at")).order_by("-changed_at", "-pk")


class TeamFile(models.Model):
    """A file by the name that the team has given it; its content is that of its latest version."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="files")
    title = models.CharField(_("what it is"), max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = TeamFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    @property
    def latest(self) -> "FileVersion":
        """Reads the relation `versions` only."""
        return self.versions.all()[0]


def version_path(version: "FileVersion", filename: str) -> str:
    """A name that tells nothing: the original name is kept in the row."""
    return str(PurePath("teams", str(version.of.project_id), uuid4().hex))


class FileVersion(models.Model):
    """Served only after a permission check. digest: SHA-256 in hex; size in bytes."""

    of = models.ForeignKey(TeamFile, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    file = models.FileField(_("file"), upload_to=version_path)
    original_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint("of", "number", name="file_versions_are_numbered"),
            models.UniqueConstraint("of", "digest", name="file_version_says_something_new"),
        ]

    def __str__(self) -> str:
        return self.original_name


def stored_bytes(project: Project) -> int:
    """What the team's files take, all versions together."""
    found = FileVersion.objects.filter(of__project=project)
    return int(found.aggregate(total=Coalesce(Sum("size"), 0))["total"])
