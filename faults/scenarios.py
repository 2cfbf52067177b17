"""What goes wrong: each scenario lets it happen on a stage, and says what must have become of everybody."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from applications.models import Offer
from applications.states import OfferState
from faults.stage import Stage
from faults.verdict import Fate
from faults.world import AT_ANY_HOUR, noon, offer_places
from innoskole.notifications import delivery
from innoskole.reminders import actions

Fates = dict[str, Fate]
Scenario = Callable[[Stage, int], Fates]


def addresses(count: int, prefixes: Sequence[str] = ("person",)) -> list[str]:
    return [f"{prefixes[number % len(prefixes)]}-{number}@example.no" for number in range(count)]


def offers(emails: Sequence[str]) -> list[Offer]:
    """Places offered with a deadline at noon the day after tomorrow: it is time to remind of them."""
    return offer_places(emails, due_at=noon(timezone.now(), 2))


def all_mailed(emails: Sequence[str]) -> Fates:
    return {email: Fate.REFUSED if email.startswith("gone-") else Fate.MAILED for email in emails}


def kill_as_mails_leave(stage: Stage, times: int, emails: Sequence[str]) -> None:
    """A kill after each of some numbers of mails, by lot."""
    at_most = sum(1 for email in emails if not email.startswith("gone-"))
    for count in sorted(stage.chance.sample(range(1, at_most), times)):
        stage.until_mails(count)
        stage.kill()


# --- Servers and workers that die ---------------------------------------------------------------------


def workers_killed(stage: Stage, size: int) -> Fates:
    """Twenty kills: some while the ledger or the outbox is written, the others while mails leave."""
    emails = addresses(size)
    offers(emails)
    stage.start()
    stage.kill_while_writing("reminders_reminder")
    stage.kill_while_writing("notifications_message")
    kill_as_mails_leave(stage, 20 - stage.kills, emails)
    stage.until_settled(size)
    return all_mailed(emails)


def redis_restarted(stage: Stage, size: int) -> Fates:
    """Redis forgets everything, twice, and is away for a second."""
    emails = addresses(size)
    offers(emails)
    stage.start()
    for share in (0.2, 0.6):
        stage.until_mails(int(size * share))
        stage.restart_redis()
    stage.until_settled(size)
    return all_mailed(emails)


def postgres_restarted(stage: Stage, size: int) -> Fates:
    """PostgreSQL is away for two seconds, after a fast and after an immediate stop."""
    emails = addresses(size)
    offers(emails)
    stage.start()
    for share, by in ((0.2, signal.SIGINT), (0.5, signal.SIGQUIT), (0.8, signal.SIGINT)):
        stage.until_mails(int(size * share))
        stage.restart_postgres(by)
    stage.until_settled(size)
    return all_mailed(emails)


def bad_mail_server(stage: Stage, size: int) -> Fates:
    """A third is put off twice, some are refused for good, and some attempts are never answered."""
    some = max(2, size // 250)
    emails = addresses(size, ["busy", "person", "person"])
    emails[1 : 3 * some : 3] = addresses(some, ["hangs"])
    emails[2 : 3 * some : 3] = addresses(some, ["swallows"])
    emails[3 * some + 1 :: 30] = addresses(len(emails[3 * some + 1 :: 30]), ["gone"])
    offers(emails)
    stage.start()
    stage.until_settled(size)
    return all_mailed(emails)


def two_beats(stage: Stage, size: int) -> Fates:
    emails = addresses(size)
    offers(emails)
    stage.start(workers=2, beats=2)
    stage.until_settled(size)
    return all_mailed(emails)


def all_at_once(stage: Stage, size: int) -> Fates:
    """Twenty kills, Redis and PostgreSQL restarted, a bad mail server and two beats."""
    emails = addresses(size, ["busy", "person", "person"])
    emails[1::50] = addresses(len(emails[1::50]), ["gone"])
    emails[2::250] = addresses(len(emails[2::250]), ["swallows"])
    offers(emails)
    stage.start(workers=2, beats=2)
    stage.kill_while_writing("notifications_message")
    half = (20 - stage.kills) // 2
    kill_as_mails_leave(stage, half, emails[: size // 3])
    stage.restart_redis()
    stage.until_mails(size // 3)
    stage.restart_postgres(signal.SIGINT)
    kill_as_mails_leave(stage, 20 - stage.kills, emails[: size // 2])
    stage.restart_postgres(signal.SIGQUIT)
    stage.until_settled(size)
    return all_mailed(emails)


def small(stage: Stage, size: int) -> Fates:
    """For each build: four kills, Redis flushed, a third put off."""
    emails = addresses(size, ["busy", "person", "person"])
    offers(emails)
    stage.start()
    stage.kill_while_writing("notifications_message")
    stage.until_mails(size // 10)
    stage.restart_redis()
    kill_as_mails_leave(stage, 4 - stage.kills, emails[: size // 2])
    stage.until_settled(size)
    return all_mailed(emails)


# --- Time and facts that move -------------------------------------------------------------------------


def clock_set_back(stage: Stage, size: int) -> Fates:
    """The night in which summer time ends, on a clock that also falls back by a real hour.

    The reminders' hour is two o'clock, which that night has twice. Nobody works but this process, which
    walks through the night in steps of ten minutes.
    """

    emails = addresses(size)
    due_at = noon(datetime(2026, 10, 25, tzinfo=timezone.get_default_timezone()), 2)
    offer_places(emails, due_at=due_at, rule=replace(AT_ANY_HOUR, hour=2))
    now, end = datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 4, 0, tzinfo=UTC)
    fallen_back = False
    while now < end:
        actions.sweep(now)
        delivery.sweep(now)
        if stage.mails() and not fallen_back:
            now, fallen_back = now - timedelta(hours=1), True
        else:
            now += timedelta(minutes=10)
    return all_mailed(emails)


def deadline_moved(stage: Stage, size: int) -> Fates:
    """After the mails are written and before they leave: later, earlier, within the day, or not at all."""
    emails = addresses(size)
    rows = offers(emails)
    actions.sweep(timezone.now())
    fates = all_mailed(emails)
    moves = {1: timedelta(days=30), 2: timedelta(days=-1), 3: timedelta(hours=-2)}
    struck = {1: Fate.MOVED, 2: Fate.MOVED_AND_MAILED}
    for number, (email, row) in enumerate(zip(emails, rows, strict=True)):
        row.due_at += moves.get(number % 4, timedelta())
        fates[email] = struck.get(number % 4, Fate.MAILED)
    Offer.objects.bulk_update(rows, ["due_at"], batch_size=500)
    stage.start()
    stage.until_settled(size + sum(fate == Fate.MOVED_AND_MAILED for fate in fates.values()))
    return fates


def done_meanwhile(stage: Stage, size: int) -> Fates:
    """A third has answered before the mails leave, and a third answers while they do."""
    emails = addresses(size)
    rows = offers(emails)
    actions.sweep(timezone.now())
    order = list(zip(emails, rows, strict=True))
    stage.chance.shuffle(order)
    third = size // 3
    before, during = order[:third], order[third : 2 * third]
    _answer([row for _email, row in before])
    stage.start()
    for start in range(0, len(during), 10):
        stage.until_mails(start)  # as many as do not answer leave in any case
        _answer([row for _email, row in during[start : start + 10]])
    stage.until_settled(size)
    fates = all_mailed(emails)
    fates |= {email: Fate.DONE for email, _row in before}
    return fates | {email: Fate.MAILED_OR_DONE for email, _row in during}


def _answer(rows: list[Offer]) -> None:
    Offer.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=OfferState.ACCEPTED, answered_at=timezone.now()
    )


FULL: Sequence[Scenario] = (
    workers_killed,
    redis_restarted,
    postgres_restarted,
    bad_mail_server,
    two_beats,
    clock_set_back,
    deadline_moved,
    done_meanwhile,
    all_at_once,
)
SMALL: Sequence[Scenario] = (small,)
# The others play with a quarter of the reminders: one fault at a time shows as well among fewer.
FULL_SIZE = (workers_killed, all_at_once, small)
