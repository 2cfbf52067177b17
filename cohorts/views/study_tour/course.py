"""A participant's own pages on the study tour: what it is, the answer, and whom they share a room with."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.study_tour import answer_share, sign_up
from cohorts.forms.study_tour import SignUpForm
from cohorts.models import Participant, StudyTour, TourNeeds, TourSignUp
from cohorts.models.travellers import Traveller, travellers
from cohorts.views.rooms import participant_for
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post


def course_study_tour(request: HttpRequest, slug: str) -> HttpResponse:
    """The itinerary, one's own answer, room and partner, and who would share with one."""
    participant, now = participant_for(request, slug), timezone.now()
    tour = _tour(participant)
    if tour is None:
        return TemplateResponse(request, "cohorts/study_tour/course_none.html", {"participant": participant})
    everybody = travellers(tour)
    own = next(each for each in everybody if each.participant == participant)
    return TemplateResponse(
        request,
        "cohorts/study_tour/course.html",
        {
            "participant": participant,
            "tour": tour,
            "entries": list(tour.entries.all()),
            "own": own,
            "needs": TourNeeds.objects.filter(sign_up=own.sign_up).first() if own.sign_up else None,
            "room": own.room if tour.rooms_shown_at else "",
            "roommates": _roommates(own, everybody) if tour.rooms_shown_at else [],
            "askers": _askers(own, everybody) if tour.accepts_at(now) else [],
            "is_open": tour.accepts_at(now),
            "can_change": _can_answer(tour, own.sign_up, now),
        },
    )


def _tour(participant: Participant) -> StudyTour | None:
    """The cohort's tour, once the sign-up has opened."""
    rows = StudyTour.objects.opened().with_plan()
    return rows.filter(cohort=participant.team.cohort).first()


def _roommates(own: Traveller, everybody: list[Traveller]) -> list[Participant]:
    """Room names are unique in a tour."""
    return [each.participant for each in everybody if own.room and each.room == own.room and each != own]


def _askers(own: Traveller, everybody: list[Traveller]) -> list[TourSignUp]:
    """Those who come, would share with this person, and wait for an answer."""
    mine = own.sign_up.shares_with_id if own.sign_up else None
    return [
        each.sign_up
        for each in everybody
        if each.sign_up
        and each.participant.is_present
        and each.sign_up.shares_with_id == own.participant.pk
        and each.sign_up.refused_at is None
        and each.participant.pk != mine
    ]


def _can_answer(tour: StudyTour, answered: TourSignUp | None, now: datetime) -> bool:
    """Until the deadline everybody; after it who comes can say no, or correct what is known of them."""
    if tour.accepts_at(now):
        return True
    return tour.changes_at(now) and answered is not None and answered.is_coming


def course_study_tour_sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """The answer."""
    participant, now = participant_for(request, slug), timezone.now()
    tour = _tour(participant)
    if tour is None:
        return redirect("cohorts:course_study_tour", slug)
    answered = TourSignUp.objects.with_names().filter(tour=tour, participant=participant).first()
    if not _can_answer(tour, answered, now):
        messages.warning(request, _("The deadline for signing up has passed. Write to the school."))
        return redirect("cohorts:course_study_tour", slug)
    form = SignUpForm(
        request.POST or kept_post(request),
        participant=participant,
        sign_up=answered,
        needs=TourNeeds.objects.filter(sign_up=answered).first() if answered else None,
        is_late=not tour.accepts_at(now),
    )
    if request.method == "POST" and form.is_valid():
        try:
            sign_up(tour, participant, form.values(), by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your answer is saved."))
            return redirect("cohorts:course_study_tour", slug)
    return TemplateResponse(
        request,
        "cohorts/study_tour/sign_up.html",
        {"participant": participant, "tour": tour, "form": form},
    )


def course_study_tour_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Agree to share with somebody who has asked, or say no; the question stands on the tour's page."""
    participant = participant_for(request, slug)
    rows = TourSignUp.objects.select_related("tour").filter(shares_with=participant)
    asker = get_object_or_404(rows, pk=pk)
    answer = request.POST.get("answer", "") if request.method == "POST" else ""
    if answer in ("yes", "no"):
        try:
            answer_share(
                asker.tour, participant, asker, agrees=answer == "yes", by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your answer is saved, and the other person gets an e-mail."))
    return redirect("cohorts:course_study_tour", slug)
