"""How a project is told of: the team's presentations, its public page, and the library of all projects.

A page is public as long as the team and the municipality agree to exactly what stands on it; see
docs/decisions/0124-public-projects.md.
"""

import re
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models import PaperLanguage, Sector
from applications.models.content import Values, fingerprint, values_of
from applications.states import BEGUN
from cohorts.models.files import TeamFile
from cohorts.models.project import Project, ProjectPart
from cohorts.models.team import Participant
from innoskole.accounts.models import Affiliation, User
from innoskole.municipalities import names
from innoskole.municipalities.models import Municipality

CONTENT = (
    "title",
    "problem",
    "result",
    "sectors",
    "keywords",
    "language",
    "contact",
    "contact_email",
)


class PresentationKind(models.TextChoices):
    EXECUTIVE_COMMITTEE = "executive_committee", _("Executive committee")
    COUNCIL = "council", _("Municipal council")
    MANAGEMENT = "management", _("Management group")
    PRESS = "press", _("Press")
    CONFERENCE = "conference", _("Conference")
    NETWORK = "network", _("Network")
    OTHER = "other", _("Other")


class Presentation(ProjectPart):
    """The project was told of; programme page, «formidle innovasjonsprosjektet i kommunen og til
    offentligheten»."""

    NAMES = ("kind", "held_on", "title", "audience", "link", "file", "presenters")
    after_completion = True

    kind = models.CharField(_("where"), max_length=20, choices=PresentationKind.choices)
    held_on = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=200)
    audience = models.CharField(_("audience"), max_length=200, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    file = models.ForeignKey(
        TeamFile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file of the team"),
    )
    presenters = models.ManyToManyField(
        Participant, blank=True, related_name="presentations", verbose_name=_("who presented it")
    )

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PresentationKind.values), name="presentation_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


# --- The library ------------------------------------------------------------------------------------


