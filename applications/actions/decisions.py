"""One decision at a time: drawn up with its letter, approved by a second person, issued at its minute.

Until a decision is issued, everything about it is written in its own history, which only the school reads;
what happens to it after that also stands in the history of the application.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from applications import letters
from applications.actions.letters import write_letter
from applications.actions.moves import move
from applications.emails import decisions as emails
from applications.models import Application, Decision, DecisionKind, Intake, Letter, Release, TeamMember
from applications.models.decision import OF_PERSONS, DecisionQuerySet
from applications.states import Basis, DecisionState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.deadlines import rules
from innoskole.deadlines.models import Kind
from innoskole.ui import formats

PREPARED = gettext_noop("prepared a decision")
FOLLOWED = gettext_noop("drew up a decision that follows from the draw")
APPROVED = gettext_noop("approved the decision")
VOIDED = gettext_noop("voided the decision before it was sent")
OVERTAKEN = gettext_noop("voided the decision, because a new one was made before it was sent")
NEWER = gettext_noop("A new decision was made before this one was sent.")
ISSUED = gettext_noop("issued the decision")
SUPERSEDED = gettext_noop("replaced the decision by a new one")
HELD_BACK = gettext_noop("held back the letter")
REWRITTEN = gettext_noop("wrote the letter anew, because it leaves on another day or to another address")

NEED_GROUNDS = (DecisionKind.DECLINED, DecisionKind.REJECTED)
KIND_OF_BASIS: Mapping[str, str] = {
    Basis.QUALIFIED: DecisionKind.STUDENT,
    Basis.INDIVIDUALLY_QUALIFIED: DecisionKind.INDIVIDUALLY_QUALIFIED,
    Basis.COURSE_PARTICIPANT: DecisionKind.COURSE_PARTICIPANT,
}


# --- Drawing up -----------------------------------------------------------------------------------


@transaction.atomic
def decide(
    application: Application,
    kind: str,
    *,
    member: TeamMember | None = None,
    grounds: str = "",
    leaves_at: datetime,
    by: User,
    now: datetime,
    release: Release | None = None,
) -> Decision:
    """Draw up a decision on an application, or on a person in it, with its letter; nobody is told.

    grounds: in the school's own words; forvaltningsloven § 24 asks for them where a place is declined or an
    application rejected. leaves_at: the earliest minute at which it is issued, once approved. What was drawn
    up earlier on the same subject and has not left becomes void. Raises Refused without needed grounds, and
    when the earlier one leaves with a release.
    """
    decision = draw_up(
        application,
        kind,
        member=member,
        grounds=grounds,
        leaves_at=leaves_at,
        by=by,
        now=now,
        release=release,
    )
    write_letter(decision, now=now)
    return decision


@transaction.atomic
def draw_up(
    application: Application,
    kind: str,
    *,
    member: TeamMember | None = None,
    grounds: str = "",
    leaves_at: datetime,
    by: User,
    now: datetime,
    release: Release | None = None,
) -> Decision:
    """As `decide`, but the letter is still to be written."""
    _lock(application)
    return _create(
        application,
        kind,
        verb=PREPARED,
        by=by,
        now=now,
        member=member,
        grounds=grounds,
        release=release,
        leaves_at=leaves_at,
        prepared_by=by,
    )


@transaction.atomic
def decide_by_rule(
    application: Application,
    kind: str,
    *,
    member: TeamMember | None = None,
    grounds: str = "",
    now: datetime,
) -> Decision:
    """Decide and issue at once what follows from the draw without anybody's judgement.

    What was drawn up on the same subject and has not left becomes void, also in a release.
    """
    _lock(application)
    decision = _create(
        application,
        kind,
        verb=FOLLOWED,
        by=None,
        now=now,
        member=member,
        grounds=grounds,
        state=DecisionState.APPROVED,
        leaves_at=now,
        approved_at=now,
    )
    write_letter(decision, now=now)
    issue(decision, now=now)
    return decision


def of_persons(application: Application) -> Iterator[tuple[TeamMember, str, str]]:
    """Everybody in the team with the kind of decision and the grounds that the assessment gives them.

    Raises Refused for somebody whose admission basis is not decided.
    """
    for member in application.members.prefetch_related("assessments"):
        kind = KIND_OF_BASIS.get(member.basis)
        if kind is None:
            raise Refused(
                _("The admission basis of %(name)s in the application of %(municipality)s is not decided.")
                % {"name": member.name, "municipality": application.lead}
            )
        yield member, kind, _grounds(member)


def decide_persons(application: Application, *, now: datetime) -> None:
    """Issue the decision on each person that follows from the assessment, unless it is in force already.

    A person whose basis is not decided gets a decision when it is; the offer cannot be accepted before.
    """
    for member in application.members.prefetch_related("assessments"):
        kind = KIND_OF_BASIS.get(member.basis)
        if kind and not member.decisions.in_force().filter(kind=kind).exists():
            decide_by_rule(application, kind, member=member, grounds=_grounds(member), now=now)


def _grounds(member: TeamMember) -> str:
    """Why the person's basis is as it is, from the assessment in force."""
    standing = [each for each in member.assessments.all() if each.discarded_at is None]
    return standing[-1].reason if standing else ""


