"""Deeds on an intake before its deadline: create, change while planned, open, extend, describe."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from applications.actions.moves import move
from applications.emails import administrator as letters
from applications.models import Application, Intake, Quota
from applications.models.rules import (
    DEFAULT_BOUNDS,
    TEXTS,
    Quotas,
    groups_of,
    quotas_from,
    quotas_of,
)
from applications.states import IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality

CREATED = gettext_noop("created the intake")
CHANGED = gettext_noop("changed the rules")
QUOTAS_SET = gettext_noop("set the quotas")
DESCRIBED = gettext_noop("changed the description")
OPENED = gettext_noop("opened the intake; the rules are frozen")
EXTENDED = gettext_noop("extended the deadline")
EXPORTED = gettext_noop("downloaded the list of applications")

SIZE_LABELS = {
    "S": gettext_noop("Small municipalities"),
    "M": gettext_noop("Medium-sized municipalities"),
    "L": gettext_noop("Large municipalities"),
}

# Those who can use more time; the others have left the intake.
TOLD_OF_EXTENSION = (State.DRAFT, State.AWAITING_APPROVAL, State.SUBMITTED)


@transaction.atomic
def create_intake(rules: Mapping[str, Any], *, copied_from: Intake | None, by: User, now: datetime) -> Intake:
    """Create a planned intake. `rules`: field → value of RULES, TEXTS and slug.

    The quotas of `copied_from` come along for the groups that the new intake has.
    Raises Refused when the address is taken.
    """
    intake = Intake(**rules, copied_from=copied_from, created_at=now)
    try:
        with transaction.atomic():
            intake.save()
    except IntegrityError as error:
        if Intake.objects.filter(slug=intake.slug).exists():
            raise Refused(_("Another intake has this address. Choose another one.")) from error
        raise
    if copied_from is not None:
        _store(intake, quotas_from(copied_from.quotas.all(), intake))
    source = {gettext_noop("Copied from"): ("", copied_from.slug)} if copied_from else {}
    audit.record(intake, CREATED, by=by, now=now, changes=source)
    return intake


@transaction.atomic
def change_intake(intake: Intake, rules: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Change the rules of a planned intake. Raises Refused once it has opened: the rules are frozen then.

    Quotas of groups that no longer exist, because the region division has changed, are removed.
    """
    current = _planned(intake)
    before = {field: getattr(current, field) for field in rules}
    for field, value in rules.items():
        setattr(current, field, value)
        setattr(intake, field, value)
    current.save(update_fields=list(rules))
    changes = {field: (before[field], value) for field, value in rules.items()}
    _store(current, quotas_of(current))
    if any(old != new for old, new in changes.values()):
        audit.record(intake, CHANGED, by=by, now=now, changes=changes)


@transaction.atomic
def set_quotas(intake: Intake, quotas: Quotas, *, by: User, now: datetime) -> None:
    """Set the fewest and most places of groups of a planned intake; a group not named gets the default.

    Raises Refused once the intake has opened, and for a minimum above the number of places.
    """
    current = _planned(intake)
    before = quotas_of(current)
    after = {group: quotas.get(group, DEFAULT_BOUNDS) for group in before}
    if any(bounds.minimum > current.capacity for bounds in after.values()):
        raise Refused(
            _("A group cannot need more than the %(capacity)s places of the intake.")
            % {"capacity": current.capacity}
        )
    _store(current, after)
    with override("en"):
        names = {(group.dimension, group.code): group.name for group in groups_of(current)}
    if before != after:
        changes = {
            SIZE_LABELS.get(code, names[dimension, code]): (
                before[dimension, code].in_figures(),
                bounds.in_figures(),
            )
            for (dimension, code), bounds in after.items()
        }
        audit.record(intake, QUOTAS_SET, by=by, now=now, changes=changes)


