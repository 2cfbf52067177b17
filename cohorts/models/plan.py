"""A cohort's plan as plain values, and what is wrong with it or worth a second look.

Sources: programme page, «6 samlinger à 2-3 dager, til sammen 14 dager», «Samling 6: Studietur»; the figures
are the cohort's. Holidays: innoskole.deadlines.reckoning. School holidays differ between municipalities, and
are not known here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import combinations, pairwise

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models.cohort import Cohort, Instructor
from cohorts.models.session import Session, SessionDay, hours, span
from innoskole.deadlines.reckoning import DAY, SATURDAY, is_public_holiday
from innoskole.ui import formats

# Between which a plan is made: holidays are known until 2100 (reckoning.public_holidays), a year needs room.
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2097, 12, 31)


@dataclass(frozen=True)
class PlannedItem:
    title: str
    starts: time
    ends: time
    room: str = ""


@dataclass(frozen=True)
class PlannedDay:
    held_on: date
    starts: time = time(9)
    ends: time = time(16)
    items: tuple[PlannedItem, ...] = ()

    @property
    def hours(self) -> str:
        return hours(self.starts, self.ends)


@dataclass(frozen=True)
class PlannedSession:
    """days: in the order of time."""

    number: int
    title: str
    days: tuple[PlannedDay, ...] = ()
    is_study_tour: bool = False

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def when(self) -> str:
        return span([day.held_on for day in self.days])

    def moved(self, by: timedelta) -> "PlannedSession":
        days = tuple(replace(day, held_on=day.held_on + by) for day in self.days)
        return replace(self, days=days)


Plan = Sequence[PlannedSession]


@dataclass(frozen=True)
class Norm:
    """How many sessions, how many days in all, and how many days a session has at least and at most."""

    sessions: int = 6
    days: int = 14
    days_min: int = 2
    days_max: int = 3

    @classmethod
    def of(cls, cohort: Cohort) -> "Norm":
        return cls(cohort.sessions_planned, cohort.days_planned, cohort.days_min, cohort.days_max)


class Weight(StrEnum):
    """error: the plan is not what the programme promises. warning: it may be meant so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """text: what is so, and what to do about it. session: its number, if it is about one."""

    weight: Weight
    text: str
    session: int | None = None


# Day → the instructors who teach in another cohort then, each with the cohort's name.
Elsewhere = Mapping[date, Sequence[tuple[str, str]]]


def plan_of(sessions: Iterable[Session]) -> tuple[PlannedSession, ...]:
    """Sessions with their programme as plain values. Reads the relations `days` and their `items` only."""
    return tuple(
        PlannedSession(
            number=session.number,
            title=session.title,
            is_study_tour=session.is_study_tour,
            days=tuple(
                PlannedDay(
                    held_on=day.held_on,
                    starts=day.starts,
                    ends=day.ends,
                    items=tuple(
                        PlannedItem(item.title, item.starts, item.ends, item.room) for item in day.items.all()
                    ),
                )
                for day in sorted(session.days.all(), key=lambda day: day.held_on)
            ),
        )
        for session in sorted(sessions, key=lambda session: session.number)
    )


def elsewhere(cohort: Cohort, days: Iterable[date]) -> Elsewhere:
    """On which of the days an instructor of the cohort has a session of another one; two queries."""
    others: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Instructor.objects.filter(user__teaching__cohort=cohort).exclude(cohort=cohort)
    for row in rows.select_related("user", "cohort__intake").order_by("user__sort_key", "pk"):
        others[row.cohort_id].append((str(row.user), str(row.cohort)))
    found: dict[date, list[tuple[str, str]]] = defaultdict(list)
    taken = SessionDay.objects.filter(session__cohort__in=others, held_on__in=set(days))
    for cohort_id, held_on in taken.values_list("session__cohort", "held_on").distinct().order_by("pk"):
        found[held_on] += others[cohort_id]
    return found


def findings(plan: Plan, norm: Norm, busy: Elsewhere | None = None) -> list[Finding]:
    """Everything to be said about a plan, errors first. plan: in the order of the numbers."""
    if not plan:
        return [
            Finding(
                Weight.ERROR,
                _("The plan has no sessions yet. Make those of the programme, or add one."),
            )
        ]
    found = [
        *_numbers(plan, norm),
        *_lengths(plan, norm),
        *_order(plan),
        *_study_tour(plan),
        *_free_days(plan),
        *_items(plan),
        *_conflicts(plan, busy or {}),
    ]
    return sorted(found, key=lambda finding: finding.weight)  # «error» comes before «warning»


def _numbers(plan: Plan, norm: Norm) -> Iterator[Finding]:
    if len(plan) != norm.sessions:
        yield Finding(
            Weight.ERROR,
            ngettext(
                "The plan has %(count)s session, and the cohort is to have %(norm)s. Add or remove sessions,"
                " or change the number in the cohort's settings.",
                "The plan has %(count)s sessions, and the cohort is to have %(norm)s. Add or remove sessions,"
                " or change the number in the cohort's settings.",
                len(plan),
            )
            % {"count": len(plan), "norm": norm.sessions},
        )
    days = sum(len(session.days) for session in plan)
    if days != norm.days:
        yield Finding(
            Weight.ERROR,
            ngettext(
                "The sessions have %(count)s day in all, and the cohort is to have %(norm)s. Add or remove"
                " days, or change the number in the cohort's settings.",
                "The sessions have %(count)s days in all, and the cohort is to have %(norm)s. Add or remove"
                " days, or change the number in the cohort's settings.",
                days,
            )
            % {"count": days, "norm": norm.days},
        )


