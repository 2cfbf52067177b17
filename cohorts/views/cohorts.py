"""The school's cohorts, and the front page of each of the three rooms."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models.team import Sector
from applications.states import State
from applications.views.administrator.queue import EXPORTS
from applications.views.deeds import offered
from cohorts.actions.cohorts import record_export
from cohorts.forms.cohorts import TeamsForm
from cohorts.models import Cohort, Participant
from cohorts.models.roster import (
    Line,
    Standing,
    intakes_without_cohort,
    next_day,
    outsiders,
    partners,
    people,
    roster,
    with_teams,
)
from cohorts.permissions import administers, teaches
from cohorts.states import CohortState
from cohorts.summaries import summaries
from cohorts.views.administration import COHORT_DEEDS
from cohorts.views.rooms import cohort_for_staff, participant_for, team_for
from innoskole.accounts.guards import instructor_required, person

COLORS: dict[str, str] = {
    Standing.GIVEN_UP: "danger",
    Standing.BROKEN: "danger",
    Standing.WAITING: "warning",
    Standing.READY: "info",
    Standing.TAKES_PART: "success",
}
COHORT_COLORS: dict[str, str] = {CohortState.PLANNED: "warning", CohortState.RUNNING: "info"}


@instructor_required
def cohorts(request: HttpRequest) -> HttpResponse:
    """The cohorts that the person teaches, the newest first; for administrators what can be made into one."""
    user = person(request)
    found = with_teams(Cohort.objects.taught_by(user)).select_related("intake").newest_first()
    return TemplateResponse(
        request,
        "cohorts/cohorts.html",
        {
            "cohorts": [(cohort, COHORT_COLORS.get(cohort.state, "neutral")) for cohort in found],
            "intakes": intakes_without_cohort() if administers(user) else [],
        },
    )


def cohort(request: HttpRequest, slug: str) -> HttpResponse:
    """A cohort's front page for its staff: the teams, and what the administrators can do now."""
    found, user, now = cohort_for_staff(request, slug), person(request), timezone.now()
    form = TeamsForm(request.GET)
    lines = roster(found, form.text())
    is_open = administers(user) and found.state != CohortState.COMPLETED
    return TemplateResponse(
        request,
        "cohorts/cohort.html",
        {
            "cohort": found,
            "form": form,
            "lines": [(line, COLORS[line.standing]) for line in lines],
            "people": sum(len(line.members) for line in lines),
            "students": sum(line.students for line in lines),
            "is_filtered": bool(form.text()),
            "query": f"?{request.GET.urlencode()}" if request.GET else "",
            "instructors": found.instructors.select_related("user"),
            "next_day": next_day(found, timezone.localdate()),
            "deeds": offered(COHORT_DEEDS, found, user, now) if administers(user) else [],
            "outsiders": outsiders(found, now) if is_open else [],
            "color": COHORT_COLORS.get(found.state, "neutral"),
        },
    )


def teams_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the teams that the filter lets through, a line for each person; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    found = cohort_for_staff(request, slug)
    form = TeamsForm(request.GET)
    rows = [row for line in roster(found, form.text()) for row in _rows(line)]
    file_name = f"cohort-{found.slug}.{kind}"
    record_export(
        found,
        filters=form.text(),
        rows=len(rows),
        file_name=file_name,
        by=person(request),
        now=timezone.now(),
    )
    columns = [
        _("Number"),
        _("Reference number"),
        _("Municipality number"),
        _("Municipality"),
        _("Region"),
        _("Working title"),
        _("Team"),
        _("Name"),
        _("E-mail"),
        _("Unit"),
        _("Sector"),
        _("Admission basis"),
        _("Participation"),
    ]
    return EXPORTS[kind](file_name, columns, rows)


def _rows(line: Line) -> list[list[object]]:
    application = line.team.application
    head = [
        line.team.number,
        application.reference,
        application.lead.code,
        application.lead.display_name,
        line.region,
        application.problem_title,
        str(line.standing.label),
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
        ]
        for member in line.members
    ] or [head]


def team(request: HttpRequest, reference: str) -> HttpResponse:
    """A team's front page: who is in it, the problem that it works on, and what comes next."""
    found, user = team_for(request, reference), person(request)
    everyone = people(found)
    is_school = administers(user)
    return TemplateResponse(
        request,
        "cohorts/team.html",
        {
            "team": found,
            "application": found.application,
            "coordinator": found.application.coordinator,
            "partners": partners(found.application),
            "people": [one for one in everyone if one.is_in_team],
            "gone": [one for one in everyone if not one.is_in_team],
            "next_day": next_day(found.cohort, timezone.localdate()),
            "supervisors": found.supervisors.present().select_related("user").in_order(),
            "is_staff": teaches(user, found.cohort),
            "may_change": is_school and found.cohort.state != CohortState.COMPLETED,
            "may_be_removed": is_school and found.application.state != State.ENROLLED,
        },
    )


def courses(request: HttpRequest) -> HttpResponse:
    """The person's cohorts; straight to it where there is one."""
    own = list(Participant.objects.of(person(request)).present().with_names().order_by("-began_on", "-pk"))
    if len(own) == 1:
        return redirect("cohorts:course", own[0].team.cohort.slug)
    return TemplateResponse(request, "cohorts/courses.html", {"participants": own})


def course(request: HttpRequest, slug: str) -> HttpResponse:
    """A participant's front page of the course: what comes next, and whom they work with."""
    participant = participant_for(request, slug)
    return TemplateResponse(
        request,
        "cohorts/course.html",
        {
            "participant": participant,
            "team": participant.team,
            "people": participant.team.participants.present().select_related("member").in_order(),
            "next_day": next_day(participant.team.cohort, timezone.localdate()),
            "summaries": summaries(participant, timezone.now()),
        },
    )
