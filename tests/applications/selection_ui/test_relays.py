"""Relays that agree, disagree, lie, say nothing and take too long, as real servers on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from applications import relays
from applications.actions.source_values import fetch_value
from applications.models import DrawRound, SourceValue
from applications.sources import DRAND_CHAIN
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from tests.applications.selection_ui.conftest import AFTER_DRAW, AFTER_OBJECTIONS, DRAND_VALUE

ROUND = 40_323_412
SIGNATURE = bytes(range(48))
VALUE = hashlib.sha256(SIGNATURE).hexdigest()
TRUE_ANSWER = {"round": ROUND, "randomness": VALUE, "signature": SIGNATURE.hex()}
OTHER = {"round": ROUND, "randomness": hashlib.sha256(b"x" * 48).hexdigest(), "signature": (b"x" * 48).hex()}


@contextmanager
def relay(status: int = 200, content: bytes = b"", until: threading.Event | None = None) -> Iterator[str]:
    """A relay at an address of its own; `until` keeps its answer back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if until is not None:
                until.wait(10)  # and by then nobody listens
                return
            known = self.path == f"/{DRAND_CHAIN}/public/{ROUND}"
            self.send_response(status if known else 404)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Not on the tests' screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        if until is not None:
            until.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def start() -> Iterator[Callable[..., str]]:
    """`start({...})` or `start(status=503)`: the address of a new relay that answers so."""
    with ExitStack() as stack:

        def starter(answer: object = None, **kwargs) -> str:
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            return stack.enter_context(relay(content=content, **kwargs))

        yield starter


def test_two_that_agree(start):
    one, two = start(TRUE_ANSWER), start(TRUE_ANSWER)
    survey = relays.ask([one, two + "/"], ROUND)
    assert survey == relays.Survey({one: VALUE, two + "/": VALUE}, {}, {})
    assert survey.agreed == VALUE


def test_one_is_not_enough(start):
    one = start(TRUE_ANSWER)
    survey = relays.ask([one], ROUND)
    assert (survey, survey.agreed) == (relays.Survey({one: VALUE}, {}, {}), None)


def test_none_at_all():
    survey = relays.ask([], ROUND)
    assert (survey, survey.agreed) == (relays.Survey({}, {}, {}), None)


def test_a_third_that_says_otherwise_stops_it(start):
    one, two, three = start(TRUE_ANSWER), start(TRUE_ANSWER), start(OTHER)
    survey = relays.ask([one, two, three], ROUND)
    assert survey.values == {one: VALUE, two: VALUE, three: OTHER["randomness"]}
    assert survey.agreed is None


def test_a_silent_one_does_not_stop_two_that_agree(start):
    one, two, silent = start(TRUE_ANSWER), start(TRUE_ANSWER), start(status=503)
    survey = relays.ask([one, two, silent], ROUND)
    assert survey == relays.Survey(
        {one: VALUE, two: VALUE}, {silent: "HTTP Error 503: Service Unavailable"}, {}
    )
    assert survey.agreed == VALUE


def test_one_that_takes_too_long_is_silent(start):
    never = threading.Event()
    one, two, slow = start(TRUE_ANSWER), start(TRUE_ANSWER), start(TRUE_ANSWER, until=never)
    survey = relays.ask([one, two, slow], ROUND, timeout=0.3)
    assert survey == relays.Survey({one: VALUE, two: VALUE}, {slow: "timed out"}, {})


def test_one_that_is_not_there_is_silent(start):
    one, two = start(TRUE_ANSWER), start(TRUE_ANSWER)
    with relay() as gone:
        pass
    survey = relays.ask([one, two, gone], ROUND)
    assert (list(survey.silent), survey.agreed) == ([gone], VALUE)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (TRUE_ANSWER | {"round": ROUND + 1}, f"round {ROUND + 1}"),
        (TRUE_ANSWER | {"randomness": "0" * 64}, "the randomness is not the SHA-256 of the signature"),
        (TRUE_ANSWER | {"signature": "zz"}, "not an answer of drand"),
        ({"round": ROUND}, "not an answer of drand"),
        (["round"], "not an answer of drand"),
        (b"<html>", "not an answer of drand"),
    ],
)
def test_a_wrong_answer_stops_two_that_agree(start, answer, why):
    one, two, liar = start(TRUE_ANSWER), start(TRUE_ANSWER), start(answer)
    survey = relays.ask([one, two, liar], ROUND)
    assert (survey.values, survey.silent, list(survey.wrong)) == ({one: VALUE, two: VALUE}, {}, [liar])
    assert survey.wrong[liar].startswith(why)
    assert survey.agreed is None


