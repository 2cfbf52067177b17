"""What the administrators do with a cohort: make it, set its rules, begin and end it, name instructors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Intake
from applications.states import BEGUN, IntakeState, State
from applications.views.deeds import Deed, Deeds, deed_page, says
from cohorts.actions import cohorts as deeds
from cohorts.actions import course
from cohorts.forms.cohorts import BeginForm, CohortForm, InstructorForm
from cohorts.models import Cohort, Instructor
from cohorts.models.roster import faults, outsiders, roster
from cohorts.states import CohortState
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User

# --- Make a cohort ----------------------------------------------------------------------------------


def _making(intake: Intake, now: datetime) -> list[str]:
    enrolled = intake.applications.filter(state=State.ENROLLED).count()
    return [
        ngettext(
            "The cohort gets the %(count)s team that is enrolled, by the name of the municipality.",
            "The cohort gets the %(count)s teams that are enrolled, by the name of the municipality.",
            enrolled,
        )
        % {"count": enrolled},
        _("Teams that enrol later are added on the page of the cohort."),
        _("The course begins for nobody yet, and nobody gets an e-mail."),
    ]


def _obstacle_to_making(intake: Intake, user: User, now: datetime) -> str:
    if intake.state == IntakeState.PUBLISHED:
        return ""
    return _("A cohort is made when the decisions of the intake are published.")


MAKE: Deeds[Intake] = {
    "make": Deed(
        title=gettext_lazy("Make the cohort"),
        button=gettext_lazy("Make the cohort"),
        done=gettext_lazy("The cohort is made. Look at its settings, and plan its sessions."),
        run=deeds.make_cohort,
        obstacle=_obstacle_to_making,
        consequences=_making,
        form=forms.Form,
    )
}


@administrator_required
def cohort_make(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a cohort from a published intake; leads to the cohort where there is one."""
    intake = get_object_or_404(Intake, slug=slug)
    if request.method == "GET" and Cohort.objects.filter(intake=intake).exists():
        return redirect("cohorts:cohort", intake.slug)
    back = reverse("applications:intake_admin", args=[slug])
    trail = [
        (_("Intakes"), reverse("applications:admin_intakes")),
        (str(intake), back),
    ]
    context = {"trail": trail, "parent": trail[-1], "who": intake}
    response = deed_page(
        request, MAKE, "make", intake, template="cohorts/_deed.html", back=back, context=context
    )
    return redirect("cohorts:cohort", slug) if isinstance(response, HttpResponseRedirect) else response


# --- Begin, take in, complete, open again -------------------------------------------------------------


def _obstacle_to_beginning(cohort: Cohort, user: User, now: datetime) -> str:
    if cohort.state != CohortState.PLANNED:
        return _("The cohort has begun already.")
    return course.obstacle_to_beginning(roster(cohort))


def _beginning(cohort: Cohort, now: datetime) -> list[str]:
    lines = roster(cohort)
    confirmed = sum(len(line.confirmed) for line in lines)
    said = [
        ngettext(
            "%(count)s person who has confirmed takes part from today, and gets an e-mail of welcome.",
            "%(count)s people who have confirmed take part from today, and get an e-mail of welcome.",
            confirmed,
        )
        % {"count": confirmed},
        *(
            _("In the team of %(team)s, these have not confirmed: %(names)s.")
            % {"team": line.team, "names": ", ".join(one.name for one in line.waiting)}
            for line in lines
            if line.waiting
        ),
    ]
    if any(line.waiting for line in lines):
        said.append(_("They begin, and get their e-mail, within a minute after they have confirmed."))
    return [*said, _("From now on only the school changes the teams.")]


def _faults(cohort: Cohort, now: datetime) -> dict[str, Any]:
    return {"faults": faults(roster(cohort))}


def _ready(cohort: Cohort) -> list[str]:
    """Names of those who have confirmed and have not begun, in teams that have their place."""
    return [member.name for line in roster(cohort) for member in line.confirmed]


