"""Accepting, declining and giving up; what each of them moves, writes and mails."""

from datetime import datetime, timedelta

import pytest

from applications.actions import offers
from applications.actions.participation import enrol
from applications.models import Offer
from applications.states import OfferState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.offers.build import (
    TOLD,
    coordinator_of,
    log,
    offer_of,
    seen,
    standing,
)
from tests.factories import OSLO, UserFactory, person_for

LATER = TOLD + timedelta(days=2)
LAST_MINUTE = datetime(2027, 7, 8, 23, 59, tzinfo=OSLO)  # 14 days from TOLD, a Thursday


def accept(offer: Offer, now: datetime = LATER, **fields) -> Offer:
    fields = {"team_seen": seen(offer), "by": coordinator_of(offer), **fields}
    return offers.accept(offer, now=now, **fields)


def decline(offer: Offer, now: datetime = LATER, reason: str = "", **fields) -> Offer:
    return offers.decline(offer, reason=reason, now=now, **{"by": coordinator_of(offer), **fields})


def mails() -> list[tuple[str, str]]:
    """(kind, to) of the letters about answers, in the order in which they were posted."""
    found = Message.objects.filter(kind__startswith="offer_").exclude(state=Message.State.VOID)
    return list(found.order_by("pk").values_list("kind", "to_email"))


def refused(deed, *args, **fields) -> str:
    """The sentence with which the deed was refused; and nothing has changed."""
    before = snapshot()
    with pytest.raises(Refused) as refusal:
        deed(*args, **fields)
    assert snapshot() == before
    return str(refusal.value)


def snapshot() -> list:
    return [list(Offer.objects.order_by("pk").values()), Message.objects.count()]


# --- Opening --------------------------------------------------------------------------------------


def test_who_is_drawn_is_offered_a_place_and_the_others_wait_by_lot(told):
    assert standing(told) == {
        "0301": ("admitted", "sent", "place", 1),
        "1804": ("waitlisted", "waiting", "waiting_list", None),
        "1818": ("admitted", "sent", "place", 2),
        "4601": ("admitted", "sent", "place", 3),
        "4646": ("admitted", "sent", "place", 4),
        "5610": ("waitlisted", "waiting", "waiting_list", None),
    }
    assert [(offer_of(told, code).number) for code in ("0301", "1804", "5610")] == [None, 1, 2]
    assert (offer_of(told, "0301").sent_at, offer_of(told, "0301").due_at) == (TOLD, LAST_MINUTE)
    assert audit.history(told)[0].verb == "opened the places of the intake"
    assert log(told) == []


# --- Accepting ------------------------------------------------------------------------------------


def test_accepting_keeps_the_place_the_team_and_who_did_it(told):
    offer = accept(offer_of(told, "0301"))
    coordinator = coordinator_of(offer)
    assert standing(told)["0301"] == ("admitted", "accepted", "place", 1)
    stored = offer_of(told, "0301")
    assert (stored.answered_at, stored.answered_by) == (LATER, coordinator)
    assert [each["name"] for each in stored.team_confirmed] == [f"Deltaker Prøve {n}" for n in (1, 2, 3)]
    assert set(stored.team_confirmed[0]) == {"name", "email", "position", "unit", "sector", "basis"}
    assert mails() == [("offer_accepted", coordinator.email)]
    assert "Deltaker Prøve 3, Development unit" in Message.objects.get(kind="offer_accepted").body_text
    assert "accepted the place" in [event.verb for event in audit.history(offer.application)]


def test_the_persons_are_invited(told):
    offer = accept(offer_of(told, "0301"))
    assert set(offer.application.members.values_list("participation", flat=True)) == {"invited"}


def test_a_second_click_and_a_colleague_change_nothing(told):
    first = accept(offer_of(told, "0301"))
    colleague = person_for("0301", "Kåre Kollega", "kare@oslo.kommune.no")
    accept(offer_of(told, "0301"), now=LATER + timedelta(hours=1))
    accept(offer_of(told, "0301"), now=LATER + timedelta(hours=1), by=colleague)
    assert offer_of(told, "0301").answered_by == first.answered_by
    assert len(mails()) == 1


def test_a_colleague_accepts_and_both_get_the_receipt(told):
    colleague = person_for("0301", "Kåre Kollega", "kare@oslo.kommune.no")
    accept(offer_of(told, "0301"), by=colleague)
    assert mails() == [
        ("offer_accepted", "koordinator0301@example.no"),
        ("offer_accepted", "kare@oslo.kommune.no"),
    ]


def test_nobody_accepts_unproven(told):
    stranger = UserFactory()
    assert "The school must confirm that you act for Oslo" in refused(
        accept, offer_of(told, "0301"), by=stranger
    )


