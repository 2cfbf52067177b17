"""The pages: the school opens, gives and closes; municipalities see the rule and apply."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from applications.actions import late
from applications.models import Decision, DecisionKind, LateFilling, Offer
from applications.states import IntakeState, State
from applications.waiting import administrator_waits, coordinator_waits
from tests.applications.late.build import CLOSES, DECIDED, OPENS, RULE
from tests.factories import person_for

pytestmark = pytest.mark.django_db
LATE = reverse("applications:late", args=["autumn-2027"])
INTAKE = reverse("applications:intake", args=["autumn-2027"])
START = reverse("applications:start", args=["autumn-2027"])


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DECIDED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def school(log_in, administrator):
    return log_in(administrator)


@pytest.fixture
def newcomer(db):
    return person_for("5610", "Nora Nykommer", "nora@karasjok.kommune.no")


def html(response, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def of(name: str, application) -> str:
    return reverse(f"applications:{name}", args=["autumn-2027", application.reference])


def test_the_school_opens_it_on_a_page_that_says_what_follows(told, school, administrator):
    shown = html(school.get(LATE))
    for words in (
        "Free places</dt><dd>2",
        "Nobody gets mail now.",
        "in the order in which they are received",
    ):
        assert words in shown
    data = {"rule_text": RULE, "opens_at": "", "closes_at": "2027-08-09T08:00"}
    shown = html(school.post(LATE, data))
    assert "The deadline must be later than the opening." in shown
    assert RULE in shown
    assert school.post(LATE, {**data, "closes_at": "2027-08-16T15:00"})["Location"] == LATE
    filling = LateFilling.objects.get()
    assert (filling.opened_by, filling.opened_at, filling.closes_at) == (administrator, DECIDED, CLOSES)
    shown = html(school.get(LATE))
    assert ("Nothing has been received yet." in shown, 'name="rule_text"' in shown) == (True, False)


def test_the_page_says_why_it_cannot_be_opened(told, school):
    told.places.update(offer=None)
    Offer.objects.filter(application__lead__code="0301").update(state="waiting")
    shown = html(school.get(LATE))
    assert "It cannot be opened now" in shown
    assert "is still on the waiting list" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(rows, apply_late, school, django_assert_num_queries):
    for number, code in enumerate(("5610", "4646", "1818")[:rows]):
        apply_late(code, hours=number)
    school.get(LATE)
    # session, user, intake, fillings; why not: fillings; free, waiting, rows
    with django_assert_num_queries(8):
        shown = html(school.get(LATE))
    assert shown.count("/give/") == rows


def test_a_place_is_given_and_declined_by_two_pages(apply_late, school):
    first, second = apply_late("5610", hours=1), apply_late("4646", hours=2)
    shown = html(school.get(of("late_give", second)))
    for words in ("These came earlier, and are not decided: Karasjok", second.coordinator.email):
        assert words in shown
    answer = {"when": "approved", "leaves_at": ""}
    assert list(school.post(of("late_give", second), answer).context["form"].errors) == ["reason"]
    assert "this application is next in the order of receipt" in html(school.get(of("late_give", first)))
    decision = school.post(of("late_give", first), answer)["Location"]
    made = Decision.objects.standing().get()
    assert (decision, made.kind) == (reverse("applications:decision", args=[made.pk]), DecisionKind.PLACE)
    assert "A decision is prepared already." in html(school.get(of("late_give", first)))
    assert list(school.post(of("late_decline", second), answer).context["form"].errors) == ["grounds"]
    school.post(of("late_decline", second), {**answer, "grounds": "It came too late."})
    assert Decision.objects.standing().get(kind=DecisionKind.DECLINED).grounds == "It came too late."


def test_it_is_closed_with_a_reason(filling, apply_late, school):
    apply_late("5610", state=State.DRAFT)
    close = reverse("applications:late_close", args=["autumn-2027"])
    assert "1 draft becomes “not submitted”" in html(school.get(close))
    assert list(school.post(close, {"reason": ""}).context["form"].errors) == ["reason"]
    school.post(close, {"reason": "Every place is taken."})
    filling.refresh_from_db()
    assert filling.closed_at == DECIDED
    assert html(school.get(LATE)).count(RULE) == 1
    assert school.get(close).status_code == 404


def test_the_schools_pages_are_closed_to_others(apply_late, log_in, newcomer, instructor):
    application = apply_late("4646")
    urls = [
        LATE,
        reverse("applications:late_close", args=["autumn-2027"]),
        of("late_give", application),
        of("late_decline", application),
    ]
    for user in (newcomer, instructor):
        for url in urls:
            assert log_in(user).post(url, {"reason": "x", "when": "approved"}).status_code == 403
    assert (LateFilling.objects.filter(closed_at=None).count(), Decision.objects.standing().count()) == (1, 0)


def test_an_ordinary_application_has_no_such_pages(filling, school):
    ordinary = filling.intake.applications.get(lead__code="0301")
    assert school.get(of("late_give", ordinary)).status_code == 404


def test_everybody_sees_the_rule_while_it_is_open(filling, client, clock):
    english = {"accept-language": "en"}
    shown = html(client.get(INTAKE, headers=english))
    for words in (RULE, "can apply until Monday 16 August 2027 at 15:00", START):
        assert words in shown
    data = client.get(reverse("applications:intake_json", args=["autumn-2027"])).json()
    assert (data["accepts_applications"], data["late_filling"]) == (
        True,
        {"rule": RULE, "opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()},
    )
    late.close_filling(filling, reason="x", by=filling.opened_by, now=DECIDED)
    assert RULE not in html(client.get(INTAKE, headers=english))
    data = client.get(reverse("applications:intake_json", args=["autumn-2027"])).json()
    assert (data["accepts_applications"], data["late_filling"]) == (False, None)


def test_a_newcomer_starts_and_sees_its_own_deadline(filling, newcomer, log_in):
    browser = log_in(newcomer)
    shown = html(browser.get(START))
    for words in (RULE, "The deadline is Monday 16 August 2027 at 15:00"):
        assert words in shown
    browser.post(START, {"municipality": "Karasjok"})
    application = filling.applications.get()
    page = html(browser.get(application.get_absolute_url()))
    assert "Send it in by Monday 16 August 2027 at 15:00" in page
    (wait,) = coordinator_waits(newcomer, DECIDED)
    assert (wait.title, wait.due_at) == ("Send in the application of Karasjok", CLOSES)


def test_what_has_come_in_late_waits_for_the_school(apply_late, administrator):
    apply_late("4646", state=State.SUBMITTED)
    titles = [wait.title for wait in administrator_waits(administrator, DECIDED)]
    assert titles == ["Applications to take into review: Autumn 2027"]
    assert apply_late("5610").intake.state == IntakeState.PUBLISHED
