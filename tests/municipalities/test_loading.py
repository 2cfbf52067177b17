from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from innoskole.accounts.models import AuditEvent
from innoskole.management.commands.import_register import RECOUNTED, UPDATED
from innoskole.municipalities.lineage import ancestry
from innoskole.municipalities.loading import load
from innoskole.municipalities.models import Change, County, Municipality, MunicipalityName, Population
from tests.municipalities.conftest import facts, found, rewrite

pytestmark = pytest.mark.usefixtures("register")
MERGED_ON = date(2027, 1, 1)
TABLES = (County, Municipality, MunicipalityName, Population, Change)


def _import(folder=None):
    output = StringIO()
    call_command("import_register", **({"data": folder} if folder else {}), stdout=output)
    return output.getvalue()


def _everything():
    return {model: list(model.objects.order_by("pk").values()) for model in TABLES}


def _next_year(folder):
    """The files as they may come in 2027: Hjelmeland goes to Strand, Osen is called Ose, new figures."""
    rewrite(
        folder / "municipality_changes.csv",
        lambda rows: [
            *rows,
            rows[0]
            | {"old_code": "1133", "old_name": "Hjelmeland", "new_code": "1130", "new_name": "Strand"}
            | {"change_date": "2027-01-01", "change_type": "merge"},
            rows[0]
            | {"old_code": "1130", "old_name": "Strand", "new_code": "1130", "new_name": "Strand"}
            | {"change_date": "2027-01-01", "change_type": "merge"},
            rows[0]
            | {"old_code": "5020", "old_name": "Osen", "new_code": "5020", "new_name": "Ose"}
            | {"change_date": "2027-01-01", "change_type": "rename"},
        ],
    )
    rewrite(
        folder / "municipalities.csv",
        lambda rows: [
            row
            | {"population_2026": row["population"], "population_date": "2027-01-01"}
            | ({"population": "13000"} if row["code"] == "1130" else {})
            | (
                {"name": "Ose", "official_name": "Ose", "display_name": "Ose"}
                if row["code"] == "5020"
                else {}
            )
            for row in rows
            if row["code"] != "1133"
        ],
    )


def test_a_second_import_changes_nothing(django_assert_num_queries):
    before = _everything()
    # The known names, five tables, and two savepoints around them.
    with django_assert_num_queries(10):
        assert _import() == "Nothing changed.\n"
    assert _everything() == before


def test_the_first_import_tells_what_is_new():
    for model in reversed(TABLES):
        model.objects.all().delete()
    assert _import().splitlines() == [
        "counties: 33 new, 0 changed",
        "municipalities: 842 new, 0 changed",
        "names of municipalities: 865 new, 0 changed",
        "numbers of inhabitants: 1499 new, 0 changed",
        "changes: 497 new, 0 changed",
    ]


def test_an_update_keeps_history(folder):
    before = _everything()
    _next_year(folder)
    said = _import(folder)
    assert "municipalities: 0 new, 2 changed" in said
    assert "Hjelmeland: valid_to_on None → 2027-01-01" in said
    assert "Osen: name" not in said  # the old name's row is not touched
    assert "names of municipalities: 1 new, 0 changed" in said
    assert "numbers of inhabitants: 356 new, 0 changed" in said
    assert "changes: 1 new, 0 changed" in said

    hjelmeland, strand, ose = (Municipality.objects.get(code=code) for code in ("1133", "1130", "5020"))
    day_before = date(2026, 12, 31)
    assert (hjelmeland.was_valid_on(day_before), hjelmeland.was_valid_on(MERGED_ON)) == (True, False)
    assert hjelmeland.current_on(day_before) == hjelmeland
    assert hjelmeland.current_on(MERGED_ON) == strand
    assert [each.code for each in strand.predecessors()] == ["1133"]
    assert (strand.population_on(day_before), strand.population_on(MERGED_ON)) == (13_959, 13_000)
    assert (ose.name, ose.name_on(day_before), ose.name_on(MERGED_ON)) == ("Ose", "Osen", "Ose")
    assert [each.code for each in Municipality.objects.search("osen").valid_on(MERGED_ON) if each == ose] == [
        "5020"
    ]
    # What the new files no longer tell about Hjelmeland is kept.
    was = Municipality.objects.get(code="1133")
    assert (was.orgnr, was.language_form, was.population_on(MERGED_ON)) == ("864979092", "nn", 2_612)
    assert Municipality.objects.valid_on(MERGED_ON).count() == 356
    for model in TABLES:
        assert {row["id"] for row in before[model]} <= set(model.objects.values_list("pk", flat=True))
    assert _import(folder) == "Nothing changed.\n"


