"""The nominated persons, where they come from, and their documents."""

from collections.abc import Iterable
from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.states import IN_TEAM, Basis, Participation


class Sector(models.TextChoices):
    """Controlled list of sectors and service areas; the unit's own name stands beside it."""

    HEALTH_CARE = "health_care", _("Health and care")
    UPBRINGING = "upbringing", _("Upbringing and school")
    SOCIAL = "social", _("Social services and labour")
    CULTURE = "culture", _("Culture, library and leisure")
    TECHNICAL = "technical", _("Technical services and property")
    PLANNING = "planning", _("Planning, climate and business development")
    ADMINISTRATION = "administration", _("Administration, HR and finance")
    POLITICAL = "political", _("Political leadership")
    OTHER = "other", _("Other service area")


def sector_names(sectors: Iterable[str]) -> str:
    """The names on one line, in the order given; parted by semicolons, for some names have commas."""
    return "; ".join(str(Sector(sector).label) for sector in sectors)


class RoleType(models.TextChoices):
    """Seed P: «personer med nøkkelfunksjoner i kommunene, ledere og folkevalgte»."""

    KEY_FUNCTION = "key_function", _("Key function")
    MANAGER = "manager", _("Manager")
    ELECTED = "elected", _("Elected representative")


class EducationLevel(models.TextChoices):
    THREE_YEARS = (
        "three_years",
        _("Three years or more of higher education (bachelor's degree or equivalent)"),
    )
    ONE_OR_TWO = "one_or_two", _("One to two years of higher education")
    LESS = "less", _("Less than one year of higher education")


class TeamManager(models.Manager["TeamMember"]):
    """Those who make up the team now: what `application.members` means."""

    def get_queryset(self) -> models.QuerySet["TeamMember"]:
        return super().get_queryset().filter(participation__in=IN_TEAM)


class TeamMember(models.Model):
    """A nominated person or a named reserve. Who has left stays, so that one can see who was in it when."""

    application = models.ForeignKey(
        "applications.Application", on_delete=models.CASCADE, related_name="members"
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    position = models.CharField(_("position"), max_length=120)
    unit = models.CharField(_("unit"), max_length=120)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)
    role_type = models.CharField(_("type of role"), max_length=20, choices=RoleType.choices)
    education = models.CharField(_("highest education"), max_length=20, choices=EducationLevel.choices)
    education_details = models.CharField(
        _("degree or courses, institution and year"), max_length=300, blank=True
    )
    experience_years = models.PositiveSmallIntegerField(_("years of relevant work experience"), default=0)
    experience_details = models.TextField(_("relevant work experience"), blank=True)
    basis = models.CharField(
        _("admission basis"), max_length=24, choices=Basis.choices, default=Basis.UNASSESSED
    )
    added_at = models.DateTimeField()
    participation = models.CharField(
        _("participation"), max_length=10, choices=Participation.choices, default=Participation.NOMINATED
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="team_memberships",
    )
    joined_at = models.DateTimeField(_("took over from another"), null=True, blank=True)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    consent_text = models.TextField(_("what the person has agreed to"), blank=True)
    began_at = models.DateTimeField(_("the course began"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_reason = models.TextField(_("why the person left"), blank=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )

    objects = TeamManager()
    everyone: "models.Manager[TeamMember]" = models.Manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(participation__in=Participation.values), name="participation_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(participation__in=("withdrawn", "replaced")) | Q(left_at__isnull=False),
                name="who_left_has_a_moment",
            ),
            models.UniqueConstraint("application", "email", name="a_person_once_per_team"),
            models.CheckConstraint(condition=Q(experience_years__lte=70), name="experience_within_a_life"),
        ]

    def __str__(self) -> str:
        return self.name


def document_path(document: "Document", filename: str) -> str:
    """A name that tells nothing: the original name is kept in the row."""
    return str(PurePath("applications", str(document.member.application_id), uuid4().hex))


class Document(models.Model):
    """A private file that documents education or experience; served only after a permission check."""

    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="documents")
    file = models.FileField(_("file"), upload_to=document_path)
    original_name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "digest"], name="a_document_once_per_person"),
        ]

    def __str__(self) -> str:
        return self.original_name
