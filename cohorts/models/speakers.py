"""External speakers: whom the school has asked to contribute to a session, and what they have sent."""

from datetime import date, datetime, timedelta
from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models.cohort import Cohort
from cohorts.models.session import Session, SessionDay, clock
from cohorts.models.team import Participant
from cohorts.states.speakers import AWAITED, EXPECTED, SPEAKING, SpeakerState
from innoskole.accounts.models import Language, User
from innoskole.ui import formats

# The link of a speaker works until so long after the session, so that material can be sent afterwards.
LINK_OPEN = timedelta(days=30)
# Of a session without days nobody knows when it is over: so long after the invitation.
LINK_OPEN_WITHOUT_DAYS = timedelta(days=365)
# So long after the session what is stored about a speaker is deleted, but for what the programme said.
KEPT_AFTER = timedelta(days=365)
MOST_FILES = 10
# The last day of a speaker's session.
LAST_ON = Max("session__days__held_on")


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def taught_by(self, user: User) -> "SpeakerQuerySet":
        return self.filter(session__cohort__in=Cohort.objects.taught_by(user))

    def who_speak(self) -> "SpeakerQuerySet":
        """Those who have said yes and whom the school has not called off."""
        return self.filter(state__in=SPEAKING)

    def awaited(self) -> "SpeakerQuerySet":
        """Those who are asked, or have said yes, and have had no thanks yet."""
        return self.filter(state__in=AWAITED)

    def silent(self, today: date) -> "SpeakerQuerySet":
        """Those who have not answered in time, as long as they could still come."""
        ahead = Q(last_on__isnull=True) | Q(last_on__gte=today)
        return self.alias(last_on=LAST_ON).filter(ahead, state=SpeakerState.INVITED, answer_by_on__lt=today)

    def to_thank(self, today: date) -> "SpeakerQuerySet":
        """Those who have contributed, on a day that is over, and have had no thanks yet."""
        return self.alias(last_on=LAST_ON).filter(state__in=EXPECTED, last_on__lt=today)

    def to_delete(self, today: date) -> "SpeakerQuerySet":
        """Those who never came, when their link has stopped working."""
        return self.alias(last_on=LAST_ON).filter(~Q(state__in=SPEAKING), last_on__lt=today - LINK_OPEN)

    def to_blank(self, today: date) -> "SpeakerQuerySet":
        """Those who contributed so long ago that only the programme remembers them."""
        return self.alias(last_on=LAST_ON).filter(
            state__in=SPEAKING, forgotten_at__isnull=True, last_on__lt=today - KEPT_AFTER
        )

    def with_plan(self) -> "SpeakerQuerySet":
        """Reads with the speakers where and when they speak, and their files."""
        return self.select_related("session__cohort__intake", "day", "invited_by").prefetch_related(
            "session__days", "files"
        )

    def in_order(self) -> "SpeakerQuerySet":
        """In the order of the plan; who has no day yet comes last in the session."""
        return self.order_by(
            "session__number", F("day__held_on").asc(nulls_last=True), F("starts").asc(nulls_last=True), "pk"
        )