def test_what_is_confirmed_is_the_team_that_was_seen(told):
    offer = offer_of(told, "0301")
    before = seen(offer)
    offer.application.members.filter(name="Deltaker Prøve 1").update(name="Deltaker Prøve 9")
    assert "The team has changed since you opened this page" in refused(accept, offer, team_seen=before)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sector": "culture"}, "The team comes from 1 sector."),
        ({"basis": "unassessed"}, "Not decided: Deltaker Prøve 1, Deltaker Prøve 2, Deltaker Prøve 3."),
        (
            {"participation": "withdrawn", "left_at": TOLD},
            "The team has 3 to 4 persons. The team has 0 persons.",
        ),
    ],
)
def test_the_team_must_keep_the_rules(told, change, sentence):
    offer = offer_of(told, "0301")
    offer.application.members.update(**change)
    said = refused(accept, offer)
    assert said.startswith("The team does not keep the rules: ")
    assert sentence in said


def test_the_last_minute_and_the_one_after(told):
    accept(offer_of(told, "0301"), now=LAST_MINUTE)
    too_late = LAST_MINUTE + timedelta(seconds=1)
    assert refused(accept, offer_of(told, "1818"), now=too_late) == (
        "The deadline for the answer has passed. Write to the school if you want the place."
    )
    assert "The deadline for the answer has passed" in refused(decline, offer_of(told, "1818"), now=too_late)


def test_a_reserve_has_nothing_to_answer(told):
    sentence = "There is no offer to answer now: the state is «On the waiting list»."
    assert refused(accept, offer_of(told, "1804")) == sentence
    assert refused(decline, offer_of(told, "1804")) == sentence


# --- Declining ------------------------------------------------------------------------------------


def test_declining_gives_the_place_to_the_next_in_the_same_transaction(told):
    """Bodø is the only one left in the region of Vestland's neighbours: the nearest by size class."""
    decline(offer_of(told, "4601"), reason="We cannot spare the people.")
    assert standing(told) == {
        "0301": ("admitted", "sent", "place", 1),
        "1804": ("admitted", "sent", "place", 3),
        "1818": ("admitted", "sent", "place", 2),
        "4601": ("declined", "declined", "place", None),
        "4646": ("admitted", "sent", "place", 4),
        "5610": ("waitlisted", "waiting", "waiting_list", None),
    }
    assert log(told) == [(3, "4601", "1804", "same_size", 0)]
    offer = offer_of(told, "4601")
    assert (offer.reason, offer.answered_at) == ("We cannot spare the people.", LATER)
    promoted = offer_of(told, "1804")
    assert (promoted.sent_at, promoted.due_at) == (LATER, datetime(2027, 7, 12, 23, 59, tzinfo=OSLO))


def test_the_promoted_get_one_valid_decision_each(told):
    decline(offer_of(told, "4601"))
    application = offer_of(told, "1804").application
    assert list(
        application.decisions.of_applications()
        .order_by("version")
        .values_list("kind", "state", "prepared_by")
    ) == [("waiting_list", "superseded", None), ("place", "issued", None)]
    of_persons = application.decisions.exclude(member=None)
    assert list(of_persons.values_list("kind", "state")) == [("student", "issued")] * 3


def test_who_declines_and_who_is_promoted_are_told_once(told):
    decline(offer_of(told, "4601"))
    decline(offer_of(told, "4601"))
    assert mails() == [("offer_declined", "koordinator4601@example.no")]
    to_promoted = Message.objects.filter(to_email="koordinator1804@example.no", queued_at=LATER)
    assert to_promoted.count() == 1
    assert len(log(told)) == 1


def test_a_place_is_given_up_after_it_was_accepted(told):
    accept(offer_of(told, "0301"))
    decline(offer_of(told, "0301"), now=LAST_MINUTE + timedelta(days=30))
    assert standing(told)["0301"] == ("declined", "declined", "place", None)
    assert log(told) == [(1, "0301", "1804", "same_size", 1000)]
    # The receipt of the acceptance had not left.
    assert mails() == [("offer_declined", "koordinator0301@example.no")]
    letter = Message.objects.get(kind="offer_declined")
    assert "gave up the place of Oslo" in letter.body_text


def test_the_invited_hear_that_the_place_is_gone_and_their_invitations_do_not_leave(told):
    offer = accept(offer_of(told, "0301"))
    addresses = list(offer.application.members.values_list("email", flat=True))
    decline(offer_of(told, "0301"), now=LATER + timedelta(days=1))
    letters = Message.objects.filter(to_email__in=addresses).order_by("pk")
    invited = [("invitation", Message.State.VOID)] * 3
    told_of_it = [("place_gone", Message.State.QUEUED)] * 3
    decisions_told = letters.exclude(kind__startswith="decision_")
    assert list(decisions_told.values_list("kind", "state")) == invited + told_of_it
    last = letters.last()
    assert last.subject == "Oslo no longer has a place in the innovation school"
    assert "write to Koordinator Oslo (koordinator0301@example.no)" in last.body_text


