import csv
from datetime import date
from decimal import Decimal

import pytest

from innoskole.municipalities.facts import SourceError
from innoskole.municipalities.names import Names
from innoskole.municipalities.source import DATA, read_register
from tests.municipalities.conftest import facts, rewrite


def _rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _life(code):
    (life,) = [life for life in facts().lives if life.code == code]
    return life


def test_number_of_municipalities_in_each_year():
    counts = {
        year: sum(life.covers(date(year, 1, 1)) for life in facts().lives) for year in range(2011, 2028)
    }
    assert counts == {
        2011: 430,
        2012: 429,
        **dict.fromkeys(range(2013, 2017), 428),
        2017: 426,
        **dict.fromkeys((2018, 2019), 422),
        **dict.fromkeys(range(2020, 2024), 356),
        **dict.fromkeys(range(2024, 2028), 357),
    }


def test_lives_are_those_of_the_map_of_todays_codes():
    expected = {
        row["code"]: (row["first_version"], row["valid_to"]) for row in _rows("municipality_current_map.csv")
    }
    found = {
        life.code: (str(life.valid_from_on.year), life.valid_to_on.isoformat() if life.valid_to_on else "")
        for life in facts().lives
    }
    assert found == expected


def test_2015_is_the_list_of_2015():
    expected = {
        (row["code"], row["name"], row["name_sami"], row["name_kven"])
        for row in _rows("municipalities_2015.csv")
    }
    day = date(2015, 1, 1)
    found = set()
    for life in facts().lives:
        if life.covers(day):
            names = life.names[max(on for on in life.names if on <= day)]
            found.add((life.code, names.norwegian, names.sami, names.kven))
    assert found == expected


def test_last_names_are_those_of_the_current_list():
    expected = {
        row["code"]: Names(row["official_name"], row["name"], row["name_sami"], row["name_kven"])
        for row in _rows("municipalities.csv")
    }
    assert {life.code: life.last_names for life in facts().lives if life.valid_to_on is None} == expected


def test_renames_keep_their_days():
    assert _life("1850").names == {
        date(2011, 1, 1): Names("Tysfjord", "Tysfjord"),
        date(2012, 1, 1): Names("Tysfjord - Divtasvuodna", "Tysfjord", "Divtasvuodna"),
    }
    # Statistics Norway's «Sande (Møre og Romsdal)» became «Sande»: a label, not a name.
    assert _life("1514").names == {date(2011, 1, 1): Names("Sande", "Sande")}


def test_figures():
    assert _life("1627").populations == {date(2015, 1, 1): 4_715}
    assert _life("0301").populations == {
        date(2015, 1, 1): 647_676,
        date(2024, 1, 1): 717_710,
        date(2025, 1, 1): 724_290,
        date(2026, 1, 1): 728_714,
    }
    assert sum(len(life.populations) for life in facts().lives) == 428 + 3 * 357


def test_every_life_has_a_place_on_the_map():
    assert [life.code for life in facts().lives if None in (life.map_x, life.map_y, life.latitude)] == []
    # Between two maps: the point of the same municipality under its earlier number.
    assert (_life("5017").map_x, _life("5017").map_y) == (_life("1627").map_x, _life("1627").map_y)


def test_shares_of_split_municipalities():
    shares = {
        (change.old[0], change.new[0]): (change.is_primary, change.population_share)
        for change in facts().changes
        if change.kind == "split"
    }
    assert shares == {
        ("0720", "0704"): (False, None),
        ("0720", "0710"): (True, None),
        ("1850", "1806"): (False, Decimal("0.42")),
        ("1850", "1875"): (True, Decimal("0.58")),
        ("5012", "5055"): (False, Decimal("0.15")),
        ("5012", "5056"): (False, Decimal("0.34")),
        ("5012", "5059"): (True, Decimal("0.51")),
        ("1507", "1508"): (True, None),
        ("1507", "1580"): (False, None),
    }


def test_ancestors_that_followed_one_part_of_a_later_split():
    assert {
        (change.old[0], change.new[0], change.changed_on)
        for change in facts().changes
        if change.kind == "lineage"
    } == {
        ("1504", "1508", date(2024, 1, 1)),
        ("1523", "1508", date(2024, 1, 1)),
        ("1529", "1508", date(2024, 1, 1)),
        ("1534", "1580", date(2024, 1, 1)),
        ("1546", "1508", date(2024, 1, 1)),
    }


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        (
            "municipalities.csv",
            lambda rows: rows[1:],
            "After the changes of 2026-01-01 these codes should exist, .*: 0301",
        ),
        (
            "municipality_changes.csv",
            lambda rows: [row for row in rows if row["old_code"] != "5017"],
            "After the changes of 2018-01-01 these codes should exist, .*: 5017",
        ),
        (
            "municipality_changes.csv",
            lambda rows: [rows[0] | {"change_type": "eaten"}, *rows[1:]],
            "“eaten” is none of rename, renumber, merge, split, boundary",
        ),
        (
            "municipality_changes.csv",
            lambda rows: [rows[0] | {"change_date": "1.1.2012"}, *rows[1:]],
            "“1.1.2012” is not a date",
        ),
        (
            "municipalities.csv",
            lambda rows: [rows[0] | {"language_form": "dansk"}, *rows[1:]],
            "“dansk” is no language form",
        ),
        (
            "municipalities.csv",
            lambda rows: [rows[0] | {"population": "mange"}, *rows[1:]],
            "“mange” is not a whole number",
        ),
        (
            "municipalities.csv",
            lambda rows: [rows[0] | {"latitude": "nord"}, *rows[1:]],
            "“nord” is not a number",
        ),
        ("counties.csv", lambda rows: [row for row in rows if row["code"] != "56"], "lacks the counties 56"),
        (
            "counties.csv",
            lambda rows: [rows[0] | {"landsdel": "Midten"}, *rows[1:]],
            "“Midten” is no part of the country",
        ),
    ],
)
def test_contradictions_are_refused(folder, name, change, sentence):
    rewrite(folder / name, change)
    with pytest.raises(SourceError, match=sentence):
        read_register(folder)


def test_a_missing_file_is_named(folder):
    (folder / "counties.csv").unlink()
    with pytest.raises(SourceError, match=r"counties\.csv is missing"):
        read_register(folder)