class Speaker(models.Model):
    """Somebody from outside who is asked to contribute to a session, without an account.

    day: empty as long as it is not decided on which day of the session. fee_note: what has been agreed on
    fee and travel; nothing is paid here. answer_words: the speaker's own, with the answer.
    forgotten_at: since when nothing is left but what the programme said.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="speakers")
    day = models.ForeignKey(
        SessionDay, on_delete=models.SET_NULL, null=True, blank=True, related_name="speakers"
    )
    starts = models.TimeField(gettext_lazy("starts"), null=True, blank=True)
    ends = models.TimeField(gettext_lazy("ends"), null=True, blank=True)
    title = models.CharField(gettext_lazy("title of the contribution"), max_length=200)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    organisation = models.CharField(gettext_lazy("organisation"), max_length=120, blank=True)
    email = models.EmailField(gettext_lazy("e-mail"), blank=True)
    language = models.CharField(
        gettext_lazy("language"), max_length=2, choices=Language.choices, default=Language.BOKMAL
    )
    message = models.TextField(gettext_lazy("message to the speaker"), blank=True)
    fee_note = models.CharField(gettext_lazy("fee and travel, as agreed"), max_length=300, blank=True)
    answer_by_on = models.DateField(gettext_lazy("answer by"))
    material_by_on = models.DateField(gettext_lazy("material by"), null=True, blank=True)
    state = models.CharField(
        gettext_lazy("state"), max_length=10, choices=SpeakerState.choices, default=SpeakerState.INVITED
    )
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(gettext_lazy("invited"))
    answered_at = models.DateTimeField(gettext_lazy("answered"), null=True, blank=True)
    answer_words = models.TextField(gettext_lazy("words with the answer"), blank=True)
    biography = models.TextField(gettext_lazy("short biography"), blank=True)
    material_url = models.URLField(gettext_lazy("link to the material"), max_length=500, blank=True)
    material_at = models.DateTimeField(gettext_lazy("material received"), null=True, blank=True)
    thanked_at = models.DateTimeField(gettext_lazy("thanked"), null=True, blank=True)
    forgotten_at = models.DateTimeField(gettext_lazy("personal data deleted"), null=True, blank=True)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "session", "email", "title", condition=~Q(email=""), name="a_contribution_asked_for_once"
            ),
            models.CheckConstraint(condition=Q(state__in=SpeakerState.values), name="speaker_state_is_known"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(starts__isnull=False, starts__lt=F("ends")),
                name="contribution_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state="thanked") | Q(thanked_at__isnull=False),
                name="thanked_speaker_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="material") | Q(material_at__isnull=False),
                name="speakers_material_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cohort(self) -> Cohort:
        return self.session.cohort

    @property
    def held_on(self) -> date | None:
        """The day of the contribution; the last of the session where it is not decided. None: not placed."""
        if self.day is not None:
            return self.day.held_on
        return self.session.dates[-1] if self.session.dates else None

    @property
    def closes_on(self) -> date:
        """The last day on which the speaker's own link works."""
        if self.session.dates:
            return self.session.dates[-1] + LINK_OPEN
        return formats.local(self.invited_at + LINK_OPEN_WITHOUT_DAYS).date()

    @property
    def deleted_on(self) -> date | None:
        """The day from which nothing but the programme's words is stored; None as long as nobody knows."""
        return self.session.dates[-1] + KEPT_AFTER if self.session.dates else None

    @property
    def place(self) -> str:
        return (self.day.place if self.day else "") or self.session.place

    @property
    def whereabouts(self) -> tuple[object, ...]:
        """When and where, to be compared: what the speaker is told of again when it changes."""
        dates = (self.day.held_on,) if self.day else tuple(self.session.dates)
        return dates, self.starts, self.ends, self.place

    @property
    def when(self) -> str:
        """«tirsdag 1. juni 2027, kl. 10.00–10.45», or what is known of it."""
        if self.day is None:
            return self._of_the_session()
        known = {"day": formats.day(self.day.held_on, weekday=True)}
        if self.starts is None:
            return _("%(day)s, at a time that is not decided") % known
        known["starts"] = clock(self.starts)
        if self.ends is None:
            return _("%(day)s, from %(starts)s") % known
        return _("%(day)s, from %(starts)s to %(ends)s") % {**known, "ends": clock(self.ends)}

    def _of_the_session(self) -> str:
        days = self.session.dates
        if not days:
            return _("The days of the session are not decided yet")
        return _("On one of the days from %(first)s to %(last)s") % {
            "first": formats.day(days[0], weekday=True),
            "last": formats.day(days[-1], weekday=True),
        }

    def is_open(self, now: datetime) -> bool:
        """Whether the speaker's own link works at a moment."""
        return self.forgotten_at is None and formats.local(now).date() <= self.closes_on

    def is_over(self, today: date) -> bool:
        """Whether the day of the contribution has passed."""
        return self.held_on is not None and self.held_on < today

    def has_contributed(self, now: datetime) -> bool:
        """Whether the day of the contribution has come."""
        return self.held_on is not None and self.held_on <= formats.local(now).date()

    def next_step(self, today: date) -> str:
        """Who does what next, a sentence for the staff; empty when nothing is left to be done."""
        if self.is_over(today):
            return _("Thank the speaker.") if self.state in EXPECTED else ""
        if self.state in (SpeakerState.DECLINED, SpeakerState.WITHDRAWN):
            return _("Ask somebody else, or ask again.")
        if self.state == SpeakerState.INVITED:
            if self.answer_by_on < today:
                return _("The day for the answer has passed. Ask again, or withdraw the invitation.")
            return _("The speaker answers by %(day)s.") % {"day": formats.day(self.answer_by_on)}
        if self.state == SpeakerState.CONFIRMED and self.material_by_on is not None:
            if self.material_by_on < today:
                return _("The day for the material has passed. Remind the speaker.")
            return _("The speaker sends the material by %(day)s.") % {"day": formats.day(self.material_by_on)}
        return ""


def speaker_file_path(file: "SpeakerFile", filename: str) -> str:
    """Under a name that nobody can guess, with the ending of the file."""
    return f"speakers/{uuid4().hex}{PurePath(filename).suffix.lower()[:10]}"


class SpeakerFileQuerySet(models.QuerySet["SpeakerFile"]):
    def visible_to(self, user: User) -> "SpeakerFileQuerySet":
        """For the staff of the cohort; of those who speak, for its participants as well."""
        taught = Q(speaker__session__cohort__in=Cohort.objects.taught_by(user))
        attended = Participant.objects.of(user).present().values("team__cohort")
        own = Q(speaker__session__cohort__in=attended, speaker__state__in=SPEAKING)
        return self.filter(taught | own)


class SpeakerFile(models.Model):
    """A file that a speaker has sent; served only after a permission check."""

    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(gettext_lazy("file"), upload_to=speaker_file_path)
    original_name = models.CharField(gettext_lazy("file name"), max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()

    objects = SpeakerFileQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["speaker", "digest"], name="a_file_once_per_speaker"),
        ]

    def __str__(self) -> str:
        return self.original_name
