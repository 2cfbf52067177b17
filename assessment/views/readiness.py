"""«What do I lack?»: a participant's own page, and the same one for the staff; a team's page."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from assessment.models import TeamRequirement
from assessment.models.readiness import standing, standings
from assessment.models.readiness_matrix import criteria, row
from cohorts.models import Participant, Team
from cohorts.permissions import teaches
from cohorts.views.rooms import cohort_for_staff, participant_for, team_for
from innoskole.accounts.guards import person


def own(request: HttpRequest, slug: str) -> HttpResponse:
    """Each condition with its evidence, its date and the next step; what is missing first."""
    participant = participant_for(request, slug)
    return TemplateResponse(
        request,
        "assessment/readiness/own.html",
        {"participant": participant, "standing": standing(participant, timezone.now())},
    )


def of_participant(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The same for the cohort's staff; of somebody who has left too, whose results stay."""
    cohort = cohort_for_staff(request, slug)
    found = Participant.objects.filter(team__cohort=cohort).with_names()
    participant = get_object_or_404(found, pk=pk)
    return TemplateResponse(
        request,
        "assessment/readiness/participant.html",
        {
            "cohort": cohort,
            "participant": participant,
            "standing": standing(participant, timezone.now()),
        },
    )


def team(request: HttpRequest, reference: str) -> HttpResponse:
    """People against conditions for the staff. For the team what is the team's, and the person's own:
    nobody reads here how a colleague has been assessed (docs/decisions/0127)."""
    found = team_for(request, reference)
    if teaches(person(request), found.cohort):
        return TemplateResponse(
            request, "assessment/readiness/team_staff.html", {"team": found, **_table(found)}
        )
    own = Participant.objects.of(person(request)).present().filter(team=found).with_names()
    return TemplateResponse(
        request,
        "assessment/readiness/team.html",
        {
            "team": found,
            "works": _works(found),
            "standing": standing(get_object_or_404(own), timezone.now()),
        },
    )


def _table(team: Team) -> dict[str, object]:
    people = list(team.participants.present().with_names().in_order())
    found = standings(people, timezone.now())
    asked = criteria(found)
    return {"criteria": asked, "rows": [row(one, asked) for one in found]}


def _works(team: Team) -> "QuerySet[TeamRequirement]":
    """What the team delivers together, in order."""
    works = TeamRequirement.objects.of_teams().filter(team=team).select_related("requirement")
    return works.order_by("requirement__number")
