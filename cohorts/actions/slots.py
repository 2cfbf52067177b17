"""Slots of supervision, and the teams that book them.

Locks are taken in one order: the supervisor or the slots by key, then the team. So of two who want the same
slot the second is told, and the unique constraints are never met.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions.moves import move
from cohorts.emails import supervision as letters
from cohorts.models import Booking, Cohort, Slot, Team
from cohorts.models.supervision import rule_of
from cohorts.permissions import teaches
from cohorts.states import CohortState
from cohorts.states.supervision import BookingState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats


@transaction.atomic
def publish(
    cohort: Cohort,
    *,
    user: User,
    starts_at: datetime,
    minutes: int,
    count: int,
    place: str,
    video_url: str,
    by: User,
    now: datetime,
) -> list[Slot]:
    """Offer `count` slots of `minutes` each, one after the other, to the teams of a cohort.

    user: who supervises. Raises Refused when the first begins in the past, when they would meet slots that
    the person offers already, in whichever cohort, or when the person does not teach in this one.
    """
    if not teaches(user, cohort):
        raise Refused(_("%(name)s does not teach in this cohort.") % {"name": user})
    if cohort.state == CohortState.COMPLETED:
        raise Refused(_("The cohort is completed."))
    if starts_at <= now:
        raise Refused(_("The first slot begins in the past."))
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    length, first = timedelta(minutes=minutes), starts_at.astimezone(UTC)
    met = Slot.objects.published().filter(user=user).overlapping(first, first + count * length)
    if meets := met.in_order().first():
        raise Refused(
            _("There is a slot already that begins %(when)s and overlaps.")
            % {"when": formats.moment(meets.starts_at)}
        )
    slots = Slot.objects.bulk_create(
        Slot(
            cohort=cohort,
            user=user,
            starts_at=first + number * length,
            ends_at=first + (number + 1) * length,
            place=place,
            video_url=video_url,
            published_at=now,
        )
        for number in range(count)
    )
    audit.record(
        cohort,
        gettext_noop("published slots of supervision"),
        by=by,
        now=now,
        changes={
            gettext_noop("Supervisor"): (None, user),
            gettext_noop("First slot"): (None, starts_at),
            gettext_noop("Slots"): (None, count),
        },
    )
    return slots


@transaction.atomic
def withdraw(slot: Slot, *, by: User, now: datetime) -> None:
    """Offer a slot no more. Raises Refused when a team has booked it: the booking is cancelled first."""
    (slot,) = _locked_slots(slot)
    refuse(why_not_withdrawn(slot, by, now))
    slot.withdrawn_at = now
    slot.save(update_fields=["withdrawn_at"])
    audit.record(
        slot.cohort,
        gettext_noop("withdrew a slot of supervision"),
        by=by,
        now=now,
        changes={gettext_noop("Slot"): (slot.starts_at, None)},
    )


@transaction.atomic
def relocate(slot: Slot, *, place: str, video_url: str, by: User, now: datetime) -> None:
    """Meet elsewhere. A team that has booked the slot is told. Nothing is done when nothing is new."""
    (current,) = _locked_slots(slot)
    if (current.place, current.video_url) == (place, video_url):
        return
    before = current.where
    current.place, current.video_url = place, video_url
    current.save(update_fields=["place", "video_url"])
    audit.record(
        slot.cohort,
        gettext_noop("changed the place of a supervision"),
        by=by,
        now=now,
        changes={gettext_noop("Where"): (before, current.where)},
    )
    for booking in Booking.objects.to_come(now).filter(slot=current).with_names():
        letters.relocated(booking, by=by, now=now)


# --- Bookings -----------------------------------------------------------------------------------------


@transaction.atomic
def book(slot: Slot, *, team: Team, subject: str, by: User, now: datetime) -> Booking:
    """Take a slot for a team. Raises Refused when it is gone, over, or the team is elsewhere then."""
    (slot,) = _locked_slots(slot)
    _lock(team)
    refuse(why_not_taken(slot, team, now))
    booking = Booking.objects.create(
        slot=slot,
        team=team,
        subject=subject,
        starts_at=slot.starts_at,
        free_until_at=slot.starts_at - rule_of(slot.cohort).notice,
        booked_by=by,
        booked_at=now,
    )
    audit.record(booking, gettext_noop("booked supervision"), by=by, now=now)
    letters.booked(booking, by=by, now=now)
    return booking


@transaction.atomic
def rebook(booking: Booking, *, slot: Slot, by: User, now: datetime) -> None:
    """Move a booking to another slot. Raises Refused as `book` does, and when it is too late to move."""
    old, slot = booking.slot, next(each for each in _locked_slots(booking.slot, slot) if each.pk == slot.pk)
    _lock(booking.team)
    refuse(why_not_changed(booking, by, now))
    refuse(why_not_taken(slot, booking.team, now, but=booking))
    fields = {
        "slot": slot,
        "starts_at": slot.starts_at,
        "free_until_at": slot.starts_at - rule_of(slot.cohort).notice,
    }
    unmoved = Booking.objects.filter(pk=booking.pk, state=BookingState.BOOKED, slot=old)
    if not unmoved.update(**fields):
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))
    for name, value in fields.items():
        setattr(booking, name, value)
    audit.record(
        booking,
        gettext_noop("moved the supervision"),
        by=by,
        now=now,
        changes={
            gettext_noop("Time"): (old.starts_at, slot.starts_at),
            gettext_noop("Supervisor"): (old.user, slot.user),
        },
    )
    letters.moved(booking, before=old.starts_at, other=old.user, by=by, now=now)


@transaction.atomic
def cancel(booking: Booking, *, reason: str, by: User, now: datetime) -> None:
    """Call a booked supervision off; the slot is free again. Raises Refused when it is too late."""
    _locked_slots(booking.slot)
    refuse(why_not_changed(booking, by, now))
    move(
        booking,
        BookingState.CANCELLED,
        verb=gettext_noop("cancelled the supervision"),
        by=by,
        now=now,
        reason=reason,
        cancelled_at=now,
        cancel_reason=reason,
    )
    letters.cancelled(booking, by=by, now=now)


@transaction.atomic
def miss(booking: Booking, *, by: User, now: datetime) -> None:
    """Note that the team did not come. Raises Refused to the team, and before the supervision has begun."""
    refuse(why_not_missed(booking, by, now))
    move(booking, BookingState.MISSED, verb=gettext_noop("noted that the team did not come"), by=by, now=now)


def why_not_booked(team: Team) -> str:
    """Why no supervision can be booked for a team, as a sentence; empty when it can."""
    if team.cohort.state == CohortState.COMPLETED:
        return _("The cohort is completed.")
    return ""


def why_not_changed(booking: Booking, user: User, now: datetime) -> str:
    """Why the person cannot move or cancel a booking now, as a sentence; empty when they can."""
    return why_fixed(booking, now, is_staff=teaches(user, booking.team.cohort))


def why_fixed(booking: Booking, now: datetime, *, is_staff: bool) -> str:
    """Why a booking cannot be moved or cancelled, as a sentence; empty when it can. Asks no database.

    A team can until some hours before; the staff until it begins.
    """
    if booking.state != BookingState.BOOKED:
        return _("This supervision is not booked any more.")
    if booking.starts_at <= now:
        return _("The supervision has begun.")
    if booking.free_until_at <= now and not is_staff:
        return _("It is too late to move or cancel this by yourself. Write to your supervisor.")
    return ""


def refuse(why: str) -> None:
    """Raises Refused with the sentence, if there is one."""
    if why:
        raise Refused(why)


def why_not_missed(booking: Booking, user: User, now: datetime) -> str:
    """Why the person cannot note that nobody came, as a sentence; empty when they can."""
    if not teaches(user, booking.team.cohort):
        return _("Only the staff of the cohort can note this.")
    if booking.state != BookingState.BOOKED:
        return _("This supervision is not booked any more.")
    if booking.starts_at > now:
        return _("The supervision has not begun.")
    return ""


def why_not_withdrawn(slot: Slot, user: User, now: datetime) -> str:
    """Why a slot cannot be withdrawn, as a sentence; empty when it can."""
    if slot.withdrawn_at:
        return _("This slot has been withdrawn already.")
    if Booking.objects.taken().filter(slot=slot).exists():
        return _("A team has booked this slot. Cancel the booking first.")
    return ""


def why_not_taken(slot: Slot, team: Team, now: datetime, *, but: Booking | None = None) -> str:
    """Why the team cannot take the slot, as a sentence; empty when it can. but: a booking that it moves."""
    if why := why_not_booked(team):
        return why
    if slot.cohort_id != team.cohort_id:
        return _("This slot is for the teams of another cohort.")
    if slot.withdrawn_at:
        return _("This slot has been withdrawn.")
    if slot.starts_at <= now:
        return _("This slot has begun.")
    if Booking.objects.taken().filter(slot=slot).exists():
        return _("Another team has just booked this slot. Choose another one.")
    same_time = Booking.objects.taken().filter(
        team=team, slot__starts_at__lt=slot.ends_at, slot__ends_at__gt=slot.starts_at
    )
    if but is not None:
        same_time = same_time.exclude(pk=but.pk)
    if same_time.exists():
        return _("Your team has booked another supervision at that time.")
    return ""


def _locked_slots(*slots: Slot) -> list[Slot]:
    """The slots as they are now, locked in the order of their keys, so that nobody waits in a circle."""
    rows = Slot.objects.select_for_update(of=("self",)).filter(pk__in=[slot.pk for slot in slots])
    return list(rows.select_related("cohort", "user").order_by("pk"))


def _lock(team: Team) -> None:
    Team.objects.select_for_update(no_key=True, of=("self",)).get(pk=team.pk)
