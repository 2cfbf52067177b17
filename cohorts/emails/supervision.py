"""Letters about booked supervision: to everybody whom it concerns but the one who did it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.emails.people import language_of
from cohorts.models import Booking, Participant
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason

WHY = gettext_lazy("You got this because it is about supervision that you, or your team, take part in.")
REASONS = {
    "supervision_booked": Reason(label=gettext_lazy("Supervision booked"), why=WHY),
    "supervision_moved": Reason(label=gettext_lazy("Supervision moved"), why=WHY),
    "supervision_cancelled": Reason(label=gettext_lazy("Supervision cancelled"), why=WHY),
    "supervision_relocated": Reason(label=gettext_lazy("New place of a supervision"), why=WHY),
}


def booked(booking: Booking, *, by: User, now: datetime) -> None:
    """A team has taken a slot: to the supervisor and the others of the team."""
    _post(booking, "supervision_booked", {}, by=by, now=now)


def moved(booking: Booking, *, before: datetime, other: User, by: User, now: datetime) -> None:
    """The team comes at another time. other: whose slot it was before, who is told as well."""
    _recall(booking, now)
    _post(booking, "supervision_moved", {"before": before}, also=[other], by=by, now=now)


def cancelled(booking: Booking, *, by: User, now: datetime) -> None:
    """The supervision does not take place: to the supervisor and the team."""
    _recall(booking, now)
    _post(booking, "supervision_cancelled", {}, by=by, now=now)


def relocated(booking: Booking, *, by: User, now: datetime) -> None:
    """Another place or another address of the video meeting."""
    _post(booking, "supervision_relocated", {}, by=by, now=now)


def _recall(booking: Booking, now: datetime) -> None:
    """What has not left and is not so any more must not arrive together with what is."""
    waiting = Message.objects.about(booking).filter(state=Message.State.QUEUED).select_for_update()
    for message in waiting:
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def _post(
    booking: Booking,
    template: str,
    context: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    also: Iterable[User] = (),
) -> None:
    team = booking.team
    values = {
        "booking": booking,
        "team": team,
        "by": by,
        "url": f"{settings.BASE_URL}{reverse('cohorts:supervision', args=[team.reference])}",
        **context,
    }
    key = f"{template}:{booking.pk}:{now.isoformat()}"
    staff = {user.pk: user for user in (booking.slot.user, *also)}
    for user in staff.values():
        if user != by and user.is_active:
            outbox.post(
                key=f"{key}:user:{user.pk}",
                kind=template,
                to=user,
                template=template,
                context={**values, "recipient_name": user.name},
                now=now,
                about=booking,
            )
    for person in people_of(booking):
        if person.member.user_id != by.pk:
            outbox.post(
                key=f"{key}:{person.pk}",
                kind=template,
                to=person.member.user or person.member.email,
                language=language_of(person.member),
                template=template,
                context={**values, "recipient_name": person.member.name},
                now=now,
                about=booking,
            )


def people_of(booking: Booking) -> Iterable[Participant]:
    """Those who take part in the team now."""
    present = booking.team.participants.present()
    return present.select_related(
        "member__user", "member__application__lead", "member__application__coordinator"
    ).in_order()
