"""A cohort's people against the conditions: the matrix, its export, the course over time, and the rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.administrator.queue import EXPORTS
from applications.views.deeds import Deed, deed_page, says
from assessment.actions.readiness import change_rule, record_export
from assessment.forms.readiness import ProgressFilterForm, RuleForm
from assessment.models import ReadinessRule
from assessment.models.readiness import Standing, standings
from assessment.models.readiness_matrix import Criterion, Lack, course, criteria, in_order, row, totals
from cohorts.models import Cohort, Participant
from cohorts.permissions import administers
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import administrator_required, person
from innoskole.ui import formats
from innoskole.ui.steps import step_chart
from innoskole.ui.tables import Column, chosen_sort, paginate_sorted

COLUMNS = (
    Column("name", gettext_lazy("Name"), order_by=("name",)),
    Column("team", gettext_lazy("Team"), order_by=("team",)),
    Column("missing", gettext_lazy("Missing"), order_by=("missing",), numeric=True),
)
DEFAULT_SORT = "team"


@dataclass(frozen=True)
class Matrix:
    """everybody: of the cohort. chosen: those that the filter lets through, in the order asked for."""

    cohort: Cohort
    criteria: list[Criterion]
    everybody: list[Standing]
    chosen: list[Standing]
    form: ProgressFilterForm
    sort: str


def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The matrix, 50 at a time; search, filter, sort and page live in the address."""
    now = timezone.now()
    matrix = _matrix(request, slug, now)
    columns = [*COLUMNS, *(Column(one.key, one.label) for one in matrix.criteria)]
    listed = paginate_sorted(request, matrix.chosen, columns, sort=matrix.sort)
    found = totals(matrix.everybody)
    return TemplateResponse(
        request,
        "assessment/readiness/progress.html",
        {
            "cohort": matrix.cohort,
            "form": matrix.form,
            "list": listed,
            "rows": [row(one, matrix.criteria) for one in listed.rows],
            "totals": found,
            "lacks": [(lack, _lack_url(matrix.cohort, lack)) for lack in found.lacks],
            "chart": _chart(matrix.everybody, now) if found.students else "",
            "is_filtered": any(matrix.form.asked().values()),
            "administers": administers(person(request)),
        },
    )


def progress_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the people that the filter lets through, in the same order; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    now = timezone.now()
    matrix = _matrix(request, slug, now)
    lines = [_export_line(one, matrix.criteria) for one in matrix.chosen]
    file_name = f"progress-{matrix.cohort.slug}.{kind}"
    record_export(
        matrix.cohort,
        filters=matrix.form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=now,
    )
    return EXPORTS[kind](file_name, _export_columns(matrix.criteria), lines)


RULE: Deed[Cohort] = Deed(
    title=gettext_lazy("What is asked before the exam and the certificate"),
    button=gettext_lazy("Save"),
    done=gettext_lazy("What is asked has been changed."),
    run=change_rule,
    obstacle=lambda cohort, user, now: "",
    consequences=says(
        gettext_lazy("Everybody's page «What do I lack?» follows at once."),
        gettext_lazy("Nobody gets mail about it."),
        gettext_lazy(
            "Always asked before the exam: admission as a student, the work requirements and the semester"
            " fees."
        ),
    ),
    form=RuleForm,
    given=lambda cohort, now: {"initial": _rule_values(cohort)},
)


@administrator_required
def readiness_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """What the cohort asks besides; course administrators only."""
    cohort = get_object_or_404(Cohort.objects.select_related("intake"), slug=slug)
    back = reverse("assessment:progress", args=[slug])
    return deed_page(
        request,
        {"rule": RULE},
        "rule",
        cohort,
        template="assessment/readiness/rule.html",
        back=back,
        context={"cohort": cohort},
    )


def _rule_values(cohort: Cohort) -> dict[str, bool]:
    rule = ReadinessRule.objects.of(cohort)
    return {
        "exam_needs_attendance": rule.exam_needs_attendance,
        "certificate_needs_requirements": rule.certificate_needs_requirements,
    }


def _matrix(request: HttpRequest, slug: str, now: datetime) -> Matrix:
    cohort = cohort_for_staff(request, slug)
    people = Participant.objects.filter(team__cohort=cohort).present().with_names().in_order()
    everybody = standings(list(people), now)
    asked = criteria(everybody)
    teams = {one.participant.team_id: one.participant.team for one in everybody}
    form = ProgressFilterForm(request.GET, teams=list(teams.values()), criteria=asked)
    filters = form.filters()
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    chosen = in_order((one for one in everybody if filters.let_through(one)), sort)
    return Matrix(cohort, asked, everybody, chosen, form, sort)


def _lack_url(cohort: Cohort, lack: Lack) -> str:
    address = reverse("assessment:progress", args=[cohort.slug])
    return f"{address}?{urlencode({'lacks': lack.criterion.key})}"


def _chart(everybody: Sequence[Standing], now: datetime) -> SafeString:
    today = formats.local(now).date()
    found = course(everybody, today)
    title = ngettext(
        "%(ready)s of %(count)s student is ready for the exam, and %(approved)s of %(results)s work"
        " requirements are approved.",
        "%(ready)s of %(count)s students are ready for the exam, and %(approved)s of %(results)s work"
        " requirements are approved.",
        found.students,
    ) % {
        "ready": found.students_ready,
        "count": found.students,
        "approved": found.results_approved,
        "results": found.results,
    }
    return step_chart(
        title,
        found.steps,
        series=[
            (_("Work requirements approved"), found.results),
            (_("Students ready for the exam"), found.students),
        ],
        until=today,
        heading=_("By the end of the week"),
    )


def _export_columns(criteria: Sequence[Criterion]) -> list[str]:
    return [
        _("Team number"),
        _("Municipality"),
        _("Name"),
        _("E-mail"),
        _("Role"),
        _("Works towards"),
        _("Is ready"),
        _("Missing"),
        *(criterion.label for criterion in criteria),
        _("What is missing"),
    ]


def _export_line(one: Standing, criteria: Sequence[Criterion]) -> list[Any]:
    person, missing = one.participant, one.readiness.missing
    return [
        person.team.number,
        str(person.team),
        person.member.name,
        person.member.email,
        one.role,
        str(one.aim.label),
        one.readiness.is_ready,
        len(missing),
        *(cell.is_met if cell else None for cell in row(one, criteria).cells),
        " ".join(f"{condition.label}: {condition.evidence.says}" for condition in missing),
    ]