def _create(
    application: Application,
    kind: str,
    *,
    verb: str,
    by: User | None,
    now: datetime,
    member: TeamMember | None,
    grounds: str,
    **fields: Any,
) -> Decision:
    """The next version on the subject, without its letter; whatever has not left becomes void."""
    if (member is not None) != (kind in OF_PERSONS):
        raise ValueError(f"A decision «{kind}» is not made on {member or application}.")
    if member is not None and member.application_id != application.pk:
        raise ValueError(f"{member} is not in the application {application}.")
    if kind in NEED_GROUNDS and not grounds.strip():
        raise Refused(_("State the grounds: the letter must say why."))
    earlier = list(_on_subject(application, member))
    for unsent in earlier:
        if not unsent.is_standing:
            continue
        if by is not None and unsent.release_id is not None:
            raise Refused(
                _("A decision on %(subject)s leaves together with others. Cancel that release first.")
                % {"subject": member or application.lead}
            )
        withdraw(unsent, verb=OVERTAKEN, reason=NEWER, by=by, now=now)
    decision = Decision.objects.create(
        application=application,
        member=member,
        kind=kind,
        version=max((each.version for each in earlier), default=0) + 1,
        grounds=grounds.strip(),
        prepared_at=now,
        **fields,
    )
    audit.record(
        decision,
        verb,
        by=by,
        now=now,
        changes={"decision": ("", _english(decision))},
        reason=decision.grounds,
    )
    return decision


def _on_subject(application: Application, member: TeamMember | None) -> DecisionQuerySet:
    return Decision.objects.filter(application=application, member=member)


# --- Before it leaves -----------------------------------------------------------------------------


def obstacle_to_approval(decision: Decision, by: User) -> str:
    """Why this person cannot approve this one decision, as a sentence; empty when they can."""
    if decision.state != DecisionState.PREPARED:
        return _("The decision does not wait for approval.")
    if decision.release_id:
        return _("The decision is approved together with the others of its release.")
    if decision.prepared_by_id == by.pk:
        return _("You prepared this decision yourself. Another person must approve it.")
    return ""


@transaction.atomic
def approve(decision: Decision, *, by: User, now: datetime) -> None:
    """Approve a decision that somebody else has prepared; it leaves at its minute, or within the next one.

    Raises Refused for the one who prepared it, and for a decision that leaves with a release.
    """
    _refuse(obstacle_to_approval(decision, by))
    approve_in_release(decision, by=by, now=now)


def approve_in_release(decision: Decision, *, by: User, now: datetime) -> None:
    """The move alone: the release has seen to it that it is another person."""
    move(decision, DecisionState.APPROVED, verb=APPROVED, by=by, now=now, approved_by=by, approved_at=now)


