"""Two examiners grade each paper alone, and agree; about one they have to talk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from assessment.actions.exam import grading
from assessment.models import PaperGrade
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import pick
from innoskole.management.demo.exam.sitting import Sitting, Story, said

# Of the papers, that of the played group first; so also in a large cohort every mark occurs.
MARKS = "CBBCBDCAECCBDBCCBDFC"
ONE_WORSE = {"A": "B", "B": "C", "C": "D", "D": "E", "E": "F", "F": "F"}


@dataclass(frozen=True)
class Grading:
    sitting: Sitting

    def events(self) -> Iterator[Event]:
        at, due = self.sitting.at, self.sitting.paper_due
        steps = (
            (at(due + 7, 15), partial(self.submit, 0)),
            (at(due + 10, 15), partial(self.submit, 1)),
            (at(due + 11, 10), self.propose),
            (at(due + 12, 10), self.agree),
            (at(due + 12, 14), self.propose_another),
            (at(due + 13, 10), self.agree),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.FINISHED, deed)

    def submit(self, number: int, now: datetime) -> None:
        by = self.sitting.examiners[number]
        for place, crew, paper in self.sitting.delivered():
            mark = pick(MARKS, place)
            if number == 1 and crew.team == self.disputed:
                mark = ONE_WORSE[mark]
            grading.submit(paper, mark=mark, grounds=said(crew, "grounds")[mark], by=by, now=now)

    @property
    def disputed(self) -> object:
        """The group about whose paper the two do not think the same."""
        return Story(self.sitting.year).with_more_time.team

    def propose(self, now: datetime) -> None:
        by = self.sitting.examiners[0]
        for place, crew, paper in self.sitting.delivered():
            mark = pick(MARKS, place)
            grading.propose(paper, mark=mark, grounds=said(crew, "grounds")[mark], by=by, now=now)

    def agree(self, now: datetime) -> None:
        """The second examiner to what the first has proposed; the first, where the second proposed anew."""
        for _place, crew, paper in self.sitting.delivered():
            proposed = PaperGrade.objects.get(paper=paper, appeal=None)
            proposer = proposed.proposed_by
            is_open = not proposed.is_agreed
            if is_open and (crew.team != self.disputed or proposer == self.sitting.examiners[1]):
                by = next(user for user in self.sitting.examiners if user != proposer)
                grading.agree(paper, seen=proposed.proposed_at, by=by, now=now)

    def propose_another(self, now: datetime) -> None:
        by = self.sitting.examiners[1]
        for place, crew, paper in self.sitting.delivered():
            if crew.team == self.disputed:
                mark = ONE_WORSE[pick(MARKS, place)]
                grading.propose(paper, mark=mark, grounds=said(crew, "talked"), by=by, now=now)
