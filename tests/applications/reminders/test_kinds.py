"""What each kind of the applications asks for: which rows wait, whom it reminds, of what and where."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import translation

from applications import reminders
from applications.models import Appeal, InformationRequest, LateFilling, Offer, SourceValue, TeamMember
from applications.models.draw import DrawRound
from applications.states import (
    AppealState,
    DecisionState,
    GuaranteeState,
    IntakeState,
    OfferState,
    Participation,
    ReleaseState,
    State,
)
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import all_kinds, only
from innoskole.reminders.models import Reminder
from tests.factories import (
    NOW,
    OSLO,
    ApplicationFactory,
    DecisionFactory,
    GuaranteeFactory,
    IntakeFactory,
    PartnerFactory,
    ReleaseFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db

CLOSES = datetime(2027, 6, 1, 15, 0, tzinfo=OSLO)
LATER = datetime(2027, 6, 20, 12, 0, tzinfo=OSLO)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def waiting(kind):
    """Every row as (pk, deadline, who, title)."""
    return [
        (row.pk, getattr(row, kind.due_field), sorted(to.email for to in kind.to(row)), kind.title(row))
        for row in kind.open().order_by("pk")
    ]


def ask(application, *, parts, due_at=LATER, **fields):
    return InformationRequest.objects.create(
        application=application,
        question="Which plan?",
        parts=parts,
        due_at=due_at,
        asked_by=application.coordinator,
        asked_at=NOW,
        **fields,
    )


def test_all_are_registered_in_the_order_of_life():
    keys = [kind.key for kind in all_kinds()]
    assert keys[: len(reminders.KINDS)] == [kind.key for kind in reminders.KINDS]
    assert len({kind.key for kind in reminders.KINDS}) == 13


@pytest.mark.parametrize("kind", reminders.KINDS, ids=lambda kind: kind.key)
def test_what_waits_without_a_deadline_comes_only_after_its_moment(kind):
    assert ("{when}" in str(kind.demand)) == kind.is_deadline
    assert kind.is_deadline or all(step > 0 for step in kind.rule.steps)
    assert str(kind.why).startswith("You get this because")


# --- The window -------------------------------------------------------------------------------------


def test_a_draft_and_what_waits_for_the_guarantee(coordinator):
    draft = ApplicationFactory(coordinator=coordinator)
    parked = ApplicationFactory(
        intake=draft.intake, lead=municipality("4646"), coordinator=coordinator, state=State.AWAITING_APPROVAL
    )
    ApplicationFactory(intake=draft.intake, lead=municipality("5610"), state=State.SUBMITTED)
    assert waiting(reminders.APPLICATION) == [
        (draft.pk, CLOSES, [coordinator.email], "The application of Bodø is a draft")
    ]
    assert waiting(reminders.APPROVAL) == [
        (
            parked.pk,
            CLOSES,
            [coordinator.email],
            "The application of Fjaler is not received before the guarantee is given",
        )
    ]
    draft.intake.state = IntakeState.CLOSED
    draft.intake.save()
    assert waiting(reminders.APPLICATION) == waiting(reminders.APPROVAL) == []


def test_a_late_draft_has_the_deadline_of_the_late_filling(coordinator, administrator):
    intake = IntakeFactory(state=IntakeState.PUBLISHED, published_at=NOW)
    filling = LateFilling.objects.create(
        intake=intake, rule_text="First come.", opened_by=administrator, opened_at=NOW, closes_at=LATER
    )
    draft = ApplicationFactory(intake=intake, coordinator=coordinator, late_filling=filling)
    assert waiting(reminders.APPLICATION) == [
        (draft.pk, LATER, [coordinator.email], "The application of Bodø is a draft")
    ]
    filling.closed_at = LATER
    filling.save()
    assert waiting(reminders.APPLICATION) == []


def test_a_closed_account_is_nobody(coordinator):
    coordinator.is_active = False
    coordinator.save()
    ApplicationFactory(coordinator=coordinator)
    assert [people for _pk, _due, people, _title in waiting(reminders.APPLICATION)] == [[]]


# --- Those without an account -----------------------------------------------------------------------


def test_a_partner_is_asked_while_the_application_is_a_draft(coordinator):
    part = PartnerFactory(application__coordinator=coordinator)
    PartnerFactory(application=part.application, municipality=municipality("5610"), confirmed=True)
    title = "Shall Ørland take part in the application of Bodø?"
    assert waiting(reminders.PARTNER) == [(part.pk, CLOSES, [part.asked_email], title)]
    link = urlsplit(reminders.PARTNER.url(part, None)).path
    assert "Ørland" in Client().get(link).content.decode()
    part.application.state = State.AWAITING_APPROVAL
    part.application.save()
    assert waiting(reminders.PARTNER) == []


def test_a_partner_and_the_approver_are_asked_as_long_as_a_request_unlocks_their_part():
    part = PartnerFactory(application__state=State.INFORMATION_REQUESTED)
    guarantee = GuaranteeFactory(application=part.application, asked=True)
    request = ask(part.application, parts=["team", "municipality"])
    assert [(pk, due) for pk, due, _to, _title in waiting(reminders.PARTNER)] == [(part.pk, LATER)]
    assert waiting(reminders.GUARANTEE) == []
    request.parts = ["guarantee"]
    request.save()
    assert waiting(reminders.PARTNER) == []
    assert [(pk, due) for pk, due, _to, _title in waiting(reminders.GUARANTEE)] == [(guarantee.pk, LATER)]
    request.closed_at = LATER
    request.save()
    assert waiting(reminders.GUARANTEE) == []


@pytest.mark.parametrize("state", [State.DRAFT, State.AWAITING_APPROVAL])
def test_the_approver_is_asked_until_the_application_is_sent_in(state):
    guarantee = GuaranteeFactory(asked=True, application__state=state)
    assert waiting(reminders.GUARANTEE) == [
        (guarantee.pk, CLOSES, ["direktor@example.no"], "The guarantee for the application of Bodø")
    ]
    (recipient,) = reminders.GUARANTEE.to(guarantee)
    assert (recipient.name, recipient.language) == ("Direktør Prøve", "en")
    link = urlsplit(reminders.GUARANTEE.url(guarantee, recipient)).path
    assert Client().get(link).status_code == 200
    guarantee.state = GuaranteeState.GIVEN
    guarantee.save()
    assert waiting(reminders.GUARANTEE) == []


def test_an_outsider_reads_the_language_of_the_municipality():
    part = PartnerFactory(municipality=municipality("4646"))
    assert [to.language for to in reminders.PARTNER.to(part)] == ["nn"]


def invited() -> TeamMember:
    application = ApplicationFactory(state=State.ADMITTED)
    Offer.objects.create(
        application=application, state=OfferState.ACCEPTED, made_at=NOW, answered_at=NOW, due_at=LATER
    )
    return TeamMemberFactory(
        application=application,
        name="Deltaker Prøve",
        email="deltaker@example.no",
        participation=Participation.INVITED,
        invited_at=NOW,
    )


def test_an_invited_person_is_reminded_three_times_counted_from_the_invitation():
    member = invited()
    title = "You are invited to the innovation school with Bodø"
    assert waiting(reminders.INVITATION) == [(member.pk, NOW, ["deltaker@example.no"], title)]
    with only(reminders.INVITATION):
        days = [day for day in range(40) if sweep(NOW + timedelta(days=day))]
    assert days == [7, 10, 15]  # the fifth day is a Saturday
    assert list(Reminder.objects.values_list("step", flat=True).order_by("pk")) == [5, 10, 15]
    link = urlsplit(reminders.INVITATION.url(member, None)).path
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize("change", ["answered", "place", "account"])
def test_who_cannot_answer_is_not_reminded(change):
    member = invited()
    if change == "answered":
        member.participation = Participation.CONFIRMED
        member.save()
    elif change == "place":
        Offer.objects.update(state=OfferState.DECLINED)
    else:
        member.user = UserFactory(is_active=False)
        member.save()
    assert [people for _pk, _due, people, _title in waiting(reminders.INVITATION) if people] == []


# --- What the school has asked, and offered ---------------------------------------------------------


def test_a_request_for_information_until_it_is_answered(coordinator):
    application = ApplicationFactory(coordinator=coordinator, state=State.INFORMATION_REQUESTED)
    request = ask(application, parts=["anchoring"])
    title = "The school has asked about the application of Bodø"
    assert waiting(reminders.INFORMATION) == [(request.pk, LATER, [coordinator.email], title)]
    application.state = State.WITHDRAWN
    application.save()
    assert waiting(reminders.INFORMATION) == []


def test_an_offer_until_it_is_answered(coordinator):
    application = ApplicationFactory(coordinator=coordinator, state=State.ADMITTED)
    offer = Offer.objects.create(
        application=application, state=OfferState.SENT, made_at=NOW, sent_at=NOW, due_at=LATER
    )
    title = "The offer of a place for Bodø"
    assert waiting(reminders.OFFER) == [(offer.pk, LATER, [coordinator.email], title)]
    Offer.objects.update(state=OfferState.EXPIRED)
    assert waiting(reminders.OFFER) == []


# --- The school's own -------------------------------------------------------------------------------


@pytest.fixture
def anna(administrator):
    return administrator.email


@pytest.fixture
def arne(second_administrator):
    return second_administrator.email


def test_applications_are_settled_before_the_list_is_frozen(anna, arne):
    intake = IntakeFactory(state=IntakeState.CLOSED)
    application = ApplicationFactory(intake=intake, state=State.IN_REVIEW)
    moment = intake.objections_close_at
    assert waiting(reminders.SETTLE) == [
        (intake.pk, moment, [anna, arne], "Applications that are not settled: Autumn 2027")
    ]
    assert waiting(reminders.FREEZE) == []
    application.state = State.READY
    application.save()
    assert waiting(reminders.SETTLE) == []
    title = "The list of applicants is ready for the draw: Autumn 2027"
    assert waiting(reminders.FREEZE) == [(intake.pk, moment, [anna, arne], title)]
    intake.state = IntakeState.LOCKED
    intake.save()
    assert waiting(reminders.FREEZE) == []


def test_a_missing_value_of_a_draw_is_anothers_to_confirm(anna, arne, second_administrator):
    intake = IntakeFactory(state=IntakeState.LOCKED)
    draw = DrawRound.objects.create(
        intake=intake,
        number=1,
        name="autumn-2027-1",
        digest="0" * 64,
        frozen_by=second_administrator,
        frozen_at=NOW,
    )
    value = SourceValue.objects.create(round=draw, ordinal=1, source_id="lotto", available_at=LATER)
    title = "The draw waits for the value of lotto: Autumn 2027"
    assert waiting(reminders.SOURCE) == [(value.pk, LATER, [anna, arne], title)]
    value.entered_by, value.value = second_administrator, "1,2,3"
    value.save()
    assert waiting(reminders.SOURCE) == [(value.pk, LATER, [anna], title)]
    value.confirmed_at = LATER
    value.save()
    assert waiting(reminders.SOURCE) == []


def test_a_release_and_a_decision_wait_for_a_second_person(anna, arne, administrator):
    prepared = {"prepared_by": administrator, "leaves_at": LATER}
    release = ReleaseFactory(**prepared)
    ReleaseFactory(intake=IntakeFactory(slug="at-once"), prepared_by=administrator)
    decision = DecisionFactory(application__intake=release.intake, **prepared)
    at_once = DecisionFactory(application__lead=municipality("4646"), application__intake=release.intake)
    assert waiting(reminders.RELEASE) == [
        (release.pk, LATER, [arne], "The letters of the selection: Autumn 2027")
    ]
    assert waiting(reminders.DECISION) == [(decision.pk, LATER, [arne], "The decision on Bodø: Place")]
    assert at_once.leaves_when_approved
    release.state = ReleaseState.CANCELLED
    release.save()
    decision.state = DecisionState.VOID
    decision.save()
    assert waiting(reminders.RELEASE) == waiting(reminders.DECISION) == []


def appeal(**fields) -> Appeal:
    return Appeal.objects.create(
        decision=DecisionFactory(issued=True),
        text="We do not agree.",
        received_at=NOW,
        appellant_name="Kari Koordinator",
        appellant_email="kari@example.no",
        due_on=date(2027, 6, 24),
        **fields,
    )


def test_an_appeal_is_its_handlers_and_before_that_everybodys(anna, arne, administrator):
    found = appeal()
    end = datetime(2027, 6, 24, 23, 59, tzinfo=OSLO)
    title = "The appeal from Kari Koordinator"
    assert waiting(reminders.APPEAL) == [(found.pk, end, [anna, arne], title)]
    found.handler, found.state = administrator, AppealState.IN_PREPARATION
    found.save()
    assert waiting(reminders.APPEAL) == [(found.pk, end, [anna], title)]
    administrator.is_active = False
    administrator.save()
    assert waiting(reminders.APPEAL) == [(found.pk, end, [arne], title)]
    found.led_to = DecisionFactory(application=found.decision.application, version=2)
    found.save()
    assert waiting(reminders.APPEAL) == []


def test_an_appeal_is_reminded_of_before_and_after_its_last_day(administrator):
    appeal()
    with only(reminders.APPEAL):
        first = datetime(2027, 6, 10, 9, 0, tzinfo=OSLO)
        days = [first + timedelta(days=day) for day in range(45) if sweep(first + timedelta(days=day))]
    assert [f"{day:%d.%m}" for day in days] == ["17.06", "22.06", "28.06", "30.06", "05.07", "06.07", "09.07"]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_reading_asks_for_the_administrators_once(rows, administrator, django_assert_num_queries):
    for number in range(rows):
        intake = IntakeFactory(slug=f"intake-{number}", state=IntakeState.CLOSED)
        ApplicationFactory(intake=intake, state=State.IN_REVIEW)
    with django_assert_num_queries(2):
        assert len(waiting(reminders.SETTLE)) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_sweep_of_all_kinds_asks_no_more_for_more_rows(rows, administrator, django_assert_num_queries):
    intake = IntakeFactory()
    for code in ("1804", "4646", "5610")[:rows]:
        application = ApplicationFactory(intake=intake, lead=municipality(code))
        PartnerFactory(application=application, municipality=municipality("5057"))
        GuaranteeFactory(application=application, asked=True)
    with only(*reminders.KINDS):
        sweep(CLOSES - timedelta(days=7))
        with django_assert_num_queries(58):
            assert sweep(CLOSES - timedelta(days=6)) == 0
