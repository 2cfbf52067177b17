"""The pages of readiness: what each role reads, the filter in the address, the export, the rule."""

import csv
from io import StringIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.models import DecisionKind
from assessment.models import ReadinessRule
from assessment.states import Outcome
from innoskole.accounts.models import AuditEvent
from tests.assessment.readiness import facts
from tests.cohorts.factories import CohortFactory, InstructorFactory, ParticipantFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cohort():
    return facts.set_up()


@pytest.fixture
def staff(cohort) -> Client:
    return client_of(InstructorFactory(cohort=cohort).user)


@pytest.fixture
def administrator() -> Client:
    return client_of(UserFactory(is_course_administrator=True))


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page(client: Client, name: str, *args, query: str = "") -> str:
    return text(client.get(reverse(f"assessment:{name}", args=args) + query))


# --- One's own page ---------------------------------------------------------------------------------------


def test_a_student_reads_what_is_missing_first(cohort):
    person = facts.ready(cohort, but="fee-2")
    html = page(client_of(person.member.user), "readiness", cohort.slug)
    assert "One thing is missing: Semester fee, second semester." in html
    assert "7 of 8 conditions are in place" in html
    assert html.index("No payment is recorded.") < html.index("Admitted as a student by the decision of")


def test_a_student_who_is_ready_reads_so(cohort):
    person = facts.ready(cohort)
    html = page(client_of(person.member.user), "readiness", cohort.slug)
    assert "Nothing is missing." in html
    assert "Everything that the exam asks for is in place." in html


def test_a_course_participant_reads_of_the_certificate_only(cohort):
    person = facts.newcomer(cohort, course_participant=True)
    facts.tell(person, DecisionKind.COURSE_PARTICIPANT)
    html = page(client_of(person.member.user), "readiness", cohort.slug)
    assert "One thing is missing: Attendance." in html
    assert "Before the exam" not in html


def test_several_things_are_counted_and_the_first_deadline_told(cohort):
    person = facts.newcomer(cohort)
    html = page(client_of(person.member.user), "readiness", cohort.slug)
    assert (
        "8 things are missing. The first one: Work requirement 1, by Tuesday 13 April 2027 at 10:00." in html
    )


def test_the_staff_read_the_same_also_of_one_who_has_left(cohort, staff):
    gone = ParticipantFactory(team=facts.newcomer(cohort).team, gone=True)
    html = page(staff, "participant_readiness", cohort.slug, gone.pk)
    assert "took part until 23 April 2027" in html


def test_a_participant_of_another_cohort_is_not_found_here(cohort, staff):
    stranger = facts.newcomer(CohortFactory(intake__slug="another"))
    address = reverse("assessment:participant_readiness", args=[cohort.slug, stranger.pk])
    assert staff.get(address).status_code == 404


@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        ("", "Nothing is missing."),
        ("fee-2", "7 of 8 conditions are in place. Missing first: Semester fee, second semester."),
        (
            "requirement-1",
            "7 of 8 conditions are in place. Missing first: Work requirement 1, by Tuesday 13 April 2027 at"
            " 10:00.",
        ),
    ],
)
def test_the_front_page_of_the_course_says_it_in_one_line(cohort, lacking, says):
    person = facts.ready(cohort, but=lacking)
    client = client_of(person.member.user)
    html = text(client.get(reverse("cohorts:course", args=[cohort.slug])))
    address = reverse("assessment:readiness", args=[cohort.slug])
    assert f'<a class="ds-link" href="{address}">{says}</a>' in html


# --- The team's page --------------------------------------------------------------------------------------


@pytest.fixture
def pair(cohort):
    """Two of one team: the first has nothing for requirement 1, the second must revise it."""
    first = facts.ready(cohort, but="requirement-1")
    second = ParticipantFactory(team=first.team, user=UserFactory(name="Vigdis Vitlaus"))
    requirement = cohort.work_requirements.get(number=1)
    facts.give(second, requirement, Outcome.NOT_APPROVED)
    return first, second


def test_the_team_reads_its_deliveries_and_nobody_reads_of_a_colleague(pair):
    first, second = pair
    html = page(client_of(first.member.user), "team_readiness", first.team.reference)
    assert "1. Arbeidskrav nummer 1" in html
    assert "One thing is missing: Work requirement 1" in html
    assert second.member.name not in html


def test_the_staff_read_of_everybody_in_the_team(pair, staff):
    html = page(staff, "team_readiness", pair[0].team.reference)
    assert [person.member.name in html for person in pair] == [True, True]


# --- The matrix -------------------------------------------------------------------------------------------


