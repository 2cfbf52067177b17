"""The sweep that reminds, and delivery, on a growing number of deadlines.

Marks: the number of queries does not grow with what is not due, nor with what has been sent, and a reminder
costs less than a tenth of a query. Delivery reaches at least half the rate of a bare smtplib loop that
sends the same mails to the same mail server, one connection for each; it is shown against one connection for
all as well, which delivery changes after some letters.

All due at once is measured up to 10 000: a mail is written out in one language, as text and as HTML, and a
hundred thousand of them take many minutes on any machine (`python -m bench.post_office --all` waits for it).
"""

import smtplib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import _product as product  # first: it sets Django up

# isort: split
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from applications.models import Offer
from faults.processes import Sink
from faults.world import KIND, noon, offer_places
from innoskole.notifications import delivery, outbox
from innoskole.notifications.models import Message
from innoskole.reminders import actions
from innoskole.reminders.models import Reminder
from tests.services import free_port

SIZES = (1_000, 10_000, 100_000)
ALL_DUE_UP_TO = 10_000
STEP = -2
MAILS, ROUNDS = 200, 5


# --- The sweep ----------------------------------------------------------------------------------------


class Counter:
    """Counts queries without keeping their text."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.queries += 1
        return execute(*arguments)


@contextmanager
def deadlines(size: int, now: datetime) -> Iterator[None]:
    """Offers that wait for an answer, none of which it is time to remind of; taken back at the end."""
    with transaction.atomic():
        offer_places([f"person-{number}@example.no" for number in range(size)], due_at=noon(now, 9))
        yield
        transaction.set_rollback(True)


def make_due(count: int, now: datetime) -> None:
    """Let the deadlines of so many be the day after tomorrow."""
    rows = Offer.objects.order_by("pk").values_list("pk", flat=True)[:count]
    last = list(rows)[-1]
    Offer.objects.filter(pk__lte=last).update(due_at=noon(now, 2), sent_at=noon(now, -8))


def put_into_ledger(now: datetime) -> None:
    """As if everybody had been reminded."""
    due_at = noon(now, 2)
    Reminder.objects.bulk_create(
        [
            Reminder(
                key=f"{KIND}:{offer.pk}:{due_at.date()}:{STEP}:{offer.application.coordinator.email}",
                kind=KIND,
                object_id=offer.pk,
                due_at=due_at,
                due_on=due_at.date(),
                step=STEP,
                to_email=offer.application.coordinator.email,
                language="nb",
                title="bench",
                claim="00000000-0000-0000-0000-000000000000",
                happened_at=now,
            )
            for offer in Offer.objects.select_related("application__coordinator").iterator(chunk_size=2_000)
        ],
        batch_size=2_000,
    )


def measure(label: str, size: int, now: datetime, expected: int) -> float:
    """Print a line. Returns the seconds of the sweeps that it takes; their ledger and mails are taken back.

    A sweep takes no more than it has time for: so there are as many as have something to do.
    """
    counter, mails, ticks = Counter(), 0, 0
    with transaction.atomic(), connection.execute_wrapper(counter):
        started = time.perf_counter()
        while True:
            sent = actions.sweep(now)
            mails, ticks = mails + sent, ticks + 1
            if mails >= expected or not sent:
                break
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    assert mails == expected, f"{label}: {mails} mails, not {expected}"
    each = f"{1000 * seconds / mails:9.2f}" if mails else f"{'':9}"
    print(f"{label:24} {size:9} {ticks:6} {mails:7} {counter.queries:8} {seconds:9.3f} {each}", flush=True)
    return seconds


def sweeps(sizes: tuple[int, ...], all_due_up_to: int) -> None:
    print(f"{'sweep':24} {'deadlines':>9} {'sweeps':>6} {'mails':>7} {'queries':>8} {'s':>9} {'ms/mail':>9}")
    now = timezone.now()
    with deadlines(100, now):  # templates are compiled once in the life of a worker
        make_due(100, now)
        actions.sweep(now)
    seconds: dict[str, dict[int, float]] = {}
    for size in sizes:
        with deadlines(size, now):
            seconds.setdefault("nothing due", {})[size] = measure("nothing due", size, now, 0)
            make_due(500, now)
            seconds.setdefault("500 due", {})[size] = measure("500 due", size, now, 500)
            make_due(size, now)
            if size <= all_due_up_to:
                seconds.setdefault("all due", {})[size] = measure("all due", size, now, size)
            put_into_ledger(now)
            seconds.setdefault("all sent already", {})[size] = measure("all sent already", size, now, 0)
    for label, times in seconds.items():
        least, most = min(times), max(times)
        print(f"{label}: {most // least} × the deadlines take {times[most] / times[least]:.1f} × the time")


# --- Delivery -----------------------------------------------------------------------------------------


def throughput() -> None:
    """Our rate and the bare ones, in turns, so that the noise of the machine is shared out."""
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    mails = Path(settings.VAR_DIR) / "mails"
    sink = Sink(port, mails, 0)
    try:
        wait_for(port)
        rates: dict[str, list[float]] = {"delivery": [], "a connection each": [], "one connection": []}
        for number in range(ROUNDS):
            letters = post(number)
            rates["delivery"].append(rate(lambda: delivery.sweep(timezone.now())))
            assert not Message.objects.exclude(state=Message.State.SENT).exists()
            rates["a connection each"].append(rate(partial(send_each, letters, port)))
            rates["one connection"].append(rate(partial(send_by_one, letters, port)))
        assert len(mails.read_text().splitlines()) == 3 * ROUNDS * MAILS
    finally:
        sink.kill()
    ours = median(rates["delivery"])
    print(f"\n{'delivery':24} {'mails/s':>9} {'ours is':>9}")
    for label, several in rates.items():
        print(f"{label:24} {median(several):9.0f} {ours / median(several):9.0%}")


def wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise RuntimeError("The mail server did not start.")


def post(number: int) -> list[tuple[str, bytes]]:
    """Letters in the outbox; and the same as bytes, with their recipients."""
    now = timezone.now()
    with transaction.atomic():
        letters = [
            outbox.compose(
                key=f"bench:{number}:{each}",
                kind="bench",
                to=f"person-{each}@example.no",
                template="already_registered",
                context={},
                language="nb",
                now=now,
            )
            for each in range(MAILS)
        ]
        Message.objects.bulk_create(letters)
    return [(letter.to_email, as_bytes(letter)) for letter in letters]


def as_bytes(letter: Message) -> bytes:
    from django.core.mail import EmailMultiAlternatives

    mail = EmailMultiAlternatives(letter.subject, letter.body_text, to=[letter.to_email])
    mail.attach_alternative(letter.body_html, "text/html")
    content: bytes = mail.message().as_bytes(linesep="\r\n")
    return content


def rate(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return MAILS / (time.perf_counter() - started)


def send_each(letters: list[tuple[str, bytes]], port: int) -> None:
    for to, content in letters:
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.sendmail("innoskole@example.no", [to], content)


def send_by_one(letters: list[tuple[str, bytes]], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for to, content in letters:
            server.sendmail("innoskole@example.no", [to], content)


def main() -> None:
    connection.creation.create_test_db(verbosity=0)
    print(f"{connection.display_name}, one process, one thread")
    sweeps(SIZES, max(SIZES) if "--all" in sys.argv else ALL_DUE_UP_TO)
    throughput()
    product.end()


if __name__ == "__main__":
    main()
