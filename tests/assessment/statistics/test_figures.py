"""From applications and grades to figures: who counts where, and when they are released."""

from __future__ import annotations

from datetime import timedelta

import pytest

from applications.models import TeamMember
from applications.states import Participation, State
from assessment.actions.statistics import release
from assessment.models import StatisticsRelease
from assessment.models.cohort_figures import figures
from assessment.states import CandidateState
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Unchangeable
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, GradeFactory
from tests.assessment.statistics.factories import StatisticsReleaseFactory
from tests.cohorts.factories import CohortFactory, ParticipantFactory, TeamFactory
from tests.factories import (
    NOW,
    ApplicationFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(name="Anna Administrator", is_course_administrator=True)


@pytest.fixture
def cohort():
    return CohortFactory(
        state=CohortState.COMPLETED, completed_at=NOW, intake__slug="autumn-2026", slug="autumn-2026"
    )


def applied(cohort, lead: str, state: str, *, people: int, **values):
    return ApplicationFactory(
        intake=cohort.intake,
        lead=municipality(lead),
        state=state,
        submitted_at=NOW - timedelta(days=300),
        complete=True,
        team=people,
        **values,
    )


def passed(person, exam, mark="C", **values):
    candidate = CandidateFactory(exam=exam, participant=person, state=CandidateState.FINAL)
    return GradeFactory(candidate=candidate, mark=mark, **values)


# --- Who counts where --------------------------------------------------------------------------------


def test_how_far_people_came(cohort):
    exam = ExamFactory(cohort=cohort, published=True)
    applied(cohort, "0301", State.IN_REVIEW, people=3)
    applied(cohort, "4601", State.WAITLISTED, people=4)
    applied(cohort, "5610", State.ADMITTED, people=2)
    applied(cohort, "5607", State.DRAFT, people=3)
    applied(cohort, "4204", State.WITHDRAWN, people=1)
    team = TeamFactory(cohort=cohort, lead=municipality("1804"), people=3)
    _began, failed, best = team.participants.order_by("pk")
    passed(failed, exam, "F")
    passed(best, exam, "A")
    found = figures(cohort)
    assert found.groupings == {
        "region": {
            "NN": [0, 0, 2, 2, 1],
            "TR": [0, 0, 0, 0, 0],
            "VL": [0, 4, 0, 0, 0],
            "SL": [1, 0, 0, 0, 0],
            "OL": [3, 0, 0, 0, 0],
        },
        "size": {"S": [0, 0, 2, 0, 0], "M": [0, 0, 0, 0, 0], "L": [4, 4, 0, 2, 1]},
    }
    assert found.everybody == (13, 9, 5, 3, 1)
    assert found.marks == {1: {"A": 1, "B": 0, "C": 0, "D": 0, "E": 0, "F": 1}}


def test_reserves_and_those_who_left_before_it_was_sent_in_did_not_apply(cohort):
    application = applied(cohort, "1804", State.READY, people=3)
    TeamMemberFactory(application=application, participation=Participation.RESERVE)
    early = TeamMemberFactory(application=application, email="early@example.no")
    late = TeamMemberFactory(application=application, email="late@example.no")
    for member, left_at in ((early, NOW - timedelta(days=301)), (late, NOW - timedelta(days=299))):
        member.participation, member.left_at = Participation.WITHDRAWN, left_at
        member.save()
    assert figures(cohort).everybody == (4, 4, 0, 0, 0)
    assert TeamMember.everyone.count() == 6


def test_a_grade_counts_when_it_is_published_and_stands(cohort):
    exam = ExamFactory(cohort=cohort, published=True)
    first, second, third = TeamFactory(cohort=cohort, lead=municipality("1804")).participants.all()
    appealed = passed(first, exam, "E", superseded_at=NOW)
    GradeFactory(
        candidate=appealed.candidate, version=2, mark="F", source="correction", reason="x", published_at=NOW
    )
    passed(second, exam, "D", published_at=None)
    passed(third, exam, "B")
    found = figures(cohort)
    assert found.everybody == (3, 3, 3, 3, 1)
    assert found.marks == {1: {"A": 0, "B": 1, "C": 0, "D": 0, "E": 0, "F": 1}}


@pytest.mark.parametrize("teams", [1, 3])
def test_three_queries_for_any_number(cohort, teams, django_assert_num_queries):
    exam = ExamFactory(cohort=cohort, published=True)
    for _number in range(teams):
        passed(TeamFactory(cohort=cohort).participants.first(), exam)
    with django_assert_num_queries(3):
        assert figures(cohort).everybody[0] == 3 * teams


# --- What is released --------------------------------------------------------------------------------


def people_of(cohort, lead: str, number: int, *, complete: int) -> None:
    exam = cohort.exams.first() or ExamFactory(cohort=cohort, published=True)
    team = TeamFactory(cohort=cohort, lead=municipality(lead), people=number)
    for person in team.participants.order_by("pk")[:complete]:
        passed(person, exam, "B")


def test_small_figures_are_not_even_stored(cohort, administrator):
    people_of(cohort, "5610", 12, complete=11)
    people_of(cohort, "0301", 9, complete=9)
    people_of(cohort, "5001", 14, complete=12)
    made = release(cohort, by=administrator, now=NOW)
    assert made.content == {
        "smallest": 5,
        "everybody": [35, 35, 35, 35, 32],
        "groups": {
            "region": [
                {"code": "NN", "reached": [12, 12, 12, 12, None]},
                {"code": "TR", "reached": [14, 14, 14, 14, None]},
                {"code": "VL", "reached": [0, 0, 0, 0, 0]},
                {"code": "SL", "reached": [0, 0, 0, 0, 0]},
                {"code": "OL", "reached": [9, 9, 9, 9, None]},
            ],
            "size": [
                {"code": "S", "reached": [12, 12, 12, 12, None]},
                {"code": "M", "reached": [0, 0, 0, 0, 0]},
                {"code": "L", "reached": [23, 23, 23, 23, None]},
            ],
        },
        "exams": [
            {
                "number": 1,
                "candidates": 32,
                "marks": {"A": 0, "B": 32, "C": 0, "D": 0, "E": 0, "F": 0},
            }
        ],
    }
    event = audit.history(cohort)[0]
    assert event.verb == "released the statistics of the cohort"
    assert event.changes == {"Version": [None, 1], "Checksum": [None, made.digest]}


def test_more_graded_than_completed_does_not_tell_that_somebody_failed(cohort):
    people_of(cohort, "5610", 9, complete=8)
    exam = cohort.exams.get()
    passed(TeamFactory(cohort=cohort, lead=municipality("1804"), people=8).participants.first(), exam, "F")
    (public,) = figures(cohort).public()["exams"]
    assert public == {
        "number": 1,
        "candidates": None,
        "marks": {"A": 0, "B": None, "C": 0, "D": 0, "E": 0, "F": None},
    }


def test_nothing_is_released_while_somebody_may_get_another_result(cohort, administrator):
    cohort.state, cohort.completed_at = CohortState.RUNNING, None
    cohort.save()
    with pytest.raises(Refused, match="when the cohort is completed"):
        release(cohort, by=administrator, now=NOW)
    cohort.state, cohort.completed_at = CohortState.COMPLETED, NOW
    cohort.save()
    person = ParticipantFactory(team=TeamFactory(cohort=cohort, people=0))
    candidate = CandidateFactory(
        exam=ExamFactory(cohort=cohort, published=True), participant=person, state=CandidateState.PUBLISHED
    )
    with pytest.raises(Refused, match="when every grade is final"):
        release(cohort, by=administrator, now=NOW)
    assert not StatisticsRelease.objects.exists()
    candidate.state = CandidateState.FINAL
    candidate.save()
    assert release(cohort, by=administrator, now=NOW).number == 1


def test_the_same_figures_are_one_release_and_others_need_a_reason(cohort, administrator):
    people_of(cohort, "1804", 8, complete=8)
    first = release(cohort, by=administrator, now=NOW)
    assert release(cohort, by=administrator, now=NOW) == first
    people_of(cohort, "0301", 8, complete=8)
    with pytest.raises(Refused, match="Say why"):
        release(cohort, reason="  ", by=administrator, now=NOW)
    second = release(cohort, reason="Et team var glemt.", by=administrator, now=NOW)
    assert (second.number, second.reason, second.content["everybody"][0]) == (2, "Et team var glemt.", 16)
    assert list(StatisticsRelease.objects.in_force()) == [second]
    first.refresh_from_db()
    assert first.content["everybody"][0] == 8


def test_releases_are_never_deleted(cohort):
    made = StatisticsReleaseFactory(cohort=cohort)
    for thing in (made, StatisticsRelease.objects.all()):
        with pytest.raises(Unchangeable):
            thing.delete()
