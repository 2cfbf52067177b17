"""The pages of offers: the municipality's, the school's, and the log on the public page of the draw."""

from __future__ import annotations

import csv
import html
import re
from io import BytesIO, StringIO

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.actions import decisions, offers, releases, submission
from applications.models import Decision, Offer
from applications.waiting import offer_waits
from innoskole.accounts import audit
from innoskole.notifications.models import Message
from tests.applications.offers.build import LEADS, offer_of, ready_application, seen, standing
from tests.applications.offers.test_answers import LAST_MINUTE, LATER, accept, decline
from tests.applications.offers.test_lapsing import AFTER
from tests.factories import municipality


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"accept-language": "en"})


def text(response) -> str:
    """What a page says, without its tags, in one line."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def page(offer: Offer) -> str:
    return reverse("applications:offer", args=[offer.application.reference])


@pytest.fixture
def oslo(told) -> Offer:
    return offer_of(told, "0301")


@pytest.fixture
def as_oslo(log_in, oslo):
    return log_in(oslo.application.coordinator)


# --- The municipality -----------------------------------------------------------------------------


def test_both_answers_stand_on_one_page_with_deadline_team_and_what_follows(as_oslo, oslo):
    said = text(as_oslo.get(page(oslo)))
    assert "Answer by Thursday 8 July 2027 at 23:59, Norwegian time" in said
    for each in (
        "You confirm that this team takes part:",
        "Deltaker Prøve 1",
        "Health and care Qualified",
        "Each person in the team gets an invitation by e-mail",
        "The place goes to the next on the waiting list at once.",
    ):
        assert each in said


def test_accepting_by_post(as_oslo, oslo, told):
    response = as_oslo.post(page(oslo), {"answer": "accept", "seen": seen(oslo)}, follow=True)
    assert response.redirect_chain == [(page(oslo), 302)]
    assert "The place is accepted. You get a receipt by e-mail." in text(response)
    assert "Koordinator Oslo accepted it Saturday 26 June 2027 at 10:00." in text(response)
    assert standing(told)["0301"] == ("admitted", "accepted", "place", 1)


def test_declining_by_post(as_oslo, oslo, told):
    response = as_oslo.post(page(oslo), {"answer": "decline", "reason": "No money."}, follow=True)
    said = text(response)
    assert "The place is declined. You get a receipt by e-mail." in said
    assert "Reason: No money. If that is a mistake, write to" in said
    assert standing(told)["0301"][1] == "declined"


@pytest.mark.parametrize("data", [{}, {"answer": "maybe"}, {"answer": "decline", "reason": "x" * 1001}])
def test_neither_answer_changes_nothing(as_oslo, oslo, told, data):
    assert as_oslo.post(page(oslo), data).status_code == 200
    assert standing(told)["0301"][1] == "sent"


def test_a_team_that_has_changed_is_shown_anew(as_oslo, oslo):
    before = seen(oslo)
    oslo.application.members.filter(name="Deltaker Prøve 1").update(name="Deltaker Prøve 9")
    response = as_oslo.post(page(oslo), {"answer": "accept", "seen": before})
    assert "The team has changed since you opened this page." in text(response)
    assert "Deltaker Prøve 9" in text(response)
    again = as_oslo.post(page(oslo), {"answer": "accept", "seen": seen(oslo)}, follow=True)
    assert "The place is accepted." in text(again)


def test_a_team_that_breaks_the_rules_has_no_button(as_oslo, oslo):
    oslo.application.members.update(sector="culture")
    response = as_oslo.get(page(oslo))
    assert "The team does not keep the rules, so the place cannot be accepted yet" in text(response)
    assert b'value="accept"' not in response.content
    assert b'value="decline"' in response.content


def test_what_the_page_says_to_the_others(log_in, told, oslo, administrator, clock):
    def said(code: str) -> str:
        offer = offer_of(told, code)
        return text(log_in(offer.application.coordinator).get(page(offer)))

    assert "Number 1 on the waiting list" in said("1804")
    assert "Nothing is drawn again." in said("1804")
    accept(oslo)
    assert "Give up the place" in said("0301")
    decline(offer_of(told, "4601"))
    offers.entitle(offer_of(told, "5610").application, by=administrator, now=LATER, reason="Right.")
    assert "The next place that becomes free is yours" in said("5610")
    clock.move_to(AFTER)
    # The sweep has not run yet.
    assert "The offer has expired" in said("1818")
    offers.expire_due(AFTER)
    assert "The deadline was Thursday 8 July 2027 at 23:59, and nobody had answered." in said("1818")


def test_a_place_that_is_only_held_is_not_told(log_in, told, administrator):
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code))
    late = ready_application(told, municipality("5001"))
    offer = offers.give_place(late, by=administrator, now=LATER)
    assert "No place has been offered" in text(log_in(late.coordinator).get(page(offer)))
    offers.take_back(offer, reason="A mistake.", by=administrator, now=LATER)
    assert "No place has been offered" in text(log_in(late.coordinator).get(page(offer)))


def test_who_waits_sees_the_number_while_a_place_is_only_held(log_in, told, administrator):
    offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
    waiting = offer_of(told, "1804")
    client = log_in(waiting.application.coordinator)
    before = text(client.get(page(waiting))), text(client.get(waiting.application.get_absolute_url()))
    assert all("Number 1 on the waiting list" in said for said in before)
    decline(offer_of(told, "4601"))
    offers.give_place(waiting.application, by=administrator, now=LATER)
    after = text(client.get(page(waiting))), text(client.get(waiting.application.get_absolute_url()))
    assert after == before
    refused = text(client.post(page(waiting), {"answer": "decline", "reason": ""}))
    assert "There is no offer to answer now: the state is «On the waiting list»." in refused
    offers.take_back(offer_of(told, "1804"), reason="A mistake.", by=administrator, now=LATER)
    assert text(client.get(waiting.application.get_absolute_url())) == before[1]


def test_who_was_told_of_no_place_sees_no_more_while_one_is_only_held(log_in, told, administrator):
    offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
    offers.tell_left_waiting(LATER)
    told_of_none = offer_of(told, "1804")
    client = log_in(told_of_none.application.coordinator)
    before = text(client.get(page(told_of_none)))
    assert "There is no place for the municipality" in before
    decline(offer_of(told, "4601"))
    offers.give_place(told_of_none.application, by=administrator, now=LATER)
    assert text(client.get(page(told_of_none))) == before


@pytest.mark.parametrize("is_held", [False, True])
def test_who_withdraws_before_a_place_is_offered_reads_that_they_did(log_in, told, administrator, is_held):
    waiting = offer_of(told, "1804")
    if is_held:
        offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
        decline(offer_of(told, "4601"))
        offers.give_place(waiting.application, by=administrator, now=LATER)
    coordinator = waiting.application.coordinator
    submission.withdraw(waiting.application, by=coordinator, now=LATER, reason="No money.")
    said = text(log_in(coordinator).get(page(waiting)))
    assert (
        "There is no place for the municipality The application has been withdrawn. Reason: No money."
        " Back to the application" in said
    )


def test_the_page_of_an_application_leads_to_the_offer(as_oslo, oslo):
    response = as_oslo.get(oslo.application.get_absolute_url())
    assert "Oslo is offered a place. Answer by Thursday 8 July 2027 at 23:59" in text(response)
    assert page(oslo) in response.content.decode()


def test_an_unproven_editor_sees_and_does_not_answer(log_in, oslo):
    oslo.application.coordinator.affiliations.update(state="pending", proof="", decided_at=None)
    response = log_in(oslo.application.coordinator).get(page(oslo))
    assert "Only people whom the school knows to act for Oslo can answer." in text(response)
    assert b'name="answer"' not in response.content
    posted = log_in(oslo.application.coordinator).post(page(oslo), {"answer": "decline"})
    assert "The school must confirm that you act for Oslo" in text(posted)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_one_person_as_for_three(as_oslo, oslo, django_assert_num_queries, rows):
    others = oslo.application.members.all()[rows:].values_list("pk", flat=True)
    oslo.application.members.filter(pk__in=list(others)).update(participation="reserve")
    as_oslo.get(page(oslo))
    with django_assert_num_queries(12):
        as_oslo.get(page(oslo))


# --- What waits -----------------------------------------------------------------------------------


def test_what_waits_for_a_coordinator(told, oslo):
    coordinator = oslo.application.coordinator
    assert [(each.title, each.due_at) for each in offer_waits(coordinator, LATER)] == [
        ("Answer the offer of a place for Oslo", LAST_MINUTE)
    ]
    assert offer_waits(coordinator, AFTER) == []
    accept(oslo)
    assert offer_waits(coordinator, LATER) == []


def test_what_waits_for_the_school(told, administrator):
    def titles() -> list[tuple[str, int | None]]:
        return [(each.title, each.count) for each in offer_waits(administrator, LATER)]

    assert titles() == []
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code))
    assert titles() == [("Free places: Autumn 2027", 1)]
    late = ready_application(told, municipality("5001"))
    offers.give_place(late, by=administrator, now=LATER)
    assert titles() == [("A place is held for Trondheim, but no decision gives it", None)]
    decisions.decide(late, "place", leaves_at=LATER, by=administrator, now=LATER)
    assert titles() == []
    decline(offer_of(told, "4646"))
    assert titles() == [("Free places: Autumn 2027", 1)]
    offers.close_waiting_list(told, reason="It has begun.", by=administrator, now=LATER)
    assert titles() == []


# --- The school's list ----------------------------------------------------------------------------


@pytest.fixture
def as_school(log_in, administrator):
    return log_in(administrator)


def url_of_list(told, query: str = "") -> str:
    return reverse("applications:offer_list", args=[told.slug]) + query


def listed(response) -> list[str]:
    return [offer.application.lead.code for offer, _color in response.context["rows"]]


def test_the_list_counts_finds_filters_and_sorts(as_school, told, oslo):
    accept(oslo)
    decline(offer_of(told, "4601"), reason="No money.")
    response = as_school.get(url_of_list(told))
    assert [(card["label"], card["value"]) for card in response.context["cards"]] == [
        ("Places", 4),
        ("Accepted", 1),
        ("Wait for an answer", 3),
        ("Free places", 0),
        ("On the waiting list", 1),
    ]
    assert sorted(listed(response)) == sorted(LEADS)
    assert listed(as_school.get(url_of_list(told, "?state=declined"))) == ["4601"]
    assert listed(as_school.get(url_of_list(told, "?q=oslo"))) == ["0301"]
    assert listed(as_school.get(url_of_list(told, f"?q={oslo.application.reference}"))) == ["0301"]
    assert listed(as_school.get(url_of_list(told, "?sort=-state")))[0] == "4601"
    assert "No offers found" in text(as_school.get(url_of_list(told, "?q=nobody")))


def test_the_log_explains_each_line(as_school, told):
    decline(offer_of(told, "4601"))
    said = text(as_school.get(url_of_list(told)))
    assert (
        "Place 3: Bodø took over from Bergen Saturday 26 June 2027 at 10:00 Bodø has the lowest lot of those"
        " on the waiting list from the same size class as Bergen. Nobody from the same region is left. Every"
        " quota is kept."
    ) in said


def test_the_same_log_stands_on_the_public_page(anybody, told):
    url = reverse("applications:draw", args=[told.slug])
    assert "No place has become free." in text(anybody.get(url))
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code), reason="We cannot spare the people.")
    said = text(anybody.get(url))
    assert "Not every quota can be kept: the deviation is 1000, and nobody on the waiting list gives" in said
    assert (
        "Place 3: nobody took over from Bergen Saturday 26 June 2027 at 10:00 Nobody was left on the waiting"
        " list, so the place became free."
    ) in said
    assert "We cannot spare the people." not in said


@pytest.mark.parametrize("promoted", [1, 3])
def test_the_public_page_asks_as_much_for_three_lines_as_for_one(
    anybody, told, django_assert_num_queries, promoted
):
    for code in ("0301", "1818", "4601")[:promoted]:
        decline(offer_of(told, code))
    anybody.get(reverse("applications:draw", args=[told.slug]))
    with django_assert_num_queries(7):
        anybody.get(reverse("applications:draw", args=[told.slug]))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(as_school, told, django_assert_num_queries, rows):
    keep = ("4601", "1818", "4646")[:rows]
    for code in keep:
        decline(offer_of(told, code))
    response = as_school.get(url_of_list(told, "?state=declined"))
    assert sorted(listed(response)) == sorted(keep)
    with django_assert_num_queries(9):
        as_school.get(url_of_list(told, "?state=declined"))


def test_an_intake_without_offers(as_school, drawn):
    assert "There are no offers yet" in text(as_school.get(url_of_list(drawn.intake)))


def test_the_export_is_the_filtered_list(as_school, told):
    decline(offer_of(told, "4601"), reason="=No money")
    url = reverse("applications:offer_export", args=[told.slug, "csv"])
    response = as_school.get(f"{url}?state=declined")
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [len(rows), rows[1][1:6], rows[1][11]] == [
        2,
        ["4601", "Bergen", "Vestland", "Declined", ""],
        "'=No money",
    ]
    book = openpyxl.load_workbook(
        BytesIO(as_school.get(reverse("applications:offer_export", args=[told.slug, "xlsx"])).content)
    )
    assert book.active.max_row == 7
    assert [event.verb for event in audit.history(told)][:2] == ["downloaded the list of applications"] * 2
    assert as_school.get(reverse("applications:offer_export", args=[told.slug, "pdf"])).status_code == 404


# --- The school's deeds ---------------------------------------------------------------------------


def deed(offer: Offer, name: str) -> str:
    return reverse("applications:offer_deed", args=[offer.pk, name])


def case(offer: Offer) -> str:
    return reverse("applications:offer_case", args=[offer.pk])


def test_the_application_leads_to_its_offer(as_school, told, oslo):
    page = as_school.get(reverse("applications:case", args=[oslo.application.reference])).content.decode()
    assert f'href="{case(oslo)}"' in page


def test_accepting_on_the_municipalitys_word_names_the_team_that_it_is_for(as_school, told, oslo):
    response = as_school.get(deed(oslo, "accept"))
    said = text(response)
    assert "with this team: Deltaker Prøve 1, Deltaker Prøve 2, Deltaker Prøve 3." in said
    assert "Koordinator Oslo (koordinator0301@example.no) gets a receipt by e-mail" in said
    values = {"team_seen": response.context["form"]["team_seen"].value(), "reason": "By telephone."}
    empty = text(as_school.post(deed(oslo, "accept"), {**values, "reason": ""}))
    assert "Fill in “How the municipality has answered”." in empty
    oslo.application.members.filter(name="Deltaker Prøve 1").update(unit="Another unit")
    assert "The team has changed since you opened this page." in text(
        as_school.post(deed(oslo, "accept"), values)
    )
    values["team_seen"] = as_school.get(deed(oslo, "accept")).context["form"]["team_seen"].value()
    response = as_school.post(deed(oslo, "accept"), values, follow=True)
    assert "The place is accepted, and the persons in the team are invited." in text(response)
    assert standing(told)["0301"] == ("admitted", "accepted", "place", 1)
    assert "There is no offer that waits for an answer." in text(as_school.get(deed(oslo, "accept")))


def test_declining_on_the_municipalitys_word_says_who_is_next(as_school, told, oslo):
    said = text(as_school.get(deed(oslo, "decline")))
    assert "Oslo has no place any more." in said
    assert "As the waiting list stands now, Bodø gets the place." in said
    as_school.post(deed(oslo, "decline"), {"reason": "By telephone."})
    assert standing(told)["0301"] == ("declined", "declined", "place", None)


def test_a_team_that_does_not_keep_the_rules_is_not_accepted_for(as_school, oslo):
    oslo.application.members.update(sector="culture")
    said = text(as_school.get(deed(oslo, "accept")))
    assert "This cannot be done" in said
    assert "The team comes from 1 sector." in said


def test_undoing_says_first_who_gets_mail(as_school, told, oslo):
    accept(oslo)
    assert "Undo the answer" in text(as_school.get(case(oslo)))
    said = text(as_school.get(deed(oslo, "undo")))
    assert "It has a place, and a new deadline: Monday 12 July 2027 at 23:59." in said
    assert "Koordinator Oslo (koordinator0301@example.no) gets an e-mail" in said
    as_school.post(deed(oslo, "undo"), {"reason": " "})
    assert standing(told)["0301"] == ("admitted", "accepted", "place", 1)
    response = as_school.post(deed(oslo, "undo"), {"reason": "A misclick."}, follow=True)
    assert "The municipality can answer again." in text(response)
    assert standing(told)["0301"] == ("admitted", "sent", "place", 1)


def test_withdrawing_leads_to_a_decision_that_another_approves(as_school, told, oslo, second_administrator):
    said = text(as_school.get(deed(oslo, "withdraw")))
    assert "As the waiting list stands now, Bodø gets the place." in said
    assert "before another administrator has approved the decision" in said
    response = as_school.post(deed(oslo, "withdraw"), {"reason": "Only two persons."}, follow=True)
    decision = Decision.objects.standing().get()
    assert reverse("applications:decision", args=[decision.pk]) in response.content.decode()
    assert "A decision that withdraws the offer is prepared already." in text(
        as_school.get(deed(oslo, "withdraw"))
    )
    decisions.approve(decision, by=second_administrator, now=LATER)
    releases.release_due(LATER)
    assert "Withdrawn by the school" in text(as_school.get(case(oslo)))


def test_taking_back_a_place_that_nobody_was_told_of(as_school, told, administrator):
    for code in ("0301", "1818", "4601"):
        decline(offer_of(told, code))
    offer = offers.give_place(ready_application(told, municipality("5001")), by=administrator, now=LATER)
    said = text(as_school.get(deed(offer, "take-back")))
    assert "Trondheim has not been told of the place, and gets no mail." in said
    assert "Nobody is called for the place after that: it stays free." in said
    as_school.post(deed(offer, "take-back"), {"reason": "A mistake."})
    assert Offer.objects.get(pk=offer.pk).state == "withdrawn"
    assert "The municipality has been told of its place." in text(as_school.get(deed(offer, "take-back")))


def test_a_deed_that_is_refused_says_why(as_school, told, oslo):
    response = as_school.post(deed(oslo, "undo"), {"reason": "A misclick."})
    assert "There is no answer to undo." in text(response)
    assert as_school.get(deed(oslo, "burn")).status_code == 404


def test_closing_the_waiting_list_names_everybody_who_gets_a_letter(as_school, told):
    url = reverse("applications:waiting_list_close", args=[told.slug])
    said = text(as_school.get(url))
    assert "2 municipalities still wait." in said
    assert "Bodø, number 1: Koordinator Bodø, koordinator1804@example.no" in said
    Message.objects.all().delete()
    response = as_school.post(url, {"reason": "The first session has been held."}, follow=True)
    assert "The waiting list was closed Saturday 26 June 2027 at 10:00" in text(response)
    offers.sweep(LATER)
    assert sorted(Message.objects.values_list("to_email", flat=True)) == [
        "koordinator1804@example.no",
        "koordinator5610@example.no",
    ]
    assert "The waiting list is closed already." in text(as_school.get(url))
