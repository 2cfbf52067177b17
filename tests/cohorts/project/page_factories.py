"""Public pages and records of the library. Nothing here goes through the product's actions."""

from __future__ import annotations

from typing import Any

import factory

from cohorts import models as c
from tests.cohorts.project.factories import PartFactory, ProjectFactory
from tests.factories import NOW, municipality


class PresentationFactory(PartFactory):
    class Meta:
        model = c.Presentation

    kind = "executive_committee"
    held_on = NOW.date()
    title = "What we have found out"


class LibraryEntryFactory(factory.django.DjangoModelFactory):
    """A team's page that nobody has answered; `record=True` for one without a team."""

    class Meta:
        model = c.LibraryEntry

    class Params:
        record = factory.Trait(
            project=None,
            reference=factory.Sequence(lambda n: f"record-{n}"),
            municipality=factory.LazyFunction(municipality),
            year=2015,
            source="Case for the executive committee",
        )

    project = factory.SubFactory(ProjectFactory)
    reference = factory.LazyAttribute(lambda o: o.project.team.reference)
    municipality = factory.LazyAttribute(lambda o: o.project.team.application.lead)
    year = 2027
    title = "Loneliness among the old"
    problem = "How can the municipality prevent loneliness among the old?"
    sectors = factory.LazyFunction(lambda: ["health_care"])
    made_at = NOW
    changed_at = NOW

    @classmethod
    def _create(cls, model_class: type[c.LibraryEntry], *args: Any, **kwargs: Any) -> c.LibraryEntry:
        entry = model_class(*args, **kwargs)
        entry.refresh(NOW.date())
        entry.save()
        return entry


def answer(
    entry: c.LibraryEntry, participant: c.Participant | None, *, agrees: bool = True, digest: str = ""
) -> c.PageAnswer:
    """What a participant, or the municipality, has said to what stands there now (or to another digest)."""
    who = participant or entry.project.team.participants.first()
    return c.PageAnswer.objects.create(
        entry=entry,
        participant=participant,
        answered_by=who.member.user,
        agrees=agrees,
        digest=digest or entry.digest,
        answered_at=NOW,
    )


def published(**kwargs: Any) -> c.LibraryEntry:
    """A page to which everybody agrees."""
    entry: c.LibraryEntry = LibraryEntryFactory(**kwargs)
    for participant in entry.project.team.participants.present():
        answer(entry, participant)
    answer(entry, None)
    return entry
