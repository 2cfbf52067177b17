"""An intake at a glance: how many applications in which state, region and size."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import F

from applications.models.application import DECIDED_STATES, RECEIVED_STATES
from applications.models.intake import Intake
from applications.models.queue import region_path, sortable
from applications.models.rules import groups_of
from applications.states import State
from innoskole.municipalities.sizes import size_class

READY_STATES = (State.READY, *DECIDED_STATES)
SETTLED_STATES = (*READY_STATES, State.REJECTED)


@dataclass(frozen=True)
class GroupCount:
    """Applications received from a region or size class, and those of them found ready."""

    name: str
    code: str
    received: int
    ready: int


@dataclass(frozen=True)
class Applicant:
    """A lead municipality that has sent in an application."""

    code: str
    name: str
    is_ready: bool


@dataclass(frozen=True)
class Overview:
    by_state: Counter[str]
    groups: dict[str, list[GroupCount]]
    """Dimension → its groups in their fixed order."""
    applicants: list[Applicant]

    def count(self, *states: str) -> int:
        return sum(self.by_state[state] for state in states)

    @property
    def drafts(self) -> int:
        return self.count(State.DRAFT, State.AWAITING_APPROVAL)

    @property
    def received(self) -> int:
        return self.count(*RECEIVED_STATES)

    @property
    def ready(self) -> int:
        return self.count(*READY_STATES)

    @property
    def settled(self) -> int:
        """Received and dealt with: ready, rejected or decided."""
        return self.count(*SETTLED_STATES)


def overview(intake: Intake) -> Overview:
    """One query, whatever the number of applications."""
    rows: list[tuple[str, str, str, str, int | None]] = list(
        sortable(intake.applications.all(), intake, "population")
        .order_by("lead__sort_key", "lead__code")
        .values_list("state", "lead__code", "lead__display_name", F(region_path(intake)), F("population"))
    )
    received: Counter[str] = Counter()
    ready: Counter[str] = Counter()
    applicants = []
    for state, code, name, region, population in rows:
        if state not in RECEIVED_STATES:
            continue
        groups = [region]
        if population is not None:
            groups.append(size_class(population, intake.size_bounds))
        received.update(groups)
        if state in READY_STATES:
            ready.update(groups)
        applicants.append(Applicant(code, name, state in READY_STATES))
    counts: dict[str, list[GroupCount]] = {}
    for group in groups_of(intake):
        counts.setdefault(group.dimension, []).append(
            GroupCount(group.name, group.code, received[group.code], ready[group.code])
        )
    return Overview(Counter(row[0] for row in rows), counts, applicants)
