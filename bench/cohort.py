"""A cohort's matrix and the instructor's queue at 1, 10 and 100 cohorts of 24 teams of 4, against a bare view
of 50 rows and a join. The mark is that other cohorts do not slow a page down.

The matrix cannot come near the bare page: it reckons the readiness of all 96 people of its cohort from their
results, half-days, fees and decisions, because its filter asks what they lack (docs/decisions/0127).
The queue is that of an instructor of every cohort, in which 24 deliveries wait from each.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar

from bench import _product as product  # first: it sets Django up

# isort: split
from django.contrib.auth.decorators import login_not_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from applications.models import Application, Decision, DecisionKind, SemesterFee, TeamMember
from applications.states import DecisionState, Participation, State
from assessment.models import Delivery, DeliveryMember, Result, TeamRequirement, WorkRequirement
from assessment.states import Outcome, RequirementState
from cohorts.models import Cohort, Participant, Team
from cohorts.models.attendance import Attendance
from cohorts.models.attendance_count import Status
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality
from tests.cohorts.factories import (
    CohortFactory,
    InstructorFactory,
    ParticipantFactory,
    SessionFactory,
    TeamFactory,
)
from tests.factories import UserFactory

TEAMS, PEOPLE, SESSIONS, DAYS = 24, 4, 6, 2
NOW = timezone.now()
BEGAN_ON = (NOW - timedelta(days=200)).date()
BARE = product.Bare(
    "<table>{% for p in rows %}<tr><td>{{ p.member.name }}</td><td>{{ p.member.email }}</td>"
    "<td>{{ p.member.position }}</td><td>{{ p.member.sector }}</td><td>{{ p.began_on }}</td></tr>{% endfor %}"
    "</table>"
)
Row = TypeVar("Row", bound=Model)


@login_not_required
def bare(request: HttpRequest, framed: bool = False) -> HttpResponse:
    rows = Participant.objects.select_related("member").order_by("-pk")[:50]
    return BARE.response(request, {"rows": rows}, framed=framed)


urlpatterns = [
    path("bare/", bare),
    path("bare/framed/", bare, {"framed": True}),
    path("", include("innoskole.urls")),
]


def copied(row: Row, **changes: Any) -> Row:
    """The row once more, not yet stored, with some fields changed."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    values.pop(row._meta.pk.attname)
    return type(row)(**{**values, **changes})


def stored(rows: Iterator[Row]) -> list[Row]:
    made = list(rows)
    return type(made[0])._base_manager.bulk_create(made, batch_size=1_000) if made else []


