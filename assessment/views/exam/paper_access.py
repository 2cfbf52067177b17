"""Fetch and authorise in one call what belongs to a group's paper. Strangers get 404."""

from django.db.models import F, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from assessment.models import Appointment, Candidate, Exam, Guidelines, Paper, PaperFile
from assessment.models.exam.papers import PaperQuerySet
from assessment.models.exam.standing import with_reads
from assessment.states import ExamState
from cohorts.models import Participant
from cohorts.views.rooms import participant_for
from innoskole.accounts.guards import person

GRADED = (ExamState.GRADING, ExamState.PUBLISHED)


def own_paper(request: HttpRequest, slug: str, number: int) -> tuple[Participant, Paper]:
    """The paper of the person's own group in a sitting; 404 for everybody else, the staff as well."""
    participant = participant_for(request, slug)
    found = Paper.objects.filter(candidates__participant=participant, exam__number=number)
    return participant, get_object_or_404(with_reads(found.filter(exam__cohort__slug=slug)))


def papers_of(exam: Exam) -> PaperQuerySet:
    """All of a sitting that somebody has been let into, with what their standing reads."""
    return with_reads(Paper.objects.filter(exam=exam))


def file_for(request: HttpRequest, code: str, pk: int) -> PaperFile:
    """A file of a paper; 404 for whoever may not read it.

    The group reads all of its own, the staff what has been delivered, and an examiner what counts, once
    grading is open.
    """
    user = person(request)
    counts = Q(delivery__version=F("paper__version"), paper__exam__state__in=GRADED)
    may = (
        Q(paper__in=Paper.objects.of(user))
        | Q(paper__in=Paper.objects.taught_by(user), delivery__isnull=False)
        | Q(counts, paper__in=Appointment.objects.filter(examiner__user=user).values("paper"))
    )
    found = PaperFile.objects.filter(may, paper__code=code).select_related("paper")
    return get_object_or_404(found, pk=pk)


def is_blind(request: HttpRequest, paper: Paper) -> bool:
    """Whether the person reads the paper only as an examiner of an appeal: then no file names anybody."""
    user = person(request)
    knows = Paper.objects.filter(pk=paper.pk)
    return not any(each.exists() for each in (knows.of(user), knows.taught_by(user), knows.graded_by(user)))


def exam_for_guidelines(request: HttpRequest, slug: str, number: int) -> Exam:
    """The sitting, for those who may read its guidelines: staff, examiners, and candidates once the grades
    are published; 404 for everybody else.
    """
    user = person(request)
    may = Q(pk__in=Exam.objects.for_staff(user)) | Q(
        state=ExamState.PUBLISHED, pk__in=Candidate.objects.of(user).values("exam")
    )
    return get_object_or_404(Exam.objects.filter(may).with_names(), cohort__slug=slug, number=number)


def guidelines_for(request: HttpRequest, slug: str, number: int, pk: int) -> Guidelines:
    return get_object_or_404(Guidelines, pk=pk, exam=exam_for_guidelines(request, slug, number))
