"""Which learning outcomes and which pillars each session works on, and where the gaps are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cohorts.models.programme import LearningOutcome, Pillar, ProgrammeItem
from cohorts.models.session import Session


@dataclass(frozen=True)
class Cell:
    """items: how many. minutes: how long they last together."""

    items: int
    minutes: int

    @property
    def hours(self) -> float:
        return self.minutes / 60


@dataclass(frozen=True)
class Line:
    """code: short name, empty for a pillar. cells: one for each session, in order. total: of all of them."""

    code: str
    text: str
    cells: Sequence[Cell]
    total: Cell


@dataclass(frozen=True)
class Coverage:
    """gaps: what no session works on, a sentence each."""

    sessions: Sequence[Session]
    pillars: Sequence[Line]
    outcomes: Sequence[Line]
    gaps: Sequence[str]


def coverage(sessions: Sequence[Session], outcomes: Sequence[LearningOutcome]) -> Coverage:
    """sessions: read `with_programme`; no query here."""
    items = [[item for day in session.days.all() for item in day.items.all()] for session in sessions]
    pillars = [_line("", str(pillar.label), items, _with_pillar(pillar)) for pillar in Pillar]
    lines = [_line(outcome.code, outcome.text, items, _with_outcome(outcome)) for outcome in outcomes]
    return Coverage(sessions, pillars, lines, [*_gaps(sessions, pillars, lines)])


Counts = Callable[[ProgrammeItem], bool]


def _with_pillar(pillar: Pillar) -> Counts:
    return lambda item: pillar in item.pillars


def _with_outcome(outcome: LearningOutcome) -> Counts:
    return lambda item: outcome in item.outcomes.all()


def _line(code: str, text: str, items: Sequence[Sequence[ProgrammeItem]], counts: Counts) -> Line:
    cells = [_cell(item for item in each if counts(item)) for each in items]
    return Line(
        code, text, cells, Cell(sum(cell.items for cell in cells), sum(cell.minutes for cell in cells))
    )


def _cell(items: Iterable[ProgrammeItem]) -> Cell:
    minutes = [item.minutes for item in items]
    return Cell(len(minutes), sum(minutes))


def _gaps(sessions: Sequence[Session], pillars: Sequence[Line], outcomes: Sequence[Line]) -> Iterable[str]:
    for line in outcomes:
        if not line.total.items:
            yield _("No item of the programme works on learning outcome %(code)s.") % {"code": line.code}
    for line in pillars:
        missing = [str(session) for session, cell in zip(sessions, line.cells, strict=True) if not cell.items]
        if missing and not line.total.items:
            yield _("No session has an item with the pillar “%(pillar)s”.") % {"pillar": line.text}
        elif missing:
            yield _("Sessions without an item with the pillar “%(pillar)s”: %(sessions)s.") % {
                "pillar": line.text,
                "sessions": "; ".join(missing),
            }
