from datetime import date

import pytest
from django.utils import translation

from innoskole.municipalities.models import Municipality
from innoskole.municipalities.regions import Division, Region, region_of, regions

LAST_OF_SEVEN, FIRST_OF_SIX = date(2019, 12, 31), date(2020, 1, 1)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_landsdeler_from_north_to_south():
    assert regions(Division.LANDSDEL, LAST_OF_SEVEN) == (
        Region("NN", "Northern Norway"),
        Region("TR", "Trøndelag"),
        Region("VL", "Western Norway"),
        Region("SL", "Southern Norway"),
        Region("OL", "Eastern Norway"),
    )


def test_the_division_may_be_given_as_its_stored_value():
    assert regions("landsdel", FIRST_OF_SIX) == regions(Division.LANDSDEL, LAST_OF_SEVEN)


def test_statistics_norway_has_seven_regions_until_2019_and_six_since():
    assert regions(Division.SSB, LAST_OF_SEVEN) == (
        Region("1", "Oslo and Akershus"),
        Region("2", "Hedmark and Oppland"),
        Region("3", "South-Eastern Norway"),
        Region("4", "Agder and Rogaland"),
        Region("5", "Western Norway"),
        Region("6", "Trøndelag"),
        Region("7", "Northern Norway"),
    )
    assert regions(Division.SSB, FIRST_OF_SIX) == (
        Region("1", "Oslo and Viken"),
        Region("2", "Innlandet"),
        Region("3", "Agder and South-Eastern Norway"),
        Region("4", "Western Norway"),
        Region("5", "Trøndelag"),
        Region("6", "Northern Norway"),
    )


@pytest.mark.parametrize(
    ("code", "day", "landsdel", "ssb"),
    [
        ("1627", date(2015, 9, 1), "TR", "6"),  # Bjugn in Sør-Trøndelag
        ("5017", date(2018, 9, 1), "TR", "6"),  # a county that the seven-part division never names
        ("5057", date(2027, 9, 1), "TR", "5"),
        ("1103", date(2015, 9, 1), "VL", "4"),  # Stavanger keeps its number and changes its region
        ("1103", date(2027, 9, 1), "VL", "4"),
        ("1001", date(2015, 9, 1), "SL", "4"),
        ("4204", date(2027, 9, 1), "SL", "3"),
        ("0301", date(2015, 9, 1), "OL", "1"),
        ("1804", date(2019, 12, 31), "NN", "7"),
        ("1804", date(2020, 1, 1), "NN", "6"),
        ("3018", date(2021, 1, 1), "OL", "1"),  # Våler in Viken
    ],
)
def test_region_of(register, code, day, landsdel, ssb):
    municipality = Municipality.objects.select_related("county").get_valid(code, day)
    found = [region_of(municipality, division, day) for division in Division]
    assert [region.code for region in found] == [landsdel, ssb]
    assert found[0] in regions(Division.LANDSDEL, day)
    assert found[1] in regions(Division.SSB, day)


def test_every_municipality_has_both_regions_in_2015_and_today(register):
    for day in (date(2015, 1, 1), date(2027, 1, 1)):
        for municipality in Municipality.objects.valid_on(day).select_related("county"):
            for division in Division:
                assert region_of(municipality, division, day) in regions(division, day)


def test_a_county_of_2015_has_no_region_of_2027(register):
    bjugn = Municipality.objects.select_related("county").get_valid("1627", date(2015, 1, 1))
    with pytest.raises(ValueError, match="County 16 had no region"):
        region_of(bjugn, Division.SSB, date(2027, 1, 1))
