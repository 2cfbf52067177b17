"""The ledger's pages: what was sent and what was not, one more mail, rules and pauses."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.urls import reverse

from applications import models as a
from applications.states import OfferState
from innoskole.accounts import audit
from innoskole.accounts.models import AuditEvent, User
from innoskole.notifications import delivery
from innoskole.notifications.models import Message
from innoskole.reminders import kinds
from innoskole.reminders.actions import rules, sweep
from innoskole.reminders.models import Pause, Reminder, ReminderRule, Why
from innoskole.reminders.steps import Rule
from tests.factories import NOW, OSLO, UserFactory
from tests.reminders.pages import OFFER, offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

SOON = datetime(2027, 5, 7, 15, tzinfo=OSLO)


@pytest.fixture(autouse=True)
def _only_offers() -> Iterator[None]:
    with kinds.only(OFFER):
        yield


@pytest.fixture
def browser(log_in, administrator: User):
    return log_in(administrator)


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def told(email: str, **changes) -> Reminder:
    """A line about an offer of its own, whose mail waits."""
    name = email.partition("@")[0].capitalize()
    made = offer(due_at=SOON, coordinator=UserFactory(email=email, name=name))
    sweep(NOW)
    line = Reminder.objects.get(object_id=made.pk)
    Message.objects.filter(pk=line.message_id).update(state=changes.pop("state", "queued"), sent_at=NOW)
    Reminder.objects.filter(pk=line.pk).update(**changes)
    line.refresh_from_db()
    return line


# --- The list ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(rows, browser, django_assert_num_queries) -> None:
    for number in range(rows):
        told(f"person{number}@example.no")
    with django_assert_num_queries(5):  # session, user, intakes to choose from, count, lines with their mails
        page = html(browser.get(reverse("reminders:ledger")))
    assert page.count("7 days before</td>") == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["e", "d", "c", "b", "a"]),
        ("sort=when", ["a", "b", "c", "d", "e"]),
        ("sort=person", ["a", "b", "c", "d", "e"]),
        ("state=waiting", ["a"]),
        ("state=sent", ["b"]),
        ("state=not-sent", ["c"]),
        ("state=suppressed", ["e", "d"]),
        ("state=paused", ["d"]),
        ("state=nobody", ["e"]),
        ("state=no-such", ["e", "d", "c", "b", "a"]),
        ("kind=offer", ["e", "d", "c", "b", "a"]),
        ("scope=autumn-2027&q=D@EXAMPLE", ["d"]),
        ("scope=spring-2028", ["e", "d", "c", "b", "a"]),
        ("q=finnes+ikke", []),
    ],
)
def test_lines_are_searched_filtered_and_sorted_by_the_address(query, found, browser) -> None:
    for number, (name, changes) in enumerate(
        {
            "a": {},
            "b": {"state": "sent"},
            "c": {"state": "failed"},
            "d": {"why_not": Why.PAUSED, "message": None},
            "e": {"why_not": Why.NOBODY, "message": None},
        }.items()
    ):
        told(f"{name}@example.no", happened_at=NOW + timedelta(minutes=number), **changes)
    page = browser.get(f"{reverse('reminders:ledger')}?{query}")
    assert [row.line.to_email[0] for row in page.context["rows"]] == found
    assert ("No reminders found" in html(page)) == (not found)
    file = browser.get(f"{reverse('reminders:export', args=['csv'])}?{query}")
    lines = list(csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert [line[2][0] for line in lines[1:]] == found


def test_an_empty_ledger_leads_to_the_preview(browser) -> None:
    page = html(browser.get(reverse("reminders:ledger")))
    assert "Nobody has been reminded yet" in page
    assert f'href="{reverse("reminders:preview")}"' in page


def test_a_file_has_every_column_and_the_audit_tells_of_it(browser, administrator: User) -> None:
    line = told("a@example.no", state="sent")
    file = browser.get(reverse("reminders:export", args=["csv"]) + "?state=sent")
    lines = list(csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert lines == [
        [
            "When",
            "Name",
            "E-mail",
            "Kind",
            "What",
            "Intake or cohort",
            "Deadline",
            "Reminded",
            "State",
            "E-mail sent",
        ],
        [
            "2027-05-03 10:00",
            "A",
            "a@example.no",
            "Answer to the offer of a place",
            line.title,
            "autumn-2027",
            "2027-05-07 15:00",
            "7 days before",
            "sent",
            "2027-05-03 10:00",
        ],
    ]
    (event,) = audit.history(administrator)
    assert event.changes == {"File": ["", "reminders.csv"], "Filter": ["", "state=sent"], "Rows": ["", 1]}
    assert browser.get(reverse("reminders:export", args=["xlsx"])).status_code == 200
    assert browser.get(reverse("reminders:export", args=["pdf"])).status_code == 404


def test_what_nobody_can_be_reminded_of_waits_for_the_school(browser, log_in) -> None:
    forsaken = [offer(due_at=SOON, coordinator=UserFactory(is_active=False)) for _number in range(3)]
    told("kari@example.no")
    title = "Deadlines with nobody to remind"
    page = browser.get(reverse("home"))
    (item,) = [item for item in page.context["waiting"] if item.title == title]
    assert (item.count, item.url) == (3, f"{reverse('reminders:ledger')}?state=nobody")
    a.Offer.objects.filter(pk=forsaken[0].pk).update(state=OfferState.ACCEPTED, answered_at=NOW)
    a.Application.objects.filter(offer=forsaken[1]).update(coordinator=UserFactory())
    (item,) = [item for item in browser.get(reverse("home")).context["waiting"] if item.title == title]
    assert item.count == 1
    assert title not in html(log_in(UserFactory()).get(reverse("home")))


# --- One line ---------------------------------------------------------------------------------------


def test_a_line_tells_its_whole_story(browser, administrator: User) -> None:
    line = told("kari@example.no", state="sent")
    sweep(datetime(2027, 5, 5, 9, tzinfo=OSLO))
    Pause.objects.create(
        kind="offer", object_id=line.object_id, by=administrator, reason="Ring først", began_at=NOW
    )
    page = html(browser.get(reverse("reminders:line", args=[line.pk])))
    for words in (
        line.title,
        "You get this because you are the contact person for an application that has got a place.",
        "7 and 2 days before the deadline. From 08:00 on working days. Quiet from 20:00 to 07:00.",
        reverse("notifications:message", args=[line.message_id]),
        "2 days before",
        "These reminders are paused",
        "Ring først",
        f"?kind=offer&amp;row={line.object_id}&amp;email=kari%40example.no",
    ):
        assert words in page


def test_a_line_of_a_kind_that_is_no_more_is_shown(browser) -> None:
    line = told("kari@example.no", kind="gone")
    assert "Nobody is reminded of this kind of deadline any more." in html(
        browser.get(reverse("reminders:line", args=[line.pk]))
    )
    assert "Nobody is reminded of this kind" in html(browser.get(reverse("reminders:again", args=[line.pk])))


def test_a_reminder_is_sent_again_as_a_line_of_its_own(browser, mailoutbox, administrator: User) -> None:
    line = told("kari@example.no", state="sent")
    url = reverse("reminders:again", args=[line.pk])
    assert "A new e-mail about this one deadline is sent to kari@example.no." in html(browser.get(url))
    assert "Fill in “Reason”." in html(browser.post(url, {"reason": " "}))
    answer = browser.post(url, {"reason": "Kari has lost it"})
    again = Reminder.objects.latest("pk")
    assert answer["Location"] == reverse("reminders:line", args=[again.pk])
    same = ("kind", "object_id", "due_on", "step", "to_email", "title", "url", "why_not")
    assert [getattr(again, name) for name in same] == [getattr(line, name) for name in same]
    assert (again.key != line.key, again.message_id != line.message_id) == (True, True)
    assert [(e.verb, e.by, e.reason) for e in AuditEvent.objects.about(line)] == [
        ("sent the reminder again", administrator, "Kari has lost it")
    ]
    assert "A reminder of this is on its way already." in html(browser.post(url, {"reason": "Twice"}))
    assert delivery.deliver(again.message_id, NOW)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["kari@example.no"], again.message.subject)]
    assert sweep(NOW + timedelta(minutes=5)) == 0


def test_no_mail_is_sent_again_to_whom_it_does_not_concern_any_more(browser, administrator: User) -> None:
    line = told("kari@example.no", state="sent")
    row = a.Offer.objects.filter(pk=line.object_id)
    application = a.Application.objects.filter(offer__pk=line.object_id)
    url = reverse("reminders:again", args=[line.pk])

    def said() -> str:
        return browser.get(url).context["obstacle"]

    assert said() == ""
    pause = Pause.objects.create(kind="offer", by=administrator, reason="x", began_at=NOW)
    assert said() == "These reminders are paused. End the pause first."
    pause.delete()
    application.update(coordinator=UserFactory())
    assert said() == "This recipient is not the one to act now."
    row.update(due_at=SOON + timedelta(days=1))
    assert said() == "The deadline has been moved. Send the reminder of the new deadline again instead."
    row.update(due_at=NOW)
    Reminder.objects.update(due_at=NOW, due_on=NOW.date())
    assert said() == "The deadline has passed."
    row.update(state=OfferState.ACCEPTED, answered_at=NOW)
    assert said() == "Nothing is left to do: nobody is reminded of it any more."
    before = Message.objects.count()
    assert "Nothing is left to do" in html(browser.post(url, {"reason": "Please"}))
    assert Message.objects.count() == before


def test_what_is_done_before_the_mail_leaves_is_held_back(browser, mailoutbox) -> None:
    line = told("kari@example.no", state="sent")
    browser.post(reverse("reminders:again", args=[line.pk]), {"reason": "Lost"})
    a.Offer.objects.filter(pk=line.object_id).update(state=OfferState.ACCEPTED, answered_at=NOW)
    again = Reminder.objects.latest("pk")
    assert not delivery.deliver(again.message_id, NOW)
    again.refresh_from_db()
    assert (again.why_not, mailoutbox) == ("done", [])


# --- Rules ------------------------------------------------------------------------------------------

ASKED = {
    "is_active": "on",
    "before": "10, 3",
    "every": "0",
    "most": "0",
    "hour": "9",
    "quiet_from": "20",
    "quiet_until": "7",
    "on_working_days": "on",
    "in_digest": "on",
}
RULE = Rule(before=(10, 3), hour=9)


def test_a_rule_is_looked_at_then_saved_then_taken_back(browser, administrator: User) -> None:
    offer(due_at=datetime(2027, 5, 20, 15, tzinfo=OSLO))
    offer(due_at=datetime(2027, 6, 20, 15, tzinfo=OSLO))
    listed, url = reverse("reminders:rules"), reverse("reminders:rule", args=["offer"])
    assert "The kind's own rule" in html(browser.get(listed))
    assert "1 person is reminded in the next 30 days; reminders in all: 2." in html(browser.get(url))
    page = browser.post(url, {**ASKED, "deed": "look"})
    assert "10 and 3 days before the deadline. From 09:00 on working days." in html(page)
    assert "What follows from the new rule" in html(page)
    assert rules() == {"offer": OFFER.rule}
    seen = page.context["seen"]
    changed = html(browser.post(url, {**ASKED, "before": "60, 3", "seen": seen, "deed": "save"}))
    assert "2 people are reminded in the next 30 days; reminders in all: 2." in changed
    assert "1 of them leaves today." in changed
    assert rules() == {"offer": OFFER.rule}
    assert browser.post(url, {**ASKED, "seen": seen, "deed": "save"})["Location"] == listed
    assert rules() == {"offer": RULE}
    page = html(browser.get(listed))
    assert "Anna Administrator" in page
    assert "Days before the deadline: <del>7, 2</del> → <ins>10, 3</ins>" in page
    assert "Back to the kind" in html(browser.get(url))
    browser.post(url, {"deed": "own"})
    assert (rules(), ReminderRule.objects.count()) == ({"offer": OFFER.rule}, 0)
    assert html(browser.get(listed)).count("changed when people are reminded") == 2
    assert "This rule holds already." in html(browser.post(url, {"deed": "own"}, follow=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"before": "7 days"}, "Write the days as whole numbers with a comma between them, such as “7, 2”."),
        ({"before": "-7"}, "Write the days as whole numbers with a comma between them, such as “7, 2”."),
        ({"before": "0, 2"}, "Each number of days must be from 1 to 90."),
        ({"before": "91"}, "Each number of days must be from 1 to 90."),
        ({"before": "1 2 3 4 5 6 7 8 9 10 11"}, "Write at most 10 numbers of days."),
        ({"before": ""}, "Write at least one day, or let nobody be reminded."),
        (
            {"every": "7"},
            "Say both how many days there are between reminders and how many there are, or neither.",
        ),
        (
            {"most": "2"},
            "Say both how many days there are between reminders and how many there are, or neither.",
        ),
        ({"hour": ""}, "Choose an hour."),
        ({"hour": "21"}, "Choose an hour outside the quiet hours."),
        ({"hour": "3", "quiet_from": "1", "quiet_until": "5"}, "Choose an hour outside the quiet hours."),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words(changes, said, browser) -> None:
    page = browser.post(reverse("reminders:rule", args=["offer"]), {**ASKED, **changes, "deed": "look"})
    assert said in html(page)
    assert [message for messages in page.context["form"].errors.values() for message in messages] == [said]


def test_days_are_read_in_any_order_and_a_kind_can_be_silent(browser) -> None:
    url = reverse("reminders:rule", args=["offer"])
    asked = {**ASKED, "before": "3;10 3,", "is_active": ""}
    page = browser.post(url, {**asked, "deed": "look"})
    assert "Nobody is reminded in the next 30 days." in html(page)
    browser.post(url, {**asked, "seen": page.context["seen"], "deed": "save"})
    assert rules() == {"offer": Rule(is_active=False, before=(10, 3), hour=9)}
    assert "Nobody is reminded." in html(browser.get(reverse("reminders:rules")))


def test_a_kind_that_nobody_knows_has_no_rule(browser) -> None:
    assert browser.get(reverse("reminders:rule", args=["no-such"])).status_code == 404


# --- Pauses -----------------------------------------------------------------------------------------


def test_one_thing_is_paused_from_its_line_and_again_not(browser, administrator: User) -> None:
    line = told("kari@example.no")
    url = reverse("reminders:new_pause") + f"?kind=offer&row={line.object_id}&email=kari%40example.no"
    page = browser.get(url)
    assert f"Only reminders of this are paused: {line.title}." in html(page)
    asked = {"kind": "offer", "row": line.object_id, "email": "Kari@example.no", "until": "2027-05-04"}
    assert "Fill in “Reason”." in html(browser.post(url, {**asked, "reason": ""}))
    asked["reason"] = "She is on leave"
    assert browser.post(url, asked)["Location"] == reverse("reminders:pauses")
    pause = Pause.objects.get()
    assert (pause.kind, pause.object_id, pause.to_email, pause.by, pause.until_at) == (
        "offer",
        line.object_id,
        "kari@example.no",
        administrator,
        datetime(2027, 5, 5, tzinfo=OSLO),
    )
    assert "This is paused already." in html(browser.post(url, asked))
    assert not delivery.deliver(line.message_id, NOW)
    line.refresh_from_db()
    assert line.why_not == "paused"
    listed = html(browser.get(reverse("reminders:pauses")))
    assert f"{line.title}, to kari@example.no" in listed
    one = reverse("reminders:pause", args=[pause.pk])
    assert "She is on leave" in html(browser.get(one))
    assert "The pause is over." in html(browser.post(one, follow=True))
    pause.refresh_from_db()
    assert pause.ended_at == NOW
    assert "The pause is over already." in html(browser.post(one, follow=True))
    assert [event.verb for event in AuditEvent.objects.about(pause)] == [
        "ended the pause",
        "paused reminders",
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Choose a kind of reminder or an address: everything cannot be paused at once."),
        ({"kind": "offer", "until": "2027-05-02"}, "Choose a day that has not passed."),
        ({"email": "kari"}, "Enter a valid email address."),
    ],
)
def test_a_pause_that_cannot_be_is_refused_in_words(asked, said, browser) -> None:
    assert said in html(browser.post(reverse("reminders:new_pause"), {"reason": "x", **asked}))
    assert not Pause.objects.exists()


def test_what_a_recipient_has_asked_for_only_the_recipient_takes_back(browser) -> None:
    pause = Pause.objects.create(kind="offer", to_email="kari@example.no", began_at=NOW)
    url = reverse("reminders:pause", args=[pause.pk])
    assert "only the recipient can take it back" in html(browser.get(url))
    browser.post(url)
    pause.refresh_from_db()
    assert pause.ended_at is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pauses_ask_the_same_number_of_questions(
    rows, browser, administrator: User, django_assert_num_queries
) -> None:
    for number in range(rows):
        line = told(f"person{number}@example.no")
        Pause.objects.create(
            kind="offer", object_id=line.object_id, by=administrator, reason="x", began_at=NOW
        )
    with django_assert_num_queries(5):  # session, user, count, pauses, titles
        page = html(browser.get(reverse("reminders:pauses")))
    assert page.count(", to everybody") == rows


def test_an_empty_list_of_pauses_says_so(browser) -> None:
    assert "Nothing is paused" in html(browser.get(reverse("reminders:pauses")))


# --- One's own --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_my_reminders_ask_the_same_number_of_questions(rows, log_in, django_assert_num_queries) -> None:
    kari = UserFactory(email="kari@example.no")
    for _number in range(rows):
        offer(due_at=SOON, coordinator=kari)
    sweep(NOW)
    browser = log_in(kari)
    # session, user; rules, offers, the ledger, pauses, who has heard today; count, lines; what I have muted
    with django_assert_num_queries(10):
        page = html(browser.get(reverse("reminders:mine")))
    assert page.count("You hear of it") == rows
    assert page.count("You get this because") == 2 * rows


def test_i_see_my_own_and_stop_and_start_a_kind(log_in, browser) -> None:
    kari = UserFactory(email="kari@example.no")
    mine, other = offer(due_at=SOON, coordinator=kari), offer(due_at=SOON)
    sweep(NOW)
    own, url = log_in(kari), reverse("reminders:mine")
    page = html(own.get(url))
    assert f"{mine.application.lead}" in page
    assert f"{other.application.lead}" not in page
    stop, start = (reverse(f"reminders:{name}", args=["offer"]) for name in ("stop", "start"))
    for _twice in range(2):
        assert own.post(stop)["Location"] == url
    pause = Pause.objects.get()
    assert (pause.kind, pause.to_email, pause.by, pause.object_id) == ("offer", "kari@example.no", None, None)
    page = html(own.get(url))
    assert "You are not reminded." in page
    assert "You hear of it" not in page
    assert sweep(datetime(2027, 5, 5, 9, tzinfo=OSLO)) == 1  # the other one's
    for _twice in range(2):
        own.post(start)
    assert "You are reminded." in html(own.get(url))
    assert not Pause.objects.in_force(NOW).exists()
    assert own.post(reverse("reminders:stop", args=["no-such"])).status_code == 404
    assert [event.verb for event in AuditEvent.objects.about(pause)] == [
        "asked to be reminded again",
        "asked not to be reminded",
    ]


def test_a_reminder_that_goes_with_a_decision_cannot_be_stopped(log_in) -> None:
    kari = UserFactory(email="kari@example.no")
    offer(due_at=SOON, coordinator=kari)
    with kinds.only(replace(OFFER, is_of_decision=True)):
        own = log_in(kari)
        page = html(own.get(reverse("reminders:mine")))
        stop = reverse("reminders:stop", args=["offer"])
        assert own.post(stop).status_code == 404
    assert "You hear of it" in page
    assert stop not in page
    assert Pause.objects.count() == 0


def test_the_page_of_a_matter_leads_to_its_own_lines(browser) -> None:
    one, other = offer(due_at=SOON), offer(due_at=SOON)
    sweep(NOW)
    case = html(browser.get(reverse("applications:case", args=[one.application.reference])))
    address = f"{reverse('reminders:ledger')}?about=applications.application:{one.application.pk}"
    assert address in case
    page = html(browser.get(address))
    assert str(one.application.lead) in page
    assert str(other.application.lead) not in page


@pytest.mark.parametrize("about", ["applications.application:0", "no.such:1", "x"])
def test_an_unknown_matter_has_no_lines_and_no_error(browser, about) -> None:
    assert browser.get(reverse("reminders:ledger"), {"about": about}).status_code == 200


def test_whom_nothing_concerns_is_told_so(log_in) -> None:
    page = html(log_in(UserFactory()).get(reverse("reminders:mine")))
    assert "No deadline concerns you now." in page
    assert "Nothing yet." in page
