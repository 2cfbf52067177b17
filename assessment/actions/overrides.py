"""What the school decides for one person or one team: exempt, a later deadline, a plan for catching up."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.utils.translation import override as override_language

from assessment.actions.deliveries import locked
from assessment.actions.moves import move
from assessment.actions.requirements import OPENED, require_teaches
from assessment.emails import requirements as letters
from assessment.models import CatchUp, Override, OverrideKind, TeamRequirement, Way, WorkRequirement
from assessment.models.records import Record, records_of
from assessment.states import RequirementState
from assessment.states.requirements import IN_QUEUE
from cohorts.models import Participant, Team
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

EXEMPTED = gettext_noop("exempted from the work requirement")
EXTENDED = gettext_noop("gave a later deadline")
ENDED = gettext_noop("ended an exemption or a later deadline")
PLANNED = gettext_noop("made a plan for catching up")
PERSON = gettext_noop("Person")
DEADLINE = gettext_noop("deadline")
WAY = gettext_noop("how")


def _team_work(team: Team, requirement: WorkRequirement) -> TeamRequirement:
    return locked(TeamRequirement(team=team, requirement=requirement, due_at=requirement.due_at))


@transaction.atomic
def exempt(
    requirement: WorkRequirement,
    team: Team,
    participant: Participant | None,
    *,
    reason: str,
    by: User,
    now: datetime,
) -> Override:
    """Exempt one participant, or the team when there is none; those concerned get an e-mail.

    Raises Refused without a reason, and where the same exemption stands already.
    """
    require_teaches(team.cohort, by)
    work = _team_work(team, requirement)
    _require_reason(reason)
    if _live(requirement, team, participant, OverrideKind.EXEMPT) is not None:
        raise Refused(_("The exemption has been given already."))
    override = Override.objects.create(
        requirement=requirement,
        team=team,
        participant=participant,
        kind=OverrideKind.EXEMPT,
        reason=reason.strip(),
        given_by=by,
        given_at=now,
    )
    changes = {PERSON: (None, participant or team)}
    audit.record(work, EXEMPTED, by=by, now=now, changes=changes, reason=reason.strip())
    letters.exempt(override, now=now)
    return override


@transaction.atomic
def extend(
    requirement: WorkRequirement,
    team: Team,
    participant: Participant | None,
    *,
    due_at: datetime,
    reason: str,
    by: User,
    now: datetime,
) -> Override:
    """Give a later deadline, to one participant or to the team; those concerned get an e-mail.

    A person who has not delivered gets a delivery of their own until then, because the team delivers
    together; one who must revise gets a later deadline for that (docs/decisions/0126). A former extension
    ends with the new one. Raises Refused without a reason, for a moment that has passed or is not later than
    the present deadline, for a team that has delivered, and for a person whose result is settled.
    """
    require_teaches(team.cohort, by)
    work = _team_work(team, requirement)
    _require_reason(reason)
    if due_at <= now:
        raise Refused(_("The new deadline must be later than now."))
    if participant is None:
        before = _extend_team(work, due_at)
    else:
        before = _extend_person(work, participant, due_at, now)
    former = _live(requirement, team, participant, OverrideKind.EXTENDED)
    if former is not None:
        Override.objects.filter(pk=former.pk).update(ended_at=now)
        letters.recall_override(former, now=now)
    override = Override.objects.create(
        requirement=requirement,
        team=team,
        participant=participant,
        kind=OverrideKind.EXTENDED,
        due_at=due_at,
        reason=reason.strip(),
        given_by=by,
        given_at=now,
    )
    changes = {PERSON: (None, participant or team), DEADLINE: (before, due_at)}
    audit.record(work, EXTENDED, by=by, now=now, changes=changes, reason=reason.strip())
    letters.extended(override, now=now)
    return override


def _extend_team(work: TeamRequirement, due_at: datetime) -> datetime | None:
    """Returns the deadline before. Of a revision the deadlines are those of the results."""
    if work.state in IN_QUEUE:
        raise Refused(_("The team has delivered. What it waits for is the assessment."))
    people = list(Participant.objects.filter(team=work.team_id).present().values_list("pk", flat=True))
    revising = [each for each in records_of(people, [work.requirement]) if each.must_revise]
    if work.state == RequirementState.ASSESSED:
        if not revising:
            raise Refused(_("Nobody in the team has anything left to deliver here."))
        before = max((each.due_at for each in revising if each.due_at), default=None)
        _require_later(due_at, before)
        return before
    _require_later(due_at, work.due_at)
    before = work.due_at
    TeamRequirement.objects.filter(pk=work.pk).update(due_at=due_at)
    return before


def _extend_person(
    work: TeamRequirement, participant: Participant, due_at: datetime, now: datetime
) -> datetime | None:
    """Returns the deadline before."""
    record = _record(participant, work.requirement)
    if record.is_settled:
        raise Refused(_("Nothing more is expected of the person here."))
    if record.waits:
        raise Refused(_("The person has delivered. What they wait for is the assessment."))
    _require_later(due_at, record.due_at)
    before = record.due_at
    if not record.must_revise:
        _own_work(work, participant, due_at, now)
    return before


@transaction.atomic
def end(override: Override, *, reason: str, by: User, now: datetime) -> None:
    """Withdraw an exemption or a later deadline, with a reason; those concerned get an e-mail.

    Raises Refused where it has ended, and for a delivery of one's own that has begun.
    """
    require_teaches(override.team.cohort, by)
    work = _team_work(override.team, override.requirement)
    _require_reason(reason)
    if not Override.objects.live().filter(pk=override.pk).update(ended_at=now):
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))
    if override.kind == OverrideKind.EXTENDED:
        if override.participant is None:
            waiting = TeamRequirement.objects.filter(pk=work.pk, attempt=0)
            waiting.update(due_at=override.requirement.due_at)
        else:
            _end_extension_of_person(work, override.participant)
    changes = {PERSON: (None, override.participant or override.team)}
    audit.record(work, ENDED, by=by, now=now, changes=changes, reason=reason.strip())
    letters.ended(override, reason=reason.strip(), now=now)


def _end_extension_of_person(work: TeamRequirement, participant: Participant) -> None:
    """Of a revision nothing stands but the extension itself; of a plan, its own deadline holds again."""
    record = _record(participant, work.requirement)
    if record.result is not None or record.own_work is None:
        return
    if record.plan is not None and record.plan.way == Way.ALONE:
        TeamRequirement.objects.filter(pk=record.own_work.pk).update(due_at=record.plan.due_at)
    else:
        _end_own_work(work.requirement, participant)


# --- Catching up -----------------------------------------------------------------------------------------


@transaction.atomic
def plan_catch_up(
    requirement: WorkRequirement,
    participant: Participant,
    *,
    way: str,
    due_at: datetime,
    instructions: str,
    by: User,
    now: datetime,
) -> CatchUp:
    """Agree how somebody whom the team's deliveries have passed by gets the requirement done.

    Alone: the person gets a delivery of their own. With the team: they are in its next delivery. A plan that
    stands is replaced. The person gets it by e-mail. Raises Refused for a settled result, a moment that has
    passed, and once the person has delivered something of their own.
    """
    require_teaches(participant.team.cohort, by)
    work = _team_work(participant.team, requirement)
    record = _record(participant, requirement)
    if record.is_settled or record.waits:
        raise Refused(_("Nothing more is expected of the person here."))
    if due_at <= now:
        raise Refused(_("The new deadline must be later than now."))
    if way == Way.ALONE:
        _own_work(work, participant, due_at, now)
    else:
        _end_own_work(requirement, participant)
    plan, _is_new = CatchUp.objects.update_or_create(
        participant=participant,
        requirement=requirement,
        defaults={
            "way": way,
            "due_at": due_at,
            "instructions": instructions.strip(),
            "made_by": by,
            "made_at": now,
        },
    )
    changes = {
        PERSON: (None, participant),
        WAY: (_way(record.plan.way) if record.plan else None, _way(way)),
        DEADLINE: (record.plan.due_at if record.plan else None, due_at),
    }
    audit.record(work, PLANNED, by=by, now=now, changes=changes, reason=instructions.strip())
    letters.catch_up(plan, now=now)
    return plan


def _own_work(work: TeamRequirement, participant: Participant, due_at: datetime, now: datetime) -> None:
    """Open a delivery of the person's own, or move its deadline."""
    own = locked(
        TeamRequirement(team=work.team, requirement=work.requirement, participant=participant, due_at=due_at)
    )
    TeamRequirement.objects.filter(pk=own.pk).update(due_at=due_at)
    if own.state == RequirementState.PLANNED:
        move(own, RequirementState.OPEN, verb=OPENED, by=None, now=now, about=work, opened_at=now)


def _end_own_work(requirement: WorkRequirement, participant: Participant) -> None:
    """Close a delivery of the person's own in which nothing has been delivered or kept."""
    own = TeamRequirement.objects.select_for_update().filter(requirement=requirement, participant=participant)
    for work in own:
        if work.attempt or work.files.exists() or hasattr(work, "draft"):
            raise Refused(_("The person has begun a delivery of their own already."))
        work.delete()


# --- Asked by several ------------------------------------------------------------------------------------


def _record(participant: Participant, requirement: WorkRequirement) -> Record:
    return records_of([participant.pk], [requirement])[0]


def _way(way: str) -> str:
    """In the source language: the history translates it for its reader."""
    with override_language("en"):
        return str(Way(way).label)


def _live(
    requirement: WorkRequirement, team: Team, participant: Participant | None, kind: str
) -> Override | None:
    rows = Override.objects.live().filter(requirement=requirement, team=team, kind=kind)
    return rows.filter(participant=participant).first()


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give a reason."))


def _require_later(due_at: datetime, present: datetime | None) -> None:
    if present is not None and due_at <= present:
        raise Refused(_("The new deadline must be later than the present one."))
