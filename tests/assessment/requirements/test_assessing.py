"""One assesses, each gets a result; what has been given is changed only as a new version with a reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from assessment.actions import assessing
from assessment.actions.assessing import Mark
from assessment.models import Assessment, Result
from assessment.states import Outcome, RequirementState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.factories import DeliveryFactory, WorkFactory
from tests.assessment.requirements.conftest import (
    IN_TWO_WEEKS,
    another_cohort,
    assess,
    deliver,
    letters,
    outcomes,
    reread,
    user_of,
)
from tests.cohorts.factories import InstructorFactory, ParticipantFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def delivered(work):
    DeliveryFactory(work=work)
    return reread(work)


def versions(participant) -> list[tuple[int, str, bool, bool]]:
    """(version, outcome, counts, withdraws an approval) of each result of a participant."""
    rows = Result.objects.filter(participant=participant).order_by("version")
    return [
        (each.version, each.outcome, each.superseded_at is None, each.withdraws_approval) for each in rows
    ]


def change(result, outcome, *, by, reason="A mistake.", comment="", due_at=None, now=LATER):
    return assessing.change_result(
        result, outcome=outcome, comment=comment, revise_due_at=due_at, reason=reason, by=by, now=now
    )


# --- Taking it --------------------------------------------------------------------------------------


def test_two_do_not_assess_the_same(delivered, teacher, colleague_teacher):
    assessing.claim(delivered, by=teacher, now=NOW)
    current = reread(delivered)
    assert (current.state, current.claimed_by, current.claimed_at) == (
        RequirementState.UNDER_ASSESSMENT,
        teacher,
        NOW,
    )
    with pytest.raises(Refused, match=f"{teacher} is assessing"):
        assessing.claim(delivered, by=colleague_teacher, now=LATER)
    assert assessing.claim(delivered, by=teacher, now=LATER).claimed_at == NOW


def test_it_can_be_put_back_by_a_colleague(delivered, teacher, colleague_teacher):
    assessing.claim(delivered, by=teacher, now=NOW)
    assessing.let_go(delivered, by=colleague_teacher, now=LATER)
    current = reread(delivered)
    assert (current.state, current.claimed_by, current.claimed_at) == (RequirementState.DELIVERED, None, None)
    assert [(event.verb, event.by) for event in audit.history(delivered)] == [
        ("put the delivery back into the queue", colleague_teacher),
        ("began to assess the delivery", teacher),
    ]


@pytest.mark.parametrize("deed", [assessing.claim, assessing.let_go])
@pytest.mark.parametrize("who", ["student", "teacher of another cohort", "stranger"])
def test_only_the_cohorts_staff_takes_or_lets_go(delivered, people, deed, who):
    user = {
        "student": lambda: user_of(people[0]),
        "teacher of another cohort": lambda: InstructorFactory(cohort=another_cohort()).user,
        "stranger": UserFactory,
    }[who]()
    with pytest.raises(Refused, match="Only the cohort's instructors"):
        deed(delivered, by=user, now=NOW)
    assert reread(delivered).state == RequirementState.DELIVERED


def test_an_administrator_assesses_as_well(delivered):
    administrator = UserFactory(is_course_administrator=True)
    assert assessing.claim(delivered, by=administrator, now=NOW).claimed_by == administrator


def test_what_is_open_or_assessed_cannot_be_taken(work, people, teacher):
    with pytest.raises(Refused, match="the state is «Open»"):
        assessing.claim(work, by=teacher, now=NOW)
    deliver(work, user_of(people[0]))
    assess(work, Outcome.APPROVED, by=teacher)
    with pytest.raises(Refused, match="the state is «Assessed»"):
        assessing.claim(reread(work), by=teacher, now=NOW)


# --- Assessing it -----------------------------------------------------------------------------------


def test_each_gets_a_result_and_one_letter(delivered, people, teacher):
    ada, bob, cy = people
    given = {ada.pk: Outcome.APPROVED, bob.pk: Outcome.REVISE, cy.pk: Outcome.NOT_APPROVED}
    assess(delivered, given, by=teacher)
    current = reread(delivered)
    assert (current.state, current.claimed_by) == (RequirementState.ASSESSED, None)
    assert outcomes(people) == list(given.values())
    assert [each.revise_due_at for each in Result.objects.order_by("pk")] == [None, IN_TWO_WEEKS, None]
    assert Assessment.objects.values_list("comment", "given_by").get() == ("Well done.", teacher.pk)
    assert letters() == [("requirement_result", user_of(each).email) for each in people]
    text = Message.objects.get(to_email=user_of(bob).email).body_text
    assert (f"To {bob.pk}." in text, "Well done." in text, f"To {ada.pk}." in text) == (True, True, False)


@pytest.mark.parametrize("due_at", [None, NOW])
def test_a_revision_needs_a_deadline_to_come(delivered, people, teacher, due_at):
    with pytest.raises(Refused):
        assess(delivered, Outcome.REVISE, by=teacher, due_at=due_at)
    assert (outcomes(people), letters()) == (["", "", ""], [])


def test_who_has_not_taken_it_does_not_assess_it(delivered, people, teacher, colleague_teacher):
    assessing.claim(delivered, by=teacher, now=NOW)
    marks = {each.pk: Mark(Outcome.APPROVED) for each in people}
    latest = delivered.deliveries.get()
    for who in (colleague_teacher, UserFactory(is_course_administrator=True)):
        with pytest.raises(Refused, match="Take the delivery"):
            assessing.assess(latest, marks, comment="", revise_due_at=None, by=who, now=NOW)
    del marks[people[0].pk]
    with pytest.raises(Refused, match="have changed"):
        assessing.assess(latest, marks, comment="", revise_due_at=None, by=teacher, now=NOW)
    assert Result.objects.count() == 0


def test_a_double_click_assesses_once(delivered, people, teacher):
    assess(delivered, Outcome.APPROVED, by=teacher)
    marks = {each.pk: Mark(Outcome.REVISE) for each in people}
    with pytest.raises(Refused, match="Take the delivery"):
        assessing.assess(
            delivered.deliveries.get(), marks, comment="", revise_due_at=IN_TWO_WEEKS, by=teacher, now=NOW
        )
    assert (outcomes(people), len(letters())) == ([Outcome.APPROVED] * 3, 3)


def test_who_left_after_the_delivery_gets_the_result(delivered, people, teacher):
    people[0].member.participation, people[0].member.left_at = "withdrawn", NOW
    people[0].member.save()
    assess(delivered, Outcome.APPROVED, by=teacher)
    assert outcomes(people) == [Outcome.APPROVED] * 3


def test_who_came_after_the_delivery_gets_no_result(delivered, people, teacher):
    late = ParticipantFactory(team=delivered.team)
    assess(delivered, Outcome.APPROVED, by=teacher)
    assert outcomes([*people, late]) == [*[Outcome.APPROVED] * 3, ""]


# --- Changing it ------------------------------------------------------------------------------------


def test_an_approval_is_withdrawn_with_a_reason_as_a_new_version(delivered, people, teacher):
    result = assess(delivered, Outcome.APPROVED, by=teacher)[0]
    Message.objects.update(state=Message.State.SENT, sent_at=NOW)
    change(result, Outcome.REVISE, by=teacher, reason="Copied from elsewhere.", due_at=IN_TWO_WEEKS)
    assert versions(people[0]) == [
        (1, Outcome.APPROVED, False, False),
        (2, Outcome.REVISE, True, True),
    ]
    assert outcomes(people) == [Outcome.REVISE, Outcome.APPROVED, Outcome.APPROVED]
    event = audit.history(delivered).first()
    assert (event.verb, event.reason, event.changes) == (
        "withdrew an approval",
        "Copied from elsewhere.",
        {"Person": [None, str(people[0])], "result": ["Approved", "Must be revised"]},
    )
    last = Message.objects.latest("pk")
    assert (last.kind, last.to_email) == ("requirement_result_changed", user_of(people[0]).email)
    assert "Copied from elsewhere." in last.body_text
    deliver(delivered, user_of(people[0]))  # the team may deliver again for the one


def test_a_correction_voids_the_letter_that_has_not_left(delivered, people, teacher):
    results = assess(delivered, Outcome.NOT_APPROVED, by=teacher)
    result = results[1]
    Message.objects.filter(to_email=user_of(people[2]).email).update(state=Message.State.SENT, sent_at=NOW)
    changed = change(result, Outcome.APPROVED, by=teacher)
    assert changed.withdraws_approval is False
    rows = Message.objects.order_by("pk").values_list("kind", "to_email", "state")
    assert list(rows) == [
        ("requirement_result", user_of(people[0]).email, Message.State.QUEUED),
        ("requirement_result", user_of(people[1]).email, Message.State.VOID),
        ("requirement_result", user_of(people[2]).email, Message.State.SENT),
        ("requirement_result_changed", user_of(people[1]).email, Message.State.QUEUED),
    ]
    assert "To the team: Well done." in Message.objects.latest("pk").body_text
    change(results[2], Outcome.APPROVED, by=teacher)  # who has read the first letter knows the comment
    assert "To the team" not in Message.objects.latest("pk").body_text


def test_nothing_is_changed_without_a_reason_or_without_a_change(delivered, people, teacher):
    result = assess(delivered, Outcome.APPROVED, by=teacher)[0]
    with pytest.raises(Refused, match="Give a reason"):
        change(result, Outcome.NOT_APPROVED, by=teacher, reason="  ")
    with pytest.raises(Refused, match="the result already"):
        change(result, Outcome.APPROVED, by=teacher, comment=result.comment)
    with pytest.raises(Refused, match="until when"):
        change(result, Outcome.REVISE, by=teacher)
    with pytest.raises(Refused, match="Only the cohort's instructors"):
        change(result, Outcome.NOT_APPROVED, by=user_of(people[1]))
    assert versions(people[0]) == [(1, Outcome.APPROVED, True, False)]


def test_of_two_who_change_a_result_the_second_is_told(delivered, people, teacher):
    result = assess(delivered, Outcome.REVISE, by=teacher)[0]
    change(result, Outcome.APPROVED, by=teacher)
    with pytest.raises(Refused, match="Someone else has just changed"):
        change(result, Outcome.NOT_APPROVED, by=teacher)
    assert outcomes(people)[0] == Outcome.APPROVED


# --- At once ----------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_take_a_delivery_at_once_one_gets_it():
    work = WorkFactory()
    DeliveryFactory(work=work)
    teachers = [InstructorFactory(cohort=work.team.cohort).user for _n in range(20)]

    def attempt(number: int) -> bool:
        try:
            assessing.claim(reread(work), by=teachers[number], now=NOW)
            return True
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(attempt, range(20)))
    assert taken.count(True) == 1
    assert reread(work).claimed_by == teachers[taken.index(True)]
    assert audit.history(work).count() == 1
