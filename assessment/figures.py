"""The figures of a cohort as a page, and as open data (docs/statistics-data.md). Changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from applications.models import Dimension, Intake
from applications.results import names_of
from assessment.models import Mark, StatisticsRelease
from assessment.models.cohort_figures import UNKNOWN, CohortFigures
from assessment.statistics.tables import STAGES, reached
from innoskole.ui import formats
from innoskole.ui.charts import Bar, BarRow, bar_chart

FORMAT = "innoskole-statistics/1"
STAGE_NAMES: Mapping[str, Promise] = {
    "applied": gettext_lazy("Nominated in an application"),
    "eligible": gettext_lazy("In an application ready for selection"),
    "admitted": gettext_lazy("In a team that was offered a place"),
    "enrolled": gettext_lazy("Began the course"),
    "completed": gettext_lazy("Passed the exam or got a certificate"),
}
GROUPINGS: Mapping[str, Promise] = {
    Dimension.REGION: gettext_lazy("Region"),
    Dimension.SIZE: gettext_lazy("Size class"),
}
CSV_COLUMNS = (
    *("cohort", "version", "released_on", "measure", "exam", "grouping", "group", "category"),
    *("people", "is_withheld"),
)


@dataclass(frozen=True)
class Cell:
    """value: None where the reader is not to know it. is_withheld: whether the public does not."""

    value: int | None
    is_withheld: bool


@dataclass(frozen=True)
class Table:
    """Groups down, stages across."""

    caption: str
    heading: str
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class GradeTable:
    """The grades of one exam: a chart of what may be told, and every mark with its cell."""

    number: int
    chart: SafeString
    candidates: Cell
    marks: list[tuple[str, Cell]]


@dataclass(frozen=True)
class Shown:
    """What a page shows: a chart of everybody, a table for each grouping, and the grades of each exam."""

    stages: list[str]
    chart: SafeString
    everybody: list[Cell]
    tables: list[Table]
    exams: list[GradeTable]
    smallest: int
    has_withheld: bool


def shown(intake: Intake, content: Mapping[str, Any], true: CohortFigures | None = None) -> Shown:
    """content: as it is released. true: the figures behind it, for the staff alone.

    The staff see every figure, and which of them the public does not.
    """
    everybody = _cells(content["everybody"], true.everybody if true else None)
    names = names_of(intake)
    found = [
        Table(
            caption=_("How far people came, by region")
            if dimension == Dimension.REGION
            else _("How far people came, by size class"),
            heading=str(heading),
            rows=[
                (
                    _name(names, dimension, group["code"]),
                    _cells(
                        group["reached"],
                        reached(true.groupings[dimension][group["code"]]) if true else None,
                    ),
                )
                for group in content["groups"][dimension]
            ],
        )
        for dimension, heading in GROUPINGS.items()
    ]
    exams = [_grades(exam, true.marks[exam["number"]] if true else None) for exam in content["exams"]]
    cells = [
        *everybody,
        *(cell for table in found for _label, row in table.rows for cell in row),
        *(cell for exam in exams for _label, cell in exam.marks),
    ]
    return Shown(
        stages=[str(STAGE_NAMES[stage]) for stage in STAGES],
        chart=_funnel_chart(everybody),
        everybody=everybody,
        tables=found,
        exams=exams,
        smallest=content["smallest"],
        has_withheld=any(cell.is_withheld for cell in cells),
    )


def _cells(released: Sequence[int | None], true: Sequence[int] | None) -> list[Cell]:
    values = released if true is None else true
    return [Cell(value, public is None) for public, value in zip(released, values, strict=True)]


def _name(names: Mapping[tuple[str, str], str], dimension: str, code: str) -> str:
    return _("Not known") if code == UNKNOWN else names[dimension, code]


def _bar(cell: Cell) -> Bar:
    if cell.value is None:
        return Bar(0, _("withheld"))
    return Bar(cell.value, formats.number(cell.value))


def _funnel_chart(everybody: Sequence[Cell]) -> SafeString:
    first, last = everybody[0].value, everybody[-1].value
    if first is None or last is None:
        return SafeString("")
    title = ngettext(
        "Of %(applied)s person who was nominated, %(completed)s completed.",
        "Of %(applied)s people who were nominated, %(completed)s completed.",
        first,
    ) % {"applied": formats.number(first), "completed": formats.number(last)}
    rows = [
        BarRow(str(STAGE_NAMES[stage]), (_bar(cell),)) for stage, cell in zip(STAGES, everybody, strict=True)
    ]
    return bar_chart(title, rows, series=(_("People"),), row_heading=_("How far they came"))


def _grades(exam: Mapping[str, Any], true: Mapping[str, int] | None) -> GradeTable:
    marks = {mark: exam["marks"][mark] for mark in Mark.values}
    cells = dict(zip(marks, _cells(list(marks.values()), list(true.values()) if true else None), strict=True))
    (candidates,) = _cells([exam["candidates"]], [sum(true.values())] if true else None)
    return GradeTable(
        exam["number"],
        _grade_chart(candidates, cells) if any(cell.value for cell in cells.values()) else SafeString(""),
        candidates,
        list(cells.items()),
    )


def _grade_chart(candidates: Cell, cells: Mapping[str, Cell]) -> SafeString:
    count = candidates.value
    if count is None:
        title = _("How many got each grade. The number of candidates is withheld.")
    else:
        title = ngettext("%(count)s candidate was graded.", "%(count)s candidates were graded.", count) % {
            "count": formats.number(count)
        }
    rows = [BarRow(mark, (_bar(cell),)) for mark, cell in cells.items()]
    return bar_chart(title, rows, series=(_("Candidates"),), row_heading=_("Grade"))


# --- Open data --------------------------------------------------------------------------------------


def as_json(releases: Sequence[StatisticsRelease], *, links: Mapping[str, str]) -> dict[str, Any]:
    """Everything that has been released, in the language in force."""
    return {
        "format": FORMAT,
        "language": get_language() or "nb",
        "stages": [{"code": code, "name": str(name)} for code, name in STAGE_NAMES.items()],
        "cohorts": [_cohort_as_json(release) for release in releases],
        "links": dict(links),
    }


def _cohort_as_json(release: StatisticsRelease) -> dict[str, Any]:
    intake, content = release.cohort.intake, release.content
    names = names_of(intake)
    return {
        "id": release.cohort.slug,
        "name": str(intake),
        "season": intake.season,
        "year": intake.year,
        "version": release.number,
        "released_on": formats.local(release.released_at).date().isoformat(),
        "reason": release.reason,
        "checksum": release.digest,
        "smallest_shown": content["smallest"],
        "region_division": intake.division,
        "everybody": _by_stage(content["everybody"]),
        "regions": _groups_as_json(content, Dimension.REGION, names),
        "sizes": _groups_as_json(content, Dimension.SIZE, names),
        "exams": content["exams"],
    }


def _groups_as_json(
    content: Mapping[str, Any], dimension: str, names: Mapping[tuple[str, str], str]
) -> list[dict[str, Any]]:
    return [
        {
            "code": group["code"],
            "name": _name(names, dimension, group["code"]),
            "reached": _by_stage(group["reached"]),
        }
        for group in content["groups"][dimension]
    ]


def _by_stage(values: Sequence[int | None]) -> dict[str, int | None]:
    return dict(zip(STAGES, values, strict=True))


def as_rows(releases: Sequence[StatisticsRelease]) -> Iterator[list[Any]]:
    """One figure a row, under CSV_COLUMNS; a withheld one has no number of people and a 1 behind it."""
    for release in releases:
        content = release.content
        day = formats.local(release.released_at).date()
        begin = [release.cohort.slug, release.number, day]
        for stage, people in zip(STAGES, content["everybody"], strict=True):
            yield [*begin, "funnel", None, "all", None, stage, people, int(people is None)]
        for dimension in GROUPINGS:
            for group in content["groups"][dimension]:
                for stage, people in zip(STAGES, group["reached"], strict=True):
                    where = ["funnel", None, str(dimension), group["code"]]
                    yield [*begin, *where, stage, people, int(people is None)]
        for exam in content["exams"]:
            for mark in Mark.values:
                people = exam["marks"][mark]
                yield [*begin, "grades", exam["number"], "all", None, mark, people, int(people is None)]
            total = exam["candidates"]
            yield [*begin, "grades", exam["number"], "all", None, "all", total, int(total is None)]