class LibraryQuerySet(models.QuerySet["LibraryEntry"]):
    def agreed_by_team(self) -> "LibraryQuerySet":
        """Two of the team, or all where fewer take part, agree to what stands there, and nobody objects."""
        own = PageAnswer.objects.filter(entry=OuterRef("pk"), participant__member__participation__in=BEGUN)
        agreeing = own.filter(agrees=True, digest=OuterRef("digest"))
        counted = agreeing.order_by().values("entry").annotate(people=Count("pk")).values("people")
        silent = Participant.objects.present().filter(team=OuterRef("project__team"))
        agreed_too = PageAnswer.objects.filter(
            entry=OuterRef(OuterRef("pk")),
            participant=OuterRef("pk"),
            agrees=True,
            digest=OuterRef(OuterRef("digest")),
        )
        return (
            self.filter(project__isnull=False)
            .alias(agreeing=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
            .filter(
                Q(agreeing__gte=2) | (Q(agreeing=1) & ~Exists(silent.filter(~Exists(agreed_too)))),
                ~Exists(own.filter(agrees=False)),
            )
        )

    def agreed_by_municipality(self) -> "LibraryQuerySet":
        yes = PageAnswer.objects.filter(
            entry=OuterRef("pk"), participant=None, agrees=True, digest=OuterRef("digest")
        )
        return self.filter(Exists(yes))

    def public(self) -> "LibraryQuerySet":
        """What everybody may read now; asked each time, so that a no works at once."""
        agreed = self.model.objects.agreed_by_team().agreed_by_municipality()
        return self.filter(
            Q(project=None, source__gt="") | Q(pk__in=agreed.values("pk")), unpublished_at=None
        )

    def answerable_by(self, user: User) -> "LibraryQuerySet":
        """Those on which the person may answer for the municipality: from when its team agrees."""
        proven = user.affiliations.filter(state=Affiliation.State.PROVEN).values("municipality")
        answered = PageAnswer.objects.filter(entry=OuterRef("pk"), participant=None)
        agreed = self.model.objects.agreed_by_team()
        return self.filter(Exists(answered) | Q(pk__in=agreed.values("pk")), municipality__in=proven)

    def with_names(self) -> "LibraryQuerySet":
        return self.select_related("municipality__county")

    def search(self, text: str) -> "LibraryQuerySet":
        """Those that hold every word, also where it is written as two: «dropout» finds «drop out»."""
        found = self
        for word in plain(text).split():
            found = found.filter(search_text__contains=word)
        return found

    def in_sector(self, sector: str) -> "LibraryQuerySet":
        """Both databases write the list of sectors with each in quotation marks."""
        return self.alias(written=Cast("sectors", TextField())).filter(written__contains=f'"{sector}"')


class LibraryEntry(models.Model):
    """A project as everybody may read it: a team's own page, or a record from before.

    digest: of CONTENT, to which the team and the municipality say yes. unpublished_*: by the school.
    """

    project = models.OneToOneField(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="library_entry"
    )
    reference = models.SlugField(_("address"), max_length=60, unique=True)
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="library_entries",
        verbose_name=_("municipality"),
    )
    year = models.PositiveSmallIntegerField(_("year"))
    language = models.CharField(
        _("language of the page"), max_length=2, choices=PaperLanguage.choices, default=PaperLanguage.BOKMAL
    )
    title = models.CharField(_("title"), max_length=160)
    problem = models.TextField(_("the problem"))
    result = models.TextField(_("what came out of it"), blank=True)
    sectors = models.JSONField(_("sectors"), default=list, blank=True)
    keywords = models.CharField(_("keywords"), max_length=200, blank=True)
    contact = models.CharField(_("contact in the municipality"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail of the contact"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    search_text = models.TextField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    unpublished_at = models.DateTimeField(_("taken down by the school"), null=True, blank=True)
    unpublished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unpublished_reason = models.TextField(_("why the school has taken it down"), blank=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False) | Q(source__gt=""), name="record_without_team_has_source"
            ),
            models.CheckConstraint(
                condition=Q(unpublished_at=None) | Q(unpublished_reason__gt=""),
                name="page_is_taken_down_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("cohorts:public_project", args=[self.reference])

    def content(self) -> Values:
        return values_of(self, CONTENT)

    @property
    def sector_names(self) -> list[str]:
        return [str(sector.label) for sector in Sector if sector in self.sectors]

    def refresh(self, day: date) -> None:
        """Set what follows from the content: its digest, and the text that is searched from the day on."""
        self.digest = fingerprint(self.content())
        self.search_text = searchable(
            [
                self.title,
                self.problem,
                self.result,
                self.keywords,
                str(self.year),
                *names_of(self.municipality, day),
            ]
        )


class PageAnswer(models.Model):
    """The answer of one participant, or of the municipality (no participant), to what stood on the page.

    One row each, with their latest answer; the earlier ones stand in the history. A yes is a yes to the
    content with this digest; a no stands until the same person says yes.
    """

    entry = models.ForeignKey(LibraryEntry, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField(_("agrees"))
    digest = models.CharField(max_length=64)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("entry", "participant", name="one_answer_per_participant"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(participant=None), name="one_answer_of_the_municipality"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.agrees}"


def names_of(municipality: Municipality, day: date) -> list[str]:
    """Every name under which somebody looks for it: its own, its county's, and its successors'."""
    became = [successor.municipality for successor in municipality.successors_on(day)]
    return [
        name
        for each in dict.fromkeys([municipality, *became])
        for name in (each.name, each.name_sami, each.name_kven, each.county.name)
        if name
    ]


def plain(text: str) -> str:
    """Words of letters and digits only, without case and without Norwegian and Sami letters."""
    return " ".join(re.findall(r"[^\W_]+", names.fold(text)))


def searchable(texts: Iterable[str]) -> str:
    """Each text on a line of words, and once more as one word."""
    lines = [plain(text) for text in texts if text]
    return "\n".join([*lines, *(line.replace(" ", "") for line in lines)])


def awaiting_answer_of(user: User) -> LibraryQuerySet:
    """Pages of the person's own team to which they have not answered: neither to this content, nor no."""
    answered = PageAnswer.objects.filter(Q(digest=OuterRef("digest")) | Q(agrees=False), entry=OuterRef("pk"))
    own = Participant.objects.of(user).present()
    return LibraryEntry.objects.filter(
        ~Exists(answered.filter(participant__in=own)), project__team__in=own.values("team")
    )


def awaiting_municipality_of(user: User) -> LibraryQuerySet:
    """Pages to which the team agrees, and the municipality of the person has not answered."""
    answered = PageAnswer.objects.filter(
        Q(digest=OuterRef("digest")) | Q(agrees=False), entry=OuterRef("pk"), participant=None
    )
    return LibraryEntry.objects.answerable_by(user).agreed_by_team().filter(~Exists(answered))
