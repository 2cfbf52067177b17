"""The papers: most come in time, one with more time, one too late, and one never."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessment.actions.exam import absence, paper_decisions, papers
from assessment.models import Paper
from assessment.states import CandidateState
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Crew, user_of
from innoskole.management.demo.exam.sitting import Sitting, Story, document, said, texts

MORE_TIME_DAYS = 4


@dataclass(frozen=True)
class Delivering:
    sitting: Sitting

    def events(self) -> Iterator[Event]:
        at, due = self.sitting.at, self.sitting.paper_due
        yield Event(at(due - 1, 13), Stage.FINISHED, self.deliver)
        if self.sitting.is_first:
            yield Event(at(due - 3, 10), Stage.FINISHED, self.extend)
            yield Event(at(due, 14, 35), Stage.FINISHED, self.deliver_late)
            yield Event(at(due + 3, 10), Stage.FINISHED, self.accept)
            yield Event(at(due + 3, 11), Stage.FINISHED, self.close)
            yield Event(at(due + 4, 9), Stage.FINISHED, self.deliver_with_more_time)
            yield Event(at(due + 5, 9), Stage.FINISHED, self.find_reason_valid)

    @property
    def story(self) -> Story:
        return Story(self.sitting.year)

    def deliver(self, now: datetime) -> None:
        waits = []
        if self.sitting.is_first:
            waits = [self.story.without_paper.team, self.story.late.team, self.story.with_more_time.team]
        for _place, crew, paper in self.sitting.papers():
            if crew.team not in waits:
                self.hand_in(crew, paper, now)

    def hand_in(self, crew: Crew, paper: Paper, now: datetime) -> None:
        sits = paper.candidates.filter(state=CandidateState.REGISTERED).with_names().in_order()
        by = user_of(sits[0].participant)
        added = papers.add_file(paper, document("paper", crew.language), by=by, now=now)
        title = crew.team.application.problem_title
        papers.deliver(paper, title=title, version=1, seen=papers.seen_in([added]), by=by, now=now)

    def paper_of(self, crew: Crew) -> Paper:
        return self.sitting.exam.papers.with_names().get(team=crew.team)

    # --- Not as the others ------------------------------------------------------------------------------

    def extend(self, now: datetime) -> None:
        crew = self.story.with_more_time
        paper = self.paper_of(crew)
        paper_decisions.extend(
            paper,
            due_at=paper.due_at + timedelta(days=MORE_TIME_DAYS),
            reason=said(crew, "more_time"),
            by=people.administrator(),
            now=now,
        )

    def deliver_with_more_time(self, now: datetime) -> None:
        crew = self.story.with_more_time
        self.hand_in(crew, self.paper_of(crew), now)

    def deliver_late(self, now: datetime) -> None:
        self.hand_in(self.story.late, self.paper_of(self.story.late), now)

    def accept(self, now: datetime) -> None:
        crew = self.story.late
        paper_decisions.accept(
            self.paper_of(crew), reason=said(crew, "late"), by=people.administrator(), now=now
        )

    def close(self, now: datetime) -> None:
        crew = self.story.without_paper
        paper_decisions.close(
            self.paper_of(crew), reason=said(crew, "no_paper"), by=people.administrator(), now=now
        )

    def find_reason_valid(self, now: datetime) -> None:
        """The first of them has a document; the attempt of the others is spent."""
        rows = self.sitting.exam.candidates.filter(paper=self.paper_of(self.story.without_paper))
        reason = texts("nb")["valid_absence"]
        candidate = rows.filter(has_exception=False).with_names().in_order()[0]
        absence.record(candidate, is_valid=True, reason=reason, by=people.administrator(), now=now)
