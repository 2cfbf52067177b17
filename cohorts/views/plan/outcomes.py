"""Learning outcomes, and which sessions work on them."""

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
from cohorts.forms.plan import OutcomeForm
from cohorts.models import Cohort, LearningOutcome
from cohorts.models.coverage import coverage as covered
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post

REMOVAL = {
    "remove": Deed[LearningOutcome](
        title=gettext_lazy("Remove the learning outcome"),
        button=gettext_lazy("Remove it"),
        done=gettext_lazy("The learning outcome has been removed."),
        run=deeds.remove_outcome,
        obstacle=lambda outcome, user, now: obstacle_to_changes(outcome.cohort),
        consequences=says(
            gettext_lazy("It is taken off the items that work on it; the items themselves stay."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    )
}


def coverage(request: HttpRequest, slug: str) -> HttpResponse:
    """Learning outcomes and pillars against sessions, with the gaps in words."""
    cohort = cohort_for_staff(request, slug)
    sessions = list(cohort.sessions.with_programme().in_order())
    return TemplateResponse(
        request,
        "cohorts/plan/coverage.html",
        {
            "cohort": cohort,
            "outcomes": (outcomes := list(cohort.outcomes.all())),
            "coverage": covered(sessions, outcomes),
            "may_change": not obstacle_to_changes(cohort),
        },
    )


def outcome_add(request: HttpRequest, slug: str) -> HttpResponse:
    return _form(request, cohort_for_staff(request, slug), None)


def outcome_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cohort = cohort_for_staff(request, slug)
    return _form(request, cohort, get_object_or_404(cohort.outcomes.all(), pk=pk))


def _form(request: HttpRequest, cohort: Cohort, outcome: LearningOutcome | None) -> HttpResponse:
    form = OutcomeForm(request.POST or kept_post(request), instance=outcome)
    if request.method == "POST" and form.is_valid():
        by, now = person(request), timezone.now()
        try:
            if outcome:
                deeds.change_outcome(outcome, form.cleaned_data, by=by, now=now)
            else:
                deeds.add_outcome(cohort, form.cleaned_data, by=by, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The learning outcome has been saved."))
            return redirect("cohorts:coverage", cohort.slug)
    return TemplateResponse(
        request,
        "cohorts/plan/outcome_form.html",
        {
            "cohort": cohort,
            "outcome": outcome,
            "form": form,
            "obstacle": obstacle_to_changes(cohort),
        },
    )


def outcome_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cohort = cohort_for_staff(request, slug)
    outcome = get_object_or_404(cohort.outcomes.select_related("cohort__intake"), pk=pk)
    return deed_page(
        request,
        REMOVAL,
        "remove",
        outcome,
        template="cohorts/plan/deed.html",
        back=reverse("cohorts:coverage", args=[cohort.slug]),
        context={"cohort": cohort, "who": outcome},
    )
