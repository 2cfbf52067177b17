"""A team's log and files: the list, one file with its versions, and a version as an attachment."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions.files import add_file, add_version, delete_file
from cohorts.forms.files import FileForm, VersionForm
from cohorts.models import FileVersion, Project, TeamFile
from cohorts.models.files import QUOTA_BYTES, stored_bytes
from cohorts.permissions import teaches
from cohorts.permissions.project import may_delete_file, may_write
from cohorts.views.project import project_for, team_context
from cohorts.views.rooms import team_for
from innoskole.accounts.guards import Refused, person


def log(request: HttpRequest, reference: str) -> HttpResponse:
    """What has happened, the latest first, and the files."""
    found = project_for(request, reference)
    return TemplateResponse(
        request,
        "cohorts/project/log.html",
        {
            **team_context(request, found),
            "entries": found.logentry_set.select_related("made_by"),
            "teaches": teaches(person(request), found.team.cohort),
            "files": found.files.with_latest().in_order(),
            "used": stored_bytes(found),
            "quota": QUOTA_BYTES,
        },
    )


def file_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Store a file under a name of its own."""
    found = project_for(request, reference)
    user = person(request)
    if not may_write(user, found.team):
        raise Http404
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_file(
                found, form.cleaned_data["title"], form.cleaned_data["file"], by=user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("The file is stored."))
            return redirect("cohorts:log", reference)
    return TemplateResponse(
        request, "cohorts/project/file_add.html", {**team_context(request, found), "form": form}
    )


def file(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A file with all its versions; POST stores a newer one."""
    found = project_for(request, reference)
    user, stored = person(request), _file(found, pk)
    writes = may_write(user, found.team)
    if request.method == "POST" and not writes:
        raise Http404
    form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_version(stored, form.cleaned_data["file"], by=user, now=timezone.now())
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("The new version is stored."))
            return redirect("cohorts:team_file", reference, pk)
    return TemplateResponse(
        request,
        "cohorts/project/file.html",
        {
            **team_context(request, found),
            "file": stored,
            "form": form if writes else None,
            "may_delete": may_delete_file(user, stored, found.team),
        },
    )


def file_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask before a file is deleted with all its versions."""
    found = project_for(request, reference)
    user, stored = person(request), _file(found, pk)
    if not may_delete_file(user, stored, found.team):
        raise Http404
    if request.method == "POST":
        try:
            delete_file(stored, by=user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The file is deleted."))
        return redirect("cohorts:log", reference)
    return TemplateResponse(
        request, "cohorts/project/file_remove.html", {**team_context(request, found), "file": stored}
    )


def file_version(request: HttpRequest, reference: str, pk: int, number: int) -> HttpResponseBase:
    """A version as an attachment, for the team and its staff."""
    team = team_for(request, reference)
    found = get_object_or_404(FileVersion, of__project__team=team, of=pk, number=number)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=found.content_type,
    )


def _file(found: Project, pk: int) -> TeamFile:
    stored = get_object_or_404(TeamFile.objects.with_latest(), pk=pk, project=found)
    stored.project = found
    return stored
