"""What a participant is reminded of: to say whether they come on the study tour."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Participant, TourSignUp
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule


def unanswered() -> "QuerySet[Any]":
    """Participants of cohorts whose sign-up has opened, who have said neither yes nor no."""
    answered = TourSignUp.objects.filter(
        tour=OuterRef("team__cohort__study_tour"), participant=OuterRef("pk")
    )
    rows = Participant.objects.present().filter(
        ~Exists(answered), team__cohort__study_tour__opened_at__isnull=False
    )
    return rows.with_names().annotate(
        due_at=F("team__cohort__study_tour__sign_up_closes_at"),
        asked_at=F("team__cohort__study_tour__opened_at"),
        destination=F("team__cohort__study_tour__destination"),
    )


def _person(participant: Participant) -> Iterator[Recipient]:
    user = participant.member.user
    if user is not None and user.is_active:
        yield Recipient.of(user)


def _url(participant: Participant, recipient: Recipient) -> str:
    path = reverse("cohorts:course_study_tour_sign_up", args=[participant.team.cohort.slug])
    return f"{settings.BASE_URL}{path}"


SIGN_UP = Kind(
    key="study-tour",
    label=gettext_lazy("Signing up for the study tour"),
    demand=gettext_lazy("Answer by {when}"),
    why=gettext_lazy("You get this because you take part in the course that goes on the study tour."),
    open=unanswered,
    due_field="due_at",
    since_field="asked_at",
    to=_person,
    title=lambda participant: (
        _("Do you come on the study tour to %(destination)s?") % {"destination": participant.destination}
    ),
    url=_url,
    scope=lambda participant: participant.team.cohort.intake.slug,
    about=lambda participant: participant.team.application,
    rule=Rule(before=(7, 1)),
)

KINDS = (SIGN_UP,)
