"""Addresses, and the versions of what is published at them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.calendars import actions
from innoskole.calendars.models import Entry, Feed
from innoskole.calendars.sources import events_of
from innoskole.calendars.tasks import sweep
from tests.calendars.factories import moment, session
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def versions(feed: Feed | None = None) -> list[tuple]:
    """uid, version, changed, cancelled, in the order in which they came."""
    entries = Entry.objects.all() if feed is None else feed.entries.all()
    return list(entries.values_list("uid", "sequence", "changed_at", "cancelled_at"))


@pytest.fixture
def kari(coordinator):
    return coordinator


@pytest.fixture
def token(kari) -> str:
    return actions.make(by=kari, now=NOW)


# --- The address --------------------------------------------------------------------------------------


def test_an_address_is_made_once_and_kept_as_a_digest(kari, token) -> None:
    feed = Feed.objects.get()
    assert (feed.user, feed.made_at, feed.changed_at, feed.fetched_at) == (kari, NOW, NOW, None)
    assert len(token) == 43
    assert token not in [str(value) for value in vars(feed).values()]
    with translation.override("en"), pytest.raises(Refused, match="You have a calendar address already"):
        actions.make(by=kari, now=NOW + HOUR)
    assert actions.read(token, NOW) == feed
    assert [event.verb for event in history(kari)] == ["made a private calendar address"]


def test_a_new_address_takes_the_place_of_the_old_and_keeps_the_versions(kari, token, stage) -> None:
    stage.gives(kari, session())
    actions.read(token, NOW)
    new = actions.renew(by=kari, now=NOW + HOUR)
    assert actions.read(token, NOW + HOUR) is None
    feed = actions.read(new, NOW + HOUR)
    assert (feed.made_at, feed.changed_at) == (NOW + HOUR, NOW)
    assert versions() == [("session-1", 0, NOW, None)]
    assert next(event.verb for event in history(kari)) == "replaced the private calendar address"


def test_a_revoked_address_is_forgotten_with_all_that_was_published(kari, token, stage) -> None:
    stage.gives(kari, session())
    actions.read(token, NOW)
    actions.revoke(by=kari, now=NOW)
    assert actions.read(token, NOW) is None
    assert (Feed.objects.count(), Entry.objects.count()) == (0, 0)
    assert next(event.verb for event in history(kari)) == "revoked the private calendar address"


@pytest.mark.parametrize("deed", [actions.renew, actions.revoke])
def test_nothing_is_replaced_or_revoked_where_there_is_nothing(kari, colleague, token, deed) -> None:
    with translation.override("en"), pytest.raises(Refused, match=r"^You have no calendar address\.$"):
        deed(by=colleague, now=NOW)
    assert actions.read(token, NOW).user == kari
    assert list(history(colleague)) == []


def test_who_reads_is_noted_and_a_closed_account_is_not_read(kari, token) -> None:
    assert actions.read(token, NOW + HOUR).fetched_at == NOW + HOUR
    kari.is_active = False
    kari.save()
    assert actions.read(token, NOW + DAY) is None
    assert actions.read("", NOW + DAY) is None
    assert Feed.objects.get().fetched_at == NOW + HOUR


# --- Versions -----------------------------------------------------------------------------------------


def test_what_stays_the_same_stays_the_same_version(kari, token, stage) -> None:
    stage.gives(
        kari, session(), session(2, starts=moment(10, 31, 2, fold=1), ends=moment(10, 31, 2, 30, fold=1))
    )
    assert actions.sweep(NOW) == 2
    assert actions.sweep(NOW + HOUR) == 0
    assert actions.read(token, NOW + DAY).changed_at == NOW
    assert versions() == [("session-1", 0, NOW, None), ("session-2", 0, NOW, None)]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Moved"},
        {"starts": date(2027, 9, 13)},
        {"ends": date(2027, 9, 17)},
        {"starts": moment(9, 14, 9), "ends": moment(9, 14, 10)},
        {"description": ""},
        {"url": ""},
        {"location": "Ås"},
        {"is_busy": False},
    ],
    ids=str,
)
def test_every_change_raises_the_version_once(kari, token, stage, change) -> None:
    stage.gives(kari, session(), session(2))
    actions.read(token, NOW)
    stage.gives(kari, session(**change), session(2))
    assert actions.read(token, NOW + HOUR).changed_at == NOW + HOUR
    actions.read(token, NOW + DAY)
    assert versions() == [("session-1", 1, NOW + HOUR, None), ("session-2", 0, NOW, None)]
    assert Entry.objects.get(uid="session-1").event == session(**change)


def test_two_changes_between_two_looks_of_a_program_are_two_versions(kari, token, stage) -> None:
    for hours, place in enumerate(("Bodø", "Ås", "Oslo")):
        stage.gives(kari, session(location=place))
        sweep()
        assert Entry.objects.get().sequence == hours


@pytest.mark.parametrize(
    "called_off", [[], [session(is_cancelled=True, title="Called off")]], ids=["gone", "told"]
)
def test_what_is_gone_or_called_off_is_cancelled_for_60_days(kari, token, stage, called_off) -> None:
    stage.gives(kari, session())
    actions.sweep(NOW)
    stage.gives(kari, *called_off)
    cancelled = ("session-1", 1, NOW + DAY, NOW + DAY)
    assert actions.sweep(NOW + DAY) == 1
    assert versions() == [cancelled]
    assert Entry.objects.get().title == ("Called off" if called_off else "Session 1")
    assert actions.sweep(NOW + 60 * DAY) == 0
    assert versions() == [cancelled]
    assert actions.sweep(NOW + 61 * DAY) == 1
    assert versions() == []
    assert Feed.objects.get().changed_at == NOW + 61 * DAY
    assert actions.sweep(NOW + 62 * DAY) == 0


def test_what_comes_back_is_confirmed_again(kari, token, stage) -> None:
    stage.gives(kari, session())
    actions.sweep(NOW)
    stage.gives(kari)
    actions.sweep(NOW + DAY)
    stage.gives(kari, session())
    actions.sweep(NOW + 61 * DAY)
    assert versions() == [("session-1", 2, NOW + 61 * DAY, None)]


def test_what_was_called_off_before_anybody_saw_it_is_not_told(kari, token, stage) -> None:
    stage.gives(kari, session(is_cancelled=True))
    assert actions.sweep(NOW) == 0
    assert versions() == []


def test_another_s_address_shows_nothing_of_mine(kari, colleague, token, stage) -> None:
    other = actions.make(by=colleague, now=NOW)
    stage.gives(kari, session())
    stage.gives(colleague, session(2))
    feeds = {user: actions.read(address, NOW) for user, address in ((kari, token), (colleague, other))}
    assert {user: versions(feed) for user, feed in feeds.items()} == {
        kari: [("session-1", 0, NOW, None)],
        colleague: [("session-2", 0, NOW, None)],
    }


def test_the_calendar_of_a_closed_account_runs_dry(kari, token, stage) -> None:
    stage.gives(kari, session())
    actions.sweep(NOW)
    kari.is_active = False
    kari.save()
    actions.sweep(NOW + DAY)
    assert versions() == [("session-1", 1, NOW + DAY, NOW + DAY)]
    actions.sweep(NOW + 61 * DAY)
    assert versions() == []


# --- One event ----------------------------------------------------------------------------------------


def test_one_event_has_the_version_of_the_feed(kari, token, stage) -> None:
    stage.gives(kari, session())
    actions.sweep(NOW)
    stage.gives(kari, session(location="Ås"))
    entry = actions.entry_of(kari, "session-1", NOW + HOUR)
    assert (entry.event, entry.sequence, entry.changed_at) == (session(location="Ås"), 1, NOW + HOUR)
    assert actions.entry_of(kari, "session-2", NOW) is None


def test_one_event_without_a_feed_is_the_first_version_and_nothing_is_kept(kari, colleague, stage) -> None:
    stage.gives(kari, session(), session(2, is_cancelled=True))
    entry = actions.entry_of(kari, "session-1", NOW)
    assert (entry.event, entry.sequence, entry.changed_at, entry.pk) == (session(), 0, NOW, None)
    assert actions.entry_of(kari, "session-2", NOW) is None
    assert actions.entry_of(colleague, "session-1", NOW) is None
    assert Entry.objects.count() == 0


# --- How much is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_a_sweep_asks_the_same_of_one_and_of_three(rows, stage, django_assert_num_queries) -> None:
    for _person in range(rows):
        user = UserFactory()
        actions.make(by=user, now=NOW)
        stage.gives(user, *(session(number) for number in range(rows)))
    # keys of the feeds; savepoint, feeds, entries, new entries, feeds touched, end
    with django_assert_num_queries(7):
        assert actions.sweep(NOW) == rows * rows
    for user, _event in list(stage.given):
        stage.gives(user, *(session(number, location="Ås") for number in range(rows)))
    with django_assert_num_queries(7):  # changed entries for new ones
        assert actions.sweep(NOW + HOUR) == rows * rows


def test_more_people_than_fit_into_one_batch(stage, monkeypatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    for _person in range(5):
        user = UserFactory()
        actions.make(by=user, now=NOW)
        stage.gives(user, session())
    assert actions.sweep(NOW) == 5
    assert Entry.objects.count() == 5


def test_a_source_is_asked_once_however_often_it_registers(kari, stage) -> None:
    from innoskole.calendars.sources import register

    register(stage)
    stage.gives(kari, session())
    assert events_of([kari], NOW) == {kari.pk: {"session-1": session()}}
