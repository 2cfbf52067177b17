"""Events of a source of the tests, such as the sessions of a later story, and both parsers' reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import icalendar
from django.urls import reverse
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream

from innoskole.accounts.models import User
from innoskole.calendars.sources import Event
from tests.factories import OSLO


class Stage:
    """A source that gives to each person what a test has put there."""

    def __init__(self) -> None:
        self.given: list[tuple[User, Event]] = []

    def __call__(self, people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
        keys = {person.pk for person in people}
        yield from ((person, event) for person, event in self.given if person.pk in keys)

    def gives(self, person: User, *events: Event) -> None:
        """From now on nothing else to this person."""
        self.given = [each for each in self.given if each[0] != person] + [(person, one) for one in events]


def session(number: int = 1, **fields: Any) -> Event:
    """All day, Tuesday 14 to Thursday 16 September 2027, in Bodø."""
    told: dict[str, Any] = {
        "title": f"Session {number}",
        "starts": date(2027, 9, 14),
        "ends": date(2027, 9, 16),
        "description": "Bring your problem statement.",
        "url": "https://innoskole.example.no/home/",
        "location": "Bodø",
        "is_busy": True,
    }
    return Event(uid=f"session-{number}", **(told | fields))


def moment(month: int, day: int, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    """In 2027, by the Norwegian clock."""
    return datetime(2027, month, day, hour, minute, tzinfo=OSLO, fold=fold)


def address(token: str) -> str:
    return reverse("calendars:feed", args=[token])


def by_icalendar(content: bytes) -> list[dict[str, Any]]:
    """Every event with all that is said of it, moments in UTC."""
    read = icalendar.Calendar.from_ical(content)
    assert [each.errors for each in read.walk()] == [[] for _each in read.walk()]
    return [
        {
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "starts": _plain(event["DTSTART"].dt),
            "ends": _plain(event["DTEND"].dt),
            "title": str(event["SUMMARY"]),
            "description": str(event.get("DESCRIPTION", "")),
            "url": str(event.get("URL", "")),
            "location": str(event.get("LOCATION", "")),
            "status": str(event["STATUS"]),
            "transparency": str(event["TRANSP"]),
            "stamp": event["DTSTAMP"].dt,
            "modified": event["LAST-MODIFIED"].dt,
        }
        for event in read.walk("VEVENT")
    ]


def by_ical(content: bytes) -> list[dict[str, Any]]:
    """The same, read by a program that shares no code with the one that wrote it."""
    read: Calendar = IcsCalendarStream.calendar_from_ics(content.decode())
    return [
        {
            "uid": event.uid,
            "sequence": event.sequence,
            "starts": _plain(event.dtstart),
            "ends": _plain(event.dtend),
            "title": event.summary,
            "description": event.description or "",
            "url": str(event.url or ""),
            "location": event.location or "",
            "status": event.status.value,
            "transparency": event.transparency,
            "stamp": event.dtstamp,
            "modified": event.last_modified,
        }
        for event in read.events
    ]


def _plain(value: date) -> str:
    """A day or a moment as it is told in UTC."""
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.astimezone(OSLO).isoformat()
