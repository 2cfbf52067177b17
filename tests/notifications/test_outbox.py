from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import translation

from innoskole.notifications import outbox, tasks
from innoskole.notifications.models import Message
from tests.factories import NOW, UserFactory
from tests.notifications.factories import post

pytestmark = pytest.mark.django_db


def test_a_letter_is_a_row_with_everything_in_it(settings):
    settings.BASE_URL = "https://innoskole.example.no"
    settings.SCHOOL_CONTACT_EMAIL = "skole@example.no"
    user = UserFactory(name="Kari & Kåre <3", email="kari@example.no", language="en")
    message = post(to=user, language=None, about=user, on_crash="unsure", expires_at=NOW)
    values = Message.objects.values().get()
    html = values.pop("body_html")
    assert values == {
        "id": message.pk,
        "uuid": message.uuid,
        "key": "a",
        "kind": "trial",
        "to_email": "kari@example.no",
        "to_user_id": user.pk,
        "language": "en",
        "subject": "No account has this address",
        "body_text": (
            "Hello Kari & Kåre <3,\n\n"
            "Somebody, perhaps you, has tried to log in with this address, but no account has it.\n\n"
            "Perhaps you registered with another address. If you have not registered yet, you can do it "
            "now.\n\n"
            "Register: https://innoskole.example.no/accounts/signup/\n\n"
            "If it was not you, you can ignore this e-mail.\n\n"
            "--\nInnoskole\nhttps://innoskole.example.no\nQuestions? Write to skole@example.no.\n"
            f"Why did I get this e-mail? https://innoskole.example.no/post/{message.uuid}/\n"
        ),
        "secret": False,
        "content_type_id": message.content_type_id,
        "object_id": str(user.pk),
        "state": "queued",
        "on_crash": "unsure",
        "queued_at": NOW,
        "next_attempt_at": NOW,
        "expires_at": NOW,
        "claimed_at": None,
        "sent_at": None,
        "failed_at": None,
        "attempts": 0,
        "held_back_because": "",
        "error": "",
        "search_text": "kari & kåre <3 kari@example.no no account has this address",
    }
    assert '<html lang="en">' in html
    assert "<p>Hello Kari &amp; Kåre &lt;3,</p>" in html
    assert 'href="https://innoskole.example.no/accounts/signup/"' in html
    assert f'href="https://innoskole.example.no/post/{message.uuid}/"' in html
    assert list(Message.objects.about(user)) == [message]


def test_the_same_key_is_one_letter(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks():
        first = post("reminder:1", to="kari@example.no")
        second = post("reminder:1", to="somebody.else@example.no")
    assert (first, first.uuid) == (second, second.uuid)
    assert list(Message.objects.values_list("to_email", flat=True)) == ["kari@example.no"]


@pytest.mark.parametrize(
    ("to", "given", "page", "language"),
    [
        ("user", None, "en", "nn"),
        ("user", "nb", "en", "nb"),
        ("kari@example.no", None, "en", "en"),
        ("kari@example.no", None, None, "nb"),
        ("KARI@example.no", "nn", "en", "nn"),
    ],
)
def test_a_letter_speaks_the_recipients_language(to, given, page, language):
    user = UserFactory(language="nn", email="kari@example.no")
    with translation.override(page):
        message = post(to=user if to == "user" else to, language=given)
    assert (message.language, message.to_email) == (language, "kari@example.no")
    assert f'<html lang="{language}">' in message.body_html


def test_a_worker_is_told_when_the_transaction_commits_and_not_before(
    django_capture_on_commit_callbacks, monkeypatch
):
    told = []
    monkeypatch.setattr(tasks.deliver, "delay", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        message = post()
        assert told == []
    assert told == [message.pk]


def test_a_letter_of_a_deed_that_failed_is_never_sent(django_capture_on_commit_callbacks):
    @transaction.atomic
    def failing_deed() -> None:
        post()
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(ZeroDivisionError):
        failing_deed()
    assert (callbacks, Message.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_does_not_undo_the_deed(monkeypatch, caplog):
    def dead(pk: int) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.deliver, "delay", dead)
    with transaction.atomic():
        message = post()
    assert Message.objects.get() == message
    assert message.state == "queued"
    assert "no broker" in caplog.text


def test_only_a_queued_letter_is_nudged(django_capture_on_commit_callbacks, monkeypatch):
    told = []
    monkeypatch.setattr(tasks.deliver, "delay", told.append)
    post()
    Message.objects.update(state="sent", sent_at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        post()
    assert told == []


def test_a_subject_is_one_line(monkeypatch):
    rendered = {"subject.txt": " Two\n lines\t here \n", "body.txt": "x\n\n\n\n\ny"}
    monkeypatch.setattr(outbox, "_plain", lambda name, values: rendered[name.rpartition("/")[2]])
    message = post()
    assert (message.subject, message.body_text) == ("Two lines here", "x\n\ny\n")
