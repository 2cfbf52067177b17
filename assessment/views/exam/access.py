"""Fetch and authorise in one call: an exam, a paper, one's own candidacy. Strangers get 404."""

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from assessment.models import Candidate, Certificate, Exam, GradeAppeal, Paper
from cohorts.models import Participant
from innoskole.accounts.guards import person


def exam_for_staff(request: HttpRequest, slug: str, number: int) -> Exam:
    """The sitting, for the cohort's staff; 404 for everybody else, other examiners as well."""
    found = Exam.objects.taught_by(person(request)).with_names()
    return get_object_or_404(found, cohort__slug=slug, number=number)


def paper_for_examiner(request: HttpRequest, code: str) -> Paper:
    """A paper by its code, for those who are appointed to grade it before publication; 404 otherwise."""
    found = Paper.objects.graded_by(person(request)).with_names()
    return get_object_or_404(found, code=code)


def appeal_for_examiner(request: HttpRequest, pk: int) -> GradeAppeal:
    """An appeal, for its new examiners, who see neither the grade nor its explanation; 404 otherwise."""
    return get_object_or_404(GradeAppeal.objects.regraded_by(person(request)), pk=pk)


def appeal_for_staff(request: HttpRequest, slug: str, pk: int) -> GradeAppeal:
    found = GradeAppeal.objects.taught_by(person(request)).select_related("exam__cohort__intake")
    return get_object_or_404(found, exam__cohort__slug=slug, pk=pk)


def own_part(request: HttpRequest, slug: str) -> Participant:
    """The person's own part in the cohort; also of somebody who has left with a candidacy or a certificate: a
    grade, its periods and what it proves stay theirs. 404 otherwise."""
    theirs = Q(Exists(Candidate.objects.filter(participant=OuterRef("pk")))) | Q(
        Exists(Certificate.objects.filter(participant=OuterRef("pk")))
    )
    own = Participant.objects.of(person(request))
    found = own.filter(Q(pk__in=own.present().values("pk")) | theirs).with_names()
    return get_object_or_404(found, team__cohort__slug=slug)


def candidate_for(request: HttpRequest, slug: str, number: int) -> Candidate:
    """The person's own candidacy in a sitting; 404 for everybody else."""
    found = Candidate.objects.of(person(request)).with_names()
    return get_object_or_404(found, exam__cohort__slug=slug, exam__number=number)
