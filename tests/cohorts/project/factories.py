"""Rows of a team's project. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import factory
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from cohorts import models as c
from tests.cohorts.factories import TeamFactory
from tests.factories import NOW

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class ProjectFactory(factory.django.DjangoModelFactory):
    """A project with two versions of its problem."""

    class Meta:
        model = c.Project
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    problem_title = "Loneliness among the old"
    problem_statement = "How can the municipality prevent loneliness among the old?"
    problem_reason = "Many live alone."
    problem_sectors = factory.LazyFunction(lambda: ["health_care", "culture"])
    made_at = NOW - timedelta(days=60)
    changed_at = NOW - timedelta(days=60)

    @factory.post_generation
    def versions(project: c.Project, create: bool, extracted: Any, **kwargs: Any) -> None:
        for number, statement in ((1, "How can we prevent loneliness?"), (2, project.problem_statement)):
            c.ProblemVersion.objects.create(
                project=project,
                number=number,
                problem_title=project.problem_title,
                problem_statement=statement,
                problem_reason=project.problem_reason,
                changed_at=NOW - timedelta(days=60 - number),
            )


class PartFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    project = factory.SubFactory(ProjectFactory)
    made_by = factory.LazyAttribute(lambda o: o.project.team.participants.first().member.user)
    made_at = NOW
    changed_at = NOW


class StakeholderFactory(PartFactory):
    class Meta:
        model = c.Stakeholder

    name = "The volunteer centre"


class ForceFactory(PartFactory):
    class Meta:
        model = c.Force

    text = "Nobody owns the problem"


class RiskFactory(PartFactory):
    class Meta:
        model = c.Risk

    text = "The trial stops when the money ends"


class ExpectedValueFactory(PartFactory):
    class Meta:
        model = c.ExpectedValue

    for_whom = "Those above eighty who live alone"
    what = "Somebody to eat dinner with"


class GapNoteFactory(PartFactory):
    class Meta:
        model = c.GapNote

    sector = "culture"
    noted_on = NOW.date()
    text = "Met the library"


class LogEntryFactory(PartFactory):
    class Meta:
        model = c.LogEntry

    happened_on = NOW.date()
    title = "Visited the day centre"


class TeamFileFactory(PartFactory):
    """A file with one version."""

    class Meta:
        model = c.TeamFile
        skip_postgeneration_save = True

    title = "Interview guide"
    changed_at = None

    @classmethod
    def _create(cls, model_class: type[c.TeamFile], *args: Any, **kwargs: Any) -> c.TeamFile:
        kwargs.pop("changed_at")
        file: c.TeamFile = super()._create(model_class, *args, **kwargs)
        version = c.FileVersion(
            of=file,
            number=1,
            original_name="guide.pdf",
            content_type="application/pdf",
            size=len(PDF),
            digest="a" * 64,
            uploaded_by=file.made_by,
            uploaded_at=NOW,
        )
        version.file.save("guide.pdf", ContentFile(PDF))
        return file


def pdf(name: str = "guide.pdf", extra: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF + extra, "application/pdf")


def archive(name: str, *members: tuple[str, str]) -> SimpleUploadedFile:
    """A zip archive with these members, in this order."""
    content = BytesIO()
    with ZipFile(content, "w") as zipped:
        for member, text in members:
            zipped.writestr(member, text)
    return SimpleUploadedFile(name, content.getvalue())


def docx(name: str = "paper.docx", *more: tuple[str, str]) -> SimpleUploadedFile:
    return archive(name, ("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<document/>"), *more)
