from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from innoskole.accounts.waiting import waiting_for
from innoskole.notifications.models import Message
from tests.factories import NOW, UserFactory
from tests.notifications.factories import message, post

pytestmark = pytest.mark.django_db


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_only_administrators_read_the_mail(log_in, administrator, instructor, coordinator):
    letter = post()
    for url in (
        reverse("notifications:messages"),
        reverse("notifications:message", args=[letter.pk]),
        reverse("notifications:messages_export", args=["csv"]),
    ):
        statuses = [log_in(user).get(url).status_code for user in (administrator, instructor, coordinator)]
        assert statuses == [200, 403, 403]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(rows, log_in, administrator, django_assert_num_queries):
    for number in range(rows):
        post(str(number), to=UserFactory())
    browser = log_in(administrator)
    # session, user, count by state, count, messages, those that need a person
    with django_assert_num_queries(6):
        page = html(browser.get(reverse("notifications:messages")))
    assert page.count("No account has this address") == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["c@example.no", "b@example.no", "a@example.no"]),
        ("sort=queued", ["a@example.no", "b@example.no", "c@example.no"]),
        ("q=ÅSE", ["c@example.no"]),
        ("q=B@example", ["b@example.no"]),
        ("state=failed", ["a@example.no"]),
        ("state=undelivered", ["b@example.no", "a@example.no"]),
        ("kind=receipt", ["b@example.no"]),
        ("kind=receipt&state=failed", []),
        ("q=finnes+ikke", []),
    ],
)
def test_mail_is_searched_filtered_and_sorted_by_the_address(query, found, log_in, administrator):
    message("a", state="failed", to_email="a@example.no", queued_at=NOW)
    b = message(
        "b", kind="receipt", state="unsure", to_email="b@example.no", queued_at=NOW + timedelta(hours=1)
    )
    type(b).objects.filter(pk=b.pk).update(search_text="b@example.no")
    post("c", to=UserFactory(name="Åse Ås", email="c@example.no"), now=NOW + timedelta(hours=2))
    page = log_in(administrator).get(f"{reverse('notifications:messages')}?{query}")
    assert [row.to_email for row in page.context["list"].rows] == found
    text = html(page)
    assert ("No e-mail found" in text) == (not found)
    assert "2 e-mails have not arrived, or perhaps not." in text


def test_a_letter_is_read_sent_again_and_the_history_tells(log_in, administrator):
    letter = message(
        state="failed", error="SMTPDataError: (554, b'spam')", to_user=UserFactory(name="Kari Prøve")
    )
    browser, url = log_in(administrator), reverse("notifications:message", args=[letter.pk])
    page = html(browser.get(url))
    for text in (
        "SMTPDataError",
        "Perhaps you registered with another address.",
        "It is sent to kari@example.no.",
    ):
        assert text in page
    assert browser.post(url, {"deed": "again"})["Location"] == url
    letter.refresh_from_db()
    assert letter.state == "queued"
    assert "sent the letter again" in html(browser.get(url))
    assert "The letter has just been sent or cancelled." in html(
        browser.post(url, {"deed": "again"}, follow=True)
    )


def test_an_unsure_letter_is_confirmed_or_cancelled_with_a_reason(log_in, administrator):
    browser = log_in(administrator)
    for deed, state in (("confirm", "sent"), ("cancel", "void")):
        letter = message(deed, state="unsure", claimed_at=NOW)
        url = reverse("notifications:message", args=[letter.pk])
        assert "The connection broke while the letter was being sent" in html(browser.get(url))
        assert "Fill in “Reason”." in html(browser.post(url, {"deed": deed, "reason": ""}))
        browser.post(url, {"deed": deed, "reason": "Asked by telephone"})
        letter.refresh_from_db()
        assert letter.state == state


def test_staff_cannot_read_a_code(log_in, administrator):
    letter = post(secret=True, template="login_code", context={"code": "KQX-PTR"})
    page = html(log_in(administrator).get(reverse("notifications:message", args=[letter.pk])))
    assert "KQX-PTR" in letter.body_text
    assert "KQX-PTR" not in page
    assert "is not shown" in page


def test_what_has_been_sent_can_only_have_come_back(log_in, administrator):
    letter = message(state="sent", sent_at=NOW)
    browser, url = log_in(administrator), reverse("notifications:message", args=[letter.pk])
    page = html(browser.get(url))
    assert re.findall('name="deed" value="([a-z]+)"', page) == ["bounced"]
    assert "Fill in “What the mail that came back says”." in html(
        browser.post(url, {"deed": "bounced", "reason": ""})
    )
    browser.post(url, {"deed": "bounced", "reason": "552 5.2.2 Over quota"})
    page = html(browser.get(url))
    for text in (
        "The recipient&#x27;s mailbox is full.",
        "552 5.2.2 Over quota",
        "noted that the letter came",
    ):
        assert text in page
    assert re.findall('name="deed" value="([a-z]+)"', page) == ["again", "cancel"]


