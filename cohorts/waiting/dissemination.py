"""What waits about public pages: the answer of somebody in the team, and of the municipality."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models.dissemination import awaiting_answer_of, awaiting_municipality_of
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting


def public_page_waits(user: User, now: datetime) -> list[Waiting]:
    """One query for whoever takes part, and one for who acts for a municipality, however many pages."""
    found = _of_team(user) if facts.holds(user, "takes_part") else []
    if facts.holds(user, "acts_for_municipality"):
        found += _of_municipality(user)
    return found


def _of_team(user: User) -> list[Waiting]:
    return [
        Waiting(
            _("Say whether the project “%(title)s” may have a public page") % {"title": entry.title},
            reverse("cohorts:team_page", args=[entry.reference]),
            since_at=entry.changed_at,
            explanation=_("Read what stands there, and agree or say no."),
        )
        for entry in awaiting_answer_of(user).select_related("project__team__application")
    ]


def _of_municipality(user: User) -> list[Waiting]:
    return [
        Waiting(
            _("Answer for %(municipality)s: may the project “%(title)s” have a public page?")
            % {"municipality": entry.municipality, "title": entry.title},
            reverse("cohorts:municipality_page", args=[entry.reference]),
            since_at=entry.changed_at,
            explanation=_("The team agrees. The page is shown to nobody before the municipality agrees."),
        )
        for entry in awaiting_municipality_of(user).with_names()
    ]


QUESTIONS = (public_page_waits,)
