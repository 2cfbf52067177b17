"""What the work requirements say about a participant: to the person in a sentence, to the employer a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessment.actions import overrides
from assessment.models import Way
from assessment.models.evidence import evidence
from assessment.models.milestones import milestones
from assessment.states import Outcome
from cohorts.employer import Milestone
from cohorts.models import Participant
from tests.assessment.factories import RequirementFactory, WorkFactory
from tests.assessment.requirements.conftest import IN_TWO_WEEKS, assess, deliver, user_of
from tests.cohorts.factories import ParticipantFactory
from tests.factories import NOW

pytestmark = pytest.mark.django_db

NOT_MADE = ("The school has not set this work requirement yet.", False, None)


def says(participant, now=NOW) -> list[tuple[str, bool, object]]:
    """(sentence and next step, met, deadline) for each of the four."""
    found = evidence([Participant.objects.with_names().get(pk=participant.pk)], now)[participant.pk]
    return [(f"{each.says} {each.next_step}".strip(), each.is_met, each.due_at) for each in found]


def test_each_stage_has_its_sentence_and_its_next_step(work, people, teacher):
    ada, bob, cy = people
    undelivered = "Not delivered yet. Deliver it with your team."
    assert says(ada) == [(undelivered, False, work.due_at), NOT_MADE, NOT_MADE, NOT_MADE]
    late = work.due_at + timedelta(minutes=1)
    assert says(ada, late)[0][0] == "Not delivered. The deadline has passed. Deliver it with your team."
    deliver(work, user_of(ada))
    assert says(ada)[0] == ("Delivered on 3 May 2027. It waits to be assessed.", False, None)
    marks = {ada.pk: Outcome.APPROVED, bob.pk: Outcome.REVISE, cy.pk: Outcome.NOT_APPROVED}
    assess(work, marks, by=teacher)
    assert [says(each)[0] for each in people] == [
        ("Approved on 3 May 2027.", True, None),
        (
            "Must be revised, as told on 3 May 2027. Read the comments, and deliver a revised version.",
            False,
            IN_TWO_WEEKS,
        ),
        (
            "Not approved on 3 May 2027. Talk to an instructor of the cohort about what can be done.",
            False,
            None,
        ),
    ]
    newcomer = ParticipantFactory(team=work.team)
    assert says(newcomer)[0] == (
        "Your team has delivered this without you."
        " An instructor makes a plan for how you catch up, and you get it by e-mail.",
        False,
        None,
    )
    for way, step in (
        (Way.WITH_TEAM, "Take part in the next delivery of your team, as the plan for you says."),
        (Way.ALONE, "Deliver it on your own."),
    ):
        overrides.plan_catch_up(
            work.requirement,
            newcomer,
            way=way,
            due_at=IN_TWO_WEEKS,
            instructions="Write.",
            by=teacher,
            now=NOW,
        )
        assert says(newcomer)[0] == (f"Not delivered yet. {step}", False, IN_TWO_WEEKS)


def test_what_has_not_opened_is_no_blame(team, people):
    RequirementFactory(
        cohort=team.cohort, number=1, opens_at=IN_TWO_WEEKS, due_at=IN_TWO_WEEKS + timedelta(days=1)
    )
    assert says(people[0])[0] == ("It has not opened yet.", False, IN_TWO_WEEKS + timedelta(days=1))


def test_the_employer_sees_that_something_is_done_and_no_result(work, people, teacher):
    ada, bob, cy = people
    RequirementFactory(cohort=work.team.cohort, number=2)
    overrides.exempt(work.requirement, work.team, ada, reason="Done.", by=teacher, now=NOW)
    deliver(work, user_of(bob))
    assess(work, {bob.pk: Outcome.APPROVED, cy.pk: Outcome.NOT_APPROVED}, by=teacher)
    first, second = "1. Problem and insight", Milestone("2. Problem and insight")
    assert milestones(list(Participant.objects.filter(pk__in=[ada.pk, bob.pk, cy.pk]).with_names())) == {
        ada.pk: [Milestone(first, NOW.date()), second],
        bob.pk: [Milestone(first, NOW.date()), second],
        cy.pk: [Milestone(first), second],
    }


@pytest.mark.parametrize("people_", [1, 3])
def test_many_cost_as_much_as_one(work, django_assert_num_queries, people_):
    WorkFactory(team=work.team, requirement=RequirementFactory(cohort=work.team.cohort, number=2))
    shown = list(Participant.objects.filter(team=work.team).with_names().in_order()[:people_])
    with django_assert_num_queries(10):
        assert len(evidence(shown, NOW)) == people_
    with django_assert_num_queries(9):
        assert len(milestones(shown)) == people_
