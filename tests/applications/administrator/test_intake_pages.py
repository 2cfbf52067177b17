"""The administrators' pages of intakes: list, copy with differences, rules, quotas, opening, overview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Intake, Quota
from applications.states import IntakeState, State
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import ApplicationFactory, IntakeFactory, municipality


@pytest.fixture
def browser(now: datetime, administrator: User, log_in: Callable[[User], Client]) -> Client:
    return log_in(administrator)


@pytest.fixture
def planned(intake: Intake) -> Intake:
    municipality()
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.PLANNED)
    intake.state = IntakeState.PLANNED
    return intake


def page(name: str, *args: object) -> str:
    return reverse(f"applications:{name}", args=args or ["autumn-2027"])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


FORM = {
    "slug": "autumn-2028",
    "season": "autumn",
    "year": "2028",
    "opens_at": "2028-02-28T09:00",
    "closes_at": "2028-05-30T15:00",
    "objections_close_at": "2028-06-13T15:00",
    "response_days": "14",
    "capacity": "24",
    "team_min": "3",
    "team_max": "4",
    "sectors_min": "2",
    "individual_needs_two": "on",
    "division": "landsdel",
    "small_below": "5000",
    "large_from": "20000",
    "population_on": "2027-01-01",
    "register_on": "2028-01-01",
}


# --- List -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(
    browser: Client, db: None, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        ApplicationFactory(intake=IntakeFactory(slug=f"intake-{number}"), state=State.SUBMITTED)
    with django_assert_num_queries(4):
        response = browser.get(reverse("applications:admin_intakes"))
    assert [row.received for row in response.context["list"].rows] == [1] * rows


def test_the_empty_list_says_what_to_do(browser: Client) -> None:
    assert "Create the first one" in text(browser.get(reverse("applications:admin_intakes")))


# --- New --------------------------------------------------------------------------------------------


def test_a_new_intake_begins_as_a_copy_of_the_last(browser: Client, intake: Intake) -> None:
    form = browser.get(reverse("applications:intake_add")).context["form"]
    assert {name: form[name].value() for name in ("slug", "capacity", "year")} == {
        "slug": "autumn-2028",
        "capacity": 20,
        "year": 2028,
    }
    assert 'value="2028-02-28T09:00"' in str(form["opens_at"])


def test_or_of_another(browser: Client, intake: Intake) -> None:
    IntakeFactory(slug="spring-2026", year=2026, capacity=7, opens_at=intake.opens_at - timedelta(days=365))
    add = reverse("applications:intake_add")
    assert browser.get(add).context["form"]["capacity"].value() == 20
    assert browser.get(add, {"from": "spring-2026"}).context["form"]["capacity"].value() == 7
    assert browser.get(add, {"from": "invented"}).status_code == 404


@pytest.mark.parametrize(("text", "is_same"), [("From August\r\n2027.", True), ("From August 2028.", False)])
def test_a_description_that_is_only_copied_is_pointed_out(
    browser: Client, intake: Intake, text: str, is_same: bool
) -> None:
    municipality()
    Intake.objects.update(about_en="From August\n2027.")
    response = browser.post(reverse("applications:intake_add"), {**FORM, "about_en": text, "step": "check"})
    assert ("word for word" in response.content.decode()) is is_same


def test_the_differences_are_shown_before_anything_is_stored(browser: Client, intake: Intake) -> None:
    municipality()
    response = browser.post(reverse("applications:intake_add"), {**FORM, "step": "check"})
    shown = [(each.label, each.old, each.new) for each in response.context["differences"]]
    assert ("Places", "20", "24") in shown
    assert len(shown) == 7
    assert Intake.objects.count() == 1
    hidden = {
        field.html_name: field.value() for field in response.context["form"] if field.value() is not None
    }
    assert {key: hidden[key] for key in ("slug", "capacity", "opens_at")} == {
        "slug": "autumn-2028",
        "capacity": "24",
        "opens_at": "2028-02-28T09:00",
    }


def test_back_from_the_differences_keeps_what_was_written(browser: Client, intake: Intake) -> None:
    municipality()
    response = browser.post(reverse("applications:intake_add"), {**FORM, "step": "edit"})
    assert (response.context["checked"], response.context["form"]["capacity"].value()) == (False, "24")
    assert Intake.objects.count() == 1


def test_saving_creates_a_planned_intake(browser: Client, intake: Intake) -> None:
    municipality()
    Quota.objects.create(intake=intake, dimension="region", code="NN", minimum=3)
    response = browser.post(reverse("applications:intake_add"), {**FORM, "step": "save"})
    assert response.headers["Location"] == page("intake_admin", "autumn-2028")
    created = Intake.objects.get(slug="autumn-2028")
    assert (created.state, created.capacity, created.copied_from, created.individual_needs_two) == (
        IntakeState.PLANNED,
        24,
        intake,
        True,
    )
    assert list(created.quotas.values_list("code", "minimum")) == [("NN", 3)]
    later = browser.get(response.headers["Location"])
    assert ("Places", "20", "24") in [
        (each.label, each.old, each.new) for each in later.context["differences"]
    ]


def test_unchecking_the_second_person_survives_the_check_page(browser: Client, intake: Intake) -> None:
    municipality()
    form = {key: value for key, value in FORM.items() if key != "individual_needs_two"}
    checked = browser.post(reverse("applications:intake_add"), {**form, "step": "check"})
    hidden = str(checked.context["form"]["individual_needs_two"].as_hidden())
    assert 'value="False"' in hidden
    browser.post(
        reverse("applications:intake_add"), {**form, "individual_needs_two": "False", "step": "save"}
    )
    assert Intake.objects.get(slug="autumn-2028").individual_needs_two is False


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"closes_at": "2028-02-28T09:00"}, "closes_at", "The deadline must be later than the opening."),
        (
            {"objections_close_at": "2028-05-30T14:59"},
            "objections_close_at",
            "Objections cannot end before the application deadline.",
        ),
        ({"team_max": "2"}, "team_max", "The largest team cannot be smaller than the smallest."),
        ({"sectors_min": "5"}, "team_max", "A team cannot come from more sectors than it has persons."),
        ({"large_from": "5000"}, "large_from", "Large must begin above the bound of small."),
        (
            {"population_on": "2028-02-29"},
            "population_on",
            "The population figures must be fixed before the intake opens.",
        ),
        ({"register_on": "1999-01-01"}, "register_on", "The register has no municipalities on this day."),
        ({"slug": "autumn-2027"}, "slug", "Intake with this Address already exists."),
        ({"capacity": "0"}, "capacity", "Ensure this value is greater than or equal to 1."),
    ],
)
def test_faults_are_explained_at_their_field(
    browser: Client, intake: Intake, change: dict[str, str], field: str, sentence: str
) -> None:
    municipality()
    response = browser.post(reverse("applications:intake_add"), {**FORM, "step": "save", **change})
    assert response.context["form"].errors == {field: [sentence]}
    assert "<title>Error: New intake" in text(response)
    assert Intake.objects.count() == 1


# --- Change, quotas, description --------------------------------------------------------------------


def test_change_the_rules_while_planned(browser: Client, planned: Intake) -> None:
    form = {**FORM, "slug": "autumn-2027", "opens_at": "2027-06-01T09:00", "population_on": "2026-01-01"}
    form |= {"closes_at": "2027-08-01T15:00", "objections_close_at": "2027-08-15T15:00"}
    response = browser.post(page("intake_edit"), form)
    assert response.headers["Location"] == page("intake_admin")
    assert Intake.objects.get().capacity == 24


def test_a_fault_does_not_change_the_heading(browser: Client, planned: Intake) -> None:
    response = browser.post(page("intake_edit"), {**FORM, "year": "1899x"})
    assert "Rules of Autumn 2027" in text(response)


@pytest.mark.parametrize("name", ["intake_edit", "intake_quotas"])
def test_frozen_rules_have_no_form(browser: Client, intake: Intake, name: str) -> None:
    for response in (browser.get(page(name), follow=True), browser.post(page(name), FORM, follow=True)):
        assert response.redirect_chain == [(page("intake_admin"), 302)]
        assert "cannot be changed" in text(response)
    assert Intake.objects.get().capacity == 20


def quota_data(formset: Any, **changes: str) -> dict[str, str]:
    data = {"quota-TOTAL_FORMS": "8", "quota-INITIAL_FORMS": "8"}
    for form in formset.forms:
        data[f"{form.prefix}-minimum"] = "1"
        data[f"{form.prefix}-maximum"] = ""
    return {**data, **changes}


def test_quotas(browser: Client, planned: Intake) -> None:
    formset = browser.get(page("intake_quotas")).context["formset"]
    assert [form.group.code for form in formset.forms] == ["NN", "TR", "VL", "SL", "OL", "S", "M", "L"]
    changes = {"quota-0-minimum": "2", "quota-0-maximum": "6", "quota-5-minimum": "0"}
    response = browser.post(page("intake_quotas"), quota_data(formset, **changes))
    assert response.headers["Location"] == page("intake_admin")
    assert list(planned.quotas.order_by("code").values_list("dimension", "code", "minimum", "maximum")) == [
        ("region", "NN", 2, 6),
        ("size", "S", 0, None),
    ]
    again = browser.get(page("intake_quotas")).context["formset"]
    assert [again.forms[0]["minimum"].value(), again.forms[0]["maximum"].value()] == [2, 6]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"quota-0-minimum": "21"},
            "Northern Norway: A group cannot need more than the 20 places of the intake.",
        ),
        (
            {"quota-5-minimum": "4", "quota-5-maximum": "3"},
            "Small (fewer than 5,000 inhabitants): The most places cannot be below the fewest.",
        ),
        ({"quota-1-minimum": ""}, "Trøndelag: Fill in “Fewest places”."),
    ],
)
def test_faulty_quotas(browser: Client, planned: Intake, changes: dict[str, str], sentence: str) -> None:
    formset = browser.get(page("intake_quotas")).context["formset"]
    response = browser.post(page("intake_quotas"), quota_data(formset, **changes))
    assert sentence in text(response)
    assert not planned.quotas.exists()


def test_the_description_after_the_opening(browser: Client, intake: Intake) -> None:
    browser.post(page("intake_describe"), {"about_en": "Welcome."})
    assert Intake.objects.get().about_en == "Welcome."


# --- Open and extend --------------------------------------------------------------------------------


def test_open_says_what_freezes_and_then_opens(browser: Client, planned: Intake) -> None:
    Quota.objects.create(intake=planned, dimension="region", code="NN", minimum=18)
    shown = browser.get(page("intake_open"))
    assert "All the rules below freeze" in text(shown)
    assert "Together the minimums ask for 22 places, and there are 20." in text(shown)
    assert [(rule.label, rule.value) for rule in shown.context["rules"]][16] == (
        "Places: Northern Norway",
        "at least 18",
    )
    assert Intake.objects.get().state == IntakeState.PLANNED
    browser.post(page("intake_open"))
    assert Intake.objects.get().state == IntakeState.OPEN


def test_an_intake_that_cannot_be_opened_has_no_button(browser: Client, planned: Intake) -> None:
    Intake.objects.update(register_on="1999-01-01")
    for response in (browser.get(page("intake_open")), browser.post(page("intake_open"))):
        assert "The register has no municipalities on the chosen date." in text(response)
        assert "freeze the rules</button>" not in text(response)
    assert Intake.objects.get().state == IntakeState.PLANNED


def test_extend_names_those_who_get_mail(browser: Client, intake: Intake) -> None:
    ApplicationFactory(intake=intake, reference="IS-2027H-0001")
    shown = browser.get(page("intake_extend"))
    assert "The coordinator of 1 application gets a letter" in text(shown)
    data = {
        "closes_at": "2027-06-08T15:00",
        "objections_close_at": "2027-06-22T15:00",
        "reason": "A strike.",
    }
    response = browser.post(page("intake_extend"), data, follow=True)
    assert response.redirect_chain == [(page("intake_admin"), 302)]
    assert "The deadline has been extended, and 1 letter is on its way." in text(response)
    assert Message.objects.count() == 1


def test_extend_to_an_earlier_moment(browser: Client, intake: Intake) -> None:
    data = {"closes_at": "2027-05-08T15:00", "objections_close_at": "2027-06-22T15:00", "reason": "No."}
    response = browser.post(page("intake_extend"), data)
    assert response.context["form"].errors == {
        "closes_at": ["The new deadline must be later than the present one."]
    }


@pytest.mark.parametrize("state", [IntakeState.PLANNED, IntakeState.CLOSED, IntakeState.PUBLISHED])
def test_only_an_open_intake_is_extended(browser: Client, intake: Intake, state: str) -> None:
    Intake.objects.update(state=state)
    assert browser.get(page("intake_extend")).status_code == 404


# --- Overview ---------------------------------------------------------------------------------------


def test_the_overview_counts(browser: Client, intake: Intake) -> None:
    rows = (
        ("5610", State.DRAFT),
        ("1804", State.SUBMITTED),
        ("4646", State.READY),
        ("0301", State.REJECTED),
        ("5057", State.WITHDRAWN),
    )
    for code, state in rows:
        ApplicationFactory(intake=intake, lead=municipality(code), state=state)
    response = browser.get(page("intake_admin"))
    assert [(card.label, card.value, card.note) for card in response.context["cards"]] == [
        ("Drafts", "1", ""),
        ("Submitted", "3", ""),
        ("Ready for selection", "1", "33% of those submitted"),
        ("Places", "20", ""),
        ("Days to the deadline", "30", "Tuesday 1 June 2027 at 15:00"),
    ]
    facts = response.context["facts"]
    assert {
        group.code: (group.received, group.ready) for groups in facts.groups.values() for group in groups
    } == {
        "NN": (1, 0),
        "TR": (0, 0),
        "VL": (1, 1),
        "SL": (0, 0),
        "OL": (1, 0),
        "S": (1, 1),
        "M": (0, 0),
        "L": (2, 0),
    }
    assert (facts.settled, facts.received) == (2, 3)
    assert "No application from: Trøndelag, Southern Norway" in text(response)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_overview_asks_as_much_for_three_as_for_one(
    browser: Client, intake: Intake, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    Intake.objects.update(state=IntakeState.CLOSED)
    for code in ("5610", "1804", "4646")[:rows]:
        ApplicationFactory(intake=intake, lead=municipality(code), state=State.SUBMITTED)
    with django_assert_num_queries(12):
        browser.get(page("intake_admin"))
