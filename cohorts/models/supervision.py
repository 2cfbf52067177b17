"""Supervision of the teams: who supervises whom, slots that teams book, and what was agreed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.models.cohort import Cohort
from cohorts.models.team import Participant, Team
from cohorts.states.supervision import BookingState
from innoskole.accounts.models import User

# What takes a slot, or an hour of a team, whether it took place or not.
TAKEN = (BookingState.BOOKED, BookingState.HELD, BookingState.MISSED)


class SupervisionRule(models.Model):
    """How a cohort supervises. A cohort without a row goes by the defaults."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="supervision_rule")
    notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice"),
        default=24,
        validators=[MaxValueValidator(336)],
        help_text=_("Until so many hours before the supervision a team can move or cancel it by itself."),
    )
    absent_weeks = models.PositiveSmallIntegerField(
        _("weeks without supervision"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text=_("A team that has had no supervision for so long is pointed out."),
    )

    def __str__(self) -> str:
        return str(self.cohort)

    @property
    def notice(self) -> timedelta:
        return timedelta(hours=self.notice_hours)


def rule_of(cohort: Cohort) -> SupervisionRule:
    """What holds in the cohort; not saved where nobody has changed it."""
    return SupervisionRule.objects.filter(cohort=cohort).first() or SupervisionRule(cohort=cohort)


def staff_of(cohort: Cohort, *, also: User | None = None) -> list[User]:
    """The instructors of the cohort who can log in. also: somebody who stands there in any case."""
    own = Q(teaching__cohort=cohort, is_instructor=True, is_active=True)
    wanted = own | Q(pk=also.pk) if also else own
    return list(User.objects.filter(wanted).distinct().in_order())


# --- Who supervises whom ------------------------------------------------------------------------------


class SupervisorQuerySet(models.QuerySet["Supervisor"]):
    def present(self) -> "SupervisorQuerySet":
        return self.filter(ended_on=None)

    def in_order(self) -> "SupervisorQuerySet":
        """The main one first, then by name."""
        return self.order_by("-is_main", "user__sort_key", "pk")


class Supervisor(models.Model):
    """Somebody of the cohort's staff who follows a team, from a day until a day."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="supervisors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="supervises")
    is_main = models.BooleanField(_("main supervisor"), default=False)
    began_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = SupervisorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "team", "user", condition=Q(ended_on=None), name="supervisor_once_per_team"
            ),
            models.UniqueConstraint(
                "team", condition=Q(ended_on=None, is_main=True), name="one_main_supervisor_per_team"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on")),
                name="supervisor_ends_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


# --- Slots and bookings -------------------------------------------------------------------------------


class SlotQuerySet(models.QuerySet["Slot"]):
    def published(self) -> "SlotQuerySet":
        return self.filter(withdrawn_at=None)

    def free(self) -> "SlotQuerySet":
        taken = Booking.objects.taken().filter(slot=OuterRef("pk"))
        return self.published().filter(~Exists(taken))

    def after(self, now: datetime) -> "SlotQuerySet":
        return self.filter(starts_at__gt=now)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> "SlotQuerySet":
        """Those that share time; one that ends when the other begins shares none."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def in_order(self) -> "SlotQuerySet":
        return self.order_by("starts_at", "user__sort_key", "pk")


class Slot(models.Model):
    """An hour that somebody of the staff offers to the teams of a cohort. Its time is never changed."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="slots")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="supervision_slots",
        verbose_name=_("supervisor"),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    video_url = models.URLField(_("address of the video meeting"), max_length=500, blank=True)
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            # That hours of one person share no time at all is asked for under a lock (actions/slots.py).
            models.UniqueConstraint(
                "user", "starts_at", condition=Q(withdrawn_at=None), name="supervisor_is_in_one_place"
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="slot_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.starts_at.isoformat()

    @property
    def where(self) -> str:
        """Place and address, as they are."""
        return ", ".join(part for part in (self.place, self.video_url) if part)

    @property
    def place_in_words(self) -> str:
        """The place, and that there is a video meeting, without its address."""
        video = gettext("Video meeting") if self.video_url else ""
        return ", ".join(part for part in (self.place, video) if part)


class BookingQuerySet(models.QuerySet["Booking"]):
    def taken(self) -> "BookingQuerySet":
        """All that have not been cancelled."""
        return self.filter(state__in=TAKEN)

    def to_come(self, now: datetime) -> "BookingQuerySet":
        return self.filter(state=BookingState.BOOKED, slot__ends_at__gt=now)

    def without_log(self) -> "BookingQuerySet":
        """Neither held, missed nor cancelled; of those that are over, nobody has written what was agreed."""
        return self.filter(state=BookingState.BOOKED)

    def missed(self) -> "BookingQuerySet":
        return self.filter(state=BookingState.MISSED)

    def with_names(self) -> "BookingQuerySet":
        return self.select_related("slot__user", "team__application__lead", "team__cohort__intake")

    def in_order(self) -> "BookingQuerySet":
        return self.order_by("starts_at", "pk")


def with_bookings(slots: SlotQuerySet) -> SlotQuerySet:
    """The slots with their `user`, and in `live_bookings` the one booking that takes each, if any."""
    taken = Booking.objects.taken().select_related("team__application__lead")
    return slots.select_related("user").prefetch_related(
        models.Prefetch("bookings", taken, to_attr="live_bookings")
    )


class Booking(models.Model):
    """A slot that a team has taken. It is moved in place, so that calendars move it too.

    starts_at: the slot's, so that the database keeps a team from being in two places. free_until_at: until
    when the team can move or cancel it by itself, by the rule at the time of booking.
    """

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="bookings")
    subject = models.CharField(_("what you want to talk about"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=BookingState.choices, default=BookingState.BOOKED
    )
    starts_at = models.DateTimeField()
    free_until_at = models.DateTimeField()
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("slot", condition=Q(state__in=TAKEN), name="slot_is_booked_once"),
            models.UniqueConstraint(
                "team", "starts_at", condition=Q(state__in=TAKEN), name="team_is_in_one_place"
            ),
            models.CheckConstraint(condition=Q(state__in=BookingState.values), name="booking_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=BookingState.CANCELLED) | Q(cancelled_at__isnull=False),
                name="cancelled_booking_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


# --- What was agreed ----------------------------------------------------------------------------------


class SupervisionQuerySet(models.QuerySet["Supervision"]):
    def newest_first(self) -> "SupervisionQuerySet":
        return self.order_by("-held_on", "-pk")

    def with_names(self) -> "SupervisionQuerySet":
        return self.select_related("user", "booking").prefetch_related("present__member")


class Supervision(models.Model):
    """One supervision that took place: who, what, and the next step. The team and its staff read it.

    user: who supervised. booking: the one that it came from, if any.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="supervisions")
    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="supervision"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="supervisions")
    present = models.ManyToManyField(Participant, related_name="supervisions", verbose_name=_("who came"))
    held_on = models.DateField(_("date"))
    discussed = models.TextField(_("what was discussed"))
    next_step = models.TextField(_("next step"), blank=True)
    next_step_on = models.DateField(_("by when"), null=True, blank=True)
    next_step_done_at = models.DateTimeField(_("done"), null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_step_on=None) | ~Q(next_step=""), name="only_a_next_step_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.held_on.isoformat()


class StaffNote(models.Model):
    """What the staff keep among themselves about a team: a table of its own, never shown to a participant."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="staff_notes")
    text = models.TextField(_("note"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-written_at", "-pk"]

    def __str__(self) -> str:
        return self.text
