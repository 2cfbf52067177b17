from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from applications.states import Moves


class BookingState(TextChoices):
    BOOKED = "booked", _("Booked")
    HELD = "held", _("Held")
    MISSED = "missed", _("The team did not come")
    CANCELLED = "cancelled", _("Cancelled")


BOOKING_TRANSITIONS: Moves = {
    BookingState.BOOKED: frozenset({BookingState.HELD, BookingState.MISSED, BookingState.CANCELLED}),
    BookingState.HELD: frozenset(),
    BookingState.MISSED: frozenset({BookingState.HELD}),  # a misclick, or the log was written after all
    BookingState.CANCELLED: frozenset(),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Booking": (BookingState, BOOKING_TRANSITIONS),
}
