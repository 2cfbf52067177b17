"""What must hold after every scenario, whatever went wrong in it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from innoskole.notifications.models import Message
from innoskole.reminders.models import Reminder, Why

State = Message.State


class Fate(Enum):
    """What must have become of a person's reminder."""

    MAILED = "mailed"
    REFUSED = "refused"  # by the mail server, for good: staff see it
    DONE = "done"
    MOVED = "moved"
    MOVED_AND_MAILED = "moved and mailed"  # struck, and reminded of the new deadline
    MAILED_OR_DONE = "mailed or done"


@dataclass
class Verdict:
    reminders: int = 0
    mails: int = 0
    lost: list[str] = field(default_factory=list)
    copies: int = 0
    broken: list[str] = field(default_factory=list)


def judge(fates: Mapping[str, Fate], mails: Iterable[Mapping[str, Any]], in_flight: set[str]) -> Verdict:
    """fates: by address. mails: what the mail server took. in_flight: uuids that may have come twice."""
    mails = list(mails)
    verdict = Verdict(reminders=len(fates), mails=len(mails))
    lines: dict[str, list[Reminder]] = defaultdict(list)
    for line in Reminder.objects.select_related("message").order_by("pk"):
        lines[line.to_email].append(line)
    taken: dict[str, list[str]] = defaultdict(list)
    for mail in mails:
        taken[mail["to"]].append(mail["id"])
    for address, fate in fates.items():
        verdict.broken += [f"{address}: {what}" for what in _wrong(fate, lines[address], taken[address])]
        if _is_lost(fate, lines[address], taken[address]):
            verdict.lost.append(address)
    verdict.broken += [f"{address}: not expected" for address in {*lines, *taken} - {*fates}]
    verdict.broken += _of_letters(lines)
    verdict.broken += _of_copies(verdict, mails, in_flight)
    verdict.broken += [f"{address}: LOST" for address in verdict.lost]
    return verdict


def _is_lost(fate: Fate, lines: list[Reminder], taken: list[str]) -> bool:
    if fate in (Fate.MAILED, Fate.MOVED_AND_MAILED):
        return not taken
    # Nobody has been told, neither by mail nor, if the letter is refused, on the school's page.
    return fate == Fate.REFUSED and not any(
        line.message and line.message.state == State.FAILED for line in lines
    )


def _wrong(fate: Fate, lines: list[Reminder], taken: list[str]) -> list[str]:
    seen = [(line.why_not, line.message.state if line.message else "no letter") for line in lines]
    ids = set(taken)
    allowed: list[tuple[list[tuple[str, str]], int]] = {
        Fate.MAILED: [([("", State.SENT)], 1)],
        Fate.REFUSED: [([("", State.FAILED)], 0)],
        Fate.DONE: [([(Why.DONE, State.SUPPRESSED)], 0)],
        Fate.MOVED: [([(Why.MOVED, State.SUPPRESSED)], 0)],
        Fate.MOVED_AND_MAILED: [([(Why.MOVED, State.SUPPRESSED), ("", State.SENT)], 1)],
        Fate.MAILED_OR_DONE: [([("", State.SENT)], 1), ([(Why.DONE, State.SUPPRESSED)], 0)],
    }[fate]
    if (seen, len(ids)) in allowed:
        return []
    return [f"should be {fate.value}, but the ledger says {seen}, and mails came: {sorted(ids)}"]


def _of_letters(lines: Mapping[str, list[Reminder]]) -> list[str]:
    """Every key has one line and every line one letter, and no letter is without a line."""
    every = [line for group in lines.values() for line in group]
    keys = Counter((line.kind, line.object_id, line.due_on, line.step, line.to_email) for line in every)
    letters = Counter(line.message_id for line in every)
    return [
        *(f"{key}: {count} lines" for key, count in keys.items() if count > 1),
        *(f"letter {pk}: {count} lines" for pk, count in letters.items() if count > 1),
        *(f"letter {m.pk}: no line" for m in Message.objects.exclude(pk__in=[pk for pk in letters if pk])),
    ]


def _of_copies(verdict: Verdict, mails: list[Mapping[str, Any]], in_flight: set[str]) -> list[str]:
    """Copies carry the Message-ID of the first, and are of letters that were in flight at a fault."""
    unanswered = {mail["id"] for mail in mails if not mail["answered"]}
    copies = {identity: count - 1 for identity, count in Counter(m["id"] for m in mails).items() if count > 1}
    verdict.copies = sum(copies.values())
    return [
        f"{identity}: {count} copies, but it was not in flight at any fault"
        for identity, count in copies.items()
        if identity not in unanswered and identity.strip("<>").partition("@")[0] not in in_flight
    ]
