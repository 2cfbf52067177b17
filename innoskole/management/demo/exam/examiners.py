"""Guidelines, examiners from outside, who grades what, and the opening of grading."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assessment.actions.exam import examiners, grading_opens
from innoskole.accounts import actions as accounts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.exam.sitting import Sitting, document
from innoskole.management.demo_people import EXAMINERS, NEW_EXAMINERS


@dataclass(frozen=True)
class Examiners:
    sitting: Sitting

    def events(self) -> Iterator[Event]:
        at, opens = self.sitting.at, self.sitting.paper_opens
        yield Event(at(opens + 5, 10), Stage.FINISHED, self.upload_guidelines)
        if self.sitting.is_first:
            yield Event(at(opens + 6, 9), Stage.FINISHED, self.hire)
        yield Event(at(opens + 6, 10), Stage.FINISHED, self.name)
        yield Event(at(opens + 6, 11), Stage.FINISHED, self.appoint)
        yield Event(at(self.sitting.paper_due + 5, 12), Stage.FINISHED, self.open_grading)

    def upload_guidelines(self, now: datetime) -> None:
        by = self.sitting.year.instructors[0]
        grading_opens.upload_guidelines(self.sitting.exam, document("guidelines", "nb"), by=by, now=now)

    def hire(self, now: datetime) -> None:
        """Accounts for people from outside; nobody grades without the role."""
        ada = people.administrator()
        for person in (*EXAMINERS, *NEW_EXAMINERS):
            user = people.with_password(person)
            accounts.grant_role(user, Role.INSTRUCTOR, by=ada, now=now, reason="Sensor i eksamen.")

    def name(self, now: datetime) -> None:
        for user in self.sitting.examiners:
            self.add(user, for_appeals=False, now=now)
        for user in self.sitting.new_examiners:
            self.add(user, for_appeals=True, now=now)

    def add(self, user: User, *, for_appeals: bool, now: datetime) -> None:
        ada = people.administrator()
        examiners.add(
            self.sitting.exam, user=user, is_external=True, for_appeals=for_appeals, by=ada, now=now
        )

    def appoint(self, now: datetime) -> None:
        exam = self.sitting.exam
        seen = examiners.seen_in(examiners.proposal(exam, now))
        examiners.appoint_all(exam, seen=seen, by=people.administrator(), now=now)

    def open_grading(self, now: datetime) -> None:
        grading_opens.open_grading(self.sitting.exam, by=people.administrator(), now=now)
