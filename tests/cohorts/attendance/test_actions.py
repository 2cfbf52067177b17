"""Registering, correcting and taking back attendance; apologies; the one letter."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.states import Participation
from cohorts.actions.attendance import (
    Mark,
    Overtaken,
    apologise,
    register,
    take_back,
    take_back_apology,
)
from cohorts.models import Apology, Attendance, Half, Halves, Participant, SessionDay
from cohorts.models.attendance import HalfDay
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, User
from innoskole.notifications.models import Message
from tests.factories import NOW, OSLO

LATER = NOW + timedelta(hours=1)


def stands(day: SessionDay, half: str = "morning") -> dict[str, str]:
    rows = Attendance.objects.filter(day=day, half=half).select_related("participant__member")
    return {str(row.participant): row.status for row in rows}


def test_registering(kari: Participant, ola: Participant, days: list[SessionDay], teacher: User) -> None:
    marks = [Mark(kari.pk, "present"), Mark(ola.pk, "absent")]
    assert register(days[2], "morning", marks, by=teacher, now=NOW) == 2
    assert stands(days[2]) == {"Kari Prøve": "present", "Ola Prøve": "absent"}
    assert {(row.registered_by, row.registered_at) for row in Attendance.objects.all()} == {(teacher, NOW)}
    event = audit.history(days[2]).get()
    assert (event.verb, event.by, event.changes) == (
        "registered attendance",
        teacher,
        {"Half-day": ["", "Before lunch"], "Present": [0, 1], "Not present": [0, 1]},
    )
    assert register(days[2], "morning", marks, by=teacher, now=LATER) == 0
    assert audit.history(days[2]).count() == 1


def test_a_correction_needs_a_reason_and_leaves_old_and_new(
    kari: Participant, days: list[SessionDay], teacher: User, second_teacher: User
) -> None:
    register(days[2], "morning", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    correction = Mark(kari.pk, "present", seen="absent", note=" Came by the late bus ")
    for reason in ("", "  "):
        with pytest.raises(Refused, match="say why"):
            register(days[2], "morning", [correction], reason=reason, by=second_teacher, now=LATER)
    assert stands(days[2]) == {"Kari Prøve": "absent"}
    assert register(days[2], "morning", [correction], reason=" A slip ", by=second_teacher, now=LATER) == 1
    row = Attendance.objects.get()
    assert (row.status, row.note, row.registered_by, row.registered_at) == (
        "present",
        "Came by the late bus",
        second_teacher,
        LATER,
    )
    event = audit.history(row).get()
    assert (event.verb, event.by, event.reason, event.changes) == (
        "corrected the attendance",
        second_teacher,
        "A slip",
        {"status": ["absent", "present"], "note": ["", "Came by the late bus"]},
    )


def test_of_two_at_once_the_second_is_told_and_nothing_of_it_is_saved(
    kari: Participant, ola: Participant, days: list[SessionDay], teacher: User, second_teacher: User
) -> None:
    register(days[2], "morning", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    marks = [Mark(kari.pk, "present"), Mark(ola.pk, "present")]
    with pytest.raises(Overtaken) as refusal:
        register(days[2], "morning", marks, reason="Mine", by=second_teacher, now=LATER)
    assert refusal.value.found == {kari.pk: "absent"}
    assert refusal.value.says == {kari.pk: "Tora Lærer registered «Not present» 3 May 2027 at 10:00."}
    assert stands(days[2]) == {"Kari Prøve": "absent"}
    agreeing = [Mark(kari.pk, "absent"), Mark(ola.pk, "present")]
    assert register(days[2], "morning", agreeing, by=second_teacher, now=LATER) == 1


@pytest.mark.parametrize(
    ("day", "half", "who", "sentence"),
    [
        (3, "morning", "kari", "from the day itself"),
        (2, "evening", "kari", "not registered of this half"),
        (1, "morning", "eva", "does not take part"),
        (2, "morning", "stranger", "Only the instructors"),
    ],
)
def test_what_cannot_be_registered(
    kari: Participant,
    eva: Participant,
    days: list[SessionDay],
    teacher: User,
    instructor: User,
    day: int,
    half: str,
    who: str,
    sentence: str,
) -> None:
    participant = eva if who == "eva" else kari
    by = instructor if who == "stranger" else teacher
    with pytest.raises(Refused, match=sentence):
        register(days[day], half, [Mark(participant.pk, "present")], by=by, now=NOW)
    assert not Attendance.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_half_that_is_not_in_the_plan_is_refused(
    kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    days[2].halves = Halves.AFTERNOON
    with pytest.raises(Refused, match="not registered of this half"):
        register(days[2], "morning", [Mark(kari.pk, "present")], by=teacher, now=NOW)


def test_the_database_keeps_one_row_for_each_half_day(
    kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    register(days[2], "morning", [Mark(kari.pk, "present")], by=teacher, now=NOW)
    row = Attendance.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_taking_back(kari: Participant, ola: Participant, days: list[SessionDay], teacher: User) -> None:
    marks = [Mark(kari.pk, "present"), Mark(ola.pk, "absent")]
    register(days[2], "afternoon", marks, by=teacher, now=NOW)
    with pytest.raises(Refused, match="Say why"):
        take_back(days[2], "afternoon", reason=" ", by=teacher, now=NOW)
    with pytest.raises(Refused, match="Nothing is registered"):
        take_back(days[2], "morning", reason="A slip", by=teacher, now=NOW)
    assert take_back(days[2], "afternoon", reason="The wrong half", by=teacher, now=LATER) == 2
    assert not Attendance.objects.exists()
    event = audit.history(days[2])[0]
    assert (event.verb, event.reason, event.changes) == (
        "took back the registration of attendance",
        "The wrong half",
        {
            "Half-day": ["After lunch", ""],
            "Present": [["Kari Prøve"], []],
            "Not present": [["Ola Prøve"], []],
        },
    )


# --- The letter ------------------------------------------------------------------------------------


def letters() -> list[tuple[str, str, str]]:
    found = Message.objects.filter(kind="attendance_out_of_reach").order_by("pk")
    return [(each.to_email, each.subject, each.state) for each in found]


def miss(
    person: Participant, days: list[SessionDay], teacher: User, halves: int, status: str = "absent"
) -> None:
    """So many of the half-days that are over, from the first on; 12 in all, of which 2 may be missed."""
    for number in range(halves):
        day, half = days[number // 2], list(Half)[number % 2]
        register(day, half, [Mark(person.pk, status)], by=teacher, now=NOW)


def test_who_cannot_reach_it_any_more_gets_one_letter(
    kari: Participant, ola: Participant, days: list[SessionDay], teacher: User
) -> None:
    miss(kari, days, teacher, 2)
    assert letters() == []
    register(days[1], "morning", [Mark(kari.pk, "excused")], by=teacher, now=NOW)
    subject = f"You cannot reach the required attendance any more: {kari.team.cohort}"
    assert letters() == [("kari@example.no", subject, "queued")]
    register(days[1], "afternoon", [Mark(kari.pk, "absent")], by=teacher, now=NOW)
    assert letters() == [("kari@example.no", subject, "queued")]
    body = Message.objects.get(kind="attendance_out_of_reach").body_text
    assert "You have attended 0 of 12 half-days" in body
    assert "at least 10 are required" in body
    assert "/course/running/attendance/" in body


def test_a_correction_recalls_a_letter_that_has_not_left_and_a_new_absence_writes_another(
    kari: Participant, days: list[SessionDay], teacher: User
) -> None:
    miss(kari, days, teacher, 3)
    slip = {"reason": "A slip", "by": teacher, "now": LATER}
    register(days[1], "morning", [Mark(kari.pk, "present", seen="absent")], **slip)
    assert [state for _to, _subject, state in letters()] == ["void"]
    register(days[1], "morning", [Mark(kari.pk, "absent", seen="present")], **slip)
    assert [state for _to, _subject, state in letters()] == ["void", "queued"]
    take_back(days[1], "morning", **slip)
    assert [state for _to, _subject, state in letters()] == ["void", "void"]


def test_who_was_told_is_not_told_twice(kari: Participant, days: list[SessionDay], teacher: User) -> None:
    miss(kari, days, teacher, 3)
    Message.objects.update(state=Message.State.SENT, sent_at=NOW)
    slip = {"reason": "A slip", "by": teacher, "now": LATER}
    register(days[1], "morning", [Mark(kari.pk, "present", seen="absent")], **slip)
    register(days[1], "morning", [Mark(kari.pk, "absent", seen="present")], **slip)
    assert [state for _to, _subject, state in letters()] == ["sent"]


def test_who_has_left_gets_none(kari: Participant, days: list[SessionDay], teacher: User) -> None:
    kari.left_on = NOW.date()
    kari.save()
    type(kari.member).everyone.filter(pk=kari.member_id).update(
        participation=Participation.WITHDRAWN, left_at=NOW
    )
    miss(kari, days, teacher, 4)
    assert letters() == []


@pytest.mark.parametrize("people", [1, 3])
def test_registering_asks_as_often_for_three_as_for_one(
    people: int,
    kari: Participant,
    ola: Participant,
    eva: Participant,
    days: list[SessionDay],
    teacher: User,
    django_assert_num_queries,
) -> None:
    marks = [Mark(each.pk, "present") for each in (kari, ola, eva)[:people]]
    register(days[2], "afternoon", marks, by=teacher, now=NOW)  # warms up what is cached for good
    with django_assert_num_queries(13):
        register(days[2], "morning", marks, by=teacher, now=NOW)


# --- Apologies -------------------------------------------------------------------------------------


def halves(day: SessionDay) -> list[HalfDay]:
    return [HalfDay(day, half) for half in day.half_days]


def test_an_apology_and_its_end(kari: Participant, days: list[SessionDay], teacher: User) -> None:
    by = kari.member.user
    apologise(kari, halves(days[3]), reason=" A funeral ", by=by, now=NOW)
    found = Apology.objects.order_by("half")
    assert [(each.day, each.half, each.reason, each.sent_at) for each in found] == [
        (days[3], "afternoon", "A funeral", NOW),
        (days[3], "morning", "A funeral", NOW),
    ]
    events = list(audit.history(kari))
    assert [(each.verb, each.by, each.changes, each.reason) for each in events] == [
        ("sent an apology", by, {"Day": [None, "2027-05-04"], "Half-day": ["", half]}, "")
        for half in ("After lunch", "Before lunch")
    ]
    next_day = datetime(2027, 5, 4, 10, 0, tzinfo=OSLO)
    with pytest.raises(Refused, match="has begun"):
        take_back_apology(found[1], by=by, now=next_day)
    take_back_apology(found[0], by=by, now=next_day)
    assert [each.half for each in Apology.objects.all()] == ["morning"]
    assert audit.history(kari)[0].changes == {"Day": ["2027-05-04", None], "Half-day": ["After lunch", ""]}
    register(days[3], "morning", [Mark(kari.pk, "excused")], by=teacher, now=next_day)
    assert Apology.objects.get().reason == ""


def test_an_apology_sent_twice_is_one(kari: Participant, days: list[SessionDay]) -> None:
    by = kari.member.user
    apologise(kari, halves(days[3])[:1], reason="One", by=by, now=NOW)
    apologise(kari, halves(days[3])[:1], reason="Another", by=by, now=LATER)
    assert [(each.reason, each.sent_at) for each in Apology.objects.all()] == [("Another", NOW)]
    assert audit.history(kari).count() == 1


def test_what_cannot_be_apologised_for(
    kari: Participant, eva: Participant, days: list[SessionDay], teacher: User
) -> None:
    own, others = kari.member.user, eva.member.user
    morning, afternoon = halves(days[2])
    with pytest.raises(Refused, match="at least one"):
        apologise(kari, [], by=own, now=NOW)
    with pytest.raises(Refused, match="has begun"):
        apologise(kari, [afternoon, morning], by=own, now=NOW)
    with pytest.raises(Refused, match="has begun"):
        apologise(kari, halves(days[1]), by=own, now=NOW)
    with pytest.raises(Refused, match="do not take part"):
        apologise(eva, halves(days[1]), by=others, now=NOW)
    for by in (others, teacher):
        with pytest.raises(Refused, match="do not take part"):
            apologise(kari, [afternoon], by=by, now=NOW)
    assert not Apology.objects.exists()
    apologise(kari, [afternoon], by=own, now=NOW)
    assert Apology.objects.count() == 1
    with pytest.raises(Refused, match="do not take part"):
        take_back_apology(Apology.objects.get(), by=others, now=NOW)