class Sample:
    """One person of one team, made by the factories: every other one is a copy of it."""

    def __init__(self) -> None:
        self.team: Team = TeamFactory(people=0)
        self.person: Participant = ParticipantFactory(team=self.team, began_on=BEGAN_ON)
        self.by: User = UserFactory()
        self.leads = list(Municipality.objects.valid_on(BEGAN_ON)[:TEAMS])

    def cohort(self, number: int, instructor: User) -> Cohort:
        """A cohort in the middle of its year: everybody has the first two work requirements approved, the
        third waits in the queue, and the first four sessions have been attended."""
        cohort: Cohort = CohortFactory(intake__slug=f"cohort-{number}", begun_at=NOW - timedelta(days=200))
        InstructorFactory(cohort=cohort, user=instructor)
        people = self._people(cohort, number)
        self._paper(cohort, people)
        self._half_days(cohort, people)
        self._works(cohort, people)
        return cohort

    def _people(self, cohort: Cohort, number: int) -> list[Participant]:
        applications: list[Application] = stored(
            copied(
                self.team.application,
                intake_id=cohort.intake_id,
                lead_id=lead.pk,
                reference=f"B{number:03}-{at:02}",
                state=State.ENROLLED,
            )
            for at, lead in enumerate(self.leads)
        )
        teams = stored(
            copied(self.team, cohort_id=cohort.pk, application_id=application.pk, number=at)
            for at, application in enumerate(applications, start=1)
        )
        seats = [(team, seat) for team in teams for seat in range(PEOPLE)]
        users: list[User] = stored(
            User(
                email=f"person-{number}-{team.number}-{seat}@example.no",
                name=f"Person Prøve {number} {team.number} {seat}",
                password="!",
            )
            for team, seat in seats
        )
        members: list[TeamMember] = stored(
            copied(
                self.person.member,
                application_id=team.application_id,
                name=user.name,
                email=user.email,
                user_id=user.pk,
                participation=Participation.ACTIVE,
            )
            for (team, _seat), user in zip(seats, users, strict=True)
        )
        return stored(
            copied(self.person, member_id=member.pk, team_id=team.pk)
            for (team, _seat), member in zip(seats, members, strict=True)
        )

    def _paper(self, cohort: Cohort, people: list[Participant]) -> None:
        """Everybody is admitted, and has paid the first semester."""
        stored(
            Decision(
                application_id=person.team.application_id,
                member_id=person.member_id,
                kind=DecisionKind.STUDENT,
                version=1,
                state=DecisionState.ISSUED,
                leaves_at=NOW,
                prepared_at=NOW,
                approved_by=self.by,
                approved_at=NOW,
                issued_at=NOW,
                appeal_until_on=BEGAN_ON,
            )
            for person in people
        )
        stored(
            SemesterFee(
                member_id=person.member_id,
                intake_id=cohort.intake_id,
                semester=1,
                paid_on=BEGAN_ON,
                recorded_by=self.by,
                recorded_at=NOW,
            )
            for person in people
        )

    def _half_days(self, cohort: Cohort, people: list[Participant]) -> None:
        days = []
        for number in range(1, SESSIONS + 1):
            starts_on = BEGAN_ON + timedelta(days=number * 50)
            session = SessionFactory(cohort=cohort, number=number, starts_on=starts_on, days=DAYS)
            days += session.days.all() if number <= 4 else []
        stored(
            Attendance(
                participant=person,
                day=day,
                half=half,
                status=Status.PRESENT,
                registered_by=self.by,
                registered_at=NOW,
            )
            for person in people
            for day in days
            for half in day.half_days
        )

    def _works(self, cohort: Cohort, people: list[Participant]) -> None:
        requirements = stored(
            WorkRequirement(
                cohort=cohort,
                number=number,
                title_nb=f"Arbeidskrav {number}",
                opens_at=NOW - timedelta(days=100 - number),
                due_at=NOW + timedelta(days=number),
                changed_at=NOW,
            )
            for number in range(1, 5)
        )
        teams = {person.team_id: person.team for person in people}.values()
        works = stored(
            TeamRequirement(
                requirement=requirement,
                team=team,
                state=RequirementState.ASSESSED if requirement.number < 3 else RequirementState.DELIVERED,
                due_at=requirement.due_at,
                opened_at=NOW,
                attempt=1,
                delivered_at=NOW - timedelta(minutes=team.number),
            )
            for requirement in requirements[:3]
            for team in teams
        )
        deliveries = stored(
            Delivery(
                work=work,
                attempt=1,
                text="Our work",
                delivered_by=self.by,
                delivered_at=work.delivered_at,
                due_at=work.due_at,
            )
            for work in works
        )
        by_work = {(each.work.team_id, each.work.requirement.number): each for each in deliveries}
        stored(
            DeliveryMember(delivery=by_work[person.team_id, number], participant=person)
            for person in people
            for number in (1, 2, 3)
        )
        stored(
            Result(
                participant=person,
                requirement=requirement,
                version=1,
                outcome=Outcome.APPROVED,
                delivery=by_work[person.team_id, requirement.number],
                given_by=self.by,
                given_at=NOW,
            )
            for person in people
            for requirement in requirements[:2]
        )


def main() -> None:
    product.start("bench.cohort", "cohorts")
    sample = Sample()
    teacher = UserFactory(is_instructor=True, language="nb")
    staff = Client()
    staff.force_login(teacher)
    made = 0
    for cohorts in (1, 10, 100):
        for number in range(made, cohorts):
            cohort = sample.cohort(number, teacher)
        made = cohorts
        matrix = reverse("assessment:progress", args=[cohort.slug])
        product.compare("matrix of a cohort", cohorts, staff, matrix, "/bare/")
        product.compare("matrix, filtered", cohorts, staff, f"{matrix}?lacks=fee-2&sort=-name", "/bare/")
        product.compare("instructor's queue", cohorts, staff, reverse("assessment:queue"), "/bare/")
    product.end()


if __name__ == "__main__":
    main()
