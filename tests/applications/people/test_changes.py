"""Reserves, withdrawals and replacements; the story of the seed: five offered, one withdraws, four remain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from applications import models as a
from applications.actions.admission import approve, assess, prepare_letter
from applications.actions.decisions import approve as approve_letter
from applications.actions.decisions import issue
from applications.actions.participation import (
    answer_invitation,
    correct_person,
    invite_due,
    invite_team,
    name_reserve,
    remove_reserve,
    reopen,
    replace,
    replace_by_new,
    withdraw_person,
)
from applications.models.content import MEMBER_FIELDS, values_of
from applications.models.people import everyone_of, stays
from applications.states import Basis, DecisionState, Participation, State
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.people.conftest import accepted, stand_of, states, tell
from tests.applications.people.test_invitations import confirm, fresh, mails
from tests.factories import NOW, ApplicationFactory, TeamMemberFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)
EVEN_LATER = NOW + timedelta(hours=3)


def values(**changes) -> dict[str, object]:
    return {**values_of(TeamMemberFactory.build(application=None), MEMBER_FIELDS), **changes}


def by_name(application: a.Application, name: str) -> a.TeamMember:
    return fresh(a.TeamMember.everyone.get(application=application, name=name))


# --- Reserves -------------------------------------------------------------------------------------


def test_a_reserve_is_named_before_and_after_the_draw(team, coordinator) -> None:
    draft = ApplicationFactory(intake=team.intake, coordinator=coordinator, lead=municipality("4646"))
    for application in (draft, team):
        reserve = name_reserve(application, values(name="Reserve Prøve"), by=coordinator, now=NOW)
        assert reserve.participation == Participation.RESERVE
        assert reserve not in application.members.all()
        assert str(history(application).first().verb) == "named a reserve"


@pytest.mark.parametrize("state", [State.DECLINED, State.REJECTED, State.WITHDRAWN, State.NOT_SUBMITTED])
def test_an_application_that_is_out_names_nobody(state, team, coordinator) -> None:
    a.Application.objects.update(state=state)
    with pytest.raises(Refused, match="out of the intake"):
        name_reserve(team, values(), by=coordinator, now=NOW)


def test_nobody_is_named_twice(team, reserve, coordinator) -> None:
    with pytest.raises(Refused, match="named as a reserve"):
        name_reserve(team, values(email=reserve.email.upper()), by=coordinator, now=NOW)
    with pytest.raises(Refused, match="in the team already"):
        name_reserve(team, values(email=team.members.first().email), by=coordinator, now=NOW)


def test_a_removed_reserve_leaves_nothing(team, reserve, coordinator) -> None:
    remove_reserve(reserve, by=coordinator, now=NOW)
    assert reserve.name not in states(team)
    with pytest.raises(Refused, match="no reserve any more"):
        remove_reserve(team.members.first(), by=coordinator, now=NOW)


# --- Correcting -----------------------------------------------------------------------------------


def test_a_corrected_address_gets_the_invitation(team, coordinator) -> None:
    member = invite_team(team, now=NOW)[0]
    said = {"name": member.name, "email": "New@example.no", "position": "Librarian", "unit": "Library"}
    for _click in range(2):
        correct_person(fresh(member), said, by=coordinator, now=LATER)
    assert mails("invitation")[3:] == ["new@example.no"]
    assert list(Message.objects.filter(to_email=member.email).values_list("state", flat=True)) == [
        Message.State.VOID
    ]
    stored = fresh(member)
    assert (stored.email, stored.position, stored.unit, stored.invited_at) == (
        "new@example.no",
        "Librarian",
        "Library",
        LATER,
    )


def test_the_address_of_who_has_confirmed_is_their_own(team, coordinator) -> None:
    member = invite_team(team, now=NOW)[0]
    confirm(member)
    said = {"name": "Deltaker Rettet", "email": "x@example.no", "position": "P", "unit": "U"}
    with pytest.raises(Refused, match="on their own page"):
        correct_person(fresh(member), said, by=coordinator, now=LATER)
    correct_person(fresh(member), {**said, "email": member.email}, by=coordinator, now=LATER)
    assert fresh(member).name == "Deltaker Rettet"


# --- Leaving --------------------------------------------------------------------------------------


def test_a_person_is_withdrawn_with_a_reason_and_told(team, coordinator, colleague) -> None:
    member = invite_team(team, now=NOW)[0]
    for _click in range(2):
        withdraw_person(fresh(member), reason="A new position.", by=colleague, now=LATER)
    stored = fresh(member)
    assert (stored.participation, stored.left_at, stored.left_reason) == (
        Participation.WITHDRAWN,
        LATER,
        "A new position.",
    )
    assert (mails("person_left"), mails("team_changed")) == ([member.email], [coordinator.email])
    assert Message.objects.get(kind="invitation", to_email=member.email).state == Message.State.VOID
    assert stand_of(team).lacks == ["The team lacks 1 person."]


def test_who_was_never_invited_is_not_written_to(team, coordinator) -> None:
    withdraw_person(team.members.first(), reason="A new position.", by=coordinator, now=NOW)
    assert (mails("person_left"), mails("team_changed")) == ([], [])


def test_nobody_is_withdrawn_without_a_reason_unproven_or_after_the_beginning(team, coordinator) -> None:
    member = team.members.first()
    with pytest.raises(Refused, match="State the reason"):
        withdraw_person(member, reason="  ", by=coordinator, now=NOW)
    with pytest.raises(Refused, match="must confirm that you act for"):
        withdraw_person(member, reason="Why not.", by=UserFactory(), now=NOW)
    a.TeamMember.everyone.filter(pk=member.pk).update(participation=Participation.ACTIVE)
    with pytest.raises(Refused, match="cannot be changed now"):
        withdraw_person(fresh(member), reason="Why not.", by=coordinator, now=NOW)


def test_a_misclick_is_opened_again_by_the_coordinator(team, coordinator) -> None:
    member = invite_team(team, now=NOW)[0]
    answer_invitation(fresh(member), accepted=False, reason="Oops", now=LATER)
    for _click in range(2):
        reopen(fresh(member), by=coordinator, now=EVEN_LATER)
    stored = fresh(member)
    assert (stored.participation, stored.left_at, stored.left_reason) == (Participation.INVITED, None, "")
    assert mails("invitation").count(member.email) == 2
    confirm(member, now=EVEN_LATER + timedelta(minutes=1))
    assert fresh(member).participation == Participation.CONFIRMED


def test_a_person_of_a_team_that_is_not_invited_yet_is_only_nominated_again(team, coordinator) -> None:
    a.Offer.objects.update(state="sent")
    member = team.members.first()
    withdraw_person(member, reason="A slip.", by=coordinator, now=NOW)
    reopen(fresh(member), by=coordinator, now=LATER)
    assert fresh(member).participation == Participation.NOMINATED
    assert mails("invitation") == []


def test_a_full_team_opens_for_nobody(team, coordinator) -> None:
    member = team.members.first()
    withdraw_person(member, reason="A slip.", by=coordinator, now=NOW)
    TeamMemberFactory.create_batch(2, application=team)
    with pytest.raises(Refused, match="at most 4 people"):
        reopen(fresh(member), by=coordinator, now=LATER)


# --- Replacing ------------------------------------------------------------------------------------


def test_a_reserve_takes_over_from_who_has_left(team, reserve, coordinator) -> None:
    member = invite_team(team, now=NOW)[0]
    answer_invitation(fresh(member), accepted=False, now=LATER)
    for _click in range(2):
        replace(fresh(member), fresh(reserve), by=coordinator, now=EVEN_LATER)
    left, came = fresh(member), fresh(reserve)
    assert (left.participation, left.replaced_by, left.left_at) == (Participation.REPLACED, came, LATER)
    assert (came.participation, came.joined_at) == (Participation.NOMINATED, EVEN_LATER)
    assert stand_of(team).holds
    with pytest.raises(Refused, match="Somebody has taken over"):
        reopen(fresh(member), by=coordinator, now=EVEN_LATER)


def test_a_swap_takes_out_and_in_at_once(team, reserve, coordinator) -> None:
    member = invite_team(team, now=NOW)[0]
    with pytest.raises(Refused, match="State the reason"):
        replace(fresh(member), fresh(reserve), by=coordinator, now=LATER)
    replace(fresh(member), fresh(reserve), reason="A new position.", by=coordinator, now=LATER)
    assert fresh(member).left_reason == "A new position."
    assert mails("person_left") == [member.email]
    assert [str(event.verb) for event in history(team)][:2] == [
        "took over from a person in the team",
        "replaced a person in the team",
    ]


def test_a_swap_that_breaks_the_rules_is_refused_with_the_reason(team, coordinator) -> None:
    team.intake.sectors_min = 3
    team.intake.save()
    reserve = TeamMemberFactory(
        application=team, name="Reserve Prøve", sector="culture", participation=Participation.RESERVE
    )
    member = by_name(team, "Deltaker Prøve 1")  # the only one from health and care
    with pytest.raises(Refused, match="The team must come from at least 3 different sectors"):
        replace(member, fresh(reserve), reason="Why not.", by=coordinator, now=NOW)
    assert states(team) == {
        "Deltaker Prøve 1": Participation.NOMINATED,
        "Deltaker Prøve 2": Participation.NOMINATED,
        "Deltaker Prøve 3": Participation.NOMINATED,
        "Reserve Prøve": Participation.RESERVE,
    }


def test_a_new_person_takes_over_or_nothing_happens(team, coordinator) -> None:
    member = by_name(team, "Deltaker Prøve 1")
    came = replace_by_new(
        member, values(name="Nykommer Prøve"), reason="A new position.", by=coordinator, now=NOW
    )
    assert states(team)["Nykommer Prøve"] == Participation.NOMINATED
    assert fresh(member).replaced_by == came
    team.intake.sectors_min = 3
    team.intake.save()
    before = states(team)
    with pytest.raises(Refused, match="cannot take over"):
        replace_by_new(
            by_name(team, "Deltaker Prøve 2"),
            values(name="Enda En", email="enda@example.no"),
            reason="Why not.",
            by=coordinator,
            now=NOW,
        )
    assert states(team) == before


def test_the_school_decides_and_tells_before_the_newcomer_is_invited(
    team, reserve, coordinator, administrator, second_administrator
) -> None:
    member = invite_team(team, now=NOW)[0]
    a.TeamMember.everyone.filter(pk=reserve.pk).update(
        education=a.EducationLevel.ONE_OR_TWO, experience_years=2
    )
    replace(fresh(member), fresh(reserve), reason="A new position.", by=coordinator, now=NOW)
    with pytest.raises(Refused, match="Decide the admission basis"):
        prepare_letter(fresh(reserve), by=administrator, now=NOW)
    assessment = assess(
        fresh(reserve), outcome=Basis.INDIVIDUALLY_QUALIFIED, reason="Two years.", by=administrator, now=NOW
    )
    approve(assessment, by=second_administrator, now=NOW)
    decision = prepare_letter(fresh(reserve), by=administrator, now=NOW)
    with pytest.raises(Refused, match="prepared already"):
        prepare_letter(fresh(reserve), by=administrator, now=NOW)
    assert (decision.kind, decision.grounds, decision.state) == (
        a.DecisionKind.INDIVIDUALLY_QUALIFIED,
        "Two years.",
        DecisionState.PREPARED,
    )
    assert invite_due(LATER) == 0
    approve_letter(decision, by=second_administrator, now=LATER)
    issue(decision, now=LATER)
    assert invite_due(LATER) == 1
    with pytest.raises(Refused, match="told this already"):
        prepare_letter(fresh(reserve), by=administrator, now=LATER)
    confirm(reserve, now=EVEN_LATER)
    assert fresh(reserve).participation == Participation.CONFIRMED


def test_no_letter_is_prepared_to_a_reserve(team, reserve, administrator) -> None:
    assess(fresh(reserve), outcome=Basis.QUALIFIED, reason="A bachelor.", by=administrator, now=NOW)
    with pytest.raises(Refused, match="in a team with a place"):
        prepare_letter(fresh(reserve), by=administrator, now=NOW)


@pytest.mark.parametrize("state", [State.READY, State.DECLINED, State.DRAFT])
def test_nobody_is_assessed_outside_the_review_and_the_course(state, team, administrator) -> None:
    a.Application.objects.update(state=state)
    with pytest.raises(Refused, match="Persons are assessed while"):
        assess(fresh(team.members.first()), outcome=Basis.QUALIFIED, reason="R", by=administrator, now=NOW)


def test_who_has_left_is_not_assessed(team, coordinator, administrator) -> None:
    member = team.members.first()
    withdraw_person(member, reason="A new position.", by=coordinator, now=NOW)
    with pytest.raises(Refused, match="Persons are assessed while"):
        assess(fresh(member), outcome=Basis.QUALIFIED, reason="R", by=administrator, now=NOW)


def test_an_enrolled_team_that_loses_somebody_stays_enrolled(team, reserve, coordinator) -> None:
    members = invite_team(team, now=NOW)
    for member in members:
        confirm(member)
    withdraw_person(fresh(members[0]), reason="Ill.", by=coordinator, now=EVEN_LATER)
    team.refresh_from_db()
    assert team.state == State.ENROLLED
    assert not stand_of(team).holds
    replace(fresh(members[0]), fresh(reserve), by=coordinator, now=EVEN_LATER)
    tell(reserve)
    assert invite_due(EVEN_LATER) == 1
    confirm(reserve, now=EVEN_LATER)
    assert stand_of(team).holds
    assert len(mails("team_confirmed")) == 4


def test_the_last_one_to_answer_leaves_and_the_rest_is_enrolled(team, coordinator) -> None:
    TeamMemberFactory(application=team, name="Fjerde Prøve", sector="technical")
    tell(by_name(team, "Fjerde Prøve"))
    *others, last = invite_team(team, now=NOW)
    for member in others:
        confirm(member)
    team.refresh_from_db()
    assert team.state == State.ADMITTED
    answer_invitation(fresh(last), accepted=False, now=EVEN_LATER)
    team.refresh_from_db()
    assert team.state == State.ENROLLED


# --- The story of the seed ------------------------------------------------------------------------


def test_bjugn(intake, coordinator) -> None:
    """«… ble fem ansatte tilbudt studieplass. En trakk seg i siste liten, og vi har nå fire»."""
    intake.team_max = 5
    intake.save()
    bjugn = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.ADMITTED)
    units = {
        "Pia Prøve": ("PRO (Stranda)", "health_care"),
        "Per Prøve": ("Personalavdelingen", "administration"),
        "Kari Prøve": ("Kulturavdelingen (biblioteket)", "culture"),
        "Vara Prøve": ("Politisk ledelse v/ varaordfører", "political"),
        "Siste Prøve": ("Botngård skole", "upbringing"),
    }
    for name, (unit, sector) in units.items():
        tell(TeamMemberFactory(application=bjugn, name=name, unit=unit, sector=sector))
    accepted(bjugn)
    members = {member.name: member for member in invite_team(bjugn, now=NOW)}
    assert sorted(members) == sorted(units)
    for name in list(units)[:4]:
        confirm(members[name])
    bjugn.refresh_from_db()
    assert bjugn.state == State.ADMITTED

    withdraw_person(fresh(members["Siste Prøve"]), reason="I siste liten.", by=coordinator, now=EVEN_LATER)

    bjugn.refresh_from_db()
    assert bjugn.state == State.ENROLLED
    stand = stand_of(bjugn)
    assert stand.holds
    assert [member.unit for member in stand.members] == [units[name][0] for name in list(units)[:4]]
    assert stand.sectors == ["health_care", "culture", "administration", "political"]
    assert [(stay.member.name, stay.left_at) for stay in stays(everyone_of(bjugn))] == [
        *((name, None) for name in list(units)[:4]),
        ("Siste Prøve", EVEN_LATER),
    ]
