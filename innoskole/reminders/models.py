"""The ledger of reminders, the rules that the school has changed, and pauses."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innoskole.notifications.models import Message
from innoskole.reminders.steps import Rule

HOUR = [MaxValueValidator(23)]


class ReminderRule(models.Model):
    """What the school has decided about a kind of reminder; a kind without a row keeps its own rule."""

    kind = models.CharField(_("kind"), max_length=40, unique=True)
    is_active = models.BooleanField(_("people are reminded"), default=True)
    before: "models.JSONField[Any, Any]" = models.JSONField(_("days before the deadline"), default=list)
    every = models.PositiveSmallIntegerField(_("days between reminders after the deadline"), default=0)
    most = models.PositiveSmallIntegerField(_("how many reminders after the deadline"), default=0)
    hour = models.PositiveSmallIntegerField(_("leaves from"), default=8, validators=HOUR)
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), default=20, validators=HOUR)
    quiet_until = models.PositiveSmallIntegerField(_("quiet until"), default=7, validators=HOUR)
    on_working_days = models.BooleanField(_("only on working days"), default=True)
    in_digest = models.BooleanField(_("gathered in one e-mail a day"), default=True)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__lte=F("quiet_until"))
                & (Q(hour__lt=F("quiet_from")) | Q(hour__gte=F("quiet_until")))
                | Q(quiet_from__gt=F("quiet_until"))
                & Q(hour__gte=F("quiet_until"), hour__lt=F("quiet_from")),
                name="reminders_leave_outside_quiet_hours",
                violation_error_message=_("Choose an hour outside the quiet hours."),
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def rule(self) -> Rule:
        return Rule(
            is_active=self.is_active,
            before=tuple(self.before),
            every=self.every,
            most=self.most,
            hour=self.hour,
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            on_working_days=self.on_working_days,
            in_digest=self.in_digest,
        )


class Why(models.TextChoices):
    """Why somebody was not reminded."""

    DONE = "done", _("It was done before the reminder left")
    MOVED = "moved", _("The deadline was moved before the reminder left")
    OVERTAKEN = "overtaken", _("A later reminder of the same deadline has taken its place")
    NEW = "new", _("The recipient had only just heard of the deadline")
    PAUSED = "paused", _("The school has paused it")
    DECLINED = "declined", _("The recipient does not want these reminders")
    OTHER = "other", _("Somebody else is to do it now")
    PASSED = "passed", _("The deadline passed before the reminder could leave")
    NOBODY = "nobody", _("There is nobody to remind")


# Struck from a mail that had not left: nothing was said, and the reminder comes anew if it is due again.
STRUCK = (Why.DONE, Why.MOVED, Why.OTHER)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def handled(self, kind: str) -> Self:
        """The lines that settle a step of a kind: it has been said, or was left out for good."""
        return self.filter(kind=kind).exclude(why_not__in=STRUCK)

    def search(self, text: str) -> Self:
        """Those whose person or title contains every word of the text."""
        found = self
        for word in text.casefold().split():
            found = found.filter(search_text__contains=word)
        return found


class Reminder(models.Model):
    """One line of the ledger: of what somebody was reminded, or why not.

    key: kind, row, day of the deadline, step and address, so that nobody hears the same twice; a line that is
    struck before its mail leaves gives the key back, by a number after it. object_id: pk of the row of the
    kind's `open`. about: on whose page it is told. claim: of the sweep that wrote the line. The mail's own
    state is the message's.
    """

    key = models.CharField(_("key"), max_length=400, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    object_id = models.BigIntegerField()
    scope = models.CharField(_("intake or cohort"), max_length=60, blank=True)
    due_at = models.DateTimeField(_("deadline"))
    due_on = models.DateField(_("day of the deadline"))
    step = models.SmallIntegerField(_("days from the deadline"))
    to_email = models.EmailField(_("to"), blank=True)
    to_name = models.CharField(_("name"), max_length=150, blank=True)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reminders"
    )
    language = models.CharField(_("language"), max_length=2)
    title = models.CharField(_("what it is about"), max_length=250)
    url = models.URLField(max_length=600, blank=True)
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True, blank=True, related_name="+")
    about_id = models.CharField(max_length=40, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    claim = models.UUIDField()
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="reminders", verbose_name=_("e-mail")
    )
    why_not = models.CharField(_("why not"), max_length=10, choices=Why.choices, blank=True)
    happened_at = models.DateTimeField(_("when"))
    search_text = models.CharField(max_length=600, editable=False, default="")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(why_not="") | Q(why_not__in=Why.values), name="reminder_why_not_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id", "due_on", "step"], name="reminder_of_deadline"),
            models.Index(fields=["-happened_at", "-id", "search_text"], name="reminder_newest"),
            models.Index(fields=["claim", "to_email"], name="reminder_of_sweep"),
            models.Index(fields=["about_type", "about_id"], name="reminder_about"),
        ]

    def __str__(self) -> str:
        return self.key


class PauseQuerySet(models.QuerySet["Pause"]):
    def in_force(self, now: datetime) -> Self:
        running = Q(until_at__isnull=True) | Q(until_at__gt=now)
        return self.filter(running, ended_at__isnull=True)


class Pause(models.Model):
    """No reminders of a kind, to an address, or about one row, for a reason. Empty means every one.

    by: the administrator; None when the recipient has asked for it by the link in the mail.
    """

    kind = models.CharField(_("kind"), max_length=40, blank=True)
    to_email = models.EmailField(_("to"), blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(object_id__isnull=True) | ~Q(kind=""), name="pause_of_a_row_names_its_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind="") | ~Q(to_email=""), name="pause_is_not_of_everything"
            ),
            models.CheckConstraint(condition=Q(by__isnull=True) | ~Q(reason=""), name="pause_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.to_email}"

    def covers(self, kind: str, object_id: int, email: str) -> bool:
        return (
            self.kind in ("", kind) and self.to_email in ("", email) and self.object_id in (None, object_id)
        )
