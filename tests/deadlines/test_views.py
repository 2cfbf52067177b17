"""The administrators' pages about deadlines."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from innoskole.accounts import audit
from innoskole.accounts.models import AuditEvent
from innoskole.deadlines.forms import DaysOfTheYearField
from innoskole.deadlines.models import DeadlineRule, Unit
from tests.deadlines.factories import rule
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
CLOSED = "Only course administrators can open this page."


@pytest.fixture
def browser(log_in, administrator) -> Client:
    return log_in(administrator)


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def text_of(response) -> str:
    """What stands on the page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html(response)).split())


def errors_of(page) -> dict[str, list[str]]:
    """The form's faults, which are translated when somebody reads them."""
    with translation.override("en"):
        return {name: list(texts) for name, texts in page.context["form"].errors.items()}


def rules_url(query: str = "") -> str:
    return reverse("deadlines:rules") + query


def new_url(kind: str = "grading") -> str:
    return reverse("deadlines:new_version", args=[kind])


VERSION = {
    "amount": "20",
    "unit": "working_days",
    "skips": "24.12, 31.12.",
    "moves_to_working_day": "on",
    "valid_from_on": "2027-08-01",
    "legal_source": "LOV-2027-01-01 § 2",
    "reason": "A new act.",
}


def test_the_pages_are_closed_to_others(log_in, administrator, instructor, coordinator, client):
    for url in (rules_url(), new_url(), new_url("no-such")):
        assert client.get(url).status_code == 302
        for user in (instructor, coordinator):
            page = log_in(user).get(url)
            assert (page.status_code, CLOSED in page.content.decode()) == (403, True)
    assert log_in(instructor).post(new_url(), VERSION).status_code == 403
    assert not DeadlineRule.objects.filter(valid_from_on="2027-08-01").exists()
    assert log_in(administrator).post(rules_url()).status_code == 405


# --- The list ---------------------------------------------------------------------------------------


def test_the_rules_stand_there_with_their_source_and_where_they_count_from(browser):
    text = text_of(browser.get(rules_url()))
    for words in (
        "Appeal against an admission decision The day on which the decision was notified "
        "3 weeks Moves to the next working day From 1 January 1970 In force "
        "forvaltningsloven §§ 29, 30; domstolloven §§ 148, 149 New version",
        "15 working days Not counting 24 December and 31 December From 1 August 2024 In force universitets",
        "14 days before From 1 August 2024 In force Forskrift om opptak",
        "History (0 events) Nothing has happened yet.",
    ):
        assert words in text


def test_earlier_and_coming_versions_stand_below_each_other_and_one_is_in_force(browser):
    rule(amount=4, valid_from_on=date(2027, 5, 3))
    rule(amount=5, valid_from_on=date(2027, 5, 4))
    text = text_of(browser.get(rules_url()))
    first = text.index("5 weeks Moves to the next working day From 4 May 2027 § 29")
    second = text.index("4 weeks Moves to the next working day From 3 May 2027 to 3 May 2027 In force § 29")
    third = text.index("3 weeks Moves to the next working day From 1 January 1970 to 2 May 2027 forvaltn")
    assert first < second < third
    assert text.count("In force") == 7  # one for each kind


def test_a_kind_without_a_rule_says_so_and_can_be_given_one(browser):
    DeadlineRule.objects.filter(kind="grading")._raw_delete("default")
    page = html(browser.get(rules_url()))
    assert page.count("No rule yet: nothing can be reckoned.") == 1
    assert f'href="{new_url()}"' in page
    assert 'name="amount"' in html(browser.get(new_url()))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(rows, browser, administrator, django_assert_num_queries):
    for number in range(rows):
        version = rule(amount=number + 5, valid_from_on=date(2027, 6, 1 + number))
        audit.record(version, f"did {number}", by=administrator, now=NOW)
    browser.get(rules_url())  # content types are remembered
    with django_assert_num_queries(4):  # session, user, rules, history
        page = html(browser.get(rules_url()))
    assert [page.count(f"did {number}") for number in range(rows)] == [1] * rows


# --- The calculator -----------------------------------------------------------------------------------


def test_the_calculator_gives_the_deadline_with_its_explanation(browser, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, user, rule, rules, history
        text = text_of(browser.get(rules_url("?kind=admission_appeal&start=2017-12-05")))
    assert (
        "The deadline is Wednesday 27 December 2017 at 23:59, Norwegian time. "
        "3 weeks from 5 December 2017 is 26 December 2017, a public holiday, so the deadline moves to "
        "27 December 2017 (forvaltningsloven §§ 29, 30; domstolloven §§ 148, 149)."
    ) in text


def test_the_calculator_says_nothing_before_it_is_asked(browser):
    page = browser.get(rules_url())
    assert (page.context["answer"], page.context["form"].is_bound) == (None, False)
    assert "The deadline is" not in html(page)


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("kind=grading&start=", {"start": ["This field is required."]}),
        ("kind=grading&start=soon", {"start": ["Enter a valid date."]}),
        ("kind=grading&start=1969-12-31", {"start": ["Choose a day after 1969."]}),
        ("kind=grading&start=2099-01-01", {"start": ["Choose a day before 2099."]}),
        (
            "kind=grading&start=2024-07-31",
            {"start": ["There is no rule for the deadline “Grading of an exam” on 31 July 2024."]},
        ),
        (
            "kind=x&start=2027-05-03",
            {"kind": ["Select a valid choice. x is not one of the available choices."]},
        ),
    ],
)
def test_the_calculator_explains_what_it_cannot_reckon(query, errors, browser):
    page = browser.get(rules_url(f"?{query}"))
    assert (errors_of(page), page.context["answer"]) == (errors, None)
    assert "<title>Error: Deadlines" in html(page).replace("\n", "")


