"""A sitting is set up, people register, deregister or take no exam, and the list is locked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessment.actions.exam import locking, registration, setting_up
from assessment.models import Exam
from assessment.models.exam import candidate_list
from assessment.models.exam.defaults import RULES, proposed
from assessment.models.exam.registration import undecided
from assessment.models.readiness import standings
from assessment.states import CandidateState
from cohorts.models import Participant
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import user_of
from innoskole.management.demo.exam.sitting import Sitting, Story, texts

SIMILARITY = "https://likhet.example.no/"


@dataclass(frozen=True)
class Registering:
    sitting: Sitting

    def events(self) -> Iterator[Event]:
        sitting, at = self.sitting, self.sitting.at
        yield Event(at(sitting.set_up, 10), Stage.READY_FOR_EXAM, self.set_up)
        yield Event(at(sitting.opens, 9), Stage.READY_FOR_EXAM, setting_up.open_due)
        yield Event(at(sitting.closes - 4, 19), Stage.FINISHED, self.register)
        if sitting.is_first:
            yield Event(at(sitting.closes - 3, 10), Stage.FINISHED, self.let_sit)
            yield Event(at(sitting.closes, 12), Stage.FINISHED, self.deregister)
        yield Event(at(sitting.closes + 1, 9), Stage.FINISHED, self.lock)

    def set_up(self, now: datetime) -> None:
        sitting, cohort, usual = self.sitting, self.sitting.year.cohort, Exam()
        dates: Mapping[str, Any] = {
            "registration_opens_at": sitting.at(sitting.opens, 9),
            "registration_closes_at": sitting.at(sitting.closes, 23, 59),
            "paper_opens_at": sitting.at(sitting.paper_opens, 9),
            "paper_due_at": sitting.at(sitting.paper_due, 14),
            "oral_from_on": sitting.at(sitting.oral_from).date(),
            "oral_to_on": sitting.at(sitting.oral_to).date(),
        }
        rules = {field: getattr(usual, field) for field in RULES} | {"similarity_url": SIMILARITY}
        values = {**rules, **proposed(cohort), **dates}
        setting_up.set_up(cohort, values, by=people.administrator(), now=now)

    def register(self, now: datetime) -> None:
        """Everybody who lacks nothing; of the next sitting those who have no grade from the first.

        The last of those who are not alone in their group takes no exam.
        """
        exam = self.sitting.exam
        undecided_ones = standings(list(undecided(exam).with_names().in_order()), now)
        ready = [one.participant for one in undecided_ones if one.exam.is_ready]
        if not self.sitting.is_first:
            ready = [person for person in ready if person.candidacies.exists()]
        sizes = Counter(person.team_id for person in ready)
        others = [person for person in ready if sizes[person.team_id] > 1 and person != self.played]
        opts_out = others[-1] if self.sitting.is_first else None
        for person in ready:
            deed = registration.opt_out if person == opts_out else registration.register
            deed(exam, person, by=user_of(person), now=now)

    @property
    def played(self) -> Participant:
        return Story(self.sitting.year).played

    def let_sit(self, now: datetime) -> None:
        """One who has not paid the fee of the second semester."""
        registration.let_sit(
            self.sitting.exam,
            self.sitting.year.others[3].students[-1],
            reason=texts("nb")["exception"],
            by=people.administrator(),
            now=now,
        )

    def deregister(self, now: datetime) -> None:
        """One who is in the played student's group, if there is one."""
        exam, played = self.sitting.exam, self.played
        rows = exam.candidates.filter(state=CandidateState.REGISTERED).exclude(participant=played)
        registered = [candidate.participant for candidate in rows.with_names().in_order()]
        person = next((one for one in registered if one.team_id == played.team_id), registered[-1])
        registration.deregister(exam, person, by=user_of(person), now=now)

    def lock(self, now: datetime) -> None:
        exam = self.sitting.exam
        seen = candidate_list.seen_in(candidate_list.to_lock(exam, now))
        locking.lock(exam, seen=seen, by=people.administrator(), now=now)
