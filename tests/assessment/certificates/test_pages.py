"""The pages of certificates: one's own, the staff's, and the one on which anybody verifies a document."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assessment.actions import certificates as actions
from assessment.models import Certificate
from assessment.waiting.certificates import certificate_waits
from cohorts.models import Attendance
from innoskole.accounts.audit import history
from innoskole.accounts.models import Language, User
from tests.assessment.certificates.factories import (
    CertificateFactory,
    changed,
    course_participant,
    graded,
    student,
)
from tests.assessment.exam.factories import CandidateFactory, ExamFactory
from tests.cohorts.factories import CohortFactory, InstructorFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *args: object) -> str:
    return reverse(f"assessment:{name}", args=args)


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def admin(administrator) -> Client:
    return client_of(administrator)


def english(client: Client) -> Client:
    client.cookies["language"] = "en"
    return client


# --- One's own page ---------------------------------------------------------------------------------------


def test_whoever_has_not_earned_one_reads_why(cohort):
    person = course_participant(cohort)
    Attendance.objects.filter(participant=person).latest("pk").delete()
    html = text(client_of(person.member.user).get(address("own_certificates", cohort.slug)))
    assert "Not issued yet: Certificate of attendance" in html
    assert "The attendance of 1 half-day is not registered." in html
    assert address("readiness", cohort.slug) in html


def test_whoever_has_earned_one_reads_that_the_school_issues_it(cohort):
    person = course_participant(cohort)
    html = text(client_of(person.member.user).get(address("own_certificates", cohort.slug)))
    assert "You have earned it: Certificate of attendance" in html


def test_a_person_reads_their_certificate_and_downloads_it_in_three_languages(cohort, administrator):
    person = course_participant(cohort)
    issued = actions.issue(person, by=administrator, now=NOW)
    client = client_of(person.member.user)
    html = text(client.get(address("own_certificates", cohort.slug)))
    assert "The documents are being written" in html
    actions.write_missing(NOW)
    html = text(client.get(address("own_certificates", cohort.slug)))
    assert "KB-2027-0001" in html
    assert "4 of 4 half-days" in html
    assert issued.verification_url("en") in html
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in html
    for language in Language.values:
        url = address("certificate_document", issued.number, language)
        assert url in html
        response = client.get(url)
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert f"/Lang({language}-NO)".encode() in response.getvalue()


def test_a_person_reads_why_it_was_revoked_and_no_code_leads_anywhere(cohort):
    person = course_participant(cohort)
    certificate = CertificateFactory(participant=person, revoked=True)
    html = text(client_of(person.member.user).get(address("own_certificates", cohort.slug)))
    assert "Reason: The name was wrong." in html
    assert certificate.token not in html


def test_nobody_reads_the_document_of_another(cohort, administrator):
    person, mate = course_participant(cohort), course_participant(cohort)
    issued = actions.issue(person, by=administrator, now=NOW)
    actions.write_missing(NOW)
    url = address("certificate_document", issued.number, "nb")
    strangers = [mate.member.user, InstructorFactory(cohort=CohortFactory(intake__slug="another")).user]
    assert [client_of(user).get(url).status_code for user in strangers] == [404, 404]


def test_a_candidate_learns_nothing_before_publication(cohort):
    person = student(cohort)
    CandidateFactory(exam=ExamFactory(cohort=cohort, grading=True), participant=person, state="grade_set")
    html = text(client_of(person.member.user).get(address("own_certificates", cohort.slug)))
    assert "The grade of the exam has not been published yet." in html


# --- Verification -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", Language.values)
def test_the_public_page_repeats_the_whole_content_in_the_language_of_the_document(language):
    certificate = CertificateFactory()
    response = Client().get(address("verify_in", certificate.token, language))
    html = text(response)
    words = certificate.content[language]
    said = [words["opening"], words["signature"], words["role"], words["contact"], words["note"]]
    said += [value for row in words["rows"] for value in row]
    for section in words["sections"]:
        said += [
            section["title"],
            *section["paragraphs"],
            *(value for row in section["rows"] for value in row),
        ]
    assert [value for value in said if value not in html] == []
    assert certificate.number in html
    assert certificate.digest in html
    assert f'<html lang="{language}"' in html
    assert response.headers["Content-Language"] == language


def test_the_public_page_without_a_language_follows_the_reader():
    certificate = CertificateFactory()
    person = client_of(UserFactory(language="nn"))
    assert "Opening in nn" in text(person.get(address("verify", certificate.token)))
    html = text(person.get(address("verify_in", certificate.token, "en")))
    assert "Opening in en" in html
    assert "This document is valid" in html
    # Whoever chooses a language in the menu comes to the page that follows the choice.
    assert f'name="next" value="{address("verify", certificate.token)}"' in html


def test_the_public_page_says_that_it_was_revoked_and_neither_why_nor_what_it_said():
    certificate = CertificateFactory(revoked=True)
    html = text(Client().get(address("verify_in", certificate.token, "en")))
    assert "This document has been revoked" in html
    assert certificate.number in html
    assert "The school issued it on 1 May 2027 and revoked it on 2 May 2027." in html
    for kept in ("Opening in en", "Value in en", "The name was wrong.", certificate.participant.member.name):
        assert kept not in html


def test_the_public_page_of_what_is_forgotten_still_says_that_it_was_revoked():
    certificate = CertificateFactory(revoked=True)
    Certificate.objects.filter(pk=certificate.pk).update(content={}, forgotten_at=NOW)
    html = text(Client().get(address("verify_in", certificate.token, "en")))
    assert "This document has been revoked" in html


def test_the_public_page_does_not_repeat_a_grade_that_has_changed(cohort):
    grade = graded(student(cohort), "D")
    certificate = CertificateFactory(grade=grade)
    url = address("verify_in", certificate.token, "en")
    assert "Opening in en" in text(Client().get(url))
    later = changed(grade, "B", published=False)
    assert "This document is valid" in text(Client().get(url))
    type(later).objects.filter(pk=later.pk).update(published_at=NOW)
    html = text(Client().get(url))
    assert "This document does not hold any more" in html
    assert "Opening in en" not in html


def test_the_public_page_is_in_no_cache_and_no_search_engine():
    certificate = CertificateFactory()
    for url in (address("verify", certificate.token), address("verify_in", certificate.token, "nb")):
        headers = Client().get(url).headers
        assert {name: headers[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")} == {
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "Referrer-Policy": "no-referrer",
        }


def test_a_number_is_no_key_to_the_public_page():
    certificate = CertificateFactory()
    for key in (certificate.number, certificate.token[:-1], str(certificate.pk)):
        assert Client().get(address("verify", key)).status_code == 404
        assert "No document has this code" in text(
            client_of(UserFactory()).post(address("verify_code"), {"code": key})
        )


@pytest.mark.parametrize("typed", ["{token}", " {token} ", "https://example.no/verify/{token}/en/"])
def test_a_code_can_be_typed(typed):
    certificate = CertificateFactory()
    response = Client().post(address("verify_code"), {"code": typed.format(token=certificate.token)})
    assert response.headers["Location"] == address("verify", certificate.token)


def test_verifying_asks_two_queries_at_most(cohort, django_assert_num_queries):
    certificate = CertificateFactory(grade=graded(student(cohort)))
    client, url = Client(), address("verify_in", certificate.token, "nb")
    with django_assert_num_queries(2):
        client.get(url)


# --- The staff's list -------------------------------------------------------------------------------------


def test_the_list_shows_who_has_got_what_and_what_is_missing(cohort, admin, administrator):
    first, second = course_participant(cohort), course_participant(cohort)
    actions.issue(first, by=administrator, now=NOW)
    Attendance.objects.filter(participant=second).latest("pk").delete()
    html = text(admin.get(address("certificates", cohort.slug)))
    assert address("certificate", cohort.slug, "KB-2027-0001") in html
    assert "The attendance of 1 half-day is not registered." in html
    assert "The documents of 0 of 1 certificates are written." in html
    actions.write_missing(NOW)
    assert "are written. Reload" not in text(admin.get(address("certificates", cohort.slug)))


def test_an_instructor_reads_the_list_and_finds_no_way_to_issue(cohort):
    course_participant(cohort)
    html = text(client_of(InstructorFactory(cohort=cohort).user).get(address("certificates", cohort.slug)))
    assert "1 person has earned a certificate or a transcript that has not been issued." in html
    assert address("certificates_issue", cohort.slug) not in html


def test_the_export_is_the_filtered_list_and_is_written_down(cohort, admin, administrator):
    issued, waiting = course_participant(cohort), course_participant(cohort)
    actions.issue(issued, by=administrator, now=NOW)
    url = address("certificates_export", cohort.slug, "csv")
    response = admin.get(url, {"state": "issued"})
    lines = list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [line[2] for line in lines] == ["Name", issued.member.name]
    assert lines[1][7:9] == ["KB-2027-0001", "2027-05-03 10:00"]
    everybody = admin.get(url, {"sort": "-name"}).content.decode()
    assert waiting.member.name in everybody
    events = history(cohort).filter(verb="downloaded the list of certificates").order_by("pk")
    assert [event.changes.get("Filter") for event in events] == [["", "state=issued"], None]
    assert [event.changes["Rows"] for event in events] == [["", 1], ["", 2]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(
    cohort, admin, administrator, rows, django_assert_num_queries
):
    for _number in range(rows):
        graded(student(cohort))
        course_participant(cohort)
    actions.issue_all(cohort, by=administrator, now=NOW)
    url = address("certificates", cohort.slug)
    with django_assert_num_queries(30):
        assert admin.get(url).context["list"].total == 2 * rows


# --- Deeds ------------------------------------------------------------------------------------------------


def test_issuing_to_all_shows_who_gets_what_and_the_worker_writes(
    cohort, admin, django_capture_on_commit_callbacks
):
    person = course_participant(cohort)
    graded(student(cohort))
    url = address("certificates_issue", cohort.slug)
    html = text(admin.get(url))
    assert "Certificate of attendance: 1" in html
    assert "Transcript: 1" in html
    assert "Issue 2 documents" in html
    with django_capture_on_commit_callbacks(execute=True):
        response = admin.post(url)
    assert response.headers["Location"] == address("certificates", cohort.slug)
    assert not Certificate.objects.unwritten().exists()
    assert person.certificates.get().files.count() == 3
    assert "Nobody waits for a certificate." in text(admin.post(url))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_preview_asks_as_much_for_three_as_for_one(cohort, admin, rows, django_assert_num_queries):
    for _number in range(rows):
        course_participant(cohort)
    with django_assert_num_queries(28):
        assert len(admin.get(address("certificates_issue", cohort.slug)).context["due"]) == rows


def test_one_is_issued_by_hand(cohort, admin):
    person = course_participant(cohort)
    CertificateFactory(participant=person, revoked=True)
    url = address("certificate_issue", cohort.slug, person.pk)
    assert f"{person} gets an e-mail when it can be read." in text(admin.get(url))
    assert admin.post(url).status_code == 302
    assert person.certificates.valid().get().number == "KB-2027-0001"
    assert "a valid one already: KB-2027-0001" in text(admin.get(url))


def test_revoking_needs_a_reason_and_keeps_what_is_typed(cohort, admin):
    certificate = CertificateFactory(participant=course_participant(cohort))
    url = address("certificate_revoke", cohort.slug, certificate.number)
    assert "The person gets an e-mail with your reason." in text(admin.get(url))
    assert admin.post(url, {"reason": ""}).status_code == 200
    certificate.refresh_from_db()
    assert not certificate.is_revoked
    assert admin.post(url, {"reason": "The name was wrong."}).status_code == 302
    certificate.refresh_from_db()
    assert certificate.revoked_because == "The name was wrong."
    assert "It has been revoked already." in text(admin.get(url))


def test_the_page_of_one_shows_its_words_and_its_history(cohort, admin, administrator):
    issued = actions.issue(course_participant(cohort), by=administrator, now=NOW)
    html = text(admin.get(address("certificate", cohort.slug, issued.number)))
    assert "4 of 4 half-days" in html
    assert issued.digest in html
    assert "issued the certificate" in html
    another = CohortFactory(intake__slug="another")
    assert admin.get(address("certificate", another.slug, issued.number)).status_code == 404


# --- The home page ----------------------------------------------------------------------------------------


def waits(user: User) -> list[tuple[str, int | None]]:
    return [(one.title, one.count) for one in certificate_waits(user, NOW)]


def test_administrators_are_told_what_is_earned_and_what_a_new_grade_has_overtaken(cohort, administrator):
    course_participant(cohort)
    grade = graded(student(cohort), "D")
    CertificateFactory(grade=grade)
    assert waits(administrator) == [(f"Issue certificates: {cohort}", 1)]
    changed(grade, "C")
    assert waits(administrator) == [
        (f"Issue certificates: {cohort}", 1),
        (f"Transcripts that do not hold any more: {cohort}", 1),
    ]
    actions.issue_all(cohort, by=administrator, now=NOW)
    assert waits(administrator) == []


def test_nobody_else_is_told(cohort):
    course_participant(cohort)
    assert waits(InstructorFactory(cohort=cohort).user) == []


def test_the_home_page_reckons_nothing_where_all_is_done(cohort, administrator, django_assert_num_queries):
    course_participant(cohort)
    actions.issue_all(cohort, by=administrator, now=NOW)
    with django_assert_num_queries(1):
        assert waits(administrator) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_asks_as_much_for_three_as_for_one(
    cohort, administrator, rows, django_assert_num_queries
):
    for _number in range(rows):
        course_participant(cohort)
    with django_assert_num_queries(25):
        assert waits(administrator) == [(f"Issue certificates: {cohort}", rows)]


def test_the_public_pages_speak_three_languages():
    for language in Language.values:
        with translation.override(language):
            client = client_of(UserFactory(language=language))
            assert f'<html lang="{language}"' in text(client.get(address("verify_code")))
