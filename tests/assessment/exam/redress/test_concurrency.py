"""What several do in the same second after publication; only PostgreSQL lets them."""

from __future__ import annotations

import pytest

from assessment.actions.exam import appeals, corrections, examiners, new_examiners, regrading
from assessment.models import AppealCandidate, Appointment, Candidate, Grade, GradeAppeal
from tests.assessment.exam.redress.conftest import make_group
from tests.cohorts.supervision.test_concurrency import at_once
from tests.factories import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def appeal_of(group, number: int):
    candidate = Candidate.objects.get(pk=group.people[number].pk)
    return lambda: appeals.receive(candidate, kind="grade", words="", by=group.user(number), now=NOW)


def test_a_group_that_appeals_at_once_has_one_appeal_that_each_has_joined():
    group = make_group(appeal_is_joint=True)
    assert at_once(*(appeal_of(group, number) for number in range(3))) == ["done"] * 3
    assert GradeAppeal.objects.count() == 1
    assert AppealCandidate.objects.filter(is_open=True).count() == 3


def test_who_joins_while_the_examiners_agree_is_in_it_or_has_an_appeal_of_their_own():
    group = make_group(appeal_is_joint=True, new_oral_after_change=False)
    appeal = group.appeal()
    group.appoint(appeal)
    one, other = group.new[0].user, group.new[1].user
    for user in (one, other):
        regrading.submit(appeal, mark="B", grounds="Ja.", by=user, now=NOW)
    made = regrading.propose(appeal, mark="B", grounds="Ja.", by=one, now=NOW)
    agree = lambda: regrading.agree(appeal, read=made.proposed_at, by=other, now=NOW)  # noqa: E731
    assert at_once(agree, appeal_of(group, 2)) == ["done"] * 2
    part = AppealCandidate.objects.get(candidate=group.people[2])
    # D was C on paper and one down: with B on paper it is C.
    assert (group.marks()[2], part.is_open) == (("C", False) if part.appeal_id == appeal.pk else ("D", True))


def test_of_a_correction_and_an_appeal_one_comes_first():
    group = make_group()
    asked = corrections.ask(
        group.people[2].grades.get(), paper_mark="C", steps=0, reason="Feil.", by=group.old[0], now=NOW
    )
    at_once(lambda: corrections.confirm(asked, by=group.old[1], now=NOW), appeal_of(group, 2))
    against = AppealCandidate.objects.get(candidate=group.people[2]).grade
    assert against == Grade.objects.current().get(candidate=group.people[2])


def test_nobody_is_appointed_past_a_conflict_that_they_record_meanwhile():
    group = make_group()
    appeal, user = group.appeal(), group.new[0].user
    municipality = group.paper.team.application.lead
    chosen = {1: group.new[0], 2: group.new[1]}
    at_once(
        lambda: new_examiners.appoint(appeal, chosen, by=group.admin, now=NOW),
        lambda: examiners.declare(user, municipality=municipality, why="Sambuar.", by=user, now=NOW),
    )
    assert not Appointment.objects.filter(appeal=appeal, examiner__user=user).exists()
