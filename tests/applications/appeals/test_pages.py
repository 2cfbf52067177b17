"""The pages: of the municipality, of a person with a link, and of the school."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from applications import tokens
from applications.actions import appeals
from applications.models import Appeal, DecisionKind
from applications.states import AppealState
from applications.waiting import appeal_waits
from innoskole.accounts import audit
from tests.applications.appeals.build import (
    ANSWERED,
    APPEALED,
    TEXT,
    of_application,
    of_person,
    prepared,
    received,
    upheld,
)
from tests.applications.offers.build import standing
from tests.factories import TeamMemberFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("applications:appeals")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(APPEALED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def page(waiting) -> str:
    return reverse("applications:appeal", args=[waiting.application.reference, waiting.pk])


@pytest.fixture
def school(log_in, administrator):
    return log_in(administrator)


def html(response, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


@pytest.fixture
def personal(told, reserves):
    """The decision on a person in a team with a place."""
    return of_person(told, next(code for code, row in standing(told).items() if row[3] is not None))


# --- The municipality -------------------------------------------------------------------------------


def test_the_page_shows_the_decision_its_grounds_and_the_clock_before_one_writes(waiting, page, log_in):
    shown = html(log_in(waiting.application.coordinator).get(page))
    for words in (
        "Waiting list",
        "Thursday 15 July 2027",
        "3 weeks from 24 June 2027 is 15 July 2027",
        "answered by Thursday 29 July 2027",
        "Counted from the lowest, your lot was number",
        "It cannot change the draw.",
        f"sent to {waiting.application.coordinator.email}",
    ):
        assert words in shown
    assert Appeal.objects.count() == 0


def test_one_sends_it_and_gets_the_receipt_and_a_second_click_changes_nothing(waiting, page, log_in):
    browser = log_in(waiting.application.coordinator)
    for _click in range(2):
        answer = browser.post(page, {"text": TEXT})
        assert (answer.status_code, answer["Location"]) == (302, page)
    shown = html(browser.get(page))
    assert "We have received the appeal" in shown
    assert "An appeal on this decision has been received already. See it below." in shown
    assert 'name="text"' not in shown
    assert Appeal.objects.get().sent_by == waiting.application.coordinator


def test_what_was_written_is_kept_when_it_is_refused(waiting, page, log_in, administrator):
    browser = log_in(waiting.application.coordinator)
    assert list(browser.post(page, {"text": " "}).context["form"].errors) == ["text"]
    appeals.dismiss(received(waiting), grounds="x", by=administrator, now=APPEALED)
    shown = html(browser.post(page, {"text": "All of what I wrote"}))
    assert "All of what I wrote" in shown
    assert "The appeal on this decision has been received already." in shown


def test_a_late_appeal_is_warned_of_and_received(waiting, page, log_in, clock):
    clock.move_to(ANSWERED.replace(month=8))
    browser = log_in(waiting.application.coordinator)
    assert "The last day for an appeal has passed" in html(browser.get(page))
    browser.post(page, {"text": TEXT})
    assert Appeal.objects.get().is_late
    assert "The appeal came after the last day." in html(browser.get(page))


def test_one_sees_nothing_of_a_new_decision_before_it_is_told(waiting, page, log_in, administrator):
    appeal = prepared(waiting, administrator)
    upheld(appeal, administrator)
    shown = html(log_in(waiting.application.coordinator).get(page))
    assert "In preparation" in shown
    assert ("The number of inhabitants was wrong" in shown, "Reversed" in shown) == (False, False)


def test_one_withdraws_on_a_page_that_says_what_follows(waiting, page, log_in):
    appeal = received(waiting)
    browser = log_in(waiting.application.coordinator)
    withdraw = f"{page}withdraw/"
    assert "A new appeal can be made until Thursday 15 July 2027" in html(browser.get(withdraw))
    assert Appeal.objects.open().count() == 1
    assert browser.post(withdraw)["Location"] == page
    appeal.refresh_from_db()
    assert appeal.state == AppealState.WITHDRAWN
    shown = html(browser.get(page))
    assert ("The appeal is withdrawn." in shown, "Appeal again" in shown) == (True, True)
    assert browser.get(withdraw)["Location"] == page


def test_others_find_nothing_there(waiting, page, personal, log_in, outsider, administrator, instructor):
    person_page = reverse("applications:appeal", args=[personal.application.reference, personal.pk])
    for user in (outsider, administrator, instructor):
        for url in (page, f"{page}withdraw/"):
            assert log_in(user).get(url).status_code == 404
    # What a person writes about themselves is not for the municipality.
    assert log_in(personal.application.coordinator).get(person_page).status_code == 404
    wrong = reverse("applications:appeal", args=[personal.application.reference, waiting.pk])
    assert log_in(waiting.application.coordinator).get(wrong).status_code == 404
    assert Appeal.objects.count() == 0


# --- A person ---------------------------------------------------------------------------------------


def test_a_person_appeals_by_the_link_alone(personal, client):
    link = path_of(tokens.appeal_url(personal))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    shown = html(client.get(link))
    assert "Admitted as a student" in shown
    assert "Another admission basis" in shown
    assert client.post(link, {"text": TEXT})["Location"] == link
    appeal = Appeal.objects.get()
    assert (appeal.decision, appeal.sent_by, appeal.appellant_email) == (
        personal,
        None,
        personal.member.email,
    )
    assert client.post(f"{link}withdraw/")["Location"] == link
    appeal.refresh_from_db()
    assert appeal.state == AppealState.WITHDRAWN


def test_the_page_behind_a_link_speaks_the_language_of_the_letter(personal, client, monkeypatch):
    monkeypatch.setattr("applications.views.appeals.appellant.language_of", lambda application: "nn")
    assert '<html lang="nn"' in html(client.get(path_of(tokens.appeal_url(personal))))


def test_a_person_with_an_account_appeals_on_their_own_basis(personal, log_in):
    person = UserFactory()
    member = TeamMemberFactory._meta.model.everyone.get(pk=personal.member_id)
    member.user = person
    member.save()
    url = reverse("applications:appeal", args=[personal.application.reference, personal.pk])
    log_in(person).post(url, {"text": TEXT})
    assert Appeal.objects.get().sent_by == person


def test_other_links_lead_nowhere(waiting, personal, client):
    of_application_by_link = tokens._sign({"decision": waiting.pk}, tokens.APPEAL)
    other_salt = tokens._sign({"decision": personal.pk}, tokens.LETTER)
    for token in ("forged", of_application_by_link, other_salt):
        for name in ("appeal_by_link", "appeal_withdraw_by_link"):
            assert client.post(reverse(f"applications:{name}", args=[token])).status_code == 404


# --- The school -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(told, rows, school, django_assert_num_queries):
    for code in list(standing(told))[:rows]:
        received(of_application(told, code))
    school.get(LIST)
    with django_assert_num_queries(4):  # session, user, count, rows
        shown = html(school.get(LIST))
    assert len(re.findall(r"/admin/appeals/\d+/", shown)) == rows


def test_open_ones_stand_first_and_the_oldest_of_them(told, school, administrator):
    made = [received(of_application(told, code)) for code in list(standing(told))[:3]]
    for number, appeal in enumerate(made):
        appeal.received_at = APPEALED.replace(hour=10 - number)
        appeal.save()
    appeals.dismiss(made[2], grounds="x", by=administrator, now=ANSWERED)
    listed = [appeal for appeal, _color, _overdue in school.get(LIST).context["rows"]]
    assert listed == [made[1], made[0], made[2]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2]),
        ("state=open", [0, 1]),
        ("state=mine", [1]),
        ("state=overdue", [0]),
        ("state=dismissed", [2]),
        ("state=no-such", [0, 1, 2]),
        ("q=Unik", [0]),
    ],
)
def test_the_list_is_searched_and_filtered_and_its_export_is_the_same(
    told, school, administrator, query, found
):
    first, second, third = (of_application(told, code) for code in list(standing(told))[:3])
    made = [received(first, name="Unik Prøve"), prepared(second, administrator), received(third)]
    Appeal.objects.filter(pk=made[0].pk).update(due_on="2027-06-30")
    appeals.dismiss(made[2], grounds="x", by=administrator, now=APPEALED)
    rows = school.get(f"{LIST}?{query}").context["rows"]
    assert sorted(appeal.pk for appeal, *_rest in rows) == sorted(made[number].pk for number in found)
    assert [overdue for appeal, _color, overdue in rows if appeal == made[0]] == [True] * (0 in found)
    export = school.get(f"{reverse('applications:appeals_export', args=['csv'])}?{query}")
    lines = list(csv.reader(StringIO(export.content.decode("utf-8-sig")), delimiter=";"))
    assert [line[5] for line in lines[1:]] == [appeal.appellant_name for appeal, *_rest in rows]
    assert audit.history(administrator)[0].verb == "downloaded the list of appeals"
    assert audit.history(administrator)[0].changes["Rows"][1] == len(found)


def test_an_empty_list_says_so(school):
    assert "No appeals found" in html(school.get(LIST))


def test_the_case_shows_everything_and_offers_what_can_be_done(waiting, school, administrator):
    appeal = received(waiting)
    case = reverse("applications:appeal_case", args=[appeal.pk])
    shown = html(school.get(case))
    for words in (TEXT, "Prepare the appeal", "Dismiss the appeal", "We have received your appeal"):
        assert words in shown
    assert "Uphold: prepare" not in shown
    school.post(reverse("applications:appeal_plain", args=[appeal.pk, "take"]))
    shown = html(school.get(case))
    for words in ("Uphold: prepare a new decision", "Send to the appeals board", "Prepared by"):
        assert words in shown
    appeal.refresh_from_db()
    assert (appeal.state, appeal.handler) == (AppealState.IN_PREPARATION, administrator)


def test_the_page_of_a_deed_says_who_gets_what_and_keeps_what_was_written(waiting, school, administrator):
    appeal = prepared(waiting, administrator)
    url = reverse("applications:appeal_deed", args=[appeal.pk, "uphold"])
    shown = html(school.get(url))
    for words in ("No place is free.", "Another person must approve", waiting.application.coordinator.email):
        assert words in shown
    data = {"kind": DecisionKind.PLACE, "grounds": "Right you are.", "when": "at", "leaves_at": ""}
    assert "Right you are." in html(school.post(url, data))
    assert not Appeal.objects.get().led_to
    answer = school.post(url, {**data, "when": "approved"})
    assert answer["Location"] == reverse("applications:appeal_case", args=[appeal.pk])
    assert Appeal.objects.get().led_to.kind == DecisionKind.WAITING_LIST
    assert "This cannot be done" in html(school.get(url))


def test_a_letter_is_registered_from_its_decision(waiting, school):
    url = reverse("applications:appeal_register", args=[waiting.pk])
    assert "The appellant gets a receipt by e-mail" in html(school.get(url))
    data = {"name": "Rune", "email": "rune@example.no", "text": TEXT, "came_on": "2027-07-02"}
    shown = html(school.post(url, data))
    assert "The letter cannot have come on a day in the future." in shown
    assert TEXT in shown
    answer = school.post(url, {**data, "came_on": "2027-07-01"})
    appeal = Appeal.objects.get()
    assert answer["Location"] == reverse("applications:appeal_case", args=[appeal.pk])
    assert "You cannot do this" in html(school.get(url))


def test_the_schools_pages_are_closed_to_others(waiting, log_in, instructor, client):
    appeal = received(waiting)
    urls = [
        LIST,
        reverse("applications:appeals_export", args=["csv"]),
        reverse("applications:appeal_case", args=[appeal.pk]),
        reverse("applications:appeal_plain", args=[appeal.pk, "take"]),
        reverse("applications:appeal_deed", args=[appeal.pk, "dismiss"]),
        reverse("applications:appeal_register", args=[waiting.pk]),
    ]
    for url in urls:
        assert client.post(url)["Location"].startswith("/accounts/login/")
        for user in (instructor, waiting.application.coordinator):
            assert log_in(user).post(url, {"grounds": "x"}).status_code == 403
    appeal.refresh_from_db()
    assert appeal.state == AppealState.RECEIVED


# --- Waiting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_for_the_school(
    told, rows, administrator, second_administrator, django_assert_num_queries
):
    codes = list(standing(told))
    for code in codes[:rows]:
        prepared(of_application(told, code), administrator)
    received(of_application(told, codes[5]))
    with django_assert_num_queries(2):
        waits = appeal_waits(administrator, ANSWERED)
    assert [wait.title for wait in waits] == ["Appeals that nobody prepares yet"] + [
        "Answer the appeal from "
        + Appeal.objects.get(handler=administrator, decision__application__lead__code=code).appellant_name
        for code in codes[:rows]
    ]
    assert len(appeal_waits(second_administrator, ANSWERED)) == 1


def test_what_the_municipality_sees_of_its_own(waiting, administrator, outsider, django_assert_num_queries):
    appeal = prepared(waiting, administrator)
    coordinator = waiting.application.coordinator
    with django_assert_num_queries(1):
        (wait,) = appeal_waits(coordinator, ANSWERED)
    assert wait.title == f"Your appeal on the decision about {waiting.application.lead}: In preparation"
    assert wait.explanation == "The school answers by the deadline. You need not do anything."
    appeals.send_to_board(appeal, statement="x", by=administrator, now=ANSWERED)
    (wait,) = appeal_waits(coordinator, ANSWERED)
    assert (wait.due_at, wait.explanation) == (None, "The appeals board judges it. You need not do anything.")
    assert appeal_waits(outsider, ANSWERED) == []
    appeals.withdraw(appeal, by=coordinator, now=ANSWERED)
    assert appeal_waits(coordinator, ANSWERED) == []
