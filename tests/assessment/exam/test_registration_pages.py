"""The pages of the registration: every flow goes through its forms, and each role reads what is theirs."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from applications.models import DecisionKind, SemesterFee
from assessment.models import Candidate, Exam
from assessment.models.exam.candidate_list import seen_in, to_lock
from assessment.states import CandidateState, ExamState
from innoskole.accounts.audit import history
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, GradeFactory, sitting
from tests.assessment.readiness import facts
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with override("en"), time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def exam():
    found = ExamFactory()
    facts.set_up(found.cohort)
    return found


@pytest.fixture
def staff(exam) -> Client:
    return client_of(InstructorFactory(cohort=exam.cohort).user)


@pytest.fixture
def admin(administrator) -> Client:
    return client_of(administrator)


def close(exam: Exam) -> None:
    """The registration has closed a minute ago."""
    Exam.objects.filter(pk=exam.pk).update(registration_closes_at=NOW - timedelta(minutes=1))


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def address(name: str, *args) -> str:
    return reverse(f"assessment:{name}", args=args)


def page(client: Client, name: str, *args, query: str = "") -> str:
    return text(client.get(address(name, *args) + query))


def post(client: Client, name: str, *args, **data) -> str:
    """Where it leads; or, where the form is shown again, its page."""
    response = client.post(address(name, *args), data)
    return response.url if response.status_code == 302 else text(response)


# --- A participant's own page -----------------------------------------------------------------------------


def test_a_student_registers_and_deregisters_through_the_pages(exam):
    person = facts.ready(exam.cohort)
    own, slug = client_of(person.member.user), exam.cohort.slug
    html = page(own, "course_exam", slug)
    assert "You can register until Thursday 13 May 2027 at 10:00." in html
    assert "14 days before 12 June 2027 is 29 May 2027" in html
    html = page(own, "course_exam_deed", slug, 1, "register")
    assert "You can deregister until Saturday 29 May 2027 at 23:59." in html
    assert "You get a receipt by e-mail." in html
    assert post(own, "course_exam_deed", slug, 1, "register") == address("course_exam", slug)
    assert "You registered Monday 3 May 2027 at 10:00." in page(own, "course_exam", slug)
    assert post(own, "course_exam_deed", slug, 1, "deregister") == address("course_exam", slug)
    assert Candidate.objects.get().state == CandidateState.DEREGISTERED
    assert "Register for the exam" in page(own, "course_exam", slug)


def test_who_is_not_ready_reads_what_is_missing_and_may_take_no_exam(exam):
    person = facts.ready(exam.cohort, but="fee-2")
    own, slug = client_of(person.member.user), exam.cohort.slug
    html = page(own, "course_exam", slug)
    assert "You cannot register yet. What is missing: Semester fee, second semester." in html
    assert address("readiness", slug) in html
    assert address("course_exam_deed", slug, 1, "register") not in html
    assert "You cannot register yet." in post(own, "course_exam_deed", slug, 1, "register")
    assert not Candidate.objects.exists()
    assert post(own, "course_exam_deed", slug, 1, "no-exam") == address("course_exam", slug)
    assert "You have said that you take no exam." in page(own, "course_exam", slug)


def test_a_course_participant_reads_of_the_certificate(exam):
    person = facts.newcomer(exam.cohort, course_participant=True)
    facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    html = page(client_of(person.member.user), "course_exam", exam.cohort.slug)
    assert "You are admitted as a course participant." in html
    assert "Register" not in html


def test_before_any_exam_is_set_up_the_page_says_so():
    person = facts.newcomer(facts.set_up())
    html = page(client_of(person.member.user), "course_exam", person.team.cohort.slug)
    assert "No exam is set up yet" in html


@pytest.mark.parametrize(
    "state",
    [
        CandidateState.DELIVERED,
        CandidateState.PAPER_GRADED,
        CandidateState.ORAL_HELD,
        CandidateState.GRADE_SET,
    ],
)
def test_while_grading_goes_on_a_candidate_reads_the_same_whatever_the_state(state):
    paper = sitting(ExamFactory(grading=True), state=state)
    candidate = paper.candidates.first()
    GradeFactory(candidate=candidate, mark="B", paper_mark="C", published_at=None)
    html = page(client_of(candidate.participant.member.user), "course_exam", paper.exam.cohort.slug)
    assert "Being graded" in html
    for secret in ("Paper delivered", "Paper graded", "Oral held", "Grade set", "Your grade"):
        assert secret not in html


def test_who_was_absent_reads_of_the_attempt_and_the_next_exam(exam):
    person = facts.ready(exam.cohort)
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.LOCKED, locked_at=NOW)
    own = CandidateFactory(exam=exam, participant=person, state=CandidateState.ABSENT)
    client = client_of(person.member.user)
    assert "You were absent, and an attempt is used." in page(client, "course_exam", exam.cohort.slug)
    Candidate.objects.filter(pk=own.pk).update(state=CandidateState.VALID_ABSENCE)
    assert "No attempt is used" in page(client, "course_exam", exam.cohort.slug)
    ExamFactory(cohort=exam.cohort, number=2)
    html = page(client, "course_exam", exam.cohort.slug)
    assert address("course_exam_deed", exam.cohort.slug, 2, "register") in html
    assert "<h2>Exam 1</h2> <p>Absent with a valid reason</p>" in html


@pytest.mark.parametrize(("mark", "number"), [("F", 2), ("C", 1)])
def test_beside_a_later_exam_one_reads_of_the_one_that_is_one_s_own(exam, mark, number):
    """Who has failed is called to the later one; who has passed stays with theirs."""
    person = facts.ready(exam.cohort)
    Exam.objects.filter(pk=exam.pk).update(
        state=ExamState.PUBLISHED, locked_at=NOW, published_at=NOW - timedelta(days=1)
    )
    own = CandidateFactory(exam=exam, participant=person, state=CandidateState.PUBLISHED)
    GradeFactory(candidate=own, mark=mark, published_at=NOW - timedelta(days=1))
    ExamFactory(cohort=exam.cohort, number=2)
    response = client_of(person.member.user).get(address("course_exam", exam.cohort.slug))
    assert response.context["exam"].number == number
    assert (address("course_exam_deed", exam.cohort.slug, 2, "register") in text(response)) == (number == 2)


# --- The staff --------------------------------------------------------------------------------------------


def test_the_list_of_exams_counts_those_who_sit(exam, staff):
    CandidateFactory(exam=exam, participant=facts.ready(exam.cohort))
    CandidateFactory(
        exam=exam, participant=facts.newcomer(exam.cohort), state=CandidateState.OPTED_OUT, registered_at=None
    )
    html = page(staff, "exams", exam.cohort.slug)
    assert '<td class="numeric">1</td>' in html
    assert "Open for registration" in html
    assert "Set up the next exam" not in html


def test_an_administrator_sets_up_the_next_exam_with_the_former_rules(admin):
    former = ExamFactory(published=True, most_attempts=4)
    slug = former.cohort.slug
    assert "Set up the next exam" in page(admin, "exams", slug)
    assert 'value="4"' in page(admin, "exam_add", slug)
    values = {
        "registration_opens_at": "2027-05-10T08:00",
        "registration_closes_at": "2027-05-24T12:00",
        "paper_opens_at": "2027-06-01T09:00",
        "paper_due_at": "2027-06-14T14:00",
        "oral_from_on": "2027-06-21",
        "oral_to_on": "2027-06-20",
        "two_examiners": "on",
        "third_assessment_from": "2",
        "most_adjustment": "1",
        "most_attempts": "4",
    }
    html = post(admin, "exam_add", slug, **values)
    assert "The last day of orals must not lie before the first." in html
    assert post(admin, "exam_add", slug, **values | {"oral_to_on": "2027-06-23"}) == address("exam", slug, 2)
    assert Exam.objects.get(number=2).most_attempts == 4


def test_the_settings_show_the_deadline_with_its_reason_and_change_through_the_form(exam, admin):
    slug = exam.cohort.slug
    html = page(admin, "exam_settings", slug, 1)
    assert "Until Saturday 29 May 2027 at 23:59" in html
    assert "Forskrift om opptak, studier og eksamen" in html
    form = admin.get(address("exam_change", slug, 1)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {
        name: field.widget.format_value(shown[name])
        for name, field in form.fields.items()
        if name not in ("two_examiners", "appeal_is_joint", "new_oral_after_change")
    }
    sent |= {"similarity_url": "", "two_examiners": "on", "new_oral_after_change": "on", "most_attempts": "5"}
    assert post(admin, "exam_change", slug, 1, **sent) == address("exam_settings", slug, 1)
    assert Exam.objects.get().most_attempts == 5
    assert "Somebody else has changed this exam." in post(admin, "exam_change", slug, 1, **sent)


def test_an_administrator_decides_on_a_person_and_locks_the_list(exam, admin, administrator):
    slug = exam.cohort.slug
    poor = CandidateFactory(exam=exam, participant=facts.ready(exam.cohort, but="fee-2"))
    close(exam)
    html = page(admin, "exam_lock", slug, 1)
    assert "Lacks: Semester fee, second semester." in html
    assert '<form method="post"' not in html.split("<main")[1]
    pk = poor.participant_id
    here = address("exam_person", slug, 1, pk)
    assert "The person gets an e-mail" in page(admin, "exam_person_deed", slug, 1, pk, "let-sit")
    assert post(admin, "exam_person_deed", slug, 1, pk, "let-sit", reason="Pays later.") == here
    assert "Pays later." in page(admin, "exam_person", slug, 1, pk)
    html = page(admin, "exam_lock", slug, 1)
    assert "Exception: Pays later." in html
    assert "1 candidate gets an e-mail that they are on the list." in html
    seen = seen_in(to_lock(exam, NOW))
    assert "The list has changed meanwhile." in post(admin, "exam_lock", slug, 1, seen="older")
    assert post(admin, "exam_lock", slug, 1, seen=seen) == address("exam", slug, 1)
    assert "The list was locked Monday 3 May 2027 at 10:00." in page(admin, "exam", slug, 1)
    assert post(
        admin,
        "exam_deed",
        slug,
        1,
        "reopen",
        registration_closes_at="2027-05-20T10:00",
        reason="One was forgotten.",
    ) == address("exam", slug, 1)
    assert Exam.objects.get().state == ExamState.OPEN


def test_a_planned_exam_is_taken_away_through_its_page(admin):
    exam = ExamFactory(state=ExamState.PLANNED)
    slug = exam.cohort.slug
    assert address("exam_deed", slug, 1, "remove") in page(admin, "exam", slug, 1)
    assert post(admin, "exam_deed", slug, 1, "remove") == address("exams", slug)
    assert not Exam.objects.exists()


def test_the_absences_are_recorded_on_the_page_of_the_person(admin):
    paper = sitting(ExamFactory(locked=True))
    candidate = paper.candidates.first()
    where = (paper.exam.cohort.slug, 1, candidate.participant_id)
    html = page(admin, "exam_person", *where)
    assert address("exam_person_deed", *where, "valid-absence") in html
    assert address("exam_person_deed", *where, "absence") not in html
    post(admin, "exam_person_deed", *where, "valid-absence", reason="Documentation has been seen.")
    candidate.refresh_from_db()
    assert candidate.state == CandidateState.VALID_ABSENCE
    assert "Absent with a valid reason" in page(admin, "exam", where[0], 1, query="?state=valid_absence")


def test_an_instructor_reads_and_is_offered_nothing(exam, staff):
    own = CandidateFactory(exam=exam, participant=facts.ready(exam.cohort))
    slug = exam.cohort.slug
    close(exam)
    for html in (
        page(staff, "exam", slug, 1),
        page(staff, "exam_person", slug, 1, own.participant_id),
        page(staff, "exam_settings", slug, 1),
    ):
        for part in ("/lock/", "/deeds/", "let-sit", "take-off", "/settings/change/"):
            assert part not in html


def test_what_has_changed_since_the_list_was_locked_is_shown(exam, admin):
    person = facts.ready(exam.cohort)
    CandidateFactory(exam=exam, participant=person)
    slug = exam.cohort.slug
    close(exam)
    post(admin, "exam_lock", slug, 1, seen=seen_in(to_lock(exam, NOW)))
    assert "Nothing has changed" in page(admin, "exam_changes", slug, 1)
    SemesterFee.objects.filter(member=person.member, semester=2).delete()
    html = page(admin, "exam_changes", slug, 1)
    assert "Semester fee, second semester" in html
    assert "No longer in place" in html
    assert "does not agree with its fingerprint" not in html
    Candidate.objects.update(evidence=[])
    assert "does not agree with its fingerprint" in page(admin, "exam_changes", slug, 1)


def test_the_export_is_what_the_filter_lets_through_and_the_audit_tells_of_it(exam, staff):
    first = CandidateFactory(exam=exam, participant=facts.ready(exam.cohort))
    facts.ready(exam.cohort, but="fee-2")
    response = staff.get(address("exam_export", exam.cohort.slug, 1, "csv") + "?state=registered")
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["Name"], row["State"], row["Missing"]) for row in rows] == [
        (first.participant.member.name, "Registered for the exam", "")
    ]
    [event] = history(exam)
    assert event.verb == "downloaded the list of candidates"
    assert event.changes["Filter"] == ["", "state=registered"]


def test_no_list_of_the_staff_holds_a_mark_before_publication(admin):
    paper = sitting(ExamFactory(grading=True), state=CandidateState.GRADE_SET)
    for candidate in paper.candidates.all():
        GradeFactory(candidate=candidate, mark="B", paper_mark="B", published_at=None)
    slug, candidate = paper.exam.cohort.slug, paper.candidates.first()
    rows = admin.get(address("exam_export", slug, 1, "csv")).content.decode().splitlines()
    assert not any(";B;" in row or row.endswith(";B") for row in rows)
    html = page(admin, "exam", slug, 1) + page(admin, "exam_person", slug, 1, candidate.participant_id)
    assert ">B<" not in html
    assert "Grade set" in html


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_while_open_asks_as_often_for_three_as_for_one(exam, staff, rows, django_assert_num_queries):
    for _row in range(rows):
        CandidateFactory(exam=exam, participant=facts.ready(exam.cohort))
        facts.ready(exam.cohort, but="fee-2")
    staff.get(address("exam", exam.cohort.slug, 1))
    with django_assert_num_queries(23):
        staff.get(address("exam", exam.cohort.slug, 1))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_locked_list_asks_as_often_for_three_as_for_one(staff, exam, rows, django_assert_num_queries):
    locked = ExamFactory(cohort=exam.cohort, number=2, locked=True)
    for _row in range(rows):
        CandidateFactory(exam=locked, participant=facts.newcomer(exam.cohort))
    staff.get(address("exam", exam.cohort.slug, 2))
    with django_assert_num_queries(5):
        staff.get(address("exam", exam.cohort.slug, 2))


@pytest.mark.parametrize("rows", [1, 3])
def test_what_has_changed_asks_as_often_for_three_as_for_one(exam, admin, rows, django_assert_num_queries):
    for _row in range(rows):
        CandidateFactory(exam=exam, participant=facts.ready(exam.cohort))
    close(exam)
    post(admin, "exam_lock", exam.cohort.slug, 1, seen=seen_in(to_lock(exam, NOW)))
    admin.get(address("exam_changes", exam.cohort.slug, 1))
    with django_assert_num_queries(36):
        admin.get(address("exam_changes", exam.cohort.slug, 1))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_exams_asks_as_often_for_three_as_for_one(staff, exam, rows, django_assert_num_queries):
    for number in range(2, rows + 1):
        ExamFactory(cohort=exam.cohort, number=number, published=True)
    staff.get(address("exams", exam.cohort.slug))
    with django_assert_num_queries(4):
        staff.get(address("exams", exam.cohort.slug))


@pytest.mark.parametrize("rows", [1, 3])
def test_one_s_own_page_asks_as_often_beside_two_earlier_exams(
    exam, rows, django_assert_num_queries, monkeypatch
):
    """Without the sections of the other parts, which ask for themselves for each exam that one sits."""
    monkeypatch.setattr("assessment.views.exam.sections.SECTIONS", ())
    person = facts.ready(exam.cohort)
    for number in range(1, rows):
        Exam.objects.filter(pk=exam.pk).update(number=rows)
        old = ExamFactory(cohort=exam.cohort, number=number, published=True)
        CandidateFactory(exam=old, participant=person, state=CandidateState.VALID_ABSENCE)
    own = client_of(person.member.user)
    own.get(address("course_exam", exam.cohort.slug))
    with django_assert_num_queries(26):
        own.get(address("course_exam", exam.cohort.slug))


def test_nobody_gets_mail_from_looking(exam, admin):
    facts.ready(exam.cohort)
    for name in ("exam", "exam_settings", "exam_change", "exam_lock"):
        page(admin, name, exam.cohort.slug, 1)
    assert not Message.objects.exists()
