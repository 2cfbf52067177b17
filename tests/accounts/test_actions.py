from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import translation

from innoskole.accounts import actions, audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation, AuditEvent, DomainException, User
from innoskole.accounts.roles import Role
from innoskole.notifications.models import Message
from tests.factories import NOW, AffiliationFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db


def state_of(affiliation):
    affiliation.refresh_from_db()
    return (
        affiliation.state,
        affiliation.proof,
        affiliation.decided_at,
        affiliation.decided_by,
        affiliation.reason,
    )


def verbs(obj):
    return [event.verb for event in audit.history(obj)]


def test_a_new_person_waits_until_the_address_is_confirmed():
    user = UserFactory(email="kari@bodo.kommune.no", confirmed=False)
    affiliation = actions.register(user, municipality("1804"), NOW)
    assert state_of(affiliation) == ("pending", "", None, None, "")
    actions.prove_after_verification(user, NOW)
    assert state_of(affiliation) == ("pending", "", None, None, "")
    EmailAddress.objects.filter(user=user).update(verified=True)
    actions.prove_after_verification(user, NOW)
    assert state_of(affiliation) == ("proven", "domain", NOW, None, "")
    assert verbs(user) == ["registered"]
    assert verbs(affiliation) == [
        "proved the affiliation by the domain of the address",
        "asked to act for the municipality",
    ]


def test_a_command_may_confirm_an_address_that_is_known():
    user = User.objects.create_user("kari@bodo.kommune.no")
    affiliation = actions.register(user, municipality("1804"), NOW)
    for _time in range(2):
        actions.confirm_address(user, NOW)
    assert state_of(affiliation) == ("proven", "domain", NOW, None, "")
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("kari@bodo.kommune.no", True, True)
    ]


def test_another_domain_waits_for_an_administrator():
    user = UserFactory(email="kari@example.no")
    affiliation = actions.register(user, municipality("1804"), NOW)
    actions.prove_after_verification(user, NOW)
    assert state_of(affiliation) == ("pending", "", None, None, "")


def test_asking_with_a_confirmed_address_proves_at_once_and_asking_twice_changes_nothing():
    user = UserFactory(email="kari@bodo.kommune.no")
    affiliation = actions.request_affiliation(user, municipality("1804"), NOW)
    assert state_of(affiliation) == ("proven", "domain", NOW, None, "")
    assert actions.request_affiliation(user, municipality("1804"), NOW) == affiliation
    assert Affiliation.objects.count() == 1
    assert len(verbs(affiliation)) == 2


def test_a_new_address_takes_with_it_what_only_the_domain_proved():
    user = UserFactory(email="kari@bodo.kommune.no")
    by_domain = actions.request_affiliation(user, municipality("1804"), NOW)
    by_decision = AffiliationFactory(user=user, municipality=municipality("4646"), proof="administrator")
    user.email = "kari@example.no"
    user.save()
    EmailAddress.objects.filter(user=user).update(email=user.email)
    actions.prove_after_verification(user, NOW)
    assert state_of(by_domain) == ("pending", "", None, None, "")
    assert state_of(by_decision) == ("proven", "administrator", NOW, None, "")


def test_an_administrator_decides_and_may_decide_otherwise_later(administrator):
    affiliation = AffiliationFactory(pending=True)
    actions.decide_affiliation(affiliation, False, by=administrator, now=NOW, reason=" Unknown to them ")
    assert state_of(affiliation) == ("rejected", "", NOW, administrator, "Unknown to them")
    actions.decide_affiliation(affiliation, True, by=administrator, now=NOW)
    assert state_of(affiliation) == ("proven", "administrator", NOW, administrator, "")
    assert verbs(affiliation) == ["approved the affiliation", "rejected the affiliation"]


def test_a_rejected_person_may_ask_again(administrator):
    affiliation = AffiliationFactory(rejected=True, user__email="kari@example.no")
    actions.request_affiliation(affiliation.user, affiliation.municipality, NOW)
    assert state_of(affiliation) == ("pending", "", None, None, "")


@pytest.mark.parametrize(
    ("proven", "reason", "sentence"),
    [
        (False, " ", "Give a reason: it is sent to the person."),
        (True, "", "Somebody else has just made this decision."),
    ],
)
def test_a_decision_is_refused(administrator, proven, reason, sentence):
    affiliation = AffiliationFactory(proof="administrator")
    with translation.override("en"), pytest.raises(Refused, match=sentence):
        actions.decide_affiliation(affiliation, proven, by=administrator, now=NOW, reason=reason)
    assert state_of(affiliation) == ("proven", "administrator", NOW, None, "")
    assert verbs(affiliation) == []


def test_nobody_decides_about_themselves(administrator):
    affiliation = AffiliationFactory(user=administrator, pending=True)
    with pytest.raises(Refused):
        actions.decide_affiliation(affiliation, True, by=administrator, now=NOW)
    assert state_of(affiliation) == ("pending", "", None, None, "")


@pytest.mark.parametrize(
    ("role", "field"),
    [(Role.COURSE_ADMINISTRATOR, "is_course_administrator"), (Role.INSTRUCTOR, "is_instructor")],
)
def test_roles_are_granted_and_revoked_with_a_reason(administrator, role, field):
    user = UserFactory()
    actions.grant_role(user, role, by=administrator, now=NOW, reason="New at work")
    assert User.objects.filter(pk=user.pk, **{field: True}).exists()
    actions.revoke_role(user, role, by=administrator, now=NOW, reason="Has left")
    assert User.objects.filter(pk=user.pk, **{field: False}).exists()
    assert [(e.verb, e.by, e.changes, e.reason) for e in audit.history(user)] == [
        ("revoked a role", administrator, {field: [True, False]}, "Has left"),
        ("granted a role", administrator, {field: [False, True]}, "New at work"),
    ]


