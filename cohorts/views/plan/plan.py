"""The plan as a whole: what it says, what is wrong with it, making, copying and publishing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, deed_page, says
from cohorts.actions.plan import making, publishing
from cohorts.actions.plan.frame import obstacle_to_changes
from cohorts.forms.plan import CopyForm, MakeForm, first_day_proposed
from cohorts.models import Cohort
from cohorts.models.plan import Finding, Norm, Plan, Weight, elsewhere, findings, plan_of
from cohorts.permissions import administers
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post

DEEDS = {
    "publish": Deed[Cohort](
        title=gettext_lazy("Publish the programme"),
        button=gettext_lazy("Publish"),
        done=gettext_lazy("The programme is public."),
        run=publishing.publish_programme,
        obstacle=lambda cohort, user, now: publishing.obstacle_to_publishing(cohort),
        consequences=says(
            gettext_lazy("Everybody can read sessions, days, places and items on a page without log-in."),
            gettext_lazy("Material and the participants' names are not on it."),
            gettext_lazy("What you change in the plan later stands there at once."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
    ),
    "withdraw": Deed[Cohort](
        title=gettext_lazy("Take the programme off the public pages"),
        button=gettext_lazy("Take it off"),
        done=gettext_lazy("The programme is not public any more."),
        run=publishing.withdraw_programme,
        obstacle=lambda cohort, user, now: publishing.obstacle_to_withdrawing(cohort),
        consequences=says(
            gettext_lazy("The public page is gone until you publish it again."),
            gettext_lazy("The cohort's own people see the programme as before."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    ),
}


def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """The sessions of a cohort, with what is wrong or worth a second look."""
    cohort = cohort_for_staff(request, slug)
    sessions = list(cohort.sessions.prefetch_related("days__items").in_order())
    planned = plan_of(sessions)
    return TemplateResponse(
        request,
        "cohorts/plan/plan.html",
        {
            "cohort": cohort,
            "sessions": sessions,
            "days": sum(len(session.days) for session in planned),
            "may_plan": administers(person(request)) and not obstacle_to_changes(cohort),
            "may_make": administers(person(request)) and not sessions and cohort.state == "planned",
            **_judged(cohort, planned),
        },
    )


def _judged(cohort: Cohort, planned: Plan) -> dict[str, list[Finding]]:
    days = [day.held_on for session in planned for day in session.days]
    found = findings(planned, Norm.of(cohort), elsewhere(cohort, days))
    return {f"{weight}s": [each for each in found if each.weight == weight] for weight in Weight}


@administrator_required
def plan_make(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the sessions and learning outcomes of the programme page."""
    cohort = cohort_for_staff(request, slug)
    form = MakeForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            making.make_sessions(cohort, **form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The sessions have been made. Change them as you like."))
            return redirect("cohorts:plan", cohort.slug)
    return TemplateResponse(
        request,
        "cohorts/plan/make.html",
        {
            "cohort": cohort,
            "form": form,
            "sessions": making.defaults()["sessions"],
            "obstacle": making.obstacle_to_making(cohort),
        },
    )


@administrator_required
def plan_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Take over another cohort's plan: form, then what it becomes, then it is done."""
    cohort = cohort_for_staff(request, slug)
    sources = _sources(cohort)
    newest = sources.first()
    form = CopyForm(
        request.POST or kept_post(request),
        sources=sources,
        initial={"source": newest, "first_on": first_day_proposed(newest)},
    )
    step = request.POST.get("step", "edit")
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid() and step in ("check", "save"):
        values = form.cleaned_data
        try:
            planned = making.copied(values["source"], values["first_on"])
            if step == "save":
                making.copy_plan(cohort, **values, by=person(request), now=timezone.now())
                messages.success(request, _("The plan has been copied."))
                return redirect("cohorts:plan", cohort.slug)
            shown = {"planned": planned, **_judged(cohort, planned)}
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return TemplateResponse(
        request,
        "cohorts/plan/copy.html",
        {
            "cohort": cohort,
            "form": form,
            "obstacle": making.obstacle_to_making(cohort)
            or ("" if newest else _("No other cohort has a plan yet.")),
            **shown,
        },
    )


def _sources(cohort: Cohort) -> "QuerySet[Cohort]":
    with_plan = Cohort.objects.filter(sessions__isnull=False).exclude(pk=cohort.pk)
    return with_plan.select_related("intake").distinct().newest_first()


@administrator_required
def plan_deed(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Publish the programme, or take it back."""
    cohort = cohort_for_staff(request, slug)
    return deed_page(
        request,
        DEEDS,
        key,
        cohort,
        template="cohorts/plan/deed.html",
        back=reverse("cohorts:plan", args=[cohort.slug]),
        context={"cohort": cohort, "who": cohort},
    )
