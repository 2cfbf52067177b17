from datetime import date

import pytest
from django.db import IntegrityError, transaction

from innoskole.municipalities.models import Change, County, Municipality
from innoskole.municipalities.regions import Division
from innoskole.municipalities.sizes import SizeBounds

pytestmark = pytest.mark.usefixtures("register")
IN_2015, IN_2027 = date(2015, 9, 1), date(2027, 9, 1)


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2010, 12, 31), 0),
        (date(2015, 1, 1), 428),
        (date(2016, 12, 31), 428),
        (date(2017, 1, 1), 426),
        (date(2019, 12, 31), 422),
        (date(2020, 1, 1), 356),
        (date(2023, 12, 31), 356),
        (date(2024, 1, 1), 357),
        (date(2027, 9, 1), 357),
    ],
)
def test_valid_on(day, count):
    assert Municipality.objects.valid_on(day).count() == count


def test_counties_valid_on():
    assert [County.objects.valid_on(day).count() for day in (IN_2015, date(2021, 1, 1), IN_2027)] == [
        19,
        11,
        15,
    ]


def test_get_valid():
    assert Municipality.objects.get_valid("1627", IN_2015).name == "Bjugn"
    with pytest.raises(Municipality.DoesNotExist):
        Municipality.objects.get_valid("1627", IN_2027)


def _codes(rows):
    return [row.code for row in rows]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Bjugn", []),
        ("ØRLAND", ["5057"]),
        ("orland", ["5057"]),
        ("karasjohka", ["5610"]),
        ("Kárášjohka", ["5610"]),
        ("kaivuono", ["5540"]),
        ("herøy (nordland)", ["1818"]),
        ("Herøy Møre", ["1515"]),
        ("herøy", ["1515", "1818"]),
        ("1804", ["1804"]),
        ("tråante", ["5001"]),
        ("100 %", []),
    ],
)
def test_search(text, codes):
    assert _codes(Municipality.objects.valid_on(IN_2027).search(text).in_order()) == codes


def test_search_for_nothing_is_everything():
    assert Municipality.objects.valid_on(IN_2027).search("  ").count() == 357


@pytest.mark.parametrize(
    ("text", "codes"), [("Nes", ["0236", "0616"]), ("nes (akershus)", ["0236"]), ("Ne", [])]
)
def test_called_asks_for_the_whole_name(text, codes):
    assert _codes(Municipality.objects.valid_on(IN_2015).called(text).in_order()) == codes


def test_in_order():
    names = [row.name for row in Municipality.objects.valid_on(IN_2027).in_order()]
    assert names[:3] == ["Alstahaug", "Alta", "Alvdal"]
    assert names[-5:] == ["Åmot", "Årdal", "Ås", "Åseral", "Åsnes"]
    assert names.index("Værøy") < names.index("Øksnes")


def test_display_names_are_those_of_the_source():
    with_county = Municipality.objects.valid_on(IN_2027).filter(display_name__contains="(").in_order()
    assert [str(row) for row in with_county] == [
        "Herøy (Møre og Romsdal)",
        "Herøy (Nordland)",
        "Våler (Innlandet)",
        "Våler (Østfold)",
    ]


def test_label_on_shows_the_county_where_two_had_the_name(django_assert_num_queries):
    bo = Municipality.objects.select_related("county").get(code="1867")
    assert (bo.label_on(IN_2015), bo.label_on(IN_2027)) == ("Bø (Nordland)", "Bø")
    row = Municipality.objects.with_namesake(IN_2015).select_related("county").get(code="1867")
    with django_assert_num_queries(0):
        assert row.label_on(IN_2015) == "Bø (Nordland)"


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("0301", date(2025, 12, 31), "Oslo"),
        ("0301", date(2026, 1, 1), "Oslo - Oslove"),
        ("1940", date(2017, 12, 31), "Gáivuotna - Kåfjord"),
        ("1940", date(2018, 1, 1), "Gáivuotna - Kåfjord - Kaivuono"),
        ("1940", date(2000, 1, 1), "Gáivuotna - Kåfjord"),
        ("1514", IN_2015, "Sande"),
    ],
)
def test_name_on(code, day, name):
    assert Municipality.objects.get(code=code).name_on(day) == name


@pytest.mark.parametrize(
    ("code", "day", "population"),
    [
        ("1627", date(2014, 12, 31), None),
        ("1627", IN_2015, 4_715),
        ("0301", date(2023, 12, 31), 647_676),
        ("0301", date(2024, 1, 1), 717_710),
        ("0301", IN_2027, 728_714),
        ("5017", date(2019, 1, 1), None),
    ],
)
def test_population(code, day, population):
    municipality = Municipality.objects.with_population(day).get(code=code)
    assert (municipality.population, municipality.population_on(day)) == (population, population)


def test_of_size():
    everyone = Municipality.objects.valid_on(IN_2027).with_population(IN_2027)
    assert [everyone.of_size(code).count() for code in "SML"] == [174, 114, 69]
    assert set(everyone.of_size("L", SizeBounds(1_000, 300_000))) == {Municipality.objects.get(code="0301")}


def test_in_region():
    def count(division, code, day):
        return Municipality.objects.valid_on(day).in_region(division, code, day).count()

    assert [count(Division.LANDSDEL, code, IN_2027) for code in ("NN", "TR", "VL", "SL", "OL")] == [
        80,
        38,
        93,
        25,
        121,
    ]
    assert sum(count(Division.SSB, str(code), IN_2027) for code in range(1, 7)) == 357
    assert sum(count(Division.SSB, str(code), IN_2015) for code in range(1, 8)) == 428


@pytest.mark.parametrize(
    ("code", "language", "letters", "sami", "ssb"),
    [("4646", "nn", "nn", "se", "4"), ("1875", "neutral", "nb", "smj", "6"), ("1627", "", "nb", "se", "6")],
)
def test_facts_for_others(code, language, letters, sami, ssb):
    municipality = Municipality.objects.get(code=code)
    assert (municipality.language_form, municipality.letter_language) == (language, letters)
    assert (municipality.sami_language, municipality.ssb_region) == (sami, ssb)


def test_the_database_keeps_its_promises():
    oslo, bergen = Municipality.objects.get(code="0301"), Municipality.objects.get(code="4601")

    def refused(change):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()

    twin = {
        field.attname: getattr(oslo, field.attname)
        for field in Municipality._meta.fields
        if field.name != "id"
    }
    refused(lambda: Municipality.objects.create(**twin))
    refused(lambda: Municipality.objects.create(**twin | {"valid_from_on": date(2026, 2, 1)}))
    refused(lambda: Municipality.objects.filter(pk=oslo.pk).update(valid_to_on=oslo.valid_from_on))
    refused(lambda: County.objects.filter(code="03").update(valid_to_on=date(1900, 1, 1)))
    refused(lambda: oslo.populations.create(dated_on=date(2026, 1, 1), inhabitants=1))
    refused(lambda: oslo.names.create(valid_from_on=date(2026, 1, 1), name="x", official_name="x"))
    refused(
        lambda: Change.objects.create(old=oslo, new=oslo, changed_on=IN_2027, kind="merge", is_primary=True)
    )
    known = Change.objects.filter(old__code="5017").get()
    refused(
        lambda: Change.objects.create(
            old=known.old, new=known.new, changed_on=known.changed_on, kind="split", is_primary=False
        )
    )
    assert bergen.predecessors()[0].code == "1201"
