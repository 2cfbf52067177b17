"""An exam and the student registry: the sheets that were handed over, their files, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.administrator.queue import EXPORTS
from applications.views.deeds import Deed, deed_page, says
from assessment.actions.exam import registry as deeds
from assessment.forms.exam_registry import RegistryListForm
from assessment.models import Exam, Mark, RegistryExport
from assessment.models.registry_results import results
from assessment.registry.comparison import Difference, Kind, compare
from assessment.registry.sheet import ABSENT, VALID_ABSENCE, Row, canonical, digest
from assessment.views.exam.access import exam_for_staff
from cohorts.forms.dissemination import NothingForm
from cohorts.permissions import administers
from innoskole.accounts.guards import administrator_required, person

KINDS: dict[str, Promise | str] = {
    Kind.MISSING: gettext_lazy("Is missing there"),
    Kind.EXTRA: gettext_lazy("Is not in the sheet"),
    Kind.REPEATED: gettext_lazy("Stands there more than once"),
    Kind.RESULT: gettext_lazy("Another result"),
    Kind.DAY: gettext_lazy("Another date"),
    Kind.NAME: gettext_lazy("Another name"),
    Kind.EMAIL: gettext_lazy("Another e-mail address"),
    Kind.ATTEMPT: gettext_lazy("Another attempt"),
    Kind.CHECKSUM: gettext_lazy("The file carries the checksum of no sheet of this exam"),
    Kind.CHANGED: gettext_lazy("The file carries the sheet's checksum, but its rows have been changed"),
}
RESULTS: dict[str, Promise | str] = {
    **{mark.value: mark.label for mark in Mark},
    ABSENT: gettext_lazy("Absent"),
    VALID_ABSENCE: gettext_lazy("Absent with a valid reason"),
}


@dataclass(frozen=True)
class Line:
    """A difference as its reader sees it."""

    kind: str
    candidate: int | None
    name: str
    ours: str
    theirs: str


def registry(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """All sheets of an exam, and what has changed since the latest."""
    exam = exam_for_staff(request, slug, number)
    sheets = list(exam.registry_exports.select_related("made_by").prefetch_related("imports"))
    latest = sheets[-1] if sheets else None
    now_told = results(exam)
    return TemplateResponse(
        request,
        "assessment/exam/registry/registry.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "rows": [(sheet, _last_import(sheet)) for sheet in reversed(sheets)],
            "latest": latest,
            "results": len(now_told),
            "since": _lines(compare(latest.entries, now_told)) if latest else [],
            "obstacle": deeds.obstacle_to_a_sheet(exam),
            "administers": administers(person(request)),
        },
    )


def registry_sheet(request: HttpRequest, slug: str, number: int, sheet: int) -> HttpResponse:
    """One sheet: its rows, its files, and every difference from what the registry says."""
    exam = exam_for_staff(request, slug, number)
    found = get_object_or_404(exam.registry_exports.select_related("made_by"), number=sheet)
    found.exam = exam
    obstacle = deeds.obstacle_to_comparing(found)
    imports = list(found.imports.select_related("read_by"))
    latest = imports[-1] if imports else None
    former = exam.registry_exports.filter(number=sheet - 1).first()
    return TemplateResponse(
        request,
        "assessment/exam/registry/sheet.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "sheet": found,
            "rows": [(row, RESULTS.get(row.result, row.result)) for row in found.entries],
            "imports": imports[::-1],
            "latest": latest,
            "differences": _lines(_stored(latest.differences)) if latest else [],
            "former": former,
            "news": _lines(compare(former.entries, found.entries)) if former else [],
            "obstacle": obstacle,
            "is_behind": not obstacle and digest(results(exam)) != found.digest,
            "administers": administers(person(request)),
        },
    )


@administrator_required
def registry_sheet_export(
    request: HttpRequest, slug: str, number: int, sheet: int, kind: str
) -> HttpResponse:
    """The sheet as Excel, CSV, or as the JSON of which the checksum is; the audit tells of it."""
    if kind not in (*EXPORTS, "json"):
        raise Http404
    found = _sheet(request, slug, number, sheet)
    file_name = f"results-{slug}-{number}-sheet-{sheet}.{kind}"
    deeds.record_download(found, file_name=file_name, by=person(request), now=timezone.now())
    if kind == "json":
        response = HttpResponse(canonical(found.entries), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return response
    return EXPORTS[kind](file_name, _columns(), [_line(row, found.digest) for row in found.entries])


MAKE: Deed[Exam] = Deed(
    title=gettext_lazy("Make a sheet for the student registry"),
    button=gettext_lazy("Make the sheet"),
    done=gettext_lazy("The sheet stands. Download it and hand it over."),
    run=deeds.make_sheet,
    obstacle=lambda exam, user, now: deeds.obstacle_to_a_sheet(exam),
    consequences=says(
        gettext_lazy("The published results are written down as they stand now, and never changed."),
        gettext_lazy("A later sheet holds everybody again, and takes the place of the former."),
        gettext_lazy("If nothing has changed since the latest sheet, no new one is made."),
        gettext_lazy("Nobody gets mail about it."),
    ),
    form=NothingForm,
)
COMPARE: Deed[RegistryExport] = Deed(
    title=gettext_lazy("Compare with what the registry says"),
    button=gettext_lazy("Compare"),
    done=gettext_lazy("The list has been compared with the sheet."),
    run=deeds.compare_with_registry,
    obstacle=lambda sheet, user, now: deeds.obstacle_to_comparing(sheet),
    consequences=says(
        gettext_lazy("Every difference is shown on the page of the sheet."),
        gettext_lazy("No result is changed here, whatever the list says."),
        gettext_lazy("The list is kept beside the sheet."),
        gettext_lazy("Nobody gets mail about it."),
    ),
    form=RegistryListForm,
)


@administrator_required
def registry_make(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write down the published results as a new sheet."""
    exam = exam_for_staff(request, slug, number)
    return deed_page(
        request,
        {"make": MAKE},
        "make",
        exam,
        template="assessment/exam/registry/deed.html",
        back=reverse("assessment:registry", args=[slug, number]),
        context={"cohort": exam.cohort, "exam": exam},
    )


