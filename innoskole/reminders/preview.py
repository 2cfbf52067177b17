"""What the coming sweeps will do if nothing is done meanwhile: reckoned, never stored.

The sweeps of the coming days are played through in the order of time, so that the preview keeps to what they
keep to: windows, quiet hours, steps that overtake each other, one mail a day to each person. Nothing is
written, and there are as many queries for many rows as for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from heapq import heapify, heappop, heappush

from django.utils import timezone

from innoskole.deadlines.reckoning import DAY
from innoskole.reminders.actions import AN_HOUR, rules
from innoskole.reminders.kinds import Kind, Recipient, all_kinds
from innoskole.reminders.models import STRUCK, Pause, Reminder, Why
from innoskole.reminders.steps import LONGEST_HOLIDAY, Rule, opens_again, opens_at, waits_until
from innoskole.ui import formats

DAYS = 30

Deadline = tuple[str, int, date, str]  # kind, row, day, and the address where a row has several


@dataclass(frozen=True, order=True)
class Planned:
    """One reminder that will leave at a moment, or why it will not.

    to: None when there is nobody to remind. why_not: paused, declined, nobody, or empty. title: in the
    language in force.
    """

    at: datetime
    due_at: datetime
    object_id: int
    title: str = field(compare=False)
    scope: str = field(compare=False)
    url: str = field(compare=False)
    step: int = field(compare=False)
    kind: Kind = field(compare=False)
    rule: Rule = field(compare=False)
    to: Recipient | None = field(compare=False)
    why_not: str = field(compare=False, default="")

    @property
    def day(self) -> date:
        return formats.local(self.at).date()

    @property
    def email(self) -> str:
        """As the ledger has it; empty for nobody."""
        return self.to.email.lower() if self.to else ""

    @property
    def name(self) -> str:
        return (self.to.name or self.to.email) if self.to else ""

    @property
    def deadline(self) -> Deadline:
        due_on = formats.local(self.due_at).date()
        return self.kind.key, self.object_id, due_on, self.email if self.kind.to_many else ""


def planned(
    now: datetime,
    *,
    in_force: Mapping[str, Rule] | None = None,
    only: Iterable[Kind] | None = None,
    email: str = "",
    days: int = DAYS,
) -> list[Planned]:
    """Who will hear what, today and on the days that follow, in the order of time.

    in_force: rules to try instead of those that hold, for every kind. only: these kinds. email: what this
    address will hear. A reminder that waits because its person has had a mail today stands on tomorrow.
    """
    in_force = in_force or rules()
    until = _midnight(formats.local(now).date() + days * DAY)
    kinds = list(only) if only is not None else all_kinds()
    turns = [turn for kind in kinds for turn in _turns(kind, in_force[kind.key], now, until, email.lower())]
    if not turns:
        return []
    steps = _steps_in_the_ledger(turns)
    queue = [turn for turn in turns if turn.step not in steps[turn.deadline]]
    found = _play(queue, steps, in_force, now, until)
    return sorted(found, key=lambda turn: (turn.at, turn.due_at, turn.object_id, turn.email))


def _turns(kind: Kind, rule: Rule, now: datetime, until: datetime, email: str) -> Iterator[Planned]:
    """Every step of every deadline whose window opens before `until`, whether handled or not."""
    if not rule.is_active or not rule.steps:
        return
    furthest = max([0, *rule.before]) + LONGEST_HOLIDAY + 1
    rows = kind.open().filter(**{f"{kind.due_field}__lt": until + furthest * DAY})
    if all(step <= 0 for step in rule.steps):
        rows = rows.filter(**{f"{kind.due_field}__gt": now})
    for row in rows:
        due_at, since_at = getattr(row, kind.due_field), getattr(row, kind.since_field)
        windows = [(step, opens_at(formats.local(due_at).date(), step, rule)) for step in rule.steps]
        windows = [(step, opens) for step, opens in windows if since_at < opens < until]
        if not windows:
            continue
        recipients = {to.email.lower(): to for to in kind.to(row)}
        for to in recipients.values() or [None]:
            if email and (to is None or to.email.lower() != email):
                continue
            turn = Planned(
                at=now,
                due_at=due_at,
                object_id=row.pk,
                title=kind.title(row),
                scope=kind.scope(row),
                url=kind.url(row, to) if to else "",
                step=0,
                kind=kind,
                rule=rule,
                to=to,
            )
            for step, opens in windows:
                yield _not_before(replace(turn, step=step), max(opens, now))


def _steps_in_the_ledger(turns: list[Planned]) -> dict[Deadline, set[int]]:
    """The steps of each deadline that a sweep has dealt with."""
    days = [turn.deadline[2] for turn in turns]
    kinds = {turn.kind.key: turn.kind for turn in turns}
    handled = Reminder.objects.filter(kind__in=kinds, due_on__range=(min(days), max(days)))
    handled = handled.exclude(why_not__in=STRUCK)
    found: dict[Deadline, set[int]] = defaultdict(set)
    for kind, object_id, due_on, email, step in handled.values_list(
        "kind", "object_id", "due_on", "to_email", "step"
    ):
        found[kind, object_id, due_on, email if kinds[kind].to_many else ""].add(step)
    return found


def _play(
    queue: list[Planned],
    steps: Mapping[Deadline, set[int]],
    in_force: Mapping[str, Rule],
    now: datetime,
    until: datetime,
) -> Iterator[Planned]:
    """Go from sweep to sweep; what is due at one moment is one sweep's work."""
    pauses, today = list(Pause.objects.in_force(now)), formats.local(now).date()
    heard = {(email, today) for email in _heard_on(today, in_force)}
    nearest = {deadline: max(found) for deadline, found in steps.items() if found}
    heapify(queue)
    while queue and queue[0].at < until:
        at = queue[0].at
        together = []
        while queue and queue[0].at == at:
            together.append(heappop(queue))
        for turn in together:
            nearest[turn.deadline] = max(turn.step, nearest.get(turn.deadline, turn.step))
        left = []
        for turn in together:
            if turn.step < nearest[turn.deadline] or (turn.step <= 0 and turn.due_at <= at):
                continue
            why_not = _why_not(turn, pauses)
            if why_not:
                yield replace(turn, why_not=why_not)
            elif (turn.email, turn.day) in heard and _can_wait(turn):
                heappush(queue, _not_before(turn, _midnight(turn.day + DAY)))
            else:
                left.append(turn)
        heard |= {(turn.email, turn.day) for turn in left if turn.rule.in_digest}
        yield from left


