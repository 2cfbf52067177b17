"""A team's project: the whole of it, its problem through time, its texts and its parts one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.drafts import Conflict
from applications.models import Application, Part
from applications.models.application import PoliticalOutcome
from applications.models.content import POLITICAL, Values, fingerprint, values_of
from applications.models.summary import answer, label
from cohorts.actions.project import add_part, change_part, open_project, remove_part, save_section
from cohorts.forms.dissemination import PresentationForm
from cohorts.forms.files import LogEntryForm
from cohorts.forms.project import (
    SECTION_FORMS,
    ExpectedValueForm,
    ForceForm,
    GapNoteForm,
    PartForm,
    RiskForm,
    StakeholderForm,
)
from cohorts.models import ForceKind, Project, ProjectPart, Team
from cohorts.models.project import PROBLEM, SECTIONS, diff, gaps
from cohorts.permissions.project import is_closed, may_change, may_remove, may_write
from cohorts.views.rooms import team_for
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui import formats

SECTION_TITLES: Mapping[str, Promise] = {
    Part.PROBLEM: gettext_lazy("Change the problem statement"),
    Part.ANCHORING: gettext_lazy("Change the anchoring"),
    Part.COMPOSITION: gettext_lazy("Change the sectors"),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of part. home: the page that it stands on, by its URL name."""

    form: type[PartForm]
    add: Promise
    change: Promise
    remove: Promise
    home: str = "cohorts:project"

    @property
    def model(self) -> type[ProjectPart]:
        model: type[ProjectPart] = self.form._meta.model
        return model


KINDS: Mapping[str, Kind] = {
    "stakeholder": Kind(
        form=StakeholderForm,
        add=gettext_lazy("Add a stakeholder"),
        change=gettext_lazy("Change a stakeholder"),
        remove=gettext_lazy("Remove a stakeholder"),
    ),
    "force": Kind(
        form=ForceForm,
        add=gettext_lazy("Add a driver or a barrier"),
        change=gettext_lazy("Change a driver or a barrier"),
        remove=gettext_lazy("Remove a driver or a barrier"),
    ),
    "risk": Kind(
        form=RiskForm,
        add=gettext_lazy("Add a risk"),
        change=gettext_lazy("Change a risk"),
        remove=gettext_lazy("Remove a risk"),
    ),
    "value": Kind(
        form=ExpectedValueForm,
        add=gettext_lazy("Add an expected value"),
        change=gettext_lazy("Change an expected value"),
        remove=gettext_lazy("Remove an expected value"),
    ),
    "gap": Kind(
        form=GapNoteForm,
        add=gettext_lazy("Add a note on a missing sector"),
        change=gettext_lazy("Change a note on a missing sector"),
        remove=gettext_lazy("Remove a note on a missing sector"),
    ),
    "log": Kind(
        form=LogEntryForm,
        add=gettext_lazy("Write in the log"),
        change=gettext_lazy("Change an entry of the log"),
        remove=gettext_lazy("Remove an entry of the log"),
        home="cohorts:log",
    ),
    "presentation": Kind(
        form=PresentationForm,
        add=gettext_lazy("Add a presentation"),
        change=gettext_lazy("Change a presentation"),
        remove=gettext_lazy("Remove a presentation"),
        home="cohorts:dissemination",
    ),
}


def project_for(request: HttpRequest, reference: str) -> Project:
    """The team's project, for the team and its staff; 404 for everybody else. The first visit opens it."""
    team = team_for(request, reference)
    found = Project.objects.filter(team=team).first() or open_project(team, now=timezone.now())
    found.team = team
    return found


