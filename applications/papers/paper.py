"""The case paper as it reads now: the proposal, and what the coordinator has made of it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy, override

from applications.models import Application, CasePaper, PaperLanguage
from applications.models.content import PARTS, Values, fingerprint
from applications.models.promises import letter_language
from applications.papers.facts import facts_of
from applications.papers.proposal import Proposed, proposals, rows, without_recommendation

# Relations that a paper reads: fetch them together.
READS = PARTS

TITLE = "title"
RECOMMENDS, RECOMMENDATION = "recommends", "recommendation"
HEADINGS = {
    "background": gettext_lazy("Background and content of the case"),
    "assessment": gettext_lazy("Assessment"),
    "public_health": gettext_lazy("Public health assessment"),
    "summary": gettext_lazy("Summary"),
    RECOMMENDATION: gettext_lazy("Recommendation"),
}
TEXTS = (TITLE, *HEADINGS)


@dataclass(frozen=True)
class Heading:
    """own: what the coordinator has written instead; empty when the heading follows the application."""

    name: str
    label: str
    proposed: Proposed
    own: str

    @property
    def text(self) -> str:
        return self.own or self.proposed.text


@dataclass(frozen=True)
class Paper:
    """A paper in its own language. saved: what is stored; None while everything follows the proposal."""

    application: Application
    language: str
    saved: CasePaper | None
    headings: dict[str, Heading]
    rows: list[tuple[str, str]]
    silence: str

    @property
    def title(self) -> str:
        return self.headings[TITLE].text

    @property
    def recommends(self) -> bool:
        return self.saved is not None and self.saved.recommends

    @property
    def sections(self) -> list[tuple[str, str]]:
        """(heading, text) as the paper prints them, without a recommendation unless one is given."""
        return [
            (
                heading.label,
                self.silence if name == RECOMMENDATION and not self.recommends else heading.text,
            )
            for name, heading in self.headings.items()
            if name != TITLE
        ]

    @property
    def gaps(self) -> list[str]:
        """The fields that are missing in what follows the application, each once, in the paper's order."""
        found = [
            gap
            for name, heading in self.headings.items()
            if not heading.own and (name != RECOMMENDATION or self.recommends)
            for gap in heading.proposed.gaps
        ]
        return list(dict.fromkeys(found))

    def values(self) -> Values:
        """What each control of the page says now."""
        return {RECOMMENDS: self.recommends} | {name: one.text for name, one in self.headings.items()}

    def versions(self) -> dict[str, str]:
        """The fingerprint of each, by which two editors of the same heading are told apart."""
        return {name: fingerprint({name: value}) for name, value in self.values().items()}


def language_of(application: Application) -> str:
    """«nb» or «nn»: the municipality's form; of a neutral one the contact person's choice, else bokmål."""
    language = letter_language(application.lead, application.coordinator)
    return language if language in PaperLanguage.values else PaperLanguage.BOKMAL.value


def paper_of(application: Application, language: str) -> Paper:
    """The paper as it reads now, whatever the language of the page. Reads the relations of READS."""
    saved = application.papers.select_related("changed_by").filter(language=language).first()
    with override(language):
        facts = facts_of(application)
        labels = {TITLE: "", **{name: str(label) for name, label in HEADINGS.items()}}
        return Paper(
            application=application,
            language=language,
            saved=saved,
            headings={
                name: Heading(name, labels[name], proposed, getattr(saved, name, ""))
                for name, proposed in proposals(facts).items()
            },
            rows=rows(facts),
            silence=without_recommendation(),
        )
