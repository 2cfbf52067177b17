"""Supervision in a team's room: hours to book, what was agreed, who supervises, the staff's notes."""

from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications.forms.administrator import ReasonForm
from applications.views.deeds import Deed, Deeds, deed_page, says
from cohorts.actions import slots as slot_actions
from cohorts.actions import supervision as actions
from cohorts.forms.supervision import AssignForm, NoteForm, SlotForm, SubjectForm, SupervisionForm
from cohorts.models import Booking, Participant, Slot, StaffNote, Supervision, Supervisor, Team
from cohorts.models.supervision import rule_of, staff_of
from cohorts.permissions import teaches, works_in
from cohorts.states.supervision import BookingState
from cohorts.views.rooms import team_for, team_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui import formats

DEED = "cohorts/supervision/team_deed.html"


def supervision(request: HttpRequest, reference: str) -> HttpResponse:
    """What is booked, what can be booked, and what was agreed, the newest first."""
    team, user, now = team_for(request, reference), person(request), timezone.now()
    is_staff = teaches(user, team.cohort)
    booked = Booking.objects.without_log().filter(team=team).with_names().in_order()
    why_not = slot_actions.why_not_booked(team)
    free = Slot.objects.filter(cohort=team.cohort).free().after(now).select_related("user").in_order()
    return TemplateResponse(
        request,
        "cohorts/supervision/supervision.html",
        {
            "team": team,
            "supervisors": Supervisor.objects.present().filter(team=team).select_related("user").in_order(),
            "bookings": [
                (booking, not slot_actions.why_fixed(booking, now, is_staff=is_staff)) for booking in booked
            ],
            "missed": Booking.objects.missed().filter(team=team).with_names().in_order(),
            "now": now,
            "free": [] if why_not else list(free),
            "why_not": why_not,
            "notice_hours": rule_of(team.cohort).notice_hours,
            "log": Supervision.objects.filter(team=team).with_names().newest_first(),
            "is_staff": is_staff,
            "is_member": works_in(user, team),
            "today": formats.local(now).date(),
        },
    )


# --- Bookings -----------------------------------------------------------------------------------------

BOOKING_DEEDS: Deeds[Booking] = {
    "move": Deed(
        title=gettext_lazy("Move the supervision"),
        button=gettext_lazy("Move"),
        done=gettext_lazy("The supervision is moved. Those whom it concerns get an e-mail."),
        run=slot_actions.rebook,
        obstacle=slot_actions.why_not_changed,
        consequences=says(
            gettext_lazy("The old hour is free again for other teams."),
            gettext_lazy(
                "The supervisors of both hours and the others in the team get an e-mail with the new time."
            ),
        ),
        form=SlotForm,
        given=lambda booking, now: {
            "slots": Slot.objects.filter(cohort=booking.team.cohort)
            .free()
            .after(now)
            .select_related("user")
            .in_order()
        },
    ),
    "cancel": Deed(
        title=gettext_lazy("Cancel the supervision"),
        button=gettext_lazy("Cancel the supervision"),
        done=gettext_lazy("The supervision is cancelled. Those whom it concerns get an e-mail."),
        run=slot_actions.cancel,
        obstacle=slot_actions.why_not_changed,
        consequences=says(
            gettext_lazy("The hour is free again for other teams."),
            gettext_lazy("The supervisor and the others in the team get an e-mail with the reason."),
        ),
        form=ReasonForm,
        color="danger",
    ),
    "missed": Deed(
        title=gettext_lazy("The team did not come"),
        button=gettext_lazy("Note that the team did not come"),
        done=gettext_lazy("It is noted that the team did not come."),
        run=slot_actions.miss,
        obstacle=slot_actions.why_not_missed,
        consequences=says(
            gettext_lazy("The supervision does not count. The team sees it. No e-mail is sent."),
            gettext_lazy("If it was a mistake, write down what was agreed instead."),
        ),
        form=forms.Form,
    ),
}