def test_a_merger_into_a_new_number_needs_no_map(folder):
    rewrite(
        folder / "municipality_changes.csv",
        lambda rows: [
            *rows,
            *(
                rows[0]
                | {"old_code": code, "old_name": name, "new_code": "1190", "new_name": "Ryfylke"}
                | {"change_date": "2027-01-01", "change_type": "merge"}
                for code, name in (("1130", "Strand"), ("1133", "Hjelmeland"))
            ),
        ],
    )
    rewrite(
        folder / "municipalities.csv",
        lambda rows: [
            row | {"code": "1190", "name": "Ryfylke", "official_name": "Ryfylke", "display_name": "Ryfylke"}
            if row["code"] == "1130"
            else row
            for row in rows
            if row["code"] != "1133"
        ],
    )
    _import(folder)
    ryfylke = Municipality.objects.get(code="1190")
    assert (ryfylke.valid_from_on, ryfylke.valid_to_on) == (MERGED_ON, None)
    assert [each.code for each in ryfylke.predecessors()] == ["1130", "1133"]
    assert Municipality.objects.get(code="1130").current_on(MERGED_ON) == ryfylke
    assert (ryfylke.map_x, ryfylke.map_y) == (
        Municipality.objects.get(code="1130").map_x,
        Municipality.objects.get(code="1130").map_y,
    )


TYSFJORD = {"name": "Tysfjord", "official_name": "Tysfjord", "name_sami": "", "orgnr": ""}


def _split_hamaroy(folder, *, into, shares):
    """Hamarøy (1875) becomes two municipalities in 2027: what was Hamarøy, and what was Tysfjord (1850).

    into: the two numbers. shares: of the inhabitants of 1850, number by number.
    """

    def mapped(row, number, share="1", *, is_primary=True):
        place = {"current_code": number, "population_share": share, "is_primary": str(int(is_primary))}
        return row | place

    def today(row):
        match row["code"]:
            case "1849":
                return [mapped(row, into[0])]
            case "1850" if row["current_code"] == "1806":
                return [row]
            case "1850":
                return [
                    mapped(row, number, share, is_primary=index == 0)
                    for index, (number, share) in enumerate(shares.items())
                ]
            case "1875":
                return [mapped(row, into[0], ""), mapped(row, into[1], "", is_primary=False)]
            case _:
                return [row]

    rewrite(
        folder / "municipality_changes.csv",
        lambda rows: [
            *rows,
            *(
                rows[0]
                | {"old_code": "1875", "old_name": "Hábmer - Hamarøy", "new_code": number, "new_name": name}
                | {"change_date": "2027-01-01", "change_type": "split", "is_primary": str(int(is_primary))}
                for number, name, is_primary in zip(
                    into, ("Hábmer - Hamarøy", "Tysfjord"), (True, False), strict=True
                )
            ),
        ],
    )
    rewrite(
        folder / "municipalities.csv",
        lambda rows: [
            part
            for row in rows
            for part in (
                [row | {"code": into[0]}, row | TYSFJORD | {"code": into[1]}]
                if row["code"] == "1875"
                else [row]
            )
        ],
    )
    rewrite(
        folder / "municipality_current_map.csv", lambda rows: [place for row in rows for place in today(row)]
    )


def _lineage():
    """The changes of the kind lineage in 2027: (old, new, chief successor, share)."""
    return list(
        Change.objects.filter(kind="lineage", changed_on=MERGED_ON)
        .order_by("old__code", "new__code")
        .values_list("old__code", "new__code", "is_primary", "population_share")
    )


BEFORE_THE_SPLIT = [("1875", True, Decimal("0.58")), ("1806", False, Decimal("0.42"))]
NARVIK = ("1850", "1806", False, Decimal("0.42"))


