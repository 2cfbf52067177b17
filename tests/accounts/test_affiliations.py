from __future__ import annotations

from datetime import date

import pytest

from innoskole.accounts.affiliations import domain_proves, domains_of, folded
from innoskole.accounts.models import DomainException
from tests.factories import MunicipalityFactory, municipality

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Bodø", {"bodo"}),
        ("Våler", {"valer", "vaaler"}),
        ("Ås", {"as", "aas"}),
        ("Ålgård", {"algard", "aalgard", "algaard", "aalgaard"}),
        ("Lærdal", {"laerdal"}),
        ("Nordre Follo", {"nordrefollo"}),
        ("Aurskog-Høland", {"aurskogholand"}),
        ("Kárášjohka", {"karasjohka"}),
        ("Čáhcesuolu", {"cahcesuolu"}),
        ("Unjárga Deanu ŋ đ ŧ ž", {"unjargadeanundtz"}),
        ("Stïentje", {"stientje"}),
    ],
)
def test_names_are_folded_as_domains_write_them(name, spellings):
    assert folded(name) == spellings


def test_a_municipality_owns_the_domains_of_all_its_names():
    assert domains_of(municipality("5607")) == {
        "vadso.kommune.no",
        "cahcesuolu.kommune.no",
        "vesisaari.kommune.no",
    }


@pytest.mark.parametrize(
    ("email", "proves"),
    [
        ("kari@bodo.kommune.no", True),
        ("Kari@BODO.kommune.no", True),
        ("kari@post.bodo.kommune.no", False),
        ("kari@bodo.kommune.no.example.no", False),
        ("kari@bodoe.kommune.no", False),
        ("kari@bodo.no", False),
        ("bodo.kommune.no@example.no", False),
        ("kari@example.no", False),
        ("kari@badaddjo.kommune.no", True),
        ("kari@baadaaddjo.kommune.no", True),
        ("kari@fjaler.kommune.no", False),
    ],
)
def test_only_the_exact_domain_proves(email, proves):
    assert domain_proves(email, municipality("1804")) is proves


def test_a_domain_that_two_municipalities_share_proves_neither():
    more, nordland = municipality("1515"), municipality("1818")
    assert [domain_proves("x@heroy.kommune.no", each) for each in (more, nordland)] == [False, False]
    DomainException.objects.create(domain="heroy.kommune.no", municipality=more)
    DomainException.objects.create(domain="heroy-no.kommune.no", municipality=nordland)
    assert [domain_proves("x@heroy.kommune.no", each) for each in (more, nordland)] == [True, False]
    assert [domain_proves("x@heroy-no.kommune.no", each) for each in (more, nordland)] == [False, True]


def test_a_listed_domain_proves_only_what_it_is_listed_with():
    DomainException.objects.create(domain="bodo.kommune.no", municipality=municipality("4646"))
    assert domain_proves("kari@bodo.kommune.no", municipality("4646"))
    assert not domain_proves("kari@bodo.kommune.no", municipality("1804"))


def test_a_namesake_of_another_time_does_no_harm():
    old = MunicipalityFactory(code="1627", name="Bjugn", valid_to_on=date(2018, 1, 1))
    new = MunicipalityFactory(
        code="5017", name="Bjugn", valid_from_on=date(2018, 1, 1), valid_to_on=date(2020, 1, 1)
    )
    living = MunicipalityFactory(code="5999", name="Bjugn", valid_from_on=date(2026, 1, 1))
    assert [domain_proves("x@bjugn.kommune.no", each) for each in (old, new, living)] == [True] * 3
