"""A team that works on its first requirement, its instructors, and the deeds that the tests need often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils.translation import override

from applications.states import IntakeState
from assessment.actions import assessing, deliveries
from assessment.actions.assessing import Mark
from assessment.models import Delivery, DeliveryDraft, Result, TeamRequirement
from assessment.states import Outcome
from cohorts.models import Cohort, Participant, Team
from innoskole.notifications.models import Message
from tests.assessment.factories import WorkFactory
from tests.cohorts.factories import CohortFactory, InstructorFactory, TeamFactory
from tests.factories import NOW, IntakeFactory

IN_TWO_WEEKS = NOW + timedelta(days=14)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The sentences as they stand in the code."""
    with override("en"):
        yield


@pytest.fixture
def cohort(db: None) -> Cohort:
    return CohortFactory()


@pytest.fixture
def teacher(cohort: Cohort):
    return InstructorFactory(cohort=cohort).user


@pytest.fixture
def colleague_teacher(cohort: Cohort):
    return InstructorFactory(cohort=cohort).user


@pytest.fixture
def team(cohort: Cohort) -> Team:
    """Three students."""
    return TeamFactory(cohort=cohort, number=1)


@pytest.fixture
def people(team: Team) -> list[Participant]:
    return list(team.participants.order_by("pk"))


@pytest.fixture
def work(team: Team) -> TeamRequirement:
    """Requirement 1, open."""
    return WorkFactory(team=team)


def another_cohort() -> Cohort:
    return CohortFactory(intake=IntakeFactory(slug="another", state=IntakeState.PUBLISHED, published_at=NOW))


def user_of(participant: Participant):
    return participant.member.user


def reread(work: TeamRequirement) -> TeamRequirement:
    return TeamRequirement.objects.with_names().get(pk=work.pk)


def deliver(work: TeamRequirement, by, *, text="Our text.", now=NOW) -> Delivery:
    """A draft and its delivery, as a person does it."""
    current = reread(work)
    draft = DeliveryDraft.objects.filter(work=current).first()
    saved = deliveries.save_draft(current, text, version=draft.version if draft else 0, by=by, now=now)
    files = list(current.files.filter(delivery=None))
    return deliveries.deliver(
        current, attempt=current.attempt + 1, seen=deliveries.seen_in(saved, files), by=by, now=now
    )


def assess(
    work: TeamRequirement,
    outcomes: str | dict[int, str],
    *,
    by,
    now=NOW,
    comment="Well done.",
    due_at=IN_TWO_WEEKS,
) -> list[Result]:
    """Claim and assess; outcomes: one for all, or by key of the participant."""
    current = assessing.claim(reread(work), by=by, now=now)
    delivery = current.deliveries.get(attempt=current.attempt)
    people = assessing.to_assess(delivery)
    marks = {
        each.pk: Mark(outcomes if isinstance(outcomes, str) else outcomes[each.pk], f"To {each.pk}.")
        for each in people
    }
    revise = Outcome.REVISE in [mark.outcome for mark in marks.values()]
    assessing.assess(
        delivery, marks, comment=comment, revise_due_at=due_at if revise else None, by=by, now=now
    )
    return list(delivery.results.order_by("pk"))


def outcomes(people: list[Participant]) -> list[str]:
    """The current result of each, empty where there is none."""
    found = dict(Result.objects.current().values_list("participant", "outcome"))
    return [found.get(each.pk, "") for each in people]


def letters() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


@pytest.fixture
def kinds() -> Callable[[], list[str]]:
    return lambda: [kind for kind, _to in letters()]
