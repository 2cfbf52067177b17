"""The course begins, ends, and begins again."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from applications import models as a
from applications.actions.participation import withdraw_person
from applications.models.people import everyone_of
from applications.models.viability import may_change, until
from applications.states import Participation, State
from cohorts import models as c
from cohorts.actions.cohorts import add_teams, make_cohort
from cohorts.actions.course import (
    begin_cohort,
    begin_confirmed,
    begin_due,
    complete_cohort,
    reopen_cohort,
    sweep,
    tell_first_session,
)
from cohorts.tasks import begin_course
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.people.test_invitations import confirm
from tests.cohorts.factories import SessionFactory
from tests.cohorts.people.conftest import LATER, NEXT_DAY, NEXT_WEEK, enrolled, mails, names, states, stays
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def begun(application: a.Application) -> a.Application:
    return a.Application.objects.select_related("intake", "offer").get(pk=application.pk)


# --- Begin ---------------------------------------------------------------------------------------------


def test_everybody_who_has_confirmed_takes_part_from_that_day(cohort, bodo, administrator) -> None:
    SessionFactory(cohort=cohort, number=1, starts_on=TODAY + timedelta(days=9))
    assert begin_cohort(cohort, by=administrator, now=NOW) == 3
    cohort.refresh_from_db()
    assert (cohort.state, cohort.begun_at) == ("running", NOW)
    assert states(bodo) == ["active", "active", "active"]
    assert stays(cohort.teams.get()) == [(TODAY, None)] * 3
    assert [one.began_at for one in bodo.members.all()] == [NOW] * 3
    assert mails("course_welcome") == [member.email for member in bodo.members.order_by("pk")]
    letter = Message.objects.filter(kind="course_welcome").first()
    assert letter.subject == "The innovation school begins for you: Autumn 2027"
    assert "1. Service design. It begins Wednesday 12 May 2027 at 09:00." in letter.body_text
    assert "Place: Lillehammer" in letter.body_text
    assert f"/course/{cohort.slug}/" in letter.body_text
    assert history(cohort).first().verb == "began the cohort"


def test_the_same_click_twice_welcomes_once(cohort, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    assert begin_cohort(cohort, by=administrator, now=LATER) == 0
    assert len(mails("course_welcome")) == 3


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_welcome_is_in_the_persons_language(language, cohort, bodo, administrator) -> None:
    member = bodo.members.order_by("pk").first()
    type(member.user).objects.filter(pk=member.user_id).update(language=language)
    begin_cohort(cohort, by=administrator, now=NOW)
    assert Message.objects.get(kind="course_welcome", to_email=member.email).language == language


def test_no_cohort_begins_without_teams(published, administrator) -> None:
    empty = make_cohort(published, by=administrator, now=NOW)
    with pytest.raises(Refused, match="has no teams yet"):
        begin_cohort(empty, by=administrator, now=NOW)
    empty.refresh_from_db()
    assert empty.state == "planned"


def test_a_team_without_a_place_is_taken_out_first(cohort, administrator) -> None:
    a.Application.objects.update(state=State.DECLINED)
    with pytest.raises(Refused, match="must be taken out of the cohort first: Bodø"):
        begin_cohort(cohort, by=administrator, now=NOW)
    assert not c.Participant.objects.exists()


def test_a_broken_team_is_begun_only_knowingly(cohort, bodo, administrator) -> None:
    gone = bodo.members.order_by("pk").first()
    a.TeamMember.everyone.filter(pk=gone.pk).update(participation=Participation.WITHDRAWN, left_at=NOW)
    with pytest.raises(Refused, match=r"the rules of the intake\. Bodø: The team lacks 1 person"):
        begin_cohort(cohort, by=administrator, now=NOW)
    assert not c.Participant.objects.exists()
    assert begin_cohort(cohort, despite_faults=True, by=administrator, now=NOW) == 2
    event = history(cohort).first()
    assert (event.verb, event.reason) == (
        "began the cohort although not every team fulfils the rules",
        "Bodø: The team lacks 1 person.",
    )


def test_who_has_not_confirmed_begins_when_they_have(published, coordinator, administrator) -> None:
    application = enrolled(published, coordinator, unsure=1)
    cohort = make_cohort(published, by=administrator, now=NOW)
    assert begin_cohort(cohort, by=administrator, now=NOW) == 2
    assert states(application) == ["invited", "active", "active"]
    assert begin_due(LATER) == 0
    confirm(application.members.order_by("pk").first(), now=NEXT_WEEK)
    assert begin_course() == 0 or states(application) == ["active"] * 3
    begin_due(NEXT_WEEK)
    assert states(application) == ["active"] * 3
    assert len(mails("course_welcome")) == 3
    assert begin_due(NEXT_WEEK) == 0


def test_a_team_that_comes_later_begins_by_itself(cohort, coordinator, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    late = enrolled(cohort.intake, coordinator, "4646")
    assert begin_due(NEXT_DAY) == 0  # not in the cohort yet
    add_teams(cohort, by=administrator, now=NEXT_DAY)
    assert begin_due(NEXT_DAY) == 3
    assert names(cohort) == [(1, "Bodø"), (2, "Fjaler")]
    assert stays(late.cohort_team) == [(NEXT_DAY.date(), None)] * 3


def test_the_school_need_not_wait_for_the_system(cohort, coordinator, administrator) -> None:
    with pytest.raises(Refused, match="The cohort does not run"):
        begin_confirmed(cohort, by=administrator, now=NOW)
    begin_cohort(cohort, by=administrator, now=NOW)
    enrolled(cohort.intake, coordinator, "4646")
    add_teams(cohort, by=administrator, now=LATER)
    assert begin_confirmed(cohort, by=administrator, now=LATER) == 3
    assert begin_confirmed(cohort, by=administrator, now=LATER) == 0


def test_nobody_begins_in_a_cohort_that_does_not_run(cohort, administrator) -> None:
    assert begin_due(LATER) == 0
    begin_cohort(cohort, by=administrator, now=NOW)
    complete_cohort(cohort, by=administrator, now=NOW)
    a.TeamMember.objects.update(participation=Participation.CONFIRMED)
    assert begin_due(LATER) == 0


# --- Complete, and open again -----------------------------------------------------------------------------


def test_completing_and_opening_again(cohort, bodo, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    sent = Message.objects.count()
    assert complete_cohort(cohort, by=administrator, now=NEXT_WEEK) == 3
    assert complete_cohort(cohort, by=administrator, now=NEXT_WEEK) == 0
    cohort.refresh_from_db()
    assert (cohort.state, cohort.completed_at, states(bodo)) == ("completed", NEXT_WEEK, ["completed"] * 3)
    assert c.Participant.objects.present().count() == 3
    assert reopen_cohort(cohort, by=administrator, now=NEXT_WEEK) == 3
    assert reopen_cohort(cohort, by=administrator, now=NEXT_WEEK) == 0
    cohort.refresh_from_db()
    assert (cohort.state, cohort.completed_at, states(bodo)) == ("running", None, ["active"] * 3)
    assert Message.objects.count() == sent
    assert [event.verb for event in history(cohort)][:2] == [
        "opened the cohort again",
        "completed the cohort",
    ]


def test_a_planned_cohort_is_not_completed(cohort, administrator) -> None:
    with pytest.raises(Refused, match="the state is «Planned»"):
        complete_cohort(cohort, by=administrator, now=NOW)


# --- Until when a municipality may change its team ---------------------------------------------------------


def test_the_first_session_closes_the_team_to_the_municipality(cohort, bodo, coordinator) -> None:
    starts_on = NEXT_WEEK.date()
    starts_at = datetime(2027, 5, 10, 9, 0, tzinfo=ZoneInfo("Europe/Oslo"))
    SessionFactory(cohort=cohort, number=1, starts_on=starts_on)
    SessionFactory(cohort=cohort, number=2, starts_on=starts_on + timedelta(days=30))
    assert sweep(NOW) == 1
    assert sweep(NOW) == 0
    application = begun(bodo)
    assert application.intake.course_begins_at == starts_at
    assert history(application.intake).first().verb == "took over from the plan when the first session begins"
    assert until(application) == (
        "People can be replaced until the first session begins, Monday 10 May 2027 at 09:00."
    )
    everyone = everyone_of(application)
    assert may_change(application, everyone, starts_at - timedelta(seconds=1))
    assert not may_change(application, everyone, starts_at)
    with pytest.raises(Refused, match="The team cannot be changed now"):
        withdraw_person(everyone[0], reason="Ill", by=coordinator, now=starts_at)
    application.state = State.WAITLISTED  # its own course has not begun
    assert may_change(application, everyone, starts_at)


def test_a_plan_without_dates_lets_go_of_the_moment(cohort) -> None:
    session = SessionFactory(cohort=cohort, number=1)
    assert tell_first_session(cohort, now=NOW)
    session.days.all().delete()
    assert tell_first_session(cohort, now=LATER)
    cohort.intake.refresh_from_db()
    assert cohort.intake.course_begins_at is None


def test_beginning_closes_the_team_to_the_municipality_for_good(cohort, bodo, administrator) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    assert not may_change(begun(bodo), everyone_of(bodo), NOW)
    a.TeamMember.everyone.update(participation=Participation.WITHDRAWN, left_at=NOW)
    assert not may_change(begun(bodo), everyone_of(bodo), NOW)  # also when everybody has left
