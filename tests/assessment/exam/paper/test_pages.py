"""The pages: what a group delivers, what the school decides, who reads which file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessment.actions.exam import grading_opens
from assessment.models import Appointment, ConflictOfInterest, Exam, Paper, PaperFile
from assessment.states import CandidateState, ExamState
from tests.assessment.exam.factories import (
    AppointmentFactory,
    ExaminerFactory,
    GradeAppealFactory,
    GradeFactory,
)
from tests.assessment.exam.paper.conftest import AFTER, PDF, deliver, group, reread, states, upload
from tests.cohorts.factories import ParticipantFactory
from tests.factories import NOW, AffiliationFactory, municipality

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def ada(people, log_in) -> Client:
    return log_in(people[0])


@pytest.fixture
def staff(teacher, log_in) -> Client:
    return log_in(teacher)


@pytest.fixture
def office(administrator, log_in) -> Client:
    return log_in(administrator)


def url(name: str, *args) -> str:
    return reverse(f"assessment:{name}", args=args)


def of(exam: Exam, name: str, *args) -> str:
    return url(name, exam.cohort.slug, exam.number, *args)


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def pdf(name="paper.pdf", content=PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


# --- The group --------------------------------------------------------------------------------------


def test_a_group_delivers_and_reads_its_receipt(exam, paper, people, ada):
    page = of(exam, "paper")
    assert "Nothing is delivered yet." in text(ada.get(page))
    assert ada.post(page, {"uploads": [pdf()]}).url == page
    assert ada.post(page, {"uploads": [pdf()]}).context["form"].non_field_errors() == [
        "The file “paper.pdf” has been uploaded already."
    ]
    check = of(exam, "paper_deliver")
    form = ada.get(check).context["form"]
    assert ada.post(check, {**form.initial, "title": "Ours"}).context["form"].errors == {
        "confirm": ["This field is required."]
    }
    answer = ada.post(check, {**form.initial, "title": "Ours", "confirm": "on"})
    receipt = of(exam, "paper_delivery", 1)
    assert answer.url == receipt
    found = text(ada.get(receipt))
    delivery = paper.deliveries.get()
    assert "Version 1, received Monday 3 May 2027 at 10:00, Norwegian time" in found
    assert delivery.digest in found
    assert states(paper) == [CandidateState.DELIVERED] * 3
    assert "Version 1 is delivered. You can deliver anew until" in text(ada.get(page))


def test_a_second_click_leads_to_the_same_receipt(exam, paper, ada, people):
    ada.post(of(exam, "paper"), {"uploads": [pdf()]})
    check = of(exam, "paper_deliver")
    data = {**ada.get(check).context["form"].initial, "title": "Ours", "confirm": "on"}
    assert [ada.post(check, data).url for _click in range(2)] == [of(exam, "paper_delivery", 1)] * 2
    assert paper.deliveries.count() == 1


def test_a_colleague_who_has_seen_other_files_is_asked_to_look_again(exam, paper, people, ada, log_in):
    ada.post(of(exam, "paper"), {"uploads": [pdf()]})
    check = of(exam, "paper_deliver")
    data = {**ada.get(check).context["form"].initial, "title": "Ours", "confirm": "on"}
    log_in(people[1]).post(of(exam, "paper"), {"uploads": [pdf("more.pdf", PDF + b"2")]})
    answer = ada.post(check, data)
    assert answer.context["form"].non_field_errors() == [
        "The files have changed since you opened this page. Look through them again."
    ]
    shown = answer.context["form"]
    assert (shown["title"].value(), shown["seen"].value()) == (
        "Ours",
        "-".join(str(pk) for pk in PaperFile.objects.order_by("pk").values_list("pk", flat=True)),
    )


def test_a_file_is_taken_away_again(exam, paper, ada, people):
    ada.post(of(exam, "paper"), {"uploads": [pdf()]})
    file = PaperFile.objects.get()
    assert ada.post(of(exam, "paper_file_remove", file.pk)).url == of(exam, "paper")
    assert PaperFile.objects.count() == 0


def test_a_late_group_reads_what_follows_before_and_after(exam, paper, people, ada):
    Paper.objects.update(due_at=NOW.replace(hour=8))
    deadline = "Monday 3 May 2027 at 08:00"
    assert f"The deadline was {deadline}, and nothing is delivered." in text(ada.get(of(exam, "paper")))
    ada.post(of(exam, "paper"), {"uploads": [pdf()]})
    check = of(exam, "paper_deliver")
    page = ada.get(check)
    assert f"It was {deadline}. The paper is received and marked as late." in text(page)
    ada.post(check, {**page.context["form"].initial, "title": "Ours", "confirm": "on"})
    assert "The school decides whether it counts, and each of you gets an e-mail." in text(
        ada.get(of(exam, "paper"))
    )
    assert "It counts only if the school decides so." in text(ada.get(of(exam, "paper_delivery", 1)))


def test_the_receipt_as_a_file(exam, paper, people, ada):
    deliver(paper, people[0])
    answer = ada.get(of(exam, "paper_receipt_pdf", 1))
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="{paper.team.reference}-1-1.pdf"'


def test_a_colleague_who_takes_no_exam_sees_nothing_of_the_paper(exam, paper, people, log_in):
    colleague = ParticipantFactory(team=paper.team, course_participant=True).member.user
    made = deliver(paper, people[0])
    stranger = log_in(colleague)
    for page in (
        of(exam, "paper"),
        of(exam, "paper_delivery", 1),
        url("paper_file", paper.code, made.files.get().pk),
    ):
        assert stranger.get(page).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_groups_page_asks_no_more_for_many_versions(
    exam, paper, people, ada, django_assert_num_queries, rows
):
    for number in range(rows):
        deliver(paper, people[0], content=PDF + b"%d" % number)
    ada.get(of(exam, "paper"))
    with django_assert_num_queries(9):
        page = ada.get(of(exam, "paper"))
    assert [each.version for each in page.context["deliveries"]] == list(range(rows, 0, -1))


def test_the_candidates_own_page_tells_of_the_paper(exam, paper, ada):
    page = text(ada.get(url("course_exam", exam.cohort.slug)))
    assert "Nothing is delivered yet." in page
    assert of(exam, "paper") in page


# --- Who reads which file ---------------------------------------------------------------------------


def status(client: Client, page: str) -> int:
    answer = client.get(page)
    answer.getvalue()  # to the end, which closes the file
    return answer.status_code


def reads(client: Client, file: PaperFile) -> int:
    return status(client, url("paper_file", file.paper.code, file.pk))


def name_of_file(client: Client, page: str) -> str:
    answer = client.get(page)
    answer.getvalue()  # to the end, which closes the file
    return answer["Content-Disposition"].removeprefix("attachment; filename=")


def test_an_examiner_reads_what_counts_once_grading_is_open(exam, paper, people, log_in, staff):
    first, second = deliver(paper, people[0]), deliver(paper, people[0], content=PDF + b"2")
    examiner = log_in(AppointmentFactory(paper=paper).examiner.user)
    other = log_in(ExaminerFactory(exam=exam).user)
    files = [first.files.get(), second.files.get()]
    assert [reads(examiner, each) for each in files] == [404, 404]
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.GRADING)
    assert [reads(examiner, each) for each in files] == [404, 200]
    assert [reads(other, each) for each in files] == [404, 404]
    assert [reads(staff, each) for each in files] == [200, 200]


def test_a_new_examiner_after_an_appeal_gets_files_without_their_names(exam, paper, people, log_in):
    file = deliver(paper, people[0]).files.get()
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.PUBLISHED, published_at=NOW)
    grade = GradeFactory(candidate=paper.candidates.first())
    appeal = GradeAppealFactory(grade=grade)
    blind = ExaminerFactory(exam=exam, for_appeals=True)
    Appointment.objects.create(paper=paper, examiner=blind, place=1, appeal=appeal, appointed_at=NOW)
    page = url("paper_file", paper.code, file.pk)
    assert name_of_file(log_in(blind.user), page) == f'"{paper.code}-{file.pk}.pdf"'
    assert name_of_file(log_in(people[0]), page) == '"paper.pdf"'


def test_candidates_read_the_guidelines_once_the_grades_are_published(
    exam, paper, people, teacher, ada, log_in
):
    guidelines = grading_opens.upload_guidelines(exam, upload("g.pdf"), by=teacher, now=NOW)
    pages = (of(exam, "exam_guidelines"), of(exam, "guidelines_file", guidelines.pk))
    examiner = log_in(ExaminerFactory(exam=exam).user)
    assert [status(examiner, page) for page in pages] == [200, 200]
    assert [status(ada, page) for page in pages] == [404, 404]
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.PUBLISHED, published_at=NOW)
    assert [status(ada, page) for page in pages] == [200, 200]


# --- The staff --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_papers_of_a_sitting(exam, staff, django_assert_num_queries, rows):
    for number, code in enumerate(("1804", "4646", "5057")[:rows], 1):
        paper = group(exam, code, number=number, people=1, state=CandidateState.DELIVERED)
        AppointmentFactory(paper=paper)
    staff.get(of(exam, "exam_papers"))
    with django_assert_num_queries(7):
        page = staff.get(of(exam, "exam_papers"))
    assert [(mark.label, free) for _paper, mark, _latest, _examiners, free in page.context["rows"]] == [
        ("Delivered", 1)
    ] * rows


def test_a_later_deadline_from_the_page_of_the_paper(exam, paper, staff):
    page = of(exam, "exam_paper", paper.code)
    assert [key for key, _deed in staff.get(page).context["deeds"]] == ["extend"]
    deed = of(exam, "exam_paper_deed", paper.code, "extend")
    assert "Everybody who sits the exam in the group gets an e-mail" in text(staff.get(deed))
    answer = staff.post(deed, {"due_at": "2027-05-25T12:00", "reason": "The service was down."})
    assert answer.url == page
    assert reread(paper).extension_reason == "The service was down."
    assert "Reason: The service was down." in text(staff.get(page))


def test_what_can_be_decided_on_a_late_paper(exam, paper, people, staff, office):
    deliver(paper, people[0], now=AFTER)
    Paper.objects.update(due_at=NOW.replace(hour=8))
    page = of(exam, "exam_paper", paper.code)
    assert [key for key, _deed in staff.get(page).context["deeds"]] == ["extend", "accept"]
    assert [key for key, _deed in office.get(page).context["deeds"]] == ["extend", "accept", "close"]
    office.post(of(exam, "exam_paper_deed", paper.code, "close"), {"reason": "Too late."})
    assert states(paper) == [CandidateState.ABSENT] * 3


def test_the_check_for_similarity_is_a_link_and_no_more(exam, paper, people, staff):
    deliver(paper, people[0])
    page = of(exam, "exam_paper", paper.code)
    assert "Check for similarity" not in text(staff.get(page))
    Exam.objects.filter(pk=exam.pk).update(similarity_url="https://similarity.example.no/check")
    found = text(staff.get(page))
    assert 'href="https://similarity.example.no/check" rel="noopener noreferrer external"' in found
    assert "upload it at similarity.example.no" in found


# --- Examiners --------------------------------------------------------------------------------------


def test_an_administrator_names_and_appoints(exam, paper, office, instructor):
    assert "No examiners are named." in text(office.get(of(exam, "examiners")))
    office.post(of(exam, "examiner_add"), {"user": instructor.pk, "is_external": "on"})
    (examiner,) = exam.examiners.all()
    other = ExaminerFactory(exam=exam, user__name="Bo Bunden")
    AffiliationFactory(user=other.user, municipality=municipality("1804"))
    page = of(exam, "paper_examiners", paper.code)
    form = office.get(page)
    assert "Bo Bunden acts for Bodø, which the team comes from." in text(form)
    assert "Bo Bunden (conflict of interest)" in text(form)
    refused = office.post(page, {"place_1": examiner.pk, "place_2": other.pk})
    assert refused.context["form"].non_field_errors() == [
        "Bo Bunden acts for Bodø, which the team comes from."
    ]
    assert office.post(page, {"place_1": examiner.pk, "place_2": ""}).url == of(exam, "examiners")
    assert list(paper.appointments.values_list("place", "examiner")) == [(1, examiner.pk)]


def test_a_proposal_is_confirmed(exam, paper, office):
    ExaminerFactory.create_batch(2, exam=exam)
    page = of(exam, "examiners_proposal")
    assert page in text(office.get(of(exam, "examiners")))
    seen = office.get(page).context["form"].initial
    assert office.post(page, seen).url == of(exam, "examiners")
    assert paper.appointments.count() == 2
    assert "Every paper has its examiners." in text(office.get(page))
    assert page not in text(office.get(of(exam, "examiners")))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_examiners_page_asks_no_more_for_many(exam, office, django_assert_num_queries, rows):
    for number, code in enumerate(("1804", "4646", "5057")[:rows], 1):
        AppointmentFactory(paper=group(exam, code, number=number, people=1, state=CandidateState.DELIVERED))
    office.get(of(exam, "examiners"))
    with django_assert_num_queries(18):
        page = office.get(of(exam, "examiners"))
    assert (len(page.context["named"]), len(page.context["rows"])) == (rows, rows)


def test_guidelines_are_one_pdf_and_grading_opens_from_the_page(exam, office, staff):
    paper = group(exam, "4646", state=CandidateState.DELIVERED)
    Paper.objects.update(due_at=NOW.replace(hour=8))
    for place in (1, 2):
        AppointmentFactory(paper=paper, place=place)
    page = of(exam, "guidelines_upload")
    assert staff.post(page, {}).context["form"].errors == {"uploads": ["Choose a file."]}
    assert "guidelines for the examiners are not uploaded" in text(office.get(of(exam, "grading_open")))
    assert staff.post(page, {"uploads": pdf("guidelines.pdf")}).url == of(exam, "examiners")
    assert "Grading can open" in text(office.get(of(exam, "examiners")))
    assert office.post(of(exam, "grading_open")).url == of(exam, "examiners")
    exam.refresh_from_db()
    assert exam.state == ExamState.GRADING


def test_conflicts_are_recorded_by_oneself_and_taken_back_by_the_office(exam, office, instructor, log_in):
    examiner = ExaminerFactory(exam=exam, user=instructor)
    municipality("1804")
    own = log_in(instructor)
    data = {"municipality": "Bodø", "why": "Former employer"}
    assert own.post(url("own_conflicts"), data).url == url("own_conflicts")
    assert "Former employer" in text(own.get(url("own_conflicts")))
    recorded = ConflictOfInterest.objects.get()
    page = of(exam, "examiner", examiner.pk)
    assert office.post(page, data).context["form"].non_field_errors() == ["Bodø is on record already."]
    back = of(exam, "conflict_take_back", examiner.pk, recorded.pk)
    assert office.post(back, {"reason": "A mistake."}).url == page
    assert ConflictOfInterest.objects.count() == 0
    assert office.post(of(exam, "examiner_remove", examiner.pk)).url == of(exam, "examiners")
    assert exam.examiners.count() == 0
