"""An intake at a glance: figures, charts, map, what to do next, and its rules."""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Dimension, Intake
from applications.models.overview import GroupCount, Overview, overview
from applications.models.rules import differences, rules_of
from applications.states import IntakeState, State
from applications.waiting import intake_waits
from innoskole.accounts.guards import administrator_required, person
from innoskole.ui import formats
from innoskole.ui.charts import Bar, BarRow, bar_chart
from innoskole.ui.maps import Kind, Marker, norway_map

MAP_OF_2024_FROM = date(2024, 1, 1)


@dataclass(frozen=True)
class Card:
    label: str
    value: str
    note: str = ""
    url: str = ""


@administrator_required
def intake_admin(request: HttpRequest, slug: str) -> HttpResponse:
    """The administrator's page of an intake."""
    intake = get_object_or_404(Intake.objects.select_related("copied_from"), slug=slug)
    now = timezone.now()
    facts = overview(intake)
    rules = rules_of(intake)
    return TemplateResponse(
        request,
        "applications/administrator/intake_admin.html",
        {
            "intake": intake,
            "is_planned": intake.state == IntakeState.PLANNED,
            "can_extend": intake.state == IntakeState.OPEN and now <= intake.closes_at,
            "facts": facts,
            "cards": _cards(intake, facts, now),
            "waits": intake_waits(person(request), intake, now),
            "charts": [_chart(dimension, groups) for dimension, groups in facts.groups.items()]
            if facts.received
            else [],
            "map": _map(intake, facts) if facts.received else "",
            "rules": rules,
            "differences": differences(rules_of(intake.copied_from), rules) if intake.copied_from else [],
        },
    )


def _cards(intake: Intake, facts: Overview, now: datetime) -> list[Card]:
    queue = reverse("applications:queue", args=[intake.slug])
    share = facts.ready / facts.received if facts.received else 0
    waiting = facts.count(State.AWAITING_APPROVAL)
    return [
        Card(
            _("Drafts"),
            formats.number(facts.drafts),
            ngettext(
                "%(count)s of them waits for the guarantee",
                "%(count)s of them wait for the guarantee",
                waiting,
            )
            % {"count": waiting}
            if waiting
            else "",
            f"{queue}?state={State.DRAFT}",
        ),
        Card(_("Submitted"), formats.number(facts.received), "", queue),
        Card(
            _("Ready for selection"),
            formats.number(facts.ready),
            _("%(share)s of those submitted") % {"share": formats.percent(share)},
            f"{queue}?state={State.READY}",
        ),
        Card(
            _("Places"),
            formats.number(intake.capacity),
            "",
            reverse("applications:intake", args=[intake.slug]),
        ),
        _deadline_card(intake, now),
    ]


def _deadline_card(intake: Intake, now: datetime) -> Card:
    """The next date that matters, and how many days away it is."""
    for label, moment in (
        (_("Days to the opening"), intake.opens_at),
        (_("Days to the deadline"), intake.closes_at),
        (_("Days for objections"), intake.objections_close_at),
    ):
        if now <= moment:
            return Card(
                label, formats.number(ceil((moment - now).total_seconds() / 86_400)), formats.moment(moment)
            )
    return Card(
        _("Objections closed"),
        formats.day(intake.objections_close_at),
        formats.moment(intake.objections_close_at),
    )


def _chart(dimension: str, groups: list[GroupCount]) -> SafeString:
    rows = [
        BarRow(
            group.name,
            (
                Bar(group.received, _("%(count)s submitted") % {"count": group.received}),
                Bar(group.ready, _("%(count)s ready") % {"count": group.ready}),
            ),
        )
        for group in groups
    ]
    heading = _("Region") if dimension == Dimension.REGION else _("Size class")
    return bar_chart(
        _conclusion(dimension, groups), rows, series=(_("Submitted"), _("Ready")), row_heading=heading
    )


def _conclusion(dimension: str, groups: list[GroupCount]) -> str:
    """What the chart shows, as a sentence: who is missing, else who has most."""
    missing = [group.name for group in groups if not group.received]
    if missing:
        return _("No application from: %(groups)s") % {"groups": ", ".join(missing)}
    most = max(groups, key=lambda group: group.received)
    if dimension == Dimension.REGION:
        return _("Every region is represented; most applications come from %(group)s") % {"group": most.name}
    return _("Every size class is represented; most applications come from: %(group)s") % {"group": most.name}


def _map(intake: Intake, facts: Overview) -> SafeString:
    ready, received = (
        Kind("ready", _("Ready for selection"), "dot"),
        Kind("received", _("Submitted"), "ring", 2),
    )
    markers = [
        Marker(applicant.code, applicant.name, "ready" if applicant.is_ready else "received")
        for applicant in facts.applicants
    ]
    return norway_map(
        markers,
        [received, ready],
        ngettext(
            "Where the %(count)s application comes from",
            "Where the %(count)s applications come from",
            facts.received,
        )
        % {"count": facts.received},
        vintage=2024 if intake.register_on >= MAP_OF_2024_FROM else 2015,
    )
