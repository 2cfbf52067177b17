"""A team's project: what the application said lives on here, and grows for a year.

Source: issue 5, «Project workspace per team»; programme page, «drivkrefter og barrierer», «involvering av
alle interessenter», «håndtering av risiko»; the seed of 2015, whose team lacks the sector that it needs.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Part, PoliticalOutcome, Sector
from applications.models.content import FIELDS, Values
from cohorts.models.team import Participant, Team

# The texts of a project, in the sections in which they are changed; the names are the application's.
SECTIONS = {part.value: FIELDS[part] for part in (Part.PROBLEM, Part.ANCHORING, Part.COMPOSITION)}
CARRIED_OVER = tuple(field for fields in SECTIONS.values() for field in fields)
PROBLEM = FIELDS[Part.PROBLEM]


class Project(models.Model):
    """Made when somebody first opens the team's project; the application stays as it was sent in."""

    team = models.OneToOneField(Team, on_delete=models.PROTECT, related_name="project")

    problem_title = models.CharField(_("working title"), max_length=120, blank=True)
    problem_statement = models.TextField(_("problem statement"), blank=True)
    problem_reason = models.TextField(_("why this problem matters to the municipality"), blank=True)

    plan_title = models.CharField(_("plan"), max_length=200, blank=True)
    plan_year = models.PositiveSmallIntegerField(_("year of the plan"), null=True, blank=True)
    plan_page = models.CharField(_("page in the plan"), max_length=20, blank=True)
    plan_quote = models.TextField(_("quotation from the plan"), blank=True)
    political_body = models.CharField(_("political body"), max_length=120, blank=True)
    political_case_number = models.CharField(_("case number"), max_length=40, blank=True)
    political_decided_on = models.DateField(_("date of the meeting"), null=True, blank=True)
    political_outcome = models.CharField(
        _("treatment in the political body"), max_length=20, choices=PoliticalOutcome.choices, blank=True
    )

    problem_sectors = models.JSONField(_("sectors that the problem touches"), default=list, blank=True)
    mitigation = models.TextField(_("how the team will involve the missing sectors"), blank=True)

    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.problem_title or str(self.team)

    def sectors_present(self) -> list[str]:
        """Sectors from which somebody takes part now, each once; before the course those of the team."""
        people = Participant.objects.filter(team=self.team_id).present()
        present = set(people.values_list("member__sector", flat=True))
        if not present:
            present = {member.sector for member in self.team.application.members.all()}
        return [sector for sector in Sector.values if sector in present]