def test_a_split_into_new_numbers_keeps_what_had_merged_apart(folder):
    _split_hamaroy(folder, into=("1876", "1877"), shares={"1877": "0.58"})
    _import(folder)
    assert _lineage() == [
        ("1849", "1876", True, 1),
        NARVIK,
        ("1850", "1877", True, Decimal("0.58")),
    ]
    assert found("1849", MERGED_ON) == [("1876", True, 1)]
    assert found("1850", MERGED_ON) == [("1877", True, Decimal("0.58")), ("1806", False, Decimal("0.42"))]
    assert found("1850", date(2026, 12, 31)) == BEFORE_THE_SPLIT
    assert found("1875", MERGED_ON) == [("1876", True, None), ("1877", False, None)]
    assert _import(folder) == "Nothing changed.\n"


def test_a_split_that_keeps_the_number_keeps_what_had_merged_apart(folder):
    _split_hamaroy(folder, into=("1875", "1877"), shares={"1877": "0.58"})
    _import(folder)
    # What was Hamarøy until 2019 is in the one that kept the number: its changes say so already.
    assert _lineage() == [NARVIK, ("1850", "1877", True, Decimal("0.58"))]
    assert found("1849", MERGED_ON) == [("1875", True, 1)]
    assert found("1850", MERGED_ON) == [("1877", True, Decimal("0.58")), ("1806", False, Decimal("0.42"))]
    assert found("1850", date(2026, 12, 31)) == BEFORE_THE_SPLIT
    assert found("1875", MERGED_ON) == [("1875", True, 1)]
    hamaroy, tysfjord = (Municipality.objects.get(code=code) for code in ("1875", "1877"))
    assert (hamaroy.valid_from_on, hamaroy.valid_to_on) == (date(2020, 1, 1), None)
    assert (tysfjord.valid_from_on, tysfjord.valid_to_on) == (MERGED_ON, None)
    assert [(each.old.code, each.new.code) for each in ancestry(hamaroy)] == [("1849", "1875")]
    assert [(each.old.code, each.new.code) for each in ancestry(tysfjord)] == [
        ("1875", "1877"),
        ("1850", "1875"),
    ]
    assert _import(folder) == "Nothing changed.\n"


def test_a_split_that_keeps_the_number_may_divide_an_ancestor(folder):
    _split_hamaroy(folder, into=("1875", "1877"), shares={"1875": "0.08", "1877": "0.50"})
    _import(folder)
    assert _lineage() == [
        NARVIK,
        ("1850", "1875", True, Decimal("0.08")),
        ("1850", "1877", False, Decimal("0.50")),
    ]


def test_a_split_without_news_on_the_map_follows_the_changes(folder):
    """Whether the map has been forgotten or not: nothing that the files do not say is made up."""
    _split_hamaroy(folder, into=("1875", "1877"), shares={"1875": "0.58"})
    _import(folder)
    assert _lineage() == []
    assert found("1850", MERGED_ON) == BEFORE_THE_SPLIT


def test_what_joins_after_a_split_is_no_ancestor(folder):
    """Steigen merges in 2028 into Hamarøy, which kept its number when it split in 2027."""
    _split_hamaroy(folder, into=("1875", "1877"), shares={"1877": "0.58"})
    rewrite(
        folder / "municipality_changes.csv",
        lambda rows: [
            *rows,
            *(
                rows[0]
                | {"old_code": code, "old_name": name, "new_code": "1875", "new_name": "Hábmer - Hamarøy"}
                | {"change_date": "2028-01-01", "change_type": "merge"}
                for code, name in (("1848", "Steigen"), ("1875", "Hábmer - Hamarøy"))
            ),
        ],
    )
    rewrite(folder / "municipalities.csv", lambda rows: [row for row in rows if row["code"] != "1848"])
    rewrite(
        folder / "municipality_current_map.csv",
        lambda rows: [row | ({"current_code": "1875"} if row["code"] == "1848" else {}) for row in rows],
    )
    _import(folder)
    assert _lineage() == [NARVIK, ("1850", "1877", True, Decimal("0.58"))]
    assert found("1848", date(2028, 1, 1)) == [("1875", True, 1)]


