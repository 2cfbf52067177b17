"""A heading follows the application until somebody writes; nobody overwrites a colleague."""

from __future__ import annotations

import pytest

from applications.actions.drafts import Conflict
from applications.actions.papers import CHANGED, FOLLOWS, save_paper
from applications.models import CasePaper
from applications.papers.paper import Paper, language_of
from innoskole.accounts import audit
from tests.applications.papers.conftest import read
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def save(opened: Paper, by, *, again=(), **changed) -> None:
    """Save what somebody wrote in a paper as they had opened it."""
    save_paper(
        opened.application,
        opened.language,
        {**opened.values(), **changed},
        versions=opened.versions(),
        again=again,
        by=by,
        now=NOW,
    )


def test_a_heading_that_is_left_follows_the_application(application, coordinator) -> None:
    save(read(application), coordinator, assessment="Our own words.")
    application.problem_statement = "Another problem."
    application.mitigation = "Another way."
    application.save()
    paper = read(application)
    assert "Another problem." in paper.headings["background"].text
    assert (paper.headings["assessment"].text, paper.headings["assessment"].own) == (
        "Our own words.",
        "Our own words.",
    )
    assert "Another way." in paper.headings["assessment"].proposed.text


def test_only_what_was_changed_is_stored_and_told(application, coordinator) -> None:
    save(read(application), coordinator, summary="In short.", recommends=True)
    stored = CasePaper.objects.get()
    assert (
        stored.language,
        stored.title,
        stored.background,
        stored.assessment,
        stored.public_health,
        stored.summary,
        stored.recommends,
        stored.recommendation,
        stored.changed_by,
        stored.changed_at,
    ) == ("nb", "", "", "", "", "In short.", True, "", coordinator, NOW)
    event = audit.history(application).first()
    assert (event.verb, event.by, event.changes) == (
        CHANGED,
        coordinator,
        {
            "Language form": [None, "Bokmål"],
            "summary": [FOLLOWS, "In short."],
            "with a recommendation": [False, True],
        },
    )


def test_saving_without_a_change_writes_nothing(application, coordinator) -> None:
    save(read(application), coordinator)
    assert not CasePaper.objects.exists()
    assert not audit.history(application).filter(verb=CHANGED).exists()
    save(read(application), coordinator, summary="In short.")
    save(read(application), coordinator)
    assert audit.history(application).filter(verb=CHANGED).count() == 1


@pytest.mark.parametrize("how", ["again", "empty", "retyped"])
def test_the_proposal_comes_back(application, coordinator, how) -> None:
    proposed = read(application).headings["summary"].text
    save(read(application), coordinator, summary="In short.")
    opened = read(application)
    if how == "again":
        save(opened, coordinator, again={"summary"})
    else:
        save(opened, coordinator, summary="" if how == "empty" else proposed)
    assert CasePaper.objects.get().summary == ""
    assert read(application).headings["summary"].text == proposed


def test_the_two_forms_are_two_papers(application, coordinator) -> None:
    save(read(application, "nn"), coordinator, summary="Kort sagt.")
    assert (read(application, "nn").headings["summary"].own, read(application).headings["summary"].own) == (
        "Kort sagt.",
        "",
    )


def test_two_at_different_headings_do_not_meet(application, coordinator, colleague) -> None:
    first, second = read(application), read(application)
    save(first, coordinator, summary="Hers.")
    save(second, colleague, assessment="His.")
    stored = CasePaper.objects.get()
    assert (stored.summary, stored.assessment) == ("Hers.", "His.")


def test_two_at_the_same_heading_are_told(application, coordinator, colleague) -> None:
    first, second = read(application), read(application)
    save(first, coordinator, summary="Hers.")
    with pytest.raises(Conflict) as conflict:
        save(second, colleague, summary="His.", assessment="Also his.")
    assert conflict.value.theirs == {"summary": "Hers."}
    stored = CasePaper.objects.get()
    assert (stored.summary, stored.assessment, stored.changed_by) == ("Hers.", "", coordinator)


def test_the_same_words_twice_are_no_conflict(application, coordinator, colleague) -> None:
    first, second = read(application), read(application)
    save(first, coordinator, summary="Ours.")
    save(second, colleague, summary="Ours.")
    assert CasePaper.objects.get().changed_by == coordinator


def test_giving_the_proposal_back_does_not_throw_away_a_colleagues_text(
    application, coordinator, colleague
) -> None:
    save(read(application), coordinator, summary="First.")
    opened = read(application)
    save(read(application), coordinator, summary="Second.")
    with pytest.raises(Conflict):
        save(opened, colleague, again={"summary"})
    assert CasePaper.objects.get().summary == "Second."


def test_two_about_the_recommendation(application, coordinator, colleague) -> None:
    opened = read(application)
    save(read(application), coordinator, recommends=True)
    save(opened, colleague, summary="His.")  # left the question as it was
    assert read(application).recommends
    with pytest.raises(Conflict) as conflict:
        save(opened, colleague, recommendation="His.", recommends=False, summary="More.")
    assert conflict.value.theirs == {"summary": "His."}


def test_what_the_application_has_changed_into_is_seen_before_it_is_overwritten(
    application, coordinator
) -> None:
    opened = read(application)
    application.mitigation = "Another way."
    application.save()
    save(opened, coordinator, summary="Mine.")  # the changed heading was left alone
    assert "Another way." in read(application).headings["assessment"].text
    with pytest.raises(Conflict):
        save(opened, coordinator, assessment=f"{opened.headings['assessment'].text} And more.")


@pytest.mark.parametrize(
    ("form", "reads", "language"),
    [("nn", "nb", "nn"), ("nb", "nn", "nb"), ("neutral", "nn", "nn"), ("neutral", "en", "nb")],
)
def test_the_papers_own_language(application, form, reads, language) -> None:
    application.lead.language_form, application.coordinator.language = form, reads
    assert language_of(application) == language
