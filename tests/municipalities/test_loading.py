from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from innoskole.municipalities.loading import load
from innoskole.municipalities.models import Change, County, Municipality, MunicipalityName, Population
from tests.municipalities.conftest import facts, rewrite

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
    # The known names, five tables, and the savepoint around them.
    with django_assert_num_queries(8):
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
