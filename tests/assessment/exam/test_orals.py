"""Orals are planned without collisions, told to those whom they concern, moved and called off."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.db import transaction
from django.utils import timezone, translation

from assessment import oral_calendar
from assessment.actions.exam import orals
from assessment.models import Oral, OralExaminer
from assessment.models.exam.orals import Frame, days_of, proposal
from assessment.states import CandidateState as S
from assessment.states import ExamState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, User
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import AppointmentFactory, ExamFactory, ExaminerFactory
from tests.assessment.exam.grading import another_exam, examiners, graded_paper, people_of, planned
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
FRAME = Frame(["Room 1", "Room 2"], time(9), time(12), 45, 15, None)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def exam():
    """Orals on Wednesday 5 May 2027 and the two days after, of which the first is Ascension Day."""
    return ExamFactory(grading=True, oral_from_on=date(2027, 5, 5), oral_to_on=date(2027, 5, 7))


@pytest.fixture
def staff(exam):
    return InstructorFactory(cohort=exam.cohort).user


def at(hour, minute=0, day=5):
    return datetime(2027, 5, day, hour, minute, tzinfo=timezone.get_default_timezone())


def refused(deed, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        deed(*args, **kwargs)
    return str(refusal.value)


def place(paper, by, *, starts_at=None, room="Room 1", minutes=45, seen=None):
    if seen is None:
        seen = orals.said(paper.orals.first())
    return orals.place(
        paper, room=room, starts_at=starts_at or at(9), minutes=minutes, seen=seen, by=by, now=NOW
    )


def shared(*papers):
    """Let the first examiner of the first paper examine all of them."""
    same = papers[0].appointments.get(place=1).examiner
    for paper in papers[1:]:
        paper.appointments.filter(place=1).update(examiner=same)
    return same


def told(kind=None):
    found = Message.objects.filter(kind=kind) if kind else Message.objects.all()
    return {each.to_user for each in found}


# --- A proposal for all ------------------------------------------------------------------------------


def test_the_orals_are_held_on_working_days(exam):
    assert days_of(exam) == [date(2027, 5, 5), date(2027, 5, 7)]


def test_a_proposal_is_planned_as_it_was_seen(exam, staff):
    papers = [graded_paper(exam) for _ in range(3)]
    same = shared(*papers)
    found = proposal(exam, FRAME, NOW)
    assert (found.full, found.lacking) == ([], [])
    assert orals.plan_all(exam, FRAME, seen=found.seen, by=staff, now=NOW) == 3
    made = Oral.objects.order_by("starts_at")
    assert [each.starts_at for each in made] == [at(9), at(10), at(11)]
    assert {each.room for each in made} == {"Room 1"}
    assert OralExaminer.objects.filter(examiner=same).count() == 3
    assert {each.starts_at for each in OralExaminer.objects.filter(oral=made[0])} == {at(9)}
    assert not Message.objects.exists()


def test_what_stands_stays_where_it_is(exam, staff):
    first, second = graded_paper(exam), graded_paper(exam)
    shared(first, second)
    planned(first, starts_at=at(9), room="Elsewhere")
    (line,) = proposal(exam, FRAME, NOW).lines
    assert (line.paper, line.hour.starts, line.room) == (second, at(10), "Room 1")


def test_a_proposal_keeps_clear_of_other_sittings(exam, staff):
    """Room 1 is taken by another cohort, and one of the examiners is in Room 2 there."""
    paper, elsewhere = graded_paper(exam), graded_paper(another_exam())
    busy = planned(elsewhere, starts_at=at(9), room="Room 1", minutes=105)
    user = examiners(paper)[0]
    other = graded_paper(elsewhere.exam)
    AppointmentFactory(paper=other, place=3, examiner=ExaminerFactory(exam=elsewhere.exam, user=user))
    planned(other, starts_at=at(9), room="Room 3")
    (line,) = proposal(exam, FRAME, NOW).lines
    assert (line.hour.starts, line.room) == (at(10), "Room 2")
    assert busy.ends_at > at(10)


def test_a_proposal_says_who_lacks_examiners_or_time(exam, staff):
    lacking = graded_paper(exam)
    lacking.appointments.get(place=2).delete()
    papers = [graded_paper(exam) for _ in range(2)]
    shared(*papers)
    found = proposal(exam, Frame(["Room 1"], time(9), time(9, 45), 45, 0, None), at(9, day=6))
    assert (len(found.lines), len(found.full), found.lacking) == (1, 1, [lacking])
    absent = graded_paper(exam, state=S.ABSENT)
    assert absent not in [*found.full, *found.lacking]


def test_hours_that_have_passed_are_not_proposed(exam):
    graded_paper(exam)
    (line,) = proposal(exam, FRAME, at(10, 30)).lines
    assert line.hour.starts == at(11)


def test_a_proposal_that_is_another_by_now_is_refused(exam, staff):
    paper = graded_paper(exam)
    seen = proposal(exam, FRAME, NOW).seen
    planned(graded_paper(another_exam()), starts_at=at(9), room="Room 1")
    assert refused(orals.plan_all, exam, FRAME, seen=seen, by=staff, now=NOW) == (
        "Something has changed meanwhile. Look through the new proposal."
    )
    assert not paper.orals.exists()


# --- By hand -----------------------------------------------------------------------------------------


def test_an_oral_is_planned_and_moved_by_hand(exam, staff):
    paper = graded_paper(exam)
    place(paper, staff)
    place(paper, staff, starts_at=at(13), room="Room 2", minutes=60)
    oral = paper.orals.get()
    assert (oral.room, oral.starts_at, oral.ends_at, oral.told_at) == ("Room 2", at(13), at(14), None)
    assert [each.examiner.user for each in oral.examiners.all()] == examiners(paper)
    events = AuditEvent.objects.about(oral).order_by("pk")
    assert [(each.verb, each.changes["room"]) for each in events] == [
        ("planned an oral", [None, "Room 1"]),
        ("moved an oral", ["Room 1", "Room 2"]),
    ]


@pytest.mark.parametrize("starts_at", [at(8, 30), at(9), at(9, 30)])
@pytest.mark.parametrize("is_other_exam", [False, True])
def test_a_room_is_taken_by_whoever_has_it(exam, staff, starts_at, is_other_exam):
    other = graded_paper(another_exam() if is_other_exam else exam)
    planned(other, starts_at=at(9))
    paper = graded_paper(exam)
    assert refused(place, paper, staff, starts_at=starts_at) == (
        f"The room Room 1 is taken by {other.team}, from Wednesday 5 May 2027 at 09:00."
    )
    assert not paper.orals.exists()


def test_one_oral_follows_another_without_a_pause(exam, staff):
    planned(graded_paper(exam), starts_at=at(9))
    assert place(graded_paper(exam), staff, starts_at=at(9, 45)).room == "Room 1"


def test_an_examiner_is_in_one_place_also_in_two_sittings(exam, staff):
    paper, elsewhere = graded_paper(exam), graded_paper(another_exam())
    user = examiners(paper)[1]
    elsewhere.appointments.filter(place=1).update(examiner=ExaminerFactory(exam=elsewhere.exam, user=user))
    planned(elsewhere, starts_at=at(9), room="Room 9")
    assert refused(place, paper, staff, starts_at=at(9, 15)) == (
        f"{user} examines {elsewhere.team} then, from Wednesday 5 May 2027 at 09:00."
    )


def test_an_oral_does_not_stand_in_its_own_way(exam, staff):
    paper = graded_paper(exam)
    planned(paper, starts_at=at(9))
    assert place(paper, staff, starts_at=at(9, 15)).starts_at == at(9, 15)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"starts_at": at(9, day=8)}, "The orals of this exam are held from 5 May 2027 to 7 May 2027."),
        ({"starts_at": at(9, day=3)}, "The oral would begin in the past."),
        ({"starts_at": at(23, 30)}, "An oral begins and ends on the same day."),
        ({"seen": "another"}, "Someone else has just changed this. Reload the page to see what is new."),
    ],
)
def test_an_oral_has_its_day_and_is_not_overwritten(exam, staff, said, why):
    paper = graded_paper(exam)
    assert refused(place, paper, staff, **said) == why
    assert not Oral.objects.exists()


def test_an_oral_needs_both_examiners_and_somebody_to_hear(exam, staff):
    alone, nobody = graded_paper(exam), graded_paper(exam, state=S.ABSENT)
    alone.appointments.get(place=2).delete()
    assert refused(place, alone, staff) == "The paper lacks an examiner."
    assert refused(place, nobody, staff) == "Nobody in the group sits the exam."


def test_a_held_oral_stays_where_it_is(exam, staff):
    paper = graded_paper(exam)
    oral = planned(paper, starts_at=at(9), held=True)
    assert refused(place, paper, staff, starts_at=at(11)) == "The oral has been held."
    assert refused(orals.call_off, oral, reason="x", by=staff, now=NOW) == "The oral has been held."


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (ExamState.OPEN, "The list of candidates is not locked yet."),
        (ExamState.PUBLISHED, "The grades are published."),
    ],
)
def test_orals_are_planned_between_the_list_and_the_publication(exam, staff, state, why):
    trait = {"published": True} if state == ExamState.PUBLISHED else {}
    other = ExamFactory(cohort=exam.cohort, number=2, **trait)
    paper = graded_paper(other)
    for deed in (
        lambda: place(paper, staff),
        lambda: orals.plan_all(other, FRAME, seen="", by=staff, now=NOW),
        lambda: orals.tell(other, by=staff, now=NOW),
    ):
        assert refused(deed) == why


def test_only_the_staff_of_the_cohort_plans(exam):
    paper = graded_paper(exam)
    for stranger in (
        InstructorFactory(cohort=another_exam().cohort).user,
        examiners(paper)[0],
        people_of(paper)[0],
    ):
        assert refused(place, paper, stranger) == "Only the staff of the cohort can do this."
    assert place(paper, UserFactory(is_course_administrator=True)).room == "Room 1"


# --- Who is told -------------------------------------------------------------------------------------


def test_the_groups_and_their_examiners_are_told_once(exam, staff):
    paper, other = graded_paper(exam), graded_paper(exam)
    absent = paper.candidates.earliest("pk")
    paper.candidates.filter(pk=absent.pk).update(state=S.ABSENT)
    User.objects.update(language="en")
    planned(paper, starts_at=at(9), told=False)
    planned(other, starts_at=at(9), room="Room 2", told=True)
    assert orals.tell(exam, by=staff, now=NOW) == 1
    assert told("oral_planned") == {*people_of(paper)[1:], *examiners(paper)}
    assert paper.orals.get().told_at == NOW
    letter = Message.objects.filter(to_user=people_of(paper)[1]).get()
    assert (
        "begins Wednesday 5 May 2027 at 09:00 and ends 09:45, Norwegian time, in Room 1." in letter.body_text
    )
    assert refused(orals.tell, exam, by=staff, now=NOW) == (
        "Every group that has an oral has been told of it."
    )


def test_who_has_been_told_is_told_of_a_move_and_nobody_else(exam, staff):
    paper = graded_paper(exam)
    planned(paper, starts_at=at(9), told=False)
    place(paper, staff, starts_at=at(11))
    assert not Message.objects.exists()
    orals.tell(exam, by=staff, now=NOW)
    place(paper, staff, starts_at=at(13))
    assert told("oral_moved") == told("oral_planned") == {*people_of(paper), *examiners(paper)}
    states = dict(Message.objects.values_list("kind", "state").distinct())
    assert states == {"oral_planned": Message.State.VOID, "oral_moved": Message.State.QUEUED}


def test_nothing_is_done_when_nothing_is_new(exam, staff):
    paper = graded_paper(exam)
    planned(paper, starts_at=at(9), told=True)
    place(paper, staff, starts_at=at(9))
    assert not Message.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("knows", [False, True])
def test_an_oral_is_called_off(exam, staff, knows):
    paper = graded_paper(exam)
    oral = planned(paper, starts_at=at(9), told=knows)
    orals.call_off(oral, reason="The examiner is ill.", by=staff, now=NOW)
    assert not Oral.objects.exists()
    assert told() == ({*people_of(paper), *examiners(paper)} if knows else set())
    (event,) = AuditEvent.objects.about(exam)
    assert (event.verb, event.reason) == ("called off an oral", "The examiner is ill.")


# --- Calendars ---------------------------------------------------------------------------------------


def calendar(*people):
    return {(person, event.title, event.starts) for person, event in oral_calendar.of(people, NOW)}


def test_a_group_has_its_oral_in_the_calendar_when_it_is_told(exam):
    paper = graded_paper(exam)
    first, second = examiners(paper)
    student, absent = people_of(paper)
    for user in (first, student):
        user.language = "en"
        user.save()
    paper.candidates.filter(participant__member__user=absent).update(state=S.ABSENT)
    oral = planned(paper, starts_at=at(9), told=False)
    stranger = people_of(graded_paper(exam))[0]
    assert calendar(first, student, absent, stranger) == {(first, f"Oral of {paper.team}", at(9))}
    Oral.objects.update(told_at=NOW)
    assert calendar(first, student, absent, stranger) == {
        (first, f"Oral of {paper.team}", at(9)),
        (student, "Oral of the exam", at(9)),
    }
    assert {event.uid for _person, event in oral_calendar.of([second], NOW)} == {f"oral-{oral.pk}"}


@pytest.mark.parametrize("rows", [1, 3])
def test_calendars_are_made_in_four_queries(exam, rows, django_assert_num_queries):
    papers = [graded_paper(exam) for _ in range(rows)]
    for number, paper in enumerate(papers):
        planned(paper, starts_at=at(9 + number))
    people = [user for paper in papers for user in (*people_of(paper), *examiners(paper))]
    with django_assert_num_queries(3):
        assert len(list(oral_calendar.of(people, NOW))) == 4 * rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_proposal_is_made_in_four_queries(exam, rows, django_assert_num_queries):
    elsewhere = another_exam()
    for number in range(rows):
        graded_paper(exam)
        planned(graded_paper(elsewhere), starts_at=at(9 + number))
    with django_assert_num_queries(4):
        assert len(proposal(exam, FRAME, NOW).lines) == rows
