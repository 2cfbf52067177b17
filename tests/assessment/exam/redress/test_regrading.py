"""Grading anew: alone, then together; the difference; the new oral; and the grade that follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessment.actions.exam import new_orals, regrading
from assessment.actions.exam.orals import said
from assessment.actions.exam.results import Heard
from assessment.models import Grade, Oral, OralResult, ProvisionalGrade
from assessment.models.exam.regrading import blind, clamped, middle
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent
from innoskole.notifications.models import Message
from tests.assessment.exam.redress.conftest import SECRET_GROUNDS, letters, make_group, texts
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
IN_A_WEEK = NOW + timedelta(days=7)
AFTER = IN_A_WEEK + timedelta(hours=1)


# --- Plain arithmetic ------------------------------------------------------------------------------------


def test_the_middle_of_three():
    assert [middle(["C", "A", "B"]), middle(["C", "A", "A"]), middle(["F", "A", "C"])] == ["B", "A", "C"]


def test_steps_end_at_the_ends_of_the_scale():
    assert [clamped("A", 1), clamped("B", 1), clamped("E", -1), clamped("F", -1), clamped("C", 0)] == [
        "A",
        "A",
        "F",
        "F",
        "C",
    ]


# --- Alone and together ----------------------------------------------------------------------------------


def appealed(group):
    appeal = group.appeal()
    group.appoint(appeal)
    appeal.refresh_from_db()
    return appeal


def test_nobody_sees_the_colleagues_grade_before_giving_their_own(group):
    appeal = appealed(group)
    one, other = (each.user for each in group.new[:2])
    regrading.submit(appeal, mark="E", grounds="Svakt.", by=one, now=NOW)
    assert blind(appeal, other).shown == []
    assert list(ProvisionalGrade.objects.shown_to(other)) == []
    regrading.submit(appeal, mark="B", grounds="Bra.", by=other, now=NOW)
    assert [grade.mark for grade in blind(appeal, other).shown] == ["E"]
    assert [grade.mark for grade in blind(appeal, one).shown] == ["B"]


def test_a_draft_is_changed_and_a_grade_that_is_given_stands(group):
    appeal = appealed(group)
    one = group.new[0].user
    for mark in ("E", "D"):
        regrading.save_draft(appeal, mark=mark, grounds="", by=one, now=NOW)
    with pytest.raises(Refused, match="Choose a grade"):
        regrading.submit(appeal, mark="", grounds="Ja.", by=one, now=NOW)
    with pytest.raises(Refused, match="Write the grounds"):
        regrading.submit(appeal, mark="D", grounds=" ", by=one, now=NOW)
    regrading.submit(appeal, mark="D", grounds="Ja.", by=one, now=NOW)
    with pytest.raises(Refused, match="submitted your grade already"):
        regrading.save_draft(appeal, mark="A", grounds="", by=one, now=NOW)
    assert ProvisionalGrade.objects.get(appointment__examiner=group.new[0]).mark == "D"


def test_only_the_new_examiners_grade(group):
    appeal = appealed(group)
    for user in (*group.old, group.new[2].user, group.admin, group.teacher, group.user(), UserFactory()):
        with pytest.raises(Refused, match="Only the new examiners"):
            regrading.submit(appeal, mark="A", grounds="Ja.", by=user, now=NOW)


def test_they_agree_on_what_both_have_read(group):
    appeal = appealed(group)
    one, other = (each.user for each in group.new[:2])
    with pytest.raises(Refused, match="must submit a grade of their own first"):
        regrading.propose(appeal, mark="B", grounds="Ja.", by=one, now=NOW)
    for user in (one, other):
        regrading.submit(appeal, mark="B", grounds="Ja.", by=user, now=NOW)
    first = regrading.propose(appeal, mark="B", grounds="Ja.", by=one, now=NOW)
    with pytest.raises(Refused, match="You have proposed"):
        regrading.agree(appeal, read=first.proposed_at, by=one, now=NOW)
    regrading.propose(appeal, mark="C", grounds="Nei.", by=other, now=NOW + timedelta(minutes=1))
    with pytest.raises(Refused, match="Another grade has been proposed"):
        regrading.agree(appeal, read=first.proposed_at, by=one, now=NOW)
    regrading.agree(appeal, read=NOW + timedelta(minutes=1), by=one, now=NOW)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.outcome) == ("decided", "kept")
    with pytest.raises(Refused, match="agreed already"):
        regrading.propose(appeal, mark="A", grounds="Ja.", by=one, now=NOW)


# --- What follows ----------------------------------------------------------------------------------------


def test_an_appeal_that_changes_nothing_keeps_the_grade_and_its_one_version(group):
    appeal = group.regraded("C")
    assert (appeal.state, appeal.outcome, group.marks()) == ("decided", "kept", ["C", "B", "D"])
    assert Grade.objects.count() == 3
    assert letters("exam_appeal_decided") == [("exam_appeal_decided", group.user().email)]
    with pytest.raises(Refused, match="has been answered"):
        group.appeal()


def test_without_a_new_oral_the_former_one_moves_the_new_grade_of_the_paper(db):
    group = make_group(new_oral_after_change=False)
    appeal = group.regraded("B", number=1)  # C on paper and one up
    assert (appeal.outcome, group.marks()) == ("changed", ["C", "A", "D"])
    former, new = group.people[1].grades.order_by("version")
    assert (former.mark, former.superseded_at) == ("B", NOW)
    assert (new.version, new.paper_mark, new.steps, new.source, new.appeal) == (2, "B", 1, "appeal", appeal)
    assert (new.set_by, new.confirmed_by, new.published_at) == (
        group.new[0].user,
        group.new[1].user,
        NOW,
    )
    with pytest.raises(Refused, match="except for formal faults"):
        group.appeal(1)
    assert group.appeal(1, kind="formal", words="Feil.").state == "received"


def test_an_individual_appeal_leaves_the_others_alone(db):
    group = make_group(new_oral_after_change=False)
    group.regraded("D")
    assert group.marks() == ["D", "B", "D"]


def test_a_joint_appeal_changes_the_grade_of_everybody_who_has_joined(db):
    group = make_group(new_oral_after_change=False, appeal_is_joint=True)
    appeal = group.joint("D")
    assert (appeal.outcome, group.marks()) == ("changed", ["D", "C", "E"])
    assert {to for _kind, to in letters("exam_appeal_decided")} == {group.user(n).email for n in range(3)}


@pytest.mark.parametrize(
    ("least", "mark", "state"),
    [
        (2, "B", "new_oral"),
        (2, "D", "new_oral"),
        (2, "A", "third_assessment"),
        (2, "E", "third_assessment"),
        (1, "B", "third_assessment"),
        (0, "F", "new_oral"),
        (1, "C", "decided"),
    ],
)
def test_from_how_many_grades_a_further_assessment_follows_is_the_sittings_setting(db, least, mark, state):
    group = make_group(third_assessment_from=least)
    assert group.regraded(mark).state == state


@pytest.mark.parametrize(("third", "result"), [("A", "A"), ("B", "B"), ("C", "C"), ("F", "C")])
def test_after_a_further_assessment_the_middle_of_the_three_counts(db, third, result):
    group = make_group(new_oral_after_change=False)
    appeal = group.regraded("A")
    assert (appeal.told_state, group.marks()) == ("With new examiners", ["C", "B", "D"])
    group.appoint(appeal, places=(3,))
    further = group.new[2].user
    assert (blind(appeal, further).shown, blind(appeal, further).agreement) == ([], None)
    regrading.submit(appeal, mark=third, grounds="Mi meining.", by=further, now=NOW)
    appeal.refresh_from_db()
    assert (appeal.state, group.marks()[0]) == ("decided", result)
    assert appeal.outcome == ("kept" if result == "C" else "changed")
    assert blind(appeal, further).shown == []


def test_the_first_two_have_no_part_in_the_further_assessment(group):
    appeal = group.regraded("A")
    group.appoint(appeal, places=(3,))
    with pytest.raises(Refused, match="submitted your grade already"):
        regrading.submit(appeal, mark="B", grounds="Ja.", by=group.new[0].user, now=NOW)
    with pytest.raises(Refused, match="agreed already"):
        regrading.propose(appeal, mark="B", grounds="Ja.", by=group.new[0].user, now=NOW)


def test_one_examiner_alone_where_the_sitting_says_so(db):
    group = make_group(two_examiners=False, new_oral_after_change=False)
    appeal = group.appeal()
    group.appoint(appeal, places=(1,))
    regrading.submit(appeal, mark="B", grounds="Ja.", by=group.new[0].user, now=NOW)
    appeal.refresh_from_db()
    new = group.people[0].grades.get(version=2)
    assert (appeal.state, new.mark) == ("decided", "B")
    assert (new.set_by, new.confirmed_by) == (group.new[0].user, group.new[0].user)


# --- The new oral ----------------------------------------------------------------------------------------


def planned(group, appeal, **changes) -> Oral:
    values = {"room": "R1", "starts_at": IN_A_WEEK, "minutes": 45, "seen": "", "by": group.admin, "now": NOW}
    return new_orals.plan(appeal, **values | changes)


def test_a_changed_paper_grade_is_followed_by_a_new_oral(group):
    appeal = group.regraded("B")
    assert (appeal.state, group.marks()) == ("new_oral", ["C", "B", "D"])
    assert letters("exam_appeal_oral") == [("exam_appeal_oral", group.user().email)]
    oral = planned(group, appeal)
    assert [each.examiner for each in oral.examiners.order_by("pk")] == group.new[:2]
    assert letters("exam_appeal_oral_planned") == [("exam_appeal_oral_planned", group.user().email)]
    assert len(letters("exam_regrading_oral")) == 2
    assert [kind for kind, _to in letters() if kind.startswith("oral_")] == []
    row, one, other = appeal.candidates.get(), group.new[0].user, group.new[1].user
    with pytest.raises(Refused, match="has not begun"):
        new_orals.note(appeal, {row.pk: Heard(1, "Godt.")}, by=one, now=NOW)
    new_orals.note(appeal, {row.pk: Heard(1, "Godt.")}, by=one, now=AFTER)
    assert group.marks() == ["C", "B", "D"], "one alone changes nothing"
    with pytest.raises(Refused, match="You have noted"):
        new_orals.confirm(appeal, read=AFTER, by=one, now=AFTER)
    with pytest.raises(Refused, match="noted anew meanwhile"):
        new_orals.confirm(appeal, read=NOW, by=other, now=AFTER)
    new_orals.confirm(appeal, read=AFTER, by=other, now=AFTER)
    appeal.refresh_from_db()
    new = group.people[0].grades.get(version=2)
    assert (appeal.state, appeal.outcome, group.marks()) == ("decided", "changed", ["A", "B", "D"])
    assert (new.paper_mark, new.steps, new.set_by, new.confirmed_by) == ("B", 1, one, other)


def test_an_oral_that_brings_the_grade_back_leaves_the_grade(group):
    appeal = group.regraded("B")
    planned(group, appeal)
    row = appeal.candidates.get()
    new_orals.note(appeal, {row.pk: Heard(-1, "Svakt.")}, by=group.new[0].user, now=AFTER)
    new_orals.confirm(appeal, read=AFTER, by=group.new[1].user, now=AFTER)
    appeal.refresh_from_db()
    assert (appeal.outcome, Grade.objects.count()) == ("kept", 3)


@pytest.mark.parametrize(
    ("heard", "why"), [(Heard(2, "Ja."), "at most 1 grade"), (Heard(0, " "), "Write a note")]
)
def test_the_oral_keeps_to_the_settings(group, heard, why):
    appeal = group.regraded("B")
    planned(group, appeal)
    row = appeal.candidates.get()
    with pytest.raises(Refused, match=why):
        new_orals.note(appeal, {row.pk: heard}, by=group.new[0].user, now=AFTER)
    with pytest.raises(Refused, match="another one than when you opened"):
        new_orals.note(appeal, {}, by=group.new[0].user, now=AFTER)
    with pytest.raises(Refused, match="Only the new examiners"):
        new_orals.note(appeal, {row.pk: Heard(0, "Ja.")}, by=group.old[0], now=AFTER)


def test_it_is_planned_by_an_administrator_when_one_is_needed_and_never_collides(group):
    appeal = group.appeal()
    with pytest.raises(Refused, match="No new oral is needed"):
        planned(group, appeal)
    group.appoint(appeal)
    group.grade(appeal, "B")
    with pytest.raises(Refused, match="Only course administrators"):
        planned(group, appeal, by=group.teacher)
    other = make_group(group.exam.cohort, number=2)
    other.paper.orals.update(room="R1", starts_at=IN_A_WEEK, ends_at=IN_A_WEEK + timedelta(hours=1))
    with pytest.raises(Refused, match="The room R1 is taken"):
        planned(group, appeal)
    assert planned(group, appeal, room="R2").room == "R2"


@pytest.mark.parametrize(("steps", "mark"), [(0, "B"), (1, "A"), (-1, "C")])
def test_who_does_not_come_keeps_what_the_former_oral_did(group, steps, mark):
    """C on paper became B: to stay away neither saves nor costs what one was once heard for."""
    number = {0: 0, 1: 1, -1: 2}[steps]
    appeal = group.regraded("B", number)
    planned(group, appeal)
    row = appeal.candidates.get()
    new_orals.note(appeal, {row.pk: None}, by=group.new[0].user, now=AFTER)
    result = OralResult.objects.get(oral__appeal=appeal)
    assert (result.was_absent, result.steps, result.note) == (True, 0, "")
    new_orals.confirm(appeal, read=AFTER, by=group.new[1].user, now=AFTER)
    assert group.marks()[number] == mark


def test_with_a_valid_reason_the_oral_is_moved_also_when_the_absence_is_noted(group):
    appeal = group.regraded("B")
    oral = planned(group, appeal)
    new_orals.note(appeal, {appeal.candidates.get().pk: None}, by=group.new[0].user, now=AFTER)
    later = AFTER + timedelta(days=3)
    moved = planned(group, appeal, starts_at=later, seen=said(oral), now=AFTER)
    assert (moved.pk, moved.held_at, moved.results.count()) == (oral.pk, None, 0)
    heard = {appeal.candidates.get().pk: Heard(0, "Godt.")}
    new_orals.note(appeal, heard, by=group.new[0].user, now=later + timedelta(hours=1))
    with pytest.raises(Refused, match="has been held"):
        planned(group, appeal, starts_at=later + timedelta(days=3), seen=said(moved), now=later)


# --- Silence ---------------------------------------------------------------------------------------------


def test_neither_letters_nor_the_history_hold_a_mark_or_grounds(group):
    appeal = group.regraded("A")
    group.appoint(appeal, places=(3,))
    regrading.submit(appeal, mark="B", grounds="Mi meining.", by=group.new[2].user, now=NOW)
    planned(group, appeal)
    row = appeal.candidates.get()
    new_orals.note(appeal, {row.pk: Heard(0, "Notat.")}, by=group.new[0].user, now=AFTER)
    new_orals.confirm(appeal, read=AFTER, by=group.new[1].user, now=AFTER)
    for words in (SECRET_GROUNDS, "Sakleg.", "Mi meining.", "Notat.", "Løyndomen."):
        assert words not in texts()
    told = [
        str(value) for event in AuditEvent.objects.all() for pair in event.changes.values() for value in pair
    ]
    assert not {"A", "B", "C", "D", "E", "F"} & set(told)
    assert "Sakleg." not in " ".join([*told, *(event.reason for event in AuditEvent.objects.all())])


def test_the_new_examiners_letters_name_nobody(group):
    appeal = group.regraded("A")
    group.appoint(appeal, places=(3,))
    found = Message.objects.filter(to_user__in=[each.user for each in group.new])
    assert found.count() == 3
    names = [
        *(str(each) for each in group.people),
        *(str(user) for user in group.old),
        str(group.paper.team),
        group.paper.team.reference,
    ]
    for letter in found:
        assert group.paper.code in letter.body_text
        assert [name for name in names if name in letter.subject + letter.body_text + letter.body_html] == []
