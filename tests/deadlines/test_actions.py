"""A new version of a rule: the one deed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent
from innoskole.deadlines import actions
from innoskole.deadlines.models import DeadlineRule, Kind, Unit
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TOMORROW = NOW.date() + timedelta(days=1)


@pytest.fixture
def add(administrator):
    def added(**fields: Any) -> DeadlineRule:
        values = {
            "kind": Kind.GRADING,
            "amount": 20,
            "unit": Unit.WORKING_DAYS,
            "skips": ["12-24"],
            "moves_to_working_day": False,
            "valid_from_on": TOMORROW,
            "legal_source": " LOV-2027-01-01 § 2 ",
            "reason": " A new act. ",
            "by": administrator,
            "now": NOW,
        } | fields
        with translation.override("en"):
            return actions.add_version(values.pop("kind"), **values)

    return added


def test_a_version_is_added_and_the_audit_says_what_changed_and_why(add, administrator):
    old = DeadlineRule.objects.get(kind="grading")
    new = add()
    assert DeadlineRule.objects.filter(pk=new.pk).values().get() == {
        "id": new.pk,
        "kind": "grading",
        "amount": 20,
        "unit": "working_days",
        "skips": ["12-24"],
        "moves_to_working_day": False,
        "valid_from_on": date(2027, 5, 4),
        "legal_source": "LOV-2027-01-01 § 2",
    }
    assert DeadlineRule.objects.valid_on("grading", NOW.date()) == old
    assert DeadlineRule.objects.valid_on("grading", TOMORROW) == new
    event = audit.history(new).get()
    assert (event.verb, event.by, event.occurred_at, event.reason, event.changes) == (
        "added a version of the rule of a deadline",
        administrator,
        NOW,
        "A new act.",
        {
            "kind": [None, "grading"],
            "valid_from_on": [None, "2027-05-04"],
            "amount": [15, 20],
            "skips": [["12-24", "12-31"], ["12-24"]],
            "moves_to_working_day": [True, False],
            "legal_source": ["universitets- og høyskoleloven, LOV-2024-03-08-9", "LOV-2027-01-01 § 2"],
        },
    )


def test_the_first_version_of_a_kind_replaces_nothing(add):
    DeadlineRule.objects.filter(kind="grading")._raw_delete("default")
    assert audit.history(add()).get().changes["amount"] == [None, 20]


def test_a_version_may_come_before_one_that_is_known_already(add):
    later, sooner = add(valid_from_on=date(2028, 1, 1)), add(amount=18)
    assert DeadlineRule.objects.valid_on("grading", date(2027, 12, 31)) == sooner
    assert DeadlineRule.objects.valid_on("grading", date(2028, 1, 1)) == later
    assert audit.history(sooner).get().changes["amount"] == [15, 18]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": " "}, "Give a reason."),
        (
            {"valid_from_on": NOW.date()},
            "Choose a coming day: deadlines that have been counted already stay as they are.",
        ),
        # Still 3 May in Greenwich, but the day has come in Norway.
        (
            {"now": NOW.replace(hour=0, minute=30) + timedelta(days=1)},
            "Choose a coming day: deadlines that have been counted already stay as they are.",
        ),
        ({"amount": 0}, "Ensure this value is greater than or equal to 1."),
        ({"amount": 367}, "Ensure this value is less than or equal to 366."),
        ({"unit": "months"}, "Value 'months' is not a valid choice."),
        ({"legal_source": " "}, "This field cannot be blank."),
        ({"skips": ["12-24", "12-24"]}, "Write each day of the year once."),
        ({"unit": Unit.WEEKS}, "Only a period of working days can leave out days of the year."),
    ],
)
def test_a_refused_version_changes_nothing(add, fields, sentence):
    before = list(DeadlineRule.objects.values())
    with pytest.raises(Refused) as refusal:
        add(**fields)
    assert str(refusal.value) == sentence
    assert list(DeadlineRule.objects.values()) == before
    assert AuditEvent.objects.count() == 0


def test_two_versions_from_one_day_are_refused_also_when_both_are_in_a_hurry(add, monkeypatch):
    add()
    sentence = "Another version of this rule is valid from the same day."
    with pytest.raises(Refused, match=sentence):
        add(amount=30)
    monkeypatch.setattr(DeadlineRule, "full_clean", lambda self: None)  # looked before the other wrote
    with pytest.raises(Refused, match=sentence):
        add(amount=30)
    assert DeadlineRule.objects.filter(valid_from_on=TOMORROW).get().amount == 20
    assert add(kind=Kind.ADMISSION_APPEAL).kind == "admission_appeal"
