"""The public register: everybody may look things up, nothing is changed here."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from innoskole.municipalities.facts import BEGINNING
from innoskole.municipalities.figures import map_of, map_with
from innoskole.municipalities.forms import FilterForm, SuggestForm
from innoskole.municipalities.lineage import ancestry, successors, under_last_number
from innoskole.municipalities.models import Change, Municipality, Successor
from innoskole.municipalities.regions import SSB_REFORMED_ON, Division, Region, region_of
from innoskole.municipalities.sizes import size_class, size_name
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("name", _("Municipality"), ("sort_key", "code")),
    Column("code", _("Number"), ("code",)),
    Column("county", _("County"), ("county__sort_key", "sort_key")),
    Column("population", _("Inhabitants"), ("known_population", "sort_key"), numeric=True),
    Column("language", _("Language form"), ("language_form", "sort_key")),
)
SHOWN = ("code", "name", "name_sami", "name_kven", "language_form", "county__name")
FORMER_SHOWN = 10


@login_not_required
@require_safe
def municipality_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = FilterForm(request.GET, today=today)
    found = form.municipalities()
    rows = found.with_population_date(form.day).alias(known_population=Coalesce("population", Value(-1)))
    rows = rows.select_related("county").only(*SHOWN)
    listed = paginate(request, rows, COLUMNS, default_sort="name")
    return TemplateResponse(
        request,
        "municipalities/municipality_list.html",
        {
            "form": form,
            "list": listed,
            "day": form.day,
            "beginning": BEGINNING,
            "is_today": form.day == today,
            "map": map_of(found, form.day) if listed.total else "",
            "former": _former(form.cleaned_data.get("q", ""), form.day, exactly=listed.total > 0),
        },
    )


@dataclass(frozen=True)
class Former:
    """A municipality that has ended, and what it became."""

    municipality: Municipality
    successors: list[Successor]


def _former(text: str, day: date, *, exactly: bool) -> list[Former]:
    """Municipalities that had ended by the day: all that a search for the text finds.

    exactly: only those of which it is a whole name, without those that merely got a new number.
    """
    if not text:
        return []
    ended = Municipality.objects.filter(valid_to_on__lte=day)
    if exactly:
        ended = ended.called(text).exclude(changes_after__kind=Change.Kind.RENUMBER)
    else:
        ended = ended.search(text)
    rows = list(ended.select_related("county").order_by("sort_key", "-valid_to_on")[:FORMER_SHOWN])
    became = successors(rows, day)
    return [Former(row, became[row.pk]) for row in rows]


@login_not_required
@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """The latest municipality with the code, from its forerunners to what became of it."""
    municipality = (
        Municipality.objects.select_related("county").filter(code=code).order_by("-valid_from_on").first()
    )
    if municipality is None:
        raise Http404
    day = max(timezone.localdate(), municipality.valid_from_on)  # the register may know the coming year
    last = under_last_number(municipality, day)
    figures = [
        (figure, size_name(size_class(figure.inhabitants)))
        for figure in municipality.populations.order_by("-dated_on")
    ]
    return TemplateResponse(
        request,
        "municipalities/municipality_detail.html",
        {
            "municipality": municipality,
            "has_ended": not municipality.was_valid_on(day),
            "last": last,
            "lives_on": last.was_valid_on(day),
            "successors": municipality.successors_on(day),
            "history": _history(municipality),
            "names": list(municipality.names.order_by("-valid_from_on")),
            "beginning": BEGINNING,
            "figures": figures,
            "regions": _regions(municipality),
            "map": map_with(municipality),
        },
    )


def _history(municipality: Municipality) -> list[Change]:
    """What led to the municipality, what ended it, and its moved boundaries, the latest first."""
    own = Q(old=municipality) | Q(new=municipality, kind=Change.Kind.BOUNDARY)
    changes = Change.objects.exclude(kind=Change.Kind.LINEAGE).filter(own).select_related("old", "new")
    return sorted([*changes, *ancestry(municipality)], key=lambda change: change.changed_on, reverse=True)


def _regions(municipality: Municipality) -> list[tuple[Division, str, Region]]:
    """The regions of a municipality's life: (division, "before" or "since" the reform or "", region)."""
    first, last = municipality.valid_from_on, municipality.last_day
    found = [(Division.LANDSDEL, "", region_of(municipality, Division.LANDSDEL, last))]
    if last >= SSB_REFORMED_ON:
        found.append((Division.SSB, "since", region_of(municipality, Division.SSB, last)))
    if first < SSB_REFORMED_ON:
        found.append((Division.SSB, "before", region_of(municipality, Division.SSB, first)))
    return found


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def suggest(request: HttpRequest) -> JsonResponse:
    """`?q=text&on=YYYY-MM-DD`: {"suggestions": [{"value", "code", "county"}]}, for the municipality field."""
    form = SuggestForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    today = timezone.localdate()
    day = form.cleaned_data["on"] or today
    return JsonResponse(
        {
            "suggestions": [
                {"value": found.label_on(day), "code": found.code, "county": found.county.name}
                for found in form.suggestions(today)
            ]
        }
    )
