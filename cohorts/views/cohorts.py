"""The school's cohorts, and the front page of each of the three rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from cohorts.models import Cohort, Participant
from cohorts.views.rooms import cohort_for_staff, participant_for, team_for
from innoskole.accounts.guards import instructor_required, person


@instructor_required
def cohorts(request: HttpRequest) -> HttpResponse:
    """The cohorts that the person teaches, the newest first."""
    found = Cohort.objects.taught_by(person(request)).select_related("intake").newest_first()
    return TemplateResponse(request, "cohorts/cohorts.html", {"cohorts": found})


def cohort(request: HttpRequest, slug: str) -> HttpResponse:
    """A cohort's front page for its staff: the teams."""
    found = cohort_for_staff(request, slug)
    teams = found.teams.with_names().in_order()
    return TemplateResponse(request, "cohorts/cohort.html", {"cohort": found, "teams": teams})


def team(request: HttpRequest, reference: str) -> HttpResponse:
    """A team's front page: who is in it, and the problem that it works on."""
    found = team_for(request, reference)
    people = found.participants.present().select_related("member").in_order()
    return TemplateResponse(request, "cohorts/team.html", {"team": found, "people": people})


def courses(request: HttpRequest) -> HttpResponse:
    """The person's cohorts; straight to it where there is one."""
    own = list(Participant.objects.of(person(request)).present().with_names().order_by("-began_on", "-pk"))
    if len(own) == 1:
        return redirect("cohorts:course", own[0].team.cohort.slug)
    return TemplateResponse(request, "cohorts/courses.html", {"participants": own})


def course(request: HttpRequest, slug: str) -> HttpResponse:
    """A participant's front page of the course."""
    return TemplateResponse(request, "cohorts/course.html", {"participant": participant_for(request, slug)})
