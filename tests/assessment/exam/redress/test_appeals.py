"""Appeals: who sends them, until when, for whom; withdrawn, dismissed; formal faults apart; final grades."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from assessment.actions.exam import appeals, explanations, finality, new_examiners, regrading
from assessment.models import AppealCandidate, Candidate, GradeAppeal
from assessment.models.exam.rights import rights
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import ExaminerFactory
from tests.assessment.exam.redress.conftest import letters, make_group, texts
from tests.cohorts.factories import InstructorFactory
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db


def at(day: int, month: int = 5, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=OSLO)


# --- Received --------------------------------------------------------------------------------------------


def test_an_appeal_is_the_candidates_own(group):
    appeal = group.appeal(words="Eg er usamd.")
    assert [each.candidate for each in appeal.candidates.all()] == [group.people[0]]
    assert (appeal.state, appeal.is_joint, appeal.is_late) == ("received", False, False)
    assert appeal.due_at == at(24, hour=23, minute=59)
    assert letters() == [("exam_appeal_received", group.user().email)]
    assert group.states() == ["published"] * 3


def test_no_reason_is_asked_for(group):
    assert group.appeal().words == ""


def standing(appeal) -> list[Candidate]:
    return [each.candidate for each in appeal.candidates.standing().order_by("candidate")]


def test_where_the_sitting_says_so_the_group_can_join_each_by_an_act_of_their_own(db):
    group = make_group(appeal_is_joint=True)
    already = group.appeal(1, kind="formal", words="Brannalarm.")
    appeal = group.appeal(words="Eg er usamd.")
    assert (appeal.is_joint, already.is_joint, standing(appeal)) == (True, False, group.people[:1])
    assert {to for _kind, to in letters("exam_appeal_joinable")} == {group.user(n).email for n in (1, 2)}
    assert "It does not count for you unless you join it" in texts()
    assert group.appeal(2, words="Eg òg.", now=at(5)) == appeal
    appeal.refresh_from_db()
    assert (standing(appeal), appeal.words) == (
        [group.people[0], group.people[2]],
        f"Eg er usamd.\n\n{group.user(2)}: Eg òg.",
    )
    assert [each.joined_at for each in appeal.candidates.order_by("pk")] == [NOW, at(5)]
    assert {to for _kind, to in letters("exam_appeal_received")} == {group.user(n).email for n in range(3)}


def test_nobody_joins_what_is_graded_or_came_late(db):
    group = make_group(appeal_is_joint=True)
    late = group.appeal(now=at(25))
    assert group.appeal(1, now=at(24)) != late, "what may be dismissed as late takes nobody along"
    other = make_group(group.exam.cohort, number=2, appeal_is_joint=True)
    first = other.regraded("C")
    assert other.appeal(1) != first


def test_who_withdraws_leaves_the_others_in_the_appeal(db):
    group = make_group(appeal_is_joint=True, new_oral_after_change=False)
    appeal = group.appeal()
    group.appeal(2)
    appeals.withdraw(appeal, by=group.user(), now=at(4))
    appeal.refresh_from_db()
    assert (appeal.state, standing(appeal)) == ("received", [group.people[2]])
    assert letters("exam_appeal_withdrawn") == [("exam_appeal_withdrawn", group.user().email)]
    assert rights(group.people[0]).open_appeal("grade") is None
    group.appoint(appeal)
    group.grade(appeal, "B")
    assert group.marks() == ["C", "B", "C"], "D was C on paper and one down"
    assert letters("exam_appeal_decided") == [("exam_appeal_decided", group.user(2).email)]


def test_who_has_left_can_join_again_and_the_last_one_ends_it(db):
    group = make_group(appeal_is_joint=True)
    appeal = group.appeal()
    group.appeal(1)
    appeals.withdraw(appeal, by=group.user(), now=at(4))
    assert (group.appeal(now=at(5)), standing(appeal)) == (appeal, group.people[:2])
    for number in (0, 1):
        appeals.withdraw(appeal, by=group.user(number), now=at(6))
    appeal.refresh_from_db()
    assert (appeal.state, appeal.candidates.filter(is_open=True).count()) == ("withdrawn", 0)


def test_a_second_click_finds_the_first(group):
    assert group.appeal() == group.appeal()
    assert len(letters()) == 1


def test_the_database_keeps_one_open_appeal_of_each_kind(group):
    appeal = group.appeal()
    other = GradeAppeal.objects.create(
        exam=group.exam, sent_by=group.user(), received_at=NOW, due_at=NOW, kind="grade"
    )
    row = {
        "appeal": other,
        "candidate": group.people[0],
        "grade": appeal.candidates.get().grade,
        "joined_at": NOW,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        AppealCandidate.objects.create(**row, kind="grade")
    AppealCandidate.objects.create(**row, kind="formal")


def test_nobody_else_appeals(group):
    for user in (group.user(1), group.admin, group.old[0], UserFactory()):
        with pytest.raises(Refused, match="Only the candidate"):
            appeals.receive(group.people[0], kind="grade", words="", by=user, now=NOW)
    assert GradeAppeal.objects.count() == 0


@pytest.mark.parametrize(("now", "is_late"), [(at(24, hour=23, minute=59), False), (at(25, hour=0), True)])
def test_a_late_appeal_is_received_and_marked(group, now, is_late):
    """Published on Monday 3 May 2027: until Monday 24 May."""
    appeal = group.appeal(now=now)
    assert (appeal.is_late, appeal.state) == (is_late, "received")
    assert ("the appeal came late" in texts()) is is_late


def test_while_an_explanation_waits_no_appeal_is_late(group):
    explanations.ask(group.people[0], of_oral=False, by=group.user(), now=at(4))
    assert group.appeal(now=at(30)).is_late is False


def test_after_an_explanation_there_are_three_weeks(group):
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=at(4))
    explanations.give(asked, words="Slik.", by=group.old[0], now=at(20))
    appeal = group.appeal(now=at(10, 6, 23, 59))
    assert (appeal.is_late, appeal.due_at) == (False, at(10, 6, 23, 59))


# --- Withdrawn -------------------------------------------------------------------------------------------


def test_it_is_withdrawn_until_the_paper_is_graded_anew(group):
    appeal = group.appeal()
    group.appoint(appeal)
    appeals.withdraw(appeal, by=group.user(), now=NOW)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.ended_at, appeal.candidates.get().is_open) == ("withdrawn", NOW, False)
    assert letters("exam_regrading_off") == [
        ("exam_regrading_off", each.user.email) for each in group.new[:2]
    ]
    again = group.appeal(now=at(10))
    assert (again != appeal, again.state) == (True, "received")


@pytest.mark.parametrize("mark", ["C", "B", "A"])
def test_once_graded_anew_it_is_not_withdrawn(group, mark):
    appeal = group.regraded(mark)
    with pytest.raises(Refused):
        appeals.withdraw(appeal, by=group.user(), now=NOW)
    appeal.refresh_from_db()
    assert appeal.state == {"C": "decided", "B": "new_oral", "A": "third_assessment"}[mark]


def test_who_has_not_appealed_does_not_withdraw_it(db):
    group = make_group(appeal_is_joint=True)
    appeal = group.appeal()
    group.appeal(1)
    for user in (group.user(2), group.teacher, UserFactory()):
        with pytest.raises(Refused, match="Only course administrators"):
            appeals.withdraw(appeal, by=user, now=NOW, reason="Sa det.")
    with pytest.raises(Refused, match="State how"):
        appeals.withdraw(appeal, by=group.admin, now=NOW)
    first = appeal.candidates.get(candidate=group.people[0])
    appeals.withdraw(appeal, by=group.admin, now=NOW, reason="Skreiv e-post.", whose=[first.pk])
    event = audit.history(appeal)[0]
    assert (event.reason, standing(appeal)) == ("Skreiv e-post.", [group.people[1]])


# --- Dismissed -------------------------------------------------------------------------------------------


def test_dismissed_with_grounds_and_how_to_appeal_against_that(group):
    appeal = group.appeal(now=at(31))
    appeals.dismiss(appeal, grounds="For sein, utan særleg grunn.", by=group.admin, now=at(1, 6))
    appeal.refresh_from_db()
    assert (appeal.state, appeal.deciding_words) == ("dismissed", "For sein, utan særleg grunn.")
    assert (appeal.outcome, appeal.decided_by) == ("", group.admin)
    assert "For sein, utan særleg grunn." in texts()
    assert "You can appeal against the dismissal until Tuesday 22 June 2027" in texts()
    with pytest.raises(Refused, match="has been answered"):
        group.appeal(now=at(2, 6))


def test_dismissal_needs_an_administrator_and_grounds(group):
    appeal = group.appeal()
    with pytest.raises(Refused, match="Only course administrators"):
        appeals.dismiss(appeal, grounds="Nei.", by=group.teacher, now=NOW)
    with pytest.raises(Refused, match="State the grounds"):
        appeals.dismiss(appeal, grounds=" ", by=group.admin, now=NOW)
    group.appoint(appeal)
    with pytest.raises(Refused, match="the state is"):
        appeals.dismiss(appeal, grounds="Nei.", by=group.admin, now=NOW)


# --- Formal faults ---------------------------------------------------------------------------------------


def test_a_formal_fault_says_what_went_wrong(group):
    with pytest.raises(Refused, match="Write what went wrong"):
        group.appeal(kind="formal")


def test_new_examiners_do_not_decide_whether_there_was_a_fault(group):
    fault = group.appeal(kind="formal", words="Feil oppgåve.")
    with pytest.raises(Refused, match="Decide first whether there was a formal fault"):
        group.appoint(fault)
    grade = group.appeal()
    with pytest.raises(Refused, match="against the grade"):
        appeals.find_no_fault(grade, grounds="Nei.", by=group.admin, now=NOW)


@pytest.mark.parametrize(
    ("deed", "outcome"), [(appeals.find_no_fault, "no_fault"), (appeals.find_fault, "fault")]
)
def test_a_fault_is_decided_by_the_school_and_the_clock_begins_anew(group, deed, outcome):
    fault = group.appeal(kind="formal", words="Feil oppgåve.", now=at(5))
    assert rights(group.people[0]).appeal_clock.still_since == date(2027, 5, 5)
    deed(fault, grounds="Vi har sett på det.", by=group.admin, now=at(21))
    fault.refresh_from_db()
    assert (fault.state, fault.outcome) == ("decided", outcome)
    assert rights(group.people[0]).appeal_clock.until_on == date(2027, 6, 11)
    assert "Vi har sett på det." in texts()
    assert group.appeal(now=at(11, 6)).is_late is False


def test_a_fault_that_was_found_lets_the_paper_be_graded_anew(group):
    fault = group.appeal(kind="formal", words="Sensor var i slekt.")
    appeals.find_fault_to_regrade(fault, grounds="Det var han.", by=group.admin, now=NOW)
    fault.refresh_from_db()
    assert (fault.state, letters("exam_fault_regraded")) == (
        "received",
        [("exam_fault_regraded", group.user().email)],
    )
    with pytest.raises(Refused, match="A formal fault is found"):
        appeals.dismiss(fault, grounds="Nei.", by=group.admin, now=NOW)
    group.appoint(fault)
    group.grade(fault, "C")
    fault.refresh_from_db()
    assert (fault.state, fault.outcome, group.marks()) == ("decided", "fault", ["C", "B", "D"])


# --- New examiners ---------------------------------------------------------------------------------------


def test_who_may_know_the_grade_or_is_bound_to_the_team_does_not_grade_anew(group):
    appeal = group.appeal()
    ordinary = ExaminerFactory(exam=group.exam)
    elsewhere = ExaminerFactory(for_appeals=True, exam=make_group(group.exam.cohort, number=2).exam)
    staff = ExaminerFactory(exam=group.exam, for_appeals=True)
    InstructorFactory(cohort=group.exam.cohort, user=staff.user)
    administrator = ExaminerFactory(exam=group.exam, for_appeals=True, user__is_course_administrator=True)
    former = ExaminerFactory(exam=group.exam, for_appeals=True)
    group.paper.appointments.filter(place=1).update(
        examiner=ExaminerFactory(exam=elsewhere.exam, user=former.user)
    )
    bound = ExaminerFactory(exam=group.exam, for_appeals=True)
    bound.user.affiliations.create(
        municipality=group.paper.team.application.lead, state="pending", requested_at=NOW
    )
    for chosen, why in (
        (ordinary, "is no examiner for appeals"),
        (elsewhere, "is no examiner for appeals"),
        (staff, "belongs to the cohort’s staff"),
        (administrator, "belongs to the cohort’s staff"),
        (former, "has graded this paper before"),
        (bound, "acts for"),
    ):
        with pytest.raises(Refused, match=why):
            new_examiners.appoint(appeal, {1: chosen, 2: group.new[1]}, by=group.admin, now=NOW)
    assert appeal.appointments.count() == 0
    with pytest.raises(Refused, match="different persons"):
        new_examiners.appoint(appeal, {1: group.new[0], 2: group.new[0]}, by=group.admin, now=NOW)
    with pytest.raises(Refused, match="for each place"):
        new_examiners.appoint(appeal, {1: group.new[0]}, by=group.admin, now=NOW)
    with pytest.raises(Refused, match="Only course administrators"):
        new_examiners.appoint(appeal, {1: group.new[0], 2: group.new[1]}, by=group.teacher, now=NOW)


def test_who_has_not_graded_is_replaced_and_told(group):
    appeal = group.appeal()
    group.appoint(appeal)
    regrading.submit(appeal, mark="B", grounds="Bra.", by=group.new[0].user, now=NOW)
    regrading.save_draft(appeal, mark="E", grounds="", by=group.new[1].user, now=NOW)
    appeal.refresh_from_db()
    new_examiners.appoint(appeal, {2: group.new[2]}, by=group.admin, now=NOW)
    assert [each.examiner for each in appeal.appointments.order_by("place")] == [group.new[0], group.new[2]]
    assert letters("exam_regrading_off") == [("exam_regrading_off", group.new[1].user.email)]
    with pytest.raises(Refused, match="for each place"):
        new_examiners.appoint(appeal, {1: group.new[1], 2: group.new[2]}, by=group.admin, now=NOW)


# --- Final -----------------------------------------------------------------------------------------------


def test_a_grade_is_final_when_every_period_has_run_out(group):
    assert finality.make_final(at(24, hour=23, minute=59)) == 0
    assert finality.make_final(at(25, hour=3, minute=45)) == 3
    assert group.states() == ["final"] * 3
    assert finality.make_final(at(26)) == 0
    assert [event.verb for event in audit.history(group.people[0])] == [finality.FINAL]
    assert Message.objects.count() == 0


def test_what_waits_for_an_answer_keeps_a_grade_open(group):
    explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    group.appeal(1)
    assert finality.make_final(at(25)) == 1
    assert group.states() == ["published", "published", "final"]
    assert finality.make_final(at(25) + timedelta(days=400)) == 0


def test_a_late_appeal_that_is_taken_up_opens_a_final_grade_again(group):
    finality.make_final(at(25))
    appeal = group.appeal(now=at(26))
    assert group.states() == ["final"] * 3
    group.appoint(appeal, now=at(27))
    assert group.states() == ["published", "final", "final"]


def test_a_grade_after_an_appeal_is_final_three_weeks_after_it_was_told(db):
    group = make_group(new_oral_after_change=False)
    appeal = group.appeal(now=at(20))
    group.appoint(appeal, now=at(21))
    group.grade(appeal, "B", now=at(1, 6))
    assert finality.make_final(at(22, 6, 23, 59)) == 2
    assert finality.make_final(at(23, 6)) == 1
    assert Candidate.objects.get(pk=group.people[0].pk).state == "final"
