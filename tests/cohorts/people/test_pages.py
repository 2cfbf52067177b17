"""The pages of a cohort, a team and a course, and what they cost."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse

from applications import models as a
from applications.models.content import MEMBER_FIELDS
from applications.states import Participation, State
from cohorts import models as c
from cohorts.actions.course import begin_cohort
from cohorts.home import cohorts as cohort_section
from cohorts.home import courses as course_section
from cohorts.waiting.cohorts import cohort_waits
from innoskole.accounts.audit import history
from tests.applications.people.test_changes import values
from tests.cohorts.factories import (
    CohortFactory,
    InstructorFactory,
    ParticipantFactory,
    SessionFactory,
    TeamFactory,
)
from tests.cohorts.people.conftest import NEXT_DAY, enrolled, reserve_of, states
from tests.factories import NOW, IntakeFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def url(name: str, *args: object) -> str:
    return reverse(f"cohorts:{name}", args=args)


# --- The cohort ----------------------------------------------------------------------------------------


def test_an_administrator_makes_a_cohort(bodo, administrator, log_in, now) -> None:
    browser = log_in(administrator)
    listed = browser.get(url("cohorts")).content.decode()
    assert url("cohort_make", bodo.intake.slug) in listed
    page = browser.get(url("cohort_make", bodo.intake.slug))
    assert page.context["consequences"][0] == (
        "The cohort gets the 1 team that is enrolled, by the name of the municipality."
    )
    assert browser.post(page.request["PATH_INFO"]).url == url("cohort", bodo.intake.slug)
    assert [str(team) for team in c.Team.objects.all()] == ["Bodø"]
    assert browser.get(url("cohort_make", bodo.intake.slug)).url == url("cohort", bodo.intake.slug)


def test_beginning_says_who_and_does_it(published, coordinator, administrator, log_in, now) -> None:
    application = enrolled(published, coordinator, unsure=1)
    browser = log_in(administrator)
    browser.post(url("cohort_make", published.slug))
    page = browser.get(url("cohort_deed", published.slug, "begin"))
    unsure = application.members.order_by("pk").first()
    assert page.context["consequences"] == [
        "2 people who have confirmed take part from today, and get an e-mail of welcome.",
        f"In the team of Bodø, these have not confirmed: {unsure.name}.",
        "They begin, and get their e-mail, within a minute after they have confirmed.",
        "From now on only the school changes the teams.",
    ]
    assert "despite_faults" not in page.context["form"].fields
    assert browser.post(url("cohort_deed", published.slug, "begin")).url == url("cohort", published.slug)
    assert states(application) == ["invited", "active", "active"]
    front = browser.get(url("cohort", published.slug))
    assert [key for key, _deed in front.context["deeds"]] == ["complete"]
    assert browser.get(url("cohort_deed", published.slug, "begin")).context["obstacle"] == (
        "The cohort has begun already."
    )


def test_a_broken_team_asks_for_a_tick(cohort, bodo, administrator, log_in, now) -> None:
    gone = bodo.members.order_by("pk").first()
    a.TeamMember.everyone.filter(pk=gone.pk).update(participation=Participation.WITHDRAWN, left_at=NOW)
    browser = log_in(administrator)
    page = browser.post(url("cohort_deed", cohort.slug, "begin"))
    assert page.context["form"].errors["despite_faults"]
    assert page.context["form"].fields["despite_faults"].help_text == "Bodø: The team lacks 1 person."
    browser.post(url("cohort_deed", cohort.slug, "begin"), {"despite_faults": "on"})
    assert states(bodo) == ["withdrawn", "active", "active"]


def test_the_settings_are_checked_and_kept(cohort, administrator, log_in, now) -> None:
    browser = log_in(administrator)
    data = {
        "attendance_percent": 75,
        "sessions_planned": 6,
        "days_planned": 14,
        "days_min": 3,
        "days_max": 2,
        "joins_until_on": "2027-10-01",
    }
    page = browser.post(url("settings", cohort.slug), data)
    assert page.context["form"].errors == {
        "days_max": ["A session cannot have fewer days at most than at least."]
    }
    assert browser.post(url("settings", cohort.slug), {**data, "days_min": 2}).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.attendance_percent, str(cohort.joins_until_on)) == (75, "2027-10-01")
    zero = browser.post(url("settings", cohort.slug), {**data, "days_min": 0})
    assert zero.context["form"].errors == {"days_min": ["Write at least 1."]}


def test_an_instructor_is_added_and_removed(cohort, instructor, administrator, log_in, now) -> None:
    browser = log_in(administrator)
    browser.post(url("instructor_add", cohort.slug), {"user": instructor.pk})
    assert log_in(instructor).get(url("cohort", cohort.slug)).status_code == 200
    assert browser.get(url("instructor_add", cohort.slug)).context["obstacle"] == (
        "Everybody with the role of an instructor teaches here already. Grant the role on People."
    )
    browser.post(url("instructor_remove", cohort.slug, cohort.instructors.get().pk))
    assert log_in(instructor).get(url("cohort", cohort.slug)).status_code == 404


def test_instructors_see_the_teams_and_no_deeds(cohort, instructor, log_in, now) -> None:
    InstructorFactory(cohort=cohort, user=instructor)
    page = log_in(instructor).get(url("cohort", cohort.slug))
    assert [str(line.team) for line, _color in page.context["lines"]] == ["Bodø"]
    assert (page.context["deeds"], page.context["outsiders"]) == ([], [])
    team = log_in(instructor).get(url("team", cohort.teams.get().reference))
    assert not team.context["may_change"]
    assert "/people/" not in team.content.decode().replace("/applications/", "")


@pytest.mark.parametrize(("text", "found"), [("fjal", ["Fjaler"]), ("BODØ", ["Bodø"]), ("sykkel", [])])
def test_the_filter_finds_municipality_problem_and_person(text, found, cohort, instructor, log_in) -> None:
    InstructorFactory(cohort=cohort, user=instructor)
    TeamFactory(cohort=cohort, number=2, lead=municipality("4646"))
    page = log_in(instructor).get(url("cohort", cohort.slug), {"q": text})
    assert [str(line.team) for line, _color in page.context["lines"]] == found


def test_the_export_is_what_the_filter_shows_and_is_written_down(cohort, administrator, log_in, now) -> None:
    TeamFactory(cohort=cohort, number=2, lead=municipality("4646"))
    answer = log_in(administrator).get(url("teams_export", cohort.slug, "csv"), {"q": "bodø"})
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row[0], row[3], row[12]) for row in rows] == [
        ("Number", "Municipality", "Participation"),
        *[("1", "Bodø", "Confirmed")] * 3,
    ]
    event = history(cohort).first()
    assert (event.verb, event.changes) == (
        "exported the list of teams",
        {"File": ["", f"cohort-{cohort.slug}.csv"], "Filter": ["", "bodø"], "Rows": ["", 3]},
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cohort_costs_the_same_for_any_number_of_teams(
    rows, published, instructor, administrator, log_in, django_assert_num_queries, now
) -> None:
    cohort = CohortFactory(intake=published)
    InstructorFactory(cohort=cohort, user=instructor)
    for code in ("1804", "4646", "3405")[:rows]:
        TeamFactory(cohort=cohort, lead=municipality(code))
    SessionFactory(cohort=cohort)
    browser = log_in(instructor)
    with django_assert_num_queries(7):
        browser.get(url("cohort", cohort.slug))
    browser = log_in(administrator)
    with django_assert_num_queries(17):
        browser.get(url("cohort", cohort.slug))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_cohorts_costs_the_same_for_any_number(
    rows, administrator, log_in, django_assert_num_queries
) -> None:
    for number in range(rows):
        TeamFactory(cohort=CohortFactory(intake=IntakeFactory(slug=f"intake-{number}", year=2027 + number)))
    browser = log_in(administrator)
    with django_assert_num_queries(4):
        page = browser.get(url("cohorts"))
    assert [cohort.team_count for cohort, _color in page.context["cohorts"]] == [1] * rows


# --- The team --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_team_costs_the_same_for_any_number_of_people(
    rows, published, instructor, log_in, django_assert_num_queries, now
) -> None:
    team = TeamFactory(cohort=CohortFactory(intake=published), people=rows)
    for _number in range(rows):
        ParticipantFactory(team=team, gone=True)
    InstructorFactory(cohort=team.cohort, user=instructor)
    for number in range(rows):
        user = UserFactory(name=f"Anna Prøve {number}")
        c.Supervisor.objects.create(team=team, user=user, is_main=not number, began_on=TODAY)
    c.Supervisor.objects.create(team=team, user=instructor, began_on=TODAY, ended_on=TODAY)
    browser = log_in(instructor)
    with django_assert_num_queries(11):
        page = browser.get(url("team", team.reference))
    assert (len(page.context["people"]), len(page.context["gone"])) == (rows, rows)
    supervisors = ", ".join(f"Anna Prøve {number}" for number in range(rows))
    assert f"<dd>{supervisors}</dd>" in page.content.decode()


def test_the_team_sees_each_other_and_no_reasons(cohort, administrator, log_in, now) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    team = cohort.teams.get()
    first, second, third = team.participants.order_by("pk")
    data = {"reason": "A private reason.", "last_on": str(TODAY)}
    page = log_in(administrator).get(url("person_deed", team.reference, first.member_id, "leave"))
    assert page.context["consequences"] == [
        "The team lacks 1 person.",
        "What the person has attended, handed in and had approved stays theirs.",
        f"{first} gets an e-mail at {first.member.email} that they are out of the team, with the reason.",
        "Kari Koordinator, who is the contact person, gets an e-mail.",
        "You can undo it while nobody has taken over.",
    ]
    done = log_in(administrator).post(url("person_deed", team.reference, first.member_id, "leave"), data)
    assert done.url == url("team", team.reference)
    seen = log_in(second.member.user).get(url("team", team.reference)).content.decode()
    assert "A private reason." not in seen
    assert third.member.email not in seen
    assert "Took part from 3 May 2027 to 3 May 2027." in seen
    assert log_in(first.member.user).get(url("team", team.reference)).status_code == 404
    assert "A private reason." in log_in(administrator).get(url("team", team.reference)).content.decode()


def test_a_reserve_takes_over_on_the_page(cohort, bodo, administrator, log_in, now) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    team, member = cohort.teams.get(), bodo.members.order_by("pk").first()
    browser, address = log_in(administrator), url("person_deed", bodo.reference, member.pk, "replace")
    assert browser.get(address).context["obstacle"] == "No reserve is named."
    reserve = reserve_of(bodo)
    page = browser.get(address)
    assert page.context["other"][1] == url("person_deed", bodo.reference, member.pk, "replace-new")
    browser.post(address, {"reserve": reserve.pk, "reason": "A new job."})
    assert states(bodo) == ["replaced", "active", "active", "nominated"]
    assert team.participants.order_by("pk").first().left_on == TODAY
    undo = browser.get(url("person_deed", bodo.reference, member.pk, "return"))
    assert undo.context["obstacle"] == f"Somebody has taken over from {member.name} already."


def test_a_misclick_is_undone_on_the_page(cohort, bodo, administrator, log_in, now) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    member = bodo.members.order_by("pk").first()
    browser = log_in(administrator)
    browser.post(
        url("person_deed", bodo.reference, member.pk, "leave"), {"reason": "Oops", "last_on": str(TODAY)}
    )
    page = browser.get(url("person_deed", bodo.reference, member.pk, "return"))
    assert page.context["consequences"] == [
        f"{member.name} takes part again from today, as if they had not left.",
        f"{member.name} gets an e-mail at {member.email}.",
    ]
    browser.post(page.request["PATH_INFO"])
    assert states(bodo) == ["active"] * 3


def test_somebody_new_joins_on_the_page(cohort, bodo, administrator, log_in, now) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    browser, address = log_in(administrator), url("team_deed", bodo.reference, "join-new")
    refused = browser.post(address, {"name": "Ny Prøve"})
    assert set(refused.context["form"].errors) >= {"email", "sector"}
    data = {name: value for name, value in values(name="Ny Prøve").items() if name in MEMBER_FIELDS}
    assert browser.post(address, data).url == url("team", bodo.reference)
    assert states(bodo) == ["active", "active", "active", "nominated"]
    assert browser.get(address).context["obstacle"] == (
        "The team may have at most 4 people. Remove somebody first."
    )


def test_somebody_who_takes_over_or_nobody_named(cohort, bodo, administrator, log_in, now) -> None:
    begin_cohort(cohort, by=administrator, now=NOW)
    browser, address = log_in(administrator), url("team_deed", bodo.reference, "join")
    assert browser.get(address).context["obstacle"] == "No reserve is named."
    reserve = reserve_of(bodo)
    browser.post(address, {"reserve": reserve.pk})
    assert states(bodo) == ["active", "active", "active", "nominated"]


def test_a_team_that_gave_up_its_place_is_taken_out_on_the_page(cohort, bodo, administrator, log_in) -> None:
    browser = log_in(administrator)
    assert browser.get(url("team_deed", bodo.reference, "remove")).context["obstacle"] == (
        "The team has its place, and stays in the cohort."
    )
    a.Application.objects.update(state=State.DECLINED)
    assert browser.post(url("team_deed", bodo.reference, "remove")).url == url("cohort", cohort.slug)
    assert not c.Team.objects.exists()


# --- The course and the home page --------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_course_says_what_comes_next(rows, published, log_in, django_assert_num_queries, now) -> None:
    team = TeamFactory(cohort=CohortFactory(intake=published), people=rows)
    SessionFactory(cohort=team.cohort, number=1, starts_on=TODAY - timedelta(days=30))
    SessionFactory(cohort=team.cohort, number=2, starts_on=TODAY)
    browser = log_in(team.participants.earliest("pk").member.user)
    with django_assert_num_queries(22):
        page = browser.get(url("course", team.cohort.slug))
    assert (page.context["next_day"].session.number, page.context["next_day"].held_on) == (2, TODAY)
    assert len(page.context["people"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_leads_to_courses_and_cohorts(
    rows, administrator, log_in, django_assert_num_queries
) -> None:
    intakes = [IntakeFactory(slug=f"intake-{number}", year=2027 + number) for number in range(rows)]
    teams = [TeamFactory(cohort=CohortFactory(intake=intake), people=1) for intake in intakes]
    me = teams[0].participants.get().member.user
    for team in teams[1:]:
        ParticipantFactory(team=team, user=me)
    with django_assert_num_queries(1):
        section = course_section(me)
    assert (section.heading, len(section.rooms)) == ("My course", rows)
    with django_assert_num_queries(0):
        assert cohort_section(me).rooms == []
    with django_assert_num_queries(1):
        assert len(cohort_section(administrator).rooms) == rows
    page = log_in(me).get(reverse("home")).content.decode()
    assert all(url("course", team.cohort.slug) in page for team in teams)


def test_the_main_menu_costs_no_query_of_ours(log_in, outsider, django_assert_num_queries) -> None:
    browser = log_in(outsider)
    with django_assert_num_queries(2):  # session and person
        browser.get(reverse("cookies"))


# --- What waits ------------------------------------------------------------------------------------------


def test_what_waits_for_the_school(published, bodo, coordinator, administrator, log_in, now) -> None:
    slug = published.slug

    def waits(moment=NOW) -> list[tuple[str, str, int | None]]:
        return [(one.title, one.url, one.count) for one in cohort_waits(administrator, moment)]

    browser = log_in(administrator)
    assert waits() == [("Make the cohort of Autumn 2027", url("cohort_make", slug), 1)]
    browser.post(url("cohort_make", slug))
    assert waits() == []
    a.Intake.objects.update(course_begins_at=NOW + timedelta(days=30))
    begin = ("Begin the cohort: Autumn 2027", url("cohort_deed", slug, "begin"), None)
    assert waits() == [begin]
    assert waits(NOW - timedelta(seconds=1)) == []
    enrolled(published, coordinator, "4646")
    add = (
        "Add the teams that have enrolled to the cohort: Autumn 2027",
        url("cohort_deed", slug, "add-teams"),
        1,
    )
    assert waits() == [add, begin]
    browser.post(url("cohort_deed", slug, "begin"))
    browser.post(url("cohort_deed", slug, "add-teams"))
    assert waits() == []
    assert waits(NEXT_DAY) == [
        (
            "People have confirmed, and the course has not begun for them",
            url("cohort_deed", slug, "let-begin"),
            3,
        )
    ]
    browser.post(url("cohort_deed", slug, "let-begin"))
    assert waits(NEXT_DAY) == []


def test_nothing_of_it_waits_for_others(bodo, coordinator, instructor, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert cohort_waits(coordinator, NOW) == cohort_waits(instructor, NOW) == []
