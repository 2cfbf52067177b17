"""iCalendar as RFC 5545 has it, read back by two parsers that share no code."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from dateutil import tz

from innoskole.calendars.models import Entry
from innoskole.calendars.sources import Event
from innoskole.calendars.writing import as_calendar, time_zone
from tests.calendars.factories import by_ical, by_icalendar, moment, session
from tests.factories import NOW, OSLO

HEAD = {
    "VERSION": "2.0",
    "PRODID": "-//Innoskole//Calendar//EN",
    "CALSCALE": "GREGORIAN",
    "METHOD": "PUBLISH",
}
OF_A_FEED = {
    "NAME": "Innoskole",
    "X-WR-CALNAME": "Innoskole",
    "X-WR-TIMEZONE": "Europe/Oslo",
    "REFRESH-INTERVAL;VALUE=DURATION": "PT1H",
    "X-PUBLISHED-TTL": "PT1H",
}
AWKWARD = "Møte, på Ås; «æøå» – 日本 \\n 50 %: " * 12


def entry(event: Event, **fields) -> Entry:
    entry = Entry(changed_at=NOW, **fields)
    entry.tell(event)
    return entry


def written(*entries: Entry, year: int = 2027, is_feed: bool = True) -> bytes:
    return as_calendar(entries, owner=7, host="innoskole.example.no", year=year, is_feed=is_feed)


def head(content: bytes) -> dict[str, str]:
    lines = content.decode().split("BEGIN:VTIMEZONE")[0].split("\r\n")
    return dict(line.split(":", 1) for line in lines[1:-1])


def test_all_day_sessions_moments_and_what_is_called_off() -> None:
    content = written(
        entry(session()),
        entry(session(2, starts=moment(10, 5, 14, 45), ends=moment(10, 5, 15), is_busy=False), sequence=3),
        entry(session(3, description="", url="", location="", ends=date(2027, 9, 14)), cancelled_at=NOW),
    )
    same = {"stamp": NOW, "modified": NOW}
    told = {
        "description": "Bring your problem statement.",
        "url": "https://innoskole.example.no/home/",
        "location": "Bodø",
    }
    expected = [
        {
            **same,
            **told,
            "uid": "session-1.7@innoskole.example.no",
            "sequence": 0,
            "starts": "2027-09-14",
            "ends": "2027-09-17",  # the day after the last one
            "title": "Session 1",
            "status": "CONFIRMED",
            "transparency": "OPAQUE",
        },
        {
            **same,
            **told,
            "uid": "session-2.7@innoskole.example.no",
            "sequence": 3,
            "starts": "2027-10-05T14:45:00+02:00",
            "ends": "2027-10-05T15:00:00+02:00",
            "title": "Session 2",
            "status": "CONFIRMED",
            "transparency": "TRANSPARENT",
        },
        {
            **same,
            "uid": "session-3.7@innoskole.example.no",
            "sequence": 0,
            "starts": "2027-09-14",
            "ends": "2027-09-15",
            "title": "Session 3",
            "description": "",
            "url": "",
            "location": "",
            "status": "CANCELLED",
            "transparency": "OPAQUE",
        },
    ]
    assert by_icalendar(content) == expected
    assert by_ical(content) == expected


@pytest.mark.parametrize(("is_feed", "expected"), [(True, HEAD | OF_A_FEED), (False, HEAD)])
def test_the_head_of_a_feed_and_of_a_file(is_feed: bool, expected: dict[str, str]) -> None:
    assert head(written(entry(session()), is_feed=is_feed)) == expected


def test_awkward_text_comes_back_as_it_was() -> None:
    content = written(entry(session(title=AWKWARD, description=f"{AWKWARD}\n\nNext line", location=AWKWARD)))
    for (event,) in (by_icalendar(content), by_ical(content)):
        assert (event["title"], event["description"], event["location"]) == (
            AWKWARD,
            f"{AWKWARD}\n\nNext line",
            AWKWARD,
        )


def test_lines_end_with_crlf_and_hold_75_octets_of_whole_characters() -> None:
    content = written(entry(session(title=AWKWARD, description=AWKWARD)))
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines if line.startswith(b" ")]  # none is cut within a character


def test_nobody_can_slip_a_line_into_a_title() -> None:
    content = written(entry(session(title="Session\r\nATTACH:https://bad.example.no/\nEND:VEVENT")))
    assert re.findall(rb"^(?:ATTACH|END:VEVENT).*$", content, flags=re.M) == [b"END:VEVENT\r"]


def test_an_empty_feed_has_the_component_that_a_calendar_must_have() -> None:
    content = written()
    assert (by_icalendar(content), by_ical(content)) == ([], [])
    assert content.count(b"BEGIN:VTIMEZONE") == 1


def test_the_same_entries_give_the_same_bytes() -> None:
    assert written(entry(session())) == written(entry(session()))


# --- The clock ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (moment(3, 28, 1, 55), moment(3, 28, 3, 10)),  # 15 minutes, over the hour that is not there
        (moment(10, 31, 2, 40), moment(10, 31, 2, 55)),  # the first of the two hours
        (moment(10, 31, 2, 55), moment(10, 31, 2, 10, fold=1)),  # from the first into the second
        (moment(10, 31, 2, 30, fold=1), moment(10, 31, 2, 45, fold=1)),  # the second
        (moment(10, 31, 2, 45, fold=1), moment(10, 31, 3)),
    ],
)
def test_fifteen_minutes_around_a_change_of_the_clock(starts: datetime, ends: datetime) -> None:
    content = written(entry(session(starts=starts, ends=ends)))
    for (event,) in (by_icalendar(content), by_ical(content)):
        found = (datetime.fromisoformat(event["starts"]), datetime.fromisoformat(event["ends"]))
        assert found == (starts.astimezone(UTC), ends.astimezone(UTC))
        assert found[1] - found[0] == timedelta(minutes=15)


def test_moments_stand_by_the_norwegian_clock() -> None:
    content = written(entry(session(starts=moment(1, 5, 9), ends=moment(7, 5, 10))))
    assert b"DTSTART;TZID=Europe/Oslo:20270105T090000\r\nDTEND;TZID=Europe/Oslo:20270705T100000" in content


@pytest.mark.parametrize("years", [(2027, 2027), (2026, 2028)])
def test_the_time_zone_is_norway_s_at_every_hour(years: tuple[int, int]) -> None:
    """Read by a third program, which knows of Oslo nothing but what is told here."""
    told = tz.tzical(StringIO(time_zone(*years).to_ical().decode())).get("Europe/Oslo")
    start, end = datetime(years[0], 1, 1, tzinfo=OSLO), datetime(years[1] + 1, 1, 1, tzinfo=OSLO)
    hours = int((end - start) / timedelta(hours=1))
    local = [start.astimezone(UTC) + timedelta(hours=n) for n in range(hours)]
    wrong = [
        each
        for each in (hour.astimezone(OSLO) for hour in local)
        if each.replace(tzinfo=told).utcoffset() != each.utcoffset()
    ]
    assert wrong == []


def test_the_time_zone_reaches_as_far_as_the_events() -> None:
    content = written(
        entry(session(starts=datetime(2029, 1, 1, tzinfo=OSLO), ends=moment(1, 1, 1))), year=2026
    )
    onsets = re.findall(rb"BEGIN:(STANDARD|DAYLIGHT)\r\nDTSTART:(\d{4})", content)
    assert onsets == [
        (b"STANDARD", b"2026"),
        *[(kind, b"%d" % year) for year in range(2026, 2030) for kind in (b"DAYLIGHT", b"STANDARD")],
    ]
