"""Filling places that are free after the deadline: the school's own recorded act, by a rule of its own.

Source: programme page, «løpende opptak etter fristen». It never enters a draw: the draw's reserves come
first, and a late application is in no round.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from applications.actions import decisions, offers
from applications.actions.moves import move
from applications.actions.promotions import locked_intake
from applications.letters import language_of
from applications.models import Application, Decision, DecisionKind, Intake, LateFilling, Offer
from applications.models.application import ApplicationQuerySet
from applications.states import IntakeState, OfferState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

OPENED = gettext_noop("opened the filling of free places after the deadline")
CLOSED = gettext_noop("closed the filling of free places after the deadline")
PREPARED = gettext_noop("prepared a place for a late application")
DEPARTED = gettext_noop("prepared a place for a late application, before others that came earlier")
NO_PLACE = gettext_noop("ended a late application without a place")

# Late applications about which the school has still to decide.
UNDECIDED = (State.SUBMITTED, State.IN_REVIEW, State.INFORMATION_REQUESTED, State.READY)


# --- The act --------------------------------------------------------------------------------------


def obstacle_to_opening(intake: Intake) -> str:
    """Why free places cannot be filled after the deadline, as a sentence; empty when they can."""
    if intake.state != IntakeState.PUBLISHED:
        return _("Free places are filled after the selection has been published.")
    if intake.late_fillings.filter(closed_at__isnull=True).exists():
        return _("Free places are being filled already.")
    waiting = Offer.objects.of(intake).waiting().count()
    if waiting:
        return ngettext(
            "%(count)s application is still on the waiting list, and comes first. Close the waiting list"
            " before others may apply.",
            "%(count)s applications are still on the waiting list, and come first. Close the waiting list"
            " before others may apply.",
            waiting,
        ) % {"count": waiting}
    if offers.free_place(intake) is None:
        return _("No place is free.")
    return ""


@transaction.atomic
def open_filling(
    intake: Intake, *, rule_text: str, opens_at: datetime, closes_at: datetime, by: User, now: datetime
) -> LateFilling:
    """Let municipalities without an application apply for the free places, by a rule that is public.

    opens_at: a moment that has passed means at once. Raises Refused while somebody waits, when no place is
    free, without a rule, and for a deadline that is not later than the opening.
    """
    current = locked_intake(intake.pk)
    _refuse(obstacle_to_opening(current))
    if not rule_text.strip():
        raise Refused(_("Write the rule by which the places are given. It is public."))
    opened_at = max(opens_at, now)
    if closes_at <= opened_at:
        raise Refused(_("The deadline must be later than the opening."))
    filling = LateFilling.objects.create(
        intake=current, rule_text=rule_text.strip(), opened_by=by, opened_at=opened_at, closes_at=closes_at
    )
    audit.record(
        intake,
        OPENED,
        by=by,
        now=now,
        changes={"opens_at": ("", opened_at), "closes_at": ("", closes_at)},
        reason=filling.rule_text,
    )
    return filling


@transaction.atomic
def close_filling(filling: LateFilling, *, reason: str, by: User, now: datetime) -> None:
    """Take in no more late applications; drafts become not submitted, the others are decided as before.

    Closed before its deadline, that moment is the deadline. Raises Refused without a reason.
    """
    locked_intake(filling.intake_id)
    if not reason.strip():
        raise Refused(_("State the reason."))
    filling.refresh_from_db()
    if filling.closed_at is not None:
        raise Refused(_("The filling of free places is closed already."))
    before = filling.closes_at
    filling.closed_at = now
    if filling.opened_at < now < filling.closes_at:
        filling.closes_at = now
    filling.save(update_fields=["closed_at", "closes_at"])
    audit.record(
        filling.intake,
        CLOSED,
        by=by,
        now=now,
        changes={"closes_at": (before, filling.closes_at)},
        reason=reason.strip(),
    )


# --- The places -----------------------------------------------------------------------------------


def ahead_of(application: Application) -> ApplicationQuerySet:
    """Late applications of the intake that came earlier and about which nothing is decided or prepared."""
    earlier = application.intake.applications.in_order_of_receipt().filter(
        state__in=UNDECIDED, offer__isnull=True
    )
    if application.submitted_at is None:
        return earlier.exclude(pk=application.pk)
    return earlier.filter(submitted_at__lt=application.submitted_at).exclude(pk=application.pk)


def obstacle_to_deciding(application: Application) -> str:
    """Why nothing can be decided on a late application, as a sentence; empty when it can."""
    if not application.is_late:
        return _("The application was in the ordinary intake, so the draw decided on it.")
    if application.state != State.READY:
        return _("The application must be reviewed first: its state is «%(state)s».") % {
            "state": application.get_state_display()
        }
    if application.decisions.standing().exists():
        return _("A decision is prepared already.")
    return ""


def obstacle_to_giving(application: Application) -> str:
    """Why a late application cannot be given a place, as a sentence; empty when it can."""
    obstacle = obstacle_to_deciding(application)
    if not obstacle and Offer.objects.of(application.intake).waiting().exists():
        return _("Somebody is on the waiting list, and comes first.")
    if not obstacle and offers.free_place(application.intake) is None:
        return _("No place is free.")
    return obstacle


@transaction.atomic
def give(application: Application, *, reason: str, leaves_at: datetime, by: User, now: datetime) -> Decision:
    """Hold a free place for a late application and prepare the decision, which a second person approves.

    reason: why this one before others that came earlier; needed only then, and part of the grounds. Raises
    Refused when no place is free, somebody waits, or the application is not reviewed.
    """
    _lock(application)
    _refuse(obstacle_to_giving(application))
    departs = ahead_of(application).exists()
    if departs and not reason.strip():
        raise Refused(_("Others came earlier. State why this application gets the place before them."))
    offers.give_place(application, by=by, now=now)
    with override(language_of(application)):
        order = _("The place was free after the deadline. Such places are given in the order of receipt.")
    grounds = reason.strip() if departs else order
    audit.record(
        application.intake,
        DEPARTED if departs else PREPARED,
        by=by,
        now=now,
        changes={"reference": ("", application.reference)},
        reason=grounds if departs else "",
    )
    return decisions.decide(
        application, DecisionKind.PLACE, grounds=grounds, leaves_at=leaves_at, by=by, now=now
    )


@transaction.atomic
def decline(
    application: Application, *, grounds: str, leaves_at: datetime, by: User, now: datetime
) -> Decision:
    """Prepare the decision that a late application gets no place; a second person approves it."""
    _lock(application)
    _refuse(obstacle_to_deciding(application))
    return decisions.decide(
        application, DecisionKind.DECLINED, grounds=grounds, leaves_at=leaves_at, by=by, now=now
    )


def carry_out(decision: Decision, *, now: datetime) -> None:
    """A late application that has been told that it gets no place is at its end."""
    application = decision.application
    is_told = decision.kind == DecisionKind.DECLINED and not decision.is_of_person
    if is_told and application.is_late and application.state == State.READY:
        move(application, State.DECLINED, verb=NO_PLACE, by=decision.prepared_by, now=now, changed_at=now)


def sweep(now: datetime) -> int:
    """Free the places that were held for decisions which were voided on their own page; returns how many."""
    held = Offer.objects.filter(state=OfferState.PREPARED, application__late_filling__isnull=False)
    return sum(_let_go(pk, now) for pk in list(held.values_list("pk", flat=True)))


@transaction.atomic
def _let_go(pk: int, now: datetime) -> bool:
    offer = Offer.objects.with_application().get(pk=pk)
    locked_intake(offer.application.intake_id)
    offer.refresh_from_db(fields=["state"])
    made = offer.application.decisions.of_applications().order_by("-version")
    last = made.filter(kind=DecisionKind.PLACE).select_related("prepared_by").first()
    if offer.state != OfferState.PREPARED or last is None or last.is_standing or last.prepared_by is None:
        return False
    offers.take_back(offer, reason=last.void_reason, by=last.prepared_by, now=now)
    return True


def _lock(application: Application) -> None:
    """The intake's row, then the application as it is now."""
    application.intake = locked_intake(application.intake_id)
    application.refresh_from_db(fields=["state", "submitted_at"])


def _refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)
