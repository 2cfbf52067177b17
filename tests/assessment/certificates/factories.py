"""Rows for tests of certificates, and people who have earned them. Nothing here goes through actions."""

from __future__ import annotations

from datetime import timedelta

import factory

from applications.models import DecisionKind
from applications.states import Basis
from assessment import models as m
from assessment.certificates import digest_of
from assessment.states import CandidateState
from cohorts.models import Cohort, Participant
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, GradeFactory
from tests.assessment.readiness import facts
from tests.cohorts.factories import ParticipantFactory
from tests.factories import NOW, UserFactory

ISSUED_AT = NOW - timedelta(days=2)


def words(language: str) -> dict[str, object]:
    return {
        "title": f"Title in {language}",
        "opening": f"Opening in {language}",
        "rows": [[f"Label in {language}", f"Value in {language}"]],
        "sections": [
            {
                "title": f"Section in {language}",
                "rows": [[f"Session in {language}", f"Day in {language}"]],
                "paragraphs": [f"Paragraph in {language}"],
            }
        ],
        "signature": "Anna Administrator",
        "role": f"Role in {language}",
        "contact": "post@example.no",
        "note": f"Note in {language}",
    }


CONTENT = {"name": "Stine Student", **{language: words(language) for language in ("nb", "nn", "en")}}


class CertificateFactory(factory.django.DjangoModelFactory):
    """A certificate of attendance, issued two days ago, without documents; `revoked=True` since yesterday.

    With `grade=` it is the transcript of that grade's candidate.
    """

    class Meta:
        model = m.Certificate

    class Params:
        revoked = factory.Trait(
            revoked_by=factory.SubFactory(UserFactory, is_course_administrator=True),
            revoked_at=NOW - timedelta(days=1),
            revoked_because="The name was wrong.",
        )

    participant = factory.LazyAttribute(
        lambda o: o.grade.candidate.participant if o.grade else ParticipantFactory()
    )
    kind = factory.LazyAttribute(lambda o: "transcript" if o.grade else "attendance")
    number = factory.Sequence(lambda n: f"KB-2026-{n:04d}")
    content = CONTENT
    digest = digest_of(CONTENT)
    grade = None
    issued_by = factory.SubFactory(UserFactory, is_course_administrator=True)
    issued_at = ISSUED_AT


def course_participant(cohort: Cohort, **fields: object) -> Participant:
    """Who has been told to be one, and has attended everything."""
    person = facts.newcomer(cohort, basis=Basis.COURSE_PARTICIPANT, **fields)
    facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    facts.attend(person)
    return person


def student(cohort: Cohort, **fields: object) -> Participant:
    """Who has been told to be one, and has attended everything."""
    person = facts.newcomer(cohort, **fields)
    facts.tell(person)
    facts.attend(person)
    return person


def graded(person: Participant, mark: str = "B", *, exam: m.Exam | None = None, number: int = 1) -> m.Grade:
    """A published grade, of the sitting or of a new one of the cohort."""
    exam = exam or m.Exam.objects.filter(cohort=person.team.cohort, number=number).first()
    exam = exam or ExamFactory(cohort=person.team.cohort, number=number, published=True)
    candidate = CandidateFactory(exam=exam, participant=person, state=CandidateState.PUBLISHED, attempt=1)
    grade: m.Grade = GradeFactory(candidate=candidate, mark=mark, paper_mark=mark)
    return grade


def changed(grade: m.Grade, mark: str, *, published: bool = True) -> m.Grade:
    """A later version takes the place of a grade; told when `published`."""
    m.Grade.objects.filter(pk=grade.pk).update(superseded_at=NOW)
    later: m.Grade = GradeFactory(
        candidate=grade.candidate,
        version=grade.version + 1,
        mark=mark,
        paper_mark=mark,
        source=m.GradeSource.CORRECTION,
        reason="A mistake in the register.",
        published_at=NOW if published else None,
    )
    return later
