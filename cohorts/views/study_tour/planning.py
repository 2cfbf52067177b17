"""How the school prepares the tour: what it is, its itinerary, and the opening of the sign-up."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, deed_page
from cohorts.actions import study_tour as actions
from cohorts.actions.study_tour.planning import everybody
from cohorts.forms.speakers import NothingForm
from cohorts.forms.study_tour import EntryForm, TourForm
from cohorts.models import StudyTour
from cohorts.views.study_tour.access import administered, organised
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.ui import formats


def study_tour_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Prepare the tour, or change it; nobody gets an e-mail."""
    cohort, found = administered(request, slug)
    form = TourForm(
        request.POST or kept_post(request),
        cohort=cohort,
        instance=found,
        initial={"seen": actions.version_of(found) if found else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_tour(
                cohort,
                form.values(),
                version=form.cleaned_data["seen"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The study tour is saved."))
            return redirect("cohorts:study_tour", slug)
    context = {"cohort": cohort, "tour": found, "form": form, "title": _("The study tour")}
    return TemplateResponse(request, "cohorts/study_tour/form.html", context)


def _cannot_open(tour: StudyTour, user: User, now: Any) -> str:
    if tour.opened_at is not None:
        return _("The sign-up is open already.")
    if tour.sign_up_closes_at <= now:
        return _("The deadline for signing up has passed. Set a new one first.")
    return ""


def _follows(tour: StudyTour, now: Any) -> list[str]:
    count = len(everybody(tour))
    return [
        ngettext(
            "%(count)s participant gets an e-mail with a link to the sign-up.",
            "%(count)s participants get an e-mail with a link to the sign-up.",
            count,
        )
        % {"count": count},
        _("One can sign up until %(deadline)s. The program reminds those who have not answered.")
        % {"deadline": formats.moment(tour.sign_up_closes_at)},
    ]


OPEN: Deed[StudyTour] = Deed(
    title=gettext_lazy("Open the sign-up"),
    button=gettext_lazy("Open the sign-up and tell everybody"),
    done=gettext_lazy("The sign-up is open, and everybody gets an e-mail."),
    run=actions.open_sign_up,
    obstacle=_cannot_open,
    consequences=_follows,
    form=NothingForm,
)


def study_tour_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the sign-up."""
    cohort, found = administered(request, slug)
    if found is None:
        raise Http404
    return deed_page(
        request,
        {"open": OPEN},
        "open",
        found,
        template="cohorts/study_tour/deed.html",
        back=reverse("cohorts:study_tour", args=[slug]),
        context={"cohort": cohort, "tour": found},
    )


def study_tour_entry_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a line to the itinerary."""
    found = organised(request, slug)
    form = EntryForm(request.POST or kept_post(request), initial={"held_on": found.first_on})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_entry(found, form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The itinerary is saved."))
            return redirect("cohorts:study_tour", slug)
    return _entry_page(request, found, form, _("A new line of the itinerary"))


def study_tour_entry(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a line of the itinerary."""
    found = organised(request, slug)
    entry = get_object_or_404(found.entries, pk=pk)
    form = EntryForm(request.POST or kept_post(request), instance=entry)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_entry(entry, form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The itinerary is saved."))
            return redirect("cohorts:study_tour", slug)
    return _entry_page(request, found, form, _("Change the itinerary"), entry=entry)


def _entry_page(
    request: HttpRequest, found: StudyTour, form: EntryForm, title: str, **context: Any
) -> HttpResponse:
    known = {"cohort": found.cohort, "tour": found, "form": form, "title": title, **context}
    return TemplateResponse(request, "cohorts/study_tour/form.html", known)


def study_tour_entry_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a line out of the itinerary; the question stands on the page of the line."""
    found = organised(request, slug)
    entry = get_object_or_404(found.entries, pk=pk)
    if request.method != "POST":
        return redirect("cohorts:study_tour_entry", slug, pk)
    actions.remove_entry(entry, by=person(request), now=timezone.now())
    messages.success(request, _("“%(title)s” is taken out of the itinerary.") % {"title": entry.title})
    return redirect("cohorts:study_tour", slug)
