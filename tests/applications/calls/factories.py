"""Rows of the internal call: the call itself, and an employee who has answered it."""

from datetime import timedelta

import factory

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
