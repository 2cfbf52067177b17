"""The staff's list of a cohort's certificates, its export, and one certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.administrator.queue import EXPORTS
from assessment.actions.certificates import record_export
from assessment.forms.certificates import CertificateFilterForm
from assessment.models import Certificate
from assessment.models.certificate_claims import Claim, ClaimState, claim, claims
from assessment.models.certificate_list import in_order, with_a_claim
from assessment.permissions.certificates import may_issue
from assessment.views.certificates.shown import shown
from cohorts.models import Cohort
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import person
from innoskole.ui.tables import Column, chosen_sort, paginate_sorted

COLUMNS = (
    Column("name", gettext_lazy("Name"), order_by=("name",)),
    Column("team", gettext_lazy("Team"), order_by=("team",)),
    Column("kind", gettext_lazy("Kind")),
    Column("state", gettext_lazy("State")),
    Column("number", gettext_lazy("Number"), order_by=("number",)),
    Column("issued", gettext_lazy("Date of issue"), order_by=("issued",)),
)
DEFAULT_SORT = "team"
COLORS = {
    ClaimState.READY: "info",
    ClaimState.ISSUED: "success",
    ClaimState.CHANGED: "warning",
    ClaimState.REVOKED: "danger",
    ClaimState.WAITING: "neutral",
}


@dataclass(frozen=True)
class Listed:
    """everybody: of the cohort. chosen: those that the filter lets through, in the order asked for."""

    cohort: Cohort
    everybody: list[Claim]
    chosen: list[Claim]
    form: CertificateFilterForm
    sort: str


def certificates(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody, 50 at a time, with what they have got or lack; and how far the writing has come."""
    found = _listed(request, slug, timezone.now())
    listed = paginate_sorted(request, found.chosen, COLUMNS, sort=found.sort)
    valid = [one for claim in found.everybody for one in claim.certificates if not one.is_revoked]
    unwritten = Certificate.objects.unwritten().filter(participant__team__cohort=found.cohort).count()
    return TemplateResponse(
        request,
        "assessment/certificates/certificates.html",
        {
            "cohort": found.cohort,
            "form": found.form,
            "list": listed,
            "rows": [(one, COLORS[one.state]) for one in listed.rows],
            "due": sum(one.goes_with_the_others for one in found.everybody),
            "issued": len(valid),
            "written": len(valid) - unwritten,
            "is_filtered": any(found.form.asked().values()),
            "may_issue": may_issue(person(request)),
        },
    )


def certificates_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the people that the filter lets through, in the same order; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    now = timezone.now()
    found = _listed(request, slug, now)
    lines = [_export_line(one) for one in found.chosen]
    file_name = f"certificates-{found.cohort.slug}.{kind}"
    record_export(
        found.cohort,
        filters=found.form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=now,
    )
    return EXPORTS[kind](file_name, _export_columns(), lines)


def certificate(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """One certificate: what it says, its documents, its public page, and what has happened to it."""
    cohort, found = cohort_and_certificate(request, slug, number)
    reckoned = claim(found.participant, timezone.now())
    return TemplateResponse(
        request,
        "assessment/certificates/certificate.html",
        {
            "cohort": cohort,
            "certificate": found,
            "participant": found.participant,
            "shown": shown(found, reckoned),
            "claim": reckoned,
            "may_issue": may_issue(person(request)),
        },
    )


def cohort_and_certificate(request: HttpRequest, slug: str, number: str) -> tuple[Cohort, Certificate]:
    """For the cohort's staff; 404 for everybody else."""
    cohort = cohort_for_staff(request, slug)
    found = Certificate.objects.filter(participant__team__cohort=cohort).with_names()
    return cohort, get_object_or_404(found, number=number)


def _listed(request: HttpRequest, slug: str, now: datetime) -> Listed:
    cohort = cohort_for_staff(request, slug)
    everybody = claims(list(with_a_claim(cohort)), now)
    teams = {one.participant.team_id: one.participant.team for one in everybody}
    form = CertificateFilterForm(request.GET, teams=list(teams.values()))
    filters = form.filters()
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    chosen = in_order((one for one in everybody if filters.let_through(one)), sort)
    return Listed(cohort, everybody, chosen, form, sort)


def _export_columns() -> Sequence[str]:
    return [
        _("Team number"),
        _("Municipality"),
        _("Name"),
        _("E-mail"),
        _("Role"),
        _("Kind"),
        _("State"),
        _("Number"),
        _("Date of issue"),
        _("Revoked"),
        _("Why it cannot be issued yet"),
    ]


def _export_line(one: Claim) -> list[Any]:
    person, shown_one = one.participant, one.shown
    return [
        person.team.number,
        str(person.team),
        person.member.name,
        person.member.email,
        one.standing.role,
        str(one.kind.label),
        str(one.state.label),
        shown_one.number if shown_one else None,
        shown_one.issued_at if shown_one else None,
        shown_one.revoked_at if shown_one else None,
        one.obstacle if one.valid is None else "",
    ]
