"""The orals: planned, told, held and noted; each candidate's grade set by one and confirmed by the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial

from assessment.actions.exam import orals, publishing, results
from assessment.actions.exam.results import Heard
from assessment.models import Grade, Oral, Paper
from assessment.models.exam.orals import Frame, proposal
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Crew
from innoskole.management.demo.exam.sitting import Sitting, said

FRAME = Frame(
    rooms=("Skogkanten", "Lågen"),
    first=time(9),
    last=time(16),
    minutes=45,
    pause=15,
    lunch=(time(12), time(13)),
)
# What the oral did to the first of a group, by the place of the group.
MOVED = {2: -1, 3: 1, 8: 1, 13: -1}


@dataclass(frozen=True)
class Hearing:
    sitting: Sitting

    def events(self) -> Iterator[Event]:
        sitting, at = self.sitting, self.sitting.at
        yield Event(at(sitting.paper_due + 5, 13), Stage.FINISHED, self.plan)
        yield Event(at(sitting.paper_due + 6, 9), Stage.FINISHED, self.tell)
        for day in range(sitting.oral_from, sitting.oral_to + 1):
            yield Event(at(day, 16, 30), Stage.FINISHED, partial(self.note, day))
        yield Event(at(sitting.publishes, 10), Stage.FINISHED, self.publish)

    def plan(self, now: datetime) -> None:
        exam = self.sitting.exam
        seen = proposal(exam, FRAME, now).seen
        orals.plan_all(exam, FRAME, seen=seen, by=people.administrator(), now=now)

    def tell(self, now: datetime) -> None:
        orals.tell(self.sitting.exam, by=people.administrator(), now=now)

    def note(self, day: int, now: datetime) -> None:
        """What was heard on a day; the grades follow at once."""
        held_on = self.sitting.at(day).date()
        heard = Oral.objects.filter(appeal=None, starts_at__date=held_on).values("paper")
        today = set(heard.values_list("paper", flat=True))
        for place, crew, paper in self.sitting.papers():
            if paper.pk in today:
                self.decide(place, crew, paper, now)

    def decide(self, place: int, crew: Crew, paper: Paper, now: datetime) -> None:
        first, second = self.sitting.examiners
        moved = MOVED.get(place, 0) if self.sitting.is_first else 0
        outcomes = {}
        for number, candidate in enumerate(results.to_hear(paper)):
            steps = moved if number == 0 else 0
            outcomes[candidate.pk] = Heard(steps, said(crew, "heard")[steps])
        results.note_oral(paper, outcomes, by=first, now=now)
        results.set_grades(paper, by=first, now=now)
        seen = Grade.objects.current().filter(candidate__paper=paper).values_list("pk", flat=True)
        results.confirm(paper, seen=set(seen), by=second, now=now)

    def publish(self, now: datetime) -> None:
        exam = self.sitting.exam
        publishing.publish(exam, seen=publishing.preview(exam).seen, by=people.administrator(), now=now)