def _obstacle_to_letting_in(cohort: Cohort, user: User, now: datetime) -> str:
    if cohort.state != CohortState.RUNNING:
        return _("The cohort does not run.")
    return "" if _ready(cohort) else _("Everybody who has confirmed has begun.")


def _letting_in(cohort: Cohort, now: datetime) -> list[str]:
    return [
        _("These take part from today, and get an e-mail of welcome: %(names)s.")
        % {"names": ", ".join(_ready(cohort))},
        _("The system does the same by itself every minute."),
    ]


def _obstacle_to_adding(cohort: Cohort, user: User, now: datetime) -> str:
    if cohort.state == CohortState.COMPLETED:
        return _("The cohort is completed. Open it again if something must be changed.")
    return "" if _addable(cohort, now) else _("Every team that is enrolled is in the cohort.")


def _addable(cohort: Cohort, now: datetime) -> list[str]:
    return [str(one.application.lead) for one in outsiders(cohort, now) if not one.why]


def _adding(cohort: Cohort, now: datetime) -> list[str]:
    said = [
        _("These teams come into the cohort: %(teams)s.") % {"teams": ", ".join(_addable(cohort, now))},
    ]
    if cohort.state == CohortState.RUNNING:
        return [
            *said,
            _("Within a minute the course begins for their people, who get an e-mail of welcome."),
        ]
    return [*said, _("Nobody gets an e-mail.")]


def _obstacle_to_completing(cohort: Cohort, user: User, now: datetime) -> str:
    return "" if cohort.state == CohortState.RUNNING else _("The cohort does not run.")


def _completing(cohort: Cohort, now: datetime) -> list[str]:
    people = sum(one.participation in BEGUN for line in roster(cohort) for one in line.members)
    return [
        ngettext(
            "%(count)s person has completed, and keeps access to the pages of the course.",
            "%(count)s people have completed, and keep access to the pages of the course.",
            people,
        )
        % {"count": people},
        _("Nobody can leave or come into a team any more."),
        _("Nobody gets an e-mail. You can open the cohort again if this was a mistake."),
    ]


def _obstacle_to_reopening(cohort: Cohort, user: User, now: datetime) -> str:
    return "" if cohort.state == CohortState.COMPLETED else _("The cohort is not completed.")


