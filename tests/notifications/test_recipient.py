"""The pages behind the link at the foot of a letter, for whoever has the letter."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from innoskole.accounts import audit
from innoskole.notifications import delivery
from innoskole.notifications.delivery import deliver
from innoskole.notifications.models import Message
from innoskole.reminders import kinds, muting
from innoskole.reminders.actions import MAIL
from innoskole.reminders.models import Pause, Reminder, Why
from tests.factories import NOW, UserFactory
from tests.notifications.factories import message, post

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"Accept-Language": "en"}}


def why(letter: Message) -> str:
    return reverse("notifications:why", args=[letter.uuid])


def stop(letter: Message) -> str:
    return reverse("notifications:stop", args=[letter.uuid])


def reminder(key: str = "r", *lines: tuple[str, str], email: str = "kari@example.no", **fields) -> Message:
    """A mail that reminds of (kind, why_not) each; the first kinds that there are when none is named."""
    letter = message(
        key,
        kind=MAIL,
        to_email=email,
        subject="[Answer by Thu 12 June] The offer",
        body_text="Link: /offer/secret-token/",
        **fields,
    )
    for number, (kind, why_not) in enumerate(lines or [("guarantee", "")]):
        Reminder.objects.create(
            key=f"{key}:{number}",
            kind=kind,
            object_id=number,
            due_at=NOW + timedelta(days=number + 1),
            due_on=(NOW + timedelta(days=number + 1)).date(),
            step=-2,
            to_email=email,
            language="en",
            title=f"Thing number {number}",
            url="https://innoskole.example.no/offer/secret-token/",
            claim=uuid4(),
            message=letter,
            why_not=why_not,
            happened_at=NOW,
        )
    return letter


def html(response, status: int = 200) -> str:
    assert response.status_code == status
    return response.content.decode()


# --- Why did I get this? ----------------------------------------------------------------------------


def test_the_foot_of_every_letter_leads_to_the_page(settings):
    settings.BASE_URL = "https://innoskole.example.no"
    letter = post()
    url = f"https://innoskole.example.no{why(letter)}"
    assert f"Why did I get this e-mail? {url}" in letter.body_text
    assert f'href="{url}"' in letter.body_html


def test_the_page_says_what_when_and_why_without_log_in():
    letter = message(kind="receipt", state="sent", sent_at=NOW)
    response = Client(**ENGLISH).get(why(letter))
    page = html(response)
    for text in (
        "you are the contact person for the application",
        "No account has this address",
        "k•••@example.no",
        "Monday 3 May 2027 at 10:00",
        '<meta name="robots" content="noindex">',
        "they cannot be stopped",
    ):
        assert text in page
    assert "no-store" in response["Cache-Control"]


def test_the_page_shows_neither_the_address_nor_the_text_nor_the_links_in_it():
    letter = reminder()
    secret = post("s", secret=True, template="login_code", kind="account", context={"code": "KQX-PTR"})
    page = html(Client().get(why(letter))) + html(Client().get(why(secret)))
    assert "KQX-PTR" in secret.body_text
    for hidden in ("kari@example.no", "secret-token", "KQX-PTR"):
        assert hidden not in page


def test_a_letter_that_has_not_left_says_so():
    page = html(Client(**ENGLISH).get(why(message(state="queued"))))
    assert "Waiting to be sent" in page


def test_a_reminder_tells_of_each_deadline_and_what_was_left_out():
    letter = reminder("r", ("guarantee", ""), ("guarantee", Why.DONE), ("gone", ""))
    page = html(Client(**ENGLISH).get(why(letter)))
    for text in (
        "a deadline was near, or had passed",
        "Thing number 0",
        "Deadline: Tuesday 4 May 2027 at 10:00, Norwegian time.",
        "You get this because the contact person has asked you to guarantee",
        "Thing number 1",
        "Left out of the e-mail: It was done before the reminder left.",
        "Thing number 2",
        stop(letter),
    ):
        assert text in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions(rows, django_assert_num_queries):
    letter = reminder("r", *[("guarantee", "")] * rows)
    with django_assert_num_queries(3):  # the letter, its lines, and which of them may be stopped
        Client().get(why(letter))


@pytest.mark.parametrize(
    ("cookie", "language"), [({}, "nn"), ({"django_language": "en"}, "en")], ids=["letter's", "chosen"]
)
def test_the_page_speaks_the_letters_language_to_who_has_chosen_none(cookie, language):
    browser = Client(headers={"Accept-Language": "nb"})
    browser.cookies.load(cookie)
    assert f'<html lang="{language}">' in html(browser.get(why(post(language="nn"))))


@pytest.mark.parametrize("page", ["why", "stop", "resume"])
def test_a_letter_that_nobody_knows_gets_a_friendly_answer(page):
    url = reverse(f"notifications:{page}", args=[uuid4()])
    text = html(Client(**ENGLISH).post(url), 404)
    assert "We do not know this e-mail" in text


# --- No more of them --------------------------------------------------------------------------------


def test_only_letters_that_one_can_do_without_can_be_stopped(server, settings, monkeypatch):
    settings.BASE_URL = "https://innoskole.example.no"
    receipt, decision = post("a", kind="receipt"), post("b", kind="decision_place")
    mail = reminder("c", state="queued")
    of_decision = reminder("d", ("offer", ""), state="queued")
    # What they remind of is not in the database, so the last look would hold them back.
    monkeypatch.delitem(delivery._checks, MAIL)
    for letter in (receipt, decision, of_decision):
        deliver(letter.pk, NOW)
        assert html(Client(**ENGLISH).post(stop(letter)), 404)
        assert "they cannot be stopped" in html(Client(**ENGLISH).get(why(letter)))
    deliver(mail.pk, NOW)
    headers = [
        (sent.message()["List-Unsubscribe"], sent.message()["List-Unsubscribe-Post"]) for sent in server.taken
    ]
    assert headers == [
        (None, None),
        (None, None),
        (None, None),
        (f"<https://innoskole.example.no{stop(mail)}>", "List-Unsubscribe=One-Click"),
    ]
    assert Pause.objects.count() == 0


def test_opening_the_link_stops_nothing():
    letter = reminder()
    page = html(Client(**ENGLISH).get(stop(letter)))
    assert "Stop these reminders" in page
    assert "The approver&#x27;s guarantee" in page
    assert "Decisions, and the letters that go with them." in page
    assert Pause.objects.count() == 0


def test_one_click_of_a_mail_program_stops_them_without_cookie_or_redirect(now):
    letter = reminder("r", ("guarantee", ""), ("guarantee", ""))
    program = Client(enforce_csrf_checks=True, **ENGLISH)
    for _click in range(2):
        page = html(program.post(stop(letter), {"List-Unsubscribe": "One-Click"}))
        assert "The reminders are stopped" in page
    assert list(
        Pause.objects.values_list("kind", "to_email", "object_id", "by", "began_at", "until_at", "ended_at")
    ) == [("guarantee", "kari@example.no", None, None, NOW, None, None)]
    assert [(event.verb, event.by, event.by_label) for event in audit.history(letter)] == [
        ("stopped such reminders", None, "kari@example.no")
    ]


def test_a_stop_is_undone_from_the_same_page(now):
    letter = reminder()
    browser = Client(**ENGLISH)
    browser.post(stop(letter))
    resume = reverse("notifications:resume", args=[letter.uuid])
    assert resume in html(browser.get(stop(letter)))
    for _click in range(2):
        assert browser.post(resume)["Location"] == stop(letter)
    assert "Stop these reminders" in html(browser.get(stop(letter)))
    assert list(Pause.objects.values_list("ended_at", flat=True)) == [NOW]
    assert [event.verb for event in audit.history(letter)] == [
        "asked for such reminders again",
        "stopped such reminders",
    ]


def test_a_get_does_not_undo():
    letter = reminder()
    assert Client().get(reverse("notifications:resume", args=[letter.uuid])).status_code == 405


def test_undoing_leaves_what_the_school_has_paused_and_what_others_have_stopped(administrator):
    letter = reminder()
    other = reminder("o", email="ola@example.no")
    muting.stop(letter, NOW)
    muting.stop(other, NOW)
    schools = Pause.objects.create(
        kind="guarantee", to_email="kari@example.no", reason="Agreed", by=administrator, began_at=NOW
    )
    muting.undo(letter, NOW)
    assert set(Pause.objects.in_force(NOW)) == {schools, Pause.objects.get(to_email="ola@example.no")}
    assert (muting.is_stopped(letter, NOW), muting.is_stopped(other, NOW)) == (False, True)


def test_a_stop_covers_each_kind_in_the_mail_and_no_other():
    known = [kind.key for kind in kinds.all_kinds() if not kind.is_of_decision][:3]
    letter = reminder("r", (known[0], ""), (known[1], Why.DONE), ("offer", ""), ("gone", ""))
    muting.stop(letter, NOW)
    assert set(Pause.objects.values_list("kind", flat=True)) == set(known[:2])
    pause = Pause.objects.get(kind=known[0])
    assert [
        pause.covers(known[0], 7, "kari@example.no"),
        pause.covers(known[0], 7, "ola@example.no"),
        pause.covers(known[2], 7, "kari@example.no"),
    ] == [True, False, False]


def test_a_later_mail_with_another_kind_is_not_stopped_as_a_whole():
    known = [kind.key for kind in kinds.all_kinds() if not kind.is_of_decision][:2]
    muting.stop(reminder("a", (known[0], "")), NOW)
    both = reminder("b", (known[0], ""), (known[1], ""))
    assert not muting.is_stopped(both, NOW)
    muting.stop(both, NOW)
    assert muting.is_stopped(both, NOW)
    assert Pause.objects.count() == 2


def test_the_page_of_a_person_with_an_account_is_the_same(log_in):
    user = UserFactory(language="nb")
    letter = reminder("r", email=user.email)
    assert '<html lang="nb">' in html(log_in(user).get(why(letter)))
