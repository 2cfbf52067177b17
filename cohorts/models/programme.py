"""What happens on the days of the sessions, what is learnt by it, and the material for it.

Source: programme page, «tre pilarene» and «Læringsutbytte».
"""

from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cohorts.models.cohort import Cohort
from cohorts.models.session import SessionDay, fingerprint, hours, in_language
from cohorts.models.team import Participant
from innoskole.accounts.models import User


class ItemKind(models.TextChoices):
    LECTURE = "lecture", _("Lecture")
    DIALOGUE = "dialogue", _("Dialogue")
    GROUP_WORK = "group_work", _("Group work")
    PLENARY = "plenary", _("Presentation and discussion in plenary")
    EXERCISE = "exercise", _("Exercise")
    EXCURSION = "excursion", _("Excursion")
    BREAK = "break", _("Break or meal")
    OTHER = "other", _("Other")


class Pillar(models.TextChoices):
    """What the course stands on. The values are the names of the fields of an item."""

    THEORY = "theory", _("Theory of innovation")
    CREATIVE_TECHNIQUES = "creative_techniques", _("Creative techniques")
    PEER_LEARNING = "peer_learning", _("Peer learning")


class Domain(models.TextChoices):
    """Of the national qualifications framework."""

    KNOWLEDGE = "knowledge", _("Knowledge")
    SKILLS = "skills", _("Skills")
    COMPETENCE = "competence", _("General competence")


class LearningOutcome(models.Model):
    """What a candidate is to know or to be able to when the year is over."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="outcomes")
    code = models.CharField(_("code"), max_length=10)
    domain = models.CharField(_("kind"), max_length=12, choices=Domain.choices)
    text_nb = models.TextField(_("text (bokmål)"), max_length=1000)
    text_nn = models.TextField(_("text (nynorsk)"), max_length=1000, blank=True)
    text_en = models.TextField(_("text (English)"), max_length=1000, blank=True)
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["cohort", "number", "pk"]
        constraints = [
            models.UniqueConstraint("cohort", "code", name="outcome_code_once_per_cohort"),
            models.CheckConstraint(condition=Q(domain__in=Domain.values), name="outcome_domain_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def text(self) -> str:
        return in_language(self, "text")


class ProgrammeItem(models.Model):
    """Something that happens at a time on a day. The day cannot be removed under it."""

    day = models.ForeignKey(SessionDay, on_delete=models.PROTECT, related_name="items")
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))
    kind = models.CharField(_("kind"), max_length=12, choices=ItemKind.choices)
    title_nb = models.CharField(_("title (bokmål)"), max_length=160)
    title_nn = models.CharField(_("title (nynorsk)"), max_length=160, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=160, blank=True)
    about_nb = models.TextField(_("description (bokmål)"), blank=True)
    about_nn = models.TextField(_("description (nynorsk)"), blank=True)
    about_en = models.TextField(_("description (English)"), blank=True)
    room = models.CharField(_("room"), max_length=120, blank=True)
    theory = models.BooleanField(_("theory of innovation"), default=False)
    creative_techniques = models.BooleanField(_("creative techniques"), default=False)
    peer_learning = models.BooleanField(_("peer learning"), default=False)
    outcomes = models.ManyToManyField(
        LearningOutcome, blank=True, related_name="items", verbose_name=_("learning outcomes")
    )

    class Meta:
        ordering = ["day", "starts", "ends", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="item_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def about(self) -> str:
        return in_language(self, "about")

    @property
    def version(self) -> str:
        """Of the item with what it works on."""
        return fingerprint(self, *sorted(self.outcomes.all(), key=lambda outcome: outcome.pk))

    @property
    def pillars(self) -> list[Pillar]:
        return [pillar for pillar in Pillar if getattr(self, pillar)]

    @property
    def pillar_labels(self) -> list[str | Promise]:
        return [pillar.label for pillar in self.pillars]

    @property
    def hours(self) -> str:
        return hours(self.starts, self.ends)

    @property
    def minutes(self) -> int:
        return 60 * (self.ends.hour - self.starts.hour) + self.ends.minute - self.starts.minute


def material_path(material: "Material", filename: str) -> str:
    """A name that tells nothing: the original name is kept in the row."""
    return str(PurePath("cohorts", str(material.item.day.session.cohort_id), uuid4().hex))


class MaterialQuerySet(models.QuerySet["Material"]):
    def readable_by(self, user: User) -> "MaterialQuerySet":
        """All of it for the cohort's staff; what is published for those who take part, or have completed."""
        cohort = "item__day__session__cohort"
        own = Participant.objects.of(user).present().values("team__cohort")
        return self.filter(
            Q(**{f"{cohort}__in": Cohort.objects.taught_by(user)})
            | Q(published_at__isnull=False, **{f"{cohort}__in": own})
        )

    def published(self) -> "MaterialQuerySet":
        return self.filter(published_at__isnull=False)


class Material(models.Model):
    """A private file or a link that belongs to an item: the staff's until it is published to the cohort."""

    item = models.ForeignKey(ProgrammeItem, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(_("title"), max_length=160)
    file = models.FileField(_("file"), upload_to=material_path, blank=True)
    original_name = models.CharField(_("file name"), max_length=200, blank=True)
    content_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(link="")) | (~Q(file="") & Q(link="")),
                name="material_is_a_file_or_a_link",
            ),
            models.UniqueConstraint(
                "item", "digest", condition=~Q(digest=""), name="material_file_once_per_item"
            ),
        ]

    def __str__(self) -> str:
        return self.title
