"""Deeds of those who assess: take a delivery, let it go, assess it, change a result that has been given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from assessment.actions.deliveries import locked
from assessment.actions.moves import move
from assessment.actions.requirements import require_teaches
from assessment.emails import requirements as letters
from assessment.models import Assessment, Delivery, Result, TeamRequirement
from assessment.models.records import records_of
from assessment.states import Outcome, RequirementState
from cohorts.models import Participant
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

CLAIMED = gettext_noop("began to assess the delivery")
LET_GO = gettext_noop("put the delivery back into the queue")
ASSESSED = gettext_noop("assessed the delivery")
CHANGED = gettext_noop("changed a result")
WITHDRAWN = gettext_noop("withdrew an approval")
PERSON = gettext_noop("Person")
RESULT = gettext_noop("result")


@dataclass(frozen=True)
class Mark:
    """What one participant gets. comment: to that person alone."""

    outcome: str
    comment: str = ""


# --- Taking it -------------------------------------------------------------------------------------------


@transaction.atomic
def claim(work: TeamRequirement, *, by: User, now: datetime) -> TeamRequirement:
    """Take a delivery to assess it: of two at once one gets it, and the other is told who.

    Taking what one has taken already changes nothing. Raises Refused for somebody who may not.
    """
    require_teaches(work.team.cohort, by)
    current = locked(work)
    if current.state == RequirementState.UNDER_ASSESSMENT:
        if current.claimed_by == by:
            return current
        raise Refused(_("%(name)s is assessing this delivery already.") % {"name": current.claimed_by})
    move(
        current,
        RequirementState.UNDER_ASSESSMENT,
        verb=CLAIMED,
        by=by,
        now=now,
        claimed_by=by,
        claimed_at=now,
    )
    return current


@transaction.atomic
def let_go(work: TeamRequirement, *, by: User, now: datetime) -> TeamRequirement:
    """Put a delivery back into the queue, one's own or a colleague's who does not get to it."""
    require_teaches(work.team.cohort, by)
    current = locked(work)
    move(current, RequirementState.DELIVERED, verb=LET_GO, by=by, now=now, claimed_by=None, claimed_at=None)
    return current


# --- Assessing it ----------------------------------------------------------------------------------------


def to_assess(delivery: Delivery) -> list[Participant]:
    """Those who wait for a result of the delivery: concerned at the time, and not settled since.

    Who has left the team since then keeps the right to the result.
    """
    members = delivery.members.filter(is_concerned=True)
    people = list(members.order_by("pk").values_list("participant", flat=True))
    records = records_of(people, [delivery.work.requirement])
    return [each.participant for each in records if not each.is_settled]


@transaction.atomic
def assess(
    delivery: Delivery,
    marks: Mapping[int, Mark],
    *,
    comment: str,
    revise_due_at: datetime | None,
    by: User,
    now: datetime,
) -> Assessment:
    """Give everybody whom the delivery concerns a result; each gets one e-mail.

    marks: key of the participant → mark, for all of `to_assess`. comment: to the team. revise_due_at: the
    deadline of those who must revise. Raises Refused for a delivery that `by` has not taken, that is not the
    latest, for a missing mark, and for a revision without a deadline to come.
    """
    require_teaches(delivery.work.team.cohort, by)
    current = locked(delivery.work)
    if current.state != RequirementState.UNDER_ASSESSMENT or current.claimed_by != by:
        raise Refused(_("Take the delivery from the queue before you assess it."))
    if current.attempt != delivery.attempt:
        raise Refused(_("The team has delivered again. Assess the latest delivery."))
    people = to_assess(delivery)
    if {person.pk for person in people} != set(marks):
        raise Refused(_("The people whom this concerns have changed. Reload the page and try again."))
    _require_deadline([mark.outcome for mark in marks.values()], revise_due_at, now)
    given = Assessment.objects.create(delivery=delivery, comment=comment.strip(), given_by=by, given_at=now)
    move(
        current,
        RequirementState.ASSESSED,
        verb=ASSESSED,
        by=by,
        now=now,
        claimed_by=None,
        claimed_at=None,
    )
    for person in people:
        mark = marks[person.pk]
        result = _write(
            person,
            delivery,
            mark,
            revise_due_at=revise_due_at if mark.outcome == Outcome.REVISE else None,
            by=by,
            now=now,
        )
        letters.result(result, given, now=now)
    return given


@transaction.atomic
def change_result(
    result: Result,
    *,
    outcome: str,
    comment: str,
    revise_due_at: datetime | None,
    reason: str,
    by: User,
    now: datetime,
) -> Result:
    """Put another result in the place of one that has been given, with a reason that stays.

    This is the only way in which an approval is withdrawn. The person gets an e-mail; one with the former
    result that has not left is cancelled. Raises Refused without a reason, when nothing changes, and when
    somebody else has changed it meanwhile.
    """
    delivery = result.delivery
    require_teaches(delivery.work.team.cohort, by)
    current = locked(delivery.work)
    stored = Result.objects.current().filter(pk=result.pk).select_related("participant__member").first()
    if stored is None:
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))
    if not reason.strip():
        raise Refused(_("Give a reason."))
    due_at = revise_due_at if outcome == Outcome.REVISE else None
    if (stored.outcome, stored.comment, stored.revise_due_at) == (outcome, comment.strip(), due_at):
        raise Refused(_("This is the result already."))
    _require_deadline([outcome], due_at, now)
    changed = _write(
        stored.participant,
        delivery,
        Mark(outcome, comment),
        revise_due_at=due_at,
        reason=reason,
        by=by,
        now=now,
    )
    audit.record(
        current,
        WITHDRAWN if changed.withdraws_approval else CHANGED,
        by=by,
        now=now,
        changes={
            PERSON: (None, stored.participant),
            RESULT: (_label(stored.outcome), _label(outcome)),
        },
        reason=reason.strip(),
    )
    letters.result_changed(changed, now=now)
    return changed


def _write(
    person: Participant,
    delivery: Delivery,
    mark: Mark,
    *,
    revise_due_at: datetime | None,
    by: User,
    now: datetime,
    reason: str = "",
) -> Result:
    """The next version. The former one is marked first: the database keeps one current version."""
    requirement = delivery.work.requirement
    versions = Result.objects.filter(participant=person, requirement=requirement)
    former = versions.current().select_for_update().first()
    if former is not None:
        Result.objects.filter(pk=former.pk).update(superseded_at=now)
    withdraws = former is not None and former.outcome == Outcome.APPROVED != mark.outcome
    return Result.objects.create(
        participant=person,
        requirement=requirement,
        version=former.version + 1 if former else 1,
        outcome=mark.outcome,
        comment=mark.comment.strip(),
        revise_due_at=revise_due_at,
        delivery=delivery,
        withdraws_approval=withdraws,
        reason=reason.strip(),
        given_by=by,
        given_at=now,
    )


def _label(outcome: str) -> str:
    """In the source language: the history translates it for its reader."""
    with override("en"):
        return str(Outcome(outcome).label)


def _require_deadline(outcomes: list[str], revise_due_at: datetime | None, now: datetime) -> None:
    if Outcome.REVISE not in outcomes:
        return
    if revise_due_at is None:
        raise Refused(_("Say until when it must be revised."))
    if revise_due_at <= now:
        raise Refused(_("The deadline of the revision must be later than now."))
