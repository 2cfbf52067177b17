"""Where one participant stands with one work requirement, put together from what has happened.

One place decides who is still expected to deliver, until when, and who waits for a result: pages, reminders,
evidence and the snapshot of a delivery all ask it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet

from assessment.models.deliveries import Delivery, DeliveryMember
from assessment.models.requirements import TeamRequirement, WorkRequirement
from assessment.models.results import CatchUp, Override, OverrideKind, Result, Way
from assessment.states import Outcome, RequirementState
from assessment.states.requirements import IN_QUEUE
from cohorts.models import Participant, Team

SETTLED = (Outcome.APPROVED, Outcome.NOT_APPROVED)

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One participant and one requirement.

    team_work, own_work: the tracks on which it may be delivered; an own one takes the place of the team's.
    result: the current version. exemption, extensions: those that stand, the person's or the team's.
    delivery: the latest one in which the person was to get a result.
    """

    participant: Participant
    requirement: WorkRequirement
    team_work: TeamRequirement | None
    own_work: TeamRequirement | None
    result: Result | None
    exemption: Override | None
    extensions: Sequence[Override]
    plan: CatchUp | None
    delivery: Delivery | None

    @property
    def work(self) -> TeamRequirement | None:
        return self.own_work or self.team_work

    @property
    def outcome(self) -> str:
        return self.result.outcome if self.result else ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected: exempt, approved, or not approved for good."""
        return bool(self.exemption) or self.outcome in SETTLED

    @property
    def is_met(self) -> bool:
        return bool(self.exemption) or self.outcome == Outcome.APPROVED

    @property
    def waits(self) -> bool:
        """Whether the person's delivery lies with the school."""
        delivery = self.delivery
        if delivery is None or self.is_settled:
            return False
        work = delivery.work
        return work.state in IN_QUEUE and work.attempt == delivery.attempt

    @property
    def must_revise(self) -> bool:
        return not self.is_settled and self.outcome == Outcome.REVISE and not self.waits

    @property
    def was_left_out(self) -> bool:
        """Whether the team has delivered without the person, who has no plan yet for catching up."""
        return bool(
            not self.is_settled
            and self.result is None
            and self.delivery is None
            and self.own_work is None
            and self.plan is None
            and self.team_work is not None
            and self.team_work.attempt
        )

    @property
    def asks_for_delivery(self) -> bool:
        """Whether the person's track is open to a delivery because of this person."""
        if self.is_settled or self.waits or self.work is None:
            return False
        if self.work.state == RequirementState.OPEN:
            return True
        with_team = self.plan is not None and self.plan.way == Way.WITH_TEAM and self.result is None
        return self.work.state == RequirementState.ASSESSED and (self.must_revise or with_team)

    @property
    def due_at(self) -> datetime | None:
        """Until when this person is to deliver, an extension included."""
        if self.result is not None and self.result.revise_due_at is not None:
            given_at = self.result.given_at
            later = [each.due_at for each in self.extensions if each.due_at and each.given_at >= given_at]
            return max([self.result.revise_due_at, *later])
        if self.plan is not None and self.result is None:
            return self.own_work.due_at if self.own_work else self.plan.due_at
        return self.work.due_at if self.work else self.requirement.due_at

    def is_concerned_by(self, work: TeamRequirement) -> bool:
        """Whether a delivery on this track, in the database or not yet, is to give the person a result."""
        own = self.own_work.participant_id if self.own_work else None
        return not self.is_settled and own == work.participant_id


def records_of(people: Sequence[int], requirements: Iterable[WorkRequirement]) -> list[Record]:
    """A record for each participant (by key) and each requirement of their cohort, in the order of both.

    Eight queries, however many people; everything is read anew.
    """
    by_cohort: dict[int, list[WorkRequirement]] = defaultdict(list)
    for requirement in requirements:
        by_cohort[requirement.cohort_id].append(requirement)
    found = Participant.objects.filter(pk__in=people).select_related("team", "member")
    by_pk = {person.pk: person for person in found.prefetch_related(*_of_people(), *_of_teams("team__"))}
    return [
        record(by_pk[pk], requirement) for pk in people for requirement in by_cohort[by_pk[pk].team.cohort_id]
    ]


def with_reads(teams: "QuerySet[Team]") -> "QuerySet[Team]":
    """The teams with their present people and all that the records of those read."""
    people = Participant.objects.present().select_related("member__user").in_order()
    return teams.prefetch_related(
        *_of_teams(), Prefetch("participants", people.prefetch_related(*_of_people()))
    )


def _of_people(prefix: str = "") -> "list[Prefetch[Any]]":
    """What a record reads of a participant."""
    members = DeliveryMember.objects.filter(is_concerned=True).select_related("delivery__work")
    return [
        Prefetch(f"{prefix}requirement_results", Result.objects.current().select_related("given_by")),
        Prefetch(f"{prefix}requirement_overrides", Override.objects.live()),
        Prefetch(f"{prefix}own_requirements", TeamRequirement.objects.all()),
        Prefetch(f"{prefix}catch_ups", CatchUp.objects.all()),
        Prefetch(f"{prefix}delivered_in", members),
    ]


def _of_teams(prefix: str = "") -> "list[Prefetch[Any]]":
    """What it reads of the team."""
    return [
        Prefetch(f"{prefix}requirements", TeamRequirement.objects.of_teams()),
        Prefetch(f"{prefix}requirement_overrides", Override.objects.live().filter(participant=None)),
    ]


def record(participant: Participant, requirement: WorkRequirement) -> Record:
    """From what has been fetched with the participant and with its team."""
    pk, team = requirement.pk, participant.team
    personal = [each for each in participant.requirement_overrides.all() if _stands(each, pk)]
    of_team = [each for each in team.requirement_overrides.all() if _stands(each, pk)]
    overrides = [*personal, *(each for each in of_team if each.participant_id is None)]
    delivered = [
        each.delivery
        for each in participant.delivered_in.all()
        if each.is_concerned and each.delivery.work.requirement_id == pk
    ]
    return Record(
        participant=participant,
        requirement=requirement,
        team_work=_first(
            each for each in team.requirements.all() if each.requirement_id == pk and not each.participant_id
        ),
        own_work=_first(each for each in participant.own_requirements.all() if each.requirement_id == pk),
        result=_first(
            each
            for each in participant.requirement_results.all()
            if each.requirement_id == pk and each.superseded_at is None
        ),
        exemption=_first(each for each in overrides if each.kind == OverrideKind.EXEMPT),
        extensions=[each for each in overrides if each.kind == OverrideKind.EXTENDED],
        plan=_first(each for each in participant.catch_ups.all() if each.requirement_id == pk),
        delivery=max(delivered, key=lambda each: (each.delivered_at, each.pk), default=None),
    )


def _stands(override: Override, requirement: int) -> bool:
    return override.requirement_id == requirement and override.ended_at is None


def _first(found: Iterator[Found]) -> Found | None:
    return next(found, None)
