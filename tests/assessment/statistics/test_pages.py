"""What everybody sees of the figures, the open data as whole values, and what the staff see."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from assessment.models import StatisticsRelease
from assessment.states import CandidateState
from cohorts.states import CohortState
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, GradeFactory
from tests.assessment.statistics.factories import StatisticsReleaseFactory
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.factories import NOW, UserFactory, municipality

pytestmark = pytest.mark.django_db
PAGE, JSON, CSV = (reverse(f"assessment:statistics{end}") for end in ("", "_json", "_csv"))
CONTENT = {
    "smallest": 5,
    "everybody": [86, 61, 41, 40, 38],
    "groups": {
        "region": [
            {"code": "NN", "reached": [28, 18, 12, None, None]},
            {"code": "TR", "reached": [0, 0, 0, 0, 0]},
            {"code": "VL", "reached": [37, 29, 20, None, None]},
            {"code": "SL", "reached": [0, 0, 0, 0, 0]},
            {"code": "OL", "reached": [21, 14, 9, 9, 9]},
        ],
        "size": [
            {"code": "S", "reached": [86, 61, 41, 40, 38]},
            {"code": "M", "reached": [0, 0, 0, 0, 0]},
            {"code": "L", "reached": [0, 0, 0, 0, 0]},
        ],
    },
    "exams": [
        {
            "number": 1,
            "candidates": 36,
            "marks": {"A": None, "B": 12, "C": 14, "D": None, "E": 0, "F": 0},
        }
    ],
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    """Somebody who reads English and is not logged in."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def released() -> StatisticsRelease:
    return StatisticsReleaseFactory(cohort=completed("autumn-2026"), content=CONTENT, digest="ab" * 32)


def completed(slug: str):
    return CohortFactory(intake__slug=slug, slug=slug, state=CohortState.COMPLETED, completed_at=NOW)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- For everybody -----------------------------------------------------------------------------------


def test_before_anything_is_released_nothing_is_there(client):
    TeamFactory(cohort=completed("autumn-2026"))
    assert "No figures yet" in text(client.get(PAGE))
    assert client.get(reverse("assessment:released_statistics", args=["autumn-2026"])).status_code == 404
    assert json.loads(client.get(JSON).content)["cohorts"] == []
    assert len(client.get(CSV).content.decode().splitlines()) == 1


def test_the_page_shows_charts_with_tables_and_what_is_withheld(client, released):
    html = text(client.get(PAGE))
    assert "Of 86 people who were nominated, 38 completed." in html
    assert "36 candidates were graded." in html
    assert "How far people came, by region" in html
    assert "Figures of fewer than 5 people are withheld" in html
    assert html.count('<svg class="chart"') == 2
    # Four of the regions; and two grades, in the chart and in its table.
    assert html.count('<span class="hint">withheld</span>') == 4
    assert html.count(">withheld<") == 4 + 2 * 2


def test_one_cohort_has_an_address_of_its_own(client, released):
    StatisticsReleaseFactory(cohort=completed("spring-2020"), content=CONTENT | {"everybody": [99] * 5})
    html = text(client.get(reverse("assessment:released_statistics", args=["autumn-2026"])))
    assert "Of 86 people who were nominated" in html
    assert 'aria-current="page">Autumn 2027</a>' in html


def test_the_public_reads_the_released_figures_and_not_those_of_today(client, released):
    TeamFactory(cohort=released.cohort, people=7)
    assert "Of 86 people who were nominated" in text(client.get(PAGE))
    assert json.loads(client.get(JSON).content)["cohorts"][0]["everybody"]["applied"] == 86


@pytest.mark.parametrize("cohorts", [1, 3])
def test_one_query_for_any_number_of_cohorts(client, cohorts, django_assert_num_queries):
    for number in range(cohorts):
        StatisticsReleaseFactory(cohort=completed(f"autumn-{number}"), content=CONTENT)
    for url in (PAGE, JSON, CSV):
        with django_assert_num_queries(1):
            client.get(url)


