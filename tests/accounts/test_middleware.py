from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from innoskole.accounts import middleware
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


# --- Language ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "cookie", "accepted", "language"),
    [
        ("nn", "en", "en", "nn"),
        (None, "nn", "en", "nn"),
        (None, "de", "en", "en"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "no,en;q=0.9", "nb"),
        (None, None, "nn-NO,nb;q=0.9,en;q=0.8", "nn"),
        (None, None, "se,de;q=0.5,nn;q=0.3", "nn"),
        (None, None, "de", "nb"),
        (None, None, "", "nb"),
        (None, None, "🤷", "nb"),
    ],
)
def test_the_language_is_ones_own_then_the_cookies_then_the_browsers(log_in, own, cookie, accepted, language):
    client = log_in(UserFactory(language=own)) if own else Client()
    if cookie:
        client.cookies["django_language"] = cookie
    page = client.get(reverse("privacy"), headers={"Accept-Language": accepted})
    assert page["Content-Language"] == language
    assert f'<html lang="{language}">' in page.content.decode()
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))


def test_a_visitor_chooses_a_language_and_keeps_it_in_a_cookie(visitor):
    response = visitor.post(reverse("accounts:language"), {"language": "nn", "next": reverse("privacy")})
    assert (response.status_code, response["Location"]) == (302, reverse("privacy"))
    assert visitor.get(reverse("privacy"))["Content-Language"] == "nn"


def test_a_person_who_logs_in_elsewhere_finds_their_language_again(log_in, coordinator):
    log_in(coordinator).post(reverse("accounts:language"), {"language": "nn", "next": "/"})
    assert log_in(coordinator).get(reverse("home"))["Content-Language"] == "nn"


@pytest.mark.parametrize("url", ["https://evil.example.com/", "//evil.example.com", ""])
def test_the_language_buttons_lead_to_no_other_site(visitor, url):
    response = visitor.post(reverse("accounts:language"), {"language": "nn", "next": url})
    assert response["Location"] == reverse("front")


def test_an_unknown_language_changes_nothing(visitor, log_in, coordinator):
    assert "django_language" not in visitor.post(reverse("accounts:language"), {"language": "de"}).cookies
    log_in(coordinator).post(reverse("accounts:language"), {"language": "de"})
    assert User.objects.get(pk=coordinator.pk).language == "en"
    assert visitor.get(reverse("accounts:language")).status_code == 405


def test_the_language_of_one_request_does_not_leak_into_the_next(visitor):
    with translation.override("nb"):
        visitor.get(reverse("privacy"))
        assert translation.get_language() == "nb"


# --- What was posted while logged out ---------------------------------------------------------------


def test_a_form_posted_on_an_expired_session_is_there_after_log_in(visitor, coordinator):
    profile = reverse("accounts:profile")
    response = visitor.post(
        profile, {"name": "Kari K. Koordinator", "language": "en", "csrfmiddlewaretoken": "x"}
    )
    assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={profile}")
    assert "you will find what you had written" in visitor.get(response["Location"]).content.decode()
    visitor.force_login(coordinator, "innoskole.accounts.backends.Backend")
    assert 'value="Kari K. Koordinator"' in visitor.get(profile).content.decode()
    assert 'value="Kari K. Koordinator"' not in visitor.get(profile).content.decode()
    coordinator.refresh_from_db()
    assert coordinator.name == "Kari Koordinator"


def test_secrets_and_tokens_are_not_kept_and_files_are_said_not_to_be(visitor):
    response = visitor.post(
        reverse("accounts:profile"),
        {
            "name": ["A", "B"],
            "oldpassword": "secret",
            "csrfmiddlewaretoken": "x",
            "document": SimpleUploadedFile("plan.pdf", b"%PDF"),
        },
    )
    assert visitor.session["kept_post"] == {"path": reverse("accounts:profile"), "data": {"name": ["A", "B"]}}
    assert "Files could not be kept." in visitor.get(response["Location"]).content.decode()


def test_a_form_that_is_too_large_is_said_not_to_be_kept(visitor):
    response = visitor.post(reverse("accounts:profile"), {"name": "x" * 200_001})
    assert "kept_post" not in visitor.session
    assert "the form was too large to be kept" in visitor.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/people/new/?a=1", "/people/new/%3Fa%3D1"),
        ("https://evil.example.com/people/", "/me/"),
        ("", "/me/"),
    ],
)
def test_after_log_in_one_returns_to_the_page_that_held_the_form(visitor, referer, page):
    response = visitor.post(reverse("accounts:profile"), {"name": "A"}, headers={"Referer": referer})
    assert response["Location"] == f"{reverse('account_login')}?next={page}"


def test_a_kept_form_is_given_to_its_own_page_only(rf: RequestFactory):
    request = rf.get("/me/")
    request.session = {"kept_post": {"path": "/other/", "data": {"a": ["1"]}}}
    assert kept_post(request) is None
    request.session["kept_post"]["path"] = "/me/"
    assert kept_post(request) == QueryDict("a=1")
    assert (kept_post(request), request.session) == (None, {})


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"Accept": "application/json"},
        {"Sec-Fetch-Dest": "empty"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_script_that_is_logged_out_gets_401_and_no_redirect(visitor, method, headers):
    response = getattr(visitor, method)(reverse("accounts:profile"), headers=headers)
    assert (response.status_code, json.loads(response.content)) == (
        401,
        {
            "error": "You have been logged out. Log in again in another tab, then try once more.",
            "login_url": reverse("account_login"),
        },
    )
    assert "kept_post" not in visitor.session


def test_public_pages_and_logged_in_people_are_left_alone(visitor, log_in, coordinator):
    visitor.post(reverse("account_login"), {"login": "a@example.no", "password": "x"})
    assert "kept_post" not in visitor.session
    browser = log_in(coordinator)
    browser.post(reverse("accounts:profile"), {"name": "", "language": "en"})
    assert "kept_post" not in browser.session


# --- The second factor ------------------------------------------------------------------------------


def test_a_script_without_second_factor_gets_403(log_in, administrator, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    response = log_in(administrator).get(reverse("home"), headers={"Sec-Fetch-Dest": "empty"})
    assert (response.status_code, json.loads(response.content)) == (
        403,
        {"error": "Set up a second factor first."},
    )


def test_those_without_second_factor_can_still_choose_language_and_log_out(log_in, administrator, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    browser = log_in(administrator)
    assert browser.get(reverse("privacy")).status_code == 200
    assert browser.post(reverse("accounts:language"), {"language": "nn", "next": "/"})["Location"] == "/"
    assert browser.post(reverse("account_logout"))["Location"] == reverse("front")


def test_the_second_factor_is_looked_up_once_in_a_session(log_in, administrator, settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = True
    asked = []
    monkeypatch.setattr(middleware, "is_mfa_enabled", lambda user: asked.append(user) or True)
    browser = log_in(administrator)
    assert [browser.get(reverse("home")).status_code for _ in range(3)] == [200] * 3
    assert asked == [administrator]
