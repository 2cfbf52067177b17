"""Letters to participants about the study tour: one function per letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Participant, StudyTour, TourSignUp
from innoskole.notifications import outbox
from innoskole.notifications.reasons import Reason

WHY = _("You got this because you take part in the course that goes on the study tour.")

REASONS = {
    "study_tour_opened": Reason(label=_("Sign-up for the study tour opened"), why=WHY),
    "study_tour_share": Reason(label=_("Asked to share a room on the study tour"), why=WHY),
    "study_tour_share_answered": Reason(label=_("Answer about sharing a room"), why=WHY),
    "study_tour_rooms": Reason(label=_("Rooms on the study tour"), why=WHY),
}


def opened(tour: StudyTour, participant: Participant, *, now: datetime) -> None:
    """One can sign up: to each participant."""
    _post(tour, participant, "study_tour_opened", key=f"{participant.pk}", now=now)


def asked_to_share(asker: TourSignUp, asked: Participant, *, now: datetime) -> None:
    """Somebody would share a room: to the person named, who agrees or says no on their own page."""
    _post(
        asker.tour,
        asked,
        "study_tour_share",
        key=f"{asker.pk}:{asked.pk}:{now.isoformat()}",
        now=now,
        context={"asker": asker.participant},
    )


def share_answered(asker: TourSignUp, other: Participant, *, outcome: str, now: datetime) -> None:
    """outcome: agreed, refused or ended (the other has changed their mind): to the person who asked."""
    _post(
        asker.tour,
        asker.participant,
        "study_tour_share_answered",
        key=f"{asker.pk}:{other.pk}:{outcome}:{now.isoformat()}",
        now=now,
        context={"other": other, "outcome": outcome},
    )


def rooms_shown(sign_up: TourSignUp, *, now: datetime) -> None:
    """The rooms are ready: to each who has one. Which it is stands behind the log-in."""
    _post(sign_up.tour, sign_up.participant, "study_tour_rooms", key=f"{sign_up.pk}", now=now)


def _post(
    tour: StudyTour,
    participant: Participant,
    kind: str,
    *,
    key: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
) -> None:
    """To the account where there is one, else to the address on the team."""
    member = participant.member
    path = reverse("cohorts:course_study_tour", args=[tour.cohort.slug])
    outbox.post(
        key=f"{kind}:{tour.pk}:{key}",
        kind=kind,
        to=member.user or member.email,
        template=kind,
        context={
            "recipient_name": member.name,
            "tour": tour,
            "cohort": tour.cohort,
            "url": f"{settings.BASE_URL}{path}",
            **(context or {}),
        },
        now=now,
        about=tour,
    )
