"""The four work requirements: delivered, assessed, revised; and what is decided for one person or team."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from applications.uploads import inspect
from assessment.actions import assessing, deliveries, overrides
from assessment.actions.assessing import Mark
from assessment.models import TeamRequirement, Way, WorkRequirement
from assessment.states import Outcome
from assessment.states.requirements import IN_QUEUE
from cohorts.models import Participant, Team
from innoskole.management.demo.calendar import Event, Stage
from innoskole.management.demo.course.enrolling import LATE_JOINER
from innoskole.management.demo.course.year import Crew, Year, pick, user_of

Choice = Callable[[Participant], str]
REVISE_DAYS = 21


@dataclass(frozen=True)
class Assessing:
    """Of the other teams the first must revise, the second has somebody who is not approved, the third
    somebody who came late, and the fourth an exemption and a later deadline."""

    year: Year

    def events(self) -> Iterator[Event]:
        year = self.year
        steps = (
            (year.after(1, 10), self.exempt),
            (year.after(1, 26, 14), partial(self.deliver, 1)),
            (year.after(1, 33, 10), self.assess_first),
            (year.after(1, 44, 14), partial(self.revise, 1)),
            (year.after(1, 46, 10), partial(self.approve, 1)),
            (year.after(2, 16, 10), self.plan_catch_up),
            (year.after(3, 4, 9), self.extend),
            (year.after(3, 5, 14), partial(self.deliver, 2)),
            (year.after(3, 9, 10), self.assess_half_of_second),
            # From here on the stage RUNNING lies in the past.
            (year.after(3, 40, 14), partial(self.deliver, 2)),
            (year.before(4, 5, 14), self.catch_up),
            (year.before(4, 2, 10), partial(self.approve, 1)),
            (year.before(4, 2, 11), partial(self.approve, 2)),
            (year.after(4, 26, 14), partial(self.deliver, 3)),
            (year.after(4, 32, 10), partial(self.approve, 3)),
            (year.after(5, 33, 14), partial(self.deliver, 4)),
            (year.after(5, 40, 10), partial(self.approve, 4)),
        )
        for moment, deed in steps:
            yield Event(moment, Stage.RUNNING, deed)

    def requirement(self, number: int) -> WorkRequirement:
        rows = WorkRequirement.objects.select_related("cohort__intake")
        return rows.get(cohort__intake__slug=self.year.slug, number=number)

    def crews(self) -> dict[Team, Crew]:
        return {crew.team: crew for crew in self.year.crews()}

    def works(self, number: int) -> list[TeamRequirement]:
        """The tracks of a requirement, the teams' and people's own, in order."""
        rows = TeamRequirement.objects.filter(requirement=self.requirement(number)).with_names()
        return list(rows.order_by("team__number", "pk"))

    # --- Delivering -------------------------------------------------------------------------------------

    def deliver(self, number: int, now: datetime) -> None:
        """Every team that has not; who has got more time waits for that."""
        crews = self.crews()
        for place, work in enumerate(self.works(number)):
            due_at = work.due_at
            has_time = due_at is not None and due_at - now > timedelta(days=7)
            if work.attempt == 0 and work.participant is None and not has_time:
                self.hand_in(work, crews[work.team], place, _text(number, crews[work.team]), now)

    def revise(self, number: int, now: datetime) -> None:
        """Whoever must revise has done so."""
        crews = self.crews()
        for place, work in enumerate(self.works(number)):
            if any(each.asks_for_delivery and each.must_revise for each in deliveries.records_in(work)):
                crew = crews[work.team]
                text = f"{_text(number, crew)}\n\n{crew.texts['revised']}"
                self.hand_in(work, crew, place, text, now)

    def catch_up(self, now: datetime) -> None:
        """Who came late delivers alone what the team had delivered before."""
        crews = self.crews()
        for work in self.works(1):
            if work.participant is not None and work.attempt == 0:
                crew = crews[work.team]
                self.hand_in(work, crew, 0, crew.texts["revised"], now)

    def hand_in(self, work: TeamRequirement, crew: Crew, place: int, text: str, now: datetime) -> None:
        """Written by one, with a file from every third team; nearly all say what their part was."""
        people = [work.participant] if work.participant else crew.people
        by = user_of(people[0])
        draft = deliveries.save_draft(work, text, version=0, by=by, now=now)
        added = []
        if place % 3 == 0:
            added.append(deliveries.add_file(work, inspect(crew.paper()), by=by, now=now))
        seen = deliveries.seen_in(draft, added)
        delivery = deliveries.deliver(work, attempt=work.attempt + 1, seen=seen, by=by, now=now)
        for number, person in enumerate(people):
            if (place + number) % 6 != 5:
                words = pick(crew.texts["statements"], number)
                deliveries.state_part(delivery, words, by=user_of(person), now=now)

    # --- Assessing --------------------------------------------------------------------------------------

    def assess_first(self, now: datetime) -> None:
        first, second = self.year.others[:2]
        must_revise, excluded = first.team, second.students[0]

        def outcome(person: Participant) -> str:
            if person.team_id == must_revise.pk:
                return Outcome.REVISE
            return Outcome.NOT_APPROVED if person == excluded else Outcome.APPROVED

        crews = self.crews()
        for work in self.in_queue(1):
            self.assess(work, crews[work.team], outcome, now)

    def assess_half_of_second(self, now: datetime) -> None:
        """The rest lies in the queue; one delivery is being read."""
        waiting, crews = self.in_queue(2), self.crews()
        for work in waiting[::2]:
            self.assess(work, crews[work.team], approved, now)
        for work in waiting[1:2]:
            assessing.claim(work, by=crews[work.team].supervisor, now=now)

    def approve(self, number: int, now: datetime) -> None:
        crews = self.crews()
        for work in self.in_queue(number):
            self.assess(work, crews[work.team], approved, now)

    def in_queue(self, number: int) -> list[TeamRequirement]:
        return [work for work in self.works(number) if work.state in IN_QUEUE]

    def assess(self, work: TeamRequirement, crew: Crew, outcome: Choice, now: datetime) -> None:
        said, by = crew.texts, crew.supervisor
        assessing.claim(work, by=by, now=now)
        delivery = work.deliveries.select_related("work__requirement", "work__team__cohort").get(
            attempt=work.attempt
        )
        outcomes = {person.pk: outcome(person) for person in assessing.to_assess(delivery)}
        marks = {
            pk: Mark(each, said["not_approved"] if each == Outcome.NOT_APPROVED else "")
            for pk, each in outcomes.items()
        }
        revises = Outcome.REVISE in outcomes.values()
        assessing.assess(
            delivery,
            marks,
            comment=said["revise" if revises else "approved"],
            revise_due_at=now + timedelta(days=REVISE_DAYS) if revises else None,
            by=by,
            now=now,
        )

    # --- For one person or team -------------------------------------------------------------------------

    def exempt(self, now: datetime) -> None:
        crew = self.year.others[3]
        overrides.exempt(
            self.requirement(1),
            crew.team,
            crew.students[0],
            reason="Har fått godkjent et tilsvarende arbeid fra et tidligere kull.",
            by=crew.supervisor,
            now=now,
        )

    def extend(self, now: datetime) -> None:
        crew = self.year.others[3]
        overrides.extend(
            self.requirement(2),
            crew.team,
            None,
            due_at=self.year.after(3, 42, 23, 59),
            reason="To i teamet har vært syke.",
            by=crew.supervisor,
            now=now,
        )

    def plan_catch_up(self, now: datetime) -> None:
        crew = self.year.others[2]
        newcomer = next(person for person in crew.people if str(person) == LATE_JOINER)
        overrides.plan_catch_up(
            self.requirement(1),
            newcomer,
            way=Way.ALONE,
            due_at=self.year.before(4, 3, 23, 59),
            instructions=crew.texts["catch_up"],
            by=crew.supervisor,
            now=now,
        )


def _text(number: int, crew: Crew) -> str:
    """What a team hands in for a requirement."""
    text: str = crew.texts["deliveries"][number - 1]
    return text.format(title=crew.team.application.problem_title, municipality=crew.team)


def approved(person: Participant) -> str:
    return Outcome.APPROVED
