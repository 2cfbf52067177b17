from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from innoskole.accounts import actions, waiting
from innoskole.accounts.actions import request_affiliation
from innoskole.accounts.models import DomainException, User
from innoskole.accounts.roles import ROLES, Role, has_role, needs_second_factor, roles_of
from innoskole.accounts.waiting import Waiting, waiting_for
from tests.factories import NOW, AffiliationFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db
STAFF_PAGES = ["accounts:people", "accounts:new_person", "accounts:domains"]


def html(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


# --- Roles and doors --------------------------------------------------------------------------------


def test_the_table_of_roles_has_every_role_and_an_inactive_person_has_none(administrator, instructor):
    assert list(ROLES) == list(Role)
    assert [has_role(administrator, role) for role in Role] == [True, False]
    assert [has_role(instructor, role) for role in Role] == [False, True]
    assert (roles_of(administrator), roles_of(instructor)) == (
        [Role.COURSE_ADMINISTRATOR],
        [Role.INSTRUCTOR],
    )
    assert needs_second_factor(instructor)
    administrator.is_active = False
    assert not has_role(administrator, Role.COURSE_ADMINISTRATOR)


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_only_administrators_open_the_pages_about_people(
    name, log_in, visitor, administrator, instructor, coordinator
):
    assert visitor.get(reverse(name)).status_code == 302
    assert log_in(administrator).get(reverse(name)).status_code == 200
    for user in (instructor, coordinator):
        page = log_in(user).get(reverse(name))
        assert page.status_code == 403
        assert "Only course administrators can open this page." in page.content.decode()


def test_only_administrators_open_a_person_or_remove_a_domain(log_in, administrator, coordinator):
    person = reverse("accounts:person", args=[coordinator.pk])
    exception = DomainException.objects.create(domain="x.kommune.no", municipality=municipality())
    remove = reverse("accounts:remove_domain", args=[exception.pk])
    browser = log_in(coordinator)
    assert [browser.get(person).status_code, browser.post(remove).status_code] == [403, 403]
    assert DomainException.objects.count() == 1
    assert log_in(administrator).get(remove).status_code == 200
    assert DomainException.objects.count() == 1


# --- Home -------------------------------------------------------------------------------------------


def test_what_waits_comes_nearest_deadline_first_then_what_has_waited_longest(coordinator, monkeypatch):
    def soon(user, now):
        return [
            Waiting("Soon", "/a/", due_at=NOW + timedelta(days=1)),
            Waiting("B", "/d/"),
            Waiting("A", "/c/"),
        ]

    def later(user, now):
        assert (user, now) == (coordinator, NOW)
        return [
            Waiting("Old", "/b/", since_at=NOW - timedelta(days=3)),
            Waiting("Later", "/e/", due_at=NOW + timedelta(days=2), since_at=NOW - timedelta(days=9)),
        ]

    monkeypatch.setattr(waiting, "_questions", [])
    for question in (later, soon, later):
        waiting.register(question)
    assert [item.title for item in waiting_for(coordinator, NOW)] == ["Soon", "Later", "Old", "A", "B"]


def test_the_home_page_shows_what_waits(now, log_in, coordinator, monkeypatch):
    monkeypatch.setattr(
        waiting,
        "_questions",
        [lambda user, now: [Waiting("Answer the school", "/answer/", 3, NOW, "Two papers are missing.")]],
    )
    page = html(log_in(coordinator).get(reverse("home")))
    for text in (
        *('href="/answer/"', "Answer the school", "Two papers are missing."),
        *(">3<", "Deadline Monday 3 May 2027 at 10:00"),
    ):
        assert text in page


def test_the_home_page_is_friendly_when_nothing_waits(log_in, coordinator, monkeypatch):
    monkeypatch.setattr(waiting, "_questions", [])
    assert "Nothing waits for you" in html(log_in(coordinator).get(reverse("home")))


# --- Profile ----------------------------------------------------------------------------------------


def test_a_person_changes_name_and_language_and_the_page_follows(log_in, coordinator):
    AffiliationFactory(user=coordinator, municipality=municipality("4646"), pending=True)
    browser = log_in(coordinator)
    page = html(browser.get(reverse("accounts:profile")))
    for text in (
        "Bodø",
        "Fjaler",
        "Waits for an administrator’s approval",
        "the domain of the e-mail address",
    ):
        assert text in page
    response = browser.post(reverse("accounts:profile"), {"name": "Kari Ny", "language": "nn"})
    assert response["Location"] == reverse("accounts:profile")
    assert browser.get(reverse("accounts:profile"))["Content-Language"] == "nn"
    assert User.objects.filter(name="Kari Ny", language="nn", search_text__contains="kari ny").exists()


def test_a_profile_without_a_name_is_refused_and_the_header_keeps_the_old_one(log_in, coordinator):
    page = html(log_in(coordinator).post(reverse("accounts:profile"), {"name": "", "language": "en"}))
    assert "Fill in “Your name”." in page
    assert page.count("Kari Koordinator") == 1
    assert "<title>Error: My profile – Innoskole</title>" in page


# --- People -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_people_asks_the_same_number_of_questions(
    rows, log_in, administrator, django_assert_num_queries
):
    for _number in range(rows):
        AffiliationFactory(user=UserFactory(), municipality=municipality("1804"))
    browser = log_in(administrator)
    with django_assert_num_queries(5):  # session, user, count, people, their municipalities
        page = html(browser.get(reverse("accounts:people")))
    assert page.count("Bodø") == rows


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Anna Administrator", "Ivar Instruktør", "Kari Koordinator", "Unni Utenfor"]),
        ("q=UNNI", ["Unni Utenfor"]),
        ("q=bodo.kommune", ["Kari Koordinator"]),
        ("role=instructor", ["Ivar Instruktør"]),
        ("role=course_administrator", ["Anna Administrator"]),
        ("account=closed", ["Unni Utenfor"]),
        ("account=open&sort=-name", ["Kari Koordinator", "Ivar Instruktør", "Anna Administrator"]),
        ("q=finnes+ikke", []),
        ("role=emperor", ["Anna Administrator", "Ivar Instruktør", "Kari Koordinator", "Unni Utenfor"]),
    ],
)
def test_people_are_searched_filtered_and_sorted_by_the_address(
    query, names, log_in, administrator, instructor, coordinator, outsider
):
    User.objects.filter(pk=outsider.pk).update(is_active=False)
    page = log_in(administrator).get(f"{reverse('accounts:people')}?{query}")
    assert [str(user) for user in page.context["list"].rows] == names
    assert ("Nobody found" in html(page)) == (not names)


