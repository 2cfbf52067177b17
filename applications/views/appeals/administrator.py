"""The school's list of appeals over all intakes, and one appeal as the school sees it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions import appeals as actions
from applications.forms.appeals import AppealsFilterForm
from applications.letters.case import Case
from applications.letters.sections import grounds
from applications.models import Appeal
from applications.models.appeal import AppealQuerySet
from applications.models.appeal_steps import steps
from applications.states import AppealState
from applications.views.appeals.deeds import FORM_DEEDS, offered_plain
from applications.views.deeds import offered
from innoskole.accounts.guards import administrator_required, person
from innoskole.notifications.models import Message
from innoskole.ui import formats
from innoskole.ui.exports import csv_response, xlsx_response
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

COLUMNS = (
    Column("received", gettext_lazy("Received"), order_by=("order", "received_at")),
    Column("appellant", gettext_lazy("Appellant"), order_by=("appellant_name",)),
    Column("municipality", gettext_lazy("Municipality"), order_by=("decision__application__lead__sort_key",)),
    Column("decision", gettext_lazy("Decision")),
    Column("state", gettext_lazy("State"), order_by=("state",)),
    Column("due", gettext_lazy("Answer by"), order_by=("order", "due_on")),
    Column("handler", gettext_lazy("Prepared by"), order_by=("handler__name",)),
)
DEFAULT_SORT = "received"
STATE_COLORS: dict[str, str] = {
    AppealState.RECEIVED: "warning",
    AppealState.IN_PREPARATION: "info",
    AppealState.SENT_TO_BOARD: "info",
}
EXPORTS = {"xlsx": xlsx_response, "csv": csv_response}


@administrator_required
def appeals(request: HttpRequest) -> HttpResponse:
    """Open ones first, the oldest first; search, filter, sort and page live in the address."""
    form = AppealsFilterForm(request.GET)
    today = timezone.localdate()
    listed = paginate(request, _matching(request, form), COLUMNS, default_sort=DEFAULT_SORT)
    rows = [
        (
            appeal,
            STATE_COLORS.get(appeal.state, "neutral"),
            appeal.due_on < today and appeal.awaits_the_school,
        )
        for appeal in listed.rows
    ]
    return TemplateResponse(
        request, "applications/appeals/list.html", {"form": form, "list": listed, "rows": rows}
    )


@administrator_required
def appeals_export(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly the rows that the filter lets through, in the same order, as a file; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    form = AppealsFilterForm(request.GET)
    sort = chosen_sort(request.GET, COLUMNS, DEFAULT_SORT)
    lines = [_line(appeal) for appeal in in_sort(_matching(request, form), COLUMNS, sort)]
    file_name = f"appeals.{kind}"
    actions.record_export(
        filters=form.in_words(), rows=len(lines), file_name=file_name, by=person(request), now=timezone.now()
    )
    return EXPORTS[kind](file_name, _export_columns(), lines)


@administrator_required
def appeal_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The appeal with its decision, its clock, what can be done, its letters and its history."""
    appeal = get_object_or_404(
        Appeal.objects.with_case().select_related("led_to", "decision__letter", "sent_by"), pk=pk
    )
    user, now = person(request), timezone.now()
    decision = appeal.decision
    return TemplateResponse(
        request,
        "applications/appeals/case.html",
        {
            "appeal": appeal,
            "decision": decision,
            "application": decision.application,
            "intake": decision.application.intake,
            "state_color": STATE_COLORS.get(appeal.state, "neutral"),
            "is_overdue": appeal.awaits_the_school and appeal.due_on < formats.local(now).date(),
            "steps": steps(appeal),
            "grounds": grounds(Case(decision)),
            "others": decision.appeals.exclude(pk=appeal.pk),
            "plain_deeds": offered_plain(appeal, user, now),
            "form_deeds": offered(FORM_DEEDS, appeal, user, now),
            "messages_sent": Message.objects.about(appeal),
        },
    )


def _matching(request: HttpRequest, form: AppealsFilterForm) -> AppealQuerySet:
    return form.matching(person(request), timezone.localdate()).with_case().in_order_of_work()


def _export_columns() -> list[str]:
    return [
        _("Reference number"),
        _("Municipality"),
        _("Intake"),
        _("Person"),
        _("Decision"),
        _("Appellant"),
        _("E-mail"),
        _("Received"),
        _("After the deadline"),
        _("State"),
        _("Answer by"),
        _("Sent to the appeals board"),
        _("Ended"),
        _("Prepared by"),
    ]


def _line(appeal: Appeal) -> list[Any]:
    decision = appeal.decision
    return [
        decision.application.reference,
        decision.application.lead.display_name,
        str(decision.application.intake),
        decision.member.name if decision.member else "",
        str(decision.get_kind_display()),
        appeal.appellant_name,
        appeal.appellant_email,
        appeal.received_at,
        appeal.is_late,
        str(appeal.get_state_display()),
        appeal.due_on,
        appeal.to_board_at,
        appeal.ended_at,
        appeal.handler.name if appeal.handler else "",
    ]
