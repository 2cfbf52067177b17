from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from applications.models import Application, Sector
from applications.papers.paper import READS, Paper, paper_of
from tests.factories import ApplicationFactory

REFERENCE = "IS-2027H-1001"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """The reader of these tests reads English; the paper is in Norwegian all the same."""
    with translation.override("en"):
        yield


@pytest.fixture
def draft(intake, coordinator) -> Application:
    """An empty draft of Bodø."""
    return ApplicationFactory(intake=intake, coordinator=coordinator, reference=REFERENCE)


@pytest.fixture
def application(intake, coordinator) -> Application:
    """A complete draft of Bodø in which the upbringing sector is missing in the team."""
    return ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        reference=REFERENCE,
        complete=True,
        political_body="Formannskapet",
        political_case_number="",
        political_decided_on=None,
        political_outcome="planned",
        problem_sectors=[Sector.UPBRINGING.value],
        mitigation="Skolene er med i en referansegruppe.",
    )


def reread(application: Application) -> Application:
    return Application.objects.prefetch_related(*READS).get(pk=application.pk)


def read(application: Application, language: str = "nb") -> Paper:
    """The paper as the database has it now."""
    return paper_of(reread(application), language)


def text_of(paper: Paper) -> str:
    """Everything that stands in the paper, in one line."""
    parts = [paper.title, *(f"{label}: {value}" for label, value in paper.rows)]
    parts += [part for section in paper.sections for part in section]
    return " ".join(" ".join(parts).split())
