"""Rooms: made, proposed, shared out by hand, and shown when they are ready."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, deed_page
from cohorts.actions import study_tour as actions
from cohorts.actions.study_tour.rooms import version_of_proposal
from cohorts.forms.speakers import NothingForm
from cohorts.forms.study_tour import PlaceForm, ProposalForm, RoomsForm
from cohorts.models import StudyTour, TourBed, TourRoom, TourSignUp
from cohorts.models.travellers import Answer, travellers
from cohorts.views.study_tour.access import organised
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


def study_tour_rooms(request: HttpRequest, slug: str) -> HttpResponse:
    """The rooms with who sleeps there, those who have none, and more rooms."""
    found = organised(request, slug)
    form = RoomsForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_rooms(found, **form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = ngettext("%(count)s room is added.", "%(count)s rooms are added.", len(made))
            messages.success(request, said % {"count": len(made)})
            return redirect("cohorts:study_tour_rooms", slug)
    people = travellers(found)
    coming = {each.sign_up.pk: each for each in people if each.sign_up and each.answer == Answer.COMING}
    return TemplateResponse(
        request,
        "cohorts/study_tour/rooms.html",
        {
            "cohort": found.cohort,
            "tour": found,
            "form": form,
            "rooms": [(room, _sleepers(room, set(coming))) for room in _rooms(found)],
            "without": [each for each in coming.values() if not each.room],
            "coming": len(coming),
        },
    )


def _rooms(tour: StudyTour) -> list[TourRoom]:
    return list(tour.rooms.prefetch_related("beds__sign_up__participant__member"))


def _sleepers(room: TourRoom, coming: set[int]) -> list[tuple[TourBed, bool]]:
    """Each bed, and whether somebody has it who comes; one who has left the course does not."""
    return [(bed, bed.sign_up_id in coming) for bed in room.beds.all()]


def study_tour_room_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Remove a room in which nobody sleeps."""
    found = organised(request, slug)
    room = get_object_or_404(found.rooms, pk=pk)
    if request.method == "POST":
        try:
            actions.remove_room(room, by=person(request), now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(room)s is removed.") % {"room": room})
    return redirect("cohorts:study_tour_rooms", slug)


def study_tour_place(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give somebody a room, or none."""
    found = organised(request, slug)
    rows = TourSignUp.objects.coming().with_names().filter(tour=found)
    sign_up = get_object_or_404(rows, pk=pk)
    sign_up.tour = found
    bed: TourBed | None = getattr(sign_up, "bed", None)
    form = PlaceForm(
        request.POST or kept_post(request),
        rooms=_choices(found, sign_up),
        initial={"room": bed.room_id if bed else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.place(sign_up, form.chosen(), by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The room of %(name)s is saved.") % {"name": sign_up})
            return redirect("cohorts:study_tour_rooms", slug)
    traveller = next(each for each in travellers(found) if each.sign_up == sign_up)
    return TemplateResponse(
        request,
        "cohorts/study_tour/place.html",
        {"cohort": found.cohort, "tour": found, "form": form, "sign_up": sign_up, "traveller": traveller},
    )


def _choices(tour: StudyTour, own: TourSignUp) -> list[tuple[TourRoom, str]]:
    """Rooms with a free bed, and one's own, with who sleeps there."""
    coming = set(TourSignUp.objects.coming().filter(tour=tour).values_list("pk", flat=True))
    choices = []
    for room in _rooms(tour):
        beds = list(room.beds.all())
        there = [bed.sign_up for bed in beds if bed.sign_up and bed.sign_up_id in coming]
        others = [str(each) for each in there if each != own]
        if len(others) == len(beds):
            continue
        label = (
            _("%(room)s, with %(names)s") % {"room": room, "names": ", ".join(others)}
            if others
            else ngettext("%(room)s, %(count)s bed", "%(room)s, %(count)s beds", len(beds))
            % {"room": room, "count": len(beds)}
        )
        choices.append((room, label))
    return choices


def study_tour_proposal(request: HttpRequest, slug: str) -> HttpResponse:
    """What the program proposes, who is left, and the button that shares out the beds."""
    found = organised(request, slug)
    proposed = actions.proposal(found)
    form = ProposalForm(request.POST or None, initial={"seen": version_of_proposal(proposed)})
    if request.method == "POST" and form.is_valid():
        try:
            people = actions.apply_proposal(
                found, seen=form.cleaned_data["seen"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("cohorts:study_tour_proposal", slug)
        said = ngettext("%(count)s person has got a bed.", "%(count)s people have got a bed.", people)
        messages.success(request, said % {"count": people})
        return redirect("cohorts:study_tour_rooms", slug)
    sharing = {each.sign_up.pk: each.sharing for each in travellers(found) if each.sign_up}
    return TemplateResponse(
        request,
        "cohorts/study_tour/proposal.html",
        {
            "cohort": found.cohort,
            "tour": found,
            "form": form,
            "beds": proposed.beds,
            "without": [(each, sharing[each.pk]) for each in proposed.without],
        },
    )


def _cannot_show(tour: StudyTour, user: User, now: datetime) -> str:
    return _("The rooms are shown already.") if tour.rooms_shown_at else ""


def _follows(tour: StudyTour, now: datetime) -> list[str]:
    coming = TourSignUp.objects.coming().filter(tour=tour)
    told, without = coming.filter(bed__isnull=False).count(), coming.filter(bed__isnull=True).count()
    said = [
        ngettext(
            "%(count)s person who has a room gets an e-mail that it stands on their page.",
            "%(count)s people who have a room get an e-mail that it stands on their page.",
            told,
        )
        % {"count": told},
        _("Whoever changes rooms later sees it on the page, and gets no further e-mail."),
    ]
    if without:
        nobody = ngettext(
            "%(count)s person comes and has no room yet.",
            "%(count)s people come and have no room yet.",
            without,
        )
        said.append(nobody % {"count": without})
    return said


SHOW: Deed[StudyTour] = Deed(
    title=gettext_lazy("Show everybody their room"),
    button=gettext_lazy("Show the rooms and tell everybody"),
    done=gettext_lazy("Everybody sees their room."),
    run=actions.show_rooms,
    obstacle=_cannot_show,
    consequences=_follows,
    form=NothingForm,
)


def study_tour_rooms_show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the rooms to the participants."""
    found = organised(request, slug)
    return deed_page(
        request,
        {"show": SHOW},
        "show",
        found,
        template="cohorts/study_tour/deed.html",
        back=reverse("cohorts:study_tour_rooms", args=[slug]),
        context={"cohort": found.cohort, "tour": found},
    )
