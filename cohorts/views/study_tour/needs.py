"""What the kitchen and the leaders must know: numbers without names first, names where they are needed."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.study_tour import record_export, record_look
from cohorts.models import StudyTour, TourNeeds, TourSignUp
from cohorts.models.travellers import Answer, kitchen, travellers
from cohorts.views.study_tour.access import organised
from innoskole.accounts.guards import person
from innoskole.ui.exports import csv_response, xlsx_response

EXPORTS = {"csv": csv_response, "xlsx": xlsx_response}
Table = tuple[Sequence[str], list[list[Any]]]


def study_tour_kitchen(request: HttpRequest, slug: str) -> HttpResponse:
    """How many eat what, without names."""
    found = organised(request, slug)
    return TemplateResponse(
        request,
        "cohorts/study_tour/kitchen.html",
        {"cohort": found.cohort, "tour": found, "kitchen": kitchen(found)},
    )


def study_tour_needs(request: HttpRequest, slug: str) -> HttpResponse:
    """Who eats what and whom to call, with names; that somebody has read it stands in the history."""
    found = organised(request, slug)
    record_look(found, by=person(request), now=timezone.now())
    return TemplateResponse(
        request,
        "cohorts/study_tour/needs.html",
        {"cohort": found.cohort, "tour": found, "needs": _needs(found)},
    )


def _needs(tour: StudyTour) -> list[TourNeeds]:
    coming = TourSignUp.objects.coming().filter(tour=tour)
    rows = TourNeeds.objects.filter(sign_up__in=coming).select_related(
        "sign_up__participant__member", "sign_up__participant__team__application__lead"
    )
    return list(rows.order_by("sign_up__participant__team__number", "sign_up__participant"))


def study_tour_export(request: HttpRequest, slug: str, what: str, kind: str) -> HttpResponse:
    """A list as a file: `kitchen` has numbers only, `people` names, rooms, food and whom to call."""
    found = organised(request, slug)
    tables = {"kitchen": _kitchen_table, "people": _people_table}
    if what not in tables or kind not in EXPORTS:
        raise Http404
    columns, lines = tables[what](found)
    file_name = f"study-tour-{what}-{slug}.{kind}"
    record_export(found, file_name=file_name, rows=len(lines), by=person(request), now=timezone.now())
    return EXPORTS[kind](file_name, columns, lines)


def _kitchen_table(tour: StudyTour) -> Table:
    said = kitchen(tour)
    lines: list[list[Any]] = [[_("Everybody"), said.people]]
    lines += [[str(diet.label), count] for diet, count in said.counts]
    lines += [[note, 1] for note in said.notes]
    return [_("Food"), _("People")], lines


def _people_table(tour: StudyTour) -> Table:
    needs = {each.sign_up_id: each for each in _needs(tour)}
    columns = [
        _("Name"),
        _("E-mail"),
        _("Team"),
        _("Answer"),
        _("Wish for a room"),
        _("Sharing"),
        _("Room"),
        _("Food"),
        _("More about food"),
        _("Whom to call"),
        _("Telephone"),
    ]
    lines = []
    for each in travellers(tour):
        sign_up, member = each.sign_up, each.participant.member
        known = needs.get(sign_up.pk) if sign_up and each.answer == Answer.COMING else None
        lines.append(
            [
                member.name,
                member.email,
                str(each.participant.team),
                str(each.answer.label),
                sign_up.get_room_wish_display() if sign_up and sign_up.room_wish else "",
                each.sharing,
                each.room,
                ", ".join(known.diet_labels) if known else "",
                known.diet_note if known else "",
                known.contact_name if known else "",
                known.contact_phone if known else "",
            ]
        )
    return columns, lines
