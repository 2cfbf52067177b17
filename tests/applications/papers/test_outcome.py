"""What the political body decided comes back after the application is sent in, and changes nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from applications.actions.drafts import Conflict
from applications.actions.guarantees import answer_guarantee
from applications.actions.papers import RECORDED, record_outcome
from applications.models import Application, Submission
from applications.models.content import (
    POLITICAL,
    content_digest,
    fingerprint,
    guaranteed_digest,
    receipt_content,
    values_of,
)
from applications.states import State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.papers.conftest import reread
from tests.factories import NOW, AffiliationFactory, GuaranteeFactory, UserFactory, municipality

pytestmark = pytest.mark.django_db

SUPPORTED = {
    "political_body": "Formannskapet",
    "political_case_number": "12/27",
    "political_decided_on": date(2027, 5, 20),
    "political_outcome": "supported",
}
OPEN_TO_IT = (
    State.SUBMITTED,
    State.IN_REVIEW,
    State.INFORMATION_REQUESTED,
    State.READY,
    State.ADMITTED,
    State.WAITLISTED,
    State.DECLINED,
    State.ENROLLED,
)


@pytest.fixture
def sent(application, coordinator) -> Application:
    """Sent in to the intake, with its receipt."""
    application.state = State.SUBMITTED
    application.save()
    Submission.objects.create(
        application=application,
        number=1,
        submitted_at=NOW,
        submitted_by=coordinator,
        content=receipt_content(reread(application)),
        digest="0" * 64,
    )
    return application


def version(application: Application) -> str:
    return fingerprint(values_of(application, POLITICAL))


def record(application: Application, by, **values: object) -> None:
    record_outcome(application, {**SUPPORTED, **values}, version=version(application), by=by, now=NOW)


@pytest.mark.parametrize("state", OPEN_TO_IT)
def test_the_outcome_is_recorded(sent, coordinator, state) -> None:
    sent.state = state
    sent.save()
    record(sent, coordinator)
    assert values_of(reread(sent), POLITICAL) == SUPPORTED
    event = audit.history(sent).first()
    assert (event.verb, event.by, event.changes) == (
        RECORDED,
        coordinator,
        {
            "political_case_number": ["", "12/27"],
            "political_decided_on": [None, "2027-05-20"],
            "political_outcome": ["Will be put before the political body", "Supported"],
        },
    )
    assert not Message.objects.exists()


@pytest.mark.parametrize("state", sorted(set(State) - set(OPEN_TO_IT) - {State.DRAFT}))
def test_where_there_is_nothing_to_record(sent, coordinator, state) -> None:
    sent.state = state
    sent.save()
    with pytest.raises(Refused):
        record(sent, coordinator)
    assert reread(sent).political_case_number == ""


def test_an_open_application_is_changed_in_its_step(application, coordinator) -> None:
    with pytest.raises(Refused, match="Fill in the treatment under “Anchoring”"):
        record(application, coordinator)


def test_nobody_records_for_a_municipality_unproven(sent) -> None:
    unproven = UserFactory()
    AffiliationFactory(user=unproven, municipality=municipality(), pending=True)
    sent.coordinator = unproven
    sent.save()
    with pytest.raises(Refused, match="must confirm that you act"):
        record(sent, unproven)


def test_two_at_once(sent, coordinator, colleague) -> None:
    opened = version(sent)
    record(sent, coordinator)
    with pytest.raises(Conflict) as conflict:
        record_outcome(
            sent, {**SUPPORTED, "political_outcome": "noted"}, version=opened, by=colleague, now=NOW
        )
    assert conflict.value.theirs == SUPPORTED
    record_outcome(sent, SUPPORTED, version=opened, by=colleague, now=NOW)  # the same twice
    assert audit.history(sent).filter(verb=RECORDED).count() == 1


def test_what_was_sent_in_and_the_guarantee_stay_as_they_are(sent, coordinator) -> None:
    before = Submission.objects.values().get(), sent.guarantees.values().get()
    record(sent, coordinator)
    assert (Submission.objects.values().get(), sent.guarantees.values().get()) == before


def test_the_school_is_not_warned_of_a_change_since_the_guarantee(
    now, sent, coordinator, administrator, log_in
) -> None:
    sent.guarantees.update(
        content_digest=guaranteed_digest(reread(sent)), approver_email="direktor@bodo.kommune.no"
    )
    seen = content_digest(reread(sent))
    record(sent, coordinator)
    assert content_digest(reread(sent)) != seen
    case = reverse("applications:case", args=[sent.reference])
    answer = log_in(administrator).get(case)
    assert (answer.context["concerns"], "12/27" in answer.content.decode()) == ([], True)
    Application.objects.update(problem_statement="Something else.")
    assert log_in(administrator).get(case).context["concerns"] == [
        "The content has been changed after the municipal director gave the guarantee."
    ]


def test_an_approver_is_still_shown_what_the_body_has_done(application) -> None:
    application.guarantees.all().delete()
    guarantee = GuaranteeFactory(application=application, asked=True)
    seen = content_digest(reread(application))
    Application.objects.update(political_case_number="12/27")
    with pytest.raises(Refused, match="has been changed since you opened this page"):
        answer_guarantee(
            guarantee, given=True, name="Dag Direktør", text="Yes.", comment="", seen=seen, now=NOW
        )


# --- The page -------------------------------------------------------------------------------------


@pytest.fixture
def browser(now, sent, coordinator, log_in):
    return log_in(coordinator)


def url(application: Application) -> str:
    return reverse("applications:outcome", args=[application.reference])


def test_the_page_records_and_leads_back_to_the_paper(browser, sent) -> None:
    form = browser.get(url(sent)).context["form"]
    assert list(form.fields) == ["version", *(n for n in form.fields if n != "version")]
    assert set(form.fields) == {"version", *POLITICAL}
    answer = browser.post(
        url(sent), {**SUPPORTED, "political_decided_on": "2027-05-20", "version": form["version"].value()}
    )
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        reverse("applications:paper", args=[sent.reference]),
    )
    assert reread(sent).political_outcome == "supported"


def test_the_rules_are_those_of_the_step(browser, sent) -> None:
    answer = browser.post(url(sent), {"political_body": "Formannskapet", "political_outcome": "noted"})
    assert {name: list(texts) for name, texts in answer.context["form"].errors.items()} == {
        "political_case_number": ["This field is required."],
        "political_decided_on": ["This field is required."],
    }


def test_a_conflict_shows_both_with_a_button_for_each(browser, sent, colleague) -> None:
    opened = version(sent)
    record(sent, colleague)
    mine = {
        "political_body": "Formannskapet",
        "political_outcome": "noted",
        "political_case_number": "13/27",
        "political_decided_on": "2027-05-20",
        "version": opened,
    }
    answer = browser.post(url(sent), mine)
    assert answer.status_code == 409
    assert [(c.label, c.theirs, c.mine) for c in answer.context["clashes"]] == [
        ("Case number", "12/27", "13/27"),
        ("Treatment in the political body", "Supported", "Taken note of"),
    ]
    theirs = browser.post(url(sent), dict(answer.context["keep_theirs"]))
    assert (theirs.status_code, reread(sent).political_case_number) == (302, "12/27")
    assert browser.post(url(sent), dict(answer.context["keep_mine"])).status_code == 302
    assert reread(sent).political_case_number == "13/27"


def test_an_open_application_leads_to_its_step(browser, sent) -> None:
    Application.objects.update(state=State.DRAFT)
    answer = browser.get(url(sent))
    assert answer.headers["Location"] == reverse("applications:step", args=[sent.reference, "anchoring"])


@pytest.mark.parametrize("state", [State.AWAITING_APPROVAL, State.WITHDRAWN, State.REJECTED])
def test_elsewhere_the_page_says_why_not(browser, sent, state) -> None:
    Application.objects.update(state=state)
    answer = browser.get(url(sent), follow=True)
    assert answer.redirect_chain == [(sent.get_absolute_url(), 302)]
    assert len(list(answer.context["messages"])) == 1
    posted = browser.post(url(sent), {**SUPPORTED, "political_decided_on": "2027-05-20"})
    errors = posted.context["form"].errors
    assert (posted.status_code, list(errors)) == (200, ["__all__"])


def test_who_had_been_logged_out_finds_what_they_wrote(client, now, sent, coordinator, log_in) -> None:
    client.post(url(sent), {"political_body": "Kommunestyret"})
    client.force_login(coordinator, "innoskole.accounts.backends.Backend")
    assert client.get(url(sent)).context["form"]["political_body"].value() == "Kommunestyret"


def test_after_the_deadline_too(sent, coordinator, intake) -> None:
    record_outcome(
        sent, SUPPORTED, version=version(sent), by=coordinator, now=intake.closes_at + timedelta(days=200)
    )
    assert reread(sent).political_outcome == "supported"
