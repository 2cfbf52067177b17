"""The school's side until everything is ready for selection: check, ask, assess, decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from applications.actions import admission, deadlines, decisions, information, releases, review
from applications.models import Application, Assessment, Part, TeamMember
from applications.models.admission import proposal_for
from applications.models.readiness import first_lacking
from applications.states import Basis, State
from innoskole.accounts.models import User
from innoskole.management.demo import people
from innoskole.management.demo.calendar import CLOSES, OBJECTIONS_CLOSE, REVIEWED, Calendar, Event, Stage
from innoskole.management.demo.plans import Fate
from innoskole.management.demo.writing import Writing

ANSWER_DAYS = 6
REASONS = {
    Basis.QUALIFIED: "Utdanningen er dokumentert i søknaden.",
    Basis.INDIVIDUALLY_QUALIFIED: "Utdanningen og arbeidserfaringen svarer til sammen til opptakskravet.",
    Basis.COURSE_PARTICIPANT: "Utdanningen fyller ikke opptakskravet. Personen kan delta som kursdeltaker.",
}


@dataclass(frozen=True)
class Reviewing:
    """How the school settles one application."""

    writing: Writing

    @property
    def fate(self) -> Fate:
        return self.writing.plan.fate

    def events(self, calendar: Calendar) -> Iterator[Event]:
        """Spread over the weeks after the deadline, so that the stage SUBMITTED finds the school at work."""
        code = self.writing.municipality.code
        random = Random(code)
        minute = int(code) % 60
        asks = self.fate in (Fate.INFORMATION_ANSWERED, Fate.INFORMATION_UNANSWERED)
        day = CLOSES + random.randint(2, 9 if asks else 16)
        yield Event(calendar.at(day, 9, minute), Stage.SUBMITTED, self.take)
        if self.fate == Fate.REJECTED:
            yield Event(calendar.at(day + 1, 9, minute), Stage.SUBMITTED, self.reject)
            return
        if asks:
            due_at = calendar.at(day + 1 + ANSWER_DAYS, 15)

            def ask(now: datetime) -> None:
                self.ask(now, due_at)

            yield Event(calendar.at(day, 10, minute), Stage.SUBMITTED, ask)
            yield Event(calendar.at(day + 2, 10, minute), Stage.SUBMITTED, self.answer)
            day += 2 + ANSWER_DAYS
            yield Event(calendar.at(day, 9, minute), Stage.SUBMITTED, self.go_on_without_answer)
        yield Event(calendar.at(day, 16, minute), Stage.SUBMITTED, self.check)
        yield Event(calendar.at(day + 1, 10, minute), Stage.SUBMITTED, self.assess)
        yield Event(calendar.at(day + 2, 10, minute), Stage.SUBMITTED, self.approve)
        yield Event(calendar.at(REVIEWED, 10, minute), Stage.READY, self.make_ready)

    def find(self, state: str) -> Application | None:
        application = self.writing.find()
        return application if application and application.state == state else None

    @property
    def reviewer(self) -> User:
        """Half of the applications lie with each of the two."""
        is_first = int(self.writing.municipality.code) % 2
        return people.administrator() if is_first else people.second_administrator()

    @property
    def colleague(self) -> User:
        is_first = int(self.writing.municipality.code) % 2
        return people.second_administrator() if is_first else people.administrator()

    def take(self, now: datetime) -> None:
        if application := self.find(State.SUBMITTED):
            review.take_into_review(application, by=self.reviewer, now=now)

    def reject(self, now: datetime) -> None:
        reason = "To av deltakerne er ansatt utenfor kommunen. Da er teamet mindre enn opptaket krever."
        if application := self.find(State.IN_REVIEW):
            rejection = review.reject(application, reason=reason, by=self.reviewer, now=now)
            decisions.approve(rejection, by=self.colleague, now=now)
            releases.release_due(now)

    def ask(self, now: datetime, due_at: datetime) -> None:
        application = self.find(State.IN_REVIEW)
        if application is None or application.information_requests.exists() or due_at <= now:
            return
        review.request_information(
            application,
            question="Forklar kort hvordan planen dere viser til, henger sammen med problemet.",
            parts=[Part.ANCHORING],
            due_at=due_at,
            by=self.reviewer,
            now=now,
        )

    def answer(self, now: datetime) -> None:
        application = self.find(State.INFORMATION_REQUESTED)
        if application is None or self.fate == Fate.INFORMATION_UNANSWERED:
            return
        answer = {
            "nb": "Sitatet står i kapittelet om levende lokalsamfunn, som tiltaksdelen bygger på.",
            "nn": "Sitatet står i kapittelet om levande lokalsamfunn, som tiltaksdelen byggjer på.",
        }[self.writing.plan.language]
        information.answer_request(application, answer=answer, by=application.coordinator, now=now)

    def go_on_without_answer(self, now: datetime) -> None:
        """For a demo that is caught up on; else the deadline of the request has closed it."""
        if application := self.find(State.INFORMATION_REQUESTED):
            reason = "Vi har funnet svaret i kommuneplanen."
            review.recall_request(application, reason=reason, by=self.reviewer, now=now)

    def check(self, now: datetime) -> None:
        application = self.find(State.IN_REVIEW)
        if application and application.formal_checked_at is None:
            review.pass_formal_check(application, by=self.reviewer, now=now)

    def assess(self, now: datetime) -> None:
        application = self.find(State.IN_REVIEW)
        if application is None:
            return
        for member in application.members.all():
            if member.basis == Basis.UNASSESSED:
                decide(member, by=self.reviewer, now=now)

    def approve(self, now: datetime) -> None:
        application = self.find(State.IN_REVIEW)
        if application is None:
            return
        for assessment in Assessment.objects.pending().filter(member__application=application):
            other = self.colleague if assessment.decided_by == self.reviewer else self.reviewer
            admission.approve(assessment, by=other, now=now)

    def make_ready(self, now: datetime) -> None:
        application = self.find(State.IN_REVIEW)
        if application is not None and first_lacking(application) is None:
            review.make_ready(application, by=self.reviewer, now=now)


def decide(member: TeamMember, *, by: User, now: datetime) -> None:
    """Follow the rule; where it asks for judgement, long experience is enough."""
    outcome = proposal_for(member).basis
    if outcome == Basis.INDIVIDUAL_ASSESSMENT:
        is_enough = member.experience_years >= 2
        outcome = Basis.INDIVIDUALLY_QUALIFIED if is_enough else Basis.COURSE_PARTICIPANT
    admission.assess(member, outcome=outcome, reason=REASONS[outcome], by=by, now=now)


def sweeps(calendar: Calendar) -> Iterator[Event]:
    """What the timetable does by itself: every night from the deadline to the end of the objections."""
    for day in range(CLOSES, OBJECTIONS_CLOSE):
        yield Event(calendar.at(day, 23), Stage.SUBMITTED, deadlines.sweep)
