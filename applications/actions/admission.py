"""Each person's admission basis: proposed by rule, decided by a human with a reason, every version kept."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from applications.actions.decisions import KIND_OF_BASIS, decide
from applications.actions.moves import move
from applications.letters.case import BASIS_OF
from applications.models import Application, Assessment, Decision, DecisionKind, Intake, TeamMember
from applications.models.admission import (
    DECISIONS,
    assessed_digest,
    is_individual,
    is_outdated,
    proposal_for,
)
from applications.models.people import told
from applications.models.review import AssessmentQuerySet
from applications.models.viability import CHANGEABLE
from applications.states import BASIS_TRANSITIONS, IN_TEAM, Basis, Participation, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

DECIDED = gettext_noop("decided the admission basis of a person")
PROPOSED = gettext_noop("proposed the admission basis of a person; a second person must approve it")
APPROVED = gettext_noop("approved the admission basis of a person")
DISCARDED = gettext_noop("discarded a proposed admission basis")
ON_APPEAL = gettext_noop("decided the admission basis of a person anew after an appeal")


@transaction.atomic
def assess(
    member: TeamMember, *, outcome: str, reason: str, by: User, now: datetime, seen: str = ""
) -> Assessment:
    """Decide a person's admission basis: qualified, individually qualified or course participant.

    seen: models.admission.assessed_digest of what `by` has looked at; empty when that was just now.

    A decision by judgement waits for a second person when the intake says so; the basis is then
    «individual assessment under way» until it is approved. Raises Refused outside the review, without a
    reason, when what was seen has changed, and while another decision on the person waits for approval.
    """
    application = _assessable(member)
    if seen not in ("", assessed_digest(member)):
        raise Refused(
            _(
                "What the application says about %(name)s has changed since you opened this page. Read it"
                " again."
            )
            % {"name": member.name}
        )
    if outcome not in DECISIONS:
        raise Refused(_("Choose one of the decisions."))
    if not reason.strip():
        raise Refused(_("State the reason for the decision."))
    if member.assessments.pending().exists():
        raise Refused(_("A decision on this person waits for a second person. Approve or discard it first."))
    proposal = proposal_for(member).basis
    needs_approval = application.intake.individual_needs_two and is_individual(proposal, outcome)
    assessment = Assessment.objects.create(
        member=member,
        version=(member.assessments.aggregate(last=Max("version"))["last"] or 0) + 1,
        proposal=proposal,
        outcome=outcome,
        reason=reason,
        content_digest=assessed_digest(member),
        decided_by=by,
        decided_at=now,
        needs_approval=needs_approval,
    )
    before = _basis(member)
    if needs_approval:
        if Basis.INDIVIDUAL_ASSESSMENT in BASIS_TRANSITIONS[member.basis]:
            move(
                member,
                Basis.INDIVIDUAL_ASSESSMENT,
                field="basis",
                verb=PROPOSED,
                by=by,
                now=now,
                reason=reason,
            )
    else:
        _settle(member, outcome, verb=DECIDED, by=by, now=now, reason=reason)
    _tell(
        application,
        PROPOSED if needs_approval else DECIDED,
        member,
        (before, _label(outcome)),
        by=by,
        now=now,
        reason=reason,
    )
    return assessment


@transaction.atomic
def approve(assessment: Assessment, *, by: User, now: datetime) -> None:
    """Approve a decision that somebody else has made; it takes effect.

    Raises Refused for the one who decided, when the application says something else about the person now,
    and when nothing waits any more.
    """
    member = assessment.member
    application = _assessable(member)
    if assessment.decided_by_id == by.pk:
        raise Refused(_("You made this decision yourself. Another person must approve it."))
    if is_outdated(member):
        raise Refused(
            _(
                "What the application says about %(name)s has changed since this decision was made. Set it"
                " aside, and assess the person again."
            )
            % {"name": member.name}
        )
    if not _pending(assessment).update(approved_by=by, approved_at=now):
        raise Refused(_("This decision does not wait for approval any more."))
    assessment.approved_by, assessment.approved_at = by, now
    before = _basis(member)
    _settle(member, assessment.outcome, verb=APPROVED, by=by, now=now, reason=assessment.reason)
    _tell(application, APPROVED, member, (before, _label(assessment.outcome)), by=by, now=now)


@transaction.atomic
def discard(assessment: Assessment, *, reason: str, by: User, now: datetime) -> None:
    """Set aside a decision that waits for approval; the person is to be assessed again."""
    member = assessment.member
    application = _assessable(member)
    if not reason.strip():
        raise Refused(_("State the reason."))
    if not _pending(assessment).update(discarded_at=now):
        raise Refused(_("This decision does not wait for approval any more."))
    assessment.discarded_at = now
    audit.record(member, DISCARDED, by=by, now=now, reason=reason)
    _tell(application, DISCARDED, member, (_label(assessment.outcome), ""), by=by, now=now, reason=reason)


def decide_on_appeal(decision: Decision, *, now: datetime) -> Assessment:
    """The next version of a person's admission basis, as an issued decision that upholds an appeal says.

    It is no matter of the review any more: two persons have made that decision, one of whom approved it.
    """
    by = decision.prepared_by
    if decision.member is None or by is None or decision.approved_by is None:
        raise ValueError(f"{decision} is not on a person, or was not made by two.")
    member = TeamMember.everyone.select_for_update().get(pk=decision.member.pk)
    outcome = BASIS_OF[DecisionKind(decision.kind)]
    before = _basis(member)
    assessment = Assessment.objects.create(
        member=member,
        version=(member.assessments.aggregate(last=Max("version"))["last"] or 0) + 1,
        proposal=proposal_for(member).basis,
        outcome=outcome,
        reason=decision.grounds,
        content_digest=assessed_digest(member),
        decided_by=by,
        decided_at=decision.prepared_at,
        needs_approval=True,
        approved_by=decision.approved_by,
        approved_at=decision.approved_at,
    )
    _settle(member, outcome, verb=ON_APPEAL, by=by, now=now, reason=decision.grounds)
    _tell(decision.application, ON_APPEAL, member, (before, _label(outcome)), by=by, now=now)
    return assessment


def may_be_assessed(member: TeamMember) -> bool:
    """Whether the person's basis may be decided: in the review, and after it for who is in a team or named
    for it, because people are replaced, documents come late, and appeals are upheld."""
    state = member.application.state
    in_reach = member.participation in (*IN_TEAM, Participation.RESERVE)
    return in_reach and (state == State.IN_REVIEW or state in CHANGEABLE)


@transaction.atomic
def prepare_letter(member: TeamMember, *, by: User, now: datetime) -> Decision:
    """Draw up the decision that the assessment gives, with its letter, for somebody in a team with a place.

    It leaves as soon as a second person has approved it. Raises Refused while the basis is not decided, for
    a reserve, and when the person has been told the same already.
    """
    # The intake's row first, as everywhere that offers and decisions are changed.
    Intake.objects.select_for_update(no_key=True).get(pk=member.application.intake_id)
    application = _locked(member)
    member.refresh_from_db(fields=["basis", "participation"])
    kind = KIND_OF_BASIS.get(member.basis)
    if kind is None or member.assessments.pending().exists():
        raise Refused(_("Decide the admission basis of %(name)s first.") % {"name": member.name})
    if member.participation not in IN_TEAM or application.state not in (State.ADMITTED, State.ENROLLED):
        raise Refused(_("A letter is written to those who are in a team with a place."))
    in_force = told(member)
    if in_force is not None and in_force.kind == kind:
        raise Refused(_("%(name)s has been told this already.") % {"name": member.name})
    if member.decisions.filter(kind=kind).standing().exists():
        raise Refused(_("The letter to %(name)s is prepared already.") % {"name": member.name})
    standing = member.assessments.filter(discarded_at__isnull=True).last()
    return decide(
        application,
        kind,
        member=member,
        grounds=standing.reason if standing else "",
        leaves_at=now,
        by=by,
        now=now,
    )


def _assessable(member: TeamMember) -> Application:
    """The member's application under lock, and open for assessment; refreshes the person."""
    application = _locked(member)
    member.refresh_from_db()
    member.application = application
    if not may_be_assessed(member):
        raise Refused(
            _("Persons are assessed while the application is in review. It is «%(state)s».")
            % {"state": application.get_state_display()}
        )
    return application


