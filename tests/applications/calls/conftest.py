"""A draft of Bodø, its call, and those who have answered it."""

from datetime import timedelta

import factory
import pytest
from django.utils import translation

from applications import models as a
from tests.factories import NOW, ApplicationFactory

CLOSES = NOW + timedelta(days=14)


class InternalCallFactory(factory.django.DjangoModelFactory):
    """Open for two weeks."""

    class Meta:
        model = a.InternalCall

    application = factory.SubFactory(ApplicationFactory)
    text = "Dear colleagues,\n\nwho would like to take part?"
    closes_at = CLOSES
    published_by = factory.SelfAttribute("application.coordinator")
    published_at = NOW


class InterestFactory(factory.django.DjangoModelFactory):
    """An employee whom nobody has answered."""

    class Meta:
        model = a.Interest

    call = factory.SubFactory(InternalCallFactory)
    name = factory.Sequence(lambda n: f"Ansatt Prøve {n}")
    email = factory.Sequence(lambda n: f"ansatt{n}@example.no")
    position = "Teacher"
    unit = "The lower secondary school"
    sector = a.Sector.UPBRINGING
    role_type = a.RoleType.KEY_FUNCTION
    education = a.EducationLevel.THREE_YEARS
    education_details = "Bachelor of education, 2015"
    experience_years = 9
    experience_details = "Nine years as a teacher."
    motivation = "I meet those who drop out."
    signed_up_at = NOW


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in the source language."""
    with translation.override("en"):
        yield


@pytest.fixture
def draft(intake, coordinator):
    """A draft of Bodø without a team, whose problem touches two sectors."""
    return ApplicationFactory(
        intake=intake,
        coordinator=coordinator,
        reference="IS-2027H-1001",
        problem_title="Fewer drop-outs",
        problem_sectors=["health_care", "upbringing"],
    )


@pytest.fixture
def call(draft):
    return InternalCallFactory(application=draft)