def supervision_book(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a free slot for the team."""
    team = team_for(request, reference)
    slot = get_object_or_404(Slot.objects.filter(cohort=team.cohort).select_related("user", "cohort"), pk=pk)
    deed: Deed[Slot] = Deed(
        title=gettext_lazy("Book supervision"),
        button=gettext_lazy("Book"),
        done=gettext_lazy("The supervision is booked. It stands in your calendars, if you have made one."),
        run=partial(slot_actions.book, team=team),
        obstacle=lambda slot, user, now: slot_actions.why_not_taken(slot, team, now),
        consequences=lambda slot, now: [
            _("%(name)s and the others in the team get an e-mail with the time and the place.")
            % {"name": slot.user},
            _("The team can move or cancel it until %(when)s.")
            % {"when": formats.moment(slot.starts_at - rule_of(team.cohort).notice)},
        ],
        form=SubjectForm,
    )
    return deed_page(
        request,
        {"book": deed},
        "book",
        slot,
        template=DEED,
        back=_page(team),
        context={"team": team, "slot": slot},
    )


def supervision_booking(request: HttpRequest, reference: str, pk: int, key: str) -> HttpResponse:
    """Move or cancel a booking, or note that nobody came."""
    team = team_for(request, reference)
    booking = get_object_or_404(Booking.objects.filter(team=team).with_names(), pk=pk)
    return deed_page(
        request,
        BOOKING_DEEDS,
        key,
        booking,
        template=DEED,
        back=_page(team),
        context={"team": team, "slot": booking.slot, "booking": booking},
    )


# --- What was agreed ----------------------------------------------------------------------------------


def supervision_write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down a supervision, of a booking (?booking=) or one that nobody booked."""
    team, now = team_for_staff(request, reference), timezone.now()
    booking = _asked_for(request, team)
    people = _people(team)
    data = request.POST if request.method == "POST" else kept_post(request)
    held_at = booking.starts_at if booking else now
    form = SupervisionForm(
        data, people=people, initial={"held_on": formats.local(held_at).date(), "present": people}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.write(team, booking=booking, by=person(request), now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("What was agreed is written down. The team sees it here."))
            return redirect(_page(team))
    context = {"team": team, "form": form, "booking": booking}
    return TemplateResponse(request, "cohorts/supervision/write.html", context)


def supervision_rewrite(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Correct what was written down."""
    team = team_for_staff(request, reference)
    written = get_object_or_404(Supervision.objects.filter(team=team), pk=pk)
    came = written.present.all()
    people = list(dict.fromkeys([*_people(team), *came]))
    data = request.POST if request.method == "POST" else kept_post(request)
    form = SupervisionForm(data, instance=written, people=people)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rewrite(written, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("What was agreed is corrected. The history keeps what it said."))
            return redirect(_page(team))
    context = {"team": team, "form": form, "written": written}
    return TemplateResponse(request, "cohorts/supervision/write.html", context)


@require_POST
def supervision_step(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The team, or its staff, says that a next step is done."""
    team = team_for(request, reference)
    written = get_object_or_404(Supervision.objects.filter(team=team), pk=pk)
    try:
        actions.finish_step(written, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_page(team))


def _people(team: Team) -> list[Participant]:
    return list(team.participants.present().select_related("member").in_order())


def _asked_for(request: HttpRequest, team: Team) -> Booking | None:
    """The booking of the team that the address names, unless it is written down or cancelled already."""
    asked = request.GET.get("booking", "")
    if not asked:
        return None
    waiting = Booking.objects.filter(team=team, state__in=(BookingState.BOOKED, BookingState.MISSED))
    return get_object_or_404(waiting.with_names(), pk=int(asked) if asked.isdecimal() else 0)


# --- The staff's own ----------------------------------------------------------------------------------


def supervision_notes(request: HttpRequest, reference: str) -> HttpResponse:
    """What the staff keep among themselves; 404 for everybody else, also for the team."""
    team, user = team_for_staff(request, reference), person(request)
    form = NoteForm(request.POST if request.method == "POST" else kept_post(request))
    if request.method == "POST" and form.is_valid():
        actions.note(team, text=form.cleaned_data["text"], by=user, now=timezone.now())
        messages.success(request, _("The note is kept."))
        return redirect("cohorts:supervision_notes", team.reference)
    notes = StaffNote.objects.filter(team=team).select_related("written_by")
    context = {"team": team, "form": form, "notes": notes}
    return TemplateResponse(request, "cohorts/supervision/notes.html", context)


@require_POST
def supervision_note_delete(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Delete one's own note."""
    team = team_for_staff(request, reference)
    note = get_object_or_404(StaffNote.objects.filter(team=team), pk=pk)
    try:
        actions.delete_note(note, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("cohorts:supervision_notes", team.reference)


def supervisors(request: HttpRequest, reference: str) -> HttpResponse:
    """Who follows the team, now and before."""
    team = team_for_staff(request, reference)
    data = request.POST if request.method == "POST" else None
    form = AssignForm(data, staff=staff_of(team.cohort))
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign(team, by=person(request), now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The supervisor is assigned. No e-mail is sent."))
            return redirect("cohorts:supervisors", team.reference)
    found = Supervisor.objects.filter(team=team).select_related("user").in_order()
    context = {"team": team, "form": form, "supervisors": found}
    return TemplateResponse(request, "cohorts/supervision/supervisors.html", context)


@require_POST
def supervisor_end(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Somebody follows the team no more."""
    team = team_for_staff(request, reference)
    found = get_object_or_404(Supervisor.objects.filter(team=team).select_related("team", "user"), pk=pk)
    try:
        actions.end(found, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("cohorts:supervisors", team.reference)


def _page(team: Team) -> str:
    return reverse("cohorts:supervision", args=[team.reference])