def _locked(member: TeamMember) -> Application:
    return (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("intake", "lead", "coordinator")
        .get(pk=member.application_id)
    )


def _pending(assessment: Assessment) -> AssessmentQuerySet:
    return Assessment.objects.pending().filter(pk=assessment.pk)


def _settle(member: TeamMember, outcome: str, *, verb: str, by: User, now: datetime, reason: str) -> None:
    """Move the basis to the outcome, by way of the individual assessment where the table asks for it."""
    if member.basis == outcome:
        audit.record(member, verb, by=by, now=now, reason=reason)
        return
    if outcome not in BASIS_TRANSITIONS[member.basis]:
        move(member, Basis.INDIVIDUAL_ASSESSMENT, field="basis", verb=verb, by=by, now=now, reason=reason)
    move(member, outcome, field="basis", verb=verb, by=by, now=now, reason=reason)


def _tell(
    application: Application,
    verb: str,
    member: TeamMember,
    change: tuple[str, str],
    *,
    by: User,
    now: datetime,
    reason: str = "",
) -> None:
    """A line in the application's own history that names the person."""
    audit.record(application, verb, by=by, now=now, changes={member.name: change}, reason=reason)


def _basis(member: TeamMember) -> str:
    return _label(member.basis)


def _label(basis: str) -> str:
    """In the source language: the history translates it for its reader."""
    with override("en"):
        return str(Basis(basis).label)
