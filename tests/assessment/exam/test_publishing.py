"""All grades of a sitting are told at once, by letters that hold none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.utils import translation

from applications.models import TeamMember
from assessment.actions.exam import publishing
from assessment.models import Grade
from assessment.models.exam.progress import graded_by
from assessment.states import CandidateState as S
from assessment.states import ExamState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, User
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import CandidateFactory, ExamFactory
from tests.assessment.exam.grading import (
    agreed_paper,
    candidates,
    examiners,
    graded_paper,
    heard_paper,
    people_of,
    set_paper,
    states,
)
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def exam():
    return ExamFactory(grading=True)


@pytest.fixture
def admin():
    return UserFactory(is_course_administrator=True)


def publish(exam, by, *, seen=None):
    seen = publishing.preview(exam).seen if seen is None else seen
    return publishing.publish(exam, seen=seen, by=by, now=NOW)


def refused(exam, by, **kwargs) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        publish(exam, by, **kwargs)
    return str(refusal.value)


def test_everybody_is_told_at_once(exam, admin):
    one, other = set_paper(exam), set_paper(exam, room="Room 2")
    assert publish(exam, admin) == 4
    exam.refresh_from_db()
    assert (exam.state, exam.published_at) == (ExamState.PUBLISHED, NOW)
    assert states(one) + states(other) == [S.PUBLISHED] * 4
    assert set(Grade.objects.values_list("published_at", flat=True)) == {NOW}
    assert {each.to_user for each in Message.objects.all()} == {*people_of(one), *people_of(other)}


def test_a_letter_holds_no_grade_and_says_until_when_what_can_be_asked_for(exam, admin):
    """Two cohorts that differ in their grades alone send the same words."""
    paper = set_paper(exam, steps=(0,))
    other = set_paper(ExamFactory(grading=True, cohort=exam.cohort, number=2), mark="F", steps=(1,), room="Q")
    people = people_of(paper) + people_of(other)
    User.objects.filter(pk__in=[each.pk for each in people]).update(language="en")
    TeamMember.everyone.update(name="Siri Student")
    for each in (paper, other):
        publish(each.exam, admin)
    first, second = Message.objects.order_by("pk")
    assert first.subject == "Your grade is published"
    assert first.body_text.replace(str(first.uuid), "") == second.body_text.replace(str(second.uuid), "")
    assert "until Monday 10 May 2027 at 23:59" in first.body_text
    assert "until Monday 24 May 2027 at 23:59" in first.body_text


def test_only_the_latest_version_is_told(exam, admin):
    paper = set_paper(exam, steps=(0,))
    (candidate,) = candidates(paper)
    Grade.objects.update(superseded_at=NOW)
    Grade.objects.create(
        candidate=candidate,
        version=2,
        mark="A",
        paper_mark="B",
        steps=1,
        set_by=examiners(paper)[0],
        set_at=NOW,
        confirmed_by=examiners(paper)[1],
        confirmed_at=NOW,
    )
    publish(exam, admin)
    assert list(Grade.objects.values_list("version", "published_at")) == [(1, None), (2, NOW)]
    assert [each.mark for each in Grade.objects.told_to(people_of(paper)[0])] == ["A"]


@pytest.mark.parametrize("unready", [graded_paper, agreed_paper, heard_paper])
def test_nobody_is_told_while_somebody_waits(exam, admin, unready):
    set_paper(exam)
    unready(exam, **({} if unready is graded_paper else {"room": "Room 2"}))
    assert refused(exam, admin) == "2 candidates have no confirmed grade yet."
    assert not Grade.objects.published().exists()
    assert not Message.objects.exists()


def test_who_gets_no_grade_holds_up_nobody(exam, admin):
    paper = set_paper(exam)
    for state in (S.ABSENT, S.VALID_ABSENCE, S.OPTED_OUT, S.DEREGISTERED):
        CandidateFactory(exam=exam, state=state)
    found = publishing.preview(exam)
    assert (found.ready, found.waiting, len(found.without)) == (candidates(paper), [], 4)
    assert publish(exam, admin) == 2
    assert Message.objects.count() == 2


def test_only_course_administrators_publish(exam):
    paper = set_paper(exam)
    teacher = InstructorFactory(cohort=exam.cohort).user
    for by in (teacher, examiners(paper)[0], people_of(paper)[0]):
        assert refused(exam, by) == "Only course administrators can do this."
    assert states(paper) == [S.GRADE_SET] * 2


def test_a_list_that_has_changed_is_looked_through_again(exam, admin):
    paper = set_paper(exam)
    seen = publishing.preview(exam).seen
    gone = candidates(paper)[0]
    paper.candidates.filter(pk=gone.pk).update(state=S.ABSENT)
    assert refused(exam, admin, seen=seen) == (
        "The list has changed since you looked at it. Look through it again."
    )


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"locked": True}, "Grading has not been opened."),
        ({"published": True}, "The grades are published."),
        ({"grading": True}, "Nobody gets a grade in this exam."),
    ],
)
def test_grades_are_published_once_and_when_there_are_any(admin, state, why):
    assert refused(ExamFactory(**state), admin) == why


def test_the_audit_of_publication_holds_no_grade(exam, admin):
    set_paper(exam, steps=(0,))
    publish(exam, admin)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "changes", "content_type__model")) == [
        ("published the grade", {"state": ["Grade set", "Grade published"]}, "candidate"),
        ("published the grades", {"state": ["Grading", "Grades published"]}, "exam"),
    ]


def test_the_preview_is_read_in_two_queries(exam, django_assert_num_queries):
    set_paper(exam)
    with django_assert_num_queries(2):
        publishing.preview(exam)
    set_paper(exam, room="Room 2")
    set_paper(exam, room="Room 3")
    with django_assert_num_queries(2):
        publishing.preview(exam)


# --- The deadline ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "until"),
    [
        # 24 and 31 December do not count: the vector of the handbook, 20 December 2024 → 17 January 2025.
        ("2024-12-20", datetime(2025, 1, 17, 22, 59, tzinfo=UTC)),
        # Ascension Day (6 May) and Whit Monday (17 May, the national day as well in 2027) do not count.
        ("2027-05-03", datetime(2027, 5, 26, 21, 59, tzinfo=UTC)),
        ("2027-06-11", datetime(2027, 7, 2, 21, 59, tzinfo=UTC)),
    ],
)
def test_fifteen_working_days_from_the_last_day_of_the_exam(last_day, until):
    day = date.fromisoformat(last_day)
    exam = ExamFactory.build(cohort=None, oral_from_on=day, oral_to_on=day)
    assert graded_by(exam) == until