@transaction.atomic
def describe_intake(intake: Intake, texts: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Change the public description, which is no rule, at any time."""
    current = Intake.objects.select_for_update().get(pk=intake.pk)
    changes = {field: (getattr(current, field), texts[field]) for field in TEXTS}
    for field, text in texts.items():
        setattr(current, field, text)
        setattr(intake, field, text)
    current.save(update_fields=list(TEXTS))
    if any(old != new for old, new in changes.values()):
        audit.record(intake, DESCRIBED, by=by, now=now, changes=changes)


def obstacle_to_opening(intake: Intake, now: datetime) -> str:
    """Why a planned intake cannot be opened, as a sentence; empty when it can."""
    if intake.state != IntakeState.PLANNED:
        return _("The intake has been opened already.")
    if intake.closes_at <= now:
        return _("The deadline has passed already. Change the dates first.")
    municipalities = Municipality.objects.valid_on(intake.register_on)
    if not municipalities.exists():
        return _("The register has no municipalities on the chosen date.")
    without = municipalities.with_population(intake.population_on).filter(Q(population__isnull=True))
    missing = without.count()
    if missing:
        return ngettext(
            "The register lacks the population figure of %(count)s municipality on the chosen date, so its"
            " size class is unknown.",
            "The register lacks the population figures of %(count)s municipalities on the chosen date, so"
            " their size class is unknown.",
            missing,
        ) % {"count": missing}
    return ""


@transaction.atomic
def open_intake(intake: Intake, *, by: User, now: datetime) -> None:
    """Open a planned intake: it becomes public and its rules freeze. Applications start at `opens_at`.

    Raises Refused when the deadline has passed or the register cannot carry the rules.
    """
    _planned(intake)
    obstacle = obstacle_to_opening(intake, now)
    if obstacle:
        raise Refused(obstacle)
    move(intake, IntakeState.OPEN, verb=OPENED, by=by, now=now)


@transaction.atomic
def extend_deadline(
    intake: Intake,
    *,
    closes_at: datetime,
    objections_close_at: datetime,
    reason: str,
    by: User,
    now: datetime,
) -> int:
    """Move the deadline of an open intake to a later moment, and tell the coordinators.

    Returns the number of letters. Raises Refused when the deadline has passed, when the new one is not
    later, and without a reason.
    """
    current = Intake.objects.select_for_update().get(pk=intake.pk)
    if not reason.strip():
        raise Refused(_("State the reason: it is told to everybody who is writing an application."))
    if current.state != IntakeState.OPEN or current.closes_at < now:
        raise Refused(_("Only the deadline of an open intake can be extended."))
    if closes_at <= current.closes_at:
        raise Refused(_("The new deadline must be later than the present one."))
    if objections_close_at < max(closes_at, current.objections_close_at):
        raise Refused(
            _("The deadline for objections cannot come before the new deadline, nor be moved earlier.")
        )
    old_closes_at, old_objections_close_at = current.closes_at, current.objections_close_at
    for row in (current, intake):
        row.closes_at, row.objections_close_at = closes_at, objections_close_at
    current.save(update_fields=["closes_at", "objections_close_at"])
    audit.record(
        intake,
        EXTENDED,
        by=by,
        now=now,
        changes={
            "closes_at": (old_closes_at, closes_at),
            "objections_close_at": (old_objections_close_at, objections_close_at),
        },
        reason=reason,
    )
    told = told_of_extension(intake)
    for application in told:
        letters.deadline_extended(application, old_closes_at=old_closes_at, reason=reason, now=now)
    return len(told)


def told_of_extension(intake: Intake) -> list[Application]:
    """The applications whose coordinators are told when the deadline moves."""
    return list(
        intake.applications.filter(state__in=TOLD_OF_EXTENSION)
        .select_related("intake", "lead", "coordinator")
        .order_by("reference")
    )


@transaction.atomic
def record_export(
    intake: Intake, *, filters: str, rows: int, file_name: str, by: User, now: datetime
) -> None:
    """Write down that a person took a list of applications out of the program, and which one."""
    audit.record(
        intake,
        EXPORTED,
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )


def _planned(intake: Intake) -> Intake:
    """The row under lock, still planned."""
    current = Intake.objects.select_for_update().get(pk=intake.pk)
    if current.state != IntakeState.PLANNED:
        raise Refused(_("The rules froze when the intake opened, and cannot be changed."))
    return current


def _store(intake: Intake, quotas: Quotas) -> None:
    """Keep the rows that differ from the default policy, and no other."""
    intake.quotas.all().delete()
    Quota.objects.bulk_create(
        Quota(intake=intake, dimension=dimension, code=code, minimum=bounds.minimum, maximum=bounds.maximum)
        for (dimension, code), bounds in quotas.items()
        if bounds != DEFAULT_BOUNDS
    )
