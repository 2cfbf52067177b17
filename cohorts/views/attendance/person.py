"""One participant's attendance as the staff see it, and the correction of one row."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions import attendance as deeds
from cohorts.forms.attendance import CorrectionForm
from cohorts.models import Attendance, Cohort, Half, Participant
from cohorts.models.attendance import HalfDay, figure, outlook, sheets
from cohorts.views.attendance.matrix import sign
from cohorts.views.history import lines_about
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post


def attendance_person(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """All half-days of one participant, and what has been corrected."""
    cohort = cohort_for_staff(request, slug)
    participant = _participant(cohort, pk)
    sheet = sheets([participant])[pk]
    now = timezone.now()
    kept = [cell.attendance.pk for cell in sheet.cells if cell.attendance]
    return TemplateResponse(
        request,
        "cohorts/attendance/person.html",
        {
            "cohort": cohort,
            "participant": participant,
            "figure": figure(sheet.count),
            "outlook": outlook(sheet.count),
            "count": sheet.count,
            "rows": [(cell, sign(cell, now)) for cell in sheet.expected],
            "lines": lines_about(Attendance, kept),
        },
    )


def attendance_correct(request: HttpRequest, slug: str, pk: int, day: int, half: str) -> HttpResponse:
    """Correct one row with a reason, or write a note on it."""
    cohort = cohort_for_staff(request, slug)
    participant = _participant(cohort, pk)
    rows = Attendance.objects.filter(participant=participant).select_related("day__session")
    row = get_object_or_404(rows, day=day, half=half)
    initial = {"status": row.status, "note": row.note, "seen": row.status}
    data = request.POST if request.method == "POST" else kept_post(request)
    form = CorrectionForm(data, initial=initial)
    if request.method == "POST" and form.is_valid():
        mark = deeds.Mark(
            pk, form.cleaned_data["status"], seen=form.cleaned_data["seen"], note=form.cleaned_data["note"]
        )
        try:
            deeds.register(
                row.day,
                half,
                [mark],
                reason=form.cleaned_data["reason"],
                by=person(request),
                now=timezone.now(),
            )
        except deeds.Overtaken as refusal:
            form = CorrectionForm({**form.cleaned_data, "seen": refusal.found[pk]}, initial=initial)
            form.add_error("status", refusal.says[pk])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s: corrected.") % {"name": participant})
            return redirect("cohorts:attendance_person", slug, pk)
    return TemplateResponse(
        request,
        "cohorts/attendance/correct.html",
        {
            "cohort": cohort,
            "participant": participant,
            "half_day": HalfDay(row.day, Half(half)),
            "form": form,
        },
    )


def _participant(cohort: Cohort, pk: int) -> Participant:
    """Also one who has left: what they attended stays theirs."""
    return get_object_or_404(Participant.objects.filter(team__cohort=cohort).with_names(), pk=pk)
