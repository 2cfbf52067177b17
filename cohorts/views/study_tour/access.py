"""Who is let in to the tour of a cohort: all its staff, those who organise it, course administrators."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from cohorts.models import Cohort, StudyTour
from cohorts.permissions import administers
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import person


def organised(request: HttpRequest, slug: str) -> StudyTour:
    """The cohort's tour, for who organises it; 404 for everybody else."""
    cohort = cohort_for_staff(request, slug)
    rows = StudyTour.objects.with_plan().organised_by(person(request))
    return get_object_or_404(rows, cohort=cohort)


def administered(request: HttpRequest, slug: str) -> tuple[Cohort, StudyTour | None]:
    """The cohort and its tour, if it has one, for course administrators; 404 for everybody else."""
    cohort = cohort_for_staff(request, slug)
    if not administers(person(request)):
        raise Http404
    return cohort, StudyTour.objects.with_plan().filter(cohort=cohort).first()
