"""Rates that are never changed, and whom a municipality wants invoiced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from applications.actions.fees import add_rate, mark_exported, state_invoice
from applications.models import Application, CourseFee, FeeRate, Intake
from applications.models.fees import organisation_number
from applications.models.invoicing import Invoicing, Totals, invoiced, totals
from applications.states import OfferState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, Unchangeable, User
from tests.applications.fees.conftest import BODO, VADSO
from tests.factories import NOW

MORE = {"buyer_reference": "Order 17"}


def states(intake: Intake) -> dict[str, str]:
    return dict(invoiced(intake).order_by("pk").values_list("lead__code", "invoicing"))


# --- Rates ------------------------------------------------------------------------------------------


def set_fee(by: User, amount: int, day: str) -> FeeRate:
    return add_rate(amount=amount, valid_from_on=date.fromisoformat(day), source="The board", by=by, now=NOW)


def test_a_fee_is_set_from_a_day_on(administrator: User) -> None:
    rate = set_fee(administrator, 30_000, "2027-08-01")
    assert (rate.amount, rate.set_by, rate.set_at) == (30_000, administrator, NOW)
    (event,) = audit.history(rate)
    assert (event.verb, event.changes["amount"]) == ("set the course fee", [None, 30_000])
    valid = [FeeRate.objects.valid_on(date(2027, 7, 31)), FeeRate.objects.valid_on(date(2027, 8, 1))]
    assert valid == [None, rate]


def test_a_day_with_a_fee_keeps_it(administrator: User) -> None:
    set_fee(administrator, 30_000, "2027-01-01")  # nothing was valid then
    set_fee(administrator, 35_000, "2027-05-04")  # tomorrow
    for day, why in (
        ("2027-05-03", "Choose a coming day: the fee that is valid on this day stays as it is."),
        ("2027-02-01", "Choose a coming day: the fee that is valid on this day stays as it is."),
        ("2027-05-04", "Another course fee is valid from the same day."),
    ):
        with pytest.raises(Refused, match=why):
            set_fee(administrator, 1, day)
    set_fee(administrator, 20_000, "2026-01-01")
    assert list(FeeRate.objects.values_list("amount", flat=True)) == [35_000, 30_000, 20_000]


def test_fees_are_append_only(rate: FeeRate) -> None:
    rate.amount = 1
    for change in (
        rate.save,
        rate.delete,
        FeeRate.objects.all().delete,
        lambda: FeeRate.objects.all().update(amount=1),
    ):
        with pytest.raises(Unchangeable):
            change()
    assert list(FeeRate.objects.values_list("amount", flat=True)) == [35_000, 30_000]


# --- Organisation numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [BODO, "972 418 013", " 972418013 ", "972\N{NO-BREAK SPACE}418\N{NO-BREAK SPACE}013"]
)
def test_numbers_as_people_write_them(text: str) -> None:
    assert organisation_number(text) == BODO


@pytest.mark.parametrize("number", ["958935420", "864979092", VADSO])
def test_numbers_of_municipalities(number: str) -> None:
    assert organisation_number(number) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nine digits"),
        ("97241801", "nine digits"),
        ("9724180133", "nine digits"),
        ("97241801x", "nine digits"),
        ("٩٧٢٤١٨٠١٣", "nine digits"),
        ("972418014", "last digit does not fit"),
        ("927418013", "last digit does not fit"),
    ],
)
def test_slips_in_numbers(text: str, why: str, bodo: Application, rate: FeeRate, coordinator: User) -> None:
    with pytest.raises(Refused, match=why):
        state_invoice(bodo, organisation_number=text, **MORE, by=coordinator, now=NOW)
    assert not CourseFee.objects.exists()


# --- Whom to invoice --------------------------------------------------------------------------------


def test_a_coordinator_states_whom_to_invoice(bodo: Application, rate: FeeRate, coordinator: User) -> None:
    fee = state_invoice(
        bodo, organisation_number="972 418 013", buyer_reference=" Order 17 ", by=coordinator, now=NOW
    )
    fee.refresh_from_db()
    assert (fee.organisation_number, fee.buyer_reference, fee.amount) == (BODO, "Order 17", 30_000)
    assert (fee.stated_by, fee.stated_at, fee.exported_at) == (coordinator, NOW, None)
    (event,) = audit.history(bodo)
    assert (event.verb, event.changes) == (
        "stated who shall be invoiced",
        {
            "Organisation number": [None, BODO],
            "Your reference": [None, "Order 17"],
            "Amount in kroner": [None, 30_000],
        },
    )


def test_it_can_be_changed_and_the_same_is_no_change(
    bodo: Application, rate: FeeRate, coordinator: User, colleague: User
) -> None:
    state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    state_invoice(bodo, organisation_number=BODO, **MORE, by=colleague, now=NOW)
    state_invoice(bodo, organisation_number=VADSO, **MORE, by=colleague, now=NOW)
    assert CourseFee.objects.get().stated_by == colleague
    assert audit.history(bodo)[0].changes == {"Organisation number": [BODO, VADSO]}
    assert AuditEvent.objects.count() == 2


@pytest.mark.parametrize("state", [OfferState.SENT, OfferState.DECLINED, OfferState.WITHDRAWN])
def test_only_for_an_accepted_place(
    accepted: Callable[..., Application], rate: FeeRate, coordinator: User, state: str
) -> None:
    application = accepted("1804", state=state, coordinator=coordinator)
    with pytest.raises(Refused, match="when the municipality has accepted a place"):
        state_invoice(application, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    assert not CourseFee.objects.exists()


def test_not_without_a_fee_or_a_reference(bodo: Application, administrator: User, coordinator: User) -> None:
    set_fee(administrator, 35_000, "2027-04-21")  # the day after the result was published
    with pytest.raises(Refused, match="has not set the course fee yet"):
        state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    set_fee(administrator, 30_000, "2027-04-20")
    with pytest.raises(Refused, match="Write the reference"):
        state_invoice(bodo, organisation_number=BODO, buyer_reference=" ", by=coordinator, now=NOW)
    assert state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW).amount == 30_000


def test_nobody_acts_for_a_municipality_unproven(
    bodo: Application, rate: FeeRate, coordinator: User, outsider: User
) -> None:
    coordinator.affiliations.update(state="pending", proof="", decided_at=None)
    for by in (coordinator, outsider):
        with pytest.raises(Refused, match="The school must confirm that you act for Bodø"):
            state_invoice(bodo, organisation_number=BODO, **MORE, by=by, now=NOW)
    assert not CourseFee.objects.exists()


# --- The accounts -----------------------------------------------------------------------------------


def test_from_missing_to_exported_and_back(
    bodo: Application,
    accepted: Callable[..., Application],
    published: Intake,
    rate: FeeRate,
    coordinator: User,
    administrator: User,
) -> None:
    accepted("5607")
    assert states(published) == {"1804": Invoicing.MISSING, "5607": Invoicing.MISSING}
    state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    assert states(published) == {"1804": Invoicing.READY, "5607": Invoicing.MISSING}
    later = NOW + timedelta(hours=1)
    everything = ["IS-2027H-1804", "IS-2027H-5607"]
    assert mark_exported(published, everything, seen_at=NOW, by=administrator, now=later) == 1
    assert states(published) == {"1804": Invoicing.EXPORTED, "5607": Invoicing.MISSING}
    assert audit.history(bodo)[0].verb == "marked the course fee as exported to the accounts"

    with pytest.raises(Refused, match="Write to the school"):
        state_invoice(bodo, organisation_number=VADSO, **MORE, by=coordinator, now=later)
    with pytest.raises(Refused, match="Give a reason"):
        state_invoice(bodo, organisation_number=VADSO, **MORE, by=administrator, now=later)
    much_later = NOW + timedelta(hours=2)
    changed = {"organisation_number": VADSO, **MORE, "by": administrator, "now": much_later}
    state_invoice(bodo, **changed, reason="A slip.")
    assert states(published) == {"1804": Invoicing.CHANGED, "5607": Invoicing.MISSING}
    assert audit.history(bodo)[0].reason == "A slip."
    with pytest.raises(Refused, match="Write to the school"):
        state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=much_later)
    assert totals(published) == Totals(accepted=2, missing=1, to_export=1, exported=0, amount=30_000)
    assert mark_exported(published, everything, seen_at=much_later, by=administrator, now=much_later) == 1
    assert totals(published) == Totals(accepted=2, missing=1, to_export=0, exported=1, amount=30_000)


def test_what_was_stated_after_the_look_waits_for_the_next_time(
    bodo: Application, published: Intake, rate: FeeRate, coordinator: User, administrator: User
) -> None:
    state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    earlier = {"seen_at": NOW - timedelta(seconds=1), "by": administrator, "now": NOW}
    with pytest.raises(Refused, match="no course fee in the list waits"):
        mark_exported(published, ["IS-2027H-1804"], **earlier)
    assert states(published) == {"1804": Invoicing.READY}


def test_a_place_given_up_after_the_export_stays_in_the_list(
    bodo: Application, published: Intake, rate: FeeRate, coordinator: User, administrator: User
) -> None:
    state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    mark_exported(published, ["IS-2027H-1804"], seen_at=NOW, by=administrator, now=NOW)
    bodo.offer.state = OfferState.DECLINED
    bodo.offer.save()
    assert states(published) == {"1804": Invoicing.GIVEN_UP}
    assert totals(published) == Totals(accepted=0, missing=0, to_export=0, exported=0, amount=0)
    with pytest.raises(Refused):
        mark_exported(published, ["IS-2027H-1804"], seen_at=NOW, by=administrator, now=NOW)
    CourseFee.objects.update(exported_at=None)
    assert states(published) == {}


def test_another_intake_is_left_alone(
    bodo: Application, published: Intake, rate: FeeRate, coordinator: User, administrator: User
) -> None:
    state_invoice(bodo, organisation_number=BODO, **MORE, by=coordinator, now=NOW)
    other = Intake.objects.get(pk=published.pk)
    other.pk, other.slug = None, "other"
    other.save()
    with pytest.raises(Refused):
        mark_exported(other, ["IS-2027H-1804"], seen_at=NOW, by=administrator, now=NOW)
    assert (states(other), states(published)) == ({}, {"1804": Invoicing.READY})
