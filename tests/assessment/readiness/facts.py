"""What happens to a participant, as rows: a test of what readiness rests on must not stand on actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from applications.models import DecisionKind, SemesterFee
from applications.models.fees import SEMESTERS
from assessment.models import Delivery, Override, OverrideKind, Result, TeamRequirement, WorkRequirement
from assessment.states import Outcome, RequirementState
from cohorts.models import Cohort, Participant, SessionDay
from cohorts.models.attendance import Attendance
from cohorts.models.attendance_count import Status
from tests.cohorts.factories import CohortFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.factories import NOW, DecisionFactory, UserFactory

DUE = NOW - timedelta(days=20)
EARLIER = NOW - timedelta(days=10)


def set_up(cohort: Cohort | None = None) -> Cohort:
    """A cohort with its four work requirements, due twenty days ago, and one session of two days before."""
    cohort = cohort or CohortFactory()
    for number in range(1, 5):
        WorkRequirement.objects.create(
            cohort=cohort,
            number=number,
            title_nb=f"Arbeidskrav nummer {number}",
            opens_at=DUE - timedelta(days=20),
            due_at=DUE,
            changed_at=NOW,
        )
    SessionFactory(cohort=cohort, number=1, starts_on=(NOW - timedelta(days=30)).date())
    return cohort


def newcomer(cohort: Cohort, **fields: object) -> Participant:
    """A participant in a team of their own, who has nothing yet."""
    return ParticipantFactory(team=TeamFactory(cohort=cohort, people=0), **fields)


def ready(cohort: Cohort, *, but: str = "", **fields: object) -> Participant:
    """A student who has everything, but for one condition (its key)."""
    person = newcomer(cohort, **fields)
    if but != "admission":
        tell(person)
    for semester in SEMESTERS:
        if but != f"fee-{semester}":
            pay(person, semester)
    for requirement in cohort.work_requirements.all():
        if but != f"requirement-{requirement.number}":
            give(person, requirement, Outcome.APPROVED)
    if but != "attendance":
        attend(person)
    return person


def tell(person: Participant, kind: str = DecisionKind.STUDENT, at: datetime = EARLIER) -> None:
    DecisionFactory(of=person.member, kind=kind, issued=True, leaves_at=at)


def pay(person: Participant, semester: int) -> None:
    SemesterFee.objects.create(
        member=person.member,
        intake=person.member.application.intake,
        semester=semester,
        paid_on=EARLIER.date(),
        recorded_by=UserFactory(),
        recorded_at=NOW,
    )


def attend(person: Participant, status: str = Status.PRESENT) -> None:
    """Every half-day that is planned."""
    by = UserFactory()
    for day in SessionDay.objects.filter(session__cohort=person.team.cohort):
        for half in day.half_days:
            Attendance.objects.create(
                participant=person, day=day, half=half, status=status, registered_by=by, registered_at=NOW
            )


def work_on(person: Participant, requirement: WorkRequirement) -> TeamRequirement:
    found = TeamRequirement.objects.filter(team=person.team, requirement=requirement, participant=None)
    return found.first() or TeamRequirement.objects.create(
        team=person.team,
        requirement=requirement,
        state=RequirementState.ASSESSED,
        due_at=requirement.due_at,
        opened_at=requirement.opens_at,
        attempt=1,
        delivered_at=DUE,
    )


def give(
    person: Participant,
    requirement: WorkRequirement,
    outcome: str,
    *,
    at: datetime = EARLIER,
    revise_due_at: datetime | None = None,
) -> None:
    """A first result on the team's first delivery."""
    work, by = work_on(person, requirement), UserFactory()
    delivery, _made = Delivery.objects.get_or_create(
        work=work, attempt=1, defaults={"delivered_by": by, "delivered_at": DUE, "text": "Our work"}
    )
    delivery.members.get_or_create(participant=person)
    Result.objects.create(
        participant=person,
        requirement=requirement,
        version=1,
        outcome=outcome,
        revise_due_at=revise_due_at,
        delivery=delivery,
        given_by=by,
        given_at=at,
    )


def exempt(person: Participant, requirement: WorkRequirement) -> None:
    Override.objects.create(
        requirement=requirement,
        team=person.team,
        participant=person,
        kind=OverrideKind.EXEMPT,
        reason="Has done it before.",
        given_by=UserFactory(),
        given_at=EARLIER,
    )