def _lengths(plan: Plan, norm: Norm) -> Iterator[Finding]:
    for session in plan:
        if not session.days:
            yield Finding(
                Weight.ERROR,
                _("Session %(session)s has no days yet. Say when it is held.") % {"session": session},
                session.number,
            )
        elif not norm.days_min <= len(session.days) <= norm.days_max:
            yield Finding(
                Weight.ERROR,
                ngettext(
                    "Session %(session)s lasts %(count)s day. A session has %(min)s to %(max)s days.",
                    "Session %(session)s lasts %(count)s days. A session has %(min)s to %(max)s days.",
                    len(session.days),
                )
                % {
                    "session": session,
                    "count": len(session.days),
                    "min": norm.days_min,
                    "max": norm.days_max,
                },
                session.number,
            )
        if any(later.held_on - earlier.held_on != DAY for earlier, later in pairwise(session.days)):
            yield Finding(
                Weight.WARNING,
                _("The days of session %(session)s do not follow upon each other. Check the dates.")
                % {"session": session},
                session.number,
            )


def _order(plan: Plan) -> Iterator[Finding]:
    placed = [session for session in plan if session.days]
    for earlier, later in combinations(placed, 2):
        shared = {day.held_on for day in earlier.days} & {day.held_on for day in later.days}
        if shared:
            yield Finding(
                Weight.ERROR,
                _("Sessions %(earlier)s and %(later)s are both held on %(days)s. Move one of them.")
                % {
                    "earlier": earlier,
                    "later": later,
                    "days": get_text_list([formats.day(each) for each in sorted(shared)], _("and")),
                },
                later.number,
            )
        elif later.days[0].held_on < earlier.days[-1].held_on:
            yield Finding(
                Weight.ERROR,
                _(
                    "Session %(later)s begins before session %(earlier)s is over. Move one of them, or change"
                    " their order."
                )
                % {"earlier": earlier, "later": later},
                later.number,
            )


def _study_tour(plan: Plan) -> Iterator[Finding]:
    tours = [session for session in plan if session.is_study_tour]
    if not tours:
        yield Finding(
            Weight.WARNING, _("No session is the study tour. Tick it off on the session that is the tour.")
        )
    for tour in tours[1:]:
        yield Finding(
            Weight.ERROR,
            _("Session %(session)s is a second study tour. Only one session can be the tour.")
            % {"session": tour},
            tour.number,
        )
    if len(tours) == 1 and tours[0] != plan[-1]:
        yield Finding(
            Weight.WARNING,
            _("The study tour, session %(session)s, is not the last session. Check their order.")
            % {"session": tours[0]},
            tours[0].number,
        )


def _free_days(plan: Plan) -> Iterator[Finding]:
    for session in plan:
        for day in session.days:
            values = {"session": session, "day": formats.day(day.held_on, weekday=True)}
            if is_public_holiday(day.held_on):
                text = _("%(day)s, in session %(session)s, is a public holiday.")
            elif day.held_on.weekday() >= SATURDAY:
                text = _("%(day)s, in session %(session)s, is in a weekend.")
            else:
                continue
            yield Finding(Weight.WARNING, _capital(text % values), session.number)


def _items(plan: Plan) -> Iterator[Finding]:
    for session in plan:
        for day in session.days:
            when = formats.day(day.held_on)
            for item in day.items:
                if item.starts < day.starts or item.ends > day.ends:
                    yield Finding(
                        Weight.WARNING,
                        _("“%(item)s” on %(day)s is outside the hours of the day, %(hours)s.")
                        % {
                            "item": item.title,
                            "day": when,
                            "hours": hours(day.starts, day.ends),
                        },
                        session.number,
                    )
            for one, other in combinations(day.items, 2):
                if one.room == other.room and one.starts < other.ends and other.starts < one.ends:
                    yield Finding(
                        Weight.WARNING,
                        _(
                            "“%(one)s” and “%(other)s” on %(day)s are at the same time. Move one of them, or"
                            " give them different rooms."
                        )
                        % {"one": one.title, "other": other.title, "day": when},
                        session.number,
                    )


def _conflicts(plan: Plan, busy: Elsewhere) -> Iterator[Finding]:
    for session in plan:
        for day in session.days:
            for name, cohort in busy.get(day.held_on, ()):
                yield Finding(
                    Weight.WARNING,
                    _("%(name)s has a session of another cohort, %(cohort)s, on %(day)s.")
                    % {"name": name, "cohort": cohort, "day": formats.day(day.held_on, weekday=True)},
                    session.number,
                )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- Another year -----------------------------------------------------------------------------------------


def shift(plan: Plan, first_on: date) -> timedelta:
    """By how many whole weeks a plan is moved so that it begins in the week of a day.

    Whole weeks, so that a Tuesday stays a Tuesday. Zero for a plan that is not placed in time.
    """
    days = [day.held_on for session in plan for day in session.days]
    if not days:
        return timedelta()
    first = min(days)
    return _monday(first_on) - _monday(first)


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def usual_lengths(norm: Norm) -> list[int]:
    """How many days each session has when nobody has said otherwise: as alike as can be, the longest last.

    14 days on 6 sessions: 2, 2, 2, 2, 3, 3. Bounded by the shortest and the longest session.
    """
    if not norm.sessions:
        return []
    each, more = divmod(norm.days, norm.sessions)
    lengths = [each] * (norm.sessions - more) + [each + 1] * more
    return [min(max(length, norm.days_min), norm.days_max) for length in lengths]
