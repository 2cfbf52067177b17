"""What waits about supervision: hours that come soon, and what was agreed and is not written down."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Booking, Team
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting

SOON = timedelta(days=7)


def supervision_waits(user: User, now: datetime) -> list[Waiting]:
    """One's own supervisions of the coming week, as supervisor or in the team, and those without a log.

    Two queries for the supervisor and one for the team, however many bookings.
    """
    return _of_supervisor(user, now) + (_of_team(user, now) if facts.holds(user, "takes_part") else [])


def _of_supervisor(user: User, now: datetime) -> list[Waiting]:
    own = Booking.objects.without_log().filter(slot__user=user).with_names().in_order()
    to_write = [
        Waiting(
            _("Write what was agreed with %(team)s") % {"team": booking.team},
            f"{reverse('cohorts:supervision_write', args=[booking.team.reference])}?booking={booking.pk}",
            since_at=booking.slot.ends_at,
            explanation=_("Write down who came, what it was about and the next step."),
        )
        for booking in own.filter(slot__ends_at__lte=now)
    ]
    soon = [
        Waiting(
            _("Supervision of %(team)s") % {"team": booking.team},
            reverse("cohorts:supervision", args=[booking.team.reference]),
            due_at=booking.starts_at,
            explanation=booking.subject,
        )
        for booking in own.filter(slot__ends_at__gt=now, starts_at__lte=now + SOON)
    ]
    return to_write + soon


def _of_team(user: User, now: datetime) -> list[Waiting]:
    of_team = Booking.objects.to_come(now).filter(team__in=Team.objects.of(user)).with_names().in_order()
    return [
        Waiting(
            _("Supervision with %(name)s") % {"name": booking.slot.user},
            reverse("cohorts:supervision", args=[booking.team.reference]),
            due_at=booking.starts_at,
            explanation=booking.subject,
        )
        for booking in of_team.filter(starts_at__lte=now + SOON)
    ]
