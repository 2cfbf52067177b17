"""Fetch and authorise in one call: a requirement of a team, and the track on which it is delivered."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from assessment.models import Delivery, TeamRequirement, WorkRequirement
from cohorts.models import Participant, Team
from cohorts.permissions import teaches
from cohorts.views.rooms import team_for, team_for_staff
from innoskole.accounts.guards import person


def requirement_for(request: HttpRequest, reference: str, number: int) -> tuple[Team, WorkRequirement]:
    """The team and the requirement of its cohort, for the team and its staff; 404 for everybody else."""
    return _with_requirement(team_for(request, reference), number)


def requirement_for_staff(request: HttpRequest, reference: str, number: int) -> tuple[Team, WorkRequirement]:
    return _with_requirement(team_for_staff(request, reference), number)


def _with_requirement(team: Team, number: int) -> tuple[Team, WorkRequirement]:
    found = get_object_or_404(WorkRequirement, cohort=team.cohort_id, number=number)
    found.cohort = team.cohort
    return team, found


def work_for(request: HttpRequest, reference: str, number: int, track: str) -> TeamRequirement:
    """A track: the team's, or of one who delivers on their own, for that person and the staff; else 404.

    Not in the database before it has opened.
    """
    team, requirement = requirement_for(request, reference, number)
    rows = TeamRequirement.objects.with_names().filter(team=team, requirement=requirement)
    if track != "team":
        found = get_object_or_404(rows.visible_to(person(request)), participant=int(track))
    else:
        found = rows.of_teams().first() or TeamRequirement(due_at=requirement.due_at)
    found.team, found.requirement = team, requirement
    return found


def own_work_for(request: HttpRequest, reference: str, number: int, track: str) -> TeamRequirement:
    """A track, for those who are to deliver on it; 404 for everybody else, the staff as well."""
    work = work_for(request, reference, number, track)
    own = Participant.objects.of(person(request)).present().filter(team=work.team)
    if work.participant_id is not None:
        own = own.filter(pk=work.participant_id)
    if not own.exists():
        raise Http404
    return work


def delivery_for(request: HttpRequest, reference: str, number: int, track: str, attempt: int) -> Delivery:
    work = work_for(request, reference, number, track)
    found = get_object_or_404(Delivery.objects.select_related("delivered_by"), work=work.pk, attempt=attempt)
    found.work = work
    return found


def is_staff_of(request: HttpRequest, team: Team) -> bool:
    return teaches(person(request), team.cohort)