# --- In the product -------------------------------------------------------------------------------


@pytest.fixture
def drand(frozen: DrawRound) -> SourceValue:
    return frozen.sources.get(ordinal=1)


def test_fetches_and_confirms(start, settings, drand: SourceValue, administrator: User):
    settings.DRAND_RELAYS = [start(TRUE_ANSWER), start(TRUE_ANSWER)]
    fetch_value(drand, by=administrator, now=AFTER_DRAW)
    stored = SourceValue.objects.get(pk=drand.pk)
    assert (stored.source_id, stored.value, stored.fetched_from.split("\n"), stored.confirmed_at) == (
        f"drand-quicknet/{ROUND}",
        VALUE,
        settings.DRAND_RELAYS,
        AFTER_DRAW,
    )
    assert (stored.entered_by, stored.confirmed_by) == (administrator, None)
    event = audit.history(drand.round.intake)[0]
    assert (event.verb, event.changes) == (
        "fetched the value of a source of the draw",
        {f"drand-quicknet/{ROUND}": ["", VALUE]},
    )


def test_fetched_value_takes_the_place_of_one_that_nobody_has_confirmed(
    start, settings, drand: SourceValue, administrator: User, second_administrator: User
):
    from applications.actions.source_values import type_in_value

    type_in_value(drand, DRAND_VALUE, fallback_reason="", by=second_administrator, now=AFTER_DRAW)
    settings.DRAND_RELAYS = [start(TRUE_ANSWER), start(TRUE_ANSWER)]
    fetch_value(drand, by=administrator, now=AFTER_DRAW)
    assert SourceValue.objects.get(pk=drand.pk).value == VALUE


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            [],
            "At least two relays must be configured before a value can be fetched. Type in the value and let "
            "another person confirm it.",
        ),
        (
            [TRUE_ANSWER, OTHER],
            "The relays do not agree: {0}: "
            + VALUE
            + " and {1}: "
            + str(OTHER["randomness"])
            + ". Type in the "
            "value and let another person confirm it.",
        ),
        (
            [TRUE_ANSWER, TRUE_ANSWER | {"round": 7}],
            "These relays gave an answer that cannot be right: {1} (round 7). Type in the value and let "
            "another "
            "person confirm it.",
        ),
        (
            [TRUE_ANSWER, 503],
            "At least two relays must answer, but 1 did. No answer from {1} (HTTP Error 503: Service "
            "Unavailable). Try again, or type in the value and let another person confirm it.",
        ),
    ],
)
def test_refuses_without_agreement(
    start, settings, drand: SourceValue, administrator: User, answers, sentence
):
    settings.DRAND_RELAYS = [
        start(status=answer) if isinstance(answer, int) else start(answer) for answer in answers
    ]
    before = SourceValue.objects.values().get(pk=drand.pk)
    with pytest.raises(Refused) as refusal:
        fetch_value(drand, by=administrator, now=AFTER_DRAW)
    assert str(refusal.value) == sentence.format(*settings.DRAND_RELAYS)
    assert SourceValue.objects.values().get(pk=drand.pk) == before


def test_refuses_before_the_round_exists(start, settings, drand: SourceValue, administrator: User):
    settings.DRAND_RELAYS = [start(TRUE_ANSWER), start(TRUE_ANSWER)]
    with pytest.raises(Refused) as refusal:
        fetch_value(drand, by=administrator, now=AFTER_OBJECTIONS)
    assert str(refusal.value) == "This source has no value yet."
