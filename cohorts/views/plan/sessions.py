"""One session of the plan: its programme, and adding, changing and removing it."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.views.deeds import Deed, deed_page
from cohorts.actions.plan import sessions as deeds
from cohorts.actions.plan.frame import obstacle_to_changes
from cohorts.emails.plan import hearers, is_heard
from cohorts.forms.plan import DayFormSet, SessionForm
from cohorts.models import Cohort, Session
from cohorts.permissions import administers
from cohorts.states import CohortState
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post


def plan_session(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A session's days and items, with their material, for the staff."""
    cohort = cohort_for_staff(request, slug)
    rows = cohort.sessions.prefetch_related("days__items__outcomes", "days__items__materials")
    return TemplateResponse(
        request,
        "cohorts/plan/session.html",
        {
            "cohort": cohort,
            "session": get_object_or_404(rows, pk=pk),
            "may_plan": administers(person(request)) and not obstacle_to_changes(cohort),
            "may_change": not obstacle_to_changes(cohort),
        },
    )


@administrator_required
def session_add(request: HttpRequest, slug: str) -> HttpResponse:
    return _form(request, cohort_for_staff(request, slug), None)


@administrator_required
def session_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cohort = cohort_for_staff(request, slug)
    return _form(request, cohort, get_object_or_404(cohort.sessions.all(), pk=pk))


def _form(request: HttpRequest, cohort: Cohort, session: Session | None) -> HttpResponse:
    """The session with its days on one page, so that one change is one letter."""
    data, now = request.POST or kept_post(request), timezone.now()
    count = cohort.sessions.count() + (0 if session else 1)
    form = SessionForm(data, instance=session, count=count)
    days = DayFormSet(data, session=session, most=cohort.days_max)
    if request.method == "POST" and form.is_valid() and days.is_valid():
        by = person(request)
        try:
            if session:
                deeds.change_session(
                    session,
                    form.values(),
                    days.days(),
                    version=form.cleaned_data["version"],
                    by=by,
                    now=now,
                )
            else:
                session = deeds.add_session(cohort, form.values(), days.days(), by=by, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The session has been saved."))
            return redirect("cohorts:plan_session", cohort.slug, session.pk)
    return TemplateResponse(
        request,
        "cohorts/plan/session_form.html",
        {
            "cohort": cohort,
            "session": session,
            "form": form,
            "days": days,
            "speakers": session.speakers.awaited().count() if session else 0,
            "told": len(list(hearers(cohort))) if cohort.state == CohortState.RUNNING else 0,
            "obstacle": obstacle_to_changes(cohort),
        },
    )


def _what_follows(session: Session, now: datetime) -> Sequence[str | Promise]:
    """What a removal means, and who hears of it."""
    told = len(list(hearers(session.cohort))) if is_heard(session.cohort, session.dates, now) else 0
    mail = (
        ngettext(
            "%(count)s person, who takes part or teaches, gets an e-mail that the session is called off.",
            "%(count)s people, who take part or teach, get an e-mail that the session is called off.",
            told,
        )
        % {"count": told}
        if told
        else _("Nobody gets an e-mail.")
    )
    return [
        _("The session and its days are taken out of the plan, and the later sessions get new numbers."),
        _("It is cancelled in the calendars of those who subscribe to theirs."),
        mail,
    ]


REMOVAL = {
    "remove": Deed[Session](
        title=gettext_lazy("Remove the session"),
        button=gettext_lazy("Remove it"),
        done=gettext_lazy("The session has been removed."),
        run=deeds.remove_session,
        obstacle=lambda session, user, now: obstacle_to_changes(session.cohort),
        consequences=_what_follows,
        form=forms.Form,
        color="danger",
    )
}


@administrator_required
def session_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cohort = cohort_for_staff(request, slug)
    session = get_object_or_404(cohort.sessions.select_related("cohort__intake"), pk=pk)
    here = reverse("cohorts:plan_session", args=[cohort.slug, session.pk])
    return deed_page(
        request,
        REMOVAL,
        "remove",
        session,
        template="cohorts/plan/deed.html",
        back=reverse("cohorts:plan", args=[cohort.slug]) if request.method == "POST" else here,
        context={"cohort": cohort, "session": session, "who": session},
    )
