import csv
from datetime import date
from decimal import Decimal

import pytest

from innoskole.municipalities.lineage import ancestry, codes_known_as, successors, under_last_number
from innoskole.municipalities.models import Change, Municipality
from innoskole.municipalities.source import DATA
from tests.municipalities.conftest import found

pytestmark = pytest.mark.usefixtures("register")
IN_2015, IN_2019, IN_2021, IN_2027 = date(2015, 9, 1), date(2019, 9, 1), date(2021, 9, 1), date(2027, 9, 1)


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("1627", IN_2015, [("1627", True, 1)]),
        ("1627", IN_2019, [("5017", True, 1)]),
        ("1627", IN_2027, [("5057", True, 1)]),
        ("5017", date(2020, 1, 1), [("5057", True, 1)]),
        # Haram was a part of Ålesund for four years; Ørskog has stayed there.
        ("1534", IN_2019, [("1534", True, 1)]),
        ("1534", IN_2021, [("1507", True, 1)]),
        ("1534", IN_2027, [("1580", True, 1)]),
        ("1523", IN_2027, [("1508", True, 1)]),
        ("1507", IN_2027, [("1508", True, None), ("1580", False, None)]),
        ("1850", IN_2027, [("1875", True, Decimal("0.58")), ("1806", False, Decimal("0.42"))]),
        ("0720", IN_2019, [("0710", True, None), ("0704", False, None)]),
        ("0720", IN_2027, [("3907", True, None), ("3905", False, None)]),
        (
            "1613",
            IN_2027,
            [
                ("5059", True, Decimal("0.51")),
                ("5055", False, Decimal("0.15")),
                ("5056", False, Decimal("0.34")),
            ],
        ),
        ("1103", IN_2027, [("1103", True, 1)]),
    ],
)
def test_successors(code, day, expected):
    assert found(code, day) == expected


def test_all_842_agree_with_the_map_of_todays_codes():
    with (DATA / "municipality_current_map.csv").open(encoding="utf-8", newline="") as file:
        expected = {
            (row["code"], row["current_code"], row["is_primary"] == "1") for row in csv.DictReader(file)
        }
    everyone = {each.pk: each for each in Municipality.objects.all()}
    successions = {
        (everyone[pk].code, successor.municipality.code, successor.is_primary)
        for pk, became in successors(everyone.values(), IN_2027).items()
        for successor in became
    }
    assert successions == expected


def test_two_ways_to_one_municipality_are_one_successor():
    """Heim got a part of Snillfjord directly; let the rest come by Hemne: the shares add up."""
    snillfjord, heim = Municipality.objects.get(code="5012"), Municipality.objects.get(code="5055")
    hemne = Municipality.objects.get(code="5011")
    Change.objects.filter(old=snillfjord).exclude(new=heim).delete()
    Change.objects.create(
        old=snillfjord,
        new=hemne,
        changed_on=date(2020, 1, 1),
        kind="split",
        is_primary=True,
        population_share="0.85",
    )
    assert found("5012", IN_2027) == [("5055", True, Decimal(1))]


def test_current_on():
    assert Municipality.objects.get(code="1627").current_on(IN_2027) == Municipality.objects.get(code="5057")


@pytest.mark.parametrize(
    ("code", "day", "expected", "queries"),
    [
        ("1627", IN_2015, "1627", 0),
        ("1627", IN_2019, "5017", 1),
        ("1627", IN_2027, "5017", 2),  # it ended by a merger
        ("2021", IN_2027, "5610", 2),
        ("1850", IN_2027, "1850", 1),
    ],
)
def test_under_its_last_number(code, day, expected, queries, django_assert_num_queries):
    municipality = Municipality.objects.get(code=code)
    with django_assert_num_queries(queries):
        assert under_last_number(municipality, day).code == expected


def test_a_day_before_the_beginning_is_refused():
    with pytest.raises(ValueError, match=r"Ørland \(5057\) did not exist on 2015-09-01"):
        Municipality.objects.get(code="5057").successors_on(IN_2015)


def test_an_end_without_a_change_is_refused():
    Change.objects.filter(old__code="5017").delete()
    with pytest.raises(ValueError, match="No change tells what became"):
        Municipality.objects.get(code="1627").current_on(IN_2027)


@pytest.mark.parametrize(("codes", "steps"), [(["1627"], 2), (["1627", "1621", "1504"], 2), (["0720"], 3)])
def test_one_query_a_step_for_any_number_of_rows(codes, steps, django_assert_num_queries):
    rows = list(Municipality.objects.filter(code__in=codes))
    with django_assert_num_queries(steps):
        assert len(successors(rows, IN_2027)) == len(codes)


def _changes(code):
    return [
        (change.old.code, change.new.code, change.kind)
        for change in ancestry(Municipality.objects.get(code=code))
    ]


def test_ancestry():
    assert _changes("5057") == [
        ("5015", "5057", "merge"),
        ("5017", "5057", "merge"),
        ("1621", "5015", "renumber"),
        ("1627", "5017", "renumber"),
    ]


def test_ancestry_leaves_out_what_followed_another_part_of_a_split():
    assert _changes("1580") == [("1507", "1580", "split"), ("1534", "1507", "merge")]
    assert _changes("1508") == [
        ("1507", "1508", "split"),
        ("1504", "1507", "merge"),
        ("1523", "1507", "merge"),
        ("1529", "1507", "merge"),
        ("1546", "1507", "merge"),
    ]


def test_predecessors():
    assert [each.code for each in Municipality.objects.get(code="5057").predecessors()] == ["5015", "5017"]
    assert [each.code for each in Municipality.objects.get(code="1103").predecessors()] == ["1141", "1142"]
    assert Municipality.objects.get(code="1627").predecessors() == []


@pytest.mark.parametrize(
    ("code", "map_year", "expected"),
    [
        ("1627", 2015, "1627"),
        ("5017", 2015, "1627"),  # 2018–2019
        ("5054", 2015, "1624"),  # Indre Fosen came of Rissa and Leksvik, and neither has its name
        ("0710", 2015, "0706"),  # Sandefjord came of Sandefjord
        ("3001", 2024, "3101"),  # 2020–2023
        ("1507", 2024, "1508"),
    ],
)
def test_codes_on_a_map_of_another_year(code, map_year, expected, django_assert_num_queries):
    municipality = Municipality.objects.get(code=code)
    known = set(Municipality.objects.valid_on(date(map_year, 1, 1)).values_list("code", flat=True))
    with django_assert_num_queries(0 if code == expected else 1):
        assert codes_known_as([municipality], known) == {municipality.pk: expected}


def test_every_municipality_of_any_year_is_on_one_of_the_two_maps():
    for year in range(2013, 2028):
        day = date(year, 6, 1)
        map_day = date(2015, 1, 1) if year < 2020 else date(2024, 1, 1)
        known = set(Municipality.objects.valid_on(map_day).values_list("code", flat=True))
        rows = list(Municipality.objects.valid_on(day))
        assert codes_known_as(rows, known).keys() == {row.pk for row in rows}
