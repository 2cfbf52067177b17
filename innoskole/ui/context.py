"""What every page shows around its content: navigation, languages, contact."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """A place in the main navigation, shown to the users that `shown` accepts."""

    label: str | Promise
    url_name: str
    shown: Callable[[Any], bool]


@dataclass(frozen=True)
class Link:
    """A place as one request sees it; `current` is "page", "true" (a page below it) or empty."""

    label: str | Promise
    url: str
    current: str


def _anyone(user: Any) -> bool:
    return True


def _logged_in(user: Any) -> bool:
    return bool(user.is_authenticated)


def _administrator(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_course_administrator)


def _staff(user: Any) -> bool:
    return bool(user.is_authenticated and (user.is_course_administrator or user.is_instructor))


def _instructor(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_instructor)


def _participant(user: Any) -> bool:
    """A fact that is read with the account (innoskole.accounts.facts)."""
    return bool(getattr(user, "takes_part", False))


def _not_administrator(user: Any) -> bool:
    return not _administrator(user)


def _logged_in_applicant(user: Any) -> bool:
    return _logged_in(user) and _not_administrator(user)


PLACES = (
    Place(_("My page"), "home", _logged_in),
    Place(_("My course"), "cohorts:courses", _participant),
    Place(_("Applications"), "applications:mine", _logged_in_applicant),
    Place(_("Intakes"), "applications:intakes", _not_administrator),
    Place(_("Intakes"), "applications:admin_intakes", _administrator),
    Place(_("Cohorts"), "cohorts:cohorts", _staff),
    Place(_("To assess"), "assessment:queue", _instructor),
    Place(_("People"), "accounts:people", _administrator),
    Place(_("Mail"), "notifications:messages", _administrator),
    Place(_("Reminders"), "reminders:ledger", _administrator),
    Place(_("Deadlines"), "deadlines:rules", _administrator),
    Place(_("Municipalities"), "municipalities:list", _anyone),
)


def _current(url: str, path: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url) else ""


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: `navigation`, `languages` (code, own name) and `contact_email`."""
    links = []
    user = getattr(request, "user", None)  # absent when a middleware before the user's refuses a request
    for place in PLACES:
        if user is not None and place.shown(user):
            url = reverse(place.url_name)
            links.append(Link(place.label, url, _current(url, request.path)))
    return {
        "navigation": links,
        "languages": [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")],
        "contact_email": settings.SCHOOL_CONTACT_EMAIL,
    }
