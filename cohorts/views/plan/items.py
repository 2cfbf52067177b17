"""The items of a session's programme."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, deed_page, says
from cohorts.actions.plan import items as deeds
from cohorts.actions.plan.frame import obstacle_to_changes
from cohorts.forms.plan import ItemForm
from cohorts.models import Cohort, ProgrammeItem, Session
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post

REMOVAL = {
    "remove": Deed[ProgrammeItem](
        title=gettext_lazy("Remove the item"),
        button=gettext_lazy("Remove it"),
        done=gettext_lazy("The item has been removed."),
        run=deeds.remove_item,
        obstacle=lambda item, user, now: obstacle_to_changes(item.day.session.cohort),
        consequences=says(
            gettext_lazy("The item is taken out of the programme, also on the public page."),
            gettext_lazy("Its material is deleted."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    )
}


def item_add(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """An item on one of the days of a session; `?day=` chooses it."""
    cohort = cohort_for_staff(request, slug)
    session = get_object_or_404(cohort.sessions.prefetch_related("days"), pk=pk)
    days = {str(day.pk): day for day in session.days.all()}
    if not days:
        messages.error(request, _("Say first on which days the session is held."))
        return redirect("cohorts:plan_session", cohort.slug, session.pk)
    day = days.get(request.GET.get("day", "")) or next(iter(days.values()))
    form = ItemForm(
        request.POST or kept_post(request), cohort=cohort, initial={"day": day, "starts": day.starts}
    )
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            deeds.add_item(
                values["day"], values, form.chosen_outcomes(), by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The item has been added."))
            return _to_session(cohort, values["day"].session)
    return _page(request, cohort, session, None, form)


def item_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change an item or move it to another day; with its material."""
    cohort = cohort_for_staff(request, slug)
    item = item_of(cohort, pk)
    form = ItemForm(request.POST or kept_post(request), instance=item, cohort=cohort)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            deeds.change_item(
                item,
                values,
                form.chosen_outcomes(),
                version=form.cleaned_data["version"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The item has been saved."))
            return _to_session(cohort, values["day"].session)
    return _page(request, cohort, item.day.session, item, form)


def _page(
    request: HttpRequest, cohort: Cohort, session: Session, item: ProgrammeItem | None, form: ItemForm
) -> HttpResponse:
    return TemplateResponse(
        request,
        "cohorts/plan/item_form.html",
        {
            "cohort": cohort,
            "session": session,
            "item": item,
            "form": form,
            "materials": list(item.materials.all()) if item else [],
            "obstacle": obstacle_to_changes(cohort),
        },
    )


def item_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cohort = cohort_for_staff(request, slug)
    item = item_of(cohort, pk)
    return deed_page(
        request,
        REMOVAL,
        "remove",
        item,
        template="cohorts/plan/deed.html",
        back=reverse("cohorts:plan_session", args=[cohort.slug, item.day.session_id]),
        context={"cohort": cohort, "session": item.day.session, "who": item},
    )


def item_of(cohort: Cohort, pk: int) -> ProgrammeItem:
    """An item of the cohort; 404 for others."""
    rows = ProgrammeItem.objects.filter(day__session__cohort=cohort)
    return get_object_or_404(rows.select_related("day__session__cohort__intake"), pk=pk)


def _to_session(cohort: Cohort, session: Session) -> HttpResponse:
    return redirect("cohorts:plan_session", cohort.slug, session.pk)
