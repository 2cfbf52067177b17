"""The pages of grading: what an examiner does, what the staff sees of it, what the candidate gets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from applications.models import TeamMember
from applications.states import Participation
from assessment.models import Grade, Oral, PaperGrade, ProvisionalGrade
from assessment.states import CandidateState as S
from assessment.states import ExamState
from innoskole.accounts.models import User
from tests.assessment.exam.factories import ExamFactory, GradeFactory
from tests.assessment.exam.grading import (
    agreed_paper,
    another_exam,
    candidates,
    examiners,
    graded_paper,
    heard_paper,
    people_of,
    planned,
    proposed,
    set_paper,
    states,
    submitted,
)
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def exam():
    return ExamFactory(grading=True, oral_from_on=date(2027, 5, 5), oral_to_on=date(2027, 5, 7))


@pytest.fixture
def enter(log_in):
    """`enter(user)`: a browser in English."""

    def entered(user):
        User.objects.filter(pk=user.pk).update(language="en")
        user.refresh_from_db()
        return log_in(user)

    return entered


@pytest.fixture
def admin():
    return UserFactory(is_course_administrator=True)


def url(name, *args):
    return reverse(f"assessment:{name}", args=args)


def staff_url(name, exam, *more):
    return url(name, exam.cohort.slug, exam.number, *more)


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.getvalue().decode().split())


# --- An examiner -------------------------------------------------------------------------------------


def test_an_examiner_grades_alone_and_then_agrees(exam, enter):
    paper = graded_paper(exam)
    first, second = examiners(paper)
    one, other = enter(first), enter(second)
    page = url("grading_paper", paper.code)
    assert "Your grade" in text(one.get(page))
    saved = one.post(page, {"action": "save", "mark": "B", "grounds": ""}, follow=True)
    assert "The draft is saved. It is not submitted yet." in text(saved)
    unfinished = text(one.post(page, {"action": "submit", "mark": "B", "grounds": ""}))
    assert 'value="B"' in unfinished
    assert not ProvisionalGrade.objects.filter(submitted_at__isnull=False).exists()
    one.post(page, {"action": "submit", "mark": "B", "grounds": "Clear aims."})
    assert "Clear aims." not in text(other.get(page))
    other.post(page, {"action": "submit", "mark": "D", "grounds": "Thin method."})
    for client in (one, other):
        shown = text(client.get(page))
        assert "Clear aims." in shown
        assert "Thin method." in shown
    one.post(url("grading_deed", paper.code, "propose"), {"mark": "C", "grounds": "Between."})
    agreeing = text(other.get(url("grading_deed", paper.code, "agree")))
    assert "Between." in agreeing
    seen = PaperGrade.objects.get().proposed_at.isoformat()
    done = other.post(url("grading_deed", paper.code, "agree"), {"seen": seen}, follow=True)
    assert "You agree on the grade of the paper." in text(done)
    assert states(paper) == [S.PAPER_GRADED] * 2


def test_the_draft_is_kept_while_it_is_written(exam, enter):
    paper = graded_paper(exam)
    client = enter(examiners(paper)[0])
    answer = client.post(url("grading_autosave", paper.code), {"mark": "", "grounds": "Half a thought"})
    assert (answer.status_code, answer.json()) == (
        200,
        {"saved_at": "2027-05-03T08:00:00+00:00", "label": "Saved at 10:00"},
    )
    assert "Half a thought" in text(client.get(url("grading_paper", paper.code)))
    submitted(paper, None, "B")
    ProvisionalGrade.objects.update(mark="B", submitted_at=NOW)
    refused = client.post(url("grading_autosave", paper.code), {"mark": "A", "grounds": "More"})
    assert (refused.status_code, refused.json()) == (
        409,
        {"label": "You have submitted your grade already."},
    )


def test_the_oral_is_noted_and_the_grades_are_set_and_confirmed(exam, enter):
    paper = agreed_paper(exam, mark="A")
    first, second = examiners(paper)
    one, other = enter(first), enter(second)
    here, gone = candidates(paper)
    form = text(one.get(url("grading_oral", paper.code)))
    assert "1 grade up" not in form
    assert "1 grade down: B" in form
    assert "As the paper: A" in form
    said = {f"steps_{here.pk}": "-1", f"note_{here.pk}": "", f"steps_{gone.pk}": "absent"}
    assert "Write a note for each candidate." in text(one.post(url("grading_oral", paper.code), said))
    one.post(url("grading_oral", paper.code), said | {f"note_{here.pk}": "Hesitant."})
    assert states(paper) == [S.ORAL_HELD, S.ABSENT]
    one.post(url("grading_deed", paper.code, "set"))
    page = text(other.get(url("grading_deed", paper.code, "confirm")))
    assert "Hesitant." in page
    key = Grade.objects.get().pk
    assert f'value="{key}"' in page
    own = text(one.get(url("grading_deed", paper.code, "confirm")))
    assert "You have set these grades. Your colleague confirms them." in own
    other.post(url("grading_deed", paper.code, "confirm"), {"seen": str(key)})
    assert [(each.mark, each.confirmed_by) for each in Grade.objects.all()] == [("B", second)]
    other.post(url("grading_deed", paper.code, "reopen"), {"reason": "Mixed up."})
    assert states(paper) == [S.ORAL_HELD, S.ABSENT]


@pytest.mark.parametrize("key", ["propose", "agree", "set", "confirm", "reopen"])
def test_a_deed_out_of_turn_says_why(exam, enter, key):
    paper = graded_paper(exam)
    page = text(enter(examiners(paper)[0]).get(url("grading_deed", paper.code, key)))
    assert "This cannot be done now: the state is «The examiners grade the paper»." in page


@pytest.mark.parametrize(
    ("key", "seen"), [("agree", "nonsense"), ("confirm", "1,x"), ("confirm", ""), ("agree", "")]
)
def test_what_was_seen_is_checked(exam, enter, key, seen):
    paper = set_paper(exam, is_confirmed=False) if key == "confirm" else graded_paper(exam)
    if key == "agree":
        submitted(paper, "B", "B")
        proposed(paper)
    before = states(paper)
    response = enter(examiners(paper)[1]).post(url("grading_deed", paper.code, key), {"seen": seen})
    assert response.status_code == 200
    assert states(paper) == before


def test_the_list_shows_what_waits_first(exam, enter):
    mine, others_turn = graded_paper(exam), graded_paper(exam)
    same = mine.appointments.get(place=1).examiner
    others_turn.appointments.filter(place=1).update(examiner=same)
    submitted(others_turn, "B")
    page = text(enter(same.user).get(url("grading")))
    waits, done = page.index("Waits for you"), page.index("Waits for others")
    assert waits < page.index(str(mine.team)) < done < page.index(str(others_turn.team))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_is_read_in_a_constant_number_of_queries(exam, enter, rows, django_assert_num_queries):
    papers = [set_paper(exam, room=f"Room {number}") for number in range(rows)]
    same = papers[0].appointments.get(place=1).examiner
    for paper in papers[1:]:
        paper.appointments.filter(place=1).update(examiner=same)
    client = enter(same.user)
    client.get(url("grading"))
    with django_assert_num_queries(10):
        client.get(url("grading"))


@pytest.mark.parametrize("people", [1, 3])
def test_a_paper_is_read_in_a_constant_number_of_queries(exam, enter, people, django_assert_num_queries):
    paper = set_paper(exam, steps=(0,) * people)
    client = enter(examiners(paper)[0])
    client.get(url("grading_paper", paper.code))
    with django_assert_num_queries(17):
        client.get(url("grading_paper", paper.code))


# --- The staff ---------------------------------------------------------------------------------------

FRAME = {"rooms": "Room 1\nRoom 2", "first": "09:00", "last": "12:00", "minutes": "45", "pause": "15"}


def test_orals_are_proposed_planned_and_told(exam, enter):
    paper = graded_paper(exam)
    client = enter(InstructorFactory(cohort=exam.cohort).user)
    assert "Groups without an oral" in text(client.get(staff_url("orals", exam)))
    address = staff_url("orals_plan", exam) + "?rooms=Room+1&first=09:00&last=12:00&minutes=45&pause=15"
    page = text(client.get(address))
    assert "1 oral that would be planned" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    done = client.post(address, {"seen": seen}, follow=True)
    assert "1 oral is planned. Nobody has been told yet." in text(done)
    told = text(client.post(staff_url("orals_tell", exam), follow=True))
    assert "The groups and the examiners are told." in told
    assert "Group told" in told
    assert paper.orals.get().told_at == NOW
    again = client.post(address, {"seen": seen})
    assert again.status_code == 200
    assert Oral.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rooms": "Room 1\nRoom 1"}, "Write each room once."),
        ({"rooms": " \n "}, "Fill in “Rooms”."),
        ({"last": "08:00"}, "The day must end after it begins."),
        ({"lunch_from": "11:00"}, "Say both when lunch begins and when it ends, or neither."),
        ({"lunch_from": "12:00", "lunch_until": "11:00"}, "Lunch must end after it begins."),
        ({"rooms": "x" * 81}, "Write at most 20 rooms, each with at most 80 characters."),
    ],
)
def test_a_frame_that_cannot_be_is_explained(exam, enter, change, why):
    graded_paper(exam)
    client = enter(InstructorFactory(cohort=exam.cohort).user)
    page = text(client.get(staff_url("orals_plan", exam), FRAME | change))
    assert why in page
    assert "that would be planned" not in page


def test_an_oral_is_planned_moved_and_called_off_by_hand(exam, enter):
    paper, other = graded_paper(exam), graded_paper(exam)
    client = enter(InstructorFactory(cohort=exam.cohort).user)
    said = {"seen": "", "room": "Room 1", "starts_at": "2027-05-05T09:00", "minutes": "45"}
    client.post(staff_url("oral", exam, paper.code), said)
    refused = text(client.post(staff_url("oral", exam, other.code), said))
    assert f"The room Room 1 is taken by {paper.team}, from Wednesday 5 May 2027 at 09:00." in refused
    page = text(client.get(staff_url("oral", exam, paper.code)))
    assert 'value="2027-05-05T09:00"' in page
    client.post(staff_url("oral_call_off", exam, paper.code), {"reason": "Ill."})
    assert not Oral.objects.exists()


def test_the_staff_sees_how_far_and_never_what(exam, enter):
    set_paper(exam)
    page = text(enter(InstructorFactory(cohort=exam.cohort).user).get(staff_url("exam_progress", exam)))
    assert "2 of 2 candidates have a confirmed grade" in page
    assert "The grades are due Monday 31 May 2027 at 23:59, Norwegian time." in page
    assert "Publish the grades" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_progress_is_read_in_a_constant_number_of_queries(exam, enter, rows, django_assert_num_queries):
    for number in range(rows):
        set_paper(exam, room=f"Room {number}")
    client = enter(InstructorFactory(cohort=exam.cohort).user)
    client.get(staff_url("exam_progress", exam))
    with django_assert_num_queries(11):
        client.get(staff_url("exam_progress", exam))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_orals_are_read_in_a_constant_number_of_queries(exam, enter, rows, django_assert_num_queries):
    for number in range(rows):
        planned(graded_paper(exam), room=f"Room {number}")
        graded_paper(exam)
    client = enter(InstructorFactory(cohort=exam.cohort).user)
    client.get(staff_url("orals", exam))
    with django_assert_num_queries(7):
        client.get(staff_url("orals", exam))


def test_an_administrator_looks_through_the_list_and_publishes(exam, enter, admin):
    paper = set_paper(exam)
    client = enter(admin)
    page = text(client.get(staff_url("exam_publish", exam)))
    assert "2 candidates get an e-mail each" in page
    assert "They can ask for an explanation until Monday 10 May 2027 at 23:59." in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    done = text(client.post(staff_url("exam_publish", exam), {"seen": seen}, follow=True))
    assert "The grades are published. 2 candidates get an e-mail each." in done
    assert states(paper) == [S.PUBLISHED] * 2
    shown = text(client.get(staff_url("exam_grades", exam)))
    assert "<strong>C</strong>" in shown
    assert "<strong>B</strong>" in shown


def test_publication_says_what_is_missing(exam, enter, admin):
    set_paper(exam)
    waiting = heard_paper(exam, room="Room 2")
    page = text(enter(admin).get(staff_url("exam_publish", exam)))
    assert "2 candidates have no confirmed grade yet." in page
    assert str(candidates(waiting)[0]) in page
    assert "Publish the grades to all" not in page


def test_a_list_that_has_changed_is_refused_on_the_page(exam, enter, admin):
    paper = set_paper(exam)
    done = text(enter(admin).post(staff_url("exam_publish", exam), {"seen": "old"}, follow=True))
    assert "The list has changed since you looked at it. Look through it again." in done
    assert states(paper) == [S.GRADE_SET] * 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_grades_are_read_in_a_constant_number_of_queries(enter, admin, rows, django_assert_num_queries):
    exam = ExamFactory(published=True)
    paper = graded_paper(exam, people=rows, state=S.PUBLISHED)
    for each in candidates(paper):
        GradeFactory(candidate=each)
    client = enter(admin)
    client.get(staff_url("exam_grades", exam))
    with django_assert_num_queries(5):
        client.get(staff_url("exam_grades", exam))


def test_an_instructor_never_sees_grades_of_other_cohorts(enter):
    exam = ExamFactory(published=True)
    GradeFactory(candidate=candidates(graded_paper(exam, state=S.PUBLISHED))[0])
    stranger = InstructorFactory(cohort=another_exam().cohort).user
    assert enter(stranger).get(staff_url("exam_grades", exam)).status_code == 404


# --- The candidate -----------------------------------------------------------------------------------


def test_a_candidate_sees_the_oral_when_told_and_the_grade_when_published(exam, enter):
    paper = set_paper(exam, told=False)
    student = people_of(paper)[1]
    client = enter(student)
    page = url("course_exam", exam.cohort.slug)
    shown = text(client.get(page))
    assert "The oral of the group" not in shown
    assert "Being graded" in shown
    Oral.objects.update(told_at=NOW, starts_at=NOW + timedelta(days=2), ends_at=NOW + timedelta(days=3))
    assert "The oral of the group" in text(client.get(page))
    type(exam).objects.update(state=ExamState.PUBLISHED, published_at=NOW)
    paper.candidates.update(state=S.PUBLISHED)
    Grade.objects.update(published_at=NOW)
    shown = text(client.get(page))
    assert "<strong>B</strong>" in shown
    assert "Adjusted upwards" in shown


def test_a_candidate_sees_every_version_that_was_told(enter):
    exam = ExamFactory(published=True)
    paper = graded_paper(exam, people=1, state=S.PUBLISHED)
    (candidate,) = candidates(paper)
    GradeFactory(candidate=candidate, mark="E", superseded_at=NOW, published_at=None)
    GradeFactory(candidate=candidate, version=2, mark="D", superseded_at=NOW)
    GradeFactory(candidate=candidate, version=3, mark="B", source="correction", reason="Added up wrong.")
    shown = text(enter(people_of(paper)[0]).get(url("course_exam", exam.cohort.slug)))
    assert "<strong>B</strong>" in shown
    assert "Added up wrong." in shown
    assert "D, published" in shown
    assert "E, published" not in shown


def test_who_leaves_after_the_exam_keeps_the_page_of_the_grade(enter):
    """The team's room is closed to them, and what they have earned is not."""
    exam = ExamFactory(published=True)
    paper = graded_paper(exam, people=2, state=S.PUBLISHED)
    (candidate, _mate), (user, _other) = candidates(paper), people_of(paper)
    GradeFactory(candidate=candidate, mark="B")
    TeamMember.objects.filter(user=user).update(participation=Participation.WITHDRAWN, left_at=NOW)
    client, slug = enter(user), exam.cohort.slug
    shown = text(client.get(url("course_exam", slug)))
    assert ("<strong>B</strong>" in shown, "Pages of" in shown) == (True, False)
    assert "B" in text(client.get(url("grade_rights", slug, exam.number)))
    assert client.get(url("own_certificates", slug)).status_code == 200
    assert client.get(f"/teams/{paper.team.reference}/").status_code == 404
    assert client.get(f"/course/{slug}/").status_code == 404
