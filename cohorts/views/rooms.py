"""Who is let into the three rooms: a cohort's (its staff), a team's (and its staff), one's own course."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from cohorts.models import Cohort, Participant, Team
from innoskole.accounts.guards import person


def cohort_for_staff(request: HttpRequest, slug: str) -> Cohort:
    """The cohort, for course administrators and its own instructors; 404 for everybody else."""
    found = Cohort.objects.taught_by(person(request)).select_related("intake")
    return get_object_or_404(found, slug=slug)


def team_for(request: HttpRequest, reference: str) -> Team:
    """The team, for those who are in it and for the cohort's staff; 404 for everybody else."""
    found = Team.objects.visible_to(person(request)).with_names()
    return get_object_or_404(found, application__reference=reference)


def team_for_staff(request: HttpRequest, reference: str) -> Team:
    """The team, for the cohort's staff; 404 for everybody else."""
    found = Team.objects.taught_by(person(request)).with_names()
    return get_object_or_404(found, application__reference=reference)


def participant_for(request: HttpRequest, slug: str) -> Participant:
    """The person's own part in the cohort, while they take part or have completed; 404 otherwise."""
    found = Participant.objects.of(person(request)).present().with_names()
    return get_object_or_404(found, team__cohort__slug=slug)
