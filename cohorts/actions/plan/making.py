"""A whole plan at once: the sessions of the programme, or the plan of another cohort in other weeks."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions.plan.frame import open_plan
from cohorts.models import Cohort, LearningOutcome, Material, Session, SessionDay
from cohorts.models.plan import LAST_DAY, Norm, PlannedDay, PlannedSession, plan_of, shift, usual_lengths
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.deadlines.reckoning import DAY, WEEK

MADE = gettext_noop("made the sessions of the programme")
COPIED = gettext_noop("copied the plan of another cohort")
SOURCE = gettext_noop("Copied from")
FIRST_DAY = gettext_noop("First day")

Row = TypeVar("Row", bound=Model)
DEFAULTS = Path(__file__).parents[2] / "data" / "programme.yaml"


@cache
def defaults() -> dict[str, list[dict[str, Any]]]:
    """Sessions and learning outcomes of the programme page: fields of Session and LearningOutcome."""
    content: dict[str, list[dict[str, Any]]] = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    return content


def obstacle_to_making(cohort: Cohort) -> str:
    """Why no whole plan can be made, as a sentence; empty when it can."""
    if cohort.state != CohortState.PLANNED:
        return _(
            "The cohort has begun. Add and change sessions one by one: the participants are told of each."
        )
    if cohort.sessions.exists():
        return _("The plan has sessions already. Remove them first if you want to begin anew.")
    return ""


def usual_days(norm: Norm, first_on: date, weeks_between: int) -> list[list[date]]:
    """The days of each session when one begins every so many weeks, on the same day of the week."""
    return [
        [first_on + number * weeks_between * WEEK + day * DAY for day in range(length)]
        for number, length in enumerate(usual_lengths(norm))
    ]


@transaction.atomic
def make_sessions(
    cohort: Cohort, *, first_on: date | None, weeks_between: int, by: User, now: datetime
) -> None:
    """Make the sessions and learning outcomes of the programme page, with days if the first one is given.

    Raises Refused when the plan has sessions, or the cohort has begun.
    """
    current = open_plan(cohort)
    if obstacle := obstacle_to_making(current):
        raise Refused(obstacle)
    days = usual_days(Norm.of(current), first_on, weeks_between) if first_on else []
    for number, texts in enumerate(defaults()["sessions"], start=1):
        session = Session.objects.create(cohort=current, number=number, **texts)
        held_on = days[number - 1] if number <= len(days) else []
        SessionDay.objects.bulk_create(SessionDay(session=session, held_on=day) for day in held_on)
    _make_outcomes(current)
    audit.record(current, MADE, by=by, now=now, changes={FIRST_DAY: (None, first_on)})


def _make_outcomes(cohort: Cohort) -> None:
    known = set(cohort.outcomes.values_list("code", flat=True))
    LearningOutcome.objects.bulk_create(
        LearningOutcome(cohort=cohort, number=number, **texts)
        for number, texts in enumerate(defaults()["outcomes"], start=1)
        if texts["code"] not in known
    )


def copied(source: Cohort, first_on: date) -> tuple[PlannedSession, ...]:
    """The plan of a cohort in the weeks from a day on, as it would be copied; nothing is written.

    Raises Refused when it would reach beyond the years whose holidays are known.
    """
    plan = plan_of(source.sessions.with_programme())
    by = shift(plan, first_on)
    latest = max((day.held_on for session in plan for day in session.days), default=None)
    if latest and latest + by > LAST_DAY:
        raise Refused(_("The plan would reach beyond the year %(year)s.") % {"year": LAST_DAY.year})
    return tuple(session.moved(by) for session in plan)


@transaction.atomic
def copy_plan(cohort: Cohort, source: Cohort, *, first_on: date, by: User, now: datetime) -> None:
    """Take over the plan of another cohort, moved by whole weeks so that it begins in the week of a day.

    Days, items, learning outcomes and links come along; links are not published. Files stay where they are
    (docs/decisions/0121). Raises Refused when the plan has sessions, or the cohort has begun.
    """
    current = open_plan(cohort)
    if obstacle := obstacle_to_making(current):
        raise Refused(obstacle)
    moved = shift(copied_days(source), first_on)
    outcomes = _copy_outcomes(source, current)
    for session in source.sessions.prefetch_related("days__items__outcomes", "days__items__materials"):
        _copy_session(session, current, moved, outcomes, by=by, now=now)
    current.copied_from = source
    current.save(update_fields=["copied_from"])
    audit.record(
        current, COPIED, by=by, now=now, changes={SOURCE: (None, source.slug), FIRST_DAY: (None, first_on)}
    )


def copied_days(source: Cohort) -> tuple[PlannedSession, ...]:
    """The sessions of a cohort with their days only."""
    return tuple(
        PlannedSession(session.number, session.title, tuple(PlannedDay(day) for day in session.dates))
        for session in source.sessions.with_days()
    )


def _copy_outcomes(source: Cohort, to: Cohort) -> dict[int, LearningOutcome]:
    """Outcomes that the cohort has under the same code stay its own. Returns key at the source → the copy."""
    known = {outcome.code: outcome for outcome in to.outcomes.all()}
    found: dict[int, LearningOutcome] = {}
    for outcome in source.outcomes.all():
        found[outcome.pk] = known.get(outcome.code) or _clone(outcome, cohort=to)
    return found


def _copy_session(
    session: Session,
    to: Cohort,
    moved: timedelta,
    outcomes: dict[int, LearningOutcome],
    *,
    by: User,
    now: datetime,
) -> None:
    days = list(session.days.all())
    new = _clone(session, cohort=to, changed_at=None)
    for day in days:
        items = list(day.items.all())
        new_day = _clone(day, session=new, held_on=day.held_on + moved)
        for item in items:
            linked = [outcomes[outcome.pk] for outcome in item.outcomes.all()]
            materials = [material for material in item.materials.all() if material.link]
            new_item = _clone(item, day=new_day)
            new_item.outcomes.set(linked)
            Material.objects.bulk_create(
                Material(item=new_item, title=each.title, link=each.link, added_by=by, added_at=now)
                for each in materials
            )


def _clone(row: Row, **fields: Any) -> Row:
    """A new row with the values of another one, but for some."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in fields
    }
    return type(row)._base_manager.create(**values, **fields)