def _heard_on(day: date, in_force: Mapping[str, Rule]) -> set[str]:
    """Who has had the mail of the day."""
    digest = [kind for kind, rule in in_force.items() if rule.in_digest]
    heard = Reminder.objects.filter(kind__in=digest, happened_at__gte=_midnight(day), message__isnull=False)
    return set(heard.values_list("to_email", flat=True))


def _not_before(turn: Planned, moment: datetime) -> Planned:
    """At the moment, or when the night or the free days are over, unless the deadline passes in them."""
    while wait := waits_until(turn.rule, moment):
        if turn.step <= 0 and turn.due_at <= wait:
            break
        moment = wait
    return replace(turn, at=moment)


def _can_wait(turn: Planned) -> bool:
    return turn.rule.in_digest and (turn.step > 0 or turn.due_at > opens_again(turn.rule, turn.at) + AN_HOUR)


def _why_not(turn: Planned, pauses: list[Pause]) -> str:
    for pause in pauses:
        over = pause.until_at is not None and pause.until_at <= turn.at
        if not over and pause.covers(turn.kind.key, turn.object_id, turn.email):
            return Why.PAUSED if pause.by_id else Why.DECLINED
    return "" if turn.to else Why.NOBODY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


# --- As a calendar --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CalendarDay:
    """A day with what leaves on it. is_shown: whether the preview reaches it."""

    on: date
    is_shown: bool
    lines: list[Planned]

    @property
    def names(self) -> list[str]:
        """Everybody who hears something, once each."""
        return list(dict.fromkeys(line.name for line in self.lines if line.to))

    @property
    def forsaken(self) -> int:
        """How many deadlines there are of which nobody hears."""
        return sum(line.to is None for line in self.lines)


def weeks(lines: Iterable[Planned], first: date, days: int = DAYS) -> list[list[CalendarDay]]:
    """Whole weeks from Monday to Sunday that hold `days` days from `first` on."""
    by_day: dict[date, list[Planned]] = defaultdict(list)
    for line in lines:
        by_day[line.day].append(line)
    last = first + (days - 1) * DAY
    monday = first - first.weekday() * DAY
    return [
        [CalendarDay(on, first <= on <= last, by_day[on]) for on in (start + n * DAY for n in range(7))]
        for start in (monday + 7 * n * DAY for n in range((last - monday).days // 7 + 1))
    ]
