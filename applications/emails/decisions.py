"""The mail that goes with a decision: what is decided, until when to answer, where the letter is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import tokens
from applications.models import Decision, DecisionKind, Letter, Offer, Outcome
from applications.states import OfferState
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message

TEMPLATES: Mapping[str, str] = {
    DecisionKind.PLACE: "decision_place",
    DecisionKind.WAITING_LIST: "decision_waiting_list",
    DecisionKind.DECLINED: "decision_declined",
    DecisionKind.REJECTED: "decision_rejected",
    DecisionKind.STUDENT: "decision_person",
    DecisionKind.INDIVIDUALLY_QUALIFIED: "decision_person",
    DecisionKind.COURSE_PARTICIPANT: "decision_person",
}


def recipient(decision: Decision) -> User | str:
    """The contact person; of a decision on a person that person, with or without an account."""
    if decision.member:
        return decision.member.user or decision.member.email
    return decision.application.coordinator


def issued(decision: Decision, letter: Letter, *, now: datetime) -> None:
    """The decision is made and can be read. Never sent twice without a person's decision.

    To a person without an account in the language of the letter, to others in their own.
    """
    application, to = decision.application, recipient(decision)
    outbox.post(
        key=_key(decision),
        kind=TEMPLATES[decision.kind],
        to=to,
        language=None if isinstance(to, User) else letter.language,
        template=TEMPLATES[decision.kind],
        context={
            "decision": decision,
            "member": decision.member,
            "application": application,
            "intake": application.intake,
            "letter_url": _letter_url(letter, to),
            "appeal_url": tokens.appeal_url(decision),
            **({} if decision.member else _of_application(decision)),
        },
        about=application,
        on_crash=Message.OnCrash.UNSURE,
        now=now,
    )


def recall(decision: Decision, *, now: datetime) -> None:
    """Cancel the mail about a decision that has been overtaken, if it has not left."""
    for message in Message.objects.filter(key=_key(decision), state=Message.State.QUEUED).select_for_update():
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def _key(decision: Decision) -> str:
    return f"decision:{decision.pk}"


def _of_application(decision: Decision) -> dict[str, Any]:
    """What the draw gave, if there was one, and the offer that waits for an answer, if there is one."""
    application = decision.application
    outcome = Outcome.objects.filter(application=application).select_related("round").first()
    offer = Offer.objects.filter(application=application).first()
    page = f"{settings.BASE_URL}{application.get_absolute_url()}"
    draw = reverse("applications:draw", args=[application.intake.slug])
    code = application.lead.code
    return {
        "outcome": outcome,
        "round": outcome.round if outcome else None,
        "number": offer.number if offer else None,
        "due_at": offer.due_at if offer and offer.state == OfferState.SENT else None,
        "page_url": page,
        "draw_url": f"{settings.BASE_URL}{draw}?q={code}#m-{code}",
    }


def _letter_url(letter: Letter, to: User | str) -> str:
    """Behind a log-in; for somebody without an account a link that is the proof itself."""
    if isinstance(to, User):
        return f"{settings.BASE_URL}{reverse('applications:letter', args=[letter.pk])}"
    return tokens.letter_url(letter)
