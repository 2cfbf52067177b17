"""The matrix: who is let through, in which order, what is counted, and how it came about over time."""

from datetime import date, timedelta

import pytest

from applications.models import DecisionKind
from assessment.models.readiness import Condition, Readiness, Standing
from assessment.models.readiness_matrix import (
    Course,
    Criterion,
    Filters,
    Lack,
    ReadyFilter,
    RoleFilter,
    Row,
    Totals,
    course,
    criteria,
    in_order,
    row,
    totals,
)
from cohorts.models import Cohort, Participant
from cohorts.models.evidence import Evidence
from innoskole.ui.steps import Step
from tests.assessment.readiness import facts
from tests.cohorts.factories import CohortFactory, ParticipantFactory, TeamFactory
from tests.factories import NOW, UserFactory, municipality

pytestmark = pytest.mark.django_db

TODAY = date(2027, 5, 3)  # a Monday


def condition(key: str, met: date | None = None) -> Condition:
    return Condition(key, key.title(), Evidence(is_met=met is not None, says="", happened_on=met))


def stands(person: Participant, *conditions: Condition) -> Standing:
    """For the matrix, what one works towards is what counts; the other aim is left empty."""
    return Standing(person, Readiness(conditions), Readiness(conditions))


@pytest.fixture
def cohort() -> Cohort:
    return CohortFactory()


@pytest.fixture
def people(cohort) -> dict[str, Participant]:
    """Åse and Berit of Bodø (team 2), Cecilie of Fjaler (team 1), who is a course participant."""
    bodo = TeamFactory(cohort=cohort, number=2, lead=municipality("1804"), people=0)
    fjaler = TeamFactory(cohort=cohort, number=1, lead=municipality("4646"), people=0)
    made = {
        name: ParticipantFactory(team=team, user=UserFactory(name=f"{name} Prøve"), **more)
        for name, team, more in (
            ("Åse", bodo, {}),
            ("Berit", bodo, {}),
            ("Cecilie", fjaler, {"course_participant": True}),
        )
    }
    facts.tell(made["Cecilie"], DecisionKind.COURSE_PARTICIPANT)
    return made


@pytest.fixture
def found(people) -> dict[str, Standing]:
    """Åse lacks the fee; Berit lacks nothing since April; Cecilie lacks attendance."""
    first, last = date(2027, 4, 6), date(2027, 4, 28)
    return {
        "Åse": stands(people["Åse"], condition("requirement-1", first), condition("fee")),
        "Berit": stands(people["Berit"], condition("requirement-1", first), condition("fee", last)),
        "Cecilie": stands(people["Cecilie"], condition("attendance")),
    }


@pytest.mark.parametrize(
    ("asked", "let_through"),
    [
        ({}, ["Åse", "Berit", "Cecilie"]),
        ({"text": "bodø ås"}, ["Åse"]),
        ({"text": "bodø fjaler"}, []),
        ({"team": "1"}, ["Cecilie"]),
        ({"role": RoleFilter.STUDENT}, ["Åse", "Berit"]),
        ({"role": RoleFilter.COURSE_PARTICIPANT}, ["Cecilie"]),
        ({"lacks": ReadyFilter.NOTHING}, ["Berit"]),
        ({"lacks": ReadyFilter.SOMETHING}, ["Åse", "Cecilie"]),
        ({"lacks": "fee"}, ["Åse"]),
        ({"lacks": "requirement-1"}, []),
        ({"team": "2", "lacks": ReadyFilter.NOTHING}, ["Berit"]),
    ],
)
def test_the_filters_let_through_those_who_fit_them_all(found, asked, let_through):
    filters = Filters(**asked)
    assert [name for name, one in found.items() if filters.let_through(one)] == let_through


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("team", ["Cecilie", "Berit", "Åse"]),
        ("-team", ["Berit", "Åse", "Cecilie"]),
        ("name", ["Berit", "Cecilie", "Åse"]),
        ("-name", ["Åse", "Cecilie", "Berit"]),
        ("missing", ["Berit", "Cecilie", "Åse"]),
        ("-missing", ["Cecilie", "Åse", "Berit"]),
    ],
)
def test_the_order_is_the_one_asked_for_and_then_by_team_and_name(found, sort, order):
    assert in_order(found.values(), sort) == [found[name] for name in order]


def test_a_row_has_a_cell_for_each_criterion_and_none_where_it_is_not_asked(found):
    asked = criteria(found.values())
    assert asked == [
        Criterion("requirement-1", "Requirement-1"),
        Criterion("fee", "Fee"),
        Criterion("attendance", "Attendance"),
    ]
    one = found["Åse"]
    assert row(one, asked) == Row(one, (*one.readiness.conditions, None))


def test_totals_count_the_ready_and_what_most_people_lack_first(found, people):
    more = stands(people["Berit"], condition("fee"))
    assert totals([*found.values(), more]) == Totals(
        students=3,
        students_ready=1,
        course_participants=1,
        course_participants_ready=0,
        lacks=[Lack(Criterion("fee", "Fee"), 2, 3), Lack(Criterion("attendance", "Attendance"), 1, 1)],
    )


def test_the_course_over_time_is_told_by_the_week_of_what_still_stands(found):
    assert course(found.values(), TODAY) == Course(
        steps=[Step(date(2027, 4, 11), (2, 0)), Step(date(2027, 5, 2), (2, 1))], results=2, students=2
    )


def test_this_week_ends_today_and_what_has_no_day_is_known_today(people):
    undated = Condition("requirement-1", "", Evidence(is_met=True, says=""))
    found = [stands(people["Åse"], undated), stands(people["Berit"], condition("requirement-1", TODAY))]
    assert course(found, TODAY).steps == [Step(TODAY, (2, 2))]


def test_nothing_yet_has_no_steps(found):
    assert course([found["Cecilie"]], NOW.date() + timedelta(days=1)) == Course([], 0, 0)
