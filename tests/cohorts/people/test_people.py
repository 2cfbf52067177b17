"""Who leaves a team whose course has begun, and who comes instead or in addition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from applications import models as a
from applications.actions.admission import assess
from applications.actions.participation import invite_due, replace, withdraw_person
from applications.states import Participation
from cohorts import models as c
from cohorts.actions.course import begin_cohort, begin_due, complete_cohort
from cohorts.actions.people import come_back, join, join_new, leave, take_over, take_over_by_new
from cohorts.models.roster import people
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.people.conftest import tell
from tests.applications.people.test_changes import values
from tests.applications.people.test_invitations import confirm
from tests.cohorts.people.conftest import LATER, NEXT_DAY, NEXT_WEEK, mails, reserve_of, states, stays
from tests.factories import NOW, TeamMemberFactory

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def team(cohort, administrator) -> c.Team:
    """Bodø's, whose course began at NOW."""
    begin_cohort(cohort, by=administrator, now=NOW)
    found: c.Team = cohort.teams.with_names().get()
    return found


def first(team: c.Team) -> a.TeamMember:
    member: a.TeamMember = team.application.members.order_by("pk").first()
    member.application = team.application
    return member


def again(member: a.TeamMember) -> a.TeamMember:
    found: a.TeamMember = a.TeamMember.everyone.select_related("application").get(pk=member.pk)
    return found


# --- Leave ---------------------------------------------------------------------------------------------


def test_who_leaves_keeps_the_row_and_is_told(team, coordinator, administrator) -> None:
    member = first(team)
    leave(
        team, member, reason="A new job.", last_on=TODAY + timedelta(days=5), by=administrator, now=NEXT_WEEK
    )
    assert states(team.application) == ["withdrawn", "active", "active"]
    assert stays(team) == [(TODAY, TODAY + timedelta(days=5)), (TODAY, None), (TODAY, None)]
    gone = again(member)
    assert (gone.left_at, gone.left_reason, gone.began_at) == (NEXT_WEEK, "A new job.", NOW)
    assert mails("left_course") == [member.email]
    assert mails("team_changed") == [coordinator.email]
    letter = Message.objects.get(kind="left_course")
    assert letter.subject == "You no longer take part in the team of Bodø"
    assert "Reason: A new job." in letter.body_text
    assert list(c.Team.objects.of(member.user)) == []
    assert history(team.application).first().verb == "withdrew a person from the team"


def test_the_same_click_twice_tells_once(team, administrator) -> None:
    member = first(team)
    leave(team, member, reason="Ill", by=administrator, now=NEXT_DAY)
    leave(team, again(member), reason="Moved", by=administrator, now=NEXT_WEEK)
    assert stays(team)[0] == (TODAY, NEXT_DAY.date())
    assert len(mails("left_course")) == 1


@pytest.mark.parametrize("days", [-1, 2])
def test_the_last_day_is_within_the_course_and_not_in_the_future(days, team, administrator) -> None:
    with pytest.raises(Refused, match="The last day must be from 3 May 2027"):
        leave(
            team,
            first(team),
            reason="Ill",
            last_on=TODAY + timedelta(days=days),
            by=administrator,
            now=NEXT_DAY,
        )
    assert states(team.application) == ["active"] * 3
    assert not mails("left_course")


def test_nobody_leaves_without_a_reason(team, administrator) -> None:
    with pytest.raises(Refused, match="State the reason"):
        leave(team, first(team), reason="  ", by=administrator, now=NEXT_DAY)
    assert stays(team) == [(TODAY, None)] * 3


def test_only_the_school_changes_a_team_that_has_begun(team, coordinator, instructor) -> None:
    for user in (coordinator, instructor):
        with pytest.raises(Refused):
            leave(team, first(team), reason="Ill", by=user, now=NEXT_DAY)
        with pytest.raises(Refused, match=r"cannot be changed now|"):
            withdraw_person(first(team), reason="Ill", by=user, now=NEXT_DAY)
    assert states(team.application) == ["active"] * 3


