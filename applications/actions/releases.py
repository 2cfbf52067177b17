"""Decide now, tell later: the decisions of a selection leave, and the public page changes, at one minute.

A release is prepared by one person and approved by another. Nobody outside the school hears of it before its
minute; then everything that it holds is told in one transaction, or nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions import consequences, decisions, offers, review, selection
from applications.actions.letters import write_letter
from applications.actions.moves import move
from applications.models import Decision, DecisionKind, DrawRound, Intake, Letter, Offer, Release
from applications.results import lines
from applications.states import (
    IN_TEAM,
    DecisionState,
    IntakeState,
    OfferState,
    ReleaseState,
    State,
)
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

PREPARED = gettext_noop("prepared the letters of the selection")
APPROVED = gettext_noop("approved the letters of the selection")
CANCELLED = gettext_noop("cancelled the release of the letters")
RELEASED = gettext_noop("let the letters leave and published the selection")
CANCELLED_WITH_ALL = gettext_noop("voided the decision with the release that it belonged to")
SUBJECT_GONE = gettext_noop("voided the decision, because its subject has withdrawn")
TOO_LATE = gettext_noop("voided the decision, because the team has been enrolled")
ENROLLED = gettext_noop("The team was enrolled before the decision was sent.")
GONE = gettext_noop("The application or the person was withdrawn before the decision was sent.")


# --- Preparing ------------------------------------------------------------------------------------


def obstacle_to_release(intake: Intake) -> str:
    """Why no release can be prepared now, as a sentence; empty when one can."""
    if intake.state != IntakeState.DECIDED:
        return _("Letters are prepared when the selection is decided and not yet published.")
    if intake.releases.standing().exists():
        return _("The letters are prepared already. Cancel them before you prepare new ones.")
    return ""


@transaction.atomic
def prepare_release(intake: Intake, *, leaves_at: datetime, by: User, now: datetime) -> Release:
    """Draw up every decision of the decided selection, and write all the letters. Tells nobody.

    leaves_at: the minute at which they leave once they are approved; not before `now`. Raises Refused while
    the selection is not decided, when a release stands, and for a person whose basis is not decided.
    """
    release = begin_release(intake, leaves_at=leaves_at, by=by, now=now)
    for decision in without_letter(release):
        write_letter(decision, now=now)
    return release


@transaction.atomic
def begin_release(intake: Intake, *, leaves_at: datetime, by: User, now: datetime) -> Release:
    """As `prepare_release`, but the letters, which take a while, are left to `write_letters`."""
    _lock(intake)
    _refuse(obstacle_to_release(intake))
    if leaves_at < now:
        raise Refused(_("Choose a minute that has not passed."))
    draw_round = _round(intake)
    release = Release.objects.create(intake=intake, leaves_at=leaves_at, prepared_by=by, prepared_at=now)
    applications = draw_round.applications()
    for line in lines(draw_round):
        application = applications[line.code]
        if application.state == State.WITHDRAWN:
            continue
        application.intake = intake
        kind = DecisionKind.PLACE if line.is_selected else DecisionKind.WAITING_LIST
        decisions.draw_up(application, kind, release=release, leaves_at=leaves_at, by=by, now=now)
        if line.is_selected:
            for member, basis, grounds in decisions.of_persons(application):
                decisions.draw_up(
                    application,
                    basis,
                    member=member,
                    grounds=grounds,
                    release=release,
                    leaves_at=leaves_at,
                    by=by,
                    now=now,
                )
    audit.record(intake, PREPARED, by=by, now=now, changes={"leaves": ("", leaves_at)})
    return release


def without_letter(release: Release) -> Iterable[Decision]:
    """The decisions whose letters are still to be written, in the order of the list."""
    missing = release.decisions.standing().filter(letter__isnull=True)
    return missing.select_related("application__intake", "application__lead", "member").order_by("pk")


def write_letters(release: Release, now: datetime) -> int:
    """Write the letters that are missing, each by itself, so that work once done stays. Returns how many.

    Several may do so at once: a decision that another is busy with is passed over.
    """
    written = 0
    for decision in without_letter(release):
        with transaction.atomic():
            mine = Decision.objects.standing().select_for_update(of=("self",), skip_locked=True)
            # Asked again under the lock: another may have written it between the two.
            if mine.filter(pk=decision.pk).first() and not Letter.objects.filter(decision=decision).exists():
                write_letter(decision, now=now)
                written += 1
    return written


def write_missing_letters(now: datetime) -> int:
    """The sweep: write what an interrupted worker has left."""
    prepared = Release.objects.filter(state=ReleaseState.PREPARED)
    return sum(write_letters(release, now) for release in prepared.order_by("pk"))


# --- Approving and cancelling ---------------------------------------------------------------------


def obstacle_to_approval(release: Release, by: User) -> str:
    """Why this person cannot approve the release, as a sentence; empty when they can."""
    if release.state != ReleaseState.PREPARED:
        return _("The release does not wait for approval.")
    if release.prepared_by_id == by.pk:
        return _("You prepared the letters yourself. Another person must approve them.")
    if release.decisions.standing().filter(letter__isnull=True).exists():
        return _("The letters are still being written. They can be approved when all can be read.")
    return ""


@transaction.atomic
def approve_release(release: Release, *, by: User, now: datetime) -> None:
    """Approve the release and every decision in it: they leave at its minute, or at once if that has passed.

    Raises Refused for the one who prepared it, and while a letter is not written.
    """
    _lock(release.intake)
    _refuse(obstacle_to_approval(release, by))
    move(
        release,
        ReleaseState.APPROVED,
        verb=APPROVED,
        by=by,
        now=now,
        about=release.intake,
        approved_by=by,
        approved_at=now,
    )
    for decision in release.decisions.filter(state=DecisionState.PREPARED):
        decisions.approve_in_release(decision, by=by, now=now)


@transaction.atomic
def cancel_release(release: Release, *, reason: str, by: User, now: datetime) -> None:
    """Take all the decisions of a release back before its minute. Nobody is told, and none ever leaves."""
    if not reason.strip():
        raise Refused(_("State the reason."))
    _lock(release.intake)
    move(
        release,
        ReleaseState.CANCELLED,
        verb=CANCELLED,
        by=by,
        now=now,
        about=release.intake,
        reason=reason.strip(),
        cancelled_at=now,
    )
    Release.objects.filter(pk=release.pk).update(reason=reason.strip())
    release.reason = reason.strip()
    for decision in release.decisions.standing():
        decisions.withdraw(decision, verb=CANCELLED_WITH_ALL, reason=release.reason, by=by, now=now)


# --- The minute -----------------------------------------------------------------------------------


def release_due(now: datetime) -> int:
    """The sweep: let every approved release, and every single approved decision, leave whose minute has come.

    Returns how many of either have left. One that fails is told to nobody and does not hold up the others;
    the failures are raised together when all have been tried, and each is tried again at the next sweep.
    """
    left, failures = 0, []
    for deed, pk in _due(now):
        try:
            left += deed(pk, now)
        except Exception as failure:  # noqa: BLE001  # raised below, when the others have had their turn
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Decisions whose minute has come could not leave", failures)
    return left


def _due(now: datetime) -> list[tuple[Callable[[int, datetime], bool], int]]:
    batches = Release.objects.due(now).order_by("leaves_at", "pk").values_list("pk", flat=True)
    single = Decision.objects.due(now).order_by("leaves_at", "pk").values_list("pk", flat=True)
    return [*((_release, pk) for pk in batches), *((_issue, pk) for pk in single)]


@transaction.atomic
def _release(pk: int, now: datetime) -> bool:
    """Tell everything that a release holds; False when another worker has done so meanwhile."""
    _lock(Release.objects.select_related("intake").get(pk=pk).intake)
    release = Release.objects.due(now).select_related("intake", "approved_by").filter(pk=pk).first()
    if release is None:
        return False
    intake, by = release.intake, release.approved_by
    assert by is not None  # by the constraint «released_only_when_approved»
    move(release, ReleaseState.RELEASED, verb=RELEASED, by=None, now=now, about=intake, released_at=now)
    draw_round = _round(intake)
    selection.publish(draw_round, by=by, now=now)
    for decision in release.decisions.standing().with_subject():
        _void_if_gone(decision, now)
    # Before the decisions: the mail tells the deadline of the offer, and whoever takes over a place that is
    # free already gets that decision instead of the one on the waiting list.
    offers.open_places(draw_round, by=by, now=now)
    for decision in release.decisions.standing().with_letter().order_by("pk"):
        decisions.issue(decision, now=now)
    return True


@transaction.atomic
def _issue(pk: int, now: datetime) -> bool:
    """Let a single decision leave, with the offer that goes with it and what else follows from it."""
    _lock(Decision.objects.select_related("application__intake").get(pk=pk).application.intake)
    decision = Decision.objects.due(now).with_letter().filter(pk=pk).first()
    if decision is None or _void_if_gone(decision, now):
        return False
    if decision.kind == DecisionKind.PLACE:
        prepared = Offer.objects.filter(application=decision.application, state=OfferState.PREPARED).first()
        if prepared is not None:
            offers.send_offer(prepared, now=now)
    elif decision.kind == DecisionKind.REJECTED:
        review.carry_out_rejection(decision, now=now)
    decisions.issue(decision, now=now)
    offers.follow(decision, now=now)
    consequences.follow(decision, now=now)
    return True


def _void_if_gone(decision: Decision, now: datetime) -> bool:
    """Whoever withdraws after the decision was made, and before it is told, is not told it any more.

    Nor does a decision take the place from a team that has been enrolled meanwhile.
    """
    member = decision.member
    if decision.kind == DecisionKind.DECLINED and decision.application.state == State.ENROLLED:
        decisions.withdraw(decision, verb=TOO_LATE, reason=ENROLLED, by=None, now=now)
        return True
    is_gone = decision.application.state == State.WITHDRAWN
    if is_gone or (member is not None and member.participation not in IN_TEAM):
        decisions.withdraw(decision, verb=SUBJECT_GONE, reason=GONE, by=None, now=now)
        return True
    return False


def _round(intake: Intake) -> DrawRound:
    return DrawRound.objects.standing().select_related("intake").get(intake=intake)


def _lock(intake: Intake) -> None:
    intake.refresh_from_db(from_queryset=Intake.objects.select_for_update())


def _refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)
