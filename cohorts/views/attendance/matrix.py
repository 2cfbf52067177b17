"""Who has attended what: the participants of a cohort or a team by half-days, and the file of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.actions import attendance as deeds
from cohorts.forms.attendance import AttendanceFilterForm
from cohorts.models import Cohort, Participant, SessionDay
from cohorts.models.attendance import Cell, HalfDay, Sheet, days_of, half_days, sheets
from cohorts.models.attendance_count import Status
from cohorts.views.rooms import cohort_for_staff, team_for_staff
from innoskole.accounts.guards import person
from innoskole.ui import formats
from innoskole.ui.exports import csv_response, xlsx_response

EXPORTS = {"xlsx": xlsx_response, "csv": csv_response}


@dataclass(frozen=True)
class Sign:
    """What stands in a cell: a mark to the eye, and the same in words."""

    mark: str
    words: str | Promise
    tone: str = ""


SIGNS = {
    Status.PRESENT: Sign("✓", Status.PRESENT.label, "present"),
    Status.ABSENT: Sign("✕", Status.ABSENT.label, "absent"),
    Status.EXCUSED: Sign("A", Status.EXCUSED.label, "excused"),
}
ANNOUNCED = Sign("(A)", gettext_lazy("Has sent an apology"), "excused")
LACKING = Sign("?", gettext_lazy("Not registered"), "lacking")
COMING = Sign("", gettext_lazy("To come"))
NOT_EXPECTED = Sign("–", gettext_lazy("Not in the cohort on this day"))
LEGEND = (*SIGNS.values(), ANNOUNCED, LACKING, NOT_EXPECTED)


def sign(cell: Cell, now: datetime) -> Sign:
    """What stands in the cell of a participant and a half-day."""
    if not cell.is_expected:
        return NOT_EXPECTED
    if cell.attendance:
        return SIGNS[Status(cell.attendance.status)]
    if cell.half_day.day.ends_at <= now:
        return LACKING
    return ANNOUNCED if cell.apology else COMING


@dataclass(frozen=True)
class Row:
    sheet: Sheet
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Matrix:
    """shown: the half-days of the columns, in order."""

    shown: Sequence[HalfDay]
    rows: Sequence[Row]

    @property
    def days(self) -> list[tuple[SessionDay, list[HalfDay]]]:
        """The columns by day."""
        return [(day, list(halves)) for day, halves in groupby(self.shown, key=lambda each: each.day)]


def matrix_of(people: Iterable[Participant], days: Iterable[SessionDay], now: datetime) -> Matrix:
    """The people by the half-days of the days. Five queries."""
    shown = half_days(list(days))
    keys = {each.key for each in shown}
    rows = [
        Row(sheet, tuple(sign(cell, now) for cell in sheet.cells if cell.half_day.key in keys))
        for sheet in sheets(list(people)).values()
    ]
    return Matrix(shown, rows)


def attendance(request: HttpRequest, slug: str) -> HttpResponse:
    """All participants of a cohort by half-days; the filter lives in the address."""
    cohort = cohort_for_staff(request, slug)
    now = timezone.now()
    form, matrix = _found(request, cohort, now)
    return TemplateResponse(
        request,
        "cohorts/attendance/attendance.html",
        {
            "cohort": cohort,
            "form": form,
            "is_filtered": any(form.asked().values()),
            "matrix": matrix,
            "legend": LEGEND,
            "query": f"?{request.GET.urlencode()}" if request.GET else "",
        },
    )


def attendance_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly what the filter lets through; the audit tells of it."""
    cohort = cohort_for_staff(request, slug)
    if kind not in EXPORTS:
        raise Http404
    now = timezone.now()
    form, matrix = _found(request, cohort, now)
    file_name = f"attendance-{cohort.slug}.{kind}"
    deeds.record_download(
        cohort,
        filters=form.in_words(),
        rows=len(matrix.rows),
        file_name=file_name,
        by=person(request),
        now=now,
    )
    return EXPORTS[kind](file_name, _columns(matrix), [_line(row) for row in matrix.rows])


def team_attendance(request: HttpRequest, reference: str) -> HttpResponse:
    """The same for one team, for the cohort's staff."""
    team = team_for_staff(request, reference)
    people = team.participants.with_names().in_order()
    matrix = matrix_of(people, days_of(team.cohort), timezone.now())
    return TemplateResponse(
        request,
        "cohorts/attendance/team_attendance.html",
        {"team": team, "cohort": team.cohort, "matrix": matrix, "legend": LEGEND},
    )


def _found(request: HttpRequest, cohort: Cohort, now: datetime) -> tuple[AttendanceFilterForm, Matrix]:
    form = AttendanceFilterForm(
        request.GET,
        teams=list(cohort.teams.with_names().in_order()),
        sessions=list(cohort.sessions.in_order()),
    )
    asked = form.asked()
    people = Participant.objects.filter(team__cohort=cohort).with_names().in_order()
    days = days_of(cohort)
    if asked["team"]:
        people = people.filter(team__number=asked["team"])
    if asked["session"]:
        days = days.filter(session__number=asked["session"])
    return form, matrix_of(people, days, now)


def _columns(matrix: Matrix) -> list[str]:
    return [
        _("Name"),
        _("Team"),
        _("Attended"),
        _("Missed"),
        _("Half-days left"),
        _("Required half-days"),
        _("Reached"),
        _("Can still be reached"),
        *(f"{formats.day(each.day.held_on)}, {each.half.label}" for each in matrix.shown),
    ]


def _line(row: Row) -> list[object]:
    count = row.sheet.count
    return [
        str(row.sheet.participant),
        str(row.sheet.participant.team),
        count.attended,
        count.missed,
        count.left,
        count.required,
        count.is_met,
        count.can_reach,
        *(str(each.words) for each in row.signs),
    ]
