"""The page of the paper: heading by heading for those who write, to read for the others."""

from __future__ import annotations

import pytest
from django.urls import reverse

from applications.models import Application, CasePaper
from applications.states import State
from tests.applications.papers.conftest import REFERENCE, read
from tests.factories import NOW, PartnerFactory, TeamMemberFactory, person_for

pytestmark = pytest.mark.django_db


def url(language: str = "nb") -> str:
    return reverse("applications:paper_text", args=[REFERENCE, language])


def posted(form, **changed: str) -> dict[str, str]:
    """What a browser posts of a form that is shown, with some controls changed."""
    said = {name: form[name].value() for name in form.fields if not name.endswith("_again")}
    return {**said, **changed}


@pytest.fixture
def browser(now, application, coordinator, log_in):
    return log_in(coordinator)


def test_the_paper_opens_in_the_municipalitys_form(browser, application) -> None:
    answer = browser.get(reverse("applications:paper", args=[REFERENCE]))
    assert answer.headers["Location"] == url("nb")
    application.lead.language_form = "nn"
    application.lead.save()
    answer = browser.get(reverse("applications:paper", args=[REFERENCE]))
    assert answer.headers["Location"] == url("nn")


def test_the_page_shows_the_proposal_and_says_what_is_missing(browser) -> None:
    answer = browser.get(url("nn"))
    form = answer.context["form"]
    assert form["summary"].value() == read(Application.objects.get(), "nn").headings["summary"].text
    assert [(gap.label, gap.url) for gap in answer.context["gaps"]] == [("Public health assessment", "")]
    assert [name for name in form.fields if name.endswith("_again")] == []


def test_what_is_missing_leads_to_where_it_is_written(now, draft, coordinator, log_in) -> None:
    gaps = log_in(coordinator).get(url()).context["gaps"]
    assert [(gap.label, gap.url.removeprefix(f"/applications/{REFERENCE}")) for gap in gaps] == [
        ("Problem statement", "/step/problem/"),
        ("Plan", "/step/anchoring/"),
        ("The team", "/team/"),
        ("Sectors that the problem touches", "/step/composition/"),
        ("Political body", "/step/anchoring/"),
        ("Public health assessment", ""),
    ]


def test_saving_one_heading_and_giving_it_back(browser) -> None:
    form = browser.get(url()).context["form"]
    answer = browser.post(url(), posted(form, summary="In short.\r\nTwo lines."), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["The case paper is saved."]
    assert CasePaper.objects.get().summary == "In short.\nTwo lines."
    form = answer.context["form"]
    assert [name for name in form.fields if name.endswith("_again")] == ["summary_again"]
    browser.post(url(), posted(form, summary_again="on", title="Another title"))
    stored = CasePaper.objects.get()
    assert (stored.summary, stored.title) == ("", "Another title")


def test_a_form_that_is_refused_keeps_what_was_typed(browser) -> None:
    form = browser.get(url()).context["form"]
    answer = browser.post(url(), posted(form, title="x" * 201, summary="In short."))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["title"])
    assert answer.context["form"]["summary"].value() == "In short."
    assert not CasePaper.objects.exists()


def test_who_had_been_logged_out_finds_what_they_wrote(client, now, application, coordinator) -> None:
    client.post(url(), {"summary": "In short.", "recommends": "with"})
    client.force_login(coordinator, "innoskole.accounts.backends.Backend")
    assert client.get(url()).context["form"]["summary"].value() == "In short."


def test_a_conflict_shows_both_and_loses_nothing(browser, colleague, log_in) -> None:
    form = browser.get(url()).context["form"]
    log_in(colleague).post(url(), posted(form, summary="His.", recommends="with"))
    mine = posted(form, summary="Mine.", assessment="Also mine.")
    answer = browser.post(url(), mine)
    assert answer.status_code == 409
    assert [(c.label, c.theirs, c.mine) for c in answer.context["clashes"]] == [("Summary", "His.", "Mine.")]

    keep_mine, keep_theirs = (dict(answer.context[name]) for name in ("keep_mine", "keep_theirs"))
    assert browser.post(url(), keep_theirs).status_code == 302
    stored = CasePaper.objects.get()
    assert (stored.summary, stored.assessment, stored.recommends) == ("His.", "Also mine.", True)
    assert browser.post(url(), keep_mine).status_code == 302
    assert CasePaper.objects.get().summary == "Mine."