def test_nobody_is_told_of_a_place_that_was_never_accepted(told):
    decline(offer_of(told, "0301"))
    assert not Message.objects.filter(kind="place_gone").exists()


def enrolled(intake) -> Offer:
    """Oslo has accepted, and everybody in its team has confirmed."""
    offer = accept(offer_of(intake, "0301"))
    offer.application.members.update(participation="confirmed", confirmed_at=LATER)
    assert enrol(offer.application, now=LATER)
    return offer_of(intake, "0301")


def test_an_enrolled_team_gives_up_its_place_before_the_course_begins(told):
    decline(enrolled(told), now=LATER + timedelta(days=30))
    assert standing(told)["0301"] == ("declined", "declined", "place", None)
    assert log(told) == [(1, "0301", "1804", "same_size", 1000)]
    assert Message.objects.filter(kind="place_gone").count() == 3


def test_once_the_course_has_begun_nobody_gives_up_the_place_here(told):
    enrolled(told).application.members.filter(name="Deltaker Prøve 1").update(participation="active")
    assert refused(decline, offer_of(told, "0301")) == (
        "The course has begun for the team, so the place cannot be given up here."
    )


def test_who_gets_the_place_back_is_invited_again_or_enrolled_at_once(told, administrator):
    """1818 has gone first, so that a place is free when the others have been called."""
    for code in ("1818", "4601", "4646"):
        decline(offer_of(told, code))
    some = accept(offer_of(told, "1804"))
    decline(offer_of(told, "1804"))
    everybody = enrolled(told)
    decline(everybody, now=LATER + timedelta(hours=1))
    for offer in (some, everybody):
        offers.undo(offer, reason="A misclick.", by=administrator, now=LATER + timedelta(hours=2))
    again = LATER + timedelta(hours=3)
    accept(offer_of(told, "1804"), now=again)
    invitations = Message.objects.filter(kind="invitation", queued_at=again)
    assert sorted(invitations.values_list("to_email", flat=True)) == sorted(
        some.application.members.values_list("email", flat=True)
    )
    accept(offer_of(told, "0301"), now=again)
    assert standing(told)["0301"][:2] == ("enrolled", "accepted")


# --- The school answers on the municipality's word -------------------------------------------------


def test_the_school_answers_on_the_municipalitys_word_and_says_how_it_got_it(told, administrator):
    accept(offer_of(told, "0301"), by=administrator, reason="By telephone, the director.")
    decline(offer_of(told, "1818"), by=administrator, reason="By telephone, the mayor.")
    assert [(o.state, o.reason, o.answered_by) for o in (offer_of(told, "0301"), offer_of(told, "1818"))] == [
        ("accepted", "By telephone, the director.", administrator),
        ("declined", "By telephone, the mayor.", administrator),
    ]
    # The administrator gets no receipt.
    assert mails() == [
        ("offer_accepted", "koordinator0301@example.no"),
        ("offer_declined", "koordinator1818@example.no"),
    ]
    receipt = Message.objects.get(kind="offer_accepted")
    assert "The school answered for the municipality: By telephone, the director." in receipt.body_text
    event = next(
        e for e in audit.history(offer_of(told, "0301").application) if e.verb == "accepted the place"
    )
    assert (event.by_label, event.reason) == (administrator.name, "By telephone, the director.")


@pytest.mark.parametrize("answer", [accept, decline])
def test_the_school_answers_for_nobody_without_a_reason_or_too_late(told, administrator, answer):
    offer = offer_of(told, "0301")
    assert refused(answer, offer, by=administrator, reason=" ") == "State the reason."
    too_late = LAST_MINUTE + timedelta(seconds=1)
    assert "The deadline for the answer has passed" in refused(
        answer, offer, by=administrator, reason="By telephone.", now=too_late
    )


def test_nobody_declines_unproven(told):
    assert "The school must confirm" in refused(decline, offer_of(told, "0301"), by=UserFactory())


def test_when_nobody_is_left_the_log_says_so(told):
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code))
    assert [(line[1], line[2], line[3]) for line in log(told)] == [
        ("0301", "1804", "same_size"),
        ("1818", "5610", "same_cell"),
        ("4601", None, "nobody"),
    ]
    assert Offer.objects.holding().count() == 3
    assert Offer.objects.filter(state=OfferState.WAITING).count() == 0
