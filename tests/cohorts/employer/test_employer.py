"""What a participant lets their municipality see, and what the municipality then sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from applications.models import Application
from cohorts import employer
from cohorts.actions.employer import consent, record_look, withdraw_consent
from cohorts.employer import Milestone
from cohorts.home import employers
from cohorts.models import Cohort, Consent, Participant, Team
from cohorts.models.employer import consent_text, employed_teams
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from tests.cohorts.factories import CohortFactory, ParticipantFactory, SessionFactory, TeamFactory
from tests.factories import NOW, UserFactory, municipality

CONSENT = reverse("cohorts:consent", args=["running"])
LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _english(now: Any) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cohort(db: None) -> Cohort:
    cohort: Cohort = CohortFactory(intake__slug="running")
    SessionFactory(cohort=cohort, number=1)
    return cohort


@pytest.fixture
def team(cohort: Cohort) -> Team:
    return TeamFactory(cohort=cohort, lead=municipality("1804"), people=0)


@pytest.fixture
def kari(team: Team) -> Participant:
    return _participant(team, "Kari Prøve")


@pytest.fixture
def ola(team: Team, kari: Participant) -> Participant:
    return _participant(team, "Ola Prøve")


@pytest.fixture
def page(team: Team) -> str:
    return reverse("cohorts:employer", args=[team.reference])


def _participant(team: Team, name: str) -> Participant:
    made = ParticipantFactory(team=team, user=UserFactory(name=name, language="en"))
    return Participant.objects.with_names().get(pk=made.pk)


def agree(participant: Participant) -> Consent:
    return consent(participant, by=participant.member.user, now=NOW)


def test_a_consent_keeps_its_words_and_can_be_withdrawn_and_given_again(kari: Participant) -> None:
    given = agree(kari)
    assert (given.text, given.given_at, given.withdrawn_at) == (consent_text(kari), NOW, None)
    assert "Bodø" in given.text
    assert "no grades" in given.text
    with pytest.raises(Refused, match="already agreed"):
        agree(kari)
    withdraw_consent(kari, by=kari.member.user, now=LATER)
    with pytest.raises(Refused, match="nothing to withdraw"):
        withdraw_consent(kari, by=kari.member.user, now=LATER)
    assert [event.verb for event in audit.history(given)] == [
        "does not let the municipality see attendance and milestones any more",
        "let the municipality see attendance and milestones",
    ]
    agree(kari)
    assert sorted(Consent.objects.values_list("withdrawn_at", flat=True), key=str) == [LATER, None]


def test_nobody_else_decides_it(kari: Participant, ola: Participant, administrator: User) -> None:
    agree(kari)
    for by in (ola.member.user, administrator):
        with pytest.raises(Refused, match="Only the participant"):
            consent(ola if by == administrator else kari, by=by, now=NOW)
        with pytest.raises(Refused, match="Only the participant"):
            withdraw_consent(kari, by=by, now=NOW)
    assert Consent.objects.get().stands


def test_the_database_keeps_one_standing_consent(kari: Participant) -> None:
    given = agree(kari)
    given.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save()


def test_whose_teams_a_person_sees(
    team: Team, coordinator: User, outsider: User, administrator: User, kari: Participant
) -> None:
    assert list(employed_teams(coordinator)) == [team]
    Application.objects.filter(pk=team.application_id).update(coordinator=outsider)
    assert list(employed_teams(outsider)) == [team]
    for user in (administrator, kari.member.user):
        assert list(employed_teams(user)) == []


def test_the_municipality_sees_those_who_have_agreed_and_a_number(
    kari: Participant, ola: Participant, coordinator: User, log_in: Any, page: str
) -> None:
    browser: Client = log_in(coordinator)
    nobody = browser.get(page)
    assert (nobody.context["rows"], nobody.context["others"]) == ([], 2)
    given = agree(kari)
    assert not audit.history(given).filter(verb__startswith="looked").exists()
    shown = browser.get(page)
    assert [(str(each), said) for each, said, _outlook, _milestones in shown.context["rows"]] == [
        ("Kari Prøve", "0 of 4 half-days are attended, and at least 4 must be (80 per cent).")
    ]
    assert shown.context["others"] == 1
    assert "Ola Prøve" not in shown.content.decode()
    assert ola.member.email not in shown.content.decode()
    withdraw_consent(kari, by=kari.member.user, now=LATER)
    gone = browser.get(page)
    assert (gone.context["rows"], gone.context["others"]) == ([], 2)
    assert "Kari Prøve" not in gone.content.decode()


def test_each_look_is_recorded_on_the_consent_for_the_participant_to_read(
    kari: Participant, coordinator: User, colleague: User, log_in: Any, page: str
) -> None:
    given = agree(kari)
    for user in (coordinator, coordinator, colleague):
        log_in(user).get(page)
    record_look([given], by=coordinator, now=NOW + timedelta(minutes=59))
    record_look([given], by=coordinator, now=NOW + timedelta(minutes=61))
    looks = audit.history(given).filter(verb__startswith="looked")
    assert [event.by for event in looks.order_by("pk")] == [coordinator, colleague, coordinator]
    own = log_in(kari.member.user).get(CONSENT)
    assert len(own.context["lines"]) == 4


def test_milestones_come_from_the_rooms_above_in_their_order(
    kari: Participant, ola: Participant, coordinator: User, log_in: Any, page: str, monkeypatch
) -> None:
    asked: list[list[Participant]] = []

    def requirements(people: Sequence[Participant]) -> dict[int, list[Milestone]]:
        asked.append(list(people))
        return {
            each.pk: [Milestone("The problem", date(2027, 4, 1)), Milestone("The plan")] for each in people
        }

    monkeypatch.setattr(employer, "_providers", [])
    employer.register(requirements)
    employer.register(requirements)
    employer.register(lambda people: {each.pk: [Milestone("Exam registered")] for each in people})
    agree(kari)
    shown = log_in(coordinator).get(page)
    assert asked == [[kari]]
    assert [each for row in shown.context["rows"] for each in row[3]] == [
        Milestone("The problem", date(2027, 4, 1)),
        Milestone("The plan"),
        Milestone("Exam registered"),
    ]
    assert "approved 1 April 2027" in shown.content.decode()
    assert "not approved yet" in shown.content.decode()


def test_a_milestone_has_no_place_for_a_grade() -> None:
    assert list(Milestone.__dataclass_fields__) == ["title", "reached_on"]


def test_saying_yes_and_no_on_the_page(kari: Participant, log_in: Any) -> None:
    browser: Client = log_in(kari.member.user)
    assert browser.get(CONSENT).context["standing"] is None
    assert browser.post(CONSENT, {"answer": "yes"}).url == CONSENT
    assert browser.get(CONSENT).context["standing"] == Consent.objects.get()
    browser.post(CONSENT, {"answer": "yes"})
    assert Consent.objects.count() == 1
    browser.post(CONSENT, {"answer": "no"})
    assert not Consent.objects.get().stands


def test_the_list_leads_straight_to_a_single_team(
    team: Team, coordinator: User, kari: Participant, log_in: Any, page: str
) -> None:
    everything = reverse("cohorts:employers")
    assert log_in(coordinator).get(everything).url == page
    assert log_in(kari.member.user).get(everything).context["teams"] == []
    other = TeamFactory(cohort=CohortFactory(), lead=municipality("1804"), people=0, formed_at=NOW)
    assert log_in(coordinator).get(everything).context["teams"] == [other, team]


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    people: int,
    kari: Participant,
    coordinator: User,
    log_in: Any,
    page: str,
    monkeypatch,
    django_assert_num_queries,
) -> None:
    """But for the look on each consent, which the first visit records."""
    monkeypatch.setattr(employer, "_providers", [])
    everybody = [kari, *(_participant(kari.team, f"Per {number}") for number in range(people - 1))]
    agree(everybody[0])
    browser: Client = log_in(coordinator)
    browser.get(page)
    with django_assert_num_queries(11):
        browser.get(page)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_leads_the_municipality_to_its_teams(
    rows: int, coordinator: User, administrator: User, log_in: Any, django_assert_num_queries
) -> None:
    teams = [
        TeamFactory(
            cohort=CohortFactory(intake__slug=f"year-{number}", intake__year=2027 + number),
            lead=municipality("1804"),
            people=0,
            formed_at=NOW + timedelta(days=number),
        )
        for number in range(rows)
    ]
    with django_assert_num_queries(1):
        section = employers(coordinator)
    addresses = [reverse("cohorts:employer", args=[team.reference]) for team in reversed(teams)]
    assert (section.heading, [room.url for room in section.rooms]) == (
        "The teams of my municipality",
        addresses,
    )
    assert employers(administrator).rooms == []
    home = log_in(coordinator).get(reverse("home")).content.decode()
    assert all(f'href="{address}"' in home for address in addresses)
