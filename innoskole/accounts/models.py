"""People, what proves that they act for a municipality, and what they did."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from innoskole.municipalities.models import Municipality
from innoskole.municipalities.names import casefold, sort_key


class Language(models.TextChoices):
    """The languages of the product. Their names are never translated: a reader looks for their own."""

    BOKMAL = "nb", "Bokmål"
    NYNORSK = "nn", "Nynorsk"
    ENGLISH = "en", "English"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def administrators(self) -> Self:
        """Course administrators who can log in."""
        return self.filter(is_course_administrator=True, is_active=True)

    def search(self, text: str) -> Self:
        """People whose name or address contains every word of the text, in any letter case."""
        found = self
        for word in casefold(text).split():
            found = found.filter(search_text__contains=word)
        return found

    def with_affiliations(self) -> Self:
        """With each person's municipalities at hand."""
        return self.prefetch_related(
            models.Prefetch("affiliations", Affiliation.objects.select_related("municipality").in_order())
        )

    def in_order(self) -> Self:
        """By name, in the order of the Norwegian alphabet."""
        return self.order_by("sort_key", "pk")


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", language: str = "nb"
    ) -> "User":
        """Create a person. Without a password they log in with one-time codes sent by mail."""
        user = User(email=email.strip().lower(), name=name, language=language)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person. The e-mail address is the identity, in lower case.

    People are never deleted, because decisions point at them; they are blanked (docs/privacy).
    """

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("This address is already in use.")}
    )
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.BOKMAL
    )
    is_course_administrator = models.BooleanField(_("course administrator"), default=False)
    is_instructor = models.BooleanField(_("instructor"), default=False)
    is_active = models.BooleanField(_("can log in"), default=True)
    registered_at = models.DateTimeField(_("registered"), auto_now_add=True)
    # Computed and casefolded, because databases disagree on Ø and Å.
    search_text = models.CharField(max_length=450, editable=False, default="")
    sort_key = models.CharField(max_length=600, editable=False, default="")

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_in_any_case",
                violation_error_message=_("This address is already in use."),
            ),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="user_language_is_known"),
        ]
        indexes = [models.Index(fields=["sort_key", "id"], name="user_by_name")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = casefold(f"{self.name} {self.email}")
        self.sort_key = sort_key(str(self))
        fields: Iterable[str] | None = kwargs.get("update_fields")
        if fields is not None and {"name", "email"} & set(fields):
            kwargs["update_fields"] = {*fields, "search_text", "sort_key"}
        super().save(*args, **kwargs)

    def proven_municipalities(self) -> models.QuerySet[Municipality]:
        """The municipalities that this person is proven to act for."""
        return Municipality.objects.filter(
            affiliations__user=self, affiliations__state=Affiliation.State.PROVEN
        ).in_order()


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def proven(self) -> Self:
        return self.filter(state=Affiliation.State.PROVEN)

    def pending(self) -> Self:
        """Those that wait for an administrator, the oldest first."""
        return self.filter(
            state=Affiliation.State.PENDING, user__is_active=True, user__emailaddress__verified=True
        ).order_by("requested_at", "pk")

    def with_names(self) -> Self:
        return self.select_related("user", "municipality", "decided_by")

    def in_order(self) -> Self:
        return self.order_by("municipality__sort_key", "pk")


class Affiliation(models.Model):
    """That a person acts for a municipality: asked for, proven or rejected.

    Until it is proven the person can write drafts for the municipality, but submit nothing.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waits for approval")
        PROVEN = "proven", _("approved")
        REJECTED = "rejected", _("not approved")

    class Proof(models.TextChoices):
        NONE = "", _("none")
        DOMAIN = "domain", _("the domain of the e-mail address")
        ADMINISTRATOR = "administrator", _("an administrator's decision")

    user = models.ForeignKey(User, models.CASCADE, related_name="affiliations", verbose_name=_("person"))
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="affiliations", verbose_name=_("municipality")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    proof = models.CharField(_("proof"), max_length=15, choices=Proof.choices, default=Proof.NONE, blank=True)
    requested_at = models.DateTimeField(_("requested"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality"], name="affiliation_once"),
            models.CheckConstraint(
                condition=Q(state="proven", decided_at__isnull=False) & ~Q(proof="")
                | Q(state="pending", decided_at__isnull=True, proof="")
                | Q(state="rejected", decided_at__isnull=False, proof=""),
                name="affiliation_state_fits_proof",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="affiliation_waiting")]

    def __str__(self) -> str:
        return f"{self.user} – {self.municipality}"


class DomainException(models.Model):
    """A mail domain that proves a municipality although its name says otherwise.

    A domain that stands here proves the municipalities it is listed with, and no other.
    """

    domain = models.CharField(_("domain"), max_length=253)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", verbose_name=_("municipality")
    )

    class Meta:
        verbose_name = _("domain exception")
        verbose_name_plural = _("domain exceptions")
        ordering = ["domain", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("domain"),
                "municipality",
                name="domain_exception_once",
                violation_error_message=_("This domain already proves this municipality."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.domain} – {self.municipality}"


class Unchangeable(Exception):
    """Somebody tried to change or delete what the audit has recorded: always a fault in the program."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, obj: models.Model) -> Self:
        """What has happened to one object, the newest first."""
        return (
            self.filter(content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk))
            .select_related("by")
            .order_by("-occurred_at", "-pk")
        )

    def update(self, **kwargs: Any) -> int:
        raise Unchangeable("Audit events are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Audit events are never deleted.")

    def forget_before(self, moment: datetime) -> int:
        """Delete the events whose retention has run out. Returns their number."""
        return self.filter(occurred_at__lt=moment)._raw_delete(self.db)


class AuditEvent(models.Model):
    """Who did what when, with old and new values. Append-only; the database refuses updates as well."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.CharField(max_length=40)
    obj = GenericForeignKey("content_type", "object_id")
    verb = models.CharField(_("what"), max_length=200)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    by_label = models.CharField(_("who"), max_length=200)
    occurred_at = models.DateTimeField(_("when"))
    changes = models.JSONField(_("changes"), default=dict)
    reason = models.TextField(_("reason"), blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["content_type", "object_id", "-occurred_at"], name="audit_about"),
            models.Index(fields=["occurred_at"], name="audit_age"),
        ]

    def __str__(self) -> str:
        return f"{self.occurred_at:%Y-%m-%d %H:%M} {self.by_label}: {self.verb}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable("Audit events are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable("Audit events are never deleted.")
