"""A participant's own attendance, and the apologies that they send beforehand."""

from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cohorts.actions import attendance as deeds
from cohorts.forms.attendance import ApologyForm
from cohorts.models import Apology
from cohorts.models.attendance import figure, outlook, sheets
from cohorts.views.attendance.matrix import sign
from cohorts.views.rooms import participant_for
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post


def own_attendance(request: HttpRequest, slug: str) -> HttpResponse:
    """The half-days, how one stands, the apologies, and the way to send one."""
    participant = participant_for(request, slug)
    sheet = sheets([participant])[participant.pk]
    now = timezone.now()
    coming = [cell for cell in sheet.expected if cell.half_day.starts_at > now]
    return TemplateResponse(
        request,
        "cohorts/attendance/own.html",
        {
            "participant": participant,
            "figure": figure(sheet.count),
            "outlook": outlook(sheet.count),
            "count": sheet.count,
            "rows": [(cell, sign(cell, now)) for cell in sheet.expected],
            "apologies": [cell for cell in coming if cell.apology],
            "sessions": [
                session
                for session, cells in groupby(coming, key=lambda cell: cell.half_day.day.session)
                if not all(cell.apology for cell in cells)
            ],
        },
    )


def apology(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Tell of a session, a day or a half-day at which one will be away."""
    participant = participant_for(request, slug)
    session = get_object_or_404(participant.team.cohort.sessions, number=number)
    now = timezone.now()
    free = [
        cell.half_day
        for cell in sheets([participant])[participant.pk].expected
        if cell.half_day.day.session_id == session.pk and cell.half_day.starts_at > now and not cell.apology
    ]
    form = ApologyForm(request.POST if request.method == "POST" else kept_post(request), halves=free)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.apologise(
                participant, form.chosen, reason=form.cleaned_data["reason"], by=person(request), now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your apology is sent. The instructors see it on the roll."))
            return redirect("cohorts:own_attendance", slug)
    return TemplateResponse(
        request,
        "cohorts/attendance/apology.html",
        {"participant": participant, "session": session, "form": form, "is_free": bool(free)},
    )


@require_POST
def apology_take_back(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The participant comes after all."""
    participant = participant_for(request, slug)
    own = Apology.objects.filter(participant=participant)
    found = get_object_or_404(own.select_related("participant__member", "day__session"), pk=pk)
    try:
        deeds.take_back_apology(found, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your apology is taken back."))
    return redirect("cohorts:own_attendance", slug)
