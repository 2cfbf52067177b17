"""The outbox: every letter that the school sends is a row here before it is mail."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innoskole.accounts.models import Language, User


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> Self:
        """Those to be sent now, the oldest first."""
        return self.filter(state=Message.State.QUEUED, next_attempt_at__lte=now).order_by(
            "next_attempt_at", "pk"
        )

    def claimed_before(self, moment: datetime) -> Self:
        """Those whose sender seems to have died."""
        return self.filter(state=Message.State.SENDING, claimed_at__lt=moment)

    def need_a_person(self) -> Self:
        """Those that somebody must decide about."""
        return self.filter(state__in=[Message.State.FAILED, Message.State.UNSURE])

    def about(self, obj: models.Model) -> Self:
        return self.filter(
            content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk)
        ).order_by("-queued_at", "-pk")

    def refused(self, emails: Iterable[str]) -> Self:
        """The last letter to each of the addresses, of those where it did not arrive."""
        same = Message.objects.filter(to_email=OuterRef("to_email"))
        moment = OuterRef("failed_at")
        newer = same.filter(
            Q(sent_at__gt=moment) | Q(failed_at__gt=moment) | Q(failed_at=moment, pk__gt=OuterRef("pk"))
        )
        given_up = self.filter(to_email__in={email.lower() for email in emails}, failed_at__isnull=False)
        return given_up.filter(~Exists(newer)).order_by("to_email", "-pk")

    def counts(self) -> dict[str, int]:
        """How many there are in each state in which there are any."""
        return dict(self.order_by().values_list("state").annotate(Count("pk")))

    def for_list(self) -> Self:
        """With what a row of a list shows, and no more."""
        return self.only("queued_at", "to_email", "subject", "state", "held_back_because")

    def search(self, text: str) -> Self:
        """Messages whose recipient or subject contains every word of the text."""
        found = self
        for word in text.casefold().split():
            found = found.filter(search_text__contains=word)
        return found


class Message(models.Model):
    """One letter to one address, with the unique key that makes it sent once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        UNSURE = "unsure", _("perhaps sent")
        VOID = "void", _("cancelled")
        SUPPRESSED = "suppressed", _("held back")

    class OnCrash(models.TextChoices):
        """What happens to a letter whose sender died half-way."""

        AGAIN = "again", _("send it again")
        UNSURE = "unsure", _("let a person decide")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    to_email = models.EmailField(_("to"))
    to_user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name=_("person")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    subject = models.CharField(_("subject"), max_length=250)
    body_text = models.TextField(_("text"), blank=True)
    body_html = models.TextField(blank=True)
    secret = models.BooleanField(_("holds a code"), default=False)
    content_type = models.ForeignKey(ContentType, models.PROTECT, null=True, blank=True, related_name="+")
    object_id = models.CharField(max_length=40, blank=True)
    about = GenericForeignKey("content_type", "object_id")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    on_crash = models.CharField(max_length=6, choices=OnCrash.choices, default=OnCrash.AGAIN)
    queued_at = models.DateTimeField(_("written"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    expires_at = models.DateTimeField(_("of no use after"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    held_back_because = models.CharField(_("held back because"), max_length=120, blank=True)
    error = models.TextField(_("answer of the mail server"), blank=True)
    # Computed and casefolded, because databases disagree on Ø and Å.
    search_text = models.CharField(max_length=600, editable=False, default="")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="message_language_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="message_due"),
            # The text is there so that a search reads the index, not all the letters.
            models.Index(fields=["-queued_at", "-id", "search_text"], name="message_newest"),
            models.Index(fields=["content_type", "object_id"], name="message_about"),
            models.Index(fields=["kind", "-queued_at", "-id"], name="message_of_kind"),
            models.Index(fields=["to_email", "sent_at"], name="message_to"),
            models.Index(fields=["to_email"], condition=Q(failed_at__isnull=False), name="message_given_up"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"

    @property
    def masked_address(self) -> str:
        """«k•••@example.no»: enough for its owner to know it, and for nobody else."""
        name, _at, domain = self.to_email.rpartition("@")
        return f"{name[:1]}•••@{domain}"

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # the stubs know Django's own
        """Instead of Django's, which translates every state to show one."""
        return str(self.State(self.state).label)

    @property
    def why_held_back(self) -> str:
        """In the reader's language; empty when it was not held back."""
        return gettext(self.held_back_because) if self.held_back_because else ""