STAGES = ("applied", "eligible", "admitted", "enrolled", "completed")


def by_stage(*values) -> dict:
    return dict(zip(STAGES, values, strict=True))


def test_the_open_data_as_json(client, released):
    response = client.get(JSON)
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content) == {
        "format": "innoskole-statistics/1",
        "language": "en",
        "stages": [
            {"code": "applied", "name": "Nominated in an application"},
            {"code": "eligible", "name": "In an application ready for selection"},
            {"code": "admitted", "name": "In a team that was offered a place"},
            {"code": "enrolled", "name": "Began the course"},
            {"code": "completed", "name": "Passed the exam or got a certificate"},
        ],
        "cohorts": [
            {
                "id": "autumn-2026",
                "name": "Autumn 2027",
                "season": "autumn",
                "year": 2027,
                "version": 1,
                "released_on": "2027-05-02",
                "reason": "",
                "checksum": "ab" * 32,
                "smallest_shown": 5,
                "region_division": "landsdel",
                "everybody": by_stage(86, 61, 41, 40, 38),
                "regions": [
                    {"code": "NN", "name": "Northern Norway", "reached": by_stage(28, 18, 12, None, None)},
                    {"code": "TR", "name": "Trøndelag", "reached": by_stage(0, 0, 0, 0, 0)},
                    {"code": "VL", "name": "Western Norway", "reached": by_stage(37, 29, 20, None, None)},
                    {"code": "SL", "name": "Southern Norway", "reached": by_stage(0, 0, 0, 0, 0)},
                    {"code": "OL", "name": "Eastern Norway", "reached": by_stage(21, 14, 9, 9, 9)},
                ],
                "sizes": [
                    {
                        "code": "S",
                        "name": "Small (fewer than 5,000 inhabitants)",
                        "reached": by_stage(86, 61, 41, 40, 38),
                    },
                    {
                        "code": "M",
                        "name": "Medium (5,000 to 19,999 inhabitants)",
                        "reached": by_stage(0, 0, 0, 0, 0),
                    },
                    {
                        "code": "L",
                        "name": "Large (20,000 inhabitants or more)",
                        "reached": by_stage(0, 0, 0, 0, 0),
                    },
                ],
                "exams": [
                    {
                        "number": 1,
                        "candidates": 36,
                        "marks": {"A": None, "B": 12, "C": 14, "D": None, "E": 0, "F": 0},
                    }
                ],
            }
        ],
        "links": {
            "page": f"http://127.0.0.1:8000{PAGE}",
            "csv": f"http://127.0.0.1:8000{CSV}",
        },
    }


def test_the_open_data_as_csv(client, released):
    response = client.get(CSV)
    assert response["Content-Disposition"] == 'attachment; filename="statistics.csv"'
    header, *rows = csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";")
    assert header == [
        *("cohort", "version", "released_on", "measure", "exam", "grouping", "group", "category"),
        *("people", "is_withheld"),
    ]
    begin = ["autumn-2026", "1", "2027-05-02"]

    def funnel(grouping: str, group: str, *values) -> list[list[str]]:
        return [
            [*begin, "funnel", "", grouping, group, stage, *shown(value)]
            for stage, value in zip(STAGES, values, strict=True)
        ]

    def shown(value) -> list[str]:
        return ["", "1"] if value is None else [str(value), "0"]

    assert rows == [
        *funnel("all", "", 86, 61, 41, 40, 38),
        *funnel("region", "NN", 28, 18, 12, None, None),
        *funnel("region", "TR", 0, 0, 0, 0, 0),
        *funnel("region", "VL", 37, 29, 20, None, None),
        *funnel("region", "SL", 0, 0, 0, 0, 0),
        *funnel("region", "OL", 21, 14, 9, 9, 9),
        *funnel("size", "S", 86, 61, 41, 40, 38),
        *funnel("size", "M", 0, 0, 0, 0, 0),
        *funnel("size", "L", 0, 0, 0, 0, 0),
        [*begin, "grades", "1", "all", "", "A", "", "1"],
        [*begin, "grades", "1", "all", "", "B", "12", "0"],
        [*begin, "grades", "1", "all", "", "C", "14", "0"],
        [*begin, "grades", "1", "all", "", "D", "", "1"],
        [*begin, "grades", "1", "all", "", "E", "0", "0"],
        [*begin, "grades", "1", "all", "", "F", "0", "0"],
        [*begin, "grades", "1", "all", "", "all", "36", "0"],
    ]


