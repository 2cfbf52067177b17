"""What is planned is what the sweeps then do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from applications import models as a
from applications.states import OfferState
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from innoskole.reminders import kinds
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import Recipient
from innoskole.reminders.models import Pause, Reminder, ReminderRule
from innoskole.reminders.preview import planned, weeks
from innoskole.reminders.steps import Rule
from tests.factories import NOW, OSLO, UserFactory
from tests.reminders.pages import OFFER, offer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_offers() -> Iterator[None]:
    with kinds.only(OFFER):
        yield


def at(month: int, day: int, hour: int = 15) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=OSLO)


def told(now: datetime = NOW, **asked) -> list[tuple]:
    """(day and hour, step, whom, why not)"""
    return [(f"{line.at:%d.%m %H:%M}", line.step, line.email, line.why_not) for line in planned(now, **asked)]


def test_each_step_stands_on_its_day_at_its_hour() -> None:
    offer(due_at=at(5, 20), coordinator=UserFactory(email="kari@example.no"))
    assert told() == [
        ("13.05 08:00", -7, "kari@example.no", ""),
        ("18.05 08:00", -2, "kari@example.no", ""),  # a Tuesday; 17 May is a holiday
    ]


def test_what_is_open_already_leaves_now_and_overtakes_what_lies_behind() -> None:
    offer(due_at=at(5, 4), coordinator=UserFactory(email="kari@example.no"))
    assert told() == [("03.05 10:00", -2, "kari@example.no", "")]


def test_in_quiet_hours_and_on_free_days_it_waits() -> None:
    saturday_night = at(5, 8, 22)
    offer(due_at=at(5, 14), coordinator=UserFactory(email="kari@example.no"))
    assert told(saturday_night)[0] == ("10.05 08:00", -7, "kari@example.no", "")


def test_whoever_had_a_mail_today_hears_the_rest_tomorrow() -> None:
    kari = UserFactory(email="kari@example.no")
    first = offer(due_at=at(5, 10), coordinator=kari)
    sweep(NOW)
    offer(due_at=at(5, 9), coordinator=kari)
    later = NOW + timedelta(hours=1)
    assert told(later)[0] == ("04.05 07:00", -7, "kari@example.no", "")
    assert [line.object_id for line in planned(later)].count(first.pk) == 1  # its step of two days


def test_done_moved_and_already_told_are_not_planned() -> None:
    done, moved = offer(due_at=at(5, 20)), offer(due_at=at(5, 20))
    a.Offer.objects.filter(pk=done.pk).update(state=OfferState.ACCEPTED, answered_at=NOW)
    a.Offer.objects.filter(pk=moved.pk).update(due_at=at(5, 27))
    assert [(line.object_id, line.day) for line in planned(NOW)] == [
        (moved.pk, date(2027, 5, 20)),
        (moved.pk, date(2027, 5, 25)),
    ]
    sweep(at(5, 20, 9))
    assert [(line.object_id, line.day) for line in planned(at(5, 20, 9))] == [(moved.pk, date(2027, 5, 25))]


def test_nobody_to_remind_and_pauses_are_told_of() -> None:
    offer(due_at=at(5, 5), coordinator=UserFactory(is_active=False))
    offer(due_at=at(5, 6), coordinator=UserFactory(email="paused@example.no"))
    offer(due_at=at(5, 7), coordinator=UserFactory(email="declined@example.no"))
    Pause.objects.create(
        to_email="paused@example.no", by=UserFactory(), reason="x", began_at=NOW, until_at=at(5, 4, 0)
    )
    Pause.objects.create(kind="offer", to_email="declined@example.no", began_at=NOW)
    assert told() == [
        ("03.05 10:00", -2, "", "nobody"),
        ("03.05 10:00", -7, "paused@example.no", "paused"),
        ("03.05 10:00", -7, "declined@example.no", "declined"),
        ("04.05 08:00", -2, "paused@example.no", ""),  # the pause is over by then
        ("05.05 08:00", -2, "declined@example.no", "declined"),
    ]
    assert told(email="declined@example.no") == [
        ("03.05 10:00", -7, "declined@example.no", "declined"),
        ("05.05 08:00", -2, "declined@example.no", "declined"),
    ]


def test_another_rule_can_be_tried() -> None:
    offer(due_at=at(5, 4), coordinator=UserFactory(email="kari@example.no"))
    rule = Rule(before=(), every=3, most=2)
    assert told(in_force={"offer": rule}) == [
        ("07.05 08:00", 3, "kari@example.no", ""),
        ("10.05 08:00", 6, "kari@example.no", ""),
    ]
    assert told(in_force={"offer": replace(rule, is_active=False)}) == []


def test_each_of_many_recipients_is_planned_for() -> None:
    offer(due_at=at(5, 5))
    many = replace(
        OFFER,
        to_many=True,
        to=lambda row: [
            Recipient("Anna@example.no", "Anna", "nb"),
            Recipient("arne@example.no", "Arne", "nb"),
        ],
    )
    with kinds.only(many):
        assert told() == [
            ("03.05 10:00", -2, "anna@example.no", ""),
            ("03.05 10:00", -2, "arne@example.no", ""),
        ]
        Reminder.objects.all().delete()
        sweep(NOW)
        Reminder.objects.filter(to_email="arne@example.no").delete()
        assert told() == [("03.05 10:00", -2, "arne@example.no", "")]


@pytest.mark.parametrize(
    "rule",
    [
        Rule(),
        Rule(before=(5, 3, 2, 1), hour=6, quiet_from=22, quiet_until=6),
        Rule(before=(1,), every=2, most=3, on_working_days=False),
        Rule(before=(14, 7, 1), in_digest=False),
        Rule(before=(5,), every=1, most=2, quiet_from=7, quiet_until=7),
    ],
)
def test_the_sweeps_of_the_days_do_what_was_planned(rule: Rule) -> None:
    """A sweep every hour tells the same people of the same steps on the same days, over 17 May."""
    people = [UserFactory(email=f"p{number}@example.no") for number in range(3)]
    start, days = at(5, 11, 9), 10
    for number in range(6):
        offer(
            due_at=start + timedelta(days=2 * number, hours=5 * number),
            sent_at=start - timedelta(days=4 * number),
            coordinator=people[number % 3],
        )
    values = {**asdict(rule), "before": list(rule.before)}
    ReminderRule.objects.create(kind="offer", changed_at=start, changed_by=people[0], **values)
    plan = sorted((line.day, line.object_id, line.step) for line in planned(start, days=days))
    now = start
    while now < at(5, 11 + days, 0):
        sweep(now)
        now += timedelta(hours=1)
    lines = Reminder.objects.filter(message__isnull=False)
    done = sorted((line.happened_at.astimezone(OSLO).date(), line.object_id, line.step) for line in lines)
    assert len(plan) > 2
    assert done == plan


def test_weeks_run_from_monday_to_sunday() -> None:
    calendar = weeks([], date(2027, 5, 5), days=10)
    assert [[day.on.day for day in week if day.is_shown] for week in calendar] == [
        [5, 6, 7, 8, 9],
        [10, 11, 12, 13, 14],
    ]
    assert [len(week) for week in calendar] == [7, 7]


# --- The page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    rows: int, now, log_in, administrator: User, django_assert_num_queries
) -> None:
    for number in range(rows):
        offer(due_at=at(5, 10 + number), coordinator=UserFactory(name=f"Person {number}"))
    browser = log_in(administrator)
    # session, user; rules, open offers, the ledger, pauses, who has heard today
    with django_assert_num_queries(7):
        page = browser.get(reverse("reminders:preview")).content.decode()
    assert page.count("Answer to the offer of a place.") == 2 * rows


def test_the_page_names_people_on_their_days(now, log_in, administrator: User) -> None:
    offer(due_at=at(5, 10), coordinator=UserFactory(name="Kari Koordinator"))
    offer(due_at=at(5, 10), coordinator=UserFactory(is_active=False))
    Pause.objects.create(
        kind="offer", object_id=offer(due_at=at(5, 6)).pk, by=administrator, reason="x", began_at=NOW
    )
    page = log_in(administrator).get(reverse("reminders:preview"))
    text = page.content.decode()
    for words in (
        "Kari Koordinator",
        "Nobody to remind",
        "2 reminders have nobody to go to.",
        "2 more reminders are paused.",
        'id="day-2027-05-03"',
        'href="#day-2027-05-03"',
    ):
        assert words in text
    assert (page.context["total"], page.context["people"]) == (2, 1)
    assert Message.objects.count() == Reminder.objects.count() == 0


def test_an_empty_month_says_so(now, log_in, administrator: User) -> None:
    assert (
        "Nobody will be reminded" in log_in(administrator).get(reverse("reminders:preview")).content.decode()
    )
