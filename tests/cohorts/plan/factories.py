"""Rows of a plan. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import time
from itertools import count
from typing import Any

import factory

from applications.states import IntakeState
from cohorts import models as c
from tests.cohorts.factories import CohortFactory, SessionFactory
from tests.factories import NOW, IntakeFactory, UserFactory

_years = count(2031)


def a_cohort(**fields: Any) -> c.Cohort:
    """One of several: with an intake of a year of its own."""
    year = next(_years)
    intake = IntakeFactory(slug=f"intake-{year}", year=year, state=IntakeState.PUBLISHED, published_at=NOW)
    cohort: c.Cohort = CohortFactory(intake=intake, **fields)
    return cohort


class OutcomeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.LearningOutcome

    code = factory.Sequence(lambda n: f"K{n}")
    number = factory.Sequence(lambda n: n + 1)
    domain = c.Domain.KNOWLEDGE
    text_nb = "Kunnskap om innovasjon"
    text_nn = "Kunnskap om innovasjon"
    text_en = "Knowledge of innovation"


class ItemFactory(factory.django.DjangoModelFactory):
    """A lecture from 9 to 10:30 on theory."""

    class Meta:
        model = c.ProgrammeItem
        skip_postgeneration_save = True

    day = factory.LazyFunction(lambda: SessionFactory(cohort=a_cohort()).days.first())
    starts = time(9)
    ends = time(10, 30)
    kind = c.ItemKind.LECTURE
    title_nb = "Hva er innovasjon?"
    title_nn = "Kva er innovasjon?"
    title_en = "What is innovation?"
    theory = True

    @factory.post_generation
    def outcomes(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.outcomes.set(extracted)


class MaterialFactory(factory.django.DjangoModelFactory):
    """A link that only the staff see; `published=True` for one that the cohort reads."""

    class Meta:
        model = c.Material

    class Params:
        published = factory.Trait(published_at=NOW)
        pdf = factory.Trait(
            link="",
            file=factory.django.FileField(data=b"%PDF-1.4 slides", filename="slides.pdf"),
            original_name="slides.pdf",
            content_type="application/pdf",
            size=15,
            digest="1" * 64,
        )

    item = factory.SubFactory(ItemFactory)
    title = "Slides"
    link = "https://example.no/slides"
    added_by = factory.SubFactory(UserFactory, is_instructor=True)
    added_at = NOW
