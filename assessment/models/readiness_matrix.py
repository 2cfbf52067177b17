"""The people of a cohort against the conditions: filtered, sorted, counted, and followed over time."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessment.models.readiness import REQUIREMENT, Aim, Condition, Standing
from innoskole.municipalities.names import sort_key
from innoskole.ui.steps import Step


class RoleFilter(models.TextChoices):
    STUDENT = "student", _("Students")
    COURSE_PARTICIPANT = "course_participant", _("Course participants")


class ReadyFilter(models.TextChoices):
    """What stands in the filter «lacks» beside the conditions themselves."""

    NOTHING = "nothing", _("Nothing")
    SOMETHING = "something", _("Something")


AIM_OF_ROLE: Mapping[str, Aim] = {
    RoleFilter.STUDENT: Aim.EXAM,
    RoleFilter.COURSE_PARTICIPANT: Aim.CERTIFICATE,
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """text: words of a name or a municipality. team: its number. lacks: of ReadyFilter, or a criterion."""

    text: str = ""
    team: str = ""
    role: str = ""
    lacks: str = ""

    def let_through(self, one: Standing) -> bool:
        person = one.participant
        words = f"{person} {person.team}".casefold()
        return (
            all(word in words for word in self.text.casefold().split())
            and (not self.team or self.team == str(person.team.number))
            and (not self.role or one.aim == AIM_OF_ROLE[self.role])
            and (not self.lacks or self.lacks in _lacks(one))
        )


def _lacks(one: Standing) -> set[str]:
    if one.readiness.is_ready:
        return {ReadyFilter.NOTHING}
    return {ReadyFilter.SOMETHING, *(condition.key for condition in one.readiness.missing)}


@dataclass(frozen=True)
class Criterion:
    """A condition that somebody in the cohort needs; key as in Condition."""

    key: str
    label: str


@dataclass(frozen=True)
class Row:
    """cells: a condition for each criterion; None where the person does not need it."""

    standing: Standing
    cells: tuple[Condition | None, ...]


def criteria(standings: Iterable[Standing]) -> list[Criterion]:
    """Every condition that somebody needs, in the order of the conditions."""
    found: dict[str, str] = {}
    for one in standings:
        for condition in one.readiness.conditions:
            found.setdefault(condition.key, condition.label)
    return [Criterion(key, label) for key, label in found.items()]


def row(one: Standing, criteria: Sequence[Criterion]) -> Row:
    needed = {condition.key: condition for condition in one.readiness.conditions}
    return Row(one, tuple(needed.get(criterion.key) for criterion in criteria))


SORTS: Mapping[str, Callable[[Standing], Any]] = {
    "team": lambda one: one.participant.team.number,
    "name": lambda one: sort_key(one.participant.member.name),
    "missing": lambda one: len(one.readiness.missing),
}


def in_order(standings: Iterable[Standing], sort: str) -> list[Standing]:
    """By a key of SORTS, «-key» turned; those who are alike stand by team and name."""
    ordered = sorted(standings, key=lambda one: (SORTS["team"](one), SORTS["name"](one)))
    return sorted(ordered, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


@dataclass(frozen=True)
class Lack:
    """How many of those who need a condition lack it."""

    criterion: Criterion
    people: int
    of: int


@dataclass(frozen=True)
class Totals:
    """Numbers of people, and of those of them who are ready; lacks: what most people lack first."""

    students: int
    students_ready: int
    course_participants: int
    course_participants_ready: int
    lacks: list[Lack]


def totals(standings: Sequence[Standing]) -> Totals:
    by_aim = Counter((one.aim, one.readiness.is_ready) for one in standings)
    needed = Counter(condition.key for one in standings for condition in one.readiness.conditions)
    missing = Counter(condition.key for one in standings for condition in one.readiness.missing)
    lacks = [
        Lack(criterion, missing[criterion.key], needed[criterion.key])
        for criterion in criteria(standings)
        if missing[criterion.key]
    ]
    return Totals(
        students=by_aim[Aim.EXAM, True] + by_aim[Aim.EXAM, False],
        students_ready=by_aim[Aim.EXAM, True],
        course_participants=by_aim[Aim.CERTIFICATE, True] + by_aim[Aim.CERTIFICATE, False],
        course_participants_ready=by_aim[Aim.CERTIFICATE, True],
        lacks=sorted(lacks, key=lambda lack: -lack.people),
    )


@dataclass(frozen=True)
class Course:
    """How a cohort's students have come on. steps: approved results and students who are ready, by week.

    results, students: how many there are to reach.
    """

    steps: list[Step]
    results: int
    students: int

    @property
    def results_approved(self) -> int:
        return self.steps[-1].counts[0] if self.steps else 0

    @property
    def students_ready(self) -> int:
        return self.steps[-1].counts[1] if self.steps else 0


def course(standings: Iterable[Standing], until: date) -> Course:
    """What stands today, by the week in which it came about: an approval that was withdrawn is not in it."""
    students = [one for one in standings if one.aim == Aim.EXAM]
    results = [
        condition
        for one in students
        for condition in one.readiness.conditions
        if condition.key.startswith(REQUIREMENT)
    ]
    approved = Counter(
        _week(condition.evidence.happened_on, until) for condition in results if condition.is_met
    )
    ready = Counter(_week(one.readiness.ready_on, until) for one in students if one.readiness.is_ready)
    steps, counts = [], (0, 0)
    for week in sorted(approved.keys() | ready.keys()):
        counts = counts[0] + approved[week], counts[1] + ready[week]
        steps.append(Step(week, counts))
    return Course(steps, len(results), len(students))


def _week(day: date | None, until: date) -> date:
    """The Sunday of the day's week, never later than `until`; what has no day is known today."""
    return until if day is None else min(day + timedelta(days=6 - day.weekday()), until)
