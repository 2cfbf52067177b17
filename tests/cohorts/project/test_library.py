"""The library: what is found by which words, filters and regions, and the records from before."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from cohorts.actions.library import load_library, records
from cohorts.models import LibraryEntry, Project
from cohorts.models.dissemination import plain
from innoskole.accounts import audit
from innoskole.municipalities.models import Change
from tests.cohorts.factories import TeamFactory
from tests.cohorts.project.factories import ProjectFactory
from tests.cohorts.project.page_factories import LibraryEntryFactory, PresentationFactory, published
from tests.factories import NOW, MunicipalityFactory, municipality

LIBRARY = "/library/"


@pytest.fixture
def bjugn(db: None) -> LibraryEntry:
    """The record of 2015, whose municipality has become Ørland."""
    old = MunicipalityFactory(
        code="1627", name="Bjugn", county__code="50", valid_to_on=date(2020, 1, 1), landsdel="TR"
    )
    Change.objects.create(
        old=old, new=municipality("5057"), changed_on=date(2020, 1, 1), kind="merge", is_primary=True
    )
    assert load_library(records(), now=NOW) == 1
    return LibraryEntry.objects.get()


def found(**query: str) -> list[str]:
    from django.test import Client

    page = Client().get(LIBRARY, query)
    assert page.status_code == 200
    return [entry.reference for entry in page.context["list"].rows]


def test_the_record_of_2015(bjugn: LibraryEntry) -> None:
    assert (bjugn.reference, bjugn.year, bjugn.municipality.name, bjugn.project) == (
        "bjugn-2015",
        2015,
        "Bjugn",
        None,
    )
    assert "Hva og eventuelt hvordan kan Bjugn kommune arbeide for å forebygge «drop out»" in bjugn.problem
    assert audit.history(bjugn).get().verb == "put a project from before into the library"


def test_loading_twice_changes_nothing(bjugn: LibraryEntry, capsys) -> None:
    call_command("load_library")
    assert capsys.readouterr().out == "Projects of the library that were made or renewed: 0.\n"
    bjugn.refresh_from_db()
    assert (LibraryEntry.objects.count(), bjugn.changed_at, audit.history(bjugn).count()) == (1, NOW, 1)


def test_a_changed_record_is_renewed(bjugn: LibraryEntry) -> None:
    rows = [{**records()[0], "keywords": "fravær"}]
    assert (load_library(rows, now=NOW), found(q="fravær"), found(q="frafall")) == (1, ["bjugn-2015"], [])


@pytest.mark.parametrize(
    "words",
    [
        "drop-out",
        "drop out",
        "dropout",
        "DROP OUT skole",
        "frafall",
        "videregående",
        "videregaende",
        "Bjugn",
        "orland",
        "ØRLAND",
        "trøndelag",
        "2015",
    ],
)
def test_who_else_has_worked_on_drop_out(bjugn: LibraryEntry, words: str) -> None:
    assert found(q=words) == ["bjugn-2015"]


@pytest.mark.parametrize("words", ["kulturskole", "drop nothing", "%", "_", "'"])
def test_other_words_find_nothing_or_everything(bjugn: LibraryEntry, words: str) -> None:
    assert found(q=words) == ([] if plain(words) else found())


def test_filters(bjugn: LibraryEntry, project: Project) -> None:
    ours = published(project=project).reference
    for query, references in (
        ({}, [ours, "bjugn-2015"]),
        ({"sector": "upbringing"}, ["bjugn-2015"]),
        ({"sector": "health_care"}, [ours]),
        ({"sector": "health"}, [ours, "bjugn-2015"]),  # no such sector: left out, and said at the field
        ({"region": "TR"}, ["bjugn-2015"]),
        ({"region": "NN"}, [ours]),
        ({"region": "SL"}, []),
        ({"county": "18"}, [ours]),
        ({"year": "2015"}, ["bjugn-2015"]),
        ({"q": "skole", "region": "TR", "year": "2015"}, ["bjugn-2015"]),
        ({"sort": "year"}, ["bjugn-2015", ours]),
        ({"sort": "municipality"}, ["bjugn-2015", ours]),
    ):
        assert found(**query) == references, query


def test_what_nobody_has_agreed_to_is_not_found(project: Project) -> None:
    LibraryEntryFactory(project=project)
    assert found() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_library_asks_no_more_for_more_rows(
    project: Project, client, rows: int, django_assert_num_queries
) -> None:
    published(project=project)
    for _ in range(rows - 1):
        published(project=ProjectFactory(team=TeamFactory(cohort=project.team.cohort)))
    LibraryEntryFactory.create_batch(rows, record=True)
    with django_assert_num_queries(4):
        page = client.get(LIBRARY)
    assert page.context["list"].total == 2 * rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_presentations_ask_no_more_for_more_rows(
    project: Project, kari, log_in, now, rows: int, django_assert_num_queries
) -> None:
    for each in PresentationFactory.create_batch(rows, project=project, made_by=kari.member.user):
        each.presenters.set(project.team.participants.all())
    browser = log_in(kari.member.user)
    url = reverse("cohorts:dissemination", args=[project.team.reference])
    browser.get(url)
    with django_assert_num_queries(10):
        page = browser.get(url)
    assert page.context["counts"] == [("Executive committee", rows)]


def test_a_public_page_says_in_which_language_it_is(project: Project, client) -> None:
    page = published(project=project, language="nn", result="Middag kvar torsdag")
    text = client.get(page.get_absolute_url()).content.decode()
    assert '<p lang="nn">Middag kvar torsdag</p>' in text
