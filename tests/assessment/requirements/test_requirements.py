"""Requirements are made, changed while nobody has delivered, and opened when their day has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from applications.states import IntakeState
from assessment.actions import overrides, requirements
from assessment.models import RequirementRule, TeamRequirement, WorkRequirement
from assessment.states import RequirementState
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.factories import DeliveryFactory, RequirementFactory, WorkFactory
from tests.assessment.requirements.conftest import another_cohort, letters, user_of
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.factories import NOW, IntakeFactory, UserFactory

pytestmark = pytest.mark.django_db

IN_A_MONTH = NOW + timedelta(days=30)
LATER = NOW + timedelta(hours=1)


def values(requirement: WorkRequirement, **changed) -> dict:
    return {field: getattr(requirement, field) for field in requirements.FIELDS} | changed


def change(requirement: WorkRequirement, by, now=NOW, **changed) -> WorkRequirement:
    requirement.refresh_from_db()
    requirements.change(
        requirement,
        values(requirement, **changed),
        version=requirements.version_of(requirement),
        by=by,
        now=now,
    )
    requirement.refresh_from_db()
    return requirement


# --- Made -------------------------------------------------------------------------------------------


def test_four_are_made_once_and_more_can_be_added(cohort, teacher):
    assert [each.number for each in requirements.make(cohort, count=4, by=teacher, now=NOW)] == [1, 2, 3, 4]
    assert requirements.make(cohort, count=4, by=teacher, now=NOW) == []
    assert [str(each) for each in requirements.make(cohort, count=5, by=teacher, now=NOW)] == [
        "5. Work requirement 5"
    ]
    assert [each.title for each in WorkRequirement.objects.all()] == [
        "Problem and insight",
        "Idea and solution",
        "Trial and implementation",
        "Presentation and spreading",
        "Work requirement 5",
    ]
    assert RequirementRule.objects.get().count == 5
    with pytest.raises(Refused, match="There are 5 work requirements already"):
        requirements.make(cohort, count=4, by=teacher, now=NOW)
    assert audit.history(cohort).first().changes == {"number of work requirements": [4, 5]}


@pytest.mark.parametrize("who", ["student", "teacher of another cohort"])
def test_only_the_cohorts_staff_makes_and_changes(cohort, people, who):
    requirement = RequirementFactory(cohort=cohort, number=1)
    user = user_of(people[0]) if who == "student" else InstructorFactory(cohort=another_cohort()).user
    with pytest.raises(Refused, match="Only the cohort's instructors"):
        requirements.make(cohort, count=4, by=user, now=NOW)
    with pytest.raises(Refused, match="Only the cohort's instructors"):
        change(requirement, user, title_nb="Noe annet")
    assert WorkRequirement.objects.values_list("title_nb", flat=True).get() == "Problem og innsikt"


# --- Changed ----------------------------------------------------------------------------------------


def test_before_it_is_open_everything_can_be_changed_and_nobody_is_told(cohort, teacher):
    requirement = RequirementFactory(
        cohort=cohort, number=1, opens_at=IN_A_MONTH, due_at=IN_A_MONTH + timedelta(days=9)
    )
    change(requirement, teacher, title_en="Another title", due_at=IN_A_MONTH + timedelta(days=3))
    assert (requirement.title, requirement.due_at) == ("Another title", IN_A_MONTH + timedelta(days=3))
    event = audit.history(cohort).first()
    assert (event.verb, event.changes["Work requirement"], event.changes["title (English)"]) == (
        "changed a work requirement",
        [None, 1],
        ["Problem and insight", "Another title"],
    )
    assert letters() == []


def test_of_two_who_change_the_same_the_second_is_told(cohort, teacher):
    requirement = RequirementFactory(cohort=cohort, number=1)
    before = requirements.version_of(requirement)
    change(requirement, teacher, title_en="One")
    with pytest.raises(Refused, match="Somebody else has changed"):
        requirements.change(
            requirement, values(requirement, title_en="Two"), version=before, by=teacher, now=NOW
        )
    requirement.refresh_from_db()
    assert requirement.title == "One"


def test_what_people_rely_on_stays(work, teacher):
    requirement = work.requirement
    with pytest.raises(Refused, match="cannot be opened at another time"):
        change(requirement, teacher, opens_at=NOW)
    for due_at in (None, work.due_at - timedelta(days=1)):
        with pytest.raises(Refused, match="not to an earlier one"):
            change(requirement, teacher, due_at=due_at)
    assert change(requirement, teacher, hand_in_en="Ten pages").hand_in == "Ten pages"
    DeliveryFactory(work=work)
    with pytest.raises(Refused, match="stays as it was"):
        change(requirement, teacher, hand_in_en="Twenty pages")
    assert letters() == []


def test_a_moved_deadline_is_told_once_to_those_who_have_not_delivered(work, people, teacher):
    cohort, requirement = work.team.cohort, work.requirement
    DeliveryFactory(work=WorkFactory(team=TeamFactory(cohort=cohort, number=2), requirement=requirement))
    extended = WorkFactory(team=TeamFactory(cohort=cohort, number=3), requirement=requirement)
    overrides.extend(
        requirement, extended.team, None, due_at=NOW + timedelta(days=90), reason="Ill.", by=teacher, now=NOW
    )
    Message.objects.all().delete()
    change(requirement, teacher, due_at=IN_A_MONTH)
    assert letters() == [("requirement_moved", user_of(each).email) for each in people]
    dues = TeamRequirement.objects.order_by("team__number").values_list("due_at", flat=True)
    assert list(dues) == [IN_A_MONTH, work.due_at, NOW + timedelta(days=90)]
    change(requirement, teacher, now=LATER, due_at=IN_A_MONTH + timedelta(days=1))
    states = Message.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [*[Message.State.VOID] * 3, *[Message.State.QUEUED] * 3]


# --- Opened -----------------------------------------------------------------------------------------


def test_each_team_of_a_running_cohort_gets_it_once_when_its_day_has_come(team, people):
    due = RequirementFactory(cohort=team.cohort, number=1)
    RequirementFactory(cohort=team.cohort, number=2, opens_at=IN_A_MONTH, due_at=IN_A_MONTH + timedelta(1))
    RequirementFactory(cohort=team.cohort, number=3, planned=True)
    planned = CohortFactory(
        intake=IntakeFactory(slug="next", state=IntakeState.PUBLISHED, published_at=NOW), planned=True
    )
    RequirementFactory(cohort=planned, number=1)
    TeamFactory(cohort=planned, number=1)
    assert [requirements.open_due(NOW), requirements.open_due(LATER)] == [1, 0]
    rows = TeamRequirement.objects.values_list("team", "requirement", "state", "due_at", "opened_at")
    assert list(rows) == [(team.pk, due.pk, RequirementState.OPEN, due.due_at, NOW)]
    assert letters() == [("requirement_opened", user_of(each).email) for each in people]
    late = TeamFactory(cohort=team.cohort, number=2, people=1)
    assert requirements.open_due(LATER) == 1
    assert letters()[3:] == [("requirement_opened", user_of(late.participants.get()).email)]


def test_who_is_exempt_is_not_told_that_it_is_open(team, people, teacher):
    requirement = RequirementFactory(cohort=team.cohort, number=1)
    overrides.exempt(requirement, team, people[0], reason="Has done it.", by=teacher, now=NOW)
    Message.objects.all().delete()
    requirements.open_due(NOW)
    assert letters() == [("requirement_opened", user_of(each).email) for each in people[1:]]


@pytest.mark.parametrize("state", [CohortState.PLANNED, CohortState.COMPLETED])
def test_a_cohort_that_does_not_run_opens_nothing(team, state):
    cohort = team.cohort
    cohort.state, cohort.completed_at = state, NOW
    cohort.save()
    RequirementFactory(cohort=cohort, number=1)
    assert requirements.open_due(NOW) == 0
    assert TeamRequirement.objects.count() == 0


def test_an_administrator_may_do_all_of_it(cohort):
    administrator = UserFactory(is_course_administrator=True)
    assert len(requirements.make(cohort, count=4, by=administrator, now=NOW)) == 4
