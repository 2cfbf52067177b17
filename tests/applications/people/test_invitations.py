"""Invitations: who gets one, what an answer does, and what refuses it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import translation

from applications import models as a
from applications import tokens
from applications.actions.participation import (
    answer_invitation,
    invite_again,
    invite_due,
    invite_team,
)
from applications.models.people import basis_told, seen_by
from applications.models.promises import invitation_text
from applications.states import Basis, OfferState, Participation, State
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.people.conftest import states, tell
from tests.factories import NOW, TeamMemberFactory, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)


def fresh(member: a.TeamMember) -> a.TeamMember:
    rows = a.TeamMember.everyone.select_related("application__intake", "application__lead", "user")
    return rows.get(pk=member.pk)


def confirm(member: a.TeamMember, *, now=LATER, **changes) -> a.TeamMember:
    """Say yes as the page does."""
    member = fresh(member)
    text = invitation_text(member, basis_told(member))
    said = {"name": member.name, "text": text, "seen": seen_by(member, text), "language": "nn"}
    return answer_invitation(member, accepted=True, **{**said, **changes}, now=now)


def mails(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("to_email", flat=True))


def test_everybody_nominated_is_invited_once_with_a_link_of_their_own(team) -> None:
    invited = invite_team(team, now=NOW)
    assert invite_team(team, now=LATER) == []
    assert [member.name for member in invited] == ["Deltaker Prøve 1", "Deltaker Prøve 2", "Deltaker Prøve 3"]
    assert mails("invitation") == [member.email for member in invited]
    for member in invited:
        message = Message.objects.get(kind="invitation", to_email=member.email)
        url = tokens.invitation_url(member)
        assert url in message.body_text
        assert url in message.body_html
        assert message.language == "en"  # Bodø is neutral, and the contact person reads English
        assert tokens.invitation_of(url.rstrip("/").rpartition("/")[2]) == member
    assert [str(event.verb) for event in history(team)][:3] == ["invited a person to take part"] * 3


def test_a_reserve_is_not_invited(team, reserve) -> None:
    invite_team(team, now=NOW)
    assert states(team)[reserve.name] == Participation.RESERVE


def test_a_newcomer_is_invited_when_they_have_been_told(team) -> None:
    newcomer = TeamMemberFactory(application=team, name="Nykommer Prøve", joined_at=NOW)
    invite_team(team, now=NOW)
    assert invite_due(NOW) == 0
    assert states(team)["Nykommer Prøve"] == Participation.NOMINATED
    tell(newcomer, Basis.COURSE_PARTICIPANT)
    assert invite_due(LATER) == 1
    assert invite_due(LATER) == 0
    assert states(team)["Nykommer Prøve"] == Participation.INVITED


def test_nobody_is_invited_before_the_place_is_accepted(team) -> None:
    tell(TeamMemberFactory(application=team, joined_at=NOW))
    a.Offer.objects.update(state=OfferState.SENT)
    assert invite_due(NOW) == 0


def test_yes_makes_an_account_and_keeps_the_words(team) -> None:
    member = invite_team(team, now=NOW)[0]
    text = invitation_text(fresh(member), Basis.QUALIFIED)
    confirm(member, name="  deltaker   PRØVE 1 ")
    stored = fresh(member)
    user = User.objects.get(email=member.email)
    assert (stored.participation, stored.confirmed_at, stored.consent_text, stored.user) == (
        Participation.CONFIRMED,
        LATER,
        text,
        user,
    )
    assert (user.name, user.language, user.has_usable_password()) == ("deltaker   PRØVE 1", "nn", False)
    assert EmailAddress.objects.get(user=user).verified
    assert mails("invitation_confirmed") == [team.coordinator.email]
    event = history(team).first()
    assert (str(event.verb), event.by_label, event.changes) == (
        "confirmed that they take part",
        f"deltaker   PRØVE 1 ({member.email})",
        {"Deltaker Prøve 1": ["Invited", "Confirmed"]},
    )


def test_an_account_that_exists_is_linked_and_left_as_it_is(team) -> None:
    member = invite_team(team, now=NOW)[0]
    user = UserFactory(name="Somebody Else", email=member.email, confirmed=False)
    confirm(member)
    user.refresh_from_db()
    assert fresh(member).user == user
    assert (user.name, user.language) == ("Somebody Else", "en")
    assert not EmailAddress.objects.get(user=user).verified


def test_the_same_answer_twice_changes_nothing(team) -> None:
    member = invite_team(team, now=NOW)[0]
    confirm(member)
    confirm(member, now=LATER + timedelta(minutes=1))
    assert fresh(member).confirmed_at == LATER
    assert mails("invitation_confirmed") == [team.coordinator.email]


def test_no_is_kept_with_its_reason_and_told(team) -> None:
    member = invite_team(team, now=NOW)[0]
    answer_invitation(fresh(member), accepted=False, reason=" A new position. ", now=LATER)
    answer_invitation(fresh(member), accepted=False, reason="Again", now=LATER + timedelta(minutes=1))
    stored = fresh(member)
    assert (stored.participation, stored.left_at, stored.left_reason) == (
        Participation.WITHDRAWN,
        LATER,
        "A new position.",
    )
    assert mails("invitation_declined") == [team.coordinator.email]
    assert "A new position." in Message.objects.get(kind="invitation_declined").body_text
    assert not User.objects.filter(email=member.email).exists()


def test_a_yes_after_a_no_is_refused(team) -> None:
    member = invite_team(team, now=NOW)[0]
    answer_invitation(fresh(member), accepted=False, now=LATER)
    with pytest.raises(Refused, match="Your answer is recorded already"):
        confirm(member)
    assert fresh(member).participation == Participation.WITHDRAWN


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Somebody Else"}, "Write your name as it stands above"),
        ({"seen": "something else"}, "Something on this page has changed"),
        ({"text": "I agree to nothing."}, "Something on this page has changed"),
    ],
)
def test_a_yes_that_does_not_fit_is_refused(changes, sentence, team) -> None:
    member = invite_team(team, now=NOW)[0]
    with pytest.raises(Refused, match=sentence):
        confirm(member, **changes)
    assert fresh(member).participation == Participation.INVITED
    assert not User.objects.filter(email=member.email).exists()


def test_what_is_written_must_not_have_changed_since_it_was_read(team) -> None:
    member = fresh(invite_team(team, now=NOW)[0])
    text = invitation_text(member, Basis.QUALIFIED)
    seen = seen_by(member, text)
    a.TeamMember.everyone.filter(pk=member.pk).update(education=a.EducationLevel.LESS)
    with pytest.raises(Refused, match="has changed since you opened it"):
        answer_invitation(member, accepted=True, name=member.name, text=text, seen=seen, now=LATER)


def test_a_yes_before_the_basis_is_told_is_refused(team) -> None:
    member = invite_team(team, now=NOW)[0]
    a.Decision.objects.filter(member=member).update(state="superseded")
    with pytest.raises(Refused, match="not yet told you on which basis"):
        answer_invitation(fresh(member), accepted=True, name=member.name, now=LATER)


def test_an_answer_after_the_place_was_given_up_is_refused(team) -> None:
    member = invite_team(team, now=NOW)[0]
    a.Offer.objects.update(state=OfferState.DECLINED)
    with pytest.raises(Refused, match="does not have an accepted place"):
        confirm(member)


def test_the_invitation_is_sent_again_once_per_click(team, coordinator) -> None:
    member = invite_team(team, now=NOW)[0]
    seen = fresh(member).invited_at.isoformat()
    for _click in range(2):
        invite_again(fresh(member), seen=seen, by=coordinator, now=LATER)
    assert mails("invitation").count(member.email) == 2
    assert fresh(member).invited_at == LATER
    assert tokens.invitation_url(fresh(member)) == tokens.invitation_url(member)


def test_an_unproven_person_makes_no_letters_go_out(team) -> None:
    member = invite_team(team, now=NOW)[0]
    with pytest.raises(Refused, match="must confirm that you act for"):
        invite_again(fresh(member), seen=NOW.isoformat(), by=UserFactory(), now=LATER)
    assert mails("invitation").count(member.email) == 1


def test_the_team_is_enrolled_when_the_last_one_confirms(team) -> None:
    members = invite_team(team, now=NOW)
    for member in members[:2]:
        confirm(member)
    team.refresh_from_db()
    assert team.state == State.ADMITTED
    confirm(members[2])
    team.refresh_from_db()
    assert team.state == State.ENROLLED
    assert mails("team_confirmed") == [team.coordinator.email, *(member.email for member in members)]
    assert str(history(team).first().verb) == "enrolled the team: everybody has confirmed, and the rules hold"


def test_a_coordinator_in_the_team_gets_one_letter(team) -> None:
    a.TeamMember.everyone.filter(name="Deltaker Prøve 1").update(email=team.coordinator.email)
    for member in invite_team(team, now=NOW):
        confirm(member)
    assert mails("team_confirmed").count(team.coordinator.email) == 1


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_words_say_what_follows(language, team) -> None:
    member = fresh(team.members.first())
    with translation.override(language):
        student = invitation_text(member, Basis.QUALIFIED)
        course = invitation_text(member, Basis.COURSE_PARTICIPANT)
    assert "30" in student
    assert "30" not in course
    assert "14" in student
    assert "Bodø" in student


def test_an_address_that_is_corrected_makes_the_old_link_void(team) -> None:
    member = invite_team(team, now=NOW)[0]
    token = tokens.invitation_url(member).rstrip("/").rpartition("/")[2]
    a.TeamMember.everyone.filter(pk=member.pk).update(email="new@example.no")
    assert tokens.invitation_of(token) is None


def test_nobody_has_a_link_before_they_are_invited(team) -> None:
    member = team.members.first()
    assert tokens.invitation_of(tokens.invitation_url(member).rstrip("/").rpartition("/")[2]) is None
