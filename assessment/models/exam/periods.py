"""Until when a grade can be appealed against: the clock that stands still while the school owes an answer.

Pure: days in, a day out; which rule is valid on a day is asked of `reckon`. A pause that begins in time stops
the clock. When it ends with an answer the whole period runs anew from that day; when it ends without one,
because the candidate took the request back, the days for which the clock stood still are added.

Source: universitets- og høyskoleloven on explanation and appeals (of 2005: § 5-2 (1) and § 5-3 (4), «løper
klagefristen … fra kandidaten har fått begrunnelsen eller endelig avgjørelse av klagen foreligger»). How a day
that is no working day moves the end stands in innoskole.deadlines.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from innoskole.deadlines.reckoning import next_working_day
from innoskole.deadlines.rules import Deadline

Reckon = Callable[[date], Deadline]  # the deadline of a period that begins on a day


@dataclass(frozen=True)
class Pause:
    """Something that the school is to answer before the period can run out.

    ended_on: None while it waits. answered: whether the period runs anew from the day on which it ended.
    """

    began_on: date
    ended_on: date | None = None
    answered: bool = False


@dataclass(frozen=True)
class Clock:
    """due: the last day and its rule, if nothing more pauses it. still_since: since when the clock stands
    still; None while it runs. lent: days added for pauses that ended without an answer.
    """

    due: Deadline
    still_since: date | None = None
    lent: int = 0

    @property
    def until_on(self) -> date | None:
        """The last day; None while the clock stands still."""
        return None if self.still_since else self.due.day

    def has_run_out(self, today: date) -> bool:
        return self.until_on is not None and today > self.until_on


def run(reckon: Reckon, told_on: date, pauses: Iterable[Pause]) -> Clock:
    """The clock of a period that begins when a grade is told. pauses: in any order.

    What begins after the period has run out does not revive it. Pauses at the same time are counted once.
    """
    clock = Clock(reckon(told_on))
    counted_to = told_on
    for pause in sorted(pauses, key=lambda each: (each.began_on, each.ended_on or date.max)):
        if pause.began_on > clock.due.day:
            continue
        if pause.ended_on is None:
            return replace(clock, still_since=pause.began_on)
        if pause.answered:
            if pause.ended_on > clock.due.start:
                clock, counted_to = Clock(reckon(pause.ended_on)), pause.ended_on
            continue
        days = (pause.ended_on - max(pause.began_on, counted_to)).days
        if days > 0:
            clock, counted_to = _lengthened(clock, reckon, days), pause.ended_on
    return clock


def _lengthened(clock: Clock, reckon: Reckon, days: int) -> Clock:
    """The end of the period itself moves by the days; only then is it moved to a working day."""
    plain = reckon(clock.due.start)
    lent = clock.lent + days
    end = (plain.moved_from or plain.day) + timedelta(days=lent)
    day = next_working_day(end) if plain.rule.moves_to_working_day else end
    return Clock(replace(plain, day=day, moved_from=end if day != end else None), lent=lent)
