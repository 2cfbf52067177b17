"""A whole cohort of 24 teams, from the last confirmation to readiness for the exam, in all roles.

The chapters lie in tests/e2e/cohort/. What one does in the browser, the others do by the same actions.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from applications.models import Intake
from assessment.tasks import open_requirements
from cohorts.models import Participant
from innoskole.accounts.models import User
from tests.e2e.cohort import attending, beginning, coming_and_going, delivering, readiness
from tests.e2e.cohort.year import BLOCKED, CONFIRMED_AT, OFTEN_AWAY, TEAMS, Year, enrolled_intake


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(CONFIRMED_AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def intake(live_server, administrator, second_administrator, instructor) -> Intake:
    """24 teams with a place, where the last person has not confirmed."""
    intake = enrolled_intake()
    User.objects.update(language="nb")
    return intake


@pytest.fixture
def year(intake, enter, log_in, clock) -> Year:
    return Year("nb", enter, log_in, clock)


def test_from_confirmation_to_readiness_for_the_exam(
    year, intake, administrator, second_administrator, instructor, post
) -> None:
    beginning.confirms(year, post)
    beginning.makes_the_cohort(year, intake, administrator, instructor)
    beginning.sets_the_requirements(year, administrator)
    year.at(2027, 8, 23, 10)
    beginning.begins(year, administrator)
    assert (intake.cohort.teams.count(), Participant.objects.count()) == (TEAMS, 85)

    year.at(2027, 8, 30, 9)
    open_requirements()
    attending.sends_an_apology(year)
    year.at(2027, 9, 6, 9, 30)
    attending.registers_on_a_phone(year, instructor, absent=BLOCKED)

    year.at(2027, 9, 20, 10)
    delivering.delivers_without_scripts(year)
    delivering.assesses_from_the_queue(year, instructor)
    delivering.revises(year, instructor)
    delivering.exempts(year, instructor)
    delivering.deliver_and_approve(1, by=instructor)

    year.at(2027, 10, 4, 10)
    coming_and_going.leaves(year, administrator)
    coming_and_going.joins(year, administrator, second_administrator, post)
    coming_and_going.catches_up(year, instructor)

    year.at(2027, 11, 29, 10)
    open_requirements()
    attending.keep_the_rolls(instructor, away={OFTEN_AWAY: 6})
    delivering.deliver_and_approve(2, by=instructor)
    year.at(2028, 2, 7, 10)
    open_requirements()
    delivering.is_not_approved(year, instructor)
    delivering.deliver_and_approve(3, by=instructor)
    year.at(2028, 4, 3, 10)
    open_requirements()
    delivering.deliver_and_approve(4, by=instructor)
    attending.keep_the_rolls(instructor)
    readiness.pay(administrator)

    readiness.what_do_i_lack(year)
    readiness.the_school_sees(year, administrator, instructor)
