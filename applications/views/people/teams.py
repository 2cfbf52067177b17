"""The school's list of the teams of an intake: progress, viability, export."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.intakes import record_export
from applications.forms.people import TeamFilterForm
from applications.models import Intake
from applications.models.team import Sector
from applications.models.teams import Team, TeamFilter
from applications.models.teams import teams as teams_of
from applications.views.administrator.queue import EXPORTS
from innoskole.accounts.guards import administrator_required, person

COLORS: dict[str, str] = {
    TeamFilter.BROKEN: "danger",
    TeamFilter.WAITING: "warning",
    TeamFilter.CONFIRMED: "success",
}


@administrator_required
def teams(request: HttpRequest, slug: str) -> HttpResponse:
    """Every team with a place; the filter lives in the address."""
    intake = get_object_or_404(Intake, slug=slug)
    form = TeamFilterForm(request.GET)
    found = teams_of(intake, form.chosen(), now=timezone.now())
    return TemplateResponse(
        request,
        "applications/people/teams.html",
        {
            "intake": intake,
            "form": form,
            "teams": [(team, COLORS[team.status]) for team in found],
            "query": f"?{request.GET.urlencode()}" if request.GET else "",
            "is_filtered": bool(form.chosen()),
        },
    )


@administrator_required
def teams_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the teams that the filter lets through, a line for each person; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    intake = get_object_or_404(Intake, slug=slug)
    form = TeamFilterForm(request.GET)
    lines = [line for team in teams_of(intake, form.chosen(), now=timezone.now()) for line in _lines(team)]
    file_name = f"teams-{intake.slug}.{kind}"
    record_export(
        intake,
        filters=form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=timezone.now(),
    )
    return EXPORTS[kind](file_name, _columns(), lines)


def _columns() -> Sequence[str]:
    return [
        _("Reference number"),
        _("Municipality number"),
        _("Municipality"),
        _("Team"),
        _("People"),
        _("Sectors"),
        _("What is lacking"),
        _("Name"),
        _("E-mail"),
        _("Unit"),
        _("Sector"),
        _("Admission basis"),
        _("Participation"),
        _("Invited"),
        _("Confirmed"),
    ]


def _lines(team: Team) -> list[list[Any]]:
    one, stand = team.application, team.stand
    head = [
        one.reference,
        one.lead.code,
        one.lead.display_name,
        str(team.status.label),
        len(stand.members),
        len(stand.sectors),
        " ".join(stand.lacks),
    ]
    return [
        [
            *head,
            member.name,
            member.email,
            member.unit,
            str(Sector(member.sector).label),
            member.get_basis_display(),
            member.get_participation_display(),
            member.invited_at,
            member.confirmed_at,
        ]
        for member in stand.members
    ] or [head]
