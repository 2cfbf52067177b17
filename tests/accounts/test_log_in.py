"""Registration and log-in, as a person without scripts walks through them."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from innoskole.accounts import audit
from innoskole.accounts.forms import SignupForm
from innoskole.accounts.models import Affiliation, User
from innoskole.notifications.models import Message
from tests.factories import UserFactory, municipality

pytestmark = pytest.mark.django_db
PASSWORD = "riktig hest batteri stift"


def user_of(client: Client) -> str | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else None


def path_of(response) -> str:
    assert response.status_code == 302
    return urlsplit(response["Location"]).path


def letters() -> list[tuple[str, str, str]]:
    return list(Message.objects.order_by("pk").values_list("to_email", "subject", "language"))


def history(user: User) -> list[tuple[str, dict]]:
    return [(event.verb, event.changes) for event in audit.history(user)]


def registration(**changes) -> dict[str, str]:
    return {
        "email": "Kari@bodo.kommune.no",
        "name": "Kari Koordinator",
        "municipality": "Bodø",
        "language": "en",
        "password1": "",
        **changes,
    }


# --- Registration -----------------------------------------------------------------------------------


def test_a_coordinator_registers_confirms_and_may_act(visitor, code):
    municipality("1804")
    assert visitor.get(reverse("account_signup")).status_code == 200
    response = visitor.post(reverse("account_signup"), registration())
    assert path_of(response) == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert (user.email, user.name, user.language, user.has_usable_password()) == (
        "kari@bodo.kommune.no",
        "Kari Koordinator",
        "en",
        False,
    )
    assert letters() == [("kari@bodo.kommune.no", "Confirm your address", "en")]
    assert Affiliation.objects.get().state == "pending"

    response = visitor.post(reverse("account_email_verification_sent"), {"code": code()})
    assert (path_of(response), user_of(visitor)) == (reverse("home"), "kari@bodo.kommune.no")
    assert Affiliation.objects.get().state == "proven"


def test_a_foreign_address_waits_for_an_administrator(visitor, code):
    municipality("1804")
    visitor.post(reverse("account_signup"), registration(email="kari@example.no"))
    visitor.post(reverse("account_email_verification_sent"), {"code": code()})
    assert user_of(visitor) == "kari@example.no"
    assert Affiliation.objects.get().state == "pending"
    assert (
        "An administrator will check that you work for Bodø" in visitor.get(reverse("home")).content.decode()
    )


def test_confirming_by_a_log_in_code_proves_as_well(visitor, code):
    municipality("1804")
    visitor.post(reverse("account_signup"), registration())
    another_day = Client()
    another_day.post(reverse("account_request_login_code"), {"email": "kari@bodo.kommune.no"})
    another_day.post(reverse("account_confirm_login_code"), {"code": code()})
    assert user_of(another_day) == "kari@bodo.kommune.no"
    assert Affiliation.objects.get().state == "proven"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "kari"}, "email"),
        ({"name": ""}, "name"),
        ({"municipality": ""}, "municipality"),
        ({"municipality": "Atlantis"}, "municipality"),
        ({"language": "de"}, "language"),
        ({"password1": "short"}, "password1"),
        ({"password1": "qwertyqwerty"}, "password1"),
    ],
)
def test_a_registration_with_a_fault_creates_nobody(visitor, changes, field):
    municipality("1804")
    response = visitor.post(reverse("account_signup"), registration(**changes))
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert (User.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("known", [False, True])
def test_a_registration_does_not_tell_whether_the_address_is_known(visitor, known):
    municipality("1804")
    if known:
        User.objects.create_user("kari@bodo.kommune.no", language="en")
    response = visitor.post(reverse("account_signup"), registration())
    page = visitor.get(response["Location"])
    assert (path_of(response), page.status_code) == (reverse("account_email_verification_sent"), 200)
    assert "An e-mail with a code is on its way to kari@bodo.kommune.no." in page.content.decode()
    assert User.objects.count() == 1
    assert [subject for _to, subject, _language in letters()] == [
        "You are already registered" if known else "Confirm your address"
    ]


def test_a_double_click_on_register_makes_one_person(visitor, monkeypatch):
    """The second request found nobody when it looked, and somebody when it wrote."""
    municipality("1804")
    monkeypatch.setattr(SignupForm, "validate_unique_email", lambda form, value: value)
    UserFactory(email="kari@bodo.kommune.no")
    response = visitor.post(reverse("account_signup"), registration())
    assert path_of(response) == reverse("account_login")
    assert (User.objects.count(), Affiliation.objects.count(), Message.objects.count()) == (1, 0, 0)


# --- Log-in -----------------------------------------------------------------------------------------


def test_log_in_with_a_one_time_code_in_any_letter_case(visitor, code):
    UserFactory(email="kari@bodo.kommune.no", language="nn")
    response = visitor.post(reverse("account_request_login_code"), {"email": "KARI@bodo.kommune.no"})
    assert path_of(response) == reverse("account_confirm_login_code")
    message = Message.objects.get()
    assert (message.to_email, message.language, message.secret) == ("kari@bodo.kommune.no", "nn", True)
    response = visitor.post(reverse("account_confirm_login_code"), {"code": code()})
    assert (path_of(response), user_of(visitor)) == (reverse("home"), "kari@bodo.kommune.no")


def test_three_wrong_codes_end_the_attempt(visitor, code):
    UserFactory(email="kari@bodo.kommune.no")
    visitor.post(reverse("account_request_login_code"), {"email": "kari@bodo.kommune.no"})
    confirm = reverse("account_confirm_login_code")
    assert [visitor.post(confirm, {"code": "wrong"}).status_code for _ in range(3)] == [200, 200, 302]
    assert visitor.post(confirm, {"code": code()}).status_code == 302
    assert user_of(visitor) is None


def test_a_code_can_be_sent_again_and_only_the_last_one_works(visitor, code):
    UserFactory(email="kari@bodo.kommune.no")
    visitor.post(reverse("account_request_login_code"), {"email": "kari@bodo.kommune.no"})
    confirm, first = reverse("account_confirm_login_code"), code()
    visitor.post(confirm, {"action": "resend"})
    assert (Message.objects.count(), code() != first) == (2, True)
    visitor.post(confirm, {"code": first})
    assert user_of(visitor) is None
    visitor.post(confirm, {"code": code()})
    assert user_of(visitor) == "kari@bodo.kommune.no"


def test_an_unknown_address_gets_the_same_page_and_another_letter(visitor):
    response = visitor.post(reverse("account_request_login_code"), {"email": "nobody@example.no"})
    assert path_of(response) == reverse("account_confirm_login_code")
    assert visitor.get(reverse("account_confirm_login_code")).status_code == 200
    assert letters() == [("nobody@example.no", "No account has this address", "en")]


def test_log_in_with_a_password(visitor):
    user = UserFactory(email="kari@bodo.kommune.no")
    user.set_password(PASSWORD)
    user.save()
    login = reverse("account_login")
    wrong = visitor.post(login, {"login": "kari@bodo.kommune.no", "password": "wrong"})
    unknown = visitor.post(login, {"login": "nobody@example.no", "password": "wrong"})
    assert (wrong.context["form"].errors, wrong.status_code) == (unknown.context["form"].errors, 200)
    assert user_of(visitor) is None
    response = visitor.post(login, {"login": "KARI@bodo.kommune.no", "password": PASSWORD})
    assert (path_of(response), user_of(visitor)) == (reverse("home"), "kari@bodo.kommune.no")


def test_passwords_cannot_be_guessed_for_ever(visitor):
    user = UserFactory(email="kari@bodo.kommune.no")
    user.set_password(PASSWORD)
    user.save()
    login = reverse("account_login")
    for _attempt in range(10):
        visitor.post(login, {"login": user.email, "password": "wrong"})
    response = visitor.post(login, {"login": user.email, "password": PASSWORD})
    assert user_of(visitor) is None
    assert "There have been too many attempts. Wait a few minutes and try again." in response.content.decode()


def test_attempts_are_counted_for_each_visitor_behind_a_proxy(settings):
    """The address that our own proxy wrote down counts; what stands before it anybody can write."""

    def shut_out(client: Client, forwarded: str) -> bool:
        attempt = {"login": "kari@bodo.kommune.no", "password": "wrong"}
        page = client.post(reverse("account_login"), attempt, headers={"X-Forwarded-For": forwarded})
        return "There have been too many attempts." in page.content.decode()

    browser = Client(headers={"Accept-Language": "en"})
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [shut_out(browser, f"192.0.2.{number}, 198.51.100.7") for number in range(3)]
    assert (forged, shut_out(browser, "198.51.100.8")) == ([False, False, True], False)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert [shut_out(browser, f"192.0.2.{number}") for number in range(3)] == [False, False, True]


def test_a_closed_account_is_logged_out_at_once_and_cannot_log_in(visitor, log_in, code):
    user = UserFactory(email="kari@bodo.kommune.no")
    browser = log_in(user)
    assert browser.get(reverse("home")).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert path_of(browser.get(reverse("home"))) == reverse("account_login")
    visitor.post(reverse("account_request_login_code"), {"email": user.email})
    assert [message.subject for message in Message.objects.all()] == ["No account has this address"]


def test_a_forgotten_password_is_replaced_by_means_of_a_code(visitor, code):
    user = UserFactory(email="kari@bodo.kommune.no")
    visitor.post(reverse("account_reset_password"), {"email": user.email})
    visitor.post(reverse("account_confirm_password_reset_code"), {"code": code()})
    complete = reverse("account_complete_password_reset")
    assert visitor.get(complete).status_code == 200
    assert path_of(visitor.post(complete, {"password1": PASSWORD})) == reverse(
        "account_password_reset_completed"
    )
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert [subject for _to, subject, _language in letters()] == [
        "Choose a new password",
        "How you log in has been changed",
    ]
    assert history(user) == [("replaced a forgotten password", {})]


def test_an_address_is_changed_when_the_new_one_is_confirmed(log_in, code):
    user = UserFactory(email="kari@bodo.kommune.no")
    browser = log_in(user)
    browser.post(reverse("account_email"), {"email": "kari@fjaler.kommune.no", "action_add": ""})
    user.refresh_from_db()
    assert user.email == "kari@bodo.kommune.no"
    browser.post(reverse("account_email_verification_sent"), {"code": code()})
    user.refresh_from_db()
    assert user.email == "kari@fjaler.kommune.no"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("kari@fjaler.kommune.no", True, True)
    ]
    assert [(to, subject) for to, subject, _language in letters()] == [
        ("kari@fjaler.kommune.no", "Confirm your address"),
        ("kari@bodo.kommune.no", "How you log in has been changed"),
    ]
    changes = {"email": ["kari@bodo.kommune.no", "kari@fjaler.kommune.no"]}
    assert history(user) == [("changed the address", changes)]


def test_a_password_is_set_and_then_changed(log_in):
    user = UserFactory()
    browser = log_in(user)
    assert path_of(browser.get(reverse("account_change_password"))) == reverse("account_set_password")
    assert path_of(browser.post(reverse("account_set_password"), {"password1": PASSWORD})) == reverse(
        "accounts:profile"
    )
    new = {"oldpassword": PASSWORD, "password1": "enda en lang frase"}
    assert path_of(browser.post(reverse("account_change_password"), new)) == reverse("accounts:profile")
    user.refresh_from_db()
    assert user.check_password("enda en lang frase")
    assert history(user) == [("changed the password", {}), ("set a password", {})]
    assert browser.get(reverse("home")).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_request_login_code", "account_reset_password"],
)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_public_pages_are_shown_in_the_browsers_language(name, language):
    page = Client(headers={"Accept-Language": language}).get(reverse(name))
    assert (page.status_code, page["Content-Language"]) == (200, language)
    assert f'<html lang="{language}">' in page.content.decode()


# --- The second factor ------------------------------------------------------------------------------


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_an_administrator_sets_up_a_second_factor_before_anything_else(log_in, settings, administrator):
    settings.REQUIRE_SECOND_FACTOR = True
    browser = log_in(administrator)
    activate = reverse("mfa_activate_totp")
    assert path_of(browser.get(reverse("accounts:people"))) == activate
    page = browser.get(activate)
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert path_of(browser.post(activate, {"code": "000000x"}).client.get(reverse("home"))) == activate
    response = browser.post(activate, {"code": code_of(secret)})
    assert path_of(response) == reverse("mfa_view_recovery_codes")
    assert browser.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert browser.get(reverse("accounts:people")).status_code == 200
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


@pytest.mark.parametrize("required", [False, True])
def test_people_without_a_role_need_no_second_factor(log_in, settings, coordinator, required):
    settings.REQUIRE_SECOND_FACTOR = required
    assert log_in(coordinator).get(reverse("home")).status_code == 200


def test_a_second_factor_is_asked_for_at_log_in_and_a_recovery_code_works_once(visitor, code, rf):
    user = UserFactory(email="kari@bodo.kommune.no")
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    recovery = RecoveryCodes.activate(user).generate_codes()[0]
    for second, result in ((code_of(secret), user.email), (recovery, user.email), (recovery, None)):
        browser = Client()
        browser.post(reverse("account_request_login_code"), {"email": user.email})
        response = browser.post(reverse("account_confirm_login_code"), {"code": code()})
        assert (path_of(response), user_of(browser)) == (reverse("mfa_authenticate"), None)
        browser.post(reverse("mfa_authenticate"), {"code": second})
        assert user_of(browser) == result


def test_what_becomes_of_a_second_factor_stands_in_the_history(
    log_in, settings, coordinator, django_capture_on_commit_callbacks
):
    settings.MFA_REAUTHENTICATION_REQUIRED = False
    browser = log_in(coordinator)
    activate = reverse("mfa_activate_totp")
    code = code_of(browser.get(activate).context["form"].secret)
    for page in (activate, reverse("mfa_generate_recovery_codes"), reverse("mfa_deactivate_totp")):
        with django_capture_on_commit_callbacks(execute=True):
            browser.post(page, {"code": code})
    assert history(coordinator) == [
        ("turned off the second factor", {}),
        ("made new recovery codes", {}),
        ("set up a second factor", {}),
    ]


def test_those_who_need_a_second_factor_cannot_turn_it_off(log_in, settings, administrator, coordinator):
    settings.REQUIRE_SECOND_FACTOR = True
    settings.MFA_REAUTHENTICATION_REQUIRED = False
    for user, left in ((administrator, 1), (coordinator, 0)):
        TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        log_in(user).post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.filter(user=user).count() == left
