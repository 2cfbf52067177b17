"""A cohort to which things happen through the product's actions, and a plain recount of what they come to.

The recount reads rows with the simplest queries there are, and shares nothing with the code that is tested.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model

from applications.actions.semester_fees import record_payment
from applications.models import Decision, DecisionKind, SemesterFee, TeamMember
from applications.states import Basis, DecisionState
from assessment.actions import assessing, deliveries, overrides
from assessment.actions.readiness import change_rule
from assessment.actions.requirements import make
from assessment.models import Override, ReadinessRule, Result, TeamRequirement, WorkRequirement
from cohorts.actions import attendance, contributions, people
from cohorts.models import Participant, SessionDay
from cohorts.models.attendance import Attendance
from cohorts.models.contributions import Contribution, ContributionRule, PeerPair, PeerRound
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from tests.assessment.readiness import facts
from tests.cohorts.factories import (
    CohortFactory,
    InstructorFactory,
    ParticipantFactory,
    SessionFactory,
    TeamFactory,
)
from tests.factories import NOW, UserFactory

BASES = {
    DecisionKind.STUDENT: Basis.QUALIFIED,
    DecisionKind.INDIVIDUALLY_QUALIFIED: Basis.INDIVIDUALLY_QUALIFIED,
    DecisionKind.COURSE_PARTICIPANT: Basis.COURSE_PARTICIPANT,
}
HALVES = {"both": ("morning", "afternoon"), "morning": ("morning",), "afternoon": ("afternoon",)}
A_YEAR = timedelta(days=365)


@dataclass
class Story:
    """A team of three students and another team; two work requirements that are open, two days of a session
    that have been held and two of one to come, and a round of contributions. The clock moves with each event.

    A refusal is an answer like any other: what counts is where it leaves things.
    """

    now: datetime = NOW

    def __post_init__(self) -> None:
        self.administrator: User = UserFactory(is_course_administrator=True)
        self.cohort = CohortFactory(attendance_percent=60)
        self.teacher: User = InstructorFactory(cohort=self.cohort).user
        self.team = TeamFactory(cohort=self.cohort, people=3)
        other = TeamFactory(cohort=self.cohort, people=1)
        for person in Participant.objects.all():
            facts.tell(person)
        make(self.cohort, count=2, by=self.administrator, now=self.now)
        WorkRequirement.objects.update(opens_at=NOW - timedelta(days=9), due_at=NOW + timedelta(days=9))
        SessionFactory(cohort=self.cohort, number=1, starts_on=(NOW - timedelta(days=9)).date())
        SessionFactory(cohort=self.cohort, number=2, starts_on=(NOW + timedelta(days=9)).date())
        round = PeerRound.objects.create(
            cohort=self.cohort, number=1, title="Round", made_at=NOW, changed_at=NOW
        )
        self.pair = PeerPair.objects.create(round=round, giver=self.team, receiver=other)
        PeerPair.objects.create(round=round, giver=other, receiver=self.team)
        contributions.open_round(round, due_at=NOW + A_YEAR, by=self.administrator, now=self.now)

    # --- Whom and what an event means by its numbers --------------------------------------------------

    def person(self, number: int) -> Participant:
        found = Participant.objects.filter(team=self.team).with_names().order_by("pk")
        return found[number % len(found)]

    def requirement(self, number: int) -> WorkRequirement:
        return WorkRequirement.objects.select_related("cohort").get(number=number % 2 + 1)

    def work(self, requirement: WorkRequirement) -> TeamRequirement:
        found = TeamRequirement.objects.with_names().filter(requirement=requirement, participant=None)
        return found.filter(team=self.team).first() or TeamRequirement(
            requirement=requirement, team=self.team, due_at=requirement.due_at
        )

    def half(self, number: int) -> tuple[SessionDay, str]:
        days = SessionDay.objects.select_related("session__cohort").order_by("held_on")
        halves = [(day, half) for day in days for half in HALVES[day.halves]]
        return halves[number % len(halves)]

    # --- What happens ---------------------------------------------------------------------------------

    def play(self, event: tuple) -> None:
        self.now += timedelta(days=1)
        deed, *arguments = event
        with suppress(Refused):
            getattr(self, deed)(*arguments)

    def deliver(self, person: int, requirement: int) -> None:
        user = self.person(person).member.user
        work = self.work(self.requirement(requirement))
        deliveries.save_draft(work, f"As of {self.now}", version=0, by=user, now=self.now)
        work = self.work(work.requirement)
        seen = deliveries.seen_in(work.draft, [])
        deliveries.deliver(work, attempt=work.attempt + 1, seen=seen, by=user, now=self.now)

    def assess(self, requirement: int, outcomes: tuple[str, ...]) -> None:
        work = assessing.claim(self.work(self.requirement(requirement)), by=self.teacher, now=self.now)
        delivery = work.deliveries.latest("attempt")
        waiting = assessing.to_assess(delivery)
        marks = {person.pk: assessing.Mark(outcomes[at % len(outcomes)]) for at, person in enumerate(waiting)}
        assessing.assess(
            delivery, marks, comment="", revise_due_at=self.now + A_YEAR, by=self.teacher, now=self.now
        )

    def approve(self, requirement: int) -> None:
        self.deliver(0, requirement)
        self.assess(requirement, ("approved",))

    def change(self, person: int, requirement: int, outcome: str) -> None:
        found = Result.objects.current().filter(
            participant=self.person(person), requirement=self.requirement(requirement)
        )
        if result := found.select_related("delivery__work__team__cohort").first():
            assessing.change_result(
                result,
                outcome=outcome,
                comment="",
                revise_due_at=self.now + A_YEAR,
                reason="A mistake.",
                by=self.teacher,
                now=self.now,
            )

    def exempt(self, person: int | None, requirement: int) -> None:
        whom = None if person is None else self.person(person)
        what = self.requirement(requirement)
        overrides.exempt(what, self.team, whom, reason="Done before.", by=self.teacher, now=self.now)

    def extend(self, person: int | None, requirement: int) -> None:
        whom = None if person is None else self.person(person)
        overrides.extend(
            self.requirement(requirement),
            self.team,
            whom,
            due_at=self.now + A_YEAR,
            reason="Illness.",
            by=self.teacher,
            now=self.now,
        )

    def end(self, number: int) -> None:
        found = list(Override.objects.live().select_related("team__cohort", "requirement", "participant"))
        if found:
            override = found[number % len(found)]
            overrides.end(override, reason="A mistake.", by=self.teacher, now=self.now)

    def register(self, half: int, person: int, status: str) -> None:
        day, which = self.half(half)
        whom = self.person(person)
        row = Attendance.objects.filter(participant=whom, day=day, half=which).first()
        mark = attendance.Mark(whom.pk, status, seen=row.status if row else "")
        attendance.register(day, which, [mark], reason="A mistake.", by=self.teacher, now=self.now)

    def take_back(self, half: int) -> None:
        attendance.take_back(*self.half(half), reason="Wrong half.", by=self.teacher, now=self.now)

    def pay(self, person: int, semester: int, has_paid: bool) -> None:
        member = TeamMember.everyone.select_related("application").get(participant=self.person(person))
        paid_on = self.now.date() if has_paid else None
        record_payment(member, semester, paid_on=paid_on, by=self.administrator, now=self.now)

    def tell(self, person: int, kind: str) -> None:
        """A new decision on the admission: the letters and the second pair of eyes are left out."""
        member = self.person(person).member
        member.decisions.filter(state=DecisionState.ISSUED).update(state=DecisionState.SUPERSEDED)
        latest = member.decisions.latest("version")
        TeamMember.everyone.filter(pk=member.pk).update(basis=BASES[DecisionKind(kind)])
        Decision.objects.create(
            application=member.application,
            member=member,
            kind=kind,
            version=latest.version + 1,
            state=DecisionState.ISSUED,
            leaves_at=self.now,
            issued_at=self.now,
            prepared_by=latest.prepared_by,
            prepared_at=self.now,
            approved_by=latest.approved_by,
            approved_at=self.now,
            appeal_until_on=self.now.date() + timedelta(days=21),
        )

    def contribute(self, person: int) -> None:
        whom = self.person(person)
        contributions.write(
            self.pair,
            participant=whom,
            strengths="Clear",
            questions="Why?",
            ideas="",
            is_given=True,
            by=whom.member.user,
            now=self.now,
        )

    def let_off(self, person: int, is_owed: bool) -> None:
        found = Contribution.objects.filter(participant=self.person(person)).first()
        if found and is_owed:
            contributions.ask_again(found, by=self.teacher, now=self.now)
        elif found:
            contributions.waive(found, reason="Illness.", by=self.teacher, now=self.now)

    def leave(self, person: int) -> None:
        member = self.person(person).member
        people.leave(self.team, member, reason="New job.", by=self.administrator, now=self.now)

    def come_back(self, person: int) -> None:
        people.come_back(self.team, self.person(person).member, by=self.administrator, now=self.now)

    def join(self) -> None:
        """Somebody who has gone the whole way from reserve to confirmed begins today."""
        facts.tell(ParticipantFactory(team=self.team, began_on=self.now.date()))

    def set_rules(self, attendance: bool, requirements: bool, contributes: bool) -> None:
        change_rule(
            self.cohort,
            exam_needs_attendance=attendance,
            certificate_needs_requirements=requirements,
            by=self.administrator,
            now=self.now,
        )
        contributions.set_rule(
            self.cohort, contributions_required=contributes, by=self.administrator, now=self.now
        )


# --- The recount ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """The tables as they are, each as plain dictionaries."""

    people: list[dict]
    rules: list[dict]
    decisions: list[dict]
    fees: list[dict]
    overrides: list[dict]
    results: list[dict]
    days: list[dict]
    attendance: list[dict]
    contributions: list[dict]
    asks_for_contributions: bool

    @classmethod
    def read(cls) -> Rows:
        return cls(
            people=list(Participant.objects.values()),
            rules=list(ReadinessRule.objects.values()),
            decisions=list(Decision.objects.values("member_id", "state", "kind")),
            fees=list(SemesterFee.objects.values()),
            overrides=list(Override.objects.values("requirement__number", *_fields(Override))),
            results=list(Result.objects.values("requirement__number", *_fields(Result))),
            days=list(SessionDay.objects.values()),
            attendance=list(Attendance.objects.values()),
            contributions=list(Contribution.objects.values()),
            asks_for_contributions=ContributionRule.objects.filter(contributions_required=True).exists(),
        )


def _fields(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def recount(rows: Rows) -> dict[int, tuple[dict[str, bool], dict[str, bool]]]:
    """Participant key → what holds for the exam and for the certificate, condition by condition."""
    return {person["id"]: _of(person, rows) for person in rows.people}


def _of(person: dict, rows: Rows) -> tuple[dict[str, bool], dict[str, bool]]:
    rule = rows.rules[0] if rows.rules else None
    work = {f"requirement-{number}": _approved(person, number, rows) for number in (1, 2)}
    attended = {"attendance": _attended(person, rows)}
    given = {}
    if rows.asks_for_contributions:
        given["contributions"] = not any(
            row["participant_id"] == person["id"] and row["is_owed"] and row["state"] == "asked"
            for row in rows.contributions
        )
    exam = {"admission": _is_student(person, rows), **work, **given}
    for semester in (1, 2):
        exam[f"fee-{semester}"] = any(
            row["member_id"] == person["member_id"] and row["semester"] == semester and row["paid_on"]
            for row in rows.fees
        )
    if rule is None or rule["exam_needs_attendance"]:
        exam |= attended
    asks_for_work = rule is not None and rule["certificate_needs_requirements"]
    return exam, {**attended, **given, **(work if asks_for_work else {})}


def _approved(person: dict, number: int, rows: Rows) -> bool:
    for row in rows.overrides:
        mine = row["participant_id"] == person["id"]
        ours = row["participant_id"] is None and row["team_id"] == person["team_id"]
        stands = row["kind"] == "exempt" and row["ended_at"] is None
        if row["requirement__number"] == number and stands and (mine or ours):
            return True
    versions = {
        row["version"]: row["outcome"]
        for row in rows.results
        if row["requirement__number"] == number and row["participant_id"] == person["id"]
    }
    return bool(versions) and versions[max(versions)] == "approved"


def _attended(person: dict, rows: Rows) -> bool:
    expected = present = 0
    for day in rows.days:
        has_come = person["began_on"] <= day["held_on"]
        has_left = person["left_on"] is not None and person["left_on"] < day["held_on"]
        if has_come and not has_left:
            expected += len(HALVES[day["halves"]])
            present += sum(
                (row["participant_id"], row["day_id"], row["status"]) == (person["id"], day["id"], "present")
                for row in rows.attendance
            )
    return expected > 0 and present * 100 >= expected * 60


def _is_student(person: dict, rows: Rows) -> bool:
    kinds = [
        row["kind"]
        for row in rows.decisions
        if row["member_id"] == person["member_id"] and row["state"] == "issued"
    ]
    return kinds in (["student"], ["individually_qualified"])