@administrator_required
def registry_compare(request: HttpRequest, slug: str, number: int, sheet: int) -> HttpResponse:
    """Upload what the registry has registered."""
    found = _sheet(request, slug, number, sheet)
    return deed_page(
        request,
        {"compare": COMPARE},
        "compare",
        found,
        template="assessment/exam/registry/deed.html",
        back=reverse("assessment:registry_sheet", args=[slug, number, sheet]),
        context={"cohort": found.exam.cohort, "exam": found.exam, "sheet": found},
    )


def _sheet(request: HttpRequest, slug: str, number: int, sheet: int) -> RegistryExport:
    exam = exam_for_staff(request, slug, number)
    found: RegistryExport = get_object_or_404(exam.registry_exports, number=sheet)
    found.exam = exam
    return found


def _last_import(sheet: RegistryExport) -> Any:
    imports = list(sheet.imports.all())
    return imports[-1] if imports else None


def _stored(differences: Sequence[dict[str, Any]]) -> list[Difference]:
    return [Difference(**difference) for difference in differences]


def _lines(differences: Sequence[Difference]) -> list[Line]:
    return [
        Line(
            str(KINDS[each.kind]),
            each.candidate,
            each.name,
            _said(each.ours, each.kind),
            _said(each.theirs, each.kind),
        )
        for each in differences
    ]


def _said(text: str, kind: str) -> str:
    """A result by its name; a checksum by its beginning."""
    if kind in (Kind.CHECKSUM, Kind.CHANGED):
        return f"{text[:12]}…"
    result, separator, rest = text.partition(" · ")
    return f"{RESULTS.get(result, result)}{separator}{rest}"


def _columns() -> list[str]:
    return [
        _("Candidate number"),
        _("Name"),
        _("E-mail"),
        _("Attempt"),
        _("Result"),
        _("Date"),
        _("Checksum"),
    ]


def _line(row: Row, checksum: str) -> list[Any]:
    return [row.candidate, row.name, row.email, row.attempt, row.result, row.dated_on, checksum]
