"""The draw in public: rule, list, chances, files, result and all rounds; nothing leaks before its time.

From the freeze on, the list, the chances, the digest and the announced sources are public. Seed, protocol and
outcome are so only once the school has published them, or annulled the round.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications import promotion_log, results, selection
from applications.forms.selection import SearchForm
from applications.models import Application, Dimension, DrawRound, Intake, Promotion
from applications.models.application import ApplicationQuerySet
from applications.permissions import may_see_result
from applications.results import ChanceTable, Line
from applications.wording import CHECK_LABELS, why
from innoskole.municipalities.models import Municipality
from innoskole.ui import formats
from innoskole.ui.charts import Bar, BarRow, bar_chart
from innoskole.ui.maps import Kind, Marker, norway_map
from innoskole.ui.tables import Column, paginate

PER_PAGE = 25
MAP_OF_2024_FROM = date(2024, 1, 1)
VERIFIER = Path(selection.__file__).with_name("verify.py")
FILES: Mapping[str, tuple[str, str]] = {  # name: (field, content type)
    "basis.json": ("basis", "application/json"),
    "seed.txt": ("seed_text", "text/plain; charset=utf-8"),
    "protocol.json": ("protocol", "application/json"),
}
FROZEN_FILES = ("basis.json",)
NAME = Column("name", gettext_lazy("Municipality"), ("lead__sort_key",))
OUTCOME = Column("outcome", gettext_lazy("Outcome"))
GROUP = Column("group", gettext_lazy("Group"))
CHANCE = Column("chance", gettext_lazy("Chance before the draw"), numeric=True)
LOT = Column("lot", gettext_lazy("Lot"))
COLUMNS = (NAME, GROUP, CHANCE)
RESULT_COLUMNS = (NAME, OUTCOME, GROUP, CHANCE, LOT)
NO_DRAW_COLUMNS = (NAME, OUTCOME, GROUP)


@dataclass(frozen=True)
class Row:
    """A line of the list with its group, and once there is a result the grounds, in the reader's language."""

    line: Line
    region: str
    size: str
    why: list[str]


