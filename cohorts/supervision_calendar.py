"""Booked supervision in the calendars of the supervisor and of everybody in the team."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cohorts.models import Booking, Participant
from cohorts.models.supervision import TAKEN
from innoskole.accounts.models import User
from innoskole.calendars.sources import Event


def of(people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
    """One event for each booking and each person whom it concerns; two queries, however many.

    A booking that is cancelled is no longer given, nor one of a team that the person has left.
    """
    by_pk = {person.pk: person for person in people}
    seats = Participant.objects.present().filter(member__user__in=by_pk)
    users_of: dict[int, set[int]] = {}
    for team, user in seats.values_list("team", "member__user"):
        users_of.setdefault(team, set()).add(user)
    concerned = Q(team__in=users_of) | Q(slot__user__in=by_pk)
    bookings = Booking.objects.filter(concerned, state__in=TAKEN).with_names().in_order()
    for booking in bookings:
        for pk in users_of.get(booking.team_id, set()) | ({booking.slot.user_id} & by_pk.keys()):
            yield by_pk[pk], _event(booking, by_pk[pk])


def _event(booking: Booking, person: User) -> Event:
    with translation.override(person.language):
        if person.pk == booking.slot.user_id:
            title = _("Supervision of %(team)s") % {"team": booking.team}
        else:
            title = _("Supervision with %(name)s") % {"name": booking.slot.user}
        return Event(
            uid=f"supervision-{booking.pk}",
            title=title,
            starts=booking.slot.starts_at,
            ends=booking.slot.ends_at,
            description=booking.subject,
            location=booking.slot.where,
            url=f"{settings.BASE_URL}{reverse('cohorts:supervision', args=[booking.team.reference])}",
            is_busy=True,
        )
