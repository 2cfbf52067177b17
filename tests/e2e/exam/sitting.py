"""A small cohort that has everything the exam asks for, and each step of the exam done for everybody at once.

What a chapter has walked in the browser, the others do here by the same actions.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from applications.models import DecisionKind
from applications.states import Basis
from assessment.actions.exam import (
    examiners,
    grading,
    grading_opens,
    locking,
    orals,
    publishing,
    registration,
    results,
    setting_up,
)
from assessment.models import Candidate, Exam, Grade, Oral, Paper
from assessment.models.exam.candidate_list import seen_in, to_lock
from assessment.models.exam.orals import Frame, proposal
from assessment.tasks import open_exams
from cohorts.models import Cohort
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.assessment.exam.grading import examiners as examiners_of
from tests.assessment.exam.paper.conftest import deliver, upload
from tests.assessment.readiness import facts
from tests.cohorts.factories import ParticipantFactory, TeamFactory
from tests.e2e.cohort.year import COHORT, Year, participant, user_of
from tests.factories import OSLO, AffiliationFactory, UserFactory, municipality

EXAM = f"{COHORT}exams/1/"
RITA, BIRK, KIM = "Rita Prøve", "Birk Prøve", "Kim Prøve"
NORA, OLAV, TRINE, LARS = "Nora Prøve", "Olav Prøve", "Trine Prøve", "Lars Prøve"
COURSE_PARTICIPANT, OPTS_OUT, DEREGISTERS = KIM, OLAV, TRINE
BODO, FJALER = "1804", "4646"
TEAMS = {
    BODO: (RITA, BIRK, KIM),
    FJALER: (NORA, "Nils Prøve"),
    "5607": ("Siri Prøve", "Sverre Prøve"),
    "5057": (OLAV, "Oda Prøve"),
    "5001": (TRINE, "Tor Prøve"),
    "0301": ("Live Prøve", LARS),
}
SITTERS = [name for names in TEAMS.values() for name in names if name not in (KIM, OLAV, TRINE)]
# The grade of each paper, and by how much the oral moves whom.
MARKS = {BODO: "C", FJALER: "D", "5607": "B", "5057": "A", "5001": "C", "0301": "E"}
STEPS = {RITA: 1, BIRK: -1, "Siri Prøve": 1, LARS: -1}
GIVEN = {  # name → the grade, that of the paper, and what the oral did to it
    RITA: ("B", "C", 1),
    BIRK: ("D", "C", -1),
    NORA: ("D", "D", 0),
    "Nils Prøve": ("D", "D", 0),
    "Siri Prøve": ("A", "B", 1),
    "Sverre Prøve": ("B", "B", 0),
    "Oda Prøve": ("A", "A", 0),
    "Tor Prøve": ("C", "C", 0),
    "Live Prøve": ("E", "E", 0),
    LARS: ("F", "E", -1),
}
GROUNDS = {1: "Problemet er godt avgrensa.", 2: "Metoden er valgt med omhu."}  # of the first and the second
NOTE = "Svarte selvstendig."
DATES: dict[str, Any] = {
    "registration_opens_at": datetime(2027, 5, 4, 8, 0, tzinfo=OSLO),
    "registration_closes_at": datetime(2027, 5, 14, 15, 0, tzinfo=OSLO),
    "paper_opens_at": datetime(2027, 5, 18, 8, 0, tzinfo=OSLO),
    "paper_due_at": datetime(2027, 6, 4, 15, 0, tzinfo=OSLO),
    "oral_from_on": date(2027, 6, 14),
    "oral_to_on": date(2027, 6, 15),
}
FRAME = Frame(["Rom 1", "Rom 2"], time(9), time(16), 45, 15, None)


def ready_cohort() -> Cohort:
    """Six teams; everybody but the course participant lacks nothing for the exam."""
    cohort = facts.set_up()
    for number, (code, names) in enumerate(TEAMS.items(), start=1):
        team = TeamFactory(cohort=cohort, number=number, lead=municipality(code), people=0)
        for name in names:
            _take_part(team, name)
    return cohort


def _take_part(team: Any, name: str) -> None:
    is_student = name != COURSE_PARTICIPANT
    person = ParticipantFactory(
        team=team,
        user=UserFactory(name=name, email=email_of(name)),
        basis=Basis.QUALIFIED if is_student else Basis.COURSE_PARTICIPANT,
    )
    facts.tell(person, DecisionKind.STUDENT if is_student else DecisionKind.COURSE_PARTICIPANT)
    facts.attend(person)
    if is_student:
        for semester in facts.SEMESTERS:
            facts.pay(person, semester)
        for requirement in team.cohort.work_requirements.all():
            facts.give(person, requirement, facts.Outcome.APPROVED)


def email_of(name: str) -> str:
    return f"{name.split()[0].lower()}.prove@example.no"


def examining_people() -> dict[str, User]:
    """By name: three who grade, of whom one acts for Fjaler, and two who grade anew after appeals."""
    names = ("Sanna Sensor", "Selma Sensor", "Sigurd Sensor", "Nye Sensor", "Andre Sensor")
    found = {
        name: UserFactory(name=name, email=f"{name.split()[0].lower()}@skole.example.no", is_instructor=True)
        for name in names
    }
    AffiliationFactory(user=found["Sigurd Sensor"], municipality=municipality(FJALER))
    return found


def the_exam() -> Exam:
    return Exam.objects.with_names().get()


def paper_of(code: str) -> Paper:
    """Of the team whose municipality has this code."""
    return Paper.objects.with_names().get(team__application__lead__code=code)


# --- For everybody, by the same deeds -------------------------------------------------------------------


def set_up(cohort: Cohort, *, by: User) -> None:
    rules = setting_up.RULES
    fields = {name: Exam._meta.get_field(name).default for name in rules}
    setting_up.set_up(cohort, {**DATES, **fields, "similarity_url": ""}, by=by, now=timezone.now())


def register(*, besides: Collection[str] = ()) -> None:
    for name in SITTERS:
        if name not in besides:
            register_one(name)


def register_one(name: str) -> None:
    registration.register(the_exam(), participant(name), by=user_of(name), now=timezone.now())


def opt_out(name: str) -> None:
    registration.opt_out(the_exam(), participant(name), by=user_of(name), now=timezone.now())


def lock(*, by: User) -> None:
    exam, now = the_exam(), timezone.now()
    locking.lock(exam, seen=seen_in(to_lock(exam, now)), by=by, now=now)


def deliver_all() -> None:
    """Every group that has not delivered its paper does so; its first candidate sends it."""
    for paper in Paper.objects.filter(version=0).order_by("team__number"):
        first = paper.candidates.order_by("pk").select_related("participant__member__user")[0]
        deliver(paper, first.participant.member.user, now=timezone.now(), title="Innovasjon i praksis")


def name_examiners(people: dict[str, User], *, by: User) -> None:
    for name, user in people.items():
        if not the_exam().examiners.filter(user=user).exists():
            for_appeals = name in ("Nye Sensor", "Andre Sensor")
            examiners.add(
                the_exam(),
                user=user,
                is_external=False,
                for_appeals=for_appeals,
                by=by,
                now=timezone.now(),
            )


def open_grading(*, by: User) -> None:
    exam, now = the_exam(), timezone.now()
    grading_opens.upload_guidelines(exam, upload("guidelines.pdf"), by=by, now=now)
    proposed = examiners.proposal(exam, now)
    examiners.appoint_all(exam, seen=examiners.seen_in(proposed), by=by, now=now)
    grading_opens.open_grading(exam, by=by, now=now)


def grade_papers() -> None:
    """Both examiners of each paper that nobody has graded yet give its mark, and agree on it."""
    now = timezone.now()
    for code, mark in MARKS.items():
        paper = paper_of(code)
        if paper.candidates.filter(state="delivered").exists():
            one, other = examiners_of(paper)
            for place, user in enumerate((one, other), start=1):
                grading.submit(paper, mark=mark, grounds=GROUNDS[place], by=user, now=now)
            proposed = grading.propose(paper, mark=mark, grounds="Felles grunngivning.", by=one, now=now)
            grading.agree(paper, seen=proposed.proposed_at, by=other, now=now)


def plan_orals(*, by: User) -> None:
    exam, now = the_exam(), timezone.now()
    orals.plan_all(exam, FRAME, seen=proposal(exam, FRAME, now).seen, by=by, now=now)
    orals.tell(exam, by=by, now=now)


def hold_orals() -> None:
    """Each oral that is not noted: noted and set by the first examiner, confirmed by the second."""
    now = timezone.now()
    for oral in Oral.objects.filter(held_at=None).select_related("paper").order_by("pk"):
        one, other = examiners_of(oral.paper)
        people = results.to_hear(oral.paper)
        outcomes = {each.pk: results.Heard(STEPS.get(str(each), 0), NOTE) for each in people}
        results.note_oral(oral.paper, outcomes, by=one, now=now)
        made = results.set_grades(oral.paper, by=one, now=now)
        results.confirm(oral.paper, seen=[grade.pk for grade in made], by=other, now=now)


def publish(*, by: User) -> None:
    exam = the_exam()
    publishing.publish(exam, seen=publishing.preview(exam).seen, by=by, now=timezone.now())


# --- From the beginning up to a step ----------------------------------------------------------------------


def until_grading(year: Year, cohort: Cohort, people: dict[str, User], *, by: User) -> None:
    """Grading is open since Monday 7 June: the groups have delivered, each paper has two examiners."""
    set_up(cohort, by=by)
    year.at(2027, 5, 5, 10)
    open_exams()
    register()
    opt_out(OPTS_OUT)
    year.at(2027, 5, 18, 9)
    lock(by=by)
    deliver_all()
    year.at(2027, 6, 7, 9)
    name_examiners(people, by=by)
    open_grading(by=by)


def until_publication(year: Year, cohort: Cohort, people: dict[str, User], *, by: User) -> None:
    """The grades are published since Monday 21 June at noon."""
    until_grading(year, cohort, people, by=by)
    grade_papers()
    plan_orals(by=by)
    year.at(2027, 6, 16, 9)
    hold_orals()
    year.at(2027, 6, 21, 12)
    publish(by=by)


# --- What is held against ---------------------------------------------------------------------------------


def candidates() -> dict[str, tuple[str, int | None]]:
    """Name → state and attempt."""
    rows = Candidate.objects.select_related("participant__member").order_by("pk")
    return {str(each): (each.state, each.attempt) for each in rows}


def grades() -> dict[str, list[tuple[str, str, int, str]]]:
    """Name → each version that was told: the grade, that of the paper, steps, what it rests on."""
    found: dict[str, list[tuple[str, str, int, str]]] = {}
    rows = Grade.objects.published().select_related("candidate__participant__member")
    for each in rows.order_by("candidate", "version"):
        version = (each.mark, each.paper_mark, each.steps, each.source)
        found.setdefault(str(each.candidate), []).append(version)
    return found


def letters_to(name: str) -> list[str]:
    """The kinds of the letters that have gone to the person, in order."""
    rows = Message.objects.filter(to_email=email_of(name), state=Message.State.SENT)
    return list(rows.order_by("pk").values_list("kind", flat=True))
