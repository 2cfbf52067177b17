"""Before the exam: what the one lacks, that the others lack nothing, and the matrix of the whole cohort."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from applications.actions.semester_fees import record_payment
from applications.models.fees import SEMESTERS
from cohorts.models import Participant
from cohorts.models.attendance import evidence
from innoskole.accounts.models import User
from innoskole.municipalities.names import sort_key
from tests.e2e.cohort.year import (
    BLOCKED,
    COHORT,
    COURSE,
    COURSE_PARTICIPANT,
    EXEMPT,
    LAST,
    OFTEN_AWAY,
    READY,
    UNPAID,
    Year,
    participant,
    user_of,
)
from tests.e2e.person import Person


def pay(by: User) -> None:
    """Both semester fees of every student, but for one who has paid the first only."""
    for person in Participant.objects.present().with_names():
        for semester in SEMESTERS:
            if person.is_student and (person.member.name, semester) != (UNPAID, 2):
                record_payment(person.member, semester, paid_on=date(2028, 2, 1), by=by, now=timezone.now())


def what_do_i_lack(year: Year) -> None:
    """Exactly one of the team lacks one thing, and reads what; the others lack nothing."""
    say = year.say
    third = say("Work requirement %(number)s", number=3)
    birk = year.comes(user_of(BLOCKED), phone=True)
    birk.opens(f"{COURSE}readiness/")
    birk.sees(
        year.say_of_many(
            "One thing is missing: %(label)s.",
            "%(n)s things are missing. The first one: %(label)s.",
            1,
            label=third,
        ),
        say("Not approved on %(day)s.", day=year.day(date(2028, 2, 7))),
        say("Talk to an instructor of the cohort about what can be done."),
        say("%(met)s of %(total)s conditions are in place", met=7, total=8),
    )
    eli = year.comes(user_of(EXEMPT))
    eli.opens(f"{COURSE}readiness/")
    eli.sees(say("Nothing is missing."), say("Exempt since %(day)s.", day=year.day(date(2027, 9, 20))))
    rita = year.comes(user_of(READY), javascript=False)
    rita.opens(COURSE)
    rita.follows(say("What do I lack?"))
    rita.sees(say("Nothing is missing."), say("Everything that the exam asks for is in place."))
    rita.follows(say("Overview"))
    rita.goes_by(rita.main.locator("a[href^='/teams/']").first)
    rita.follows(say("What we lack"))
    rita.does_not_see(BLOCKED)


def the_school_sees(year: Year, administrator: User, instructor: User) -> None:
    """The team for its instructor; the matrix of everybody for the administrator, as a file too."""
    say = year.say
    ivar = year.comes(instructor)
    ivar.opens(f"/teams/{participant(BLOCKED).team.reference}/readiness/")
    missing = ivar.main.locator("tbody tr .numeric").all_inner_texts()
    names = ivar.main.locator("tbody tr th a").all_inner_texts()
    assert dict(zip(names, missing, strict=True)) == {READY: "0", BLOCKED: "1", EXEMPT: "0", LAST: "0"}
    anna = year.comes(administrator)
    anna.opens(f"{COHORT}progress/")
    anna.sees(
        year.say_of_many(
            "%(ready)s of %(n)s student is ready for the exam.",
            "%(ready)s of %(n)s students are ready for the exam.",
            84,
            ready=81,
        ),
        year.say_of_many(
            "%(ready)s of %(n)s course participant is ready for the certificate of attendance.",
            "%(ready)s of %(n)s course participants are ready for the certificate of attendance.",
            1,
            ready=1,
        ),
    )
    assert lines_of(anna, say("CSV")) == expected(year, said_of(year))
    anna.selects(say("What is missing"), say("Something"))
    anna.presses(say("Show"))
    assert anna.main.locator("tbody th a").all_inner_texts() == [BLOCKED, UNPAID, OFTEN_AWAY]


def said_of(year: Year) -> dict[str, tuple[str, str]]:
    """Name → the only condition that the person lacks, and what the file says of it."""
    with year.speaking():
        attended = evidence([participant(OFTEN_AWAY)], timezone.now())[participant(OFTEN_AWAY).pk]
    say = year.say
    return {
        BLOCKED: (
            say("Work requirement %(number)s", number=3),
            say("Not approved on %(day)s.", day=year.day(date(2028, 2, 7))),
        ),
        OFTEN_AWAY: (say("Attendance"), attended.says),
        UNPAID: (say("Semester fee, second semester"), say("No payment is recorded.")),
    }


def expected(year: Year, lacks: Mapping[str, tuple[str, str]]) -> list[list[str]]:
    """Everybody who takes part, by team and name, and what of the conditions each has."""
    say = year.say
    works = [say("Work requirement %(number)s", number=number) for number in range(1, 5)]
    fees = [say("Semester fee, first semester"), say("Semester fee, second semester")]
    conditions = [say("Admission as a student"), *works, say("Attendance"), *fees]
    yes, no = say("Yes"), say("No")
    lines = []
    for person in Participant.objects.present().with_names():
        name, team = person.member.name, person.team
        lacking, why = lacks.get(name, ("", ""))
        certificate = name == COURSE_PARTICIPANT
        needed = [say("Attendance")] if certificate else conditions
        cells = ["" if one not in needed else no if one == lacking else yes for one in conditions]
        lines.append(
            [
                str(team.number),
                str(team),
                name,
                person.member.email,
                say("Course participant") if certificate else say("Student"),
                say("Certificate of attendance") if certificate else say("Exam"),
                no if lacking else yes,
                "1" if lacking else "0",
                *cells,
                f"{lacking}: {why}" if lacking else "",
            ]
        )
    return sorted(lines, key=lambda line: (int(line[0]), sort_key(line[2])))


def lines_of(person: Person, name: str) -> list[list[str]]:
    """The lines of a file that the person downloads, without its heading."""
    with person.downloads(name).path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]
