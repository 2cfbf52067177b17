"""Deeds on the sessions of a plan and their days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Model, ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions import retention, speakers
from cohorts.actions.plan.frame import open_plan, unchanged
from cohorts.emails import plan as letters
from cohorts.models import (
    Apology,
    Attendance,
    Cohort,
    Halves,
    ProgrammeItem,
    Session,
    SessionDay,
    Speaker,
    StudyTour,
)
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

ADDED = gettext_noop("added the session")
CHANGED = gettext_noop("changed the session")
REMOVED = gettext_noop("removed a session")
DAYS = gettext_noop("Days")
SESSION = gettext_noop("Session")

TEXTS = ("title_nb", "title_nn", "title_en", "about_nb", "about_nn", "about_en")
OF_A_DAY = ("held_on", "starts", "ends", "halves", "place")
OUT_OF_THE_WAY = 1_000  # numbers that no session has


@transaction.atomic
def add_session(
    cohort: Cohort,
    values: Mapping[str, Any],
    days: Sequence[Mapping[str, Any]],
    *,
    by: User,
    now: datetime,
) -> Session:
    """Add a session at the place `number` of the plan; see `change_session` for values and days."""
    current = open_plan(cohort)
    fields = {name: value for name, value in values.items() if name != "number"}
    count = current.sessions.count()
    session = Session.objects.create(cohort=current, number=count + 1, changed_at=now, **fields)
    _set_days(session, days)
    _place(session, values.get("number") or count + 1)
    audit.record(session, ADDED, by=by, now=now, changes={DAYS: ([], session.dates)})
    letters.session_changed(session, is_new=True, now=now)
    return session


@transaction.atomic
def change_session(
    session: Session,
    values: Mapping[str, Any],
    days: Sequence[Mapping[str, Any]],
    *,
    by: User,
    now: datetime,
    version: str = "",
) -> None:
    """Change texts, place, number and days. Who takes part is told of another time or place, once it runs;
    a speaker, whenever their own day or place is another.

    values: fields of Session; `number` is its new place in the plan. days: fields of SessionDay each, with
    `pk` for one that exists; a day that is not among them is removed.
    version: of the session when its form was opened. Raises Refused when it has another one now, for a day
    that cannot be removed, for two days on one date, and in a completed cohort.
    """
    open_plan(session.cohort)
    current = Session.objects.select_for_update().get(pk=session.pk)
    unchanged(current, version)
    before = {name: getattr(current, name) for name in values}
    time_before = _time_of(current)
    dates_before, speakers_before = current.dates, speakers.whereabouts(current)
    for name, value in values.items():
        if name != "number":
            setattr(current, name, value)
    _set_days(current, days)
    is_moved = _time_of(current) != time_before
    if is_moved:
        current.changed_at = now
    current.save()
    _place(current, values.get("number") or current.number)
    changes = {name: (old, getattr(current, name)) for name, old in before.items()}
    changes[DAYS] = (dates_before, current.dates)
    if is_moved or any(old != new for old, new in changes.values()):
        audit.record(current, CHANGED, by=by, now=now, changes=changes)
    if is_moved:
        letters.session_changed(current, is_new=False, dates_before=dates_before, now=now)
        speakers.tell_of_move(current, speakers_before, now=now)


@transaction.atomic
def remove_session(session: Session, *, by: User, now: datetime) -> None:
    """Take a session out of the plan; who takes part is told, once it runs.

    Raises Refused when something hangs on it that must not vanish.
    """
    cohort = open_plan(session.cohort)
    current = Session.objects.select_for_update().get(pk=session.pk)
    title, dates = str(current), current.dates
    letters.session_cancelled(current, now=now)
    retention.forget_who_does_not_come(current, by=by, now=now)
    for day in current.days.all():
        _remove(day)
    _remove(current)
    later = cohort.sessions.filter(number__gt=current.number)
    for pk in later.order_by("number").values_list("pk", flat=True):
        Session.objects.filter(pk=pk).update(number=F("number") - 1)
    audit.record(cohort, REMOVED, by=by, now=now, changes={SESSION: (title, None), DAYS: (dates, [])})


def _time_of(session: Session) -> Any:
    """What people are told of again when it changes."""
    days = sorted(session.days.values_list("held_on", "starts", "ends", "place"))
    return session.place, days


def _set_days(session: Session, days: Sequence[Mapping[str, Any]]) -> None:
    """Let a session have these days and no others."""
    dates = [day["held_on"] for day in days]
    if len(set(dates)) < len(dates):
        raise Refused(_("Two days of the session have the same date."))
    known = {day.pk: day for day in session.days.all()}
    kept = {day.get("pk") for day in days}
    for pk, day in known.items():
        if pk not in kept:
            _remove(day)
    _park(session)
    for values in days:
        fields = {name: values[name] for name in OF_A_DAY if name in values}
        found = known.get(values.get("pk") or 0)
        if found:
            _keep_registrations(found, fields.get("halves", found.halves))
            SessionDay.objects.filter(pk=found.pk).update(**fields)
        else:
            SessionDay.objects.create(session=session, **fields)


def _park(session: Session) -> None:
    """Free the dates: days that change places would meet on one for a moment, which the database forbids."""
    for number, pk in enumerate(session.days.values_list("pk", flat=True), start=1):
        SessionDay.objects.filter(pk=pk).update(held_on=date(1, 1, number))


def _keep_registrations(day: SessionDay, halves: str) -> None:
    """Attendance that is registered keeps its half-day."""
    if halves == Halves.BOTH or halves == day.halves:
        return
    if day.attendance.exclude(half=halves).exists() or day.apologies.exclude(half=halves).exists():
        raise Refused(
            _(
                "Attendance has been registered, or an apology sent, for the half of %(day)s that you take"
                " out. The day must keep it."
            )
            % {"day": formats.day(day.held_on)}
        )


def _remove(thing: Session | SessionDay) -> None:
    """Raises Refused, with what hangs on it and what to do about that."""
    try:
        with transaction.atomic():
            thing.delete()
    except ProtectedError as error:
        raise Refused(_why_not(thing, {type(each) for each in error.protected_objects})) from error


def _why_not(thing: Session | SessionDay, kept: set[type[Model]]) -> str:
    what = {"what": formats.day(thing.held_on) if isinstance(thing, SessionDay) else str(thing)}
    if Attendance in kept or Apology in kept:
        return (
            _(
                "Attendance or apologies are registered on %(what)s, so it cannot be removed. If it is held"
                " at another time, change the date instead: what is registered comes along."
            )
            % what
        )
    if ProgrammeItem in kept:
        return _("%(what)s has items in the programme. Move or remove them first.") % what
    if Speaker in kept:
        return _("External speakers are invited to %(what)s. Withdraw their invitations first.") % what
    if StudyTour in kept:
        return _("The sign-up for the study tour belongs to %(what)s, so it cannot be removed.") % what
    return _("Something else hangs on %(what)s, so it cannot be removed.") % what


def _place(session: Session, number: int) -> None:
    """Give a session its place in the plan, and the others the numbers around it."""
    others = session.cohort.sessions.exclude(pk=session.pk).order_by("number").values_list("pk", flat=True)
    order = list(others)
    order.insert(max(number, 1) - 1, session.pk)
    session.cohort.sessions.update(number=F("number") + OUT_OF_THE_WAY)
    for place, pk in enumerate(order, start=1):
        Session.objects.filter(pk=pk).update(number=place)
    session.number = order.index(session.pk) + 1
