"""Who can no longer grade blindly: a conflict of interest found later, or a place among the staff."""

from __future__ import annotations

import pytest

from assessment.actions.exam import appeals, examiners, new_examiners, regrading
from assessment.models import ProvisionalGrade
from assessment.models.exam.regrading import blind, places_of
from assessment.waiting.exam_redress import redress_waits
from cohorts.actions.cohorts import add_instructor
from innoskole.accounts.guards import Refused
from tests.assessment.exam.redress.conftest import letters, texts
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def declare(group, number: int) -> None:
    municipality = group.paper.team.application.lead
    user = group.new[number].user
    examiners.declare(user, municipality=municipality, why="Sambuar.", by=user, now=NOW)


def test_a_conflict_of_interest_that_is_recorded_later_releases_a_new_examiner(group):
    appeal = group.appeal()
    group.appoint(appeal)
    one, other = (each.user for each in group.new[:2])
    regrading.submit(appeal, mark="A", grounds="Ja.", by=one, now=NOW)
    declare(group, 0)
    assert [each.examiner.user for each in appeal.appointments.all()] == [other]
    assert letters("exam_regrading_off") == [("exam_regrading_off", one.email)]
    assert [to for _kind, to in letters("conflict_recorded")] == [group.admin.email]
    assert [each.title for each in redress_waits(group.admin, NOW)] == [
        f"Appoint a new examiner after an appeal: {group.exam}"
    ]
    regrading.submit(appeal, mark="D", grounds="Nei.", by=other, now=NOW)
    appeal.refresh_from_db()
    assert (appeal.state, blind(appeal, other).may_agree) == ("regrading", False), "one alone decides nothing"
    new_examiners.appoint(appeal, {1: group.new[2]}, by=group.admin, now=NOW)
    assert redress_waits(group.admin, NOW) == []


def test_once_they_have_agreed_a_conflict_of_interest_is_a_formal_fault(group):
    appeal = group.regraded("B")
    declare(group, 0)
    assert appeal.appointments.count() == 2
    assert "A conflict of interest found now is a formal fault" in texts()


def test_nobody_joins_the_staff_while_grading_one_of_its_papers_anew(group):
    appeal = group.appeal()
    group.appoint(appeal)
    with pytest.raises(Refused, match="grades a paper of this cohort anew"):
        add_instructor(group.exam.cohort, group.new[0].user, by=group.admin, now=NOW)
    appeals.withdraw(appeal, by=group.user(), now=NOW)
    add_instructor(group.exam.cohort, group.new[0].user, by=group.admin, now=NOW)


def test_who_sees_the_grades_all_the_same_is_refused_and_replaced(group):
    appeal = group.appeal()
    group.appoint(appeal)
    user = group.new[0].user
    regrading.submit(appeal, mark="A", grounds="Ja.", by=user, now=NOW)
    user.is_course_administrator = True
    user.save()
    with pytest.raises(Refused, match="can see the grade"):
        regrading.submit(appeal, mark="A", grounds="Ja.", by=user, now=NOW)
    assert places_of(appeal) == [1, 2]
    new_examiners.appoint(appeal, {1: group.new[2], 2: group.new[1]}, by=group.admin, now=NOW)
    assert ProvisionalGrade.objects.filter(appointment__appeal=appeal).count() == 0
