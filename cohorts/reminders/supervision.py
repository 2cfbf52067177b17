"""Reminders of booked supervision, and of writing down what was agreed."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.emails.supervision import people_of
from cohorts.models import Booking
from cohorts.states import CohortState
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule


def _booked() -> "QuerySet[Booking]":
    running = Booking.objects.without_log().filter(team__cohort__state=CohortState.RUNNING)
    return running.with_names()


def _unwritten() -> "QuerySet[Booking]":
    return Booking.objects.without_log().annotate(ends_at=F("slot__ends_at")).with_names()


def _team_and_supervisor(booking: Booking) -> Iterator[Recipient]:
    if booking.slot.user.is_active:
        yield Recipient.of(booking.slot.user)
    for person in people_of(booking):
        if person.member.user and person.member.user.is_active:
            yield Recipient.of(person.member.user)


def _supervisor(booking: Booking) -> Iterator[Recipient]:
    if booking.slot.user.is_active:
        yield Recipient.of(booking.slot.user)


def _title(booking: Booking) -> str:
    return _("Supervision of %(team)s with %(name)s") % {"team": booking.team, "name": booking.slot.user}


def _page(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(f'cohorts:{name}', args=args)}"


SUPERVISION = Kind(
    key="supervision",
    label=gettext_lazy("Booked supervision"),
    demand=gettext_lazy("Meet for supervision {when}"),
    why=gettext_lazy("You get this because you, or your team, have an hour of supervision."),
    open=_booked,
    due_field="starts_at",
    since_field="booked_at",
    to=_team_and_supervisor,
    title=_title,
    url=lambda booking, recipient: _page("supervision", booking.team.reference),
    scope=lambda booking: booking.team.cohort.intake.slug,
    about=lambda booking: booking.team,
    rule=Rule(before=(1,)),
    to_many=True,
    is_appointment=True,
)

SUPERVISION_LOG = Kind(
    key="supervision-log",
    label=gettext_lazy("Writing what was agreed in a supervision"),
    demand=gettext_lazy("Write what was agreed"),
    why=gettext_lazy("You get this because you have supervised a team."),
    open=_unwritten,
    due_field="ends_at",
    since_field="booked_at",
    to=_supervisor,
    title=_title,
    url=lambda booking, recipient: _page("supervision", booking.team.reference),
    scope=lambda booking: booking.team.cohort.intake.slug,
    about=lambda booking: booking.team,
    rule=Rule(before=(), every=3, most=3),
    is_deadline=False,
)

KINDS = (SUPERVISION, SUPERVISION_LOG)
