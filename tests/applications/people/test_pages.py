"""The pages: the invited person's, the team's, the school's; who sees them and how many queries they cost."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from applications import models as a
from applications import tokens
from applications.actions.participation import answer_invitation, invite_team
from applications.models.content import MEMBER_FIELDS, values_of
from applications.states import Basis, OfferState, Participation, State
from applications.waiting.people import people_waits
from innoskole.accounts.audit import history
from innoskole.accounts.models import User
from tests.applications.people.conftest import accepted, states, tell
from tests.applications.people.test_invitations import confirm, fresh, mails
from tests.factories import (
    NOW,
    ApplicationFactory,
    MunicipalityFactory,
    PartnerFactory,
    TeamMemberFactory,
    UserFactory,
    person_for,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def invited(team) -> a.TeamMember:
    return invite_team(team, now=NOW)[0]


def path_of(member: a.TeamMember) -> str:
    return "/invitation/" + tokens.invitation_url(member).rstrip("/").rpartition("/")[2] + "/"


def page(team: a.Application, name: str = "people", *args: object) -> str:
    return reverse(f"applications:{name}", args=[team.reference, *args])


# --- The invited person's page --------------------------------------------------------------------


def test_the_page_says_everything_before_the_answer(client, invited) -> None:
    body = client.get(path_of(invited), headers={"accept-language": "en"}).content.decode()
    for text in (
        "Bodø has nominated you for its team",
        "Six sessions of two to three days, 14 days in all",
        "Student",
        "can earn 30 credits",
        "Bachelor of nursing, 2012",
        "kari@bodo.kommune.no",
        "Yes, I take part",
        "No, I do not take part",
    ):
        assert text in body
    assert fresh(invited).participation == Participation.INVITED  # opening the link answers nothing


def test_a_course_participant_sees_the_consequence(client, invited) -> None:
    a.Decision.objects.filter(member=invited).delete()
    tell(invited, Basis.COURSE_PARTICIPANT)
    body = client.get(path_of(invited)).content.decode()
    assert "Course participant" in body
    assert "cannot sit the exam, and receive a certificate without credits" in body


def test_what_is_decided_and_not_told_is_not_shown(client, invited) -> None:
    a.Decision.objects.filter(member=invited).update(state="prepared", issued_at=None)
    body = client.get(path_of(invited)).content.decode()
    assert "The school has not yet told you." in body
    assert "Yes, I take part" not in body
    assert "can earn 30 credits" not in body


def yes(client, member: a.TeamMember, **changes) -> object:
    form = client.get(path_of(member)).context["form"]
    said = {
        "answer": "yes",
        "seen": form["seen"].value(),
        "name": member.name,
        "is_correct": "on",
        "consent": "on",
        "language": "nn",
    }
    said = {key: value for key, value in {**said, **changes}.items() if value is not None}
    return client.post(path_of(member), said)


def test_yes_by_post(client, invited) -> None:
    response = yes(client, invited)
    assert "Thank you: you take part" in response.content.decode()
    stored = fresh(invited)
    assert stored.participation == Participation.CONFIRMED
    assert stored.consent_text in client.get(path_of(invited)).content.decode()
    assert User.objects.get(email=invited.email).language == "nn"


@pytest.mark.parametrize("lacking", ["name", "is_correct", "consent", "language"])
def test_a_yes_lacks_nothing(lacking, client, invited) -> None:
    response = yes(client, invited, **{lacking: None})
    assert list(response.context["form"].errors) == [lacking]
    assert fresh(invited).participation == Participation.INVITED


def test_a_refused_yes_keeps_what_was_typed_and_can_be_sent_again(client, invited) -> None:
    response = yes(client, invited, seen="old")
    assert "has changed since you opened it" in response.content.decode()
    form = response.context["form"]
    assert (form["name"].value(), form["consent"].value()) == (invited.name, True)
    yes(client, invited, seen=form["seen"].value())
    assert fresh(invited).participation == Participation.CONFIRMED


def test_who_has_an_account_chooses_no_language(client, invited) -> None:
    UserFactory(email=invited.email, language="nb")
    assert "language" not in client.get(path_of(invited)).context["form"].fields
    yes(client, invited, language=None)
    assert User.objects.get(email=invited.email).language == "nb"


def test_no_by_post_with_or_without_a_reason(client, invited) -> None:
    response = client.post(path_of(invited), {"answer": "no", "reason": ""})
    assert "You do not take part" in response.content.decode()
    assert states(invited.application)[invited.name] == Participation.WITHDRAWN


def test_an_answer_that_is_none_is_refused(client, invited) -> None:
    response = client.post(path_of(invited), {"answer": "perhaps"})
    assert "Choose one of the two answers." in response.content.decode()
    assert fresh(invited).participation == Participation.INVITED


def test_no_answer_once_the_place_is_given_up(client, invited) -> None:
    a.Offer.objects.update(state=OfferState.DECLINED)
    body = client.get(path_of(invited)).content.decode()
    assert "You cannot answer now" in body
    assert "No, I do not take part" not in body


@pytest.mark.parametrize("form", ["nb", "nn"])
def test_the_page_speaks_the_municipality_s_language(form, client, invited) -> None:
    invited.application.lead.language_form = form
    invited.application.lead.save()
    assert f'<html lang="{form}">' in client.get(path_of(invited)).content.decode()


@pytest.mark.parametrize("token", ["none", "x:y"])
def test_a_link_that_is_none(token, client) -> None:
    assert client.get(f"/invitation/{token}/").status_code == 404


# --- The page of the team -------------------------------------------------------------------------


def test_the_school_and_the_colleagues_see_the_team_and_nobody_else(
    team, log_in, coordinator, colleague, administrator, outsider, instructor
) -> None:
    partner = person_for("5057", "Pia Partner", "pia@orland.kommune.no")
    PartnerFactory(application=team, confirmed=True)
    statuses = {
        user.name: log_in(user).get(page(team)).status_code
        for user in (coordinator, colleague, administrator, outsider, instructor, partner)
    }
    assert statuses == {
        coordinator.name: 200,
        colleague.name: 200,
        administrator.name: 200,
        outsider.name: 404,
        instructor.name: 404,
        partner.name: 404,
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_the_team_costs_the_same_for_one_and_three(
    rows, team, log_in, coordinator, django_assert_num_queries
) -> None:
    for number in range(3, rows, -1):
        a.TeamMember.everyone.filter(name=f"Deltaker Prøve {number}").update(
            participation=Participation.WITHDRAWN, left_at=NOW
        )
    for number in range(rows):
        TeamMemberFactory(application=team, name=f"Reserve {number}", participation=Participation.RESERVE)
    browser = log_in(coordinator)
    browser.get(page(team))
    with django_assert_num_queries(5):
        browser.get(page(team))


def test_the_team_shows_progress_and_no_documents(team, invited, log_in, coordinator) -> None:
    confirm(invited)
    body = log_in(coordinator).get(page(team)).content.decode()
    for text in (
        "The team fulfils the rules of the intake",
        "Confirmed",
        "Student",
        "Who was in the team when",
    ):
        assert text in body
    assert "Bachelor of nursing" not in body


def test_what_is_not_told_is_not_shown_to_the_coordinator(team, log_in, coordinator) -> None:
    a.Decision.objects.update(state="prepared", issued_at=None)
    body = log_in(coordinator).get(page(team)).content.decode()
    assert "The school has not told yet" in body
    assert "Student" not in body


def test_the_invitation_is_sent_again_by_a_button(team, invited, log_in, coordinator) -> None:
    browser, path = log_in(coordinator), page(team, "person_invite", invited.pk)
    shown = browser.get(path)
    assert f"gets an e-mail at {invited.email}" in shown.content.decode()
    browser.post(path, {"seen": shown.context["form"]["seen"].value()})
    assert mails("invitation").count(invited.email) == 2


def test_a_person_is_withdrawn_and_the_page_says_what_follows(team, invited, log_in, colleague) -> None:
    browser, path = log_in(colleague), page(team, "person_withdraw", invited.pk)
    body = browser.get(path).content.decode()
    assert "The team lacks 1 person." in body
    assert f"gets an e-mail at {invited.email}" in body
    assert "Kari Koordinator, who is the contact person, gets an e-mail." in body
    assert browser.post(path, {"reason": ""}).context["form"].errors
    browser.post(path, {"reason": "A new position."})
    assert "The team does not fulfil the rules of the intake" in browser.get(page(team)).content.decode()


def test_a_named_reserve_takes_over(team, invited, reserve, log_in, coordinator) -> None:
    browser, path = log_in(coordinator), page(team, "person_replace", invited.pk)
    assert reserve.name in browser.get(path).content.decode()
    browser.post(path, {"reserve": reserve.pk, "reason": "A new position."})
    assert states(team)[reserve.name] == Participation.NOMINATED


def test_only_legal_reserves_are_on_offer(team, reserve, log_in, coordinator) -> None:
    team.intake.sectors_min = 4
    team.intake.save()
    reserve.sector = "culture"
    reserve.save()
    member = team.members.first()
    path = page(team, "person_replace", member.pk)
    browser = log_in(coordinator)
    body = browser.get(path).content.decode()
    assert "Reserves who cannot take over" in body
    assert "No reserve can take over" in body
    browser.post(path, {"reserve": reserve.pk, "reason": "Why not."})
    assert states(team)[reserve.name] == Participation.RESERVE


def person_values(**changes) -> dict[str, object]:
    return {**values_of(TeamMemberFactory.build(application=None), MEMBER_FIELDS), **changes}


def test_a_new_person_takes_over(team, invited, log_in, coordinator) -> None:
    browser, path = log_in(coordinator), page(team, "person_replace_new", invited.pk)
    assert browser.get(path).status_code == 200
    browser.post(path, person_values(name="Nykommer Prøve", reason="A new position."))
    assert states(team) == {
        "Deltaker Prøve 1": Participation.REPLACED,
        "Deltaker Prøve 2": Participation.INVITED,
        "Deltaker Prøve 3": Participation.INVITED,
        "Nykommer Prøve": Participation.NOMINATED,
    }


def test_a_reserve_is_named_corrected_and_removed(team, log_in, coordinator) -> None:
    browser = log_in(coordinator)
    browser.post(page(team, "reserve_add"), person_values(name="Reserve Prøve"))
    reserve = a.TeamMember.everyone.get(name="Reserve Prøve")
    said = {"name": "Reserve Rettet", "email": reserve.email, "position": "P", "unit": "U"}
    browser.post(page(team, "person_correct", reserve.pk), said)
    assert states(team)["Reserve Rettet"] == Participation.RESERVE
    assert "Nobody gets an e-mail" in browser.get(page(team, "reserve_remove", reserve.pk)).content.decode()
    browser.post(page(team, "reserve_remove", reserve.pk))
    assert "Reserve Rettet" not in states(team)


def test_a_misclick_is_opened_again(team, invited, log_in, administrator) -> None:
    answer_invitation(fresh(invited), accepted=False, now=NOW)
    browser, path = log_in(administrator), page(team, "person_reopen", invited.pk)
    assert "gets a new invitation" in browser.get(path).content.decode()
    browser.post(path)
    assert fresh(invited).participation == Participation.INVITED


@pytest.mark.parametrize(
    "name", ["person_correct", "person_invite", "person_withdraw", "person_replace", "person_reopen"]
)
def test_a_person_of_another_team_does_not_exist(name, team, log_in, coordinator, outsider) -> None:
    other = ApplicationFactory(intake=team.intake, lead=MunicipalityFactory(), team=1)
    stranger = other.members.first()
    assert log_in(coordinator).get(page(team, name, stranger.pk)).status_code == 404
    assert log_in(outsider).get(page(team, name, team.members.first().pk)).status_code == 404


# --- The school's pages ---------------------------------------------------------------------------


def teams(intake: a.Intake, count: int) -> list[a.Application]:
    found = []
    for number in range(count):
        application = ApplicationFactory(
            intake=intake, lead=MunicipalityFactory(name=f"By {number}"), state=State.ADMITTED, team=3
        )
        for member in application.members.all():
            tell(member)
        accepted(application)
        found.append(application)
    return found


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_teams_costs_the_same_for_one_and_three(
    rows, intake, log_in, administrator, django_assert_num_queries
) -> None:
    teams(intake, rows)
    browser = log_in(administrator)
    path = f"/admin/intakes/{intake.slug}/teams/"
    browser.get(path)
    with django_assert_num_queries(6):
        response = browser.get(path)
    assert len(response.context["teams"]) == rows


def test_the_list_is_filtered_and_exported_as_filtered(intake, log_in, administrator) -> None:
    broken, waiting, confirmed = teams(intake, 3)
    a.TeamMember.everyone.filter(application=broken).update(
        participation=Participation.WITHDRAWN, left_at=NOW
    )
    for member in invite_team(confirmed, now=NOW):
        confirm(member)
    browser = log_in(administrator)
    path = f"/admin/intakes/{intake.slug}/teams/"
    for status, expected in (
        ("", [broken, waiting, confirmed]),
        ("broken", [broken]),
        ("waiting", [waiting]),
        ("confirmed", [confirmed]),
        ("nonsense", [broken, waiting, confirmed]),
    ):
        found = browser.get(path, {"status": status}).context["teams"]
        assert [team.application for team, _color in found] == expected
    text = browser.get(f"{path}export.csv?status=confirmed").content.decode("utf-8-sig")
    lines = list(csv.reader(StringIO(text), delimiter=";"))[1:]
    assert [(line[0], line[7]) for line in lines] == [
        (confirmed.reference, f"Deltaker Prøve {number}") for number in (1, 2, 3)
    ]
    book = openpyxl.load_workbook(BytesIO(browser.get(f"{path}export.xlsx").content)).active
    assert [row[0] for row in book.iter_rows(min_row=2, values_only=True)] == [
        broken.reference,
        *[waiting.reference] * 3,
        *[confirmed.reference] * 3,
    ]
    assert browser.get(f"{path}export.pdf").status_code == 404
    event = history(intake).filter(changes__has_key="Filter").last()
    assert event.changes["Filter"] == ["", "status=confirmed"]


def test_an_empty_list_says_so(intake, log_in, administrator) -> None:
    path = f"/admin/intakes/{intake.slug}/teams/"
    assert "No team has a place yet" in log_in(administrator).get(path).content.decode()
    assert "No teams found" in log_in(administrator).get(f"{path}?status=broken").content.decode()


def test_a_newcomer_is_assessed_and_the_letter_prepared_on_the_page(
    team, reserve, log_in, administrator, second_administrator
) -> None:
    a.TeamMember.everyone.filter(pk=reserve.pk).update(participation=Participation.NOMINATED, joined_at=NOW)
    browser = log_in(administrator)
    path = reverse("applications:assess", args=[team.reference, reserve.pk])
    assert "The letter can be prepared when" in browser.get(path).content.decode()
    response = browser.post(path, {"outcome": Basis.QUALIFIED, "reason": "A bachelor's degree."})
    assert response.url == path
    body = browser.get(path).content.decode()
    assert f"The letter goes to {reserve.email}" in body
    browser.post(reverse("applications:person_letter", args=[team.reference, reserve.pk]))
    assert "A letter is under way: Admitted as a student. Prepared." in browser.get(path).content.decode()


# --- What waits -----------------------------------------------------------------------------------


def waits(user: User) -> list[str]:
    return [item.title for item in people_waits(user, NOW)]


def test_an_invitation_waits_for_whose_address_is_confirmed(invited) -> None:
    user = UserFactory(email=invited.email)
    assert waits(user) == ["You are invited to the innovation school with Bodø"]
    assert people_waits(user, NOW)[0].url == tokens.invitation_url(invited)
    user.emailaddress_set.update(verified=False)
    assert waits(user) == []


def test_an_invitation_waits_until_it_is_answered_and_while_there_is_a_place(invited) -> None:
    user = UserFactory(email=invited.email)
    a.Offer.objects.update(state=OfferState.DECLINED)
    assert waits(user) == []
    a.Offer.objects.update(state=OfferState.ACCEPTED)
    confirm(invited)
    assert waits(user) == []


def test_a_broken_team_waits_for_its_colleagues_and_the_school(
    team, coordinator, outsider, administrator
) -> None:
    assert (waits(coordinator), waits(administrator)) == ([], [])
    a.TeamMember.everyone.filter(name="Deltaker Prøve 1").update(
        participation=Participation.WITHDRAWN, left_at=NOW
    )
    assert waits(coordinator) == ["The team of Bodø does not fulfil the rules"]
    assert waits(outsider) == []
    assert waits(administrator) == ["Teams that do not fulfil the rules: Autumn 2027"]
    assert people_waits(administrator, NOW)[0].count == 1


def test_a_newcomer_waits_for_the_school_to_assess_and_to_tell(
    team, reserve, administrator, second_administrator
) -> None:
    a.TeamMember.everyone.filter(pk=reserve.pk).update(participation=Participation.NOMINATED, joined_at=NOW)
    assert waits(administrator) == ["Assess a new person in the team of Bodø: Reserve Prøve"]
    a.Assessment.objects.create(
        member=reserve,
        version=1,
        proposal=Basis.QUALIFIED,
        outcome=Basis.INDIVIDUALLY_QUALIFIED,
        reason="R",
        decided_by=administrator,
        decided_at=NOW,
        needs_approval=True,
    )
    assert waits(administrator) == []
    assert len(waits(second_administrator)) == 1
    a.TeamMember.everyone.filter(pk=reserve.pk).update(basis=Basis.QUALIFIED)
    assert waits(administrator) == ["Prepare the letter to a new person in the team of Bodø: Reserve Prøve"]
    tell(reserve)
    assert waits(administrator) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_costs_the_same_for_one_and_three(
    rows, intake, administrator, django_assert_num_queries
) -> None:
    user = UserFactory(email="deltaker@example.no")
    for application in teams(intake, rows):
        application.members.filter(name="Deltaker Prøve 1").update(email=user.email)
        invite_team(application, now=NOW)
        a.TeamMember.everyone.filter(application=application, name="Deltaker Prøve 2").update(
            basis=Basis.UNASSESSED, joined_at=NOW
        )
    with django_assert_num_queries(3):
        assert len(people_waits(user, NOW)) == rows
    with django_assert_num_queries(5):
        assert len(people_waits(administrator, NOW)) == rows
