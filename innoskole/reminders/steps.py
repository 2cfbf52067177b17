"""When a reminder is due. Plain arithmetic on days and hours, Norwegian time.

A step is a number of days from the deadline: -7 is a week before it, 3 is three days after it. What has no
deadline, and waits since a moment, has only steps after that moment. A reminder
has a window («due and not sent»), never a moment that can be missed: it opens on `reminded_on`, at the
rule's hour, and before a deadline it closes with the deadline.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from innoskole.deadlines.reckoning import DAY, is_working_day, next_working_day
from innoskole.ui import formats

# No run of days without a working day is longer, and so no reminder is moved further.
LONGEST_HOLIDAY = 14


@dataclass(frozen=True)
class Rule:
    """When people are reminded of one kind of deadline.

    before: days before the deadline. every, most: days between the reminders after the deadline, and how
    many there are; none when either is 0. hour: of the day, from which reminders leave. quiet_from,
    quiet_until: hours between which none leaves, unless the deadline passes meanwhile. on_working_days: a
    reminder that falls on a free day leaves on the next working day. in_digest: what one person is to hear on
    one day is one mail.
    """

    is_active: bool = True
    before: tuple[int, ...] = (7, 2)
    every: int = 0
    most: int = 0
    hour: int = 8
    quiet_from: int = 20
    quiet_until: int = 7
    on_working_days: bool = True
    in_digest: bool = True

    @property
    def steps(self) -> list[int]:
        """The nearest to today first, which overtakes those behind it."""
        after = [self.every * n for n in range(self.most, 0, -1)] if self.every else []
        return [*after, *(-days for days in sorted(self.before))]


USUAL = Rule()


def reminded_on(due: date, step: int, rule: Rule) -> date:
    """The day on which the window of a step opens. It is never later for an earlier deadline."""
    day = due + step * DAY
    if not rule.on_working_days or is_working_day(day):
        return day
    moved = next_working_day(day)
    if step > 0 or moved < due:
        return moved
    while not is_working_day(day):  # before the deadline rather than on it or after it
        day -= DAY
    return day


def last_due(step: int, rule: Rule, now: datetime) -> date:
    """The last day on which a deadline may be for its step to be open now; it is for all earlier ones."""
    local = formats.local(now)
    today = local.date() if local.hour >= rule.hour else local.date() - DAY
    due = today - step * DAY + LONGEST_HOLIDAY * DAY
    while reminded_on(due, step, rule) > today:
        due -= DAY
    return due


def opens_at(due: date, step: int, rule: Rule) -> datetime:
    """The moment at which the window of a step opens, for the preview."""
    return _at(reminded_on(due, step, rule), rule.hour)


# --- When nothing leaves ------------------------------------------------------------------------------


def is_quiet(rule: Rule, now: datetime) -> bool:
    """Whether the hour is one in which no reminder leaves. quiet_from = quiet_until: there are none."""
    hour = formats.local(now).hour
    if rule.quiet_from <= rule.quiet_until:
        return rule.quiet_from <= hour < rule.quiet_until
    return hour >= rule.quiet_from or hour < rule.quiet_until


def quiet_ends(rule: Rule, now: datetime) -> datetime:
    """The next moment at which the quiet hours end."""
    local = formats.local(now)
    today = local.date()
    return _at(today if local.hour < rule.quiet_until else today + DAY, rule.quiet_until)


def waits_until(rule: Rule, now: datetime) -> datetime | None:
    """Until when all that can wait is held back, for the night or a free day; None when all may leave.

    A deadline that passes sooner cannot wait. It leaves on a free day rather than at night.
    """
    if is_quiet(rule, now):
        return quiet_ends(rule, now)
    today = formats.local(now).date()
    if rule.on_working_days and not is_working_day(today):
        return _opening(next_working_day(today), rule)
    return None


def opens_again(rule: Rule, now: datetime) -> datetime:
    """When that may leave which waits today because the person has had today's mail."""
    tomorrow = formats.local(now).date() + DAY
    return _opening(next_working_day(tomorrow) if rule.on_working_days else tomorrow, rule)


def _opening(day: date, rule: Rule) -> datetime:
    """The first moment of a day at which something may leave; the next day if that is quiet from then on."""
    first = _at(day, rule.hour)
    return quiet_ends(rule, first) if is_quiet(rule, first) else first


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())
