"""Letters about a team's public page: the question to the municipality, and what became of the page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import LibraryEntry, Participant, Team
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel_unsent
from innoskole.notifications.reasons import Reason

TEAM = gettext_lazy(
    "You got this because you take part in the team, or are its municipality's contact person."
)
REASONS = {
    "project_page_question": Reason(
        label=gettext_lazy("Question about a project's public page"),
        why=gettext_lazy("You got this because you are the contact person for the team's application."),
    ),
    "project_page_public": Reason(label=gettext_lazy("Project page is public"), why=TEAM),
    "project_page_refused": Reason(label=gettext_lazy("Municipality says no to a project page"), why=TEAM),
    "project_page_taken_down": Reason(label=gettext_lazy("Project page taken down"), why=TEAM),
    "project_page_allowed": Reason(label=gettext_lazy("Project page allowed again"), why=TEAM),
}


def ask_municipality(entry: LibraryEntry, *, now: datetime) -> None:
    """The team agrees, so the municipality is asked: to the contact person."""
    _post(
        entry,
        _coordinator(entry),
        "project_page_question",
        now=now,
        context={"url": _url("cohorts:municipality_page", entry.reference)},
    )


def recall_question(entry: LibraryEntry, *, now: datetime) -> None:
    """Cancel a question that has not left: the page has changed, or is not to be public."""
    cancel_unsent(
        entry,
        ["project_page_question"],
        by=None,
        now=now,
        reason=_("Something newer has overtaken this letter."),
    )


def page_is_public(entry: LibraryEntry, *, now: datetime) -> None:
    """To everybody in the team."""
    for person in _people(entry):
        _post(entry, person, "project_page_public", now=now)


def municipality_said_no(entry: LibraryEntry, *, was_public: bool, now: datetime) -> None:
    """To everybody in the team; a public page is gone from this moment."""
    for person in _people(entry):
        _post(entry, person, "project_page_refused", now=now, context={"was_public": was_public})


def page_taken_down(entry: LibraryEntry, *, now: datetime) -> None:
    """By the school: to the team and the contact person, with the reason."""
    for person in dict.fromkeys([*_people(entry), _coordinator(entry)]):
        _post(entry, person, "project_page_taken_down", now=now)


def page_allowed_again(entry: LibraryEntry, *, now: datetime) -> None:
    """To everybody in the team."""
    for person in _people(entry):
        _post(entry, person, "project_page_allowed", now=now)


def _team(entry: LibraryEntry) -> Team:
    assert entry.project is not None  # records from before have no team, and no letters
    return entry.project.team


def _people(entry: LibraryEntry) -> list[User]:
    """Those of the team who take part now, in the order of their accounts."""
    present = Participant.objects.present().filter(team=_team(entry))
    return list(User.objects.filter(pk__in=present.values("member__user")).order_by("pk"))


def _coordinator(entry: LibraryEntry) -> User:
    return _team(entry).application.coordinator


def _url(name: str, reference: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=[reference])}"


def _post(
    entry: LibraryEntry, to: User, kind: str, *, now: datetime, context: Mapping[str, Any] | None = None
) -> None:
    outbox.post(
        key=f"{kind.replace('_', '-')}:{entry.pk}:{to.pk}:{now.isoformat()}",
        kind=kind,
        to=to,
        template=kind,
        context={
            "entry": entry,
            "municipality": entry.municipality,
            "page_url": _url("cohorts:public_project", entry.reference),
            "team_url": _url("cohorts:team_page", _team(entry).reference),
            **(context or {}),
        },
        about=entry,
        now=now,
    )