@transaction.atomic
def void(decision: Decision, *, reason: str, by: User, now: datetime) -> None:
    """Take back a decision that has not left: nobody ever hears of it.

    Raises Refused without a reason, for one that has left, and for one that leaves with a release.
    """
    if not reason.strip():
        raise Refused(_("State the reason."))
    if decision.release_id:
        raise Refused(_("The decision leaves with others. Cancel the release to take them all back."))
    withdraw(decision, verb=VOIDED, reason=reason.strip(), by=by, now=now)


def withdraw(decision: Decision, *, verb: str, reason: str, by: User | None, now: datetime) -> None:
    """The move alone. reason: a person's words, or a sentence marked with gettext_noop, which is translated
    where it is shown."""
    move(decision, DecisionState.VOID, verb=verb, by=by, now=now, void_reason=reason)


@transaction.atomic
def suppress(letter: Letter, *, reason: str, by: User, now: datetime) -> None:
    """Hold back one letter: the decision is issued at its minute, but no mail goes with it.

    Raises Refused without a reason, when the letter is held back already, and when it has left.
    """
    if not reason.strip():
        raise Refused(_("State why the letter is held back."))
    decision = Decision.objects.select_for_update(no_key=True).get(pk=letter.decision_id)
    if decision.state not in (DecisionState.PREPARED, DecisionState.APPROVED):
        raise Refused(
            _("The letter cannot be held back any more: the decision is «%(state)s».")
            % {"state": decision.get_state_display()}
        )
    held = Letter.objects.filter(pk=letter.pk, suppressed_at__isnull=True)
    if not held.update(suppressed_by=by, suppressed_at=now, suppressed_reason=reason.strip()):
        raise Refused(_("The letter is held back already."))
    letter.suppressed_by, letter.suppressed_at, letter.suppressed_reason = by, now, reason.strip()
    audit.record(decision, HELD_BACK, by=by, now=now, reason=reason.strip())


# --- Leaving --------------------------------------------------------------------------------------


@transaction.atomic
def issue(decision: Decision, *, now: datetime) -> None:
    """Let an approved decision take effect: it replaces the one in force, and its mail is posted.

    Mail about the one that it replaces, if it has not left yet, never does.

    The time for an appeal runs from this day (forvaltningsloven § 29). A letter that was dated for another
    day, or addressed to somebody who is no longer the contact person, is written anew first.
    """
    for in_force in _on_subject(decision.application, decision.member).in_force():
        move(in_force, DecisionState.SUPERSEDED, verb=SUPERSEDED, by=None, now=now)
        emails.recall(in_force, now=now)
    move(
        decision,
        DecisionState.ISSUED,
        verb=ISSUED,
        by=None,
        now=now,
        issued_at=now,
        appeal_until_on=rules.deadline(Kind.ADMISSION_APPEAL, now).day,
    )
    audit.record(
        decision.application,
        ISSUED,
        by=None,
        now=now,
        changes={decision.member.name if decision.member else "decision": ("", _english(decision))},
    )
    letter = _letter_for(decision, now)
    if letter.suppressed_at is None:
        emails.issued(decision, letter, now=now)


def _letter_for(decision: Decision, now: datetime) -> Letter:
    """The letter as it is to leave now."""
    letter = decision.letter
    planned, today = formats.local(decision.leaves_at).date(), formats.local(now).date()
    _name, email = letters.recipient(decision, language=letter.language)
    if letter.suppressed_at or (planned == today and letter.to_email == email):
        return letter
    letter.delete()
    decision.leaves_at = now
    decision.save(update_fields=["leaves_at"])
    audit.record(decision, REWRITTEN, by=None, now=now)
    return write_letter(decision, now=now)


def _lock(application: Application) -> None:
    """One decision at a time in an intake; before any other row, as everywhere."""
    Intake.objects.select_for_update(no_key=True).get(pk=application.intake_id)


def _english(decision: Decision) -> str:
    """The kind in the source language: the history translates it for its reader."""
    with override("en"):
        return str(DecisionKind(decision.kind).label)


def _refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)
