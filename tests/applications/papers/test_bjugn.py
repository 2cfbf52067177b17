"""Made from the case of Bjugn, the paper holds every fact of the seed's paper that the application knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from applications.papers.paper import paper_of
from innoskole.management.demo import bjugn
from innoskole.management.demo.calendar import OSLO, Stage, play
from tests.applications.papers.conftest import text_of

pytestmark = pytest.mark.django_db

SENT_IN = datetime(2014, 12, 1, 12, 0, tzinfo=OSLO)
FACTS = [
    # the problem statement, and the plan that it is anchored in
    "Hva og eventuelt hvordan kan Bjugn kommune arbeide for å forebygge «drop out» i videregående skole.",
    "reell problemstilling",
    "Kommuneplanens samfunnsdel «Til Ungdommen»",
    "side 45",
    "hindre sosiale ulikheter i samfunnet gjennom å styrke elevers evne og mulighet til å fullføre"
    " videregående skole",
    # the team
    "tverrfaglig sammensatt team",
    "Fem personer ble tilbudt plass i teamet. Én av dem er ikke lenger med, og teamet har nå fire personer.",
    "- PRO (Stranda)",
    "- Personalavdelingen",
    "- Kulturavdelingen (biblioteket)",
    "- Politisk ledelse v/ varaordfører",
    # what it lacks
    "Ingen i teamet kommer fra sektoren «Oppvekst og skole».",
    "I innovasjonsfaget snakker man om barrierer for innovasjon",
    "at teamet mangler representant fra denne sektoren, kan være en barriere",
    "vårt oppvekstområde generelt og Botngård skole spesielt",
    "Saken legges frem for formannskapet for tydelig forankring.",
    "Hvordan barrieren praktisk skal overvinnes, er en utfordring for studentene.",
    # public health
    "en av kommuneplanens fire strategier for folkehelsen",
    "viktigste grep for bjugningens framtidige folkehelse",
    # in short
    "Den nasjonale innovasjonsskolen for kommunal sektor",
    "våren 2015",
    "30 studiepoeng til dem som velger å avlegge eksamen",
    "deler av innovasjonsprosessen vil involvere sektoren «Oppvekst og skole»",
    "Saken legges frem uten innstilling.",
]


@pytest.fixture(scope="module", autouse=True)
def _register(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_register", stdout=StringIO())
        yield
        transaction.set_rollback(True)


def paper(language: str):
    play(bjugn.events(), stage=Stage.DRAFT, now=SENT_IN)

    return paper_of(bjugn.application(), language)


def test_every_fact_of_the_seeds_paper_stands_in_it() -> None:
    said = text_of(paper("nb"))
    assert [fact for fact in FACTS if fact not in said] == []


def test_it_has_the_headings_of_the_seed_and_lacks_nothing() -> None:
    made = paper("nb")
    assert [title for title, _text in made.sections] == [
        "Sakens bakgrunn og innhold",
        "Vurdering",
        "Folkehelsevurdering",
        "Oppsummering",
        "Innstilling",
    ]
    assert (made.gaps, "[" in text_of(made)) == ([], False)


def test_no_name_of_a_person_stands_in_it() -> None:
    said = text_of(paper("nb"))
    names = [values["name"] for values in bjugn.OFFERED] + [bjugn.COORDINATOR, bjugn.DIRECTOR]
    assert [name for name in names if name in said] == []


def test_the_same_paper_in_nynorsk() -> None:
    said = text_of(paper("nn"))
    assert "Fem personar fekk tilbod om plass i teamet. Éin av dei er ikkje lenger med" in said
    assert "Ingen i teamet kjem frå sektoren «Oppvekst og skule»." in said
    assert "30 studiepoeng til dei som vel å ta eksamen" in said
    assert "Saka blir lagd fram utan innstilling." in said
    assert "Hva og eventuelt hvordan kan Bjugn kommune" in said  # the municipality's own words