def test_nobody_leaves_a_completed_cohort(team, administrator) -> None:
    complete_cohort(team.cohort, by=administrator, now=NEXT_DAY)
    with pytest.raises(Refused, match="The cohort is completed"):
        leave(team, first(team), reason="Ill", by=administrator, now=NEXT_DAY)
    assert states(team.application) == ["completed"] * 3


def test_who_had_not_begun_leaves_without_a_day(team, administrator) -> None:
    invited = TeamMemberFactory(
        application=team.application, participation=Participation.INVITED, invited_at=NOW
    )
    invited.application = team.application
    leave(team, invited, reason="Silent", by=administrator, now=NEXT_DAY)
    assert states(team.application)[-1] == "withdrawn"
    assert mails("person_left") == [invited.email]
    assert not mails("left_course")


# --- Come back -------------------------------------------------------------------------------------------


def test_a_misclick_is_undone_before_the_letter_has_left(team, administrator) -> None:
    member = first(team)
    leave(team, member, reason="Ill", by=administrator, now=NEXT_DAY)
    come_back(team, again(member), by=administrator, now=NEXT_DAY)
    come_back(team, again(member), by=administrator, now=NEXT_DAY)  # the same click twice
    assert states(team.application) == ["active"] * 3
    assert stays(team) == [(TODAY, None)] * 3
    back = again(member)
    assert (back.left_at, back.left_reason, back.confirmed_at) == (None, "", NOW)
    assert Message.objects.get(kind="left_course").state == Message.State.VOID
    assert mails("back_in_course") == [member.email]


def test_nobody_comes_back_when_somebody_has_taken_over(team, administrator) -> None:
    member = first(team)
    reserve = reserve_of(team.application)
    leave(team, member, reason="Ill", by=administrator, now=NEXT_DAY)
    take_over(team, again(member), reserve, by=administrator, now=NEXT_DAY)
    with pytest.raises(Refused, match="Somebody has taken over"):
        come_back(team, again(member), by=administrator, now=NEXT_DAY)
    assert states(team.application) == ["replaced", "active", "active", "nominated"]


def test_nobody_comes_back_into_a_full_team(team, administrator) -> None:
    member = first(team)
    leave(team, member, reason="Ill", by=administrator, now=NEXT_DAY)
    for number in range(2):
        join_new(team, values(email=f"new{number}@example.no"), by=administrator, now=NEXT_DAY)
    with pytest.raises(Refused, match="at most 4 people"):
        come_back(team, again(member), by=administrator, now=NEXT_DAY)
    assert stays(team)[0] == (TODAY, NEXT_DAY.date())


# --- Take over, and join -----------------------------------------------------------------------------------


def test_a_late_joiner_goes_the_whole_way(team, coordinator, administrator) -> None:
    member, reserve = first(team), reserve_of(team.application)
    entering = take_over(team, member, reserve, reason="A new job.", by=administrator, now=NEXT_DAY)
    assert states(team.application) == ["replaced", "active", "active", "nominated"]
    assert stays(team)[0] == (TODAY, NEXT_DAY.date())
    assert again(member).replaced_by == entering
    assert mails("left_course") == [member.email]
    assert mails("team_changed") == [coordinator.email]
    assert invite_due(NEXT_DAY) == 0  # nobody answers before the school has told on which basis
    assess(again(entering), outcome="qualified", reason="A degree.", by=administrator, now=NEXT_DAY)
    tell(again(entering))
    assert invite_due(NEXT_DAY) == 1
    assert mails("invitation") == [entering.email]
    assert begin_due(NEXT_DAY) == 0
    confirm(again(entering), now=NEXT_WEEK)
    assert begin_due(NEXT_WEEK) == 1
    assert states(team.application) == ["replaced", "active", "active", "active"]
    joiner = c.Participant.objects.get(member=entering)
    assert (joiner.began_on, joiner.left_on, joiner.is_student) == (NEXT_WEEK.date(), None, True)
    assert mails("course_welcome")[-1] == entering.email
    assert [(one.member.name, one.role, one.is_in_team) for one in people(team)] == [
        (member.name, "Student", False),
        *((one.member.name, one.role, True) for one in people(team)[1:3]),
        ("Reserve Prøve", "Student", True),
    ]


