"""Who is reminded of what, and what waits on the front page: nobody who is done, exempt, or has more time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from applications.states import Participation
from assessment.actions import assessing, deliveries, overrides
from assessment.models import Way
from assessment.reminders import CATCH_UP, QUEUE, REQUIREMENT, REVISION
from assessment.states import Outcome
from assessment.waiting.requirements import requirement_waits
from innoskole.accounts import facts
from innoskole.notifications.delivery import deliver as send
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from innoskole.reminders.models import Reminder
from tests.assessment.factories import DeliveryFactory, RequirementFactory, WorkFactory
from tests.assessment.requirements.conftest import assess, deliver, reread, user_of
from tests.cohorts.factories import ParticipantFactory, TeamFactory
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db

IN_TWO_WEEKS = NOW + timedelta(days=14)
IN_A_MONTH = NOW + timedelta(days=30)
# The deadline of the factory is Thursday 13 May 2027.
TWO_DAYS_BEFORE = datetime(2027, 5, 11, 8, 0, tzinfo=OSLO)


def at(day: int, month: int = 5) -> datetime:
    return datetime(2027, month, day, 8, 0, tzinfo=OSLO)


def reminded(kind, now) -> list[str]:
    """The addresses that a sweep writes to about nothing but this kind."""
    before = set(Message.objects.values_list("pk", flat=True))
    with only(kind):
        sweep(now)
    return list(Message.objects.exclude(pk__in=before).order_by("pk").values_list("to_email", flat=True))


def addresses(*people) -> list[str]:
    return [user_of(each).email for each in people]


# --- The first delivery -----------------------------------------------------------------------------


def test_the_team_is_reminded_once_each_and_not_who_is_exempt_alone_or_gone(work, people, teacher):
    ada, bob, cy = people
    overrides.exempt(work.requirement, work.team, bob, reason="Done.", by=teacher, now=NOW)
    overrides.extend(work.requirement, work.team, cy, due_at=IN_A_MONTH, reason="Ill.", by=teacher, now=NOW)
    ParticipantFactory(team=work.team, gone=True)
    assert reminded(REQUIREMENT, TWO_DAYS_BEFORE) == addresses(ada)
    assert reminded(REQUIREMENT, TWO_DAYS_BEFORE + timedelta(minutes=1)) == []
    message = Message.objects.get(to_email=user_of(ada).email)
    assert message.subject == (
        "[Deliver by Thu 13 May at 10:00] Work requirement 1. Problem and insight is not delivered"
    )
    assert f"/teams/{work.team.reference}/requirements/1/" in message.body_text
    assert reminded(REQUIREMENT, at(1, month=6)) == addresses(cy)


def test_who_has_delivered_is_not_reminded(work, people):
    DeliveryFactory(work=work)
    assert reminded(REQUIREMENT, TWO_DAYS_BEFORE) == []


def test_a_later_deadline_holds_also_for_a_reminder_that_is_written(work, people, teacher):
    with only(REQUIREMENT):
        assert sweep(TWO_DAYS_BEFORE) == 3
        overrides.extend(
            work.requirement,
            work.team,
            None,
            due_at=IN_A_MONTH,
            reason="Ill.",
            by=teacher,
            now=TWO_DAYS_BEFORE,
        )
        written = Message.objects.filter(kind="reminder")
        assert [send(each.pk, TWO_DAYS_BEFORE + timedelta(minutes=5)) for each in written] == [False] * 3
        assert {each.state for each in written.all()} == {Message.State.SUPPRESSED}


def test_who_is_exempt_meanwhile_does_not_get_the_reminder_that_is_written(work, people, teacher):
    with only(REQUIREMENT):
        sweep(TWO_DAYS_BEFORE)
        overrides.exempt(
            work.requirement, work.team, people[0], reason="Done.", by=teacher, now=TWO_DAYS_BEFORE
        )
        rows = Message.objects.filter(kind="reminder").order_by("pk")
        leaves = {each.to_email: send(each.pk, TWO_DAYS_BEFORE + timedelta(minutes=5)) for each in rows}
    assert leaves == dict(zip(addresses(*people), [False, True, True], strict=True))


# --- A revision -------------------------------------------------------------------------------------


@pytest.fixture
def revised(work, people, teacher):
    """Ada is approved, Bob and Cy must revise by Monday 17 May."""
    deliver(work, user_of(people[0]))
    ada, bob, cy = people
    marks = {ada.pk: Outcome.APPROVED, bob.pk: Outcome.REVISE, cy.pk: Outcome.REVISE}
    assess(work, marks, by=teacher)
    return work


def test_a_revision_reminds_those_who_must_revise(revised, people):
    assert reminded(REVISION, at(14)) == addresses(*people[1:])
    lines = Reminder.objects.filter(to_email=user_of(people[1]).email)
    assert set(lines.values_list("kind", "due_at")) == {("revision", IN_TWO_WEEKS)}


@pytest.mark.parametrize("how", ["delivered", "exempt", "withdrawn", "approved"])
def test_a_revision_that_is_done_or_asked_of_nobody_reminds_nobody(revised, people, teacher, how):
    for each in people[1:]:
        if how == "exempt":
            overrides.exempt(revised.requirement, revised.team, each, reason="Done.", by=teacher, now=NOW)
        elif how == "withdrawn":
            each.member.participation, each.member.left_at = Participation.WITHDRAWN, NOW
            each.member.save()
        elif how == "approved":
            result = each.requirement_results.get()
            given = {"comment": "", "revise_due_at": None, "reason": "A mistake."}
            assessing.change_result(result, outcome=Outcome.APPROVED, **given, by=teacher, now=NOW)
    if how == "delivered":
        deliver(revised, user_of(people[0]))
    assert reminded(REVISION, at(14)) == []


def test_a_later_deadline_of_a_revision_is_the_one_that_counts(revised, people, teacher):
    overrides.extend(
        revised.requirement, revised.team, people[1], due_at=IN_A_MONTH, reason="Ill.", by=teacher, now=NOW
    )
    assert reminded(REVISION, at(14)) == addresses(people[2])
    assert reminded(REVISION, at(31)) == addresses(people[1])


# --- Catching up ------------------------------------------------------------------------------------


def test_a_late_joiner_is_reminded_of_the_plan_until_it_is_done(work, people, teacher):
    deliver(work, user_of(people[0]))
    assess(work, Outcome.APPROVED, by=teacher)
    late = ParticipantFactory(team=work.team)
    assert reminded(CATCH_UP, at(31)) == []
    overrides.plan_catch_up(
        work.requirement,
        late,
        way=Way.WITH_TEAM,
        due_at=IN_A_MONTH,
        instructions="Write a chapter.",
        by=teacher,
        now=NOW,
    )
    assert [reminded(kind, at(31)) for kind in (REQUIREMENT, REVISION)] == [[], []]
    assert reminded(CATCH_UP, at(31)) == addresses(late)
    deliver(work, user_of(late))
    Reminder.objects.all().delete()
    assert reminded(CATCH_UP, at(31)) == []
    assess(work, Outcome.APPROVED, by=teacher)
    assert reminded(CATCH_UP, at(31)) == []


# --- The queue --------------------------------------------------------------------------------------


def test_what_waits_ten_working_days_is_said_to_whom_it_waits_for(work, people, teacher, colleague_teacher):
    delivery = DeliveryFactory(work=work, delivered_at=NOW)
    assert reminded(QUEUE, at(16)) == []
    in_two_weeks = at(18)  # the 17th is a holiday
    assert sorted(reminded(QUEUE, in_two_weeks)) == sorted([teacher.email, colleague_teacher.email])
    Reminder.objects.all().delete()
    assessing.claim(reread(work), by=teacher, now=NOW)
    assert reminded(QUEUE, in_two_weeks) == [teacher.email]
    message = Message.objects.latest("pk")
    assert message.subject == f"[Assess the delivery] Work requirement 1 of {work.team} waits to be assessed"
    Reminder.objects.all().delete()
    assessing.assess(
        delivery,
        {each.pk: assessing.Mark(Outcome.APPROVED) for each in people},
        comment="",
        revise_due_at=None,
        by=teacher,
        now=NOW,
    )
    assert reminded(QUEUE, in_two_weeks) == []


# --- The front page ---------------------------------------------------------------------------------


def waits(user) -> list[tuple[str, object, int | None]]:
    return [(each.title, each.due_at, each.count) for each in requirement_waits(user, NOW)]


def test_a_participant_reads_what_to_deliver_to_state_and_to_revise(work, people, teacher):
    ada, bob, _cy = people
    assert waits(user_of(ada)) == [
        ("Deliver work requirement 1. Problem and insight", work.due_at, None),
    ]
    delivery = deliver(work, user_of(ada))
    assert waits(user_of(bob)) == [("Write what your part in work requirement 1 was", None, None)]
    deliveries.state_part(delivery, "I drew.", by=user_of(bob), now=NOW)
    assert waits(user_of(bob)) == []
    marks = {each.pk: Outcome.APPROVED for each in people} | {bob.pk: Outcome.REVISE}
    assess(work, marks, by=teacher)
    assert waits(user_of(ada)) == []
    assert waits(user_of(bob)) == [("Revise work requirement 1. Problem and insight", IN_TWO_WEEKS, None)]


def test_nothing_waits_for_who_is_exempt_or_gone(work, people, teacher):
    overrides.exempt(work.requirement, work.team, people[0], reason="Done.", by=teacher, now=NOW)
    gone = ParticipantFactory(team=work.team, gone=True)
    assert (waits(user_of(people[0])), waits(user_of(gone)), waits(UserFactory())) == ([], [], [])


def test_an_instructor_reads_of_the_queue_of_late_joiners_and_of_missing_dates(
    cohort, team, people, teacher, colleague_teacher
):
    assert waits(teacher) == [(f"Set the dates of the work requirements: {cohort}", None, None)]
    assert waits(UserFactory(is_course_administrator=True)) == waits(teacher)
    requirement = RequirementFactory(cohort=cohort, number=1)
    work = WorkFactory(team=team, requirement=requirement)
    DeliveryFactory(work=work)
    DeliveryFactory(work=WorkFactory(team=TeamFactory(cohort=cohort, number=2), requirement=requirement))
    assessing.claim(reread(work), by=colleague_teacher, now=NOW)
    ParticipantFactory(team=team)
    assert waits(teacher) == [
        ("Assess work requirements", None, 1),
        (f"Make plans for those who came later: {cohort}", None, 1),
    ]
    assert waits(colleague_teacher)[0] == ("Finish the assessments that you have begun", None, 1)
    assert requirement_waits(colleague_teacher, NOW)[0].url == f"{reverse('assessment:queue')}?show=mine"


@pytest.mark.parametrize("teams", [1, 3])
def test_the_front_page_costs_as_much_for_three_teams_as_for_one(
    cohort, teacher, django_assert_num_queries, teams
):
    requirement = RequirementFactory(cohort=cohort, number=1)
    for number in range(1, teams + 1):
        work = WorkFactory(team=TeamFactory(cohort=cohort, number=number), requirement=requirement)
        DeliveryFactory(work=work)
        ParticipantFactory(team=work.team)
    student = facts.known(work.team.participants.first().member.user)
    teacher = facts.known(teacher)
    with django_assert_num_queries(13):
        assert len(requirement_waits(teacher, NOW)) == 2
    with django_assert_num_queries(11):
        assert len(requirement_waits(student, NOW)) == 1
