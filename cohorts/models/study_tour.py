"""The study tour of a cohort: itinerary, sign-up, rooms, and what is known of people for its sake.

Source: programme page, the sixth session is a study tour. What somebody eats and whom to call for them stands
in a table of its own, which is emptied some days after the tour.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.states import BEGUN
from cohorts.models.cohort import Cohort
from cohorts.models.session import Session, clock
from cohorts.models.team import Participant
from innoskole.accounts.models import User
from innoskole.ui import formats

MOST_BEDS = 4


class RoomWish(models.TextChoices):
    SINGLE = "single", _("A room of my own")
    ANYBODY = "anybody", _("A bed in a double room, with anybody")
    SHARED = "shared", _("A double room together with a person whom I name")


class Diet(models.TextChoices):
    """What a kitchen asks for; nobody is asked why."""

    VEGETARIAN = "vegetarian", _("Vegetarian")
    VEGAN = "vegan", _("Vegan")
    NO_GLUTEN = "no_gluten", _("No gluten")
    NO_LACTOSE = "no_lactose", _("No lactose")
    NO_MILK = "no_milk", _("No milk protein")
    NO_NUTS = "no_nuts", _("No nuts")
    NO_EGGS = "no_eggs", _("No eggs")
    NO_FISH = "no_fish", _("No fish or shellfish")
    NO_PORK = "no_pork", _("No pork")
    NO_ALCOHOL = "no_alcohol", _("Nothing with alcohol in it")


class StudyTourQuerySet(models.QuerySet["StudyTour"]):
    def opened(self) -> "StudyTourQuerySet":
        return self.filter(opened_at__isnull=False)

    def organised_by(self, user: User) -> "StudyTourQuerySet":
        """All for a course administrator; those that an instructor leads."""
        if user.is_active and user.is_course_administrator:
            return self
        return self.filter(cohort__in=Cohort.objects.taught_by(user), leaders=user)

    def with_plan(self) -> "StudyTourQuerySet":
        return self.select_related("cohort__intake", "session").prefetch_related("session__days")


class StudyTour(models.Model):
    """The tour of a cohort. cost: what it costs the participant. asked: what the participants are told to
    think of when they sign up.

    leaders: instructors who see diets and whom to call, beside the course administrators. opened_at: since
    when one can sign up. rooms_shown_at: since when the participants see their rooms. kept_days: so many days
    after the tour diets and people to call are deleted, at forgotten_at.
    """

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="study_tour")
    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="study_tour")
    destination = models.CharField(_("destination"), max_length=120)
    about = models.TextField(_("about the tour"), blank=True)
    cost = models.CharField(_("what it costs"), max_length=300, blank=True)
    asked = models.TextField(_("what to think of when you sign up"), blank=True)
    leaders = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("tour leaders")
    )
    sign_up_closes_at = models.DateTimeField(_("sign-up closes"))
    kept_days = models.PositiveSmallIntegerField(
        _("days after the tour"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(_("sign-up opened"), null=True, blank=True)
    rooms_shown_at = models.DateTimeField(_("rooms shown"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("personal data deleted"), null=True, blank=True)

    objects = StudyTourQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_days__gte=1, kept_days__lte=60), name="tour_data_is_kept_briefly"
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(opened_at__lt=F("sign_up_closes_at")),
                name="tour_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.destination

    @property
    def first_on(self) -> date | None:
        return self.session.dates[0] if self.session.dates else None

    @property
    def last_on(self) -> date | None:
        return self.session.dates[-1] if self.session.dates else None

    @property
    def deleted_on(self) -> date | None:
        """The day on which diets and people to call are deleted; None as long as the tour has no days."""
        return self.last_on + timedelta(days=self.kept_days) if self.last_on else None

    def accepts_at(self, now: datetime) -> bool:
        """Whether one can sign up, and wish for a room."""
        return self.opened_at is not None and now <= self.sign_up_closes_at

    def changes_at(self, now: datetime) -> bool:
        """Whether somebody who comes can still say no, or correct what the kitchen and the leaders know."""
        is_over = self.last_on is not None and self.last_on < formats.local(now).date()
        return self.opened_at is not None and self.forgotten_at is None and not is_over


class TourEntry(models.Model):
    """A line of the itinerary."""

    tour = models.ForeignKey(StudyTour, on_delete=models.CASCADE, related_name="entries")
    held_on = models.DateField(_("date"))
    starts = models.TimeField(_("time"), null=True, blank=True)
    title = models.CharField(_("what happens"), max_length=200)
    place = models.CharField(_("place"), max_length=200, blank=True)
    about = models.TextField(_("more about it"), blank=True)

    class Meta:
        ordering = ["held_on", F("starts").asc(nulls_first=True), "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def clock(self) -> str:
        return clock(self.starts) if self.starts else ""


class TourSignUpQuerySet(models.QuerySet["TourSignUp"]):
    def coming(self) -> "TourSignUpQuerySet":
        """Those who have said yes and still take part in the course."""
        return self.filter(is_coming=True, participant__member__participation__in=BEGUN)

    def gone(self) -> "TourSignUpQuerySet":
        """Those who said yes and have left the course since."""
        return self.filter(is_coming=True).exclude(participant__member__participation__in=BEGUN)

    def with_names(self) -> "TourSignUpQuerySet":
        return self.select_related(
            "participant__member__user",
            "participant__team__application__lead",
            "shares_with__member",
            "bed__room",
        )

    def in_order(self) -> "TourSignUpQuerySet":
        return self.order_by("participant__team__number", "participant__began_on", "participant")


class TourSignUp(models.Model):
    """A participant's answer. shares_with: with whom they would share a double room.

    Two share when each of them names the other. As everybody names at most one, nobody can share with two,
    and no pair can join another. refused_at: the named person has said no.
    """

    tour = models.ForeignKey(StudyTour, on_delete=models.CASCADE, related_name="sign_ups")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="tour_sign_ups")
    is_coming = models.BooleanField(_("comes along"))
    reason = models.CharField(_("why not"), max_length=300, blank=True)
    room_wish = models.CharField(_("room"), max_length=10, choices=RoomWish.choices, blank=True)
    shares_with = models.ForeignKey(
        Participant, on_delete=models.CASCADE, null=True, blank=True, related_name="asked_to_share"
    )
    asked_at = models.DateTimeField(_("asked to share"), null=True, blank=True)
    refused_at = models.DateTimeField(_("the other person said no"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"))

    objects = TourSignUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("tour", "participant", name="one_answer_per_tour"),
            models.CheckConstraint(
                condition=Q(is_coming=True, room_wish__in=RoomWish.values)
                | Q(is_coming=False, room_wish="", shares_with=None),
                name="who_comes_has_a_room_wish",
            ),
            models.CheckConstraint(
                condition=Q(room_wish="shared", shares_with__isnull=False, asked_at__isnull=False)
                | ~Q(room_wish="shared") & Q(shares_with=None, asked_at=None, refused_at=None),
                name="who_shares_names_somebody",
            ),
            models.CheckConstraint(
                condition=Q(shares_with=None) | ~Q(shares_with=F("participant")),
                name="nobody_shares_with_themselves",
            ),
        ]

    def __str__(self) -> str:
        return str(self.participant)


class TourNeeds(models.Model):
    """What the kitchen and the leaders must know of somebody: deleted some days after the tour."""

    sign_up = models.OneToOneField(TourSignUp, on_delete=models.CASCADE, related_name="needs")
    diets = models.JSONField(_("food"), default=list, blank=True)
    diet_note = models.CharField(_("more about food"), max_length=200, blank=True)
    contact_name = models.CharField(_("whom to call if something happens"), max_length=120)
    contact_phone = models.CharField(_("their telephone number"), max_length=30)

    def __str__(self) -> str:
        return str(self.sign_up)

    @property
    def diet_labels(self) -> list[str]:
        """In the order of the list, in the language in force."""
        return [str(diet.label) for diet in Diet if diet.value in self.diets]


class TourRoom(models.Model):
    tour = models.ForeignKey(StudyTour, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(_("room"), max_length=60)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("tour", "name", name="room_name_once_per_tour")]

    def __str__(self) -> str:
        return self.name


class TourBed(models.Model):
    """A bed of a room, and who has it. A room sleeps as many as it has beds, and a person has at most one."""

    room = models.ForeignKey(TourRoom, on_delete=models.CASCADE, related_name="beds")
    number = models.PositiveSmallIntegerField(_("bed"))
    sign_up = models.OneToOneField(
        TourSignUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="bed"
    )

    class Meta:
        ordering = ["room", "number"]
        constraints = [
            models.UniqueConstraint("room", "number", name="bed_once_per_room"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST_BEDS), name="few_beds_a_room"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.number}"
