"""Rows for tests of exams. Nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import factory

from assessment import models as m
from assessment.states import CandidateState, ExamState, GradeAppealState
from tests.cohorts.factories import CohortFactory, ParticipantFactory, TeamFactory
from tests.factories import NOW, UserFactory

TODAY = NOW.date()


class ExamFactory(factory.django.DjangoModelFactory):
    """Open for registration now: closes in ten days, paper due in forty, orals from the fiftieth day.

    `locked=True`: the paper can be delivered now; `grading=True`: delivered, orals from today;
    `published=True`: grades published yesterday.
    """

    class Meta:
        model = m.Exam

    class Params:
        locked = factory.Trait(state=ExamState.LOCKED, locked_at=NOW - timedelta(days=5), start=-20)
        grading = factory.Trait(state=ExamState.GRADING, locked_at=NOW - timedelta(days=35), start=-50)
        published = factory.Trait(
            state=ExamState.PUBLISHED,
            locked_at=NOW - timedelta(days=55),
            published_at=NOW - timedelta(days=1),
            start=-70,
        )
        start = 0

    cohort = factory.SubFactory(CohortFactory)
    number = 1
    state = ExamState.OPEN
    registration_opens_at = factory.LazyAttribute(lambda o: _days(o.start - 5))
    registration_closes_at = factory.LazyAttribute(lambda o: _days(o.start + 10))
    paper_opens_at = factory.LazyAttribute(lambda o: _days(o.start + 15))
    paper_due_at = factory.LazyAttribute(lambda o: _days(o.start + 40))
    oral_from_on = factory.LazyAttribute(lambda o: _day(o.start + 50))
    oral_to_on = factory.LazyAttribute(lambda o: _day(o.start + 52))
    made_at = NOW - timedelta(days=90)


class ExaminerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = m.Examiner

    exam = factory.SubFactory(ExamFactory)
    user = factory.SubFactory(UserFactory, is_instructor=True)
    added_at = NOW - timedelta(days=60)


class PaperFactory(factory.django.DjangoModelFactory):
    """The paper of a team, not delivered; `delivered=True` with one delivery in time, without files."""

    class Meta:
        model = m.Paper

    class Params:
        delivered = factory.Trait(version=1, delivered_at=factory.SelfAttribute("delivered_then"))
        delivered_then = factory.LazyAttribute(lambda o: o.exam.paper_due_at - timedelta(days=1))

    exam = factory.SubFactory(ExamFactory, locked=True)
    team = factory.LazyAttribute(lambda o: TeamFactory(cohort=o.exam.cohort))
    code = factory.Sequence(lambda n: f"P{n:05d}")
    due_at = factory.SelfAttribute("exam.paper_due_at")

    @classmethod
    def _create(cls, model_class: type[m.Paper], *args: Any, **kwargs: Any) -> m.Paper:
        paper: m.Paper = super()._create(model_class, *args, **kwargs)
        if paper.version:
            PaperDeliveryFactory(paper=paper, delivered_at=paper.delivered_at)
        return paper


class PaperDeliveryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = m.PaperDelivery

    paper = factory.SubFactory(PaperFactory)
    version = 1
    title = "Innovasjon i praksis"
    digest = "0" * 64
    delivered_by = factory.SubFactory(UserFactory)
    delivered_at = NOW - timedelta(days=1)


class CandidateFactory(factory.django.DjangoModelFactory):
    """A participant who is registered; `participant=` and `paper=` must be of the exam's cohort."""

    class Meta:
        model = m.Candidate

    exam = factory.SubFactory(ExamFactory)
    participant = factory.LazyAttribute(lambda o: ParticipantFactory(team=TeamFactory(cohort=o.exam.cohort)))
    state = CandidateState.REGISTERED
    registered_at = factory.LazyAttribute(lambda o: o.exam.registration_opens_at + timedelta(hours=1))


class AppointmentFactory(factory.django.DjangoModelFactory):
    """The first examiner of a paper; `place=2` for the second."""

    class Meta:
        model = m.Appointment

    paper = factory.SubFactory(PaperFactory)
    examiner = factory.LazyAttribute(lambda o: ExaminerFactory(exam=o.paper.exam))
    place = 1
    appointed_at = NOW - timedelta(days=30)


class GradeFactory(factory.django.DjangoModelFactory):
    """A candidate's first grade, confirmed; published with its exam, if that is."""

    class Meta:
        model = m.Grade

    candidate = factory.SubFactory(CandidateFactory, exam__published=True, state=CandidateState.PUBLISHED)
    version = 1
    mark = "C"
    paper_mark = "C"
    set_by = factory.SubFactory(UserFactory, is_instructor=True)
    set_at = NOW - timedelta(days=4)
    confirmed_by = factory.SubFactory(UserFactory, is_instructor=True)
    confirmed_at = NOW - timedelta(days=3)
    published_at = factory.SelfAttribute("candidate.exam.published_at")


class GradeAppealFactory(factory.django.DjangoModelFactory):
    """Received yesterday, of the candidate of `grade`."""

    class Meta:
        model = m.GradeAppeal
        skip_postgeneration_save = True
        exclude = ("grade",)

    grade = factory.SubFactory(GradeFactory)
    exam = factory.SelfAttribute("grade.candidate.exam")
    state = GradeAppealState.RECEIVED
    sent_by = factory.SelfAttribute("grade.candidate.participant.member.user")
    received_at = NOW - timedelta(days=1)
    due_at = NOW + timedelta(days=20)

    @factory.post_generation
    def candidates(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        grades = extracted or []
        for grade in grades:
            m.AppealCandidate.objects.create(
                appeal=self,
                candidate=grade.candidate,
                grade=grade,
                kind=self.kind,
                joined_at=self.received_at,
            )


def sitting(exam: m.Exam, *, people: int = 3, state: str = CandidateState.REGISTERED) -> m.Paper:
    """A team of the exam's cohort with its paper, its candidates and two examiners appointed."""
    team = TeamFactory(cohort=exam.cohort, people=people)
    delivered = state not in (CandidateState.REGISTERED, CandidateState.DEREGISTERED)
    paper: m.Paper = PaperFactory(exam=exam, team=team, delivered=delivered)
    for person in team.participants.all():
        CandidateFactory(exam=exam, participant=person, paper=paper, state=state, attempt=1)
    for place in (1, 2):
        AppointmentFactory(paper=paper, place=place)
    return paper


def _days(number: int) -> datetime:
    return NOW + timedelta(days=number)


def _day(number: int) -> date:
    return TODAY + timedelta(days=number)