def test_a_person_is_added_and_a_known_one_is_refused(log_in, administrator):
    browser, url = log_in(administrator), reverse("accounts:new_person")
    new = {"email": "Ivar@example.no", "name": "Ivar Prøve", "language": "nn"}
    response = browser.post(url, new)
    added = User.objects.get(email="ivar@example.no")
    assert response["Location"] == reverse("accounts:person", args=[added.pk])
    assert "This address is already in use." in html(browser.post(url, new))


def test_an_administrator_gives_a_role_closes_the_account_and_finds_it_in_the_history(
    log_in, administrator, coordinator
):
    browser, url = log_in(administrator), reverse("accounts:person", args=[coordinator.pk])
    grant = {"deed": "grant-instructor", "grant-instructor-reason": "Will teach in the autumn"}
    assert browser.post(url, grant)["Location"] == url
    browser.post(url, {"deed": "close", "close-reason": "Has left"})
    coordinator.refresh_from_db()
    assert (coordinator.is_instructor, coordinator.is_active) == (True, False)
    page = html(browser.get(url))
    for text in (
        "granted a role",
        "Will teach in the autumn",
        "closed the account",
        "Has left",
        "History (2 events)",
    ):
        assert text in page


def test_without_a_reason_nothing_happens_and_the_form_says_so(log_in, administrator, coordinator):
    url = reverse("accounts:person", args=[coordinator.pk])
    page = html(log_in(administrator).post(url, {"deed": "grant-instructor", "grant-instructor-reason": ""}))
    assert "Fill in “Reason”." in page
    assert 'href="#id_grant-instructor-reason"' in page
    coordinator.refresh_from_db()
    assert not coordinator.is_instructor


def test_a_refused_deed_is_explained(log_in, administrator, coordinator, monkeypatch):
    def refuse(*args, **kwargs):
        raise actions.Refused("Not today.")

    monkeypatch.setattr(actions, "grant_role", refuse)
    url = reverse("accounts:person", args=[coordinator.pk])
    page = log_in(administrator).post(url, {"deed": "grant-instructor", "grant-instructor-reason": "x"})
    assert "Not today." in html(page)


