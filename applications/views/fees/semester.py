"""The semester fees of an intake's students: who has paid, one by one or from a list of payments."""

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications.actions import semester_fees as deeds
from applications.actions.fees import record_download
from applications.forms.fees import (
    SEMESTER_NAMES,
    PaymentListForm,
    SeenListForm,
    SemesterFeeFilterForm,
)
from applications.models import Intake, SemesterFee, TeamMember
from applications.models.semester_fees import everybody, matching, totals
from applications.views.administrator.overview import Card
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import AuditEvent
from innoskole.accounts.templatetags.audit import Line, line
from innoskole.ui import formats
from innoskole.ui.exports import csv_response, xlsx_response
from innoskole.ui.tables import Column, chosen_sort, in_sort, paginate

COLUMNS = (
    Column("name", gettext_lazy("Name"), ("name",)),
    Column(
        "municipality",
        gettext_lazy("Municipality"),
        ("application__lead__sort_key", "application__lead__code"),
    ),
    Column("first", SEMESTER_NAMES[1], ("paid_1",)),
    Column("second", SEMESTER_NAMES[2], ("paid_2",)),
)
DEFAULT_SORT = "municipality"
EXPORTS = {"xlsx": xlsx_response, "csv": csv_response}


@administrator_required
def semester_fees(request: HttpRequest, slug: str) -> HttpResponse:
    """The students, 50 at a time; search, filter, sort and page live in the address."""
    intake = get_object_or_404(Intake, slug=slug)
    form = SemesterFeeFilterForm(request.GET)
    listed = paginate(request, _found(intake, form), COLUMNS, default_sort=DEFAULT_SORT)
    return TemplateResponse(
        request,
        "applications/fees/semester_fees.html",
        {
            "intake": intake,
            "form": form,
            "list": listed,
            "rows": [(member, _semesters(member)) for member in listed.rows],
            "cards": _cards(intake),
            "is_filtered": any(form.asked().values()),
            "lines": _history(listed.rows),
        },
    )


@administrator_required
def semester_fees_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Exactly the rows that the filter lets through, in the same order; the audit tells of it."""
    if kind not in EXPORTS:
        raise Http404
    intake = get_object_or_404(Intake, slug=slug)
    form = SemesterFeeFilterForm(request.GET)
    rows = in_sort(_found(intake, form), COLUMNS, chosen_sort(request.GET, COLUMNS, DEFAULT_SORT))
    lines = [_export_line(member) for member in rows]
    file_name = f"semester-fees-{intake.slug}.{kind}"
    record_download(
        intake,
        verb=deeds.DOWNLOADED,
        filters=form.in_words(),
        rows=len(lines),
        file_name=file_name,
        by=person(request),
        now=timezone.now(),
    )
    return EXPORTS[kind](file_name, _export_columns(), lines)


@administrator_required
@require_POST
def semester_fee_record(request: HttpRequest, slug: str, pk: int, semester: int) -> HttpResponse:
    """Record that a student has paid, today, or has not paid."""
    member = get_object_or_404(everybody(get_object_or_404(Intake, slug=slug)), pk=pk)
    now = timezone.now()
    paid_on = formats.local(now).date() if request.POST.get("paid") == "yes" else None
    try:
        deeds.record_payment(member, semester, paid_on=paid_on, by=person(request), now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("%(name)s: recorded as paid.") if paid_on else _("%(name)s: recorded as not paid.")
        messages.success(request, said % {"name": member.name})
    query = request.POST.get("query", "")
    address = reverse("applications:semester_fees", args=[slug])
    return redirect(f"{address}?{query}" if query else address)


@administrator_required
def semester_fee_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a list of payments; see row by row what it would do; import it."""
    intake = get_object_or_404(Intake, slug=slug)
    if "text" in request.POST:
        return _import(request, intake)
    is_sent = request.method == "POST"
    form = PaymentListForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        semester = form.cleaned_data["semester"]
        found = deeds.preview(intake, semester, form.payments, timezone.now())
        return _shown(request, intake, semester, form.text, found)
    return TemplateResponse(
        request, "applications/fees/semester_fee_import.html", {"intake": intake, "form": form}
    )


def _import(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Import the list that was previewed, or hand out its rows that a person must look at."""
    form = SeenListForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the list once more."))
        return redirect("applications:semester_fee_import", intake.slug)
    semester, text, now = form.cleaned_data["semester"], form.cleaned_data["text"], timezone.now()
    if "left_over" in request.POST:
        return _left_over(intake, deeds.preview(intake, semester, form.payments, now))
    try:
        found = deeds.import_payments(
            intake, semester, form.payments, seen=form.cleaned_data["seen"], by=person(request), now=now
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _shown(request, intake, semester, text, deeds.preview(intake, semester, form.payments, now))
    return _shown(request, intake, semester, text, found, is_done=True)


def _shown(
    request: HttpRequest,
    intake: Intake,
    semester: int,
    text: str,
    found: deeds.Import,
    *,
    is_done: bool = False,
) -> HttpResponse:
    """The rows and what becomes of them. Not a redirect: to send the same list again changes nothing."""
    return TemplateResponse(
        request,
        "applications/fees/semester_fee_preview.html",
        {
            "intake": intake,
            "semester": semester,
            "semester_name": SEMESTER_NAMES[semester],
            "text": text,
            "found": found,
            "is_done": is_done,
        },
    )


def _left_over(intake: Intake, found: deeds.Import) -> HttpResponse:
    columns = [_("Line"), _("E-mail"), _("Name"), _("Date paid"), _("What happens"), _("Why")]
    lines = [
        [
            each.payment.line,
            each.payment.email,
            each.payment.name,
            each.payment.paid,
            str(each.kind.label),
            each.why,
        ]
        for each in found.left_over
    ]
    return csv_response(f"semester-fees-left-over-{intake.slug}.csv", columns, lines)


def _found(intake: Intake, form: SemesterFeeFilterForm) -> QuerySet[TeamMember]:
    asked = form.asked()
    return matching(intake, text=asked["q"], first=asked["first"], second=asked["second"])


def _semesters(member: Any) -> list[tuple[int, Any, Any]]:
    """Number, name and day of payment of each semester."""
    return [(number, name, getattr(member, f"paid_{number}")) for number, name in SEMESTER_NAMES.items()]


def _cards(intake: Intake) -> list[Card]:
    found = totals(intake)
    return [
        Card(_("Students"), formats.number(found.students)),
        Card(_("Paid the first semester"), formats.number(found.first)),
        Card(_("Paid the second semester"), formats.number(found.second)),
    ]


def _history(members: list[TeamMember]) -> list[Line]:
    """What has been recorded about the students on the page, the newest first."""
    fees = SemesterFee.objects.filter(member__in=[member.pk for member in members])
    events = AuditEvent.objects.filter(
        content_type=ContentType.objects.get_for_model(SemesterFee),
        object_id__in=[str(pk) for pk in fees.values_list("pk", flat=True)],
    )
    return [line(event, SemesterFee) for event in events.order_by("-occurred_at", "-pk")]


def _export_columns() -> list[str]:
    return [
        _("Name"),
        _("E-mail"),
        _("Municipality"),
        _("Reference number"),
        _("Admission basis"),
        _("First semester paid"),
        _("Second semester paid"),
    ]


def _export_line(member: Any) -> list[Any]:
    return [
        member.name,
        member.email,
        member.application.lead.display_name,
        member.application.reference,
        member.get_basis_display(),
        member.paid_1,
        member.paid_2,
    ]
