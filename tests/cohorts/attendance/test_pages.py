"""The roll, the list and its files, one participant's page, and a participant's own."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.actions.attendance import Mark, apologise, register
from cohorts.models import Apology, Attendance, Cohort, Half, Participant, SessionDay
from cohorts.models.attendance import HalfDay
from cohorts.waiting.attendance import attendance_waits
from innoskole.accounts import audit, facts
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting
from tests.cohorts.factories import ParticipantFactory
from tests.factories import NOW

LIST = reverse("cohorts:attendance", args=["running"])
OWN = reverse("cohorts:own_attendance", args=["running"])
LATER = NOW + timedelta(hours=1)


def roll(day: SessionDay, half: str = "morning") -> str:
    return reverse("cohorts:attendance_register", args=["running", day.pk, half])


def stands(day: SessionDay, half: str = "morning") -> dict[str, str]:
    rows = Attendance.objects.filter(day=day, half=half).select_related("participant__member")
    return {str(row.participant): row.status for row in rows}


# --- The roll --------------------------------------------------------------------------------------


def test_everybody_on_the_day_is_listed_by_team_and_preset_from_apologies(
    browser: Client, kari: Participant, ola: Participant, eva: Participant, days: list[SessionDay]
) -> None:
    apologise(eva, [HalfDay(days[3], Half.MORNING)], reason="A funeral", by=eva.member.user, now=NOW)
    Apology.objects.update(day=days[2])
    page = browser.get(roll(days[2]))
    shown = [
        (team, str(entry.participant), field.initial, seen.initial)
        for team, rows in page.context["teams"]
        for entry, field, seen in rows
    ]
    assert shown == [
        ("Bodø", "Kari Prøve", "", ""),
        ("Bodø", "Ola Prøve", "", ""),
        ("Fjaler", "Eva Prøve", "excused", ""),
    ]
    assert b"A funeral" in page.content
    earlier = browser.get(roll(days[0]))
    assert [str(entry.participant) for _team, rows in earlier.context["teams"] for entry, _f, _s in rows] == [
        "Kari Prøve",
        "Ola Prøve",
    ]


def test_everyone_else_is_present(
    browser: Client, kari: Participant, ola: Participant, eva: Participant, days: list[SessionDay]
) -> None:
    sent = {f"seen-{each.pk}": "" for each in (kari, ola, eva)} | {f"status-{ola.pk}": "absent"}
    answer = browser.post(roll(days[2]), {**sent, "rest": "present"})
    assert answer.url == reverse("cohorts:attendance_days", args=["running"])
    assert stands(days[2]) == {"Kari Prøve": "present", "Ola Prøve": "absent", "Eva Prøve": "present"}


def test_only_those_marked_and_never_who_was_not_on_the_page(
    browser: Client, kari: Participant, ola: Participant, eva: Participant, days: list[SessionDay]
) -> None:
    sent = {f"seen-{each.pk}": "" for each in (kari, ola)} | {f"status-{ola.pk}": "excused"}
    browser.post(roll(days[2]), sent)
    assert stands(days[2]) == {"Ola Prøve": "excused"}
    browser.post(roll(days[2]), {**sent, f"seen-{ola.pk}": "excused", "rest": "present"})
    assert stands(days[2]) == {"Ola Prøve": "excused", "Kari Prøve": "present"}
    page = browser.post(roll(days[2], "afternoon"), {})
    assert page.context["form"].non_field_errors() == ["Nobody is marked."]


def test_two_at_once_nothing_typed_is_lost_and_the_second_save_is_a_correction(
    browser: Client,
    kari: Participant,
    ola: Participant,
    days: list[SessionDay],
    teacher: User,
    second_teacher: User,
) -> None:
    register(days[2], "morning", [Mark(kari.pk, "absent")], by=second_teacher, now=NOW)
    sent = {
        f"seen-{kari.pk}": "",
        f"status-{kari.pk}": "present",
        f"seen-{ola.pk}": "",
        f"status-{ola.pk}": "excused",
    }
    page = browser.post(roll(days[2]), sent)
    form = page.context["form"]
    assert form.errors[f"status-{kari.pk}"] == ["Tor Lærer registered «Not present» 3 May 2027 at 10:00."]
    assert [form[name].value() for name in sent] == ["absent", "present", "", "excused"]
    assert stands(days[2]) == {"Kari Prøve": "absent"}
    again = {name: form[name].value() for name in sent}
    refused = browser.post(roll(days[2]), again)
    assert refused.context["form"].non_field_errors() == ["You change what is registered: say why."]
    browser.post(roll(days[2]), {**again, "reason": "Kari was in the other room"})
    assert stands(days[2]) == {"Kari Prøve": "present", "Ola Prøve": "excused"}


def test_the_roll_of_a_day_to_come_only_tells_of_apologies(
    browser: Client, kari: Participant, days: list[SessionDay]
) -> None:
    apologise(kari, [HalfDay(days[4], Half.MORNING)], reason="A course", by=kari.member.user, now=NOW)
    page = browser.get(roll(days[4]))
    assert page.context["is_coming"]
    assert b"A course" in page.content
    assert b'<form method="post" class="wide"' not in page.content
    refused = browser.post(roll(days[4]), {f"seen-{kari.pk}": "", "rest": "present"})
    assert "from the day itself" in refused.context["form"].non_field_errors()[0]


def test_a_half_or_a_day_that_is_not_the_cohort_s_is_not_found(
    browser: Client, kari: Participant, days: list[SessionDay], cohort: Cohort
) -> None:
    assert browser.get(roll(days[2], "evening")).status_code == 404
    assert (
        browser.get(reverse("cohorts:attendance_register", args=["running", 999_999, "morning"])).status_code
        == 404
    )


def test_taking_back_the_registration(
    browser: Client, kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    undo = reverse("cohorts:attendance_undo", args=["running", days[2].pk, "morning"])
    assert browser.get(undo).context["obstacle"] == "Nothing is registered for this half-day."
    register(days[2], "morning", [Mark(kari.pk, "present")], by=teacher, now=NOW)
    assert browser.post(undo, {"reason": "The wrong half"}).url == roll(days[2])
    assert not Attendance.objects.exists()


def test_the_days_with_how_far_each_has_come(
    browser: Client, kari: Participant, eva: Participant, days: list[SessionDay], teacher: User
) -> None:
    register(days[2], "morning", [Mark(kari.pk, "present")], by=teacher, now=NOW)
    page = browser.get(reverse("cohorts:attendance_days", args=["running"]))

    def told(name: str) -> list[tuple[SessionDay, str, int, int]]:
        return [
            (each.half_day.day, each.half_day.half.value, each.registered, each.expected)
            for each in page.context[name]
        ]

    assert told("today") == [(days[2], "morning", 1, 3), (days[2], "afternoon", 0, 3)]
    assert [(day, expected) for day, _half, _registered, expected in told("passed")] == [
        (days[1], 2),
        (days[1], 2),
        (days[0], 2),
        (days[0], 2),
    ]
    assert len(told("coming")) == 6


# --- The list and its files ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names", "columns"),
    [
        ("", ["Kari Prøve", "Ola Prøve", "Eva Prøve"], 12),
        ("?team=2", ["Eva Prøve"], 12),
        ("?session=2", ["Kari Prøve", "Ola Prøve", "Eva Prøve"], 4),
        ("?team=1&session=1", ["Kari Prøve", "Ola Prøve"], 4),
        ("?team=9", ["Kari Prøve", "Ola Prøve", "Eva Prøve"], 12),
    ],
)
def test_the_list_and_its_file(
    browser: Client,
    kari: Participant,
    ola: Participant,
    eva: Participant,
    cohort: Cohort,
    query: str,
    names: list[str],
    columns: int,
) -> None:
    matrix = browser.get(LIST + query).context["matrix"]
    assert [str(row.sheet.participant) for row in matrix.rows] == names
    assert {len(row.signs) for row in matrix.rows} == {columns} == {len(matrix.shown)}
    file = browser.get(f"{LIST}export.csv{query}").content.decode("utf-8-sig")
    lines = list(csv.reader(StringIO(file), delimiter=";"))
    assert [line[0] for line in lines[1:]] == names
    assert {len(line) for line in lines} == {8 + columns}
    event = audit.history(cohort)[0]
    assert event.verb == "downloaded the list of attendance"
    assert event.changes["Rows"] == ["", len(names)]


def test_what_stands_in_the_cells(
    browser: Client, kari: Participant, eva: Participant, days: list[SessionDay], teacher: User
) -> None:
    apologise(kari, [HalfDay(days[4], Half.AFTERNOON)], by=kari.member.user, now=NOW)
    register(days[0], "morning", [Mark(kari.pk, "present")], by=teacher, now=NOW)
    register(days[0], "afternoon", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    register(days[1], "morning", [Mark(kari.pk, "excused")], by=teacher, now=NOW)
    rows = browser.get(LIST).context["matrix"].rows
    assert [sign.mark for sign in rows[0].signs] == ["✓", "✕", "A", "?", "", "", "", "", "", "(A)", "", ""]
    assert [sign.mark for sign in rows[2].signs] == ["–"] * 4 + [""] * 8
    file = browser.get(f"{LIST}export.csv?team=1&session=1").content.decode("utf-8-sig")
    assert list(csv.reader(StringIO(file), delimiter=";"))[1:] == [
        [
            "Kari Prøve",
            "Bodø",
            "1",
            "2",
            "9",
            "10",
            "No",
            "Yes",
            "Present",
            "Not present",
            "Away with an apology",
            "Not registered",
        ],
        ["Ola Prøve", "Bodø", "0", "0", "12", "10", "No", "Yes"] + ["Not registered"] * 4,
    ]
    assert browser.get(f"{LIST}export.pdf").status_code == 404


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize(
    ("page", "queries"), [("list", 10), ("roll", 7), ("days", 6), ("team", 8), ("person", 8), ("file", 11)]
)
def test_every_page_asks_as_often_for_three_as_for_one(
    browser: Client,
    kari: Participant,
    days: list[SessionDay],
    teacher: User,
    page: str,
    queries: int,
    people: int,
    django_assert_num_queries,
) -> None:
    for _each in range(people - 1):
        ParticipantFactory(team=kari.team)
    marks = [Mark(each.pk, "present") for each in kari.team.participants.all()]
    register(days[2], "morning", marks, by=teacher, now=NOW)
    pages = {
        "list": LIST,
        "roll": roll(days[2]),
        "days": reverse("cohorts:attendance_days", args=["running"]),
        "team": reverse("cohorts:team_attendance", args=[kari.team.reference]),
        "person": reverse("cohorts:attendance_person", args=["running", kari.pk]),
        "file": f"{LIST}export.csv",
    }
    browser.get(pages[page])
    with django_assert_num_queries(queries):
        assert browser.get(pages[page]).status_code == 200


def test_a_row_is_corrected_on_a_page_of_its_own(
    browser: Client, kari: Participant, days: list[SessionDay], teacher: User, second_teacher: User
) -> None:
    address = reverse("cohorts:attendance_correct", args=["running", kari.pk, days[2].pk, "morning"])
    person = reverse("cohorts:attendance_person", args=["running", kari.pk])
    assert browser.get(address).status_code == 404
    register(days[2], "morning", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    assert browser.get(address).context["form"]["seen"].value() == "absent"
    sent = {"status": "present", "note": "Late", "seen": "absent"}
    assert browser.post(address, sent).context["form"].errors == {"reason": ["This field is required."]}
    correction = Mark(kari.pk, "excused", seen="absent")
    register(days[2], "morning", [correction], reason="A slip", by=second_teacher, now=LATER)
    overtaken = browser.post(address, {**sent, "reason": "Came late"}).context["form"]
    assert overtaken.errors["status"] == ["Tor Lærer registered «Away with an apology» 3 May 2027 at 11:00."]
    assert [overtaken[name].value() for name in sent] == ["present", "Late", "excused"]
    done = browser.post(address, {**sent, "seen": "excused", "reason": "Came late"})
    assert done.url == person
    assert stands(days[2]) == {"Kari Prøve": "present"}
    lines = browser.get(person).context["lines"]
    assert [(line.who, line.reason) for line in lines] == [
        ("Tor Lærer", "A slip"),
        ("Tora Lærer", "Came late"),
    ]


# --- One's own -------------------------------------------------------------------------------------


@pytest.fixture
def own(kari: Participant, log_in: Any) -> Client:
    browser: Client = log_in(kari.member.user)
    return browser


def test_one_s_own_half_days_and_what_they_mean(
    own: Client, kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    register(days[0], "morning", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    page = own.get(OWN)
    assert page.context["outlook"] == "It can still be reached: 1 more half-day may be missed."
    assert [sign.mark for _cell, sign in page.context["rows"]] == ["✕", "?", "?", "?"] + [""] * 8
    assert [str(session) for session in page.context["sessions"]] == ["2. Part 2", "3. Part 3"]


def test_an_apology_for_a_session_and_taking_it_back(
    own: Client, kari: Participant, days: list[SessionDay], eva: Participant, log_in: Any
) -> None:
    address = reverse("cohorts:apology", args=["running", 2])
    form = own.get(address).context["form"]
    today, tomorrow = days[2].pk, days[3].pk
    every = [f"{today}-afternoon", f"{tomorrow}-morning", f"{tomorrow}-afternoon"]
    assert form["halves"].value() == every == [key for key, _label in form.fields["halves"].choices]
    assert own.post(address, {"halves": [f"{today}-morning"]}).context["form"].errors
    assert own.post(address, {"halves": every[1:], "reason": "A course"}).url == OWN
    assert sorted(Apology.objects.values_list("day", "half", "reason")) == [
        (tomorrow, "afternoon", "A course"),
        (tomorrow, "morning", "A course"),
    ]
    assert own.get(address).context["form"]["halves"].value() == every[:1]
    apology = Apology.objects.earliest("pk")
    take_back = reverse("cohorts:apology_take_back", args=["running", apology.pk])
    assert own.get(take_back).status_code == 405
    assert log_in(eva.member.user).post(take_back).status_code == 404
    assert own.post(take_back).url == OWN
    assert Apology.objects.count() == 1
    assert not own.get(reverse("cohorts:apology", args=["running", 1])).context["is_free"]
    assert own.get(reverse("cohorts:apology", args=["running", 9])).status_code == 404


# --- What waits ------------------------------------------------------------------------------------


def test_the_staff_are_told_of_days_that_have_passed_without_registration(
    kari: Participant, ola: Participant, days: list[SessionDay], teacher: User, instructor: User
) -> None:
    for half in ("morning", "afternoon"):
        register(days[0], half, [Mark(kari.pk, "present"), Mark(ola.pk, "present")], by=teacher, now=NOW)
    register(days[1], "morning", [Mark(kari.pk, "present")], by=teacher, now=NOW)
    assert attendance_waits(teacher, NOW) == [
        Waiting(
            "Register attendance of Tuesday 13 April 2027",
            roll(days[1]),
            since_at=days[1].ends_at,
            explanation="Of 1. Part 1. 0 of 2 are registered.",
        )
    ]
    tonight = days[2].ends_at
    assert [each.url for each in attendance_waits(teacher, tonight)] == [roll(days[1]), roll(days[2])]
    assert attendance_waits(instructor, tonight) == []
    assert attendance_waits(kari.member.user, tonight) == []


def test_a_participant_is_told_when_the_requirement_is_out_of_reach(
    kari: Participant, ola: Participant, days: list[SessionDay], teacher: User, django_assert_num_queries
) -> None:
    for day, half in ((0, "morning"), (0, "afternoon"), (1, "morning")):
        register(days[day], half, [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    assert attendance_waits(kari.member.user, NOW) == [
        Waiting(
            "You cannot reach the required attendance any more",
            OWN,
            explanation="Talk with your instructors about what this means for you.",
        )
    ]
    user = facts.known(ola.member.user)
    with django_assert_num_queries(4):
        assert attendance_waits(user, NOW) == []
