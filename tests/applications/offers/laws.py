"""What always holds of an intake whose selection has been told, after every deed."""

from __future__ import annotations

from applications.models import Application, Decision, Intake, Offer
from applications.states import State
from innoskole.notifications.models import Message

HOLDING = {"prepared", "sent", "accepted"}
# state of the offer → kinds that the decision in force may have; None: nothing has been told.
AGREES = {
    "sent": {"place"},
    "accepted": {"place"},
    "expired": {"place"},
    "waiting": {"waiting_list"},
    "withdrawn": {"declined", None},
    "prepared": {"waiting_list", "declined", None},
}
# state of the offer → states that the application may have.
LIVES = {
    "sent": {"admitted"},
    "accepted": {"admitted", "enrolled"},
    "expired": {"declined"},
    "waiting": {"waitlisted", "declined"},
    "declined": {"declined", "withdrawn"},
    "withdrawn": {"declined", "ready", "withdrawn"},
    "prepared": {"waitlisted", "declined", "ready"},
}


def all_hold(intake: Intake, *, places: int) -> None:
    no_place_twice_and_none_too_many(intake, places)
    nobody_waits_while_a_place_is_free(intake)
    decision_application_and_offer_say_the_same()
    no_two_letters_under_way_contradict()


def who_holds(intake: Intake) -> dict[int, int | None]:
    """Number of the place → offer."""
    return dict(intake.places.values_list("number", "offer"))


def no_place_twice_and_none_too_many(intake: Intake, places: int) -> None:
    holding = set(Offer.objects.filter(state__in=HOLDING).values_list("pk", flat=True))
    held = [offer for offer in who_holds(intake).values() if offer is not None]
    assert intake.places.count() == places
    assert len(held) == len(set(held))
    assert set(held) == holding


def nobody_waits_while_a_place_is_free(intake: Intake) -> None:
    if None not in who_holds(intake).values():
        return
    waiting = Offer.objects.filter(state="waiting")
    assert not waiting.filter(entitled_at__isnull=False)
    assert Intake.objects.get(pk=intake.pk).waiting_list_closed_at or not waiting


def decision_application_and_offer_say_the_same() -> None:
    for offer in Offer.objects.select_related("application"):
        in_force = offer.application.decisions.of_applications().in_force()
        kinds = [decision.kind for decision in in_force] or [None]
        if offer.state == "declined":
            agreed = {"place"} if offer.sent_at else {"waiting_list", "declined", None}
        else:
            agreed = AGREES[offer.state]
        assert len(kinds) == 1
        assert kinds[0] in agreed, (offer.state, kinds)
        assert offer.application.state in LIVES[offer.state], (offer.state, offer.application.state)


def no_two_letters_under_way_contradict() -> None:
    for application in Application.objects.all():
        told = [f"decision:{one.pk}" for one in application.decisions.of_applications()]
        assert Message.objects.filter(key__in=told, state=Message.State.QUEUED).count() <= 1
    assert not Decision.objects.standing().filter(application__state=State.WITHDRAWN)
    assert not Decision.objects.standing().filter(application__offer__state__in=("declined", "expired"))