def test_the_calculator_reaches_as_far_as_the_holidays_are_known(browser):
    rule(amount=366, unit=Unit.DAYS)
    text = text_of(browser.get(rules_url("?kind=admission_appeal&start=2098-12-31")))
    assert "The deadline is Friday 1 January 2100" not in text  # New Year's Day is a holiday
    assert "The deadline is Monday 4 January 2100 at 23:59, Norwegian time." in text


# --- A new version ------------------------------------------------------------------------------------


def test_the_form_starts_as_the_latest_version_and_asks_for_day_and_reason(browser):
    form = browser.get(new_url()).context["form"]
    assert {name: form[name].value() for name in form.fields} == {
        "amount": 15,
        "unit": "working_days",
        "skips": "24.12, 31.12",
        "moves_to_working_day": True,
        "valid_from_on": None,
        "legal_source": "universitets- og høyskoleloven, LOV-2024-03-08-9",
        "reason": None,
    }


def test_a_version_is_added_and_stands_in_the_list_with_its_history(browser):
    assert browser.get(new_url("no-such")).status_code == 404
    answer = browser.post(new_url(), VERSION)
    assert (answer.status_code, answer["Location"]) == (302, rules_url())
    fields = ("amount", "unit", "skips", "moves_to_working_day", "valid_from_on", "legal_source")
    assert DeadlineRule.objects.filter(kind="grading").newest_first().values_list(*fields)[0] == (
        *(20, "working_days", ["12-24", "12-31"], True, date(2027, 8, 1), "LOV-2027-01-01 § 2"),
    )
    text = text_of(browser.get(rules_url()))
    for words in (
        "The new version of the rule has been added.",
        "20 working days Not counting 24 December and 31 December From 1 August 2027 LOV-2027-01-01 § 2",
        "15 working days Not counting 24 December and 31 December From 1 August 2024 to 31 July 2027 In",
        "Anna Administrator added a version of the rule of a deadline",
        "Deadline: – → Grading of an exam",
        "Valid from: – → 1 August 2027",
        "Length: 15 → 20",
        "Reason: A new act.",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"reason": ""}, {"reason": ["This field is required."]}),
        ({"amount": "0"}, {"amount": ["Ensure this value is greater than or equal to 1."]}),
        ({"skips": "Christmas Eve"}, {"skips": ["Write days of the year, such as 24.12."]}),
        ({"skips": "30.2"}, {"skips": ["Write days of the year, such as 24.12."]}),
        ({"skips": "24.12, 24.12"}, {"skips": ["Write each day of the year once."]}),
        ({"valid_from_on": "2099-01-01"}, {"valid_from_on": ["Choose a day before 2099."]}),
        (
            {"unit": "weeks"},
            {"__all__": ["Only a period of working days can leave out days of the year."]},
        ),
        (
            {"valid_from_on": "2027-05-03"},
            {"__all__": ["Choose a coming day: deadlines that have been counted already stay as they are."]},
        ),
    ],
)
def test_a_faulty_version_is_explained_and_not_added(changed, errors, browser):
    page = browser.post(new_url(), VERSION | changed)
    assert errors_of(page) == errors
    assert "<title>Error: New version: Grading of an exam" in html(page).replace("\n", "")
    assert DeadlineRule.objects.filter(kind="grading").count() == 1
    assert AuditEvent.objects.count() == 0


def test_weeks_need_no_days_of_the_year(browser):
    browser.post(new_url("grade_appeal"), VERSION | {"unit": "weeks", "skips": " , ", "amount": "4"})
    latest = DeadlineRule.objects.filter(kind="grade_appeal").newest_first()[0]
    assert (latest.amount, latest.unit, latest.skips) == (4, "weeks", [])


def test_what_was_written_while_logged_out_is_offered_again_and_adds_nothing_yet(client, administrator):
    client.post(new_url(), VERSION)
    client.force_login(administrator, "innoskole.accounts.backends.Backend")
    assert 'value="A new act."' in html(client.get(new_url()))
    assert DeadlineRule.objects.filter(kind="grading").count() == 1


def test_days_of_the_year_are_read_as_people_write_them():
    field = DaysOfTheYearField(required=False)
    assert [field.clean(text) for text in ("", "1.5", "01.05., 17.5 ,29.2")] == [
        [],
        ["05-01"],
        ["05-01", "05-17", "02-29"],
    ]
    assert [field.prepare_value(value) for value in (["05-01", "12-24"], [], "1.5, x", None)] == [
        *("01.05, 24.12", "", "1.5, x", None)
    ]
