"""What teams and instructors are reminded of: a delivery, a revision, a queue that grows old."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.states import BEGUN
from assessment.models import CatchUp, DeliveryMember, Override, OverrideKind, Result, TeamRequirement, Way
from assessment.models.records import record, with_reads
from assessment.states import Outcome, RequirementState
from assessment.states.requirements import IN_QUEUE
from cohorts.models import Instructor, Team
from cohorts.states import CohortState
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule

WHY = gettext_lazy("You get this because you take part in the innovation school for municipalities.")


def _page(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(f'assessment:{name}', args=args)}"


def _of_requirement(work: TeamRequirement) -> str:
    return _page("requirement", work.team.reference, work.requirement.number)


# --- The first delivery ----------------------------------------------------------------------------------


def _undelivered() -> "QuerySet[TeamRequirement]":
    teams = with_reads(Team.objects.select_related("cohort__intake", "application__lead"))
    rows = TeamRequirement.objects.to_deliver().filter(due_at__isnull=False)
    return rows.select_related("requirement", "participant").prefetch_related(Prefetch("team", teams))


def _expected(work: TeamRequirement) -> Iterator[Recipient]:
    """Those who are to deliver on this track: nobody who is exempt, settled, or delivers elsewhere."""
    for person in work.team.participants.all():
        user = person.member.user
        if user is not None and user.is_active and record(person, work.requirement).is_concerned_by(work):
            yield Recipient.of(user)


REQUIREMENT = Kind(
    key="requirement",
    label=gettext_lazy("Delivering a work requirement"),
    demand=gettext_lazy("Deliver by {when}"),
    why=WHY,
    open=_undelivered,
    due_field="due_at",
    since_field="opened_at",
    to=_expected,
    title=lambda work: (
        _("Work requirement %(requirement)s is not delivered") % {"requirement": work.requirement}
    ),
    url=lambda work, recipient: _of_requirement(work),
    scope=lambda work: work.team.cohort.intake.slug,
    about=lambda work: work,
    to_many=True,
)


# --- A revision, and a plan for catching up --------------------------------------------------------------


def _live_overrides() -> "QuerySet[Override]":
    """Of the row's requirement, for its participant or for their whole team."""
    whose = Q(participant=OuterRef("participant")) | Q(participant=None, team=OuterRef("participant__team"))
    return Override.objects.live().filter(whose, requirement=OuterRef("requirement"))


def _is_done() -> Q:
    """Rows of somebody who is exempt, or whose delivery lies with the school."""
    delivered = DeliveryMember.objects.filter(
        participant=OuterRef("participant"),
        is_concerned=True,
        delivery__work__requirement=OuterRef("requirement"),
        delivery__work__state__in=IN_QUEUE,
        delivery__attempt=F("delivery__work__attempt"),
    )
    return Q(Exists(_live_overrides().filter(kind=OverrideKind.EXEMPT))) | Q(Exists(delivered))


TAKES_PART = Q(
    participant__member__participation__in=BEGUN, participant__team__cohort__state=CohortState.RUNNING
)
NAMES = (
    "requirement",
    "participant__member__user",
    "participant__team__cohort__intake",
    "participant__team__application__lead",
)


def _unrevised() -> "QuerySet[Result]":
    """Current results that ask for a revision, of people who take part and have not delivered it."""
    rows = Result.objects.current().filter(TAKES_PART, ~_is_done(), outcome=Outcome.REVISE)
    later = _live_overrides().filter(kind=OverrideKind.EXTENDED, given_at__gte=OuterRef("given_at"))
    latest = later.order_by("-due_at").values("due_at")[:1]
    return rows.annotate(due_at=Coalesce(Subquery(latest), F("revise_due_at"))).select_related(*NAMES)


def _to_catch_up() -> "QuerySet[CatchUp]":
    """Plans for the team's next delivery, which has not come. Who delivers alone has a track of their own."""
    team_waits = TeamRequirement.objects.of_teams().filter(
        requirement=OuterRef("requirement"),
        team=OuterRef("participant__team"),
        state=RequirementState.ASSESSED,
    )
    has_result = Result.objects.filter(
        participant=OuterRef("participant"), requirement=OuterRef("requirement")
    )
    rows = CatchUp.objects.filter(TAKES_PART, Exists(team_waits), ~Exists(has_result), ~_is_done())
    return rows.filter(way=Way.WITH_TEAM).select_related(*NAMES)


def _oneself(row: Result | CatchUp) -> Iterator[Recipient]:
    user = row.participant.member.user
    if user is not None and user.is_active:
        yield Recipient.of(user)


REVISION = Kind(
    key="revision",
    label=gettext_lazy("Revising a work requirement"),
    demand=gettext_lazy("Deliver again by {when}"),
    why=WHY,
    open=_unrevised,
    due_field="due_at",
    since_field="given_at",
    to=_oneself,
    title=lambda result: (
        _("Work requirement %(requirement)s must be revised") % {"requirement": result.requirement}
    ),
    url=lambda result, recipient: _page(
        "requirement", result.participant.team.reference, result.requirement.number
    ),
    scope=lambda result: result.participant.team.cohort.intake.slug,
    about=lambda result: result.participant.team,
)


CATCH_UP = Kind(
    key="catch-up",
    label=gettext_lazy("Catching up on a work requirement"),
    demand=gettext_lazy("Deliver with your team by {when}"),
    why=WHY,
    open=_to_catch_up,
    due_field="due_at",
    since_field="made_at",
    to=_oneself,
    title=lambda plan: (
        _("Work requirement %(requirement)s is not delivered") % {"requirement": plan.requirement}
    ),
    url=lambda plan, recipient: _page(
        "requirement", plan.participant.team.reference, plan.requirement.number
    ),
    scope=lambda plan: plan.participant.team.cohort.intake.slug,
    about=lambda plan: plan.participant.team,
)


# --- The queue -------------------------------------------------------------------------------------------


def _unassessed() -> "QuerySet[TeamRequirement]":
    people = Instructor.objects.select_related("user")
    rows = TeamRequirement.objects.in_queue().select_related(
        "requirement", "team__cohort__intake", "team__application__lead", "claimed_by"
    )
    return rows.prefetch_related(Prefetch("team__cohort__instructors", people))


def _assessors(work: TeamRequirement) -> Iterator[Recipient]:
    """Who has taken it; while nobody has, every instructor of the cohort."""
    if work.state == RequirementState.UNDER_ASSESSMENT:
        found = [work.claimed_by]
    else:
        found = [each.user for each in work.team.cohort.instructors.all()]
    return (Recipient.of(user) for user in found if user is not None and user.is_active)


QUEUE = Kind(
    key="assessment",
    label=gettext_lazy("A delivery that waits to be assessed"),
    demand=gettext_lazy("Assess the delivery"),
    why=gettext_lazy("You get this because you are an instructor of the cohort."),
    open=_unassessed,
    due_field="delivered_at",
    since_field="delivered_at",
    to=_assessors,
    title=lambda work: (
        _("Work requirement %(number)s of %(team)s waits to be assessed")
        % {"number": work.requirement.number, "team": work.team}
    ),
    url=lambda work, recipient: _page("assess", work.pk),
    scope=lambda work: work.team.cohort.intake.slug,
    about=lambda work: work,
    rule=Rule(before=(), every=14, most=3),
    to_many=True,
    is_deadline=False,
)

KINDS = (REQUIREMENT, REVISION, CATCH_UP, QUEUE)
