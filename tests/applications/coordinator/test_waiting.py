"""What waits for a municipality's people, with its deadline."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications.models import InformationRequest
from applications.tokens import partner_url
from applications.waiting import coordinator_waits
from innoskole.accounts import facts
from innoskole.accounts.waiting import waiting_for
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    IntakeFactory,
    PartnerFactory,
    UserFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db


def waits(user, now=NOW):
    return [(item.title, item.url, item.due_at) for item in coordinator_waits(user, now)]


def test_an_open_intake_waits_for_an_application(intake, coordinator):
    assert waits(coordinator) == [
        ("Apply for a place: Autumn 2027", "/intakes/autumn-2027/apply/", intake.closes_at)
    ]


def test_it_does_not_wait_for_people_without_a_municipality(intake, django_assert_num_queries):
    person = facts.known(UserFactory())
    with django_assert_num_queries(0):
        assert waits(person) == []


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("draft", "Send in the application of Bodø"),
        ("awaiting_approval", "The application of Bodø waits for the guarantee"),
    ],
)
def test_what_is_not_sent_in_waits(intake, coordinator, colleague, state, title):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    expected = [(title, application.get_absolute_url(), intake.closes_at)]
    assert waits(coordinator) == waits(colleague) == expected


@pytest.mark.parametrize("state", ["submitted", "in_review", "ready", "withdrawn"])
def test_what_is_done_does_not_wait(intake, coordinator, state):
    ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    titles = [title for title, _url, _due in waits(coordinator)]
    assert titles == (["Apply for a place: Autumn 2027"] if state == "withdrawn" else [])


def test_nothing_waits_after_the_deadline(intake, coordinator):
    ApplicationFactory(intake=intake, coordinator=coordinator)
    assert waits(coordinator, intake.closes_at + timedelta(seconds=1)) == []


def test_a_question_from_the_school_waits(intake, coordinator, administrator):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state="information_requested")
    asked = InformationRequest.objects.create(
        application=application,
        question="Which?",
        parts=["team"],
        due_at=NOW + timedelta(days=3),
        asked_by=administrator,
        asked_at=NOW,
    )
    url = f"/applications/{application.reference}/information/"
    assert waits(coordinator) == [("Answer the school about the application of Bodø", url, asked.due_at)]
    assert waits(coordinator, asked.due_at + timedelta(seconds=1)) == []


def test_a_neighbours_question_waits_for_proven_people(intake, coordinator):
    part = PartnerFactory(application=ApplicationFactory(intake=intake, coordinator=coordinator))
    olga = person_for("5057", "Olga Ørland", "olga@orland.kommune.no")
    unproven = UserFactory()
    AffiliationFactory(user=unproven, municipality=municipality("5057"), pending=True)
    title = "Shall Ørland take part in the application of Bodø?"
    assert (title, partner_url(part), intake.closes_at) in waits(olga)
    assert title not in [each[0] for each in waits(unproven)]


def test_administrators_have_other_things_to_do(intake, administrator):
    assert waits(administrator) == []


def test_it_stands_on_the_home_page(now, intake, coordinator, log_in):
    ApplicationFactory(intake=intake, coordinator=coordinator)
    assert [item.title for item in waiting_for(coordinator, timezone.now())] == [
        "Send in the application of Bodø"
    ]
    assert "Send in the application of Bodø" in log_in(coordinator).get("/home/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_constant_number_of_queries(coordinator, rows, django_assert_num_queries):
    for number in range(rows):
        intake = IntakeFactory(slug=f"intake-{number}", year=2027 + number)
        ApplicationFactory(intake=intake, coordinator=coordinator)
    person = facts.known(coordinator)
    with django_assert_num_queries(4):
        assert len(coordinator_waits(person, NOW)) == rows
