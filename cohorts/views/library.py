"""What everybody may read: the library and each project's page; and the municipality's answer to one."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from applications.views.deeds import Deed, deed_page, offered, says
from cohorts.actions import dissemination as actions
from cohorts.forms.dissemination import AgreeForm, LibraryForm, NothingForm
from cohorts.models import LibraryEntry, Project
from cohorts.permissions import works_in
from cohorts.views.dissemination import standing
from innoskole.accounts.guards import person
from innoskole.accounts.models import User
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("title", gettext_lazy("Project")),
    Column("municipality", gettext_lazy("Municipality"), ("municipality__sort_key", "-year")),
    Column("year", gettext_lazy("Year"), ("year", "municipality__sort_key"), numeric=True),
    Column("sectors", gettext_lazy("Sectors")),
)


@login_not_required
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Who has worked on what: the public projects of all cohorts, and records from before."""
    form = LibraryForm(request.GET)
    rows = form.entries().with_names()
    return TemplateResponse(
        request,
        "cohorts/library/library.html",
        {
            "form": form,
            "list": paginate(request, rows, COLUMNS, default_sort="-year"),
            "is_filtered": any(form.cleaned_data.values()),
        },
    )


@login_not_required
@require_safe
def public_project(request: HttpRequest, reference: str) -> HttpResponse:
    """A project's page while it is public; 404 from the moment when somebody has said no."""
    found = LibraryEntry.objects.public().with_names().select_related("project__team__cohort__intake")
    entry = get_object_or_404(found, reference=reference)
    return TemplateResponse(request, "cohorts/library/public_project.html", {"entry": entry})


# --- The municipality's answer ----------------------------------------------------------------------


def municipality_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The page that is asked about, for those who may act for the municipality."""
    entry = _asked(request, reference)
    user = person(request)
    return TemplateResponse(
        request,
        "cohorts/dissemination/municipality_page.html",
        {
            "entry": entry,
            "standing": standing(entry),
            "in_team": works_in(user, _project(entry).team),
            "deeds": offered(MUNICIPALITY_DEEDS, entry, user, timezone.now()),
        },
    )


def municipality_deed(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Say yes or no for the municipality."""
    entry = _asked(request, reference)
    return deed_page(
        request,
        MUNICIPALITY_DEEDS,
        key,
        entry,
        template="cohorts/dissemination/municipality_deed.html",
        back=reverse("cohorts:municipality_page", args=[reference]),
        context={"entry": entry},
    )


def _asked(request: HttpRequest, reference: str) -> LibraryEntry:
    """A page on which the person may answer for the municipality; 404 for everybody else."""
    found = LibraryEntry.objects.answerable_by(person(request)).with_names()
    return get_object_or_404(found.select_related("project__team__cohort__intake"), reference=reference)


def _project(entry: LibraryEntry) -> Project:
    assert entry.project is not None
    return entry.project


def _in_team(entry: LibraryEntry, user: User) -> str:
    if works_in(user, _project(entry).team):
        return _("You are in the team. Somebody else must answer for the municipality.")
    return ""


def _cannot_agree_for_municipality(entry: LibraryEntry, user: User, now: datetime) -> str:
    given = entry.answers.filter(participant=None).first()
    if given and given.agrees and given.digest == entry.digest:
        return _("The municipality has agreed to this page already.")
    if not LibraryEntry.objects.agreed_by_team().filter(pk=entry.pk).exists():
        return _("The team does not agree to what stands on the page now. You are asked when it does.")
    return _in_team(entry, user)


def _cannot_object_for_municipality(entry: LibraryEntry, user: User, now: datetime) -> str:
    given = entry.answers.filter(participant=None).first()
    if given and not given.agrees:
        return _("The municipality has said no already.")
    return _in_team(entry, user)


MUNICIPALITY_DEEDS = {
    "agree": Deed(
        title=gettext_lazy("Agree for the municipality"),
        button=gettext_lazy("The municipality agrees"),
        done=gettext_lazy("The municipality has agreed to the page."),
        run=actions.agree_for_municipality,
        obstacle=_cannot_agree_for_municipality,
        consequences=says(
            gettext_lazy("Everybody can read the page and find it in the library."),
            gettext_lazy("Everybody in the team gets an e-mail."),
            gettext_lazy("When the team changes the text, the page is gone until both agree again."),
            gettext_lazy("The municipality can say no at any time; the page is then gone at once."),
        ),
        form=AgreeForm,
        given=lambda entry, now: {"digest": entry.digest},
    ),
    "object": Deed(
        title=gettext_lazy("Say no for the municipality"),
        button=gettext_lazy("The municipality says no"),
        done=gettext_lazy("The municipality has said no. The page is not public."),
        run=actions.object_for_municipality,
        obstacle=_cannot_object_for_municipality,
        consequences=says(
            gettext_lazy("The page is not public from this moment."),
            gettext_lazy("Everybody in the team gets an e-mail."),
            gettext_lazy("The municipality can agree later."),
        ),
        form=NothingForm,
        color="danger",
    ),
}
