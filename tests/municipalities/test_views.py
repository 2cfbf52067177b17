import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from innoskole.accounts import audit
from innoskole.accounts.actions import add_domain_exception
from innoskole.management.commands.import_register import UPDATED
from innoskole.municipalities.models import Change, Municipality
from tests.factories import NOW

LIST = "/municipalities/"


@pytest.fixture(autouse=True)
def _spring_of_2027():
    with time_machine.travel("2027-05-03T10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def page(client, register):
    """Get a page in English, and its text with single spaces."""

    def get(url, **query):
        response = client.get(url, query, headers={"accept-language": "en"})
        response.text_only = " ".join(response.content.decode().split())
        return response

    return get


def test_addresses():
    assert reverse("municipalities:list") == LIST
    assert reverse("municipalities:detail", args=["5057"]) == "/municipalities/5057/"
    assert reverse("municipalities:suggest") == "/municipalities/suggest.json"


@pytest.mark.parametrize(("query", "rows"), [({"q": "Oslo"}, 1), ({"q": "Nordre", "county": ""}, 3)])
def test_list_has_a_constant_number_of_queries(page, query, rows, django_assert_num_queries):
    rows_there = page(LIST, **query).context["list"].total
    assert rows_there == rows
    # The counties of the filter, the count, the page, the map, and earlier municipalities of the name.
    with django_assert_num_queries(5):
        page(LIST, **query)


@pytest.mark.parametrize(("name", "former"), [("Ørland", 1), ("Ålesund", 2)])
def test_list_with_earlier_municipalities_has_a_constant_number_of_queries(
    page, name, former, django_assert_num_queries
):
    assert len(page(LIST, q=name).context["former"]) == former
    # One more for each step from a municipality to what it became.
    with django_assert_num_queries(6):
        page(LIST, q=name)


def test_list_of_today(page):
    response = page(LIST)
    assert response.status_code == 200
    assert "357 municipalities in today's register." in response.text_only
    assert [row.name for row in response.context["list"].rows[:3]] == ["Alstahaug", "Alta", "Alvdal"]
    assert "Municipalities on 3 May 2027: 357, of which 174 are small." in response.text_only
    assert "Statistics Norway" in response.text_only


def test_list_of_another_day(page):
    response = page(LIST, on="2015-01-01", sort="-population", q="trøndelag")
    assert "municipalities in the register on 1 January 2015." in response.text_only
    rows = response.context["list"].rows
    assert [(row.name, row.population) for row in rows[:2]] == [("Trondheim", 184_960), ("Stjørdal", 22_957)]


def test_those_without_a_figure_come_last(page):
    rows = page(LIST, on="2018-06-01", sort="-population", county="50", page="1").context["list"].rows
    assert {row.population for row in rows} == {None}


@pytest.mark.parametrize(
    ("on", "figure"),
    [
        ("2015-06-01", "647,676"),
        ("2019-06-01", '647,676 <span class="hint">(2015)</span>'),
        ("2026-01-01", "728,714"),
        ("", '728,714 <span class="hint">(2026)</span>'),
        ("2014-12-31", '<span class="hint">No figure</span>'),
    ],
)
def test_a_figure_of_another_year_tells_its_year(page, on, figure):
    cells = page(LIST, q="0301", on=on).text_only.split('<td class="numeric">')[1:]
    assert [cell.split("</td>")[0] for cell in cells] == [figure]


def test_list_keeps_filter_sort_and_page_in_the_address(page):
    response = page(LIST, region="landsdel-OL", sort="county", page="2")
    listed = response.context["list"]
    assert (listed.total, listed.page.number, len(listed.rows)) == (121, 2, 50)
    assert "region=landsdel-OL&amp;sort=county&amp;page=3" in response.content.decode()


def test_empty_list(page):
    response = page(LIST, q="Atlantis")
    assert "No municipality fits" in response.text_only


def _former(response):
    return [
        (former.municipality.code, [successor.municipality.code for successor in former.successors])
        for former in response.context["former"]
    ]


def test_a_search_finds_what_has_ended(page):
    response = page(LIST, q="bjugn")
    assert _former(response) == [("5017", ["5057"]), ("1627", ["5057"])]
    assert [
        item.split("</li>")[0].strip() for item in response.text_only.split("<li>") if "until" in item
    ] == [
        f'<a class="ds-link" href="/municipalities/{code}/">Bjugn ({county})</a>, number {code} until '
        f'31 December {year}. It is now found in: <a class="ds-link" href="/municipalities/5057/">Ørland</a>'
        for code, county, year in (("5017", "Trøndelag", 2019), ("1627", "Sør-Trøndelag", 2017))
    ]


@pytest.mark.parametrize(
    ("query", "total", "former"),
    [
        ({"q": "sande"}, 2, [("0713", ["3903"])]),  # beside Sande and Sandefjord
        ({"q": "BO"}, 7, [("0821", ["4020"])]),
        ({"q": "sande", "on": "2015-01-01"}, 3, []),  # both lived that day
        ({"q": "ålesund", "on": "2021-01-01"}, 1, [("1504", ["1507"])]),
        ({"q": "karasjok"}, 1, []),  # it got new numbers, and is the same
        ({"q": "sand"}, 5, []),  # a part of a name
        ({"q": ""}, 357, []),
    ],
)
def test_earlier_municipalities_of_the_name_stand_below_the_list(page, query, total, former):
    response = page(LIST, **query)
    assert (response.context["list"].total, _former(response)) == (total, former)
    assert ("Found among earlier municipalities" in response.text_only) is bool(former)


def test_a_day_before_the_beginning_is_told(page):
    response = page(LIST, on="2010-12-31", q="Bø")
    assert response.context["form"].errors == {"on": ["The register begins on 1 January 2011."]}
    assert (response.context["day"], response.context["list"].total) == (date(2027, 5, 3), 2)
    assert page(LIST, on="2011-01-01").context["list"].total == 430


@pytest.mark.parametrize(
    ("query", "caption"),
    [
        ({"q": "ørland"}, "Municipalities on 3 May 2027: 1, of which 0 are small."),
        ({"q": "osen"}, "Municipalities on 3 May 2027: 2, of which 1 is small."),
        ({"q": "lund"}, "Municipalities on 3 May 2027: 2, of which 2 are small."),
        ({"q": "ørland", "on": "2016-01-01"}, "Municipalities on 1 January 2016: 1, of which 0 are small."),
        ({"q": "ørland", "on": "2021-01-01"}, "Municipalities on 1 January 2021: 1."),
    ],
)
def test_the_map_counts_the_small_ones(page, query, caption):
    response = page(LIST, **query)
    assert response.text_only.split("<figcaption>")[1].split("</figcaption>")[0] == caption
    assert '<a class="ds-link" href="#map">To the map</a>' in response.text_only


def test_a_wrong_day_is_told(page):
    response = page(LIST, on="01.13.2015")
    assert "<title>Error: The register of municipalities" in response.text_only
    assert response.context["list"].total == 357


def test_names_have_their_languages(page):
    content = page("/municipalities/5540/").content.decode()
    assert '<span lang="se">Gáivuotna</span> / <span lang="fkv">Kaivuono</span>' in content
    assert '<span lang="smj">Hábmer</span>' in page(LIST, q="hamarøy").content.decode()


def test_detail_of_a_municipality_of_today(page):
    response = page("/municipalities/5057/")
    assert response.context["has_ended"] is False
    assert [(figure.dated_on.year, figure.inhabitants) for figure, _ in response.context["figures"]] == [
        (2026, 10_706),
        (2025, 10_627),
        (2024, 10_522),
    ]
    assert [(change.old.code, change.new.code) for change in response.context["history"]] == [
        ("5015", "5057"),
        ("5017", "5057"),
        ("1621", "5015"),
        ("1627", "5017"),
    ]
    assert [(period, region.code) for _, period, region in response.context["regions"]] == [
        ("", "TR"),
        ("since", "5"),
    ]


def test_detail_of_one_that_has_ended(page):
    response = page("/municipalities/1850/")
    assert "Tysfjord was a municipality of its own until 31 December 2019." in response.text_only
    assert "(about 58% of the inhabitants)" in response.text_only
    assert [(name.valid_from_on.year, name.official_name) for name in response.context["names"]] == [
        (2012, "Tysfjord - Divtasvuodna"),
        (2011, "Tysfjord"),
    ]
    assert "1 January 2011 or earlier" in response.text_only
    assert [(period, region.code) for _, period, region in response.context["regions"]] == [
        ("", "NN"),
        ("before", "7"),
    ]


@pytest.mark.parametrize(
    ("code", "sentence", "now_in"),
    [
        (
            "2021",
            "Karasjok had the number 2021 until 31 December 2019. Now it has the number "
            '<a class="ds-link" href="/municipalities/5610/">5610</a>.',
            [],
        ),
        (
            "5437",
            "Karasjok had the number 5437 until 31 December 2023. Now it has the number "
            '<a class="ds-link" href="/municipalities/5610/">5610</a>.',
            [],
        ),
        (
            "1627",
            "Bjugn had the number 1627 until 31 December 2017, and was a municipality of its own until "
            "31 December 2019. Its area is now in:",
            ["5057"],
        ),
        ("5017", "Bjugn was a municipality of its own until 31 December 2019. Its area is now in:", ["5057"]),
        (
            "1613",
            "Snillfjord had the number 1613 until 31 December 2017, and was a municipality of its own until "
            "31 December 2019. Its area is now in:",
            ["5059", "5055", "5056"],
        ),
    ],
)
def test_a_new_number_ends_no_municipality(page, code, sentence, now_in):
    told = page(f"/municipalities/{code}/").text_only.split('data-color="info"> <p> ')[1].split("</div>")[0]
    assert told.split(" </p>")[0] == sentence
    assert re.findall(r'<li> <a class="ds-link" href="/municipalities/(\d{4})/">', told) == now_in


def test_detail_shows_moved_boundaries(page):
    history = page("/municipalities/3207/").context["history"]
    assert [(change.old.code, change.kind) for change in history if change.kind == "boundary"] == [
        ("3118", "boundary")
    ]


def test_detail_of_a_life_through_2020_has_both_of_statistics_norways_regions(page):
    assert [
        (period, region.code) for _, period, region in page("/municipalities/1103/").context["regions"]
    ] == [("", "VL"), ("since", "4"), ("before", "4")]


def test_detail_of_a_municipality_to_come(page):
    """A merger may stand in the register before it happens: nothing has ended yet."""
    strand = Municipality.objects.get(code="1130")
    coming = Municipality.objects.create(
        **{
            field.attname: getattr(strand, field.attname)
            for field in Municipality._meta.fields
            if field.name not in ("id", "code", "valid_from_on")
        },
        code="1190",
        valid_from_on=date(2028, 1, 1),
    )
    coming.names.create(name="Strand", official_name="Strand", valid_from_on=date(2028, 1, 1))
    Municipality.objects.filter(pk=strand.pk).update(valid_to_on=date(2028, 1, 1))
    Change.objects.create(
        old=strand, new=coming, changed_on=date(2028, 1, 1), kind="renumber", is_primary=True
    )
    assert page("/municipalities/1130/").context["has_ended"] is False
    assert page("/municipalities/1190/").context["has_ended"] is False


@pytest.mark.parametrize("code", ["5057", "1580", "1850", "5540", "1103"])
def test_detail_has_few_queries(page, code, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        assert page(f"/municipalities/{code}/").status_code == 200


def test_administrators_see_what_has_been_changed(page, client, administrator):
    audit.record(
        Municipality.objects.get(code="5057"),
        UPDATED,
        by=None,
        now=NOW,
        changes={"language_form": ("nb", "nn")},
    )
    add_domain_exception(
        "orland.example.no", Municipality.objects.get(code="5057"), by=administrator, now=NOW
    )
    told = [
        "The system</td> <td> took over what the files of the register say",
        "Language form: <del>Bokmål</del> → <ins>Nynorsk</ins>",
        "Anna Administrator</td> <td> let a mail domain prove the municipality",
        "Domain: <del>–</del> → <ins>orland.example.no</ins>",
    ]
    anybody = page("/municipalities/5057/").text_only
    assert [line for line in told if line in anybody] == []
    client.force_login(administrator)
    seen = page("/municipalities/5057/").text_only
    assert [line for line in told if line in seen] == told


def test_an_unknown_code_is_not_found(page):
    assert page("/municipalities/9999/").status_code == 404


@pytest.mark.parametrize(("query", "rows"), [("Oslo", 1), ("Nordre", 3)])
def test_suggestions_cost_one_query(page, query, rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(page("/municipalities/suggest.json", q=query).json()["suggestions"]) == rows


def test_suggestions(page):
    response = page("/municipalities/suggest.json", q="herøy")
    assert response.json() == {
        "suggestions": [
            {"value": "Herøy (Møre og Romsdal)", "code": "1515", "county": "Møre og Romsdal"},
            {"value": "Herøy (Nordland)", "code": "1818", "county": "Nordland"},
        ]
    }
    assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=3600"}


def test_suggestions_of_another_day(page):
    found = page("/municipalities/suggest.json", q="bjugn", on="2015-09-01").json()["suggestions"]
    assert found == [{"value": "Bjugn", "code": "1627", "county": "Sør-Trøndelag"}]
    assert page("/municipalities/suggest.json", q="bjugn").json() == {"suggestions": []}


def test_suggestions_for_nothing_and_for_nonsense(page):
    assert page("/municipalities/suggest.json").json() == {"suggestions": []}
    refused = page("/municipalities/suggest.json", q="x", on="1.9.2015x")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["on"])


def test_nothing_is_changed_here(client, register):
    for url in (LIST, "/municipalities/5057/", "/municipalities/suggest.json"):
        assert client.post(url).status_code == 405
