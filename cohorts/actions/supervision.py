"""Who supervises a team, what was agreed, and what the staff note among themselves."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions.moves import move
from cohorts.models import (
    Booking,
    Cohort,
    Participant,
    StaffNote,
    Supervision,
    SupervisionRule,
    Supervisor,
    Team,
)
from cohorts.permissions import teaches
from cohorts.states.supervision import BookingState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

# --- Who supervises whom ------------------------------------------------------------------------------


@transaction.atomic
def assign(team: Team, *, user: User, is_main: bool, by: User, now: datetime) -> Supervisor:
    """Let somebody of the cohort's staff follow a team. A new main supervisor takes over from the old one.

    Raises Refused when the person does not teach in the cohort, or has that task already.
    """
    _lock(team)
    if not teaches(user, team.cohort):
        raise Refused(_("%(name)s does not teach in this cohort.") % {"name": user})
    present = Supervisor.objects.present().filter(team=team)
    known = present.filter(user=user).first()
    if known and known.is_main == is_main:
        raise Refused(_("%(name)s supervises this team already.") % {"name": user})
    before = present.filter(is_main=True).select_related("user").first()
    if is_main:
        present.update(is_main=False)
    if known:
        known.is_main = is_main
        known.save(update_fields=["is_main"])
    else:
        today = formats.local(now).date()
        known = Supervisor.objects.create(team=team, user=user, is_main=is_main, began_on=today)
    changes: dict[str, tuple[object, object]] = {gettext_noop("Supervisor"): (None, user)}
    if is_main:
        changes[gettext_noop("Main supervisor")] = (before and before.user, user)
    audit.record(team, gettext_noop("assigned a supervisor"), by=by, now=now, changes=changes)
    return known


@transaction.atomic
def end(supervisor: Supervisor, *, by: User, now: datetime) -> None:
    """Let somebody follow a team no more. What they have written stays theirs."""
    today = formats.local(now).date()
    if not Supervisor.objects.present().filter(pk=supervisor.pk).update(ended_on=today):
        raise Refused(_("This person does not supervise the team any more."))
    audit.record(
        supervisor.team,
        gettext_noop("ended the task of a supervisor"),
        by=by,
        now=now,
        changes={gettext_noop("Supervisor"): (supervisor.user, None)},
    )


@transaction.atomic
def set_rule(cohort: Cohort, *, notice_hours: int, absent_weeks: int, by: User, now: datetime) -> None:
    """Change how a cohort supervises. Bookings that stand keep the moment that they were promised."""
    Cohort.objects.select_for_update(no_key=True, of=("self",)).get(pk=cohort.pk)
    rule, _is_new = SupervisionRule.objects.get_or_create(cohort=cohort)
    changes = {
        "notice_hours": (rule.notice_hours, notice_hours),
        "absent_weeks": (rule.absent_weeks, absent_weeks),
    }
    rule.notice_hours, rule.absent_weeks = notice_hours, absent_weeks
    rule.save()
    audit.record(cohort, gettext_noop("changed the rules of supervision"), by=by, now=now, changes=changes)


# --- What was agreed ----------------------------------------------------------------------------------


@transaction.atomic
def write(
    team: Team,
    *,
    booking: Booking | None,
    held_on: date,
    present: Sequence[Participant],
    discussed: str,
    next_step: str,
    next_step_on: date | None,
    by: User,
    now: datetime,
) -> Supervision:
    """Write down a supervision that took place; who writes has supervised. The booking is held then.

    Raises Refused for a day to come, for a booking that has not begun, and when it is written already.
    """
    _check(held_on, next_step, next_step_on, now)
    if booking:
        if booking.starts_at > now:
            raise Refused(_("The supervision has not begun."))
        move(
            booking,
            BookingState.HELD,
            verb=gettext_noop("wrote down what was agreed"),
            by=by,
            now=now,
        )
    written = Supervision.objects.create(
        team=team,
        booking=booking,
        user=booking.slot.user if booking else by,
        held_on=held_on,
        discussed=discussed,
        next_step=next_step,
        next_step_on=next_step_on,
        written_by=by,
        written_at=now,
    )
    written.present.set(present)
    audit.record(written, gettext_noop("wrote down what was agreed"), by=by, now=now)
    return written


@transaction.atomic
def rewrite(
    supervision: Supervision,
    *,
    held_on: date,
    present: Sequence[Participant],
    discussed: str,
    next_step: str,
    next_step_on: date | None,
    by: User,
    now: datetime,
) -> None:
    """Correct what was written; the audit keeps what it said before. Nothing is done if nothing is new."""
    _check(held_on, next_step, next_step_on, now)
    current = Supervision.objects.select_for_update(of=("self",)).get(pk=supervision.pk)
    fields = {
        "held_on": held_on,
        "discussed": discussed,
        "next_step": next_step,
        "next_step_on": next_step_on,
    }
    came = [str(person) for person in current.present.select_related("member").order_by("pk")]
    comes = [str(person) for person in sorted(present, key=lambda person: person.pk)]
    changes = {name: (getattr(current, name), value) for name, value in fields.items()}
    changes["present"] = (came, comes)
    if all(old == new for old, new in changes.values()):
        return
    if next_step != current.next_step:
        current.next_step_done_at = None
    for name, value in fields.items():
        setattr(current, name, value)
    current.changed_at = now
    current.save()
    current.present.set(present)
    audit.record(current, gettext_noop("corrected what was agreed"), by=by, now=now, changes=changes)


@transaction.atomic
def finish_step(supervision: Supervision, *, by: User, now: datetime) -> None:
    """Say that the next step is taken. Raises Refused when there is none, or it is said already."""
    undone = Supervision.objects.filter(pk=supervision.pk, next_step_done_at=None).exclude(next_step="")
    if not undone.update(next_step_done_at=now):
        raise Refused(_("This step is done already."))
    audit.record(supervision, gettext_noop("said that the next step is done"), by=by, now=now)


@transaction.atomic
def note(team: Team, *, text: str, by: User, now: datetime) -> StaffNote:
    """Keep a note that only the staff read. The audit line stands at the note, and not at the team."""
    written = StaffNote.objects.create(team=team, text=text, written_by=by, written_at=now)
    audit.record(written, gettext_noop("wrote a note for the staff"), by=by, now=now)
    return written


@transaction.atomic
def delete_note(note: StaffNote, *, by: User, now: datetime) -> None:
    """Delete one's own note. Raises Refused for somebody else's."""
    if note.written_by_id != by.pk:
        raise Refused(_("Only who wrote the note can delete it."))
    audit.record(note, gettext_noop("deleted a note for the staff"), by=by, now=now)
    note.delete()


def _check(held_on: date, next_step: str, next_step_on: date | None, now: datetime) -> None:
    if held_on > formats.local(now).date():
        raise Refused(_("The supervision has not taken place."))
    if next_step_on and not next_step:
        raise Refused(_("Write what the next step is, or leave out the day."))


def _lock(team: Team) -> None:
    Team.objects.select_for_update(no_key=True, of=("self",)).get(pk=team.pk)
