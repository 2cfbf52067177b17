"""The page of one's calendar, the feed that programs fetch, and the file for one event."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from innoskole.calendars import actions
from innoskole.calendars.models import Feed
from tests.calendars.factories import address, by_ical, by_icalendar, moment, session
from tests.factories import NOW, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

MINE = "/my/calendar/"
HOUR = timedelta(hours=1)


@pytest.fixture
def program() -> Client:
    """A calendar program, which cannot log in."""
    return Client()


@pytest.fixture
def token(coordinator) -> str:
    return actions.make(by=coordinator, now=NOW)


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def shown_address(page: str) -> str | None:
    found = re.search(r'id="calendar-address"\s+value="([^"]+)"', page)
    return found[1] if found else None


# --- The page -----------------------------------------------------------------------------------------


def test_an_address_is_shown_once_and_works(log_in, coordinator, program, stage) -> None:
    stage.gives(coordinator, session())
    browser = log_in(coordinator)
    assert shown_address(html(browser.get(MINE))) is None
    answer = browser.post(MINE, {"deed": "make"})
    found = shown_address(html(answer))
    assert found.startswith("http://127.0.0.1:8000/calendar/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    later = html(browser.get(MINE))
    assert shown_address(later) is None
    assert found.rpartition("/")[2] not in later
    assert by_icalendar(program.get(found).content)[0]["title"] == "Session 1"


def test_a_second_address_is_refused_a_new_one_replaces_and_revoking_ends_it(
    log_in, coordinator, program, token
) -> None:
    browser = log_in(coordinator)
    assert "You have a calendar address already." in html(browser.post(MINE, {"deed": "make"}, follow=True))
    new = shown_address(html(browser.post(MINE, {"deed": "renew"})))
    assert [program.get(each).status_code for each in (address(token), new)] == [404, 200]
    page = html(browser.post(MINE, {"deed": "revoke"}, follow=True))
    assert "The calendar address is revoked." in page
    assert program.get(new).status_code == 404
    for deed in ("renew", "revoke"):
        assert "You have no calendar address." in html(browser.post(MINE, {"deed": deed}, follow=True))
    assert Feed.objects.count() == 0


def test_a_post_without_a_deed_does_nothing(log_in, coordinator) -> None:
    html(log_in(coordinator).post(MINE, {"deed": "no-such"}))
    assert Feed.objects.count() == 0


def test_the_page_tells_when_the_calendar_was_last_fetched(log_in, coordinator, program, token) -> None:
    browser = log_in(coordinator)
    assert "Never" in html(browser.get(MINE))
    with time_machine.travel(NOW + HOUR, tick=False):
        program.get(address(token))
    assert "3 May 2027 at 11:00" in html(browser.get(MINE))


def test_the_page_lists_what_stands_in_the_calendar(log_in, coordinator, stage) -> None:
    stage.gives(
        coordinator,
        session(1, title="A <day>", ends=session().starts, url=""),
        session(2),
        session(3, starts=moment(10, 5, 9), ends=moment(10, 5, 10)),
        session(4, starts=moment(6, 1, 14, 45), ends=moment(6, 1, 15), is_busy=False),
        session(5, is_cancelled=True),
    )
    page = html(log_in(coordinator).get(MINE))
    body = re.search(r"<tbody>(.*)</tbody>", page, flags=re.S)[1]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")][:-1]
    assert rows == [
        "Session 4 Tuesday 1 June 2027 at 15:00 Download",
        "A &lt;day&gt; 14 September 2027 Download",
        "Session 2 From 14 September 2027 to 16 September 2027 Download",
        "Session 3 From Tuesday 5 October 2027 at 09:00 to Tuesday 5 October 2027 at 10:00 Download",
    ]
    assert 'href="/calendar/events/session-4.ics"' in body


def test_the_page_is_empty_without_events_and_led_to_from_the_profile(log_in, coordinator, stage) -> None:
    browser = log_in(coordinator)
    assert "Nothing yet" in html(browser.get(MINE))
    assert f'href="{MINE}"' in html(browser.get(reverse("accounts:profile")))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_of_one_and_of_three(
    rows, log_in, coordinator, token, stage, django_assert_num_queries
) -> None:
    stage.gives(coordinator, *(session(number) for number in range(rows)))
    browser = log_in(coordinator)
    with django_assert_num_queries(3):  # session, user, feed
        assert html(browser.get(MINE)).count("/calendar/events/") == rows


# --- The feed -----------------------------------------------------------------------------------------


def test_a_program_gets_the_calendar(program, coordinator, token, stage) -> None:
    stage.gives(coordinator, session(), session(2, title="Møte, på Ås"))
    answer = program.get(address(token))
    told = {
        "sequence": 0,
        "starts": "2027-09-14",
        "ends": "2027-09-17",
        "description": "Bring your problem statement.",
        "url": "https://innoskole.example.no/home/",
        "location": "Bodø",
        "status": "CONFIRMED",
        "transparency": "OPAQUE",
        "stamp": NOW,
        "modified": NOW,
    }
    expected = [
        {"uid": f"session-1.{coordinator.pk}@127.0.0.1", "title": "Session 1", **told},
        {"uid": f"session-2.{coordinator.pk}@127.0.0.1", "title": "Møte, på Ås", **told},
    ]
    assert by_icalendar(answer.content) == expected
    assert by_ical(answer.content) == expected
    names = ("Content-Type", "Cache-Control", "X-Robots-Tag", "Content-Language", "Last-Modified")
    assert {name: answer.headers[name] for name in names} == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex, nofollow",
        "Content-Language": "en",
        "Last-Modified": "Mon, 03 May 2027 08:00:00 GMT",
    }
    assert "Set-Cookie" not in answer.headers


def test_what_has_not_changed_is_not_sent_again(program, coordinator, token, stage) -> None:
    stage.gives(coordinator, session())
    first = program.get(address(token))
    known = (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f"W/{first.headers['ETag']}"},  # as it is when the answer was compressed
        {"If-Modified-Since": first.headers["Last-Modified"]},
    )
    with time_machine.travel(NOW + HOUR, tick=False):
        answers = [program.get(address(token), headers=headers) for headers in known]
        assert [(answer.status_code, answer.content) for answer in answers] == [(304, b"")] * 3
        assert Feed.objects.get().fetched_at == NOW + HOUR
        stage.gives(coordinator, session(location="Ås"))
        answers = [program.get(address(token), headers=headers) for headers in known]
        assert [answer.status_code for answer in answers] == [200] * 3
    assert by_ical(answers[0].content)[0]["sequence"] == 1


def test_only_the_head(program, coordinator, token) -> None:
    answer = program.head(address(token))
    assert (answer.status_code, answer.content) == (200, b"")
    assert program.post(address(token)).status_code == 405


def test_what_is_called_off_is_told_with_a_higher_version(program, coordinator, token, stage) -> None:
    stage.gives(coordinator, session())
    program.get(address(token))
    stage.gives(coordinator)
    with time_machine.travel(NOW + HOUR, tick=False):
        content = program.get(address(token)).content
    for (event,) in (by_icalendar(content), by_ical(content)):
        assert (event["title"], event["status"], event["sequence"], event["modified"]) == (
            "Session 1",
            "CANCELLED",
            1,
            NOW + HOUR,
        )


def test_an_address_that_leads_nowhere(program, coordinator, token) -> None:
    coordinator.is_active = False
    coordinator.save()
    for path in (address(token), address("no-such")):
        answer = program.get(path, headers={"Accept-Language": "nn"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert b"<" not in answer.content


def test_each_address_shows_its_own_person_s_calendar(program, coordinator, stage, token) -> None:
    other = UserFactory()
    stage.gives(coordinator, session())
    stage.gives(other, session(2))
    other_token = actions.make(by=other, now=NOW)
    titles = [
        [event["title"] for event in by_ical(program.get(address(each)).content)]
        for each in (token, other_token)
    ]
    assert titles == [["Session 1"], ["Session 2"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_feed_asks_the_same_for_one_and_for_three(
    rows, program, coordinator, token, stage, django_assert_num_queries
) -> None:
    stage.gives(coordinator, *(session(number) for number in range(rows)))
    # savepoint, feed, entries, new entries, feed touched, feed fetched, end; entries
    with django_assert_num_queries(8):
        assert len(by_ical(program.get(address(token)).content)) == rows
    with django_assert_num_queries(6):
        assert len(by_ical(program.get(address(token)).content)) == rows


# --- One event ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_feed", [True, False])
def test_one_event_as_a_file(has_feed, log_in, coordinator, stage, request) -> None:
    if has_feed:
        request.getfixturevalue("token")
    stage.gives(coordinator, session(), session(2))
    answer = log_in(coordinator).get("/calendar/events/session-1.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="session-1.ics"'
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    for (event,) in (by_icalendar(answer.content), by_ical(answer.content)):
        assert (event["uid"], event["starts"], event["ends"], event["status"]) == (
            f"session-1.{coordinator.pk}@127.0.0.1",
            "2027-09-14",
            "2027-09-17",
            "CONFIRMED",
        )


def test_one_event_of_somebody_else_is_not_found(log_in, coordinator, colleague, stage) -> None:
    stage.gives(coordinator, session())
    assert log_in(colleague).get("/calendar/events/session-1.ics").status_code == 404
    assert Client().get("/calendar/events/session-1.ics").status_code == 302
    assert escape("Session 1") not in html(log_in(colleague).get(MINE))