COHORT_DEEDS: Deeds[Cohort] = {
    "begin": Deed(
        title=gettext_lazy("Begin the cohort"),
        button=gettext_lazy("Begin the cohort"),
        done=gettext_lazy("The cohort has begun."),
        run=course.begin_cohort,
        obstacle=_obstacle_to_beginning,
        consequences=_beginning,
        form=BeginForm,
        given=_faults,
    ),
    "let-begin": Deed(
        title=gettext_lazy("Let those begin who have confirmed"),
        button=gettext_lazy("Let them begin"),
        done=gettext_lazy("The course has begun for everybody who has confirmed."),
        run=course.begin_confirmed,
        obstacle=_obstacle_to_letting_in,
        consequences=_letting_in,
        form=forms.Form,
    ),
    "add-teams": Deed(
        title=gettext_lazy("Add the teams that have enrolled"),
        button=gettext_lazy("Add the teams"),
        done=gettext_lazy("The teams are in the cohort."),
        run=deeds.add_teams,
        obstacle=_obstacle_to_adding,
        consequences=_adding,
        form=forms.Form,
    ),
    "complete": Deed(
        title=gettext_lazy("Complete the cohort"),
        button=gettext_lazy("Complete the cohort"),
        done=gettext_lazy("The cohort is completed."),
        run=course.complete_cohort,
        obstacle=_obstacle_to_completing,
        consequences=_completing,
        form=forms.Form,
    ),
    "reopen": Deed(
        title=gettext_lazy("Open the cohort again"),
        button=gettext_lazy("Open the cohort again"),
        done=gettext_lazy("The cohort runs again."),
        run=course.reopen_cohort,
        obstacle=_obstacle_to_reopening,
        consequences=says(
            gettext_lazy("Everybody who had completed takes part again."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
    ),
}


@administrator_required
def cohort_deed(request: HttpRequest, slug: str, deed: str) -> HttpResponse:
    """One of COHORT_DEEDS, with a page that says what follows."""
    cohort = _cohort(slug)
    return deed_page(
        request,
        COHORT_DEEDS,
        deed,
        cohort,
        template="cohorts/_deed.html",
        back=reverse("cohorts:cohort", args=[slug]),
        context=_within(cohort),
    )


# --- Settings and instructors -------------------------------------------------------------------------


@administrator_required
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules of the cohort, its instructors, and its history."""
    cohort = _cohort(slug)
    # The form works on a copy: a refused value must not show elsewhere on the page.
    form = CohortForm(request.POST or kept_post(request), instance=_cohort(slug))
    if request.method == "POST" and form.is_valid():
        try:
            deeds.change_cohort(cohort, form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("cohorts:settings", slug)
    return TemplateResponse(
        request,
        "cohorts/settings.html",
        {
            "cohort": cohort,
            "form": form,
            "instructors": cohort.instructors.select_related("user"),
            "is_completed": cohort.state == CohortState.COMPLETED,
        },
    )


def _teaching(cohort: Cohort, now: datetime) -> Sequence[str]:
    return [
        _("The person sees every team of the cohort, supervises, assesses, and registers attendance."),
        _("Nobody gets an e-mail."),
    ]


def _nobody_to_add(cohort: Cohort, user: User, now: datetime) -> str:
    if User.objects.active().filter(is_instructor=True).exclude(teaching__cohort=cohort).exists():
        return ""
    return _("Everybody with the role of an instructor teaches here already. Grant the role on People.")


ADD_INSTRUCTOR: Deeds[Cohort] = {
    "add": Deed(
        title=gettext_lazy("Add an instructor"),
        button=gettext_lazy("Add the instructor"),
        done=gettext_lazy("The instructor is added."),
        run=deeds.add_instructor,
        obstacle=_nobody_to_add,
        consequences=_teaching,
        form=InstructorForm,
        given=lambda cohort, now: {"cohort": cohort},
    )
}
REMOVE_INSTRUCTOR: Deeds[Instructor] = {
    "remove": Deed(
        title=gettext_lazy("Remove an instructor"),
        button=gettext_lazy("Remove the instructor"),
        done=gettext_lazy("The instructor is removed."),
        run=deeds.remove_instructor,
        obstacle=lambda instructor, user, now: "",
        consequences=says(
            gettext_lazy("The person does not see the cohort any more."),
            gettext_lazy("What they have done in it stays."),
            gettext_lazy("Nobody gets an e-mail."),
        ),
        form=forms.Form,
        color="danger",
    )
}


@administrator_required
def instructor_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Let somebody with the role teach in the cohort."""
    cohort = _cohort(slug)
    return deed_page(
        request,
        ADD_INSTRUCTOR,
        "add",
        cohort,
        template="cohorts/_deed.html",
        back=reverse("cohorts:settings", args=[slug]),
        context=_within(cohort),
    )


@administrator_required
def instructor_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask before somebody is taken out of the cohort."""
    cohort = _cohort(slug)
    instructor = get_object_or_404(cohort.instructors.select_related("user", "cohort"), pk=pk)
    return deed_page(
        request,
        REMOVE_INSTRUCTOR,
        "remove",
        instructor,
        template="cohorts/_deed.html",
        back=reverse("cohorts:settings", args=[slug]),
        context={**_within(cohort), "who": instructor},
    )


def _cohort(slug: str) -> Cohort:
    return get_object_or_404(Cohort.objects.select_related("intake"), slug=slug)


def _within(cohort: Cohort) -> dict[str, Any]:
    """What the page of a deed on a cohort needs besides the deed."""
    here = (capfirst(str(cohort)), reverse("cohorts:cohort", args=[cohort.slug]))
    return {
        "trail": [(_("Cohorts"), reverse("cohorts:cohorts")), here],
        "parent": here,
        "who": cohort,
    }
