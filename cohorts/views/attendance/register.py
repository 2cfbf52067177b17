"""Registering a half-day, on a phone: which one, the roll, and taking it back."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, deed_page
from cohorts.actions import attendance as deeds
from cohorts.forms.attendance import RegistrationForm, Roll
from cohorts.models import Apology, Attendance, Cohort, Half, SessionDay
from cohorts.models.attendance import HalfDay, days_of, everybody_on, progress
from cohorts.models.attendance_count import Status
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats


def attendance_days(request: HttpRequest, slug: str) -> HttpResponse:
    """The half-days of the cohort: those of today first, then all of them with how far each has come."""
    cohort = cohort_for_staff(request, slug)
    today = formats.local(timezone.now()).date()
    found = progress(Cohort.objects.filter(pk=cohort.pk)).get(cohort.pk, [])
    return TemplateResponse(
        request,
        "cohorts/attendance/days.html",
        {
            "cohort": cohort,
            "today": [each for each in found if each.half_day.day.held_on == today],
            "passed": [each for each in reversed(found) if each.half_day.day.held_on < today],
            "coming": [each for each in found if each.half_day.day.held_on > today],
        },
    )


def attendance_register(request: HttpRequest, slug: str, day: int, half: str) -> HttpResponse:
    """The roll of a half-day. What two register at once is never overwritten, and nothing typed is lost."""
    cohort = cohort_for_staff(request, slug)
    half_day = _half_day(cohort, day, half)
    now = timezone.now()
    rolls = _rolls(half_day)
    data = request.POST if request.method == "POST" else kept_post(request)
    form = RegistrationForm(data, rolls=rolls)
    if request.method == "POST" and form.is_valid():
        marks = form.marks(rest=Status.PRESENT if "rest" in request.POST else "")
        try:
            if not marks:
                raise Refused(_("Nobody is marked."))
            number = deeds.register(
                half_day.day,
                half_day.half,
                marks,
                reason=form.cleaned_data["reason"],
                by=person(request),
                now=now,
            )
        except deeds.Overtaken as refusal:
            rolls = _rolls(half_day)
            form = RegistrationForm(form.seeing(refusal.found), rolls=rolls)
            form.add_error(None, str(refusal))
            for key, sentence in refusal.says.items():
                form.add_error(f"status-{key}", sentence)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_saved(request, half_day, number)
            return redirect("cohorts:attendance_days", slug)
    return TemplateResponse(
        request,
        "cohorts/attendance/register.html",
        {
            "cohort": cohort,
            "half_day": half_day,
            "others": [HalfDay(half_day.day, each) for each in half_day.day.half_days],
            "form": form,
            "teams": _by_team(form, rolls),
            "is_coming": half_day.day.held_on > formats.local(now).date(),
            "has_standing": any(roll.standing for roll in rolls),
            "has_blank": any(not roll.standing for roll in rolls),
        },
    )


def _half_day(cohort: Cohort, pk: int, half: str) -> HalfDay:
    day = get_object_or_404(days_of(cohort), pk=pk)
    if half not in day.half_days:
        raise Http404
    return HalfDay(day, Half(half))


def _rolls(half_day: HalfDay) -> list[Roll]:
    """Everybody who takes part on the day, by team. Three queries."""
    day, half = half_day.key
    rows = Attendance.objects.filter(day=day, half=half).select_related("registered_by")
    standing = {row.participant_id: row for row in rows}
    apologies = {row.participant_id: row for row in Apology.objects.filter(day=day, half=half)}
    return [Roll(each, standing.get(each.pk), apologies.get(each.pk)) for each in everybody_on(half_day.day)]


def _by_team(
    form: RegistrationForm, rolls: list[Roll]
) -> list[tuple[str, list[tuple[Roll, BoundField, BoundField]]]]:
    return [
        (str(team), [(roll, form[roll.field], form[roll.seen_field]) for roll in found])
        for team, found in groupby(rolls, key=lambda roll: roll.participant.team)
    ]


def _say_saved(request: HttpRequest, half_day: HalfDay, number: int) -> None:
    sentence = ngettext(
        "%(day)s, %(half)s: saved for %(n)s participant.",
        "%(day)s, %(half)s: saved for %(n)s participants.",
        number,
    )
    words = {
        "day": formats.day(half_day.day.held_on, weekday=True).capitalize(),
        "half": half_day.half.label.lower(),
        "n": number,
    }
    messages.success(request, sentence % words)


# --- Taking it back --------------------------------------------------------------------------------


def _undo_deeds(half: str) -> Mapping[str, Deed[SessionDay]]:
    def run(day: SessionDay, *, reason: str, by: User, now: datetime) -> None:
        deeds.take_back(day, half, reason=reason, by=by, now=now)

    def obstacle(day: SessionDay, user: User, now: datetime) -> str:
        standing = Attendance.objects.filter(day=day, half=half).exists()
        return "" if standing else _("Nothing is registered for this half-day.")

    return {
        "undo": Deed(
            title=gettext_lazy("Take back the registration"),
            button=gettext_lazy("Take it back"),
            done=gettext_lazy("The registration is taken back."),
            run=run,
            obstacle=obstacle,
            consequences=lambda day, now: (
                _("All that is registered for this half-day is removed, and can be registered anew."),
                _("The history keeps who was there and who was not."),
                _("A letter that says that the requirement is out of reach is stopped, if it has not left."),
            ),
            color="danger",
        )
    }


def attendance_undo(request: HttpRequest, slug: str, day: int, half: str) -> HttpResponse:
    """Say what follows, ask why, and remove the registration of the half-day."""
    cohort = cohort_for_staff(request, slug)
    half_day = _half_day(cohort, day, half)
    return deed_page(
        request,
        _undo_deeds(half),
        "undo",
        half_day.day,
        template="cohorts/attendance/undo.html",
        back=reverse("cohorts:attendance_register", args=[slug, day, half]),
        context={"cohort": cohort, "half_day": half_day},
    )
