"""Grading opens when everything is in place: the guidelines first of all. And who is reminded on the way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from assessment.actions.exam import grading_opens as actions
from assessment.actions.exam import paper_decisions
from assessment.models import Candidate, Exam, Guidelines, Paper
from assessment.models.exam.standing import with_reads
from assessment.reminders.exam_paper import PAPER
from assessment.states import CandidateState, ExamState
from assessment.waiting.exam_paper import paper_waits
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from tests.assessment.exam.factories import AppointmentFactory, ExamFactory, ExaminerFactory
from tests.assessment.exam.paper.conftest import AFTER, DUE, PDF, deliver, group, letters, upload
from tests.cohorts.factories import CohortFactory, InstructorFactory
from tests.factories import NOW, OSLO, AffiliationFactory, IntakeFactory, municipality

pytestmark = pytest.mark.django_db


@pytest.fixture
def guidelines(exam, teacher) -> Guidelines:
    return actions.upload_guidelines(exam, upload("guidelines.pdf"), by=teacher, now=NOW)


@pytest.fixture
def delivered(exam) -> list[Paper]:
    """Two groups that have delivered, and two examiners who grade both."""
    papers = [
        group(exam, code, number=number, state=CandidateState.DELIVERED)
        for number, code in ((2, "5057"), (3, "4646"))
    ]
    named = [ExaminerFactory(exam=exam, user__name=name) for name in ("Anne Sensor", "Bjarne Sensor")]
    for paper in papers:
        for place, examiner in enumerate(named, 1):
            AppointmentFactory(paper=paper, examiner=examiner, place=place)
    return papers


def lacking(exam, now=AFTER) -> list[str]:
    current = Exam.objects.get(pk=exam.pk)
    papers = list(with_reads(Paper.objects.filter(exam=exam)))
    return actions.lacking(current, papers, actions.against_examiners(papers, now), now)


# --- The guidelines ---------------------------------------------------------------------------------


def test_the_latest_guidelines_count_and_the_same_file_is_refused(exam, guidelines, teacher):
    with pytest.raises(Refused, match="uploaded already"):
        actions.upload_guidelines(exam, upload("again.pdf"), by=teacher, now=NOW)
    later = NOW + timedelta(hours=1)
    second = actions.upload_guidelines(exam, upload("v2.pdf", PDF + b"2"), by=teacher, now=later)
    assert list(exam.guidelines.all()) == [second, guidelines]
    assert letters() == []


def test_new_guidelines_while_grading_is_open_are_told_to_the_examiners(exam, delivered, guidelines, teacher):
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.GRADING)
    actions.upload_guidelines(exam, upload("v2.pdf", PDF + b"2"), by=teacher, now=NOW)
    addresses = [each.user.email for each in exam.examiners.order_by("pk")]
    assert sorted(letters()) == sorted(("guidelines_changed", each) for each in addresses)


def test_after_publication_the_guidelines_stay_as_they_were(exam, teacher):
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.PUBLISHED, published_at=NOW)
    with pytest.raises(Refused, match="stay as they were"):
        actions.upload_guidelines(exam, upload(), by=teacher, now=NOW)


def test_others_than_the_cohorts_staff_upload_none(exam, instructor):
    with pytest.raises(Refused):
        actions.upload_guidelines(exam, upload(), by=instructor, now=NOW)


# --- Opening ----------------------------------------------------------------------------------------


def test_grading_does_not_open_without_guidelines(exam, delivered, administrator):
    assert lacking(exam) == ["The guidelines for the examiners are not uploaded."]
    with pytest.raises(Refused, match="guidelines for the examiners are not uploaded"):
        actions.open_grading(exam, by=administrator, now=AFTER)
    exam.refresh_from_db()
    assert exam.state == ExamState.LOCKED


def test_grading_opens_and_each_examiner_gets_one_letter(exam, delivered, guidelines, administrator, teacher):
    assert lacking(exam) == []
    with pytest.raises(Refused, match="Only course administrators"):
        actions.open_grading(exam, by=teacher, now=AFTER)
    actions.open_grading(exam, by=administrator, now=AFTER)
    exam.refresh_from_db()
    assert exam.state == ExamState.GRADING
    addresses = [each.user.email for each in exam.examiners.order_by("pk")]
    assert sorted(letters()) == sorted(("grading_opened", each) for each in addresses)
    body = Message.objects.first().body_text
    assert "- Ørland\n- Fjaler" in body
    # 15 working days from the last oral, Friday 4 June 2027.
    assert "Friday 25 June 2027 at 23:59" in body
    with pytest.raises(Refused, match="Grading has been opened"):
        actions.open_grading(exam, by=administrator, now=AFTER)


def test_everything_that_is_missing_is_said(exam, delivered, paper, guidelines):
    orland, fjaler = delivered
    fjaler.appointments.filter(place=2).delete()
    AffiliationFactory(user=orland.appointments.get(place=1).examiner.user, municipality=municipality("5057"))
    of_the_examiners = [
        "Anne Sensor acts for Ørland, which the team comes from.",
        "Fjaler lacks an examiner.",
    ]
    assert lacking(exam, DUE) == [
        "Bodø can deliver until Sunday 23 May 2027 at 10:00, Norwegian time.",
        *of_the_examiners,
    ]
    assert lacking(exam) == [
        "Bodø: decide whether the paper counts, or that there is none.",
        *of_the_examiners,
    ]


def test_as_long_as_a_group_can_deliver_anew_grading_waits(exam, delivered, guidelines):
    assert lacking(exam, DUE) == ["The groups can deliver until Sunday 23 May 2027 at 10:00, Norwegian time."]


def test_a_group_whose_paper_is_missing_holds_the_others_up_no_longer_than_the_decision(
    exam, delivered, paper, guidelines, administrator
):
    assert len(lacking(exam)) == 1
    paper_decisions.close(paper, reason="None came.", by=administrator, now=AFTER)
    assert lacking(exam) == []


def test_where_nobody_has_delivered_there_is_nothing_to_grade(exam, guidelines):
    assert lacking(exam) == ["No paper has been delivered."]


def test_with_one_examiner_one_is_enough(exam, delivered, guidelines):
    Exam.objects.filter(pk=exam.pk).update(two_examiners=False)
    for paper in delivered:
        paper.appointments.filter(place=2).delete()
    assert lacking(exam) == []


@pytest.mark.parametrize("state", [ExamState.PLANNED, ExamState.OPEN])
def test_before_the_list_is_locked_nothing_opens(exam, state):
    Exam.objects.filter(pk=exam.pk).update(state=state, locked_at=None)
    assert lacking(exam) == ["The list of candidates is not locked yet."]


# --- Reminders --------------------------------------------------------------------------------------

# The deadline is Sunday 23 May 2027 at 10:00.
TWO_DAYS_BEFORE = datetime(2027, 5, 21, 10, 0, tzinfo=OSLO)


def reminded(now=TWO_DAYS_BEFORE) -> list[str]:
    """The addresses that a sweep writes to about papers."""
    before = set(Message.objects.values_list("pk", flat=True))
    with only(PAPER):
        sweep(now)
    return list(Message.objects.exclude(pk__in=before).order_by("pk").values_list("to_email", flat=True))


def test_the_group_is_reminded_once_each_and_nobody_who_does_not_sit(paper, people):
    Candidate.objects.filter(participant__member__user=people[2]).update(
        state=CandidateState.VALID_ABSENCE, ended_at=NOW
    )
    assert reminded() == [each.email for each in people[:2]]
    assert reminded(TWO_DAYS_BEFORE + timedelta(minutes=1)) == []
    message = Message.objects.first()
    assert message.subject == "[Deliver by Sun 23 May at 10:00] The exam paper of Bodø is not delivered"
    assert reverse("assessment:paper", args=[paper.exam.cohort.slug, 1]) in message.body_text


def test_who_has_delivered_is_not_reminded_and_a_later_deadline_holds(paper, people, teacher):
    late = group(paper.exam, "4646", number=2)
    deliver(paper, people[0])
    paper_decisions.extend(
        late, due_at=DUE + timedelta(days=30), reason="The service was down.", by=teacher, now=NOW
    )
    assert reminded() == []


def test_nobody_is_reminded_of_a_paper_that_lies_with_the_school(paper, people):
    deliver(paper, people[0], now=AFTER)
    assert reminded(AFTER + timedelta(days=1)) == []


# --- The front page ---------------------------------------------------------------------------------


def waits(user, now=NOW) -> list[tuple[str, int | None]]:
    return [(each.title, each.count) for each in paper_waits(user, now)]


def test_what_waits_for_a_candidate(paper, people):
    (found,) = paper_waits(people[0], NOW)
    assert (found.title, found.due_at, found.url, found.explanation) == (
        "Deliver the paper of the exam",
        DUE,
        reverse("assessment:paper", args=[paper.exam.cohort.slug, 1]),
        "One of you delivers for the whole group.",
    )
    (past,) = paper_waits(people[0], AFTER)
    assert past.explanation == "The deadline has passed. The school decides whether a late paper counts."
    assert waits(people[0], NOW - timedelta(days=6)) == []
    deliver(paper, people[1])
    assert waits(people[0]) == []


def test_what_waits_for_the_school_until_grading_opens(exam, paper, people, teacher, administrator):
    of = str(exam.cohort)
    guidelines, lacks = f"Upload the guidelines for the examiners: {of}", f"Appoint examiners: {of}"
    assert waits(teacher) == [(guidelines, None)]
    assert waits(administrator) == [(guidelines, None), (lacks, 1)]
    actions.upload_guidelines(exam, upload(), by=teacher, now=NOW)
    for place in (1, 2):
        AppointmentFactory(paper=paper, examiner=ExaminerFactory(exam=exam), place=place)
    assert waits(administrator) == []
    deliver(paper, people[0], now=AFTER)
    late = (f"Decide whether papers that came late count: {of}", 1)
    assert waits(teacher, AFTER) == waits(administrator, AFTER) == [late]
    paper_decisions.accept(paper, reason="Down.", by=teacher, now=AFTER)
    assert waits(administrator, AFTER) == [(f"Open grading: {of}", None)]
    assert waits(teacher, AFTER) == []
    actions.open_grading(exam, by=administrator, now=AFTER)
    assert waits(administrator, AFTER) == []
    paper.appointments.filter(place=2).delete()
    assert waits(administrator, AFTER) == [(lacks, 1)]


def test_a_group_that_can_still_deliver_anew_holds_grading_up(exam, delivered, guidelines, administrator):
    assert waits(administrator, DUE - timedelta(hours=1)) == []
    assert waits(administrator, AFTER) == [(f"Open grading: {exam.cohort}", None)]


def test_other_cohorts_are_no_matter_of_an_instructor(exam, paper):
    elsewhere = InstructorFactory(cohort__intake__slug="another").user
    assert waits(elsewhere) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_front_page_asks_no_more_for_many_sittings(administrator, django_assert_num_queries, rows):
    for number in range(rows):
        cohort = CohortFactory(intake=IntakeFactory(slug=f"intake-{number}", year=2020 + number))
        group(ExamFactory(locked=True, cohort=cohort), "1804", people=1)
    with django_assert_num_queries(2):
        assert len(paper_waits(administrator, NOW)) == 2 * rows
