"""Events as iCalendar (RFC 5545, RFC 7986). The same entries give the same bytes at any time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard
from icalendar import Event as VEvent

from innoskole.calendars.models import Entry

NAME = "Innoskole"
OSLO = ZoneInfo("Europe/Oslo")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def as_calendar(entries: Sequence[Entry], *, owner: int, host: str, year: int, is_feed: bool) -> bytes:
    """Entries as a calendar.

    owner: key of the person, part of each UID, because each person's events have versions of their own.
    host: the other part. year: one that the time zone is told for, whichever others the entries need.
    is_feed: whether the reader is to look again, or takes it over once.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Innoskole//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if is_feed:
        calendar.add("name", NAME)
        calendar.add("x-wr-calname", NAME)
        calendar.add("x-wr-timezone", OSLO.key)
        calendar.add("refresh-interval", HOUR, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    moments = [moment for entry in entries for moment in (entry.starts_at, entry.ends_at) if moment]
    years = [year, *(moment.astimezone(OSLO).year for moment in moments)]
    calendar.add_component(time_zone(min(years), max(years)))
    for entry in entries:
        calendar.add_component(_event(entry, owner, host))
    content: bytes = calendar.to_ical()
    return content


def _event(entry: Entry, owner: int, host: str) -> VEvent:
    event, told = VEvent(), entry.event
    event.add("uid", f"{entry.uid}.{owner}@{host}")
    event.add("sequence", entry.sequence)
    # Not the moment of the request: a feed that has not changed is not to look as if it had.
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", _when(told.starts))
    event.add("dtend", told.ends + DAY if told.is_all_day else _when(told.ends))
    event.add("summary", told.title)
    for name in ("description", "location", "url"):
        if getattr(told, name):
            event.add(name, getattr(told, name))
    event.add("status", "CANCELLED" if told.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if told.is_busy else "TRANSPARENT")
    return event


def _when(value: date) -> date:
    """A day as it is, a moment by the Norwegian clock; in UTC in the hour that the clock shows a second time,
    which iCalendar cannot tell from the first."""
    if not isinstance(value, datetime):
        return value
    local = value.astimezone(OSLO)
    return value.astimezone(UTC) if local.fold else local


# --- The time zone --------------------------------------------------------------------------------------


def time_zone(first_year: int, last_year: int) -> Timezone:
    """Norway's clock from the beginning of one year to the end of another, from the system's tables.

    Written here, because icalendar 7 tells the beginning of summer time an hour late: RFC 5545, 3.6.5 asks
    for the time that the clock shows before it is changed.
    """
    zone = Timezone()
    zone.add("tzid", OSLO.key)
    begins = datetime(first_year, 1, 1, tzinfo=OSLO).astimezone(UTC)
    zone.add_component(_observance(begins, _offset(begins)))
    for year in range(first_year, last_year + 1):
        for change in _changes(year):
            zone.add_component(_observance(change, _offset(change - HOUR)))
    return zone


def _observance(start: datetime, offset_before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    """What holds from a moment on."""
    local = start.astimezone(OSLO)
    part = TimezoneDaylight() if local.dst() else TimezoneStandard()
    part.add("dtstart", (start + offset_before).replace(tzinfo=None))
    part.add("tzoffsetfrom", offset_before)
    part.add("tzoffsetto", _offset(start))
    part.add("tzname", local.tzname() or OSLO.key)
    return part


@cache
def _changes(year: int) -> tuple[datetime, ...]:
    """The moments of a year, in UTC, at which the clock is changed: always at a full hour."""
    moment, end = (datetime(each, 1, 1, tzinfo=OSLO).astimezone(UTC) for each in (year, year + 1))
    found: list[datetime] = []
    while (moment := moment + HOUR) < end:
        if _offset(moment) != _offset(moment - HOUR):
            found.append(moment)
    return tuple(found)


def _offset(moment: datetime) -> timedelta:
    return moment.astimezone(OSLO).utcoffset() or timedelta()
