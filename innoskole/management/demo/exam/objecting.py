"""Appeals: one that changes nothing, one that changes a grade by a new oral, and one that still waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from assessment.actions.exam import appeals, new_examiners, new_orals, regrading
from assessment.actions.exam.results import Heard
from assessment.models import Candidate, GradeAppeal, PaperGrade
from assessment.models.exam.regrading import places_of
from assessment.states import GradeAppealState
from innoskole.deadlines.reckoning import next_working_day
from innoskole.management.demo import people
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.year import Crew, Year, user_of
from innoskole.management.demo.exam.hearing import FRAME
from innoskole.management.demo.exam.sitting import Sitting, Story, said, sittings

# By how much the new examiners find a paper better than the former; numbers are the order of the appeals.
KEPT, CHANGED = 0, 1
ONE_BETTER = {"B": "A", "C": "B", "D": "C", "E": "D", "F": "E"}


@dataclass(frozen=True)
class Objecting:
    year: Year

    def events(self) -> Iterator[Event]:
        first, following = sittings(self.year)
        day, later = first.publishes, following.publishes
        steps = (
            (first.at(day + 8, 21), self.appeal_in_vain),
            (first.at(day + 9, 10), self.appoint),
            (first.at(day + 10, 20), self.appeal_of_the_played),
            (first.at(day + 11, 10), self.appoint),
            (first.at(day + 15, 14), partial(self.submit, 0)),
            (first.at(day + 16, 14), partial(self.submit, 1)),
            (first.at(day + 17, 10), self.propose),
            (first.at(day + 18, 10), self.agree),
            (first.at(day + 21, 10), self.plan_oral),
            (first.at(day + 33, 15), self.note_oral),
            (first.at(day + 33, 16), self.confirm_oral),
            (first.at(later + 3, 19), self.appeal_in_next_sitting),
            (first.at(later + 4, 10), self.appoint),
            (first.at(later + 7, 14), partial(self.submit, 1)),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.FINISHED, deed)

    # --- The candidates -----------------------------------------------------------------------------------

    def appeal_in_vain(self, now: datetime) -> None:
        story = Story(self.year)
        self.send(story.graded(story.appealing_in_vain), story.appealing_in_vain, KEPT, now)

    def appeal_of_the_played(self, now: datetime) -> None:
        first, _following = sittings(self.year)
        self.send(first.candidate(Story(self.year).played), self.year.crews()[0], CHANGED, now)

    def appeal_in_next_sitting(self, now: datetime) -> None:
        _first, following = sittings(self.year)
        crew = Story(self.year).without_paper
        rows = following.exam.candidates.filter(participant__team=crew.team, grades__isnull=False)
        self.send(rows.with_names().in_order()[0], crew, KEPT, now)

    def send(self, candidate: Candidate, crew: Crew, number: int, now: datetime) -> None:
        appeals.receive(
            candidate,
            kind=GradeAppeal.Kind.GRADE,
            words=said(crew, "appeals", number),
            by=user_of(candidate.participant),
            now=now,
        )

    # --- The new examiners --------------------------------------------------------------------------------

    def standing(self, *states: str) -> list[GradeAppeal]:
        rows = GradeAppeal.objects.with_names().filter(exam__cohort__intake__slug=self.year.slug)
        return list(rows.filter(state__in=states))

    def sitting(self, appeal: GradeAppeal) -> Sitting:
        return next(each for each in sittings(self.year) if each.number == appeal.exam.number)

    def appoint(self, now: datetime) -> None:
        for appeal in self.standing(GradeAppealState.RECEIVED):
            chosen = appeal.exam.examiners.filter(for_appeals=True).order_by("pk")
            places = dict(zip(places_of(appeal), chosen, strict=True))
            new_examiners.appoint(appeal, places, by=people.administrator(), now=now)

    def submit(self, number: int, now: datetime) -> None:
        for appeal in self.standing(GradeAppealState.REGRADING):
            mark, grounds = self.verdict(appeal)
            by = self.sitting(appeal).new_examiners[number]
            regrading.submit(appeal, mark=mark, grounds=grounds, by=by, now=now)

    def propose(self, now: datetime) -> None:
        for appeal in self.standing(GradeAppealState.REGRADING):
            mark, grounds = self.verdict(appeal)
            by = self.sitting(appeal).new_examiners[0]
            regrading.propose(appeal, mark=mark, grounds=grounds, by=by, now=now)

    def agree(self, now: datetime) -> None:
        for appeal in self.standing(GradeAppealState.REGRADING):
            read = PaperGrade.objects.get(appeal=appeal).proposed_at
            regrading.agree(appeal, read=read, by=self.sitting(appeal).new_examiners[1], now=now)

    def verdict(self, appeal: GradeAppeal) -> tuple[str, str]:
        """The former grade of the paper, one better for the played student's; and the grounds."""
        concerned = appeal.candidates.select_related("grade", "candidate__participant").get()
        mark, crew = concerned.grade.paper_mark, self.crew_of(concerned.candidate)
        if concerned.candidate.participant == Story(self.year).played:
            mark = ONE_BETTER[mark]
        grounds: str = said(crew, "grounds")[mark]
        return mark, grounds

    def crew_of(self, candidate: Candidate) -> Crew:
        team = candidate.participant.team_id
        return next(crew for crew in self.year.crews() if crew.team.pk == team)

    # --- The new oral -------------------------------------------------------------------------------------

    def plan_oral(self, now: datetime) -> None:
        first, _following = sittings(self.year)
        day = next_working_day(first.at(first.publishes + 28).date())
        for appeal in self.standing(GradeAppealState.NEW_ORAL):
            new_orals.plan(
                appeal,
                room=FRAME.rooms[0],
                starts_at=self.year.at(day, 13),
                minutes=FRAME.minutes,
                seen="",
                by=people.administrator(),
                now=now,
            )

    def note_oral(self, now: datetime) -> None:
        for appeal in self.standing(GradeAppealState.NEW_ORAL):
            by = self.sitting(appeal).new_examiners[0]
            outcomes = {
                each.pk: Heard(0, said(self.crew_of(each.candidate), "heard")[0])
                for each in new_orals.to_hear(appeal)
            }
            new_orals.note(appeal, outcomes, by=by, now=now)

    def confirm_oral(self, now: datetime) -> None:
        for appeal in self.standing(GradeAppealState.NEW_ORAL):
            held_at = appeal.oral.held_at
            assert held_at is not None
            new_orals.confirm(appeal, read=held_at, by=self.sitting(appeal).new_examiners[1], now=now)