@login_not_required
def draw(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page of an intake's draw; `?round=1` shows an earlier round, `?q=` finds municipalities."""
    intake = get_object_or_404(Intake.objects.public(), slug=slug)
    rounds = list(intake.rounds.prefetch_related("sources").select_related("intake"))
    shown = _shown(request, rounds)
    context: dict[str, object] = {
        "intake": intake,
        "rounds": [each for each in rounds if each.is_draw or each.is_public],
        "round": shown,
    }
    if shown is not None:
        context |= _round(request, shown)
    return TemplateResponse(request, "applications/selection/draw.html", context)


def _shown(request: HttpRequest, rounds: list[DrawRound]) -> DrawRound | None:
    """The round that the address asks for, else the newest; none while nothing of it is public."""
    public = [each for each in rounds if each.is_draw or each.is_public]
    asked = request.GET.get("round", "")
    if asked:
        found = [each for each in public if str(each.number) == asked]
        if not found:
            raise Http404
        return found[0]
    return public[-1] if public else None


def _round(request: HttpRequest, shown: DrawRound) -> dict[str, object]:
    has_result = shown.is_public and bool(shown.protocol)
    lines = {line.code: line if has_result else line.without_result() for line in results.lines(shown)}
    form = SearchForm(request.GET)
    results_of = RESULT_COLUMNS if shown.is_draw else NO_DRAW_COLUMNS
    columns = results_of if has_result else COLUMNS
    listing = paginate(request, _found(shown, form), columns, default_sort="name", per_page=PER_PAGE)
    names = results.names_of(shown.intake)
    table = results.table_of(shown, with_result=has_result) if shown.is_draw else None
    return {
        "has_result": has_result,
        "form": form,
        "query": form.cleaned_data["q"] if form.is_valid() else "",
        "all_url": f"?round={shown.number}" if "round" in request.GET else "?",
        "list": listing,
        "rows": [_row(application, lines, names) for application in listing.rows],
        "table": table,
        "protocol": json.loads(shown.protocol) if has_result and shown.is_draw else None,
        "tables": shown.frozen.ballot.tables if shown.is_draw else (),
        "ballot_total": shown.frozen.ballot.total if shown.is_draw else 0,
        "files": [name for name in FILES if _content(shown, name) and (has_result or name in FROZEN_FILES)],
        "check_labels": CHECK_LABELS,
        "map": _map(shown, list(lines.values()), has_result=has_result),
        "charts": _charts(table, annulled=shown.annulled_at is not None) if table and has_result else [],
        "places": sum(bool(line.is_selected) for line in lines.values()),
        "log": _log(shown) if has_result and shown.annulled_at is None else None,
    }


def _log(shown: DrawRound) -> list[tuple[Promotion, str]]:
    """Who took over from whom, with the sentences that explain it."""
    return [(line, promotion_log.why(line)) for line in shown.intake.promotions.with_names()]


def _found(shown: DrawRound, form: SearchForm) -> ApplicationQuerySet:
    """The round's applications, or those whose municipality matches the search."""
    found = shown.intake.applications.filter(pk__in=[each.pk for each in shown.applications().values()])
    found = found.select_related("lead")
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    return found.filter(lead__in=Municipality.objects.search(text)) if text else found


def _row(application: Application, lines: Mapping[str, Line], names: Mapping[tuple[str, str], str]) -> Row:
    line = lines[application.lead.code]
    region, size = names[Dimension.REGION, line.cell[0]], names[Dimension.SIZE, line.cell[1]]
    return Row(line, region, size, why(line, region=region, size=size) if line.lot else [])


def _map(shown: DrawRound, lines: list[Line], *, has_result: bool) -> SafeString:
    if has_result:
        markers = [Marker(line.code, line.name, "place" if line.is_selected else "reserve") for line in lines]
    else:
        markers = [Marker(line.code, line.name, "takes_part") for line in lines]
    shown_kinds = {marker.kind for marker in markers}
    kinds = [kind for kind in _kinds(shown) if kind.key in shown_kinds]
    caption = _result_caption(shown, lines) if has_result else _list_caption(shown, lines)
    return norway_map(
        markers,
        kinds,
        caption,
        vintage=2024 if shown.intake.register_on >= MAP_OF_2024_FROM else 2015,
        listed=False,
    )


def _kinds(shown: DrawRound) -> list[Kind]:
    """What a mark can mean; without a draw nobody is on a waiting list, and the legend does not name one."""
    place, reserve = _("Place"), _("Waiting list")
    if shown.annulled_at:
        place, reserve = _("Place, annulled"), _("Waiting list, annulled")
    return [
        Kind("takes_part", _("Takes part"), "dot", 2),
        Kind("reserve", reserve, "ring", 2),
        Kind("place", place, "dot"),
    ]


def _result_caption(shown: DrawRound, lines: list[Line]) -> str:
    numbers = {"places": sum(bool(line.is_selected) for line in lines), "count": len(lines)}
    if shown.annulled_at:
        return (
            ngettext(
                "%(places)s of %(count)s application was drawn in the annulled round, which does not apply",
                "%(places)s of %(count)s applications were drawn in the annulled round, which does not apply",
                len(lines),
            )
            % numbers
        )
    return (
        ngettext(
            "%(places)s of %(count)s application has got a place",
            "%(places)s of %(count)s applications have got a place",
            len(lines),
        )
        % numbers
    )


def _list_caption(shown: DrawRound, lines: list[Line]) -> str:
    if shown.annulled_at:
        text = ngettext(
            "%(count)s application was in the list of the annulled round",
            "%(count)s applications were in the list of the annulled round",
            len(lines),
        )
    else:
        text = ngettext(
            "%(count)s application takes part in the draw",
            "%(count)s applications take part in the draw",
            len(lines),
        )
    return text % {"count": len(lines)}


def _charts(table: ChanceTable, *, annulled: bool) -> list[SafeString]:
    regions = [(row.head, sum(cell.places or 0 for cell in row.cells)) for row in table.rows]
    sizes = [
        (size, sum(row.cells[number].places or 0 for row in table.rows))
        for number, size in enumerate(table.sizes)
    ]
    by_region, by_size = _("Places by region"), _("Places by size class")
    if annulled:
        by_region = _("Places by region in the annulled round")
        by_size = _("Places by size class in the annulled round")
    return [_chart(by_region, _("Region"), regions), _chart(by_size, _("Size class"), sizes)]


def _chart(title: str, heading: str, groups: list[tuple[results.GroupHead, int]]) -> SafeString:
    rows = [
        BarRow(group.name, tuple(Bar(count, formats.number(count)) for count in (group.applicants, places)))
        for group, places in groups
    ]
    return bar_chart(title, rows, series=(_("Applications"), _("Places")), row_heading=heading)


@login_not_required
def draw_file(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """One of the published files, byte by byte; 404 while it is not public."""
    rounds = DrawRound.objects.filter(intake__in=Intake.objects.public()).select_related("intake")
    found = get_object_or_404(rounds, intake__slug=slug, number=number)
    if name not in FILES or not _content(found, name):
        raise Http404
    if name not in FROZEN_FILES and not may_see_result(request.user, found):
        raise Http404
    response = HttpResponse(_content(found, name).encode(), content_type=FILES[name][1])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _content(draw_round: DrawRound, name: str) -> str:
    content: str = getattr(draw_round, FILES[name][0])
    return content


@login_not_required
def verifier(request: HttpRequest) -> HttpResponse:
    """The stand-alone verifier: one file of Python, which needs nothing of ours."""
    response = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response