def test_the_last_administrator_stays(administrator, second_administrator):
    with pytest.raises(Refused):
        actions.revoke_role(
            administrator, Role.COURSE_ADMINISTRATOR, by=administrator, now=NOW, reason="Tired"
        )
    with pytest.raises(Refused):
        actions.set_active(administrator, False, by=administrator, now=NOW, reason="Tired")
    actions.revoke_role(
        second_administrator, Role.COURSE_ADMINISTRATOR, by=administrator, now=NOW, reason="Has left"
    )
    # The other one still has the page open, and pushes the same button.
    with pytest.raises(Refused):
        actions.revoke_role(
            administrator, Role.COURSE_ADMINISTRATOR, by=second_administrator, now=NOW, reason="Has left"
        )
    assert list(User.objects.administrators()) == [administrator]


@pytest.mark.parametrize("reason", ["", "  "])
def test_what_is_done_to_people_needs_a_reason(administrator, reason):
    user = UserFactory()
    with pytest.raises(Refused):
        actions.grant_role(user, Role.INSTRUCTOR, by=administrator, now=NOW, reason=reason)
    with pytest.raises(Refused):
        actions.set_active(user, False, by=administrator, now=NOW, reason=reason)
    user.refresh_from_db()
    assert (user.is_instructor, user.is_active, AuditEvent.objects.count()) == (False, True, 0)


def test_an_account_is_closed_and_opened(administrator):
    user = UserFactory()
    actions.set_active(user, False, by=administrator, now=NOW, reason="Has left")
    with pytest.raises(Refused):
        actions.set_active(user, False, by=administrator, now=NOW, reason="Has left")
    actions.set_active(user, True, by=administrator, now=NOW, reason="Is back")
    assert verbs(user) == ["opened the account", "closed the account"]


def test_a_lost_second_factor_is_removed_by_another_administrator(administrator, log_in):
    user = UserFactory()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    lost, kept = log_in(user), log_in(administrator)
    actions.remove_second_factor(user, by=administrator, now=NOW, reason="Lost the phone")
    assert [browser.get(reverse("home")).status_code for browser in (lost, kept)] == [302, 200]
    with pytest.raises(Refused):
        actions.remove_second_factor(user, by=administrator, now=NOW, reason="Lost the phone")
    assert verbs(user) == ["removed the second factor"]
    with pytest.raises(Refused):
        actions.remove_second_factor(administrator, by=administrator, now=NOW, reason="Lost the phone")


def test_a_person_is_added_once(administrator):
    user = actions.add_person(
        email="Ivar@Example.no", name="Ivar Prøve", language="nn", by=administrator, now=NOW
    )
    assert (user.email, user.language, user.has_usable_password()) == ("ivar@example.no", "nn", False)
    with pytest.raises(Refused):
        actions.add_person(email="ivar@example.no", name="Ivar", language="nb", by=administrator, now=NOW)
    assert verbs(user) == ["added the person"]


def test_mail_domains_are_added_and_removed_with_history(administrator):
    heroy = municipality("1818")
    assert actions.add_domain_exception("Heroy-NO.kommune.no", heroy, by=administrator, now=NOW) == []
    with pytest.raises(Refused):
        actions.add_domain_exception("heroy-no.kommune.no", heroy, by=administrator, now=NOW)
    assert list(DomainException.objects.values_list("domain", "municipality")) == [
        ("heroy-no.kommune.no", heroy.pk)
    ]
    exception = DomainException.objects.get()
    with pytest.raises(Refused):
        actions.remove_domain_exception(exception, by=administrator, now=NOW, reason=" ")
    actions.remove_domain_exception(exception, by=administrator, now=NOW, reason="Sold.")
    assert DomainException.objects.count() == 0
    assert [(event.verb, event.changes, event.reason) for event in audit.history(heroy)] == [
        (actions.DOMAIN_REMOVED, {"domain": ["heroy-no.kommune.no", None]}, "Sold."),
        (actions.DOMAIN_ADDED, {"domain": [None, "heroy-no.kommune.no"]}, ""),
    ]


def test_a_mail_domain_that_is_added_approves_those_who_wait_and_tells_them(administrator):
    heroy, other = municipality("1818"), municipality("1804")
    addresses = ("kari@heroy-no.kommune.no", "ole@xheroy-no.kommune.no", "sara@sub.heroy-no.kommune.no")
    users = [UserFactory(email=address) for address in addresses]
    waiting = [actions.request_affiliation(user, heroy, NOW) for user in users]
    elsewhere = actions.request_affiliation(users[0], other, NOW)
    proven = actions.add_domain_exception("heroy-no.kommune.no", heroy, by=administrator, now=NOW)
    assert proven == [waiting[0]]
    assert [state_of(each)[:2] for each in (*waiting, elsewhere)] == [
        ("proven", "domain"),
        *[("pending", "")] * 3,
    ]
    assert verbs(waiting[0])[0] == "proved the affiliation by the domain of the address"
    assert [(letter.to_email, letter.kind) for letter in Message.objects.all()] == [
        ("kari@heroy-no.kommune.no", "claim_approved")
    ]


def test_only_our_languages_can_be_chosen():
    user = UserFactory(language="en")
    with pytest.raises(Refused):
        actions.set_language(user, "de")
    actions.set_language(user, "nn")
    user.refresh_from_db()
    assert user.language == "nn"