def test_the_deeds_fit_the_person(log_in, administrator, second_administrator, coordinator):
    def deeds(user):
        page = log_in(administrator).get(reverse("accounts:person", args=[user.pk]))
        return [deed.key for deed in page.context["deeds"]]

    Authenticator.objects.create(user=second_administrator, type="totp", data={})
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    assert deeds(administrator) == ["grant-instructor"]
    assert deeds(second_administrator) == [
        *("revoke-course_administrator", "grant-instructor", "remove-second-factor", "close")
    ]
    assert deeds(coordinator) == ["grant-course_administrator", "grant-instructor", "open"]


# --- Mail domains -----------------------------------------------------------------------------------


def test_a_mail_domain_is_added_and_removed(log_in, administrator):
    heroy = municipality("1818")
    browser, url = log_in(administrator), reverse("accounts:domains")
    assert "No exceptions yet" in html(browser.get(url))
    for wrong in ("", "not a domain", "heroy"):
        page = browser.post(url, {"domain": wrong, "municipality": "1818"})
        assert list(page.context["form"].errors) == ["domain"]
    browser.post(url, {"domain": "@Heroy-No.kommune.no", "municipality": "1818"})
    exception = DomainException.objects.get()
    assert (exception.domain, exception.municipality) == ("heroy-no.kommune.no", heroy)
    assert "heroy-no.kommune.no" in html(browser.get(url))
    again = browser.post(url, {"domain": "heroy-no.kommune.no", "municipality": "1818"})
    assert "This domain already proves this municipality." in html(again)
    remove = reverse("accounts:remove_domain", args=[exception.pk])
    assert remove in html(browser.get(url))
    assert "will no longer prove that its owner works for Herøy" in html(browser.get(remove))
    assert list(browser.post(remove, {"reason": " "}).context["form"].errors) == ["reason"]
    assert browser.post(remove, {"reason": "Sold."}).url == url
    assert DomainException.objects.count() == 0
    lines = [(line.what, line.reason) for line in browser.get(url).context["lines"]]
    assert lines == [
        (f"{heroy}: stopped a mail domain from proving the municipality", "Sold."),
        (f"{heroy}: let a mail domain prove the municipality", ""),
    ]


def test_who_is_approved_by_a_new_mail_domain_is_said(log_in, administrator):
    kari = UserFactory(name="Kari Venter", email="kari@heroy-no.kommune.no")
    request_affiliation(kari, municipality("1818"), timezone.now())
    browser, url = log_in(administrator), reverse("accounts:domains")
    page = browser.post(url, {"domain": "heroy-no.kommune.no", "municipality": "1818"}, follow=True)
    assert "Approved by it, and told so: Kari Venter." in html(page)


def test_from_people_to_who_acts_for_a_municipality(log_in, administrator, coordinator):
    browser = log_in(administrator)
    assert reverse("applications:affiliations") in html(browser.get(reverse("accounts:people")))
    affiliation = coordinator.affiliations.get()
    decision = reverse("applications:claim", args=[affiliation.pk])
    assert decision in html(browser.get(reverse("accounts:person", args=[coordinator.pk])))
    assert decision not in html(log_in(coordinator).get(reverse("accounts:profile")))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_domains_asks_the_same_number_of_questions(
    rows, log_in, administrator, django_assert_num_queries
):
    for number in range(rows):
        DomainException.objects.create(domain=f"d{number}.kommune.no", municipality=municipality())
    browser = log_in(administrator)
    with django_assert_num_queries(5):  # session, user, count, domains, history
        page = html(browser.get(reverse("accounts:domains")))
    assert page.count("Bodø") == rows


def test_a_reason_written_while_logged_out_is_offered_again_and_does_nothing_yet(
    visitor, administrator, coordinator
):
    url = reverse("accounts:person", args=[coordinator.pk])
    visitor.post(url, {"deed": "close", "close-reason": "Has left the school"})
    visitor.force_login(administrator, "innoskole.accounts.backends.Backend")
    assert 'value="Has left the school"' in html(visitor.get(url))
    coordinator.refresh_from_db()
    assert coordinator.is_active
