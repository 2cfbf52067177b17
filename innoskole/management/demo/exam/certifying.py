"""Certificates and transcripts: issued to all at once, one revoked, one replaced after an appeal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assessment.actions import certificates
from assessment.models import Certificate
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Year
from innoskole.management.demo.exam.sitting import sittings, texts
from innoskole.management.demo_people import COURSE_PARTICIPANT


@dataclass(frozen=True)
class Certifying:
    year: Year

    def events(self) -> Iterator[Event]:
        first, following = sittings(self.year)
        day = first.publishes
        steps = (
            (first.at(day + 4, 10), self.issue),
            (first.at(day + 4, 11), certificates.write_missing),
            (first.at(day + 8, 10), self.revoke),
            # After the appeal that changed a grade, and after the next sitting.
            (first.at(day + 35, 10), self.issue),
            (first.at(day + 35, 11), certificates.write_missing),
            (first.at(following.publishes + 1, 10), self.issue),
            (first.at(following.publishes + 1, 11), certificates.write_missing),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.FINISHED, deed)

    def issue(self, now: datetime) -> None:
        certificates.issue_all(self.year.cohort, by=people.administrator(), now=now)

    def revoke(self, now: datetime) -> None:
        """That of one whose name is spelt wrong; the next one is issued at once."""
        issued = Certificate.objects.valid().filter(kind=Certificate.Kind.ATTENDANCE)
        others = issued.exclude(participant__member__email=COURSE_PARTICIPANT.email).with_names()
        wrong = others.order_by("number")[0]
        ada = people.administrator()
        certificates.revoke(wrong, reason=texts("nb")["revoked"], by=ada, now=now)
        certificates.issue(wrong.participant, by=ada, now=now)