def project(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that the project consists of."""
    found = project_for(request, reference)
    forces = list(found.force_set.all())
    all_gaps = gaps(found)
    return TemplateResponse(
        request,
        "cohorts/project/project.html",
        {
            **team_context(request, found),
            "problem": _rows(found, PROBLEM[1:]),
            "anchoring": _rows(found, SECTIONS[Part.ANCHORING]),
            "recorded": _recorded_since(found),
            "versions": found.problem_versions.count(),
            "stakeholders": found.stakeholder_set.all(),
            "forces": [
                (kind, [each for each in forces if each.kind == kind]) for kind in reversed(ForceKind)
            ],
            "risks": sorted(found.risk_set.select_related("owner__member"), key=lambda risk: -risk.weight),
            "values": found.expectedvalue_set.all(),
            "sectors": _rows(found, SECTIONS[Part.COMPOSITION]),
            "gaps": all_gaps,
        },
    )


def team_context(request: HttpRequest, found: Project) -> dict[str, Any]:
    """What the pages of a project share. may_write: whether this person may change it now."""
    return {
        "team": found.team,
        "project": found,
        "may_write": may_write(person(request), found.team),
        "is_closed": is_closed(found.team),
    }


def _rows(found: Project, fields: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(label(Project, field), answer(Project, field, getattr(found, field))) for field in fields]


def _recorded_since(found: Project) -> list[tuple[str, str]]:
    """What the municipality has recorded on its application about the political treatment that the project
    still calls planned; empty when there is nothing such."""
    application = found.team.application
    settled = application.political_outcome not in ("", PoliticalOutcome.PLANNED)
    if not settled or found.political_outcome not in ("", PoliticalOutcome.PLANNED):
        return []
    return [
        (label(Application, field), answer(Application, field, getattr(application, field)))
        for field in POLITICAL
    ]


def problem_history(request: HttpRequest, reference: str) -> HttpResponse:
    """The versions of the problem, the latest first, each with what it changed."""
    found = project_for(request, reference)
    versions = list(found.problem_versions.select_related("changed_by"))
    shown = []
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        changes = [
            (
                label(Project, field),
                diff(getattr(before, field) if before else getattr(version, field), getattr(version, field)),
            )
            for field in PROBLEM
            if before is None or getattr(before, field) != getattr(version, field)
        ]
        shown.append((version, changes))
    return TemplateResponse(
        request, "cohorts/project/history.html", {**team_context(request, found), "versions": shown}
    )


def section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    """Change one of the project's texts; a colleague's change meanwhile is shown beside one's own."""
    found = project_for(request, reference)
    user = person(request)
    if section not in SECTION_FORMS or not may_write(user, found.team):
        raise Http404
    saved = values_of(found, SECTIONS[section])
    form = SECTION_FORMS[section](
        request.POST or kept_post(request),
        intake=found.team.cohort.intake,
        initial={**saved, "version": fingerprint(saved)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_section(
                found,
                section,
                form.values(),
                version=form.cleaned_data["version"],
                why=form.cleaned_data.get("why", ""),
                by=user,
                now=timezone.now(),
            )
        except Conflict as conflict:
            return conflict_page(request, found.team, form, conflict, form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The project is saved."))
            return redirect("cohorts:project", reference)
    return _form_page(request, found, form, SECTION_TITLES[section], "cohorts:project")


def part_add(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Add a part to the project, the log or the presentations."""
    found = project_for(request, reference)
    chosen, user = _kind(kind), person(request)
    new = chosen.model(project=found, made_by=user)
    if not may_change(user, new, found.team):
        raise Http404
    form = chosen.form(request.POST or kept_post(request), project=found, part=new)
    if request.method == "POST" and form.is_valid():
        try:
            add_part(found, chosen.model, form.values(), by=user, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is added."))
            return redirect(chosen.home, reference)
    return _form_page(request, found, form, chosen.add, chosen.home)


def part(request: HttpRequest, reference: str, kind: str, pk: int) -> HttpResponse:
    """Change a part."""
    found = project_for(request, reference)
    chosen, user = _kind(kind), person(request)
    stored = _part(found, chosen, pk)
    if not may_change(user, stored, found.team):
        raise Http404
    form = chosen.form(request.POST or kept_post(request), project=found, part=stored)
    if request.method == "POST" and form.is_valid():
        try:
            change_part(
                stored,
                form.values(),
                version=form.cleaned_data["version"],
                by=user,
                now=timezone.now(),
            )
        except Conflict as conflict:
            return conflict_page(request, found.team, form, conflict, form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is saved."))
            return redirect(chosen.home, reference)
    remove_url = reverse("cohorts:project_part_remove", args=[reference, kind, pk])
    return _form_page(request, found, form, chosen.change, chosen.home, remove_url=remove_url)


def part_remove(request: HttpRequest, reference: str, kind: str, pk: int) -> HttpResponse:
    """Ask before a part is removed."""
    found = project_for(request, reference)
    chosen, user = _kind(kind), person(request)
    stored = _part(found, chosen, pk)
    if not may_remove(user, stored, found.team):
        raise Http404
    if request.method == "POST":
        try:
            remove_part(stored, by=user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is removed."))
        return redirect(chosen.home, reference)
    return TemplateResponse(
        request,
        "cohorts/project/remove.html",
        {
            **team_context(request, found),
            "title": chosen.remove,
            "part": stored,
            "back": reverse(chosen.home, args=[reference]),
        },
    )


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _part(found: Project, kind: Kind, pk: int) -> ProjectPart:
    stored = get_object_or_404(kind.model.objects.all(), pk=pk, project=found)
    stored.project = found
    return stored


def _form_page(
    request: HttpRequest,
    found: Project,
    form: forms.BaseForm,
    title: Promise,
    home: str,
    *,
    remove_url: str = "",
) -> HttpResponse:
    return TemplateResponse(
        request,
        "cohorts/project/form.html",
        {
            **team_context(request, found),
            "form": form,
            "title": title,
            "back": reverse(home, args=[found.team.reference]),
            "remove_url": remove_url,
        },
    )


# --- Two at once ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clash:
    """A question to which two people have given different answers."""

    label: str
    theirs: str
    mine: str


def conflict_page(
    request: HttpRequest, team: Team, form: forms.BaseForm, conflict: Conflict, mine: Values
) -> HttpResponse:
    """What they saved and what I typed, side by side, with a button for each: nothing is lost."""
    clashes = [
        Clash(str(form.fields[name].label), _said(form, name, theirs), _said(form, name, mine[name]))
        for name, theirs in conflict.theirs.items()
        if theirs != mine[name]
    ]
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "version")
        for value in values
    ]
    return TemplateResponse(
        request,
        "cohorts/project/conflict.html",
        {
            "team": team,
            "clashes": clashes,
            "posted": [*posted, ("version", fingerprint(conflict.theirs))],
            "back": request.path,
        },
        status=409,
    )


def _said(form: forms.BaseForm, name: str, value: Any) -> str:
    """A value as the form's reader sees it: chosen ones by their labels."""
    field = form.fields[name]
    if isinstance(value, list) or hasattr(field, "choices"):
        labels = {str(key): str(text) for key, text in field.choices}  # type: ignore[attr-defined]
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each)) for each in chosen if each not in (None, ""))
    if hasattr(value, "isoformat"):
        return formats.day(value)
    return "" if value is None else str(value)
