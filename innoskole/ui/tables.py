"""Lists whose sort and page live in the address, so that a link, a reload and an export agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
PER_PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column; without `order_by` (fields or annotations) it cannot be sorted on."""

    key: str
    label: str | Promise
    order_by: tuple[str, ...] = ()
    numeric: bool = False


@dataclass(frozen=True)
class Heading:
    """A column as one page shows it.

    `sort` is the value of aria-sort, empty when the column cannot be sorted on; `query` is where the
    heading's link leads ("?…").
    """

    label: str | Promise
    numeric: bool
    sort: str
    query: str


@dataclass(frozen=True)
class PageLink:
    """A step in the row of pages; number None is a gap."""

    number: int | None
    query: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class ListPage(Generic[Item]):
    """One page of a list, with what its head, its row of pages and its export need."""

    rows: list[Item]
    headings: tuple[Heading, ...]
    page: Page[Item]
    total: int
    sort: str
    query: str
    """The filter and sort without the page, "?…" or empty: append it to the address of an export."""
    pages: tuple[PageLink, ...]
    previous: str
    next: str

    @property
    def first(self) -> int:
        return self.page.start_index()

    @property
    def last(self) -> int:
        return self.page.end_index()


def _query(query: QueryDict, **changes: str | None) -> str:
    """The address's query with some keys changed (None removes), beginning with "?"."""
    changed = query.copy()
    for key, value in changes.items():
        changed.pop(key, None)
        if value is not None:
            changed[key] = value
    return f"?{changed.urlencode()}"


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def chosen_sort(query: QueryDict, columns: Sequence[Column], default: str) -> str:
    """The sort that the address asks for («name» or «-name»), or the default if it names no column."""
    asked = query.get("sort", "")
    sortable = {column.key for column in columns if column.order_by}
    return asked if asked.removeprefix("-") in sortable else default


def in_sort(rows: QuerySet[Row], columns: Sequence[Column], sort: str) -> QuerySet[Row]:
    """The rows in the order of `sort`; the primary key breaks ties, so that no row is on two pages.

    It turns with the sort: so one index serves both directions.
    """
    order_by = next(column.order_by for column in columns if column.key == sort.removeprefix("-"))
    fields = [*order_by, "pk"]
    return rows.order_by(*(map(_turned, fields) if sort.startswith("-") else fields))


def _headings(query: QueryDict, columns: Sequence[Column], sort: str) -> tuple[Heading, ...]:
    headings = []
    for column in columns:
        state, link = "", ""
        if column.order_by:
            state = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "none")
            turned = f"-{column.key}" if state == "ascending" else column.key
            link = _query(query, sort=turned, page=None)
        headings.append(Heading(column.label, column.numeric, state, link))
    return tuple(headings)


def paginate(
    request: HttpRequest,
    rows: QuerySet[Row],
    columns: Sequence[Column],
    *,
    default_sort: str,
    per_page: int = PER_PAGE,
) -> ListPage[Row]:
    """The page of `rows` that the address asks for: `?sort=key|-key&page=n`, other keys kept.

    Two queries, however many rows: the count and the page. A page beyond the last is the last.
    """
    sort = chosen_sort(request.GET, columns, default_sort)
    return _page(request.GET, Paginator(in_sort(rows, columns, sort), per_page), columns, sort)


def paginate_sorted(
    request: HttpRequest,
    rows: Sequence[Item],
    columns: Sequence[Column],
    *,
    sort: str,
    per_page: int = PER_PAGE,
) -> ListPage[Item]:
    """The page of `rows` that the address asks for, of a list that is reckoned and sorted in memory.

    sort: what `chosen_sort` gave, by which the caller has sorted. Asks the database nothing.
    """
    return _page(request.GET, Paginator(rows, per_page), columns, sort)


def _page(
    query: QueryDict, paginator: "Paginator[Item]", columns: Sequence[Column], sort: str
) -> ListPage[Item]:
    page = paginator.get_page(query.get("page", "1"))
    steps: list[Any] = list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    pages = tuple(
        PageLink(step, _query(query, page=str(step)), step == page.number)
        if isinstance(step, int)
        else PageLink(None)
        for step in steps
    )
    return ListPage(
        rows=list(page.object_list),
        headings=_headings(query, columns, sort),
        page=page,
        total=paginator.count,
        sort=sort,
        query=_query(query, page=None) if query else "",
        pages=pages,
        previous=_query(query, page=str(page.number - 1)) if page.has_previous() else "",
        next=_query(query, page=str(page.number + 1)) if page.has_next() else "",
    )
