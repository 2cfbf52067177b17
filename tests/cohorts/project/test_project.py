"""The project carried over, its texts and parts changed by many at once, and the pages that show them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from applications.actions.drafts import Conflict
from applications.models.content import fingerprint, values_of
from applications.states import Participation
from cohorts.actions.project import add_part, change_part, open_project, remove_part, save_section
from cohorts.models import GapNote, LogEntry, Participant, Project, Risk, Stakeholder, Team
from cohorts.models.project import CARRIED_OVER, PROBLEM, SECTIONS, Piece, diff, gaps
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from tests.cohorts.factories import ParticipantFactory, TeamFactory
from tests.cohorts.project.factories import (
    ExpectedValueFactory,
    ForceFactory,
    GapNoteFactory,
    LogEntryFactory,
    ProjectFactory,
    RiskFactory,
    StakeholderFactory,
)
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)
RISK = {
    "text": "The money ends",
    "likelihood": 4,
    "consequence": 5,
    "measure": "Ask the council",
    "owner": None,
    "status": "open",
}


def complete(project: Project) -> None:
    cohort = project.team.cohort
    cohort.state, cohort.completed_at = CohortState.COMPLETED, NOW
    cohort.save()
    for participant in project.team.participants.all():
        participant.member.participation = Participation.COMPLETED
        participant.member.save()


def problem(statement: str) -> dict[str, str]:
    return {"problem_title": "Alone", "problem_statement": statement, "problem_reason": ""}


def version_of(project: Project, section: str = "problem") -> str:
    return fingerprint(values_of(project, SECTIONS[section]))


# --- Opening it ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_project_carries_over_what_the_application_says() -> None:
    team: Team = TeamFactory()
    project = open_project(team, now=NOW)
    assert values_of(project, CARRIED_OVER) == values_of(team.application, CARRIED_OVER)
    (first,) = project.problem_versions.all()
    assert (first.number, first.changed_at, values_of(first, PROBLEM)) == (
        1,
        team.application.submitted_at or team.application.changed_at,
        values_of(team.application, PROBLEM),
    )
    team.application.problem_title = "Another"
    again = open_project(team, now=LATER)
    assert (again, again.made_at, again.problem_versions.count()) == (project, NOW, 1)


def test_the_first_visit_opens_it(project: Project, log_in, now) -> None:
    team: Team = TeamFactory(cohort=project.team.cohort, people=1)
    assert not Project.objects.filter(team=team).exists()
    user = team.participants.get().member.user
    page = log_in(user).get(reverse("cohorts:project", args=[team.reference]))
    assert (page.status_code, Project.objects.filter(team=team).count()) == (200, 1)


# --- The problem through time -------------------------------------------------------------------------


def test_a_changed_problem_is_a_new_version(project: Project, kari: Participant) -> None:
    user = kari.member.user
    save_section(
        project, "problem", problem("How?"), version=version_of(project), why="Sharper", by=user, now=LATER
    )
    project.refresh_from_db()
    latest = project.problem_versions.first()
    assert (values_of(project, PROBLEM), project.changed_at) == (problem("How?"), LATER)
    assert (latest.number, latest.why, latest.changed_by, latest.changed_at, latest.problem_statement) == (
        3,
        "Sharper",
        user,
        LATER,
        "How?",
    )
    event = audit.history(project).get()
    assert (event.verb, event.reason, event.changes["problem_title"]) == (
        "changed the problem statement",
        "Sharper",
        ["Loneliness among the old", "Alone"],
    )


def test_saving_the_same_makes_no_version(project: Project, kari: Participant) -> None:
    same = values_of(project, PROBLEM)
    save_section(project, "problem", same, version="old", by=kari.member.user, now=LATER)
    assert (project.problem_versions.count(), audit.history(project).count()) == (2, 0)


def test_nobody_overwrites_a_colleague(project: Project, kari: Participant, ola: Participant) -> None:
    opened = version_of(project)
    save_section(project, "problem", problem("Kari's"), version=opened, by=kari.member.user, now=NOW)
    with pytest.raises(Conflict) as conflict:
        save_section(project, "problem", problem("Ola's"), version=opened, by=ola.member.user, now=LATER)
    project.refresh_from_db()
    assert (conflict.value.theirs, project.problem_statement) == (problem("Kari's"), "Kari's")
    assert project.problem_versions.count() == 3


def test_the_conflict_page_shows_both_and_keeps_what_was_typed(
    project: Project, kari: Participant, ola: Participant, log_in, now
) -> None:
    opened = version_of(project)
    save_section(project, "problem", problem("Kari's"), version=opened, by=kari.member.user, now=NOW)
    url = reverse("cohorts:project_section", args=[project.team.reference, "problem"])
    browser = log_in(ola.member.user)
    page = browser.post(url, {**problem("Ola's"), "version": opened})
    assert page.status_code == 409
    assert [(clash.theirs, clash.mine) for clash in page.context["clashes"]] == [("Kari's", "Ola's")]
    page = browser.post(url, dict(page.context["posted"]))
    project.refresh_from_db()
    assert (page.status_code, project.problem_statement) == (302, "Ola's")


def test_only_the_team_changes_it_and_nobody_when_the_cohort_is_completed(
    project: Project, kari: Participant, teacher: User
) -> None:
    before = values_of(project, PROBLEM)
    with pytest.raises(Refused, match="take part in the team"):
        save_section(project, "problem", problem("X"), version=version_of(project), by=teacher, now=LATER)
    complete(project)
    with pytest.raises(Refused, match="completed"):
        save_section(
            project, "problem", problem("X"), version=version_of(project), by=kari.member.user, now=LATER
        )
    project.refresh_from_db()
    assert (values_of(project, PROBLEM), audit.history(project).count()) == (before, 0)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("one two", "one two", [Piece("one two")]),
        (
            "one two three",
            "one 2 three",
            [Piece("one "), Piece("two", "removed"), Piece("2", "added"), Piece(" three")],
        ),
        ("", "new", [Piece("new", "added")]),
        ("old", "", [Piece("old", "removed")]),
        ("", "", []),
    ],
)
def test_diff(before: str, after: str, pieces: list[Piece]) -> None:
    assert diff(before, after) == pieces


def test_the_history_of_the_problem_shows_what_changed(project: Project, teacher: User, log_in, now) -> None:
    page = log_in(teacher).get(reverse("cohorts:problem_history", args=[project.team.reference]))
    (latest, changes), (first, _said) = page.context["versions"]
    assert (latest.number, first.number) == (2, 1)
    assert [label for label, _pieces in changes] == ["Problem statement"]
    assert "<ins>the municipality</ins>" in page.content.decode().replace("\n", "")


# --- Parts --------------------------------------------------------------------------------------------


def test_a_risk_from_beginning_to_end(project: Project, kari: Participant, ola: Participant) -> None:
    risk = add_part(project, Risk, RISK, by=kari.member.user, now=NOW)
    assert (risk.weight, risk.values(), risk.made_by) == (20, RISK, kari.member.user)
    changed = {**RISK, "owner": ola.pk, "status": "handled"}
    change_part(risk, changed, version=fingerprint(RISK), by=ola.member.user, now=LATER)
    risk.refresh_from_db()
    assert (risk.values(), risk.owner, risk.changed_at) == (changed, ola, LATER)
    remove_part(risk, by=ola.member.user, now=LATER)
    assert not Risk.objects.exists()
    removed, edited, added = audit.history(project)
    assert [event.verb for event in (added, edited, removed)] == [
        "added a risk",
        "changed a risk",
        "removed a risk",
    ]
    assert edited.changes == {
        "Which one": [None, "The money ends"],
        "who follows it up": [None, "Ola Prøve"],
        "status": ["Open", "Handled"],
    }


def test_a_part_is_not_overwritten_nor_changed_when_gone(
    project: Project, kari: Participant, ola: Participant
) -> None:
    risk = add_part(project, Risk, RISK, by=kari.member.user, now=NOW)
    opened = fingerprint(RISK)
    change_part(risk, {**RISK, "measure": "Kari's"}, version=opened, by=kari.member.user, now=NOW)
    with pytest.raises(Conflict) as conflict:
        change_part(risk, {**RISK, "measure": "Ola's"}, version=opened, by=ola.member.user, now=LATER)
    assert conflict.value.theirs == {**RISK, "measure": "Kari's"}
    remove_part(risk, by=kari.member.user, now=LATER)
    with pytest.raises(Refused, match="removed"):
        change_part(risk, RISK, version=opened, by=ola.member.user, now=LATER)


def test_only_the_team_adds_and_nobody_afterwards(project: Project, kari: Participant, teacher: User) -> None:
    values = {"name": "The union", "role": "", "interest": 2, "influence": 3, "involvement": ""}
    with pytest.raises(Refused):
        add_part(project, Stakeholder, values, by=teacher, now=NOW)
    complete(project)
    with pytest.raises(Refused, match="completed"):
        add_part(project, Stakeholder, values, by=kari.member.user, now=NOW)
    assert not Stakeholder.objects.exists()


def test_the_log_is_its_writers_and_the_staff_may_remove(
    project: Project, kari: Participant, ola: Participant, teacher: User
) -> None:
    values = {"happened_on": date(2027, 5, 2), "title": "Visit", "text": ""}
    entry = add_part(project, LogEntry, values, by=kari.member.user, now=NOW)
    for stranger in (ola.member.user, teacher):
        with pytest.raises(Refused):
            change_part(entry, {**values, "title": "X"}, version=fingerprint(values), by=stranger, now=LATER)
    with pytest.raises(Refused, match="remove"):
        remove_part(entry, by=ola.member.user, now=LATER)
    remove_part(entry, by=teacher, now=LATER)
    assert not LogEntry.objects.exists()


def test_a_post_adds_each_kind(project: Project, kari: Participant, log_in, now) -> None:
    browser = log_in(kari.member.user)
    posts = {
        "stakeholder": {"name": "The union", "interest": 2, "influence": 3},
        "force": {"kind": "driver", "text": "The council wants it"},
        "risk": {"text": "Nobody comes", "likelihood": 2, "consequence": 3, "status": "open"},
        "value": {"for_whom": "The old", "what": "Company"},
        "gap": {"sector": "culture", "noted_on": "2027-05-03", "text": "Met them", "status": "open"},
        "log": {"happened_on": "2027-05-03", "title": "Visit"},
        "presentation": {
            "kind": "press",
            "held_on": "2027-05-03",
            "title": "In the paper",
            "presenters": [kari.pk],
        },
    }
    for kind, data in posts.items():
        url = reverse("cohorts:project_part_add", args=[project.team.reference, kind])
        assert browser.post(url, data).status_code == 302, kind
    assert [
        project.stakeholder_set.get().influence,
        project.force_set.get().kind,
        project.risk_set.get().weight,
        project.expectedvalue_set.get().what,
        project.gapnote_set.get().sector,
        project.logentry_set.get().title,
        list(project.presentation_set.get().presenters.all()),
    ] == [3, "driver", 6, "Company", "culture", "Visit", [kari]]


def test_a_person_of_another_team_cannot_own_a_risk(project: Project, kari: Participant, log_in, now) -> None:
    other = ParticipantFactory(team=TeamFactory(cohort=project.team.cohort, people=0))
    url = reverse("cohorts:project_part_add", args=[project.team.reference, "risk"])
    page = log_in(kari.member.user).post(
        url, {"text": "X", "likelihood": 1, "consequence": 1, "status": "open", "owner": other.pk}
    )
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["owner"])
    assert not Risk.objects.exists()


# --- Missing sectors ----------------------------------------------------------------------------------


def test_gaps_follow_the_notes_and_the_team(project: Project) -> None:
    """The two of the team come from health and care, and from upbringing; the problem touches culture too."""
    (gap,) = gaps(project)
    assert (gap.sector, gap.is_covered, gap.status, gap.notes, gap.is_open) == (
        "culture",
        False,
        "open",
        [],
        True,
    )
    first = GapNoteFactory(project=project, noted_on=date(2027, 4, 1))
    last = GapNoteFactory(project=project, noted_on=date(2027, 5, 1), status="closed")
    (gap,) = gaps(project)
    assert (gap.status, gap.notes, gap.is_open) == ("closed", [last, first], False)
    newcomer = ParticipantFactory(team=project.team)
    newcomer.member.sector = "culture"
    newcomer.member.save()
    GapNote.objects.filter(pk=last.pk).update(status="open")
    (gap,) = gaps(project)
    assert (gap.is_covered, gap.status, gap.is_open) == (True, "open", False)


def test_what_the_municipality_has_recorded_since_is_shown(
    project: Project, teacher: User, log_in, now
) -> None:
    application = project.team.application
    application.political_outcome = "supported"
    application.political_body = "Formannskapet"
    application.save()
    Project.objects.update(political_outcome="planned")
    url = reverse("cohorts:project", args=[project.team.reference])
    assert dict(log_in(teacher).get(url).context["recorded"])["Political body"] == "Formannskapet"
    Project.objects.update(political_outcome="noted")
    assert log_in(teacher).get(url).context["recorded"] == []


# --- The page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_no_more_for_more_rows(
    project: Project, kari: Participant, log_in, now, rows: int, django_assert_num_queries
) -> None:
    for factory in (StakeholderFactory, ForceFactory, RiskFactory, ExpectedValueFactory, GapNoteFactory):
        factory.create_batch(rows, project=project, made_by=kari.member.user)
    Risk.objects.update(owner=kari)
    browser = log_in(kari.member.user)
    url = reverse("cohorts:project", args=[project.team.reference])
    browser.get(url)
    with django_assert_num_queries(13):
        page = browser.get(url)
    assert [len(page.context[name]) for name in ("stakeholders", "risks", "values")] == [rows] * 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_asks_no_more_for_more_rows(
    project: Project, kari: Participant, log_in, now, rows: int, django_assert_num_queries
) -> None:
    from tests.cohorts.project.factories import TeamFileFactory

    LogEntryFactory.create_batch(rows, project=project, made_by=kari.member.user)
    TeamFileFactory.create_batch(rows, project=project, made_by=kari.member.user)
    browser = log_in(kari.member.user)
    url = reverse("cohorts:log", args=[project.team.reference])
    browser.get(url)
    with django_assert_num_queries(10):
        page = browser.get(url)
    assert (len(page.context["entries"]), len(page.context["files"])) == (rows, rows)


def test_staff_reads_and_changes_nothing(project: Project, teacher: User, log_in, now) -> None:
    StakeholderFactory(project=project)
    page = log_in(teacher).get(reverse("cohorts:project", args=[project.team.reference]))
    text = page.content.decode()
    assert "The volunteer centre" in text
    assert "/project/stakeholder/" not in text
    assert "/project/texts/" not in text


def test_a_project_of_another_team_is_not_reached_through_ones_own(
    project: Project, kari: Participant, log_in, now
) -> None:
    other = StakeholderFactory(project=ProjectFactory(team=TeamFactory(cohort=project.team.cohort)))
    url = reverse("cohorts:project_part", args=[project.team.reference, "stakeholder", other.pk])
    assert log_in(kari.member.user).get(url).status_code == 404


def test_a_completed_project_says_so_and_offers_nothing(
    project: Project, kari: Participant, log_in, now
) -> None:
    complete(project)
    browser = log_in(kari.member.user)
    page = browser.get(reverse("cohorts:project", args=[project.team.reference])).content.decode()
    assert "The cohort is completed." in page
    assert "/project/texts/" not in page
    url = reverse("cohorts:project_section", args=[project.team.reference, "problem"])
    assert browser.get(url).status_code == 404
