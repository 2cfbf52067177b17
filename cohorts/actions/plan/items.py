"""Deeds on the items of the programme and on the learning outcomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions.plan.frame import open_plan, unchanged
from cohorts.actions.plan.materials import forget_file
from cohorts.models import Cohort, LearningOutcome, ProgrammeItem, SessionDay
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ADDED = gettext_noop("added an item to the programme")
CHANGED = gettext_noop("changed an item of the programme")
REMOVED = gettext_noop("removed an item from the programme")
OUTCOME_ADDED = gettext_noop("added a learning outcome")
OUTCOME_CHANGED = gettext_noop("changed a learning outcome")
OUTCOME_REMOVED = gettext_noop("removed a learning outcome")
ITEM = gettext_noop("Item")
TIME = gettext_noop("Time")
OUTCOME = gettext_noop("Learning outcome")


@transaction.atomic
def add_item(
    day: SessionDay,
    values: Mapping[str, Any],
    outcomes: Sequence[LearningOutcome],
    *,
    by: User,
    now: datetime,
) -> ProgrammeItem:
    """Add an item to a day. values: fields of ProgrammeItem. Raises Refused in a completed cohort."""
    open_plan(day.session.cohort)
    item = ProgrammeItem.objects.create(**{"day": day, **values})
    item.outcomes.set(outcomes)
    audit.record(item.day.session, ADDED, by=by, now=now, changes={ITEM: (None, _named(item))})
    return item


@transaction.atomic
def change_item(
    item: ProgrammeItem,
    values: Mapping[str, Any],
    outcomes: Sequence[LearningOutcome],
    *,
    by: User,
    now: datetime,
    version: str = "",
) -> None:
    """Change an item, or move it with its material to another day: `day` is one of the values then.

    version: of the item when its form was opened. Raises Refused when it has another one now, and in a
    completed cohort.
    """
    open_plan(item.day.session.cohort)
    current = (
        ProgrammeItem.objects.select_for_update(of=("self",)).select_related("day__session").get(pk=item.pk)
    )
    unchanged(current, version)
    name, before = _named(current), {field: getattr(current, field) for field in values}
    outcomes_before = sorted(outcome.code for outcome in current.outcomes.all())
    for field, value in values.items():
        setattr(current, field, value)
    current.save()
    current.outcomes.set(outcomes)
    outcomes_after = sorted(outcome.code for outcome in outcomes)
    is_same = all(getattr(current, field) == old for field, old in before.items())
    if is_same and outcomes_before == outcomes_after:
        return
    audit.record(
        current.day.session,
        CHANGED,
        by=by,
        now=now,
        changes={
            ITEM: ("" if name == _named(current) else name, _named(current)),
            OUTCOME: (outcomes_before, outcomes_after),
        },
    )


@transaction.atomic
def remove_item(item: ProgrammeItem, *, by: User, now: datetime) -> None:
    """Remove an item and its material. Raises Refused in a completed cohort."""
    session = item.day.session
    open_plan(session.cohort)
    name = _named(item)
    for material in item.materials.all():
        forget_file(material)
    item.delete()
    audit.record(session, REMOVED, by=by, now=now, changes={ITEM: (name, None)})


def _named(item: ProgrammeItem) -> str:
    """Title and time, as the audit keeps them: the same in every language."""
    return f"{item.title_nb} ({item.day.held_on:%Y-%m-%d} {item.starts:%H:%M}–{item.ends:%H:%M})"


# --- Learning outcomes ------------------------------------------------------------------------------------


@transaction.atomic
def add_outcome(cohort: Cohort, values: Mapping[str, Any], *, by: User, now: datetime) -> LearningOutcome:
    """Add a learning outcome as the last one. Raises Refused for a code that is taken."""
    current = open_plan(cohort)
    last = current.outcomes.aggregate(last=Max("number"))["last"] or 0
    outcome = LearningOutcome(cohort=current, number=last + 1, **values)
    _save(outcome)
    audit.record(current, OUTCOME_ADDED, by=by, now=now, changes={OUTCOME: (None, _text(outcome))})
    return outcome


@transaction.atomic
def change_outcome(outcome: LearningOutcome, values: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Change the words of a learning outcome; what works on it stays. Raises Refused for a taken code."""
    cohort = open_plan(outcome.cohort)
    current = LearningOutcome.objects.select_for_update().get(pk=outcome.pk)
    before = _text(current)
    for name, value in values.items():
        setattr(current, name, value)
    _save(current)
    audit.record(cohort, OUTCOME_CHANGED, by=by, now=now, changes={OUTCOME: (before, _text(current))})


@transaction.atomic
def remove_outcome(outcome: LearningOutcome, *, by: User, now: datetime) -> None:
    """Remove a learning outcome from the plan and from the items that work on it."""
    cohort = open_plan(outcome.cohort)
    text = _text(outcome)
    outcome.delete()
    audit.record(cohort, OUTCOME_REMOVED, by=by, now=now, changes={OUTCOME: (text, None)})


def _save(outcome: LearningOutcome) -> None:
    try:
        with transaction.atomic():
            outcome.save()
    except IntegrityError as error:
        taken = LearningOutcome.objects.filter(cohort=outcome.cohort_id, code=outcome.code)
        if taken.exclude(pk=outcome.pk).exists():
            raise Refused(_("Another learning outcome has this code. Choose another one.")) from error
        raise


def _text(outcome: LearningOutcome) -> str:
    return f"{outcome.code} {outcome.text_nb}"