def test_the_same_click_twice_lets_one_take_over(team, administrator) -> None:
    member, reserve = first(team), reserve_of(team.application)
    for now in (NEXT_DAY, NEXT_WEEK):
        take_over(team, again(member), again(reserve), reason="A new job.", by=administrator, now=now)
    assert stays(team)[0] == (TODAY, NEXT_DAY.date())
    assert len(mails("left_course")) == 1


def test_somebody_new_takes_over(team, administrator) -> None:
    entering = take_over_by_new(
        team, first(team), values(name="Ny Prøve"), reason="Ill", by=administrator, now=NEXT_DAY
    )
    assert (entering.name, entering.joined_at) == ("Ny Prøve", NEXT_DAY)
    assert states(team.application) == ["replaced", "active", "active", "nominated"]
    assert stays(team)[0] == (TODAY, NEXT_DAY.date())


def test_a_reserve_joins_in_addition(team, coordinator, administrator) -> None:
    reserve = reserve_of(team.application)
    join(team, reserve, by=administrator, now=NEXT_DAY)
    join(team, again(reserve), by=administrator, now=NEXT_WEEK)  # the same click twice
    assert states(team.application) == ["active", "active", "active", "nominated"]
    assert again(reserve).joined_at == NEXT_DAY
    assert mails("team_grew") == [coordinator.email]
    assert history(team.application).first().verb == "joined the team"


def test_a_full_team_takes_nobody(team, administrator) -> None:
    join_new(team, values(email="fourth@example.no"), by=administrator, now=NEXT_DAY)
    with pytest.raises(Refused, match="at most 4 people"):
        join_new(team, values(email="fifth@example.no"), by=administrator, now=NEXT_DAY)
    assert team.application.members.count() == 4
    assert not a.TeamMember.everyone.filter(email="fifth@example.no").exists()


def test_nobody_comes_after_the_last_day(team, administrator) -> None:
    c.Cohort.objects.update(joins_until_on=NEXT_DAY.date())
    member, reserve = first(team), reserve_of(team.application)
    join(team, reserve, by=administrator, now=NEXT_DAY)  # the last day itself
    tomorrow = NEXT_DAY + timedelta(days=1)
    for refused in (
        lambda: join_new(team, values(email="x@example.no"), by=administrator, now=tomorrow),
        lambda: take_over(team, member, reserve, reason="Ill", by=administrator, now=tomorrow),
        lambda: take_over_by_new(
            team, member, values(email="x@example.no"), reason="Ill", by=administrator, now=tomorrow
        ),
    ):
        with pytest.raises(Refused, match="Nobody can be taken into a team after 4 May 2027"):
            refused()
    assert states(team.application) == ["active", "active", "active", "nominated"]
    leave(team, member, reason="Ill", by=administrator, now=tomorrow)  # one may always leave
    come_back(team, again(member), by=administrator, now=tomorrow)


def test_coordinators_let_nobody_in(team, coordinator) -> None:
    reserve = reserve_of(team.application)
    for refused in (
        lambda: join(team, reserve, by=coordinator, now=NEXT_DAY),
        lambda: take_over(team, first(team), reserve, reason="Ill", by=coordinator, now=NEXT_DAY),
        lambda: replace(first(team), reserve, reason="Ill", by=coordinator, now=NEXT_DAY),
    ):
        with pytest.raises(Refused, match="The team cannot be changed now"):
            refused()
    assert states(team.application) == ["active", "active", "active", "reserve"]


def test_an_enrolled_team_stays_enrolled_when_somebody_joins(team, administrator) -> None:
    join_new(team, values(email="fourth@example.no"), by=administrator, now=LATER)
    team.application.refresh_from_db()
    assert team.application.state == "enrolled"
