"""Issued once, numbered without gaps, written in three languages, revoked with a reason, and forgotten."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from assessment import tasks
from assessment.actions import certificates as actions
from assessment.certificates import digest_of
from assessment.models import Certificate, CertificateFile, CertificateSeries
from assessment.models.certificates import REVOKED_KEPT_FOR
from cohorts.models import Participant
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Unchangeable
from innoskole.notifications.models import Message
from tests.assessment.certificates.factories import (
    CertificateFactory,
    changed,
    course_participant,
    graded,
    student,
)
from tests.assessment.readiness import facts
from tests.cohorts.factories import CohortFactory, InstructorFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, str, bool]]:
    return [
        (one.number, one.participant.member.name, one.is_revoked)
        for one in Certificate.objects.with_names().order_by("pk")
    ]


def letters(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("pk"))


# --- Issued -----------------------------------------------------------------------------------------------


def test_a_certificate_says_what_the_person_has_done_in_three_languages(cohort, administrator):
    person = course_participant(cohort)
    for requirement in list(cohort.work_requirements.all())[:2]:
        facts.give(person, requirement, "approved")
    issued = actions.issue(person, by=administrator, now=NOW)
    issued.refresh_from_db()
    english = issued.content["en"]
    assert english["title"] == "Certificate of attendance"
    assert english["rows"] == [
        ["Name", person.member.name],
        ["Municipality", str(person.team)],
        ["Course", "The national innovation school for municipalities"],
        ["Cohort", str(cohort)],
        ["Period", "3 April 2027 – 4 April 2027"],
        ["Attendance", "4 of 4 half-days"],
        ["Work requirements", "2 of 4 are fulfilled"],
        ["Number", "KB-2027-0001"],
        ["Date of issue", "3 May 2027"],
    ]
    assert english["sections"][0] == {
        "title": "Sessions attended",
        "rows": [["Service design", "3 April 2027 – 4 April 2027"]],
        "paragraphs": [],
    }
    assert english["signature"] == "Anna Administrator"
    assert [issued.content[language]["sections"][0]["rows"][0][0] for language in ("nb", "nn")] == [
        "Tjenestedesign",
        "Tenestedesign",
    ]
    assert issued.digest == digest_of(json.loads(json.dumps(issued.content)))
    assert [event.verb for event in history(issued)] == ["issued the certificate"]


def test_a_transcript_says_the_grade_the_credits_and_the_scale(cohort, administrator):
    person = student(cohort)
    grade = graded(person, "B")
    issued = actions.issue(person, by=administrator, now=NOW)
    english = issued.content["en"]
    assert (issued.kind, issued.grade, issued.number) == ("transcript", grade, "KU-2027-0001")
    assert ["Grade", "B (very good)"] in english["rows"]
    assert ["Credits", "30"] in english["rows"]
    assert [mark for mark, _words in english["sections"][0]["rows"]] == list("ABCDEF")


def test_nothing_is_issued_before_it_is_earned(cohort, administrator):
    person = facts.newcomer(cohort, course_participant=True)
    with pytest.raises(Refused, match="The attendance of 4 half-days is not registered"):
        actions.issue(person, by=administrator, now=NOW)
    assert rows() == []
    assert not CertificateSeries.objects.exists()


def test_a_second_one_of_a_kind_is_refused(cohort, administrator):
    person = course_participant(cohort)
    actions.issue(person, by=administrator, now=NOW)
    with pytest.raises(Refused, match=r"a valid one already: KB-2027-0001\. Revoke it first"):
        actions.issue(person, by=administrator, now=NOW)
    assert rows() == [("KB-2027-0001", person.member.name, False)]


def test_an_instructor_of_the_cohort_neither_issues_nor_revokes(cohort, administrator):
    person, teacher = course_participant(cohort), InstructorFactory(cohort=cohort).user
    for deed in (lambda: actions.issue(person, by=teacher, now=NOW), lambda: bulk(cohort, teacher)):
        with pytest.raises(Refused, match="Only course administrators"):
            deed()
    issued = actions.issue(person, by=administrator, now=NOW)
    with pytest.raises(Refused, match="Only course administrators"):
        actions.revoke(issued, reason="Wrong.", by=teacher, now=NOW)
    assert rows() == [("KB-2027-0001", person.member.name, False)]


def bulk(cohort, by, now: datetime = NOW) -> list[str]:
    return [one.number for one in actions.issue_all(cohort, by=by, now=now)]


def test_all_who_have_earned_something_get_it_at_once_and_nobody_twice(cohort, administrator):
    attended, passed = course_participant(cohort), student(cohort)
    graded(passed, "A")
    facts.newcomer(cohort, course_participant=True)
    revoked = course_participant(cohort)
    CertificateFactory(participant=revoked, revoked=True, number="KB-2026-0001")
    assert bulk(cohort, administrator) == ["KB-2027-0001", "KU-2027-0001"]
    with pytest.raises(Refused, match="Nobody waits for a certificate"):
        bulk(cohort, administrator)
    assert rows() == [
        ("KB-2026-0001", revoked.member.name, True),
        ("KB-2027-0001", attended.member.name, False),
        ("KU-2027-0001", passed.member.name, False),
    ]
    told = [event.changes for event in history(cohort)]
    assert told == [{"Number of certificates": [None, 2]}]


def test_each_kind_and_each_year_in_norway_has_its_own_series(administrator):
    cohort = facts.set_up()
    for _number in range(2):
        course_participant(cohort)
    old_year, new_year = (
        datetime.fromisoformat("2027-12-31T22:59:00+00:00"),
        datetime.fromisoformat("2027-12-31T23:00:00+00:00"),
    )
    assert bulk(cohort, administrator, now=old_year) == ["KB-2027-0001", "KB-2027-0002"]
    graded(student(cohort))
    course_participant(cohort)
    assert bulk(cohort, administrator, now=new_year) == ["KU-2028-0001", "KB-2028-0001"]


def test_a_number_that_was_not_used_is_given_again(cohort, administrator, monkeypatch):
    person = course_participant(cohort)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("assessment.actions.certificates.issuing.content", broken)
        with pytest.raises(RuntimeError):
            actions.issue(person, by=administrator, now=NOW)
    assert actions.issue(person, by=administrator, now=NOW).number == "KB-2027-0001"


def test_a_new_transcript_takes_the_place_of_one_whose_grade_has_changed(cohort, administrator):
    person = student(cohort)
    grade = graded(person, "D")
    old = actions.issue(person, by=administrator, now=NOW)
    later = changed(grade, "B")
    assert bulk(cohort, administrator) == ["KU-2027-0002"]
    old.refresh_from_db()
    assert (old.revoked_by, old.revoked_at) == (administrator, NOW)
    assert old.revoked_because == "The grade has changed, and a new document takes its place."
    assert Certificate.objects.valid().get().grade == later
    actions.write_missing(NOW)
    (letter,) = letters("certificate_issued")
    assert "It takes the place of KU-2027-0001" in letter.body_text
    assert letters("certificate_revoked") == []


def test_certificates_are_never_deleted(cohort, administrator):
    issued = actions.issue(course_participant(cohort), by=administrator, now=NOW)
    for deed in (issued.delete, Certificate.objects.all().delete):
        with pytest.raises(Unchangeable):
            deed()


# --- Written ----------------------------------------------------------------------------------------------


def test_the_worker_writes_three_documents_and_then_the_person_is_told(cohort, administrator):
    person = course_participant(cohort)
    issued = actions.issue(person, by=administrator, now=NOW)
    assert letters("certificate_issued") == []
    assert tasks.write_certificates() == 1
    assert tasks.write_certificates() == 0
    assert [file.language for file in issued.files.all()] == ["en", "nb", "nn"]
    (letter,) = letters("certificate_issued")
    assert letter.to_email == person.member.user.email
    assert "KB-2027-0001" in letter.subject
    assert f"/course/{cohort.slug}/certificate/" in letter.body_text


def test_no_mail_holds_a_grade(cohort, administrator):
    person = student(cohort)
    graded(person, "B")
    issued = actions.issue(person, by=administrator, now=NOW)
    actions.write_missing(NOW)
    actions.revoke(issued, reason="It was issued twice.", by=administrator, now=NOW)
    for letter in Message.objects.all():
        assert "very good" not in letter.body_text.lower()
        assert "grade" not in letter.body_text.lower()


def test_one_that_cannot_be_written_holds_up_no_other_and_is_tried_again(cohort, administrator, monkeypatch):
    for _number in range(2):
        course_participant(cohort)
    first, second = actions.issue_all(cohort, by=administrator, now=NOW)
    Certificate.objects.filter(pk=first.pk).update(content={"nb": {}, "nn": {}, "en": {}})
    with pytest.raises(ExceptionGroup):
        actions.write_missing(NOW)
    assert list(Certificate.objects.unwritten()) == [first]
    assert [message.about for message in letters("certificate_issued")] == [second]
    Certificate.objects.filter(pk=first.pk).update(content=first.content)
    assert actions.write_missing(NOW) == 1


def test_a_letter_that_cannot_be_posted_leaves_no_files_behind(cohort, administrator, monkeypatch, settings):
    issued = actions.issue(course_participant(cohort), by=administrator, now=NOW)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("No letter.")

    monkeypatch.setattr("assessment.emails.certificates.issued", broken)
    with pytest.raises(RuntimeError):
        actions.write_documents(issued.pk, now=NOW)
    assert not CertificateFile.objects.exists()
    assert default_storage.listdir("certificates") == ([], [])


# --- Revoked ----------------------------------------------------------------------------------------------


def test_revoking_says_why_to_the_person(cohort, administrator):
    issued = actions.issue(course_participant(cohort), by=administrator, now=NOW)
    actions.write_missing(NOW)
    actions.revoke(issued, reason="  The name was wrong. ", by=administrator, now=NOW)
    issued.refresh_from_db()
    assert (issued.revoked_by, issued.revoked_at, issued.revoked_because) == (
        administrator,
        NOW,
        "The name was wrong.",
    )
    (letter,) = letters("certificate_revoked")
    assert "Reason: The name was wrong." in letter.body_text
    (event,) = history(issued).filter(verb="revoked the certificate")
    assert event.reason == "The name was wrong."
    assert [one.state for one in letters("certificate_issued")] == [Message.State.VOID]


@pytest.mark.parametrize(
    ("reason", "times", "says"), [(" ", 0, "Give a reason"), ("Wrong.", 1, "has been revoked already")]
)
def test_revoking_is_refused(cohort, administrator, reason, times, says):
    issued = actions.issue(course_participant(cohort), by=administrator, now=NOW)
    for _time in range(times):
        actions.revoke(issued, reason="Wrong.", by=administrator, now=NOW)
    with pytest.raises(Refused, match=says):
        actions.revoke(issued, reason=reason, by=administrator, now=NOW)
    assert Certificate.objects.filter(revoked_at=None).count() == 1 - times


def test_what_is_revoked_before_it_is_written_is_not_written(cohort, administrator):
    issued = actions.issue(course_participant(cohort), by=administrator, now=NOW)
    actions.revoke(issued, reason="Wrong.", by=administrator, now=NOW)
    assert actions.write_missing(NOW) == 0
    assert not actions.write_documents(issued.pk, now=NOW)


def test_after_a_revocation_a_new_one_is_issued_by_hand(cohort, administrator):
    person = course_participant(cohort)
    first = actions.issue(person, by=administrator, now=NOW)
    actions.revoke(first, reason="The name was wrong.", by=administrator, now=NOW)
    assert actions.issue(person, by=administrator, now=NOW).number == "KB-2027-0002"


# --- Forgotten --------------------------------------------------------------------------------------------


def test_what_a_revoked_certificate_said_is_deleted_after_a_year(
    cohort, administrator, django_capture_on_commit_callbacks
):
    kept, gone = course_participant(cohort), course_participant(cohort)
    for person in (kept, gone):
        actions.issue(person, by=administrator, now=NOW)
    actions.write_missing(NOW)
    certificate = gone.certificates.get()
    names = [file.file.name for file in certificate.files.all()]
    actions.revoke(certificate, reason="Wrong.", by=administrator, now=NOW)
    due = NOW + REVOKED_KEPT_FOR
    assert actions.forget(due - timedelta(seconds=1)) == 0
    assert actions.forget(due, dry_run=True) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.forget(due) == 1
    assert actions.forget(due) == 0
    certificate.refresh_from_db()
    assert (certificate.content, certificate.forgotten_at) == ({}, due)
    assert (certificate.number, certificate.revoked_because) == ("KB-2027-0002", "Wrong.")
    assert not certificate.files.exists()
    assert [default_storage.exists(name) for name in names] == [False] * 3
    assert kept.certificates.get().files.count() == 3


# --- At once ----------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_who_are_issued_at_once_get_twenty_numbers_without_gaps():
    by = UserFactory(is_course_administrator=True)
    people = [
        course_participant(facts.set_up(CohortFactory(intake__slug=f"cohort-{number}")))
        for number in range(20)
    ]

    def attempt(person: Participant) -> str:
        try:
            return actions.issue(person, by=by, now=NOW).number
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        numbers = sorted(pool.map(attempt, people))
    assert numbers == [f"KB-2027-{number:04d}" for number in range(1, 21)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_ten_who_issue_to_everybody_at_once_one_does_and_nobody_gets_two():
    cohort = facts.set_up()
    for _number in range(3):
        course_participant(cohort)
    administrators = UserFactory.create_batch(10, is_course_administrator=True)

    def attempt(by) -> int:
        try:
            return len(actions.issue_all(cohort, by=by, now=NOW))
        except Refused:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(attempt, administrators)) == [0] * 9 + [3]
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert numbers == ["KB-2027-0001", "KB-2027-0002", "KB-2027-0003"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_writes_each_document_and_posts_each_letter():
    cohort = facts.set_up()
    for _number in range(3):
        course_participant(cohort)
    actions.issue_all(cohort, by=UserFactory(is_course_administrator=True), now=NOW)

    def attempt(_number: int) -> int:
        try:
            return actions.write_missing(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(attempt, range(5))) == 3
    assert CertificateFile.objects.count() == 9
    assert len(letters("certificate_issued")) == 3
