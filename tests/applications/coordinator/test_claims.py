"""The administrator decides who acts for a municipality whose domain does not prove it."""

import pytest
from django.urls import reverse

from applications.actions.people import approve_affiliation, claim_municipality, reject_affiliation
from applications.permissions import may_submit
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import Affiliation
from innoskole.notifications.models import Message
from tests.factories import (
    NOW,
    AffiliationFactory,
    ApplicationFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db

LIST = "/people/claims/"


@pytest.fixture
def nina(db):
    return UserFactory(name="Nina Ny", email="nina@example.no", language="nn")


@pytest.fixture
def pending(nina):
    return claim_municipality(nina, municipality("1804"), now=NOW)


def test_a_domain_proves_at_once(db):
    kari = UserFactory(email="kari@bodo.kommune.no")
    assert claim_municipality(kari, municipality("1804"), now=NOW).state == "proven"


def test_another_address_waits(pending):
    assert (pending.state, pending.proof, Message.objects.count()) == ("pending", "", 0)


def test_approving_lets_them_submit_and_tells_them(intake, pending, nina, administrator):
    application = ApplicationFactory(intake=intake, coordinator=nina)
    assert may_submit(nina, application) is False
    approve_affiliation(pending, by=administrator, now=NOW)
    assert may_submit(nina, application) is True
    letter = Message.objects.get()
    assert (letter.kind, letter.to_user, letter.language) == ("claim_approved", nina, "nn")
    assert audit.history(pending).first().verb == "approved the affiliation"


def test_rejecting_needs_a_reason_and_tells_it(intake, pending, nina, administrator):
    with pytest.raises(Refused, match="Give a reason"):
        reject_affiliation(pending, by=administrator, now=NOW, reason="")
    assert (Affiliation.objects.get().state, Message.objects.count()) == ("pending", 0)
    reject_affiliation(pending, by=administrator, now=NOW, reason="Nobody there knows you.")
    assert Affiliation.objects.get().state == "rejected"
    assert "Nobody there knows you." in Message.objects.get().body_text


def test_two_administrators_decide_once(pending, administrator, second_administrator):
    approve_affiliation(pending, by=administrator, now=NOW)
    with pytest.raises(Refused, match="Somebody else has just made this decision"):
        approve_affiliation(pending, by=second_administrator, now=NOW)
    assert Message.objects.count() == 1


def test_a_decision_can_be_changed(pending, nina, administrator):
    reject_affiliation(pending, by=administrator, now=NOW, reason="A mistake.")
    approve_affiliation(pending, by=administrator, now=NOW.replace(hour=11))
    assert [m.kind for m in Message.objects.order_by("pk")] == ["claim_rejected", "claim_approved"]


# --- The pages --------------------------------------------------------------------------------------


def test_the_list_shows_those_who_wait(now, pending, administrator, log_in):
    AffiliationFactory(user=UserFactory(name="Ola Ferdig"), municipality=municipality("4646"))
    page = log_in(administrator).get(LIST).content.decode()
    assert "Nina Ny" in page
    assert "Ola Ferdig" not in page
    assert "1 request" in page


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?search=nina", True),
        ("?search=bodø", True),
        ("?search=bodo", True),
        ("?search=fjaler", False),
        ("?state=rejected", False),
    ],
)
def test_search_and_filter(now, pending, administrator, log_in, query, is_found):
    page = log_in(administrator).get(LIST + query).content.decode()
    assert ("Nina Ny" in page) is is_found
    assert ("Nobody found" in page) is not is_found


def test_an_empty_list_is_good_news(now, administrator, log_in):
    assert "Nobody waits" in log_in(administrator).get(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_a_constant_number_of_queries(
    now, administrator, log_in, rows, django_assert_num_queries
):
    for number in range(rows):
        AffiliationFactory(user=UserFactory(name=f"Person {number}"), pending=True)
    browser = log_in(administrator)
    with django_assert_num_queries(4):
        page = browser.get(LIST).content.decode()
    assert page.count("/people/claims/") >= rows


def test_the_page_says_who_gets_what(now, pending, colleague, administrator, log_in):
    page = log_in(administrator).get(f"{LIST}{pending.pk}/").content.decode()
    assert "Does Nina Ny act for Bodø?" in page
    assert "is sent to nina@example.no. Nobody else gets an e-mail." in page
    assert "Kåre Kollega, kare@bodo.kommune.no" in page


def test_approving_on_the_page(now, pending, administrator, log_in):
    answer = log_in(administrator).post(
        f"{LIST}{pending.pk}/", {"reason": "", "answer": "approve"}, follow=True
    )
    assert answer.redirect_chain == [(LIST, 302)]
    assert "The decision is made, and Nina Ny is told." in answer.content.decode()
    assert Affiliation.objects.get(pk=pending.pk).state == "proven"


def test_rejecting_without_a_reason_on_the_page(now, pending, administrator, log_in):
    answer = log_in(administrator).post(f"{LIST}{pending.pk}/", {"reason": "", "answer": "reject"})
    page = answer.content.decode()
    assert "<title>Error: Nina Ny for Bodø" in page
    assert "Give a reason: it is sent to the person." in page
    assert Affiliation.objects.get(pk=pending.pk).state == "pending"


@pytest.mark.parametrize("data", [{"reason": "x"}, {"reason": "x", "answer": "perhaps"}, {}])
def test_an_answer_that_is_neither_decides_nothing(now, pending, administrator, log_in, data):
    answer = log_in(administrator).post(f"{LIST}{pending.pk}/", data)
    assert answer.status_code == 200
    assert Affiliation.objects.get(pk=pending.pk).state == "pending"


@pytest.mark.parametrize("who", ["coordinator", "instructor", "outsider"])
def test_only_administrators(now, pending, log_in, who, request):
    browser = log_in(request.getfixturevalue(who))
    assert browser.get(LIST).status_code == 403
    assert browser.get(f"{LIST}{pending.pk}/").status_code == 403
    assert browser.post(f"{LIST}{pending.pk}/", {"answer": "approve"}).status_code == 403
    assert Affiliation.objects.get(pk=pending.pk).state == "pending"
    assert reverse("applications:affiliations") == LIST