def test_the_matrix_counts_and_filters(cohort, staff):
    ready, lacking = facts.ready(cohort), facts.ready(cohort, but="fee-1")
    html = page(staff, "progress", cohort.slug)
    assert "1 of 2 students are ready for the exam." in html
    assert (ready.member.name in html, lacking.member.name in html) == (True, True)
    html = page(staff, "progress", cohort.slug, query="?lacks=fee-1")
    assert (ready.member.name in html, lacking.member.name in html) == (False, True)
    html = page(staff, "progress", cohort.slug, query="?q=nobody+of+this+name")
    assert "Nothing matches the search and the filters." in html


def test_the_plot_says_its_conclusion(cohort, staff):
    facts.ready(cohort)
    facts.ready(cohort, but="requirement-1")
    html = page(staff, "progress", cohort.slug)
    assert "1 of 2 students are ready for the exam, and 7 of 8 work requirements are approved." in html


def test_a_cohort_without_people_says_so(cohort, staff):
    assert "Nobody takes part yet" in page(staff, "progress", cohort.slug)


def test_who_has_left_is_not_in_the_matrix(cohort, staff):
    gone = ParticipantFactory(team=facts.ready(cohort).team, gone=True)
    assert gone.member.name not in page(staff, "progress", cohort.slug)


@pytest.mark.parametrize("people", [1, 3])
def test_the_matrix_costs_the_same_for_all(cohort, staff, people, django_assert_num_queries):
    for _number in range(people):
        facts.ready(cohort)
    page(staff, "progress", cohort.slug)
    with django_assert_num_queries(21):
        page(staff, "progress", cohort.slug)


@pytest.mark.parametrize("people", [1, 3])
def test_the_teams_page_costs_the_same_for_all(cohort, staff, people, django_assert_num_queries):
    team = facts.newcomer(cohort).team
    ParticipantFactory.create_batch(people - 1, team=team)
    page(staff, "team_readiness", team.reference)
    with django_assert_num_queries(22):
        page(staff, "team_readiness", team.reference)


def test_the_export_holds_exactly_the_filtered_rows_and_is_audited(cohort, staff):
    facts.ready(cohort)
    lacking = facts.ready(cohort, but="fee-1")
    address = reverse("assessment:progress_export", args=[cohort.slug, "csv"])
    content = staff.get(f"{address}?lacks=fee-1&sort=-name").content.decode("utf-8-sig")
    (line,) = csv.DictReader(StringIO(content), delimiter=";")
    assert line == {
        "Team number": str(lacking.team.number),
        "Municipality": str(lacking.team),
        "Name": lacking.member.name,
        "E-mail": lacking.member.email,
        "Role": "Student",
        "Works towards": "Exam",
        "Is ready": "No",
        "Missing": "1",
        "Admission as a student": "Yes",
        "Work requirement 1": "Yes",
        "Work requirement 2": "Yes",
        "Work requirement 3": "Yes",
        "Work requirement 4": "Yes",
        "Attendance": "Yes",
        "Semester fee, first semester": "No",
        "Semester fee, second semester": "Yes",
        "What is missing": "Semester fee, first semester: No payment is recorded.",
    }
    event = AuditEvent.objects.about(cohort).get()
    assert (event.verb, event.changes) == (
        "downloaded who lacks what before the exam",
        {
            "File": ["", f"progress-{cohort.slug}.csv"],
            "Filter": ["", "lacks=fee-1"],
            "Rows": ["", 1],
        },
    )


# --- The rule ---------------------------------------------------------------------------------------------


def test_an_administrator_changes_what_is_asked(cohort, administrator):
    address = reverse("assessment:readiness_rule", args=[cohort.slug])
    assert "checked" in page(administrator, "readiness_rule", cohort.slug)
    response = administrator.post(address, {"certificate_needs_requirements": "on"})
    assert response.headers["Location"] == reverse("assessment:progress", args=[cohort.slug])
    rule = ReadinessRule.objects.get()
    assert (rule.cohort, rule.exam_needs_attendance, rule.certificate_needs_requirements) == (
        cohort,
        False,
        True,
    )
    event = AuditEvent.objects.about(cohort).get()
    assert (event.verb, event.changes) == (
        "changed what is asked before the exam and the certificate",
        {
            "Attendance before the exam": [True, False],
            "Work requirements before the certificate": [False, True],
        },
    )


def test_the_rule_is_changed_again_in_the_same_row(cohort, administrator):
    address = reverse("assessment:readiness_rule", args=[cohort.slug])
    administrator.post(address, {})
    administrator.post(address, {"exam_needs_attendance": "on"})
    rule = ReadinessRule.objects.get()
    assert (rule.exam_needs_attendance, rule.certificate_needs_requirements) == (True, False)


def test_only_administrators_are_offered_the_rule(cohort, staff, administrator):
    facts.ready(cohort)
    address = reverse("assessment:readiness_rule", args=[cohort.slug])
    offered = [address in page(client, "progress", cohort.slug) for client in (staff, administrator)]
    assert offered == [False, True]