def test_a_new_name_without_its_day_is_refused(folder):
    rewrite(
        folder / "municipalities.csv",
        lambda rows: [
            row | ({"name": "Ose", "official_name": "Ose"} if row["code"] == "5020" else {}) for row in rows
        ],
    )
    before = _everything()
    with pytest.raises(CommandError, match=r"“Osen” “Ose”\. A new name needs a row of the type rename"):
        _import(folder)
    assert _everything() == before


def test_a_better_spelling_is_taken_over(folder):
    rewrite(
        folder / "municipalities.csv",
        lambda rows: [
            row | ({"name_sami": "Raané", "official_name": "Rana - Raané"} if row["code"] == "1833" else {})
            for row in rows
        ],
    )
    _import(folder)
    assert Municipality.objects.get(code="1833").official_name == "Rana - Raané"
    assert list(
        MunicipalityName.objects.filter(municipality__code="1833")
        .order_by("valid_from_on")
        .values_list("valid_from_on", "official_name")
    ) == [(date(2011, 1, 1), "Rana"), (date(2024, 1, 1), "Rana - Raané")]


def test_a_new_name_of_a_county_is_refused(folder):
    rewrite(
        folder / "counties.csv",
        lambda rows: [row | ({"name": "Vestlandet"} if row["code"] == "46" else {}) for row in rows],
    )
    before = _everything()
    with pytest.raises(CommandError, match=r"“Vestland” “Vestlandet”\. The register keeps one name for each"):
        _import(folder)
    assert _everything() == before


def _events():
    """What the audit has recorded, the earliest first: (municipality, verb, who, changes)."""
    return [
        (event.obj.code, event.verb, event.by_label, event.changes)
        for event in AuditEvent.objects.order_by("pk")
    ]


def test_what_an_import_overwrites_stays_in_the_history(folder):
    def revised(row):
        match row["code"]:
            case "1133":
                return row | {"language_form": "bokmål", "orgnr": "000000000", "population": "2613"}
            case "0301":
                return row | {"population_2024": "717711"}
            case _:
                return row

    rewrite(folder / "municipalities.csv", lambda rows: [revised(row) for row in rows])
    _import(folder)
    expected = [
        (
            "1133",
            UPDATED,
            "The system",
            {"language_form": ["nn", "nb"], "orgnr": ["864979092", "000000000"]},
        ),
        ("0301", RECOUNTED, "The system", {"2024-01-01": [717_710, 717_711]}),
        ("1133", RECOUNTED, "The system", {"2026-01-01": [2_612, 2_613]}),
    ]
    assert _events() == expected
    assert _import(folder) == "Nothing changed.\n"
    assert _events() == expected


def test_new_figures_and_names_are_no_revisions(folder):
    """They stand beside the old ones. Of Hjelmeland, which has left the newest file, an older one tells."""
    _next_year(folder)
    _import(folder)
    ended = {"valid_to_on": [None, "2027-01-01"]}
    place = {"latitude": ["59.2369", "59.1922"], "longitude": ["6.1791", "6.4015"]}
    assert _events() == [
        ("1133", UPDATED, "The system", ended | place),
        ("5020", UPDATED, "The system", {"name": ["Osen", "Ose"], "official_name": ["Osen", "Ose"]}),
    ]


def test_files_that_contradict_each_other_change_nothing(folder):
    rewrite(folder / "municipalities.csv", lambda rows: rows[1:])
    before = _everything()
    with pytest.raises(CommandError, match="should exist"):
        _import(folder)
    assert _everything() == before


def test_many_changes_are_told_in_short(folder):
    Municipality.objects.filter(valid_to_on=None).update(orgnr="000000000")
    said = _import().splitlines()
    assert said[0] == "municipalities: 0 new, 355 changed"  # two have no organisation number in the files
    assert said[1] == "  Oslo: orgnr 000000000 → 958935420"
    assert said[-1] == "  … and 315 more"
    assert len(said) == 42


def test_load_says_the_same_to_a_program():
    assert [(tally.created, tally.changed) for tally in load(facts())] == [(0, [])] * 5
