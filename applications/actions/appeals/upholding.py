"""An appeal is upheld by a new decision: prepared by the handler, approved by another, told at its minute.

Until then nothing has changed for anybody. When the decision is issued (`carry_out`), the appeal ends, and
what was decided takes effect: a place, the right to the next one, or another admission basis.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from applications.actions import admission, decisions, offers
from applications.actions.appeals.handling import (
    end,
    fresh,
    handled,
    has_answer_under_way,
    refuse,
    stated,
)
from applications.actions.moves import move
from applications.emails import appeals as letters
from applications.letters import language_of
from applications.models import Appeal, Application, Decision, DecisionKind, Intake, Offer
from applications.models.decision import OF_PERSONS
from applications.states import LIST_IS_UNFROZEN, AppealState, DecisionState, OfferState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

PROPOSED = gettext_noop("prepared a new decision that upholds the appeal")
TAKEN_BACK = gettext_noop("took back the new decision before it was told")
LAPSED = gettext_noop("The new decision was taken back before it was told")
REVERSED = gettext_noop("reversed the decision")
UPHELD = gettext_noop("upheld the appeal, as the appeals board decided")
SET_ASIDE = gettext_noop("set the rejection aside")
REOPENED = gettext_noop("took the rejected application back into review after an appeal")

UNDER_WAY = (AppealState.IN_PREPARATION, AppealState.SENT_TO_BOARD)
GIVES_NO_PLACE = (DecisionKind.WAITING_LIST, DecisionKind.DECLINED, DecisionKind.REJECTED)


# --- Prepared, and nobody told --------------------------------------------------------------------


def remedies(appeal: Appeal) -> list[DecisionKind]:
    """What the appellant may be given instead of what the decision says; empty when there is nothing."""
    decision = appeal.decision
    if decision.is_of_person:
        return [kind for kind in OF_PERSONS if kind != decision.kind]
    return [DecisionKind.PLACE] if decision.kind in GIVES_NO_PLACE else []


def obstacle_to_upholding(appeal: Appeal) -> str:
    """Why no new decision can be prepared, as a sentence; empty when one can."""
    decision = appeal.decision
    if appeal.state not in UNDER_WAY:
        return _("This cannot be done now: the state is «%(state)s».") % {"state": appeal.get_state_display()}
    if decision.state != DecisionState.ISSUED:
        return _("The decision has been replaced meanwhile, so there is nothing to reverse.")
    if not remedies(appeal):
        return _("The decision gives the place already, so there is nothing more to give.")
    if decision.is_of_person:
        return ""
    if decision.application.state == State.WITHDRAWN:
        return _("The application has been withdrawn.")
    if not decision.application.intake.places.exists():
        return _("The selection has not been published, so there are no places to give yet.")
    return ""


def place_is_free(intake: Intake) -> bool:
    """Whether whoever is right can have a place now; else the next one that becomes free."""
    return offers.free_place(intake) is not None


@transaction.atomic
def uphold(
    appeal: Appeal, *, kind: str, grounds: str, leaves_at: datetime, by: User, now: datetime
) -> Decision:
    """Prepare the new decision, which a second person approves; nobody is told yet.

    kind: one of `remedies`. For a place, a free one is held from now on; when none is free the decision says
    that the next one is the application's. Raises Refused for others than the handler, without grounds, and
    where there is nothing to give.
    """
    handled(appeal, by)
    refuse(obstacle_to_upholding(appeal))
    if kind not in remedies(appeal):
        raise Refused(_("Choose one of the decisions."))
    if leaves_at < now:
        raise Refused(_("Choose a minute that has not passed."))
    said = stated(grounds)
    application, member = appeal.decision.application, appeal.decision.member
    given, text = kind, said
    if member is None:
        intake = Intake.objects.select_for_update(no_key=True).get(pk=application.intake_id)
        if place_is_free(intake):
            offers.give_place(application, by=by, now=now)
        else:
            given, text = DecisionKind.WAITING_LIST, f"{said}\n\n{_next_place(application)}"
    decision = decisions.decide(
        application, given, member=member, grounds=text, leaves_at=leaves_at, by=by, now=now
    )
    appeal.led_to, appeal.outcome = decision, text
    appeal.save(update_fields=["led_to", "outcome"])
    audit.record(appeal, PROPOSED, by=by, now=now, reason=text)
    return decision


def _next_place(application: Application) -> str:
    """What the letter says when no place is free, in the language of the letter."""
    with override(language_of(application)):
        return _(
            "The appeal is upheld. No place is free now. The next place that becomes free is given to the"
            " application, before everybody else on the waiting list, and it need not do anything to get it."
        )


@transaction.atomic
def take_back(appeal: Appeal, *, reason: str, by: User | None, now: datetime) -> None:
    """Void the new decision that nobody has been told of; the appeal is still to be answered.

    Raises Refused without a reason, and when there is no such decision.
    """
    fresh(appeal)
    decision = appeal.led_to
    if decision is None or not has_answer_under_way(appeal):
        raise Refused(_("There is no new decision to take back."))
    if not reason.strip():
        raise Refused(_("State the reason."))
    decisions.withdraw(decision, verb=decisions.VOIDED, reason=reason.strip(), by=by, now=now)
    _forget(appeal, decision, verb=TAKEN_BACK, reason=reason.strip(), by=by, now=now)


def sweep(now: datetime) -> int:
    """Let go of new decisions that were voided on their own page; returns how many."""
    lapsed = Appeal.objects.open().filter(led_to__state=DecisionState.VOID).values_list("pk", flat=True)
    return sum(_lapse(pk, now) for pk in list(lapsed))


@transaction.atomic
def _lapse(pk: int, now: datetime) -> bool:
    appeal = Appeal.objects.select_related("decision__application", "led_to__application").get(pk=pk)
    fresh(appeal)
    decision = appeal.led_to
    if decision is None or decision.state != DecisionState.VOID or appeal.ended_at is not None:
        return False
    _forget(appeal, decision, verb=LAPSED, reason=decision.void_reason, by=None, now=now)
    return True


def _forget(
    appeal: Appeal, decision: Decision, *, verb: str, reason: str, by: User | None, now: datetime
) -> None:
    """Let go of a decision that is void, and of the place that was held for it."""
    appeal.led_to, appeal.outcome = None, ""
    appeal.save(update_fields=["led_to", "outcome"])
    audit.record(appeal, verb, by=by, now=now, reason=reason)
    held = Offer.objects.filter(application=decision.application, state=OfferState.PREPARED).first()
    if held is not None and decision.kind == DecisionKind.PLACE:
        offers.take_back(held, reason=reason, by=by or _maker(decision), now=now)


def _maker(decision: Decision) -> User:
    """Who prepared it. Raises ValueError for a decision that a rule has made: no appeal leads to one."""
    if decision.prepared_by is None:
        raise ValueError(f"{decision} was made by nobody.")
    return decision.prepared_by


# --- A rejection, before the draw ----------------------------------------------------------------


def obstacle_to_reopening(appeal: Appeal) -> str:
    """Why a rejected application cannot be taken back into review, as a sentence; empty when it can."""
    decision = appeal.decision
    if appeal.state not in UNDER_WAY:
        return _("This cannot be done now: the state is «%(state)s».") % {"state": appeal.get_state_display()}
    if decision.kind != DecisionKind.REJECTED or decision.application.state != State.REJECTED:
        return _("Only an application that has been rejected is taken back into review.")
    if not _may_still_be_reviewed(decision.application):
        return _(
            "The list of applicants is frozen, so the application cannot take part in the draw any more."
        )
    return ""


@transaction.atomic
def reopen(appeal: Appeal, *, grounds: str, by: User, now: datetime) -> None:
    """Set a rejection aside, and review the application as if it had not been made; the appellant is told.

    Only before the freeze: then the application takes part in the draw like any other. It gives nobody
    anything yet, so one person decides it. Raises Refused for others than the handler, and without grounds.
    """
    handled(appeal, by)
    application = appeal.decision.application
    application.intake = Intake.objects.select_for_update(no_key=True).get(pk=application.intake_id)
    refuse(obstacle_to_reopening(appeal))
    said = stated(grounds)
    move(appeal.decision, DecisionState.SUPERSEDED, verb=SET_ASIDE, by=by, now=now, reason=said)
    move(
        application,
        State.IN_REVIEW,
        verb=REOPENED,
        by=by,
        now=now,
        reason=said,
        changed_at=now,
        state_reason="",
        formal_checked_at=None,
    )
    _end_upheld(appeal, outcome=said, by=by, now=now)


def _may_still_be_reviewed(application: Application) -> bool:
    return application.is_late or application.intake.state in LIST_IS_UNFROZEN


# --- Told -----------------------------------------------------------------------------------------


def carry_out(decision: Decision, *, now: datetime) -> None:
    """What follows from a decision that has just been issued, if an appeal led to it; in its transaction."""
    appeal = (
        Appeal.objects.select_for_update(of=("self",)).filter(led_to=decision, state__in=UNDER_WAY).first()
    )
    if appeal is None:
        return
    by = _maker(decision)
    if decision.member is not None:
        admission.decide_on_appeal(decision, now=now)
    elif decision.kind == DecisionKind.WAITING_LIST:
        _give_next_place(decision, by=by, now=now)
    _end_upheld(appeal, outcome=appeal.outcome, by=by, now=now)


def _end_upheld(appeal: Appeal, *, outcome: str, by: User, now: datetime) -> None:
    """By the school while it prepares the appeal, and by the board once it has been sent there."""
    if appeal.state == AppealState.IN_PREPARATION:
        end(appeal, AppealState.REVERSED, REVERSED, outcome=outcome, by=by, now=now)
    else:
        end(appeal, AppealState.UPHELD, UPHELD, outcome=outcome, by=by, now=now)
    letters.upheld(appeal, now=now)


def _give_next_place(decision: Decision, *, by: User, now: datetime) -> None:
    """The right to the next place, or the place itself when one has become free since the letter."""
    application = decision.application
    if place_is_free(application.intake):
        offer = offers.give_place(application, by=by, now=now)
        offers.send_offer(offer, now=now)
        decisions.decide_by_rule(application, DecisionKind.PLACE, grounds=decision.grounds, now=now)
        decisions.decide_persons(application, now=now)
        return
    offers.entitle(application, by=by, now=now, reason=decision.grounds)
