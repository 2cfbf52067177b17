from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from innoskole.accounts.waiting import waiting_for
from tests.factories import NOW, UserFactory
from tests.notifications.factories import message, post

pytestmark = pytest.mark.django_db


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_only_administrators_read_the_mail(log_in, administrator, instructor, coordinator):
    letter = post()
    for url in (reverse("notifications:messages"), reverse("notifications:message", args=[letter.pk])):
        statuses = [log_in(user).get(url).status_code for user in (administrator, instructor, coordinator)]
        assert statuses == [200, 403, 403]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(rows, log_in, administrator, django_assert_num_queries):
    for number in range(rows):
        post(str(number), to=UserFactory())
    browser = log_in(administrator)
    with django_assert_num_queries(5):  # session, user, count, messages, those that need a person
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
        ("q=finnes+ikke", []),
    ],
)
def test_mail_is_searched_filtered_and_sorted_by_the_address(query, found, log_in, administrator):
    message("a", state="failed", to_email="a@example.no", queued_at=NOW)
    b = message("b", state="unsure", to_email="b@example.no", queued_at=NOW + timedelta(hours=1))
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


def test_what_has_been_sent_offers_nothing_to_do(log_in, administrator):
    letter = message(state="sent", sent_at=NOW)
    page = html(log_in(administrator).get(reverse("notifications:message", args=[letter.pk])))
    assert 'name="deed"' not in page


def test_undelivered_mail_waits_for_the_administrators(administrator, coordinator):
    assert waiting_for(administrator, NOW) == []
    message("a", state="failed", queued_at=NOW)
    message("b", state="unsure", queued_at=NOW - timedelta(days=1))
    (item,) = [each for each in waiting_for(administrator, NOW) if "state=undelivered" in each.url]
    assert (item.count, item.since_at) == (2, NOW - timedelta(days=1))
    assert not [each for each in waiting_for(coordinator, NOW) if "undelivered" in each.url]
