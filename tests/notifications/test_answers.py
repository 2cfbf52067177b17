from __future__ import annotations

import pytest

from innoskole.notifications import answers
from innoskole.notifications.answers import answer_to, meaning_of
from tests.factories import NOW
from tests.notifications.factories import message


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        # As Postfix, Exchange Online and Gmail write them.
        ("550 5.1.1 <kari@example.no>: Recipient address rejected: User unknown", answers.NOBODY),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient kari@example.no not found", answers.NOBODY),
        ("550 no such user", answers.NOBODY),
        ("551 User not local", answers.NOBODY),
        ("550 5.1.2 <kari@finnes.example>: Domain not found", answers.NO_DOMAIN),
        ("554 5.4.4 Host or domain name not found. Name service error", answers.NO_DOMAIN),
        ("556 5.1.10 Recipient address has null MX", answers.NO_DOMAIN),
        ("501 5.1.3 Bad recipient address syntax", answers.NO_ADDRESS),
        ("553 mailbox name not allowed", answers.NO_ADDRESS),
        ("SMTPNotSupportedError: the server does not do SMTPUTF8", answers.NO_ADDRESS),
        ("ValueError: header", answers.NO_ADDRESS),
        ("550 5.2.1 The email account that you tried to reach is inactive", answers.CLOSED),
        ("552 5.2.2 Mailbox full", answers.FULL),
        ("552 over quota", answers.FULL),
        ("452 4.2.2 Mailbox full", answers.FULL),
        ("554 5.7.1 Message rejected due to policy", answers.POLICY),
        ("550 5.7.26 Unauthenticated mail is prohibited", answers.POLICY),
        ("554 looks like spam", answers.POLICY),
        ("450 4.2.0 Greylisted, see 5.10.20.30 for more", answers.WAITED),
        ("451 try again later", answers.WAITED),
        ("450 4.1.2 Recipient address rejected: Domain not found", answers.NOT_FOUND_YET),
        ("451 4.4.1 connection timed out", answers.NOT_FOUND_YET),
        ("SMTPServerDisconnected: Connection unexpectedly closed: timed out", answers.NO_ANSWER),
        ("ConnectionResetError: [Errno 104] Connection reset by peer", answers.NO_ANSWER),
        # Pasted from a mail that came back.
        ("Remote server said: 550-5.1.1 The email account does not exist", answers.NOBODY),
        ("Status: 5.2.2", answers.FULL),
        ("Status: 5.5.0", answers.UNKNOWN),
        ("host mx.example.no[5.1.1.20] said: 552 full", answers.FULL),
        ("Kari has left the municipality", answers.UNKNOWN),
        ("", answers.UNKNOWN),
    ],
)
def test_the_answer_of_a_mail_server_is_said_in_words(error, meaning):
    assert meaning_of(error) == meaning


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "shown"), [("failed", True), ("queued", False), ("sent", False), ("void", False)]
)
def test_only_a_letter_that_was_given_up_is_explained(state, shown):
    letter = message(state=state, failed_at=NOW, sent_at=NOW, error="550 5.1.1 No such user")
    assert answer_to(letter) == (answers.NOBODY if shown else None)
