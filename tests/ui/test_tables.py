"""Lists: sort and page in the address, other keys kept, two queries however many rows."""

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from innoskole.accounts.models import User
from innoskole.ui.tables import Column, Heading, PageLink, chosen_sort, in_sort, paginate, paginate_sorted

COLUMNS = (
    Column("name", "Name", order_by=("name",)),
    Column("language", "Language", order_by=("language", "-name"), numeric=True),
    Column("email", "E-mail"),
)


def request(query: str = "") -> HttpRequest:
    return RequestFactory().get(f"/people/{query}")


def people(*names: str) -> list[User]:
    return [User.objects.create_user(f"{name}{i}@example.no", name=name) for i, name in enumerate(names)]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_two_queries(rows: int, django_assert_num_queries) -> None:
    made = people(*"CAB"[:rows])
    with django_assert_num_queries(2):
        page = paginate(request(), User.objects.all(), COLUMNS, default_sort="name")
    assert page.rows == sorted(made, key=lambda user: user.name)
    assert (page.total, page.first, page.last, page.query, page.previous, page.next) == (
        rows,
        1,
        rows,
        "",
        "",
        "",
    )


@pytest.mark.django_db
def test_the_address_decides_sort_and_page_and_keeps_the_filter() -> None:
    made = people(*"ABCDEFG")
    page = paginate(
        request("?q=b%C3%B8&state=open&state=draft&sort=-name&page=2"),
        User.objects.all(),
        COLUMNS,
        per_page=2,
        default_sort="name",
    )
    kept = "?q=b%C3%B8&state=open&state=draft"
    assert page.rows == [made[4], made[3]]
    assert page.query == f"{kept}&sort=-name"
    assert page.headings == (
        Heading("Name", False, "descending", f"{kept}&sort=name"),
        Heading("Language", True, "none", f"{kept}&sort=language"),
        Heading("E-mail", False, "", ""),
    )
    assert page.pages == tuple(
        PageLink(number, f"{kept}&sort=-name&page={number}", number == 2) for number in (1, 2, 3, 4)
    )
    assert (page.previous, page.next) == (f"{kept}&sort=-name&page=1", f"{kept}&sort=-name&page=3")
    assert (page.first, page.last, page.total) == (3, 4, 7)


@pytest.mark.django_db
def test_equal_rows_keep_their_order_over_pages() -> None:
    made = people("A", "A", "A", "A")
    pages = [
        paginate(request(f"?page={n}"), User.objects.all(), COLUMNS, per_page=2, default_sort="name").rows
        for n in (1, 2)
    ]
    assert pages == [made[:2], made[2:]]


@pytest.mark.django_db
def test_a_sort_turns_all_its_fields() -> None:
    first, second = people("A", "B")
    assert list(in_sort(User.objects.all(), COLUMNS, "language")) == [second, first]
    assert list(in_sort(User.objects.all(), COLUMNS, "-language")) == [first, second]


@pytest.mark.parametrize("asked", ["?sort=email", "?sort=password", "?sort=--name", "?sort=", ""])
def test_a_sort_on_what_is_no_sortable_column_is_the_default(asked: str) -> None:
    assert chosen_sort(request(asked).GET, COLUMNS, "-name") == "-name"


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "expected"), [("99", 2), ("0", 2), ("x", 1), ("", 1)])
def test_a_page_that_is_not_there_is_the_nearest(asked: str, expected: int) -> None:
    people(*"ABC")
    page = paginate(request(f"?page={asked}"), User.objects.all(), COLUMNS, per_page=2, default_sort="name")
    assert page.page.number == expected


@pytest.mark.django_db
def test_many_pages_have_gaps() -> None:
    people(*"ABCDEFGHIJKLMNOPQRST")
    page = paginate(request("?page=10"), User.objects.all(), COLUMNS, per_page=1, default_sort="name")
    assert [link.number for link in page.pages] == [1, None, 9, 10, 11, None, 20]


@pytest.mark.django_db
def test_head_and_row_of_pages_as_html() -> None:
    people("A", "B", "C")
    listed = paginate(request("?q=a&sort=name"), User.objects.all(), COLUMNS, per_page=2, default_sort="name")
    with translation.override("en"):
        head = render_to_string("_components/table_head.html", {"list": listed, "tail": "Open"})
        pages = render_to_string("_components/pagination.html", {"list": listed})
    assertHTMLEqual(
        f"<table>{head}</table>",
        """
        <table><thead><tr>
          <th scope="col" aria-sort="ascending">
            <a class="sort" data-sort="ascending" href="?q=a&amp;sort=-name">Name</a></th>
          <th scope="col" class="numeric">
            <a class="sort" data-sort="none" href="?q=a&amp;sort=language">Language</a></th>
          <th scope="col">E-mail</th>
          <th scope="col"><span class="ds-sr-only">Open</span></th>
        </tr></thead></table>
        """,
    )
    assertHTMLEqual(
        pages,
        """
        <div class="pages">
          <p class="hint">Showing 1–2 of 3</p>
          <nav aria-label="Pages"><ul class="page-links">
            <li><a class="ds-button" aria-current="page" href="?q=a&amp;sort=name&amp;page=1">
              <span class="ds-sr-only">Page </span>1</a></li>
            <li><a class="ds-button" data-variant="tertiary" href="?q=a&amp;sort=name&amp;page=2">
              <span class="ds-sr-only">Page </span>2</a></li>
            <li><a class="ds-button" data-variant="tertiary" rel="next"
              href="?q=a&amp;sort=name&amp;page=2">Next
              <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
              <path d="M9 5l7 7-7 7"/></svg></a></li>
          </ul></nav>
        </div>
        """,
    )


def test_a_list_in_memory_is_paged_like_one_of_the_database():
    page = paginate_sorted(request("?sort=-name&page=2"), list("GFEDCBA"), COLUMNS, sort="-name", per_page=2)
    assert (page.rows, page.total, page.first, page.last) == (["E", "D"], 7, 3, 4)
    assert (page.query, page.previous, page.next) == (
        "?sort=-name",
        "?sort=-name&page=1",
        "?sort=-name&page=3",
    )
    assert page.headings[0] == Heading("Name", False, "descending", "?sort=name")