def test_a_conflict_about_the_recommendation_is_told_in_words(browser, colleague, log_in) -> None:
    form = browser.get(url()).context["form"]
    log_in(colleague).post(url(), posted(form, recommends="with"))
    again = browser.get(url()).context["form"]
    log_in(colleague).post(url(), posted(again, recommends="without"))
    answer = browser.post(url(), posted(again, recommends="without", summary="Mine."))
    assert answer.status_code == 302
    stale = posted(form, recommends="with", recommends_version="")
    answer = browser.post(url(), stale)
    assert [(c.theirs, c.mine) for c in answer.context["clashes"]] == [
        ("Without a recommendation", "With the recommendation below")
    ]


@pytest.mark.parametrize("who", ["administrator", "partner"])
def test_others_read_it_and_change_nothing(now, application, log_in, administrator, who) -> None:
    if who == "partner":
        PartnerFactory(application=application, confirmed=True)
        reader = person_for("5057", "Pia Partner", "pia@orland.kommune.no")
    else:
        reader = administrator
    browser = log_in(reader)
    answer = browser.get(url())
    shown = answer.content.decode()
    assert (answer.status_code, answer.context["form"]) == (200, None)
    assert ("Saken legges frem uten innstilling." in shown, "<textarea" in shown) == (True, False)
    assert browser.post(url(), {"summary": "Theirs."}).status_code == 404
    assert not CasePaper.objects.exists()


@pytest.mark.parametrize(
    ("kind", "content_type", "begins"),
    [
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
    ],
)
def test_the_files(browser, kind, content_type, begins) -> None:
    answer = browser.get(reverse("applications:paper_file", args=[REFERENCE, "nn", kind]))
    assert (answer.status_code, answer["Content-Type"], answer["Content-Disposition"]) == (
        200,
        content_type,
        f'attachment; filename="saksframlegg-{REFERENCE}-nn.{kind}"',
    )
    assert answer.content.startswith(begins)


@pytest.mark.parametrize(
    ("state", "anchoring", "recordable"),
    [(State.DRAFT, True, False), (State.SUBMITTED, False, True), (State.WITHDRAWN, False, False)],
)
def test_the_way_to_what_the_body_decided(browser, state, anchoring, recordable) -> None:
    Application.objects.update(state=state)
    context = browser.get(url()).context
    assert (bool(context["anchoring_url"]), context["is_recordable"]) == (anchoring, recordable)


@pytest.mark.parametrize("name", ["tasks", "step"])
def test_the_pages_of_the_application_lead_to_it(browser, name) -> None:
    args = [REFERENCE, "anchoring"] if name == "step" else [REFERENCE]
    shown = browser.get(reverse(f"applications:{name}", args=args)).content.decode()
    assert reverse("applications:paper", args=[REFERENCE]) in shown


def test_the_schools_case_leads_to_it(now, application, administrator, log_in) -> None:
    shown = log_in(administrator).get(reverse("applications:case", args=[REFERENCE])).content.decode()
    assert reverse("applications:paper", args=[REFERENCE]) in shown


@pytest.mark.parametrize("people", [1, 4])
def test_the_page_asks_as_much_for_four_people_as_for_one(
    browser, application, people, django_assert_num_queries
) -> None:
    application.members.all().delete()
    for _number in range(people):
        TeamMemberFactory(application=application)
    CasePaper.objects.create(
        application=application, language="nb", changed_by=application.coordinator, changed_at=NOW
    )
    browser.get(url())
    with django_assert_num_queries(15):
        browser.get(url())