class ProblemVersion(models.Model):
    """What the problem was said to be, from one change to the next; number 1 is the application's."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="problem_versions")
    number = models.PositiveSmallIntegerField()
    problem_title = models.CharField(_("working title"), max_length=120, blank=True)
    problem_statement = models.TextField(_("problem statement"), blank=True)
    problem_reason = models.TextField(_("why this problem matters to the municipality"), blank=True)
    why = models.TextField(_("why it was changed"), blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint("project", "number", name="problem_versions_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.number}"


# --- What a project consists of besides its texts ---------------------------------------------------


class ProjectPart(models.Model):
    """One row of a project. NAMES: what people fill in. Who changes it tells which version they saw.

    after_completion: whether it may be changed when the cohort is completed. writer_only: whether nobody but
    the one who wrote it may change it.
    """

    NAMES: ClassVar[Sequence[str]] = ()
    after_completion: ClassVar[bool] = False
    writer_only: ClassVar[bool] = False

    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: "ClassVar[models.Manager[ProjectPart]]"

    class Meta:
        abstract = True

    def values(self) -> Values:
        """What is filled in, as JSON can hold it: relations by their keys."""
        return {name: self._value(name) for name in self.NAMES}

    def _value(self, name: str) -> object:
        field = self._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            return sorted(getattr(self, name).values_list("pk", flat=True)) if self.pk else []
        return getattr(self, field.attname)  # type: ignore[union-attr]  # it is a field of the table


class Level(models.IntegerChoices):
    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")


class Stakeholder(ProjectPart):
    """A group or an organisation that the project concerns; no private persons."""

    NAMES = ("name", "role", "interest", "influence", "involvement")

    name = models.CharField(_("group or organisation"), max_length=120)
    role = models.CharField(_("role"), max_length=200, blank=True)
    interest = models.PositiveSmallIntegerField(_("interest"), choices=Level.choices, default=Level.MEDIUM)
    influence = models.PositiveSmallIntegerField(_("influence"), choices=Level.choices, default=Level.MEDIUM)
    involvement = models.TextField(_("how they are involved"), blank=True)

    class Meta:
        ordering = ["-influence", "-interest", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(interest__in=Level.values), name="interest_is_known"),
            models.CheckConstraint(condition=Q(influence__in=Level.values), name="influence_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class ForceKind(models.TextChoices):
    DRIVER = "driver", _("Driver")
    BARRIER = "barrier", _("Barrier")


class Force(ProjectPart):
    """A driver or a barrier, and what is done to use or to overcome it."""

    NAMES = ("kind", "text", "measure")

    kind = models.CharField(_("kind"), max_length=8, choices=ForceKind.choices, default=ForceKind.BARRIER)
    text = models.TextField(_("what it is"))
    measure = models.TextField(_("what we do about it"), blank=True)

    class Meta:
        ordering = ["-kind", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ForceKind.values), name="force_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.text


class Likelihood(models.IntegerChoices):
    VERY_UNLIKELY = 1, _("1 – very unlikely")
    UNLIKELY = 2, _("2 – unlikely")
    POSSIBLE = 3, _("3 – possible")
    LIKELY = 4, _("4 – likely")
    VERY_LIKELY = 5, _("5 – very likely")


class Consequence(models.IntegerChoices):
    INSIGNIFICANT = 1, _("1 – insignificant")
    SMALL = 2, _("2 – small")
    MODERATE = 3, _("3 – moderate")
    SERIOUS = 4, _("4 – serious")
    CRITICAL = 5, _("5 – critical")


class RiskStatus(models.TextChoices):
    OPEN = "open", _("Open")
    HANDLED = "handled", _("Handled")
    OCCURRED = "occurred", _("Has occurred")


class Risk(ProjectPart):
    """What may go wrong. Its weight is likelihood times consequence, 1 to 25."""

    NAMES = ("text", "likelihood", "consequence", "measure", "owner", "status")

    text = models.TextField(_("what may happen"))
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood"), choices=Likelihood.choices, default=Likelihood.POSSIBLE
    )
    consequence = models.PositiveSmallIntegerField(
        _("consequence"), choices=Consequence.choices, default=Consequence.MODERATE
    )
    measure = models.TextField(_("what we do about it"), blank=True)
    owner = models.ForeignKey(
        Participant,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who follows it up"),
    )
    status = models.CharField(_("status"), max_length=8, choices=RiskStatus.choices, default=RiskStatus.OPEN)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(likelihood__in=Likelihood.values), name="likelihood_is_known"),
            models.CheckConstraint(
                condition=Q(consequence__in=Consequence.values), name="consequence_is_known"
            ),
            models.CheckConstraint(condition=Q(status__in=RiskStatus.values), name="risk_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def weight(self) -> int:
        return self.likelihood * self.consequence


class ExpectedValue(ProjectPart):
    """What shall become better, for whom, and how one will know."""

    NAMES = ("for_whom", "what", "measured_by", "baseline", "target")

    for_whom = models.CharField(_("for whom"), max_length=200)
    what = models.TextField(_("what becomes better"))
    measured_by = models.CharField(_("how it is measured"), max_length=300, blank=True)
    baseline = models.CharField(_("how it is today"), max_length=200, blank=True)
    target = models.CharField(_("target"), max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.for_whom}: {self.what}"


class GapStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class GapNote(ProjectPart):
    """How a sector that nobody in the team comes from is involved; the latest note tells the status."""

    NAMES = ("sector", "noted_on", "text", "status")

    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)
    noted_on = models.DateField(_("date"))
    text = models.TextField(_("what has been done"))
    status = models.CharField(_("status"), max_length=6, choices=GapStatus.choices, default=GapStatus.OPEN)

    class Meta:
        ordering = ["-noted_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(sector__in=Sector.values), name="gap_sector_is_known"),
            models.CheckConstraint(condition=Q(status__in=GapStatus.values), name="gap_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.noted_on.isoformat()} {self.sector}"


@dataclass(frozen=True)
class Gap:
    """A sector that the problem touches. is_covered: somebody in the team comes from it now.

    status: of the latest note, open where there is none. notes: the latest first.
    """

    sector: Sector
    is_covered: bool
    status: GapStatus
    notes: list[GapNote]

    @property
    def is_open(self) -> bool:
        return not self.is_covered and self.status == GapStatus.OPEN


def gaps(project: Project) -> list[Gap]:
    """The sectors that the team has lacked or lacks, in the order of the list. Two queries."""
    present = project.sectors_present()
    notes = list(project.gapnote_set.all())
    noted = {note.sector for note in notes}
    found = []
    for sector in Sector:
        lacking = sector in project.problem_sectors and sector not in present
        if lacking or sector in noted:
            own = [note for note in notes if note.sector == sector]
            status = GapStatus(own[0].status) if own else GapStatus.OPEN
            found.append(Gap(sector, sector in present, status, own))
    return found


# --- How a text has changed -------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A stretch of text. change: empty, "removed" or "added"."""

    text: str
    change: str = ""


def diff(before: str, after: str) -> list[Piece]:
    """The texts as one, word by word, with what was taken out and what was put in."""
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    pieces = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("".join(old[a:b])))
            continue
        pieces += [Piece("".join(old[a:b]), "removed")] if b > a else []
        pieces += [Piece("".join(new[c:d]), "added")] if d > c else []
    return pieces