# --- For the staff -----------------------------------------------------------------------------------


@pytest.fixture
def settled():
    """Twelve people of whom seven passed, and nine of whom nobody did,, with grades that are final."""
    cohort = completed("autumn-2026")
    exam = ExamFactory(cohort=cohort, published=True)
    team = TeamFactory(cohort=cohort, lead=municipality("1804"), people=12)
    TeamFactory(cohort=cohort, lead=municipality("0301"), people=9)
    for person, mark in zip(team.participants.order_by("pk"), "AAAAAAB", strict=False):
        candidate = CandidateFactory(exam=exam, participant=person, state=CandidateState.FINAL)
        GradeFactory(candidate=candidate, mark=mark)
    return cohort


def test_the_staff_see_every_figure_and_what_the_public_does_not(settled):
    teacher = client_of(InstructorFactory(cohort=settled).user)
    response = teacher.get(reverse("assessment:cohort_statistics", args=[settled.slug]))
    html = text(response)
    assert "Of 21 people who were nominated, 7 completed." in html
    assert "Release the figures" not in html
    shown = response.context["shown"]
    north = dict(shown.tables[0].rows)["Northern Norway"]
    assert [cell.value for cell in north] == [12, 12, 12, 12, 7]
    assert [cell.value for _mark, cell in shown.exams[0].marks] == [6, 1, 0, 0, 0, 0]
    assert [cell.is_withheld for _mark, cell in shown.exams[0].marks] == [True, True, *[False] * 4]
    assert html.count('<span class="hint">withheld</span>') == 2


def test_an_administrator_releases_and_everybody_sees(settled, client):
    anna = client_of(UserFactory(is_course_administrator=True))
    address = reverse("assessment:statistics_release", args=[settled.slug])
    form = text(anna.get(address))
    assert "Small figures are left out" in form
    assert "Reason" not in form
    done = anna.post(address, follow=True)
    assert "Everybody can see the figures now." in text(done)
    assert "Of 21 people who were nominated, 7 completed." in text(client.get(PAGE))
    again = text(anna.get(address))
    assert "Everybody can read it beside the figures." in again


def test_before_publication_the_staff_page_tells_no_grade():
    cohort = CohortFactory()
    exam = ExamFactory(cohort=cohort, grading=True)
    person = TeamFactory(cohort=cohort).participants.first()
    candidate = CandidateFactory(exam=exam, participant=person, state=CandidateState.GRADE_SET)
    GradeFactory(candidate=candidate, published_at=None)
    teacher = client_of(InstructorFactory(cohort=cohort).user)
    response = teacher.get(reverse("assessment:cohort_statistics", args=[cohort.slug]))
    assert response.context["shown"].exams == []
    assert "Of 3 people who were nominated, 0 completed." in text(response)


@pytest.mark.parametrize("teams", [1, 3])
def test_the_staff_page_costs_the_same_for_all(teams, django_assert_num_queries):
    cohort = CohortFactory()
    for _number in range(teams):
        TeamFactory(cohort=cohort)
    teacher = client_of(InstructorFactory(cohort=cohort).user)
    address = reverse("assessment:cohort_statistics", args=[cohort.slug])
    teacher.get(address)
    with django_assert_num_queries(7):
        teacher.get(address)