@pytest.mark.parametrize("posted", [{}, {"deed": "no-such"}])
def test_a_post_that_asks_for_nothing_changes_nothing(posted, log_in, administrator):
    letter = message(state="failed", failed_at=NOW)
    browser, url = log_in(administrator), reverse("notifications:message", args=[letter.pk])
    assert "The change has been made." not in html(browser.post(url, posted, follow=True))
    letter.refresh_from_db()
    assert letter.state == "failed"


def test_a_letter_that_was_held_back_says_why_in_the_readers_language(log_in, administrator):
    letter = message(state="suppressed", held_back_because="The account is closed")
    administrator.language = "nb"
    administrator.save()
    browser = log_in(administrator)
    for url in (reverse("notifications:message", args=[letter.pk]), reverse("notifications:messages")):
        assert "Kontoen er stengt" in html(browser.get(url))


def test_the_list_counts_what_became_of_the_letters_that_are_looked_for(log_in, administrator):
    for number, state in enumerate(("sent", "sent", "failed", "queued")):
        message(str(number), kind="receipt", state=state, sent_at=NOW)
    message("other", kind="withdrawn", state="void")
    page = log_in(administrator).get(reverse("notifications:messages") + "?kind=receipt&state=failed")
    assert page.context["counts"] == [("waiting to be sent", 1), ("sent", 2), ("not sent", 1)]
    assert page.context["list"].total == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_an_export_holds_what_the_list_shows_and_no_texts(
    rows, log_in, administrator, django_assert_num_queries
):
    for number in range(rows):
        message(
            str(number),
            kind="receipt",
            state="failed",
            error="550 5.1.1 No such user",
            attempts=1,
            queued_at=NOW + timedelta(minutes=number),
            body_text="A secret of the body",
        )
    message("other", kind="withdrawn")
    browser, url = log_in(administrator), reverse("notifications:messages_export", args=["csv"])
    with django_assert_num_queries(3):  # session, user, messages
        response = browser.get(url + "?kind=receipt&sort=queued")
    first, *others = response.content.decode("utf-8-sig").splitlines()
    assert first == (
        "Written;Kind;To;Subject;State;Sent;Attempts;Held back because;Answer of the mail server"
    )
    assert others == [
        f"2027-05-03 10:0{number};Receipt for an application;kari@example.no;No account has this address;"
        "not sent;;1;;550 5.1.1 No such user"
        for number in range(rows)
    ]
    xlsx = browser.get(reverse("notifications:messages_export", args=["xlsx"]) + "?kind=receipt&sort=queued")
    sheet = openpyxl.load_workbook(BytesIO(xlsx.content)).active
    assert [cell.value for cell in sheet["I"]] == [
        "Answer of the mail server",
        *["550 5.1.1 No such user"] * rows,
    ]


def test_there_is_no_export_of_another_kind(log_in, administrator):
    url = reverse("notifications:messages_export", args=["pdf"])
    assert log_in(administrator).get(url).status_code == 404


# --- Addresses at which letters do not arrive -------------------------------------------------------


def test_a_person_whose_last_letter_did_not_arrive_is_pointed_out(log_in, administrator):
    user = UserFactory(email="kari@example.no")
    refused = message("a", state="failed", failed_at=NOW, error="550 5.1.1 No such user")
    browser, url = log_in(administrator), reverse("accounts:person", args=[user.pk])
    page = html(browser.get(url))
    for text in (
        "The last e-mail to kari@example.no did not arrive",
        "550 5.1.1 No such user",
        "knows nobody with this address",
        reverse("notifications:message", args=[refused.pk]),
    ):
        assert text in page
    waiting = message("b", state="queued")
    other = html(browser.get(reverse("notifications:message", args=[waiting.pk])))
    assert "The last e-mail to kari@example.no did not arrive" in other
    message("c", state="sent", sent_at=NOW + timedelta(hours=1))
    assert "did not arrive" not in html(browser.get(url))


def test_the_refused_are_those_whose_last_letter_failed():
    def sent(key, email, at):
        return message(key, to_email=email, state="sent", sent_at=at)

    def failed(key, email, at):
        return message(key, to_email=email, state="failed", failed_at=at)

    later = NOW + timedelta(hours=1)
    sent("a", "mended@example.no", later)
    failed("b", "mended@example.no", NOW)
    sent("c", "broken@example.no", NOW)
    failed("d", "broken@example.no", NOW)
    last = failed("e", "broken@example.no", later)
    twin = [failed(key, "twin@example.no", NOW) for key in "fg"][1]
    failed("h", "somebody@example.no", NOW)
    sent("i", "fine@example.no", NOW)
    asked = ["mended@example.no", "Broken@Example.no", "twin@example.no", "fine@example.no", "x@example.no"]
    assert list(Message.objects.refused(asked)) == [last, twin]


def test_undelivered_mail_waits_for_the_administrators(administrator, coordinator):
    assert waiting_for(administrator, NOW) == []
    message("a", state="failed", queued_at=NOW)
    message("b", state="unsure", queued_at=NOW - timedelta(days=1))
    (item,) = [each for each in waiting_for(administrator, NOW) if "state=undelivered" in each.url]
    assert (item.count, item.since_at) == (2, NOW - timedelta(days=1))
    assert not [each for each in waiting_for(coordinator, NOW) if "undelivered" in each.url]
