"""What waits on the study tour: a participant's answers, and the rooms for who organises it."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.states import BEGUN
from cohorts.models import Participant, StudyTour, TourSignUp
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.ui import formats


def study_tour_waits(user: User, now: datetime) -> list[Waiting]:
    """At most three queries for whoever takes part and one for the staff, however many tours."""
    found = []
    if facts.holds(user, "takes_part"):
        found += _to_answer(user, now) + _to_agree(user, now)
    if has_role(user, Role.INSTRUCTOR) or has_role(user, Role.COURSE_ADMINISTRATOR):
        found += _to_place(user, now)
    return found


def _to_answer(user: User, now: datetime) -> list[Waiting]:
    own = Participant.objects.of(user).present()
    answered = TourSignUp.objects.filter(participant__in=own).values("tour")
    rows = StudyTour.objects.opened().filter(cohort__teams__participants__in=own, sign_up_closes_at__gte=now)
    return [
        Waiting(
            _("Say whether you come on the study tour to %(destination)s") % {"destination": tour},
            reverse("cohorts:course_study_tour_sign_up", args=[tour.cohort.slug]),
            due_at=tour.sign_up_closes_at,
            since_at=tour.opened_at,
        )
        for tour in rows.exclude(pk__in=answered).select_related("cohort").order_by("pk").distinct()
    ]


def _to_agree(user: User, now: datetime) -> list[Waiting]:
    own = Participant.objects.of(user).present()
    rows = TourSignUp.objects.coming().filter(
        shares_with__in=own, refused_at__isnull=True, tour__sign_up_closes_at__gte=now
    )
    askers = list(rows.select_related("tour__cohort", "participant__member").order_by("pk"))
    if not askers:
        return []
    mutual = set(TourSignUp.objects.filter(participant__in=own).values_list("tour", "shares_with"))
    return [
        Waiting(
            _("%(name)s would like to share a room with you on the study tour") % {"name": asker},
            reverse("cohorts:course_study_tour", args=[asker.tour.cohort.slug]),
            due_at=asker.tour.sign_up_closes_at,
            since_at=asker.asked_at,
        )
        for asker in askers
        if (asker.tour_id, asker.participant_id) not in mutual
    ]


def _to_place(user: User, now: datetime) -> list[Waiting]:
    today = formats.local(now).date()
    coming = Q(
        sign_ups__is_coming=True,
        sign_ups__participant__member__participation__in=BEGUN,
        sign_ups__bed__isnull=True,
    )
    rows = (
        StudyTour.objects.opened()
        .organised_by(user)
        .filter(sign_up_closes_at__lt=now, session__days__held_on__gte=today)
    )
    short: QuerySet[Any] = rows.annotate(without=Count("sign_ups", filter=coming, distinct=True)).filter(
        without__gt=0
    )
    return [
        Waiting(
            _("People without a room on the study tour to %(destination)s") % {"destination": tour},
            reverse("cohorts:study_tour_rooms", args=[tour.cohort.slug]),
            count=tour.without,
            since_at=tour.sign_up_closes_at,
        )
        for tour in short.select_related("cohort").order_by("pk")
    ]
