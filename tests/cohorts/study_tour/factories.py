from __future__ import annotations

from datetime import timedelta

import factory

from cohorts import models as c
from tests.cohorts.factories import CohortFactory, SessionFactory
from tests.factories import NOW

STARTS_ON = NOW.date() + timedelta(days=30)


class StudyTourFactory(factory.django.DjangoModelFactory):
    """Of three days from Wednesday 2 June 2027; one signs up since yesterday, until in ten days.

    `unopened=True` for one that is being prepared; `closed=True` when the deadline was an hour ago.
    """

    class Meta:
        model = c.StudyTour

    class Params:
        unopened = factory.Trait(opened_at=None)
        closed = factory.Trait(sign_up_closes_at=NOW - timedelta(hours=1))

    cohort = factory.SubFactory(CohortFactory)
    session = factory.LazyAttribute(
        lambda o: SessionFactory(cohort=o.cohort, number=6, is_study_tour=True, starts_on=STARTS_ON, days=3)
    )
    destination = "Aarhus"
    sign_up_closes_at = NOW + timedelta(days=10)
    made_at = NOW - timedelta(days=2)
    opened_at = NOW - timedelta(days=1)


class SignUpFactory(factory.django.DjangoModelFactory):
    """Somebody who comes and would share with anybody; `shares_with` a participant; `stays=True` for a no."""

    class Meta:
        model = c.TourSignUp

    class Params:
        stays = factory.Trait(is_coming=False, reason="On leave", room_wish="")

    tour = factory.SubFactory(StudyTourFactory)
    is_coming = True
    shares_with = None
    room_wish = factory.LazyAttribute(lambda o: "shared" if o.shares_with else "anybody")
    asked_at = factory.LazyAttribute(lambda o: NOW if o.shares_with else None)
    answered_at = NOW


class NeedsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = c.TourNeeds

    diets = ["vegan", "no_nuts"]
    diet_note = "Sesame"
    contact_name = "Nora Nærmest"
    contact_phone = "900 00 000"


def room(tour: c.StudyTour, name: str, beds: int) -> c.TourRoom:
    made = c.TourRoom.objects.create(tour=tour, name=name)
    for number in range(1, beds + 1):
        c.TourBed.objects.create(room=made, number=number)
    return made
