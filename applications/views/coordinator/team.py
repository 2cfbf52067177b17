"""The team: the list with its counter, one person at a time, and their documents."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.drafts import Conflict, keep_draft
from applications.actions.team import (
    NEW,
    add_document,
    add_member,
    change_member,
    remove_document,
    remove_member,
    step_of,
)
from applications.forms.coordinator import StepForm, chosen
from applications.models import Application, Document, Part, TeamMember
from applications.models.completeness import composition_warning, team_lacks
from applications.models.content import MEMBER_FIELDS, values_of, version_of_member
from applications.permissions import may_read_documents
from applications.states import State
from applications.uploads import Upload
from applications.views.coordinator import access
from applications.views.coordinator.steps import (
    LATER,
    Opened,
    conflict_page,
    maker,
    opened_form,
    step_context,
)
from applications.views.coordinator.tasks import team_count, team_counter
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.models import User

READS = ("members__documents", "information_requests")


def team(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody in the team, and what it lacks by the intake's rules."""
    application, now = access.editable(request, reference, reads=READS), timezone.now()
    if elsewhere := access.closed(request, application, Part.TEAM, now):
        return elsewhere
    members = list(application.members.all())
    return TemplateResponse(
        request,
        "applications/coordinator/team.html",
        {
            "application": application,
            "intake": application.intake,
            "trail": access.trail(application),
            "title": str(Part.TEAM.label),
            "number": access.STEPS.index(Part.TEAM) + 1,
            "steps": len(access.STEPS),
            "is_draft": application.state == State.DRAFT,
            "members": members,
            "counter": team_counter(application),
            "lacks": list(team_lacks(application)),
            "warning": composition_warning(application),
            "is_full": len(members) >= application.intake.team_max,
            "has_draft": application.step_drafts.filter(user=person(request), step=NEW).exists(),
            "next_url": access.next_url(application, Part.TEAM),
            "previous_url": access.previous_url(application, Part.TEAM),
        },
    )


def member_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Nominate a person."""
    application, now = access.editable(request, reference, reads=["members"]), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.TEAM, now)):
        return elsewhere
    if request.method == "POST":
        form = maker(application, Part.TEAM)(request.POST, request.FILES)
        if answer := _saved(request, application, None, form, now):
            return answer
        opened = Opened(form)
    else:
        opened = opened_form(request, application, NEW, maker(application, Part.TEAM), {}, version="")
    return _page(request, application, None, opened)


def member(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Change what is said about a person, add and remove their documents."""
    application, now = access.editable(request, reference, reads=["members"]), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.TEAM, now)):
        return elsewhere
    found = _member(request, application, pk)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "POST":
        saved = values_of(found, MEMBER_FIELDS)
        form = maker(application, Part.TEAM)(chosen(request.POST, saved), request.FILES)
        if answer := _saved(request, application, found, form, now):
            return answer
        opened = Opened(form)
    else:
        opened = opened_form(
            request,
            application,
            step_of(found),
            maker(application, Part.TEAM),
            values_of(found, MEMBER_FIELDS),
            version=version_of_member(found),
        )
    return _page(request, application, found, opened)


def _member(request: HttpRequest, application: Application, pk: int) -> TeamMember | HttpResponse:
    """The person, or the way back to the team when a colleague has just removed them."""
    found = application.members.filter(pk=pk).first()
    if found is not None:
        return found
    messages.warning(request, _("This person is no longer in the team."))
    return redirect("applications:team", application.reference)


def _saved(
    request: HttpRequest,
    application: Application,
    found: TeamMember | None,
    form: StepForm,
    now: datetime,
) -> HttpResponse | None:
    """Save the person, then the documents; None when the form must be shown again."""
    user, step = person(request), step_of(found) if found else NEW
    leaves = request.POST.get("action") == LATER
    is_valid = form.is_valid()
    if not is_valid:
        try:
            keep_draft(application, step, form.typed(), part=Part.TEAM, by=user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return None
        if leaves:
            messages.info(request, _("What you wrote is kept. The person is not yet a part of the team."))
            return redirect("applications:team", application.reference)
        _ask_for_files_again(request, form)
        return None
    try:
        if found is None:
            saved = add_member(application, form.values(), by=user, now=now)
        else:
            change_member(found, form.values(), version=form.cleaned_data["version"], by=user, now=now)
            saved = found
    except Conflict as conflict:
        keep_draft(application, step, form.typed(), part=Part.TEAM, by=user, now=now)
        return conflict_page(request, application, Part.TEAM, TeamMember, conflict, form, keep_url=step)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        _ask_for_files_again(request, form)
        return None
    _add_documents(request, saved, form.cleaned_data["documents"], user, now)
    messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
    return redirect("applications:team", application.reference)


def _ask_for_files_again(request: HttpRequest, form: StepForm) -> None:
    if request.FILES and "documents" not in form.errors:
        form.add_error(
            "documents", _("Choose the files again: a browser does not keep them when a form is refused.")
        )


def _add_documents(
    request: HttpRequest, saved: TeamMember, uploads: list[Upload], user: User, now: datetime
) -> None:
    for upload in uploads:
        try:
            add_document(saved, upload, by=user, now=now)
        except Refused as refusal:
            messages.warning(request, str(refusal))


def _page(
    request: HttpRequest, application: Application, found: TeamMember | None, opened: Opened
) -> HttpResponse:
    others = [each for each in application.members.all() if each != found]
    context: dict[str, Any] = {
        **step_context(application, Part.TEAM, opened, step=step_of(found) if found else NEW),
        "member": found,
        "documents": list(found.documents.all()) if found else [],
        "counter": team_counter(application),
        "counter_with_person": team_count(application.intake, people=len(others) + 1, sectors="{sectors}"),
        "sectors_of_others": sorted({each.sector for each in others}),
    }
    return TemplateResponse(request, "applications/coordinator/member.html", context)


def member_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask before a person, with their documents, is taken out of the team."""
    application, now = access.editable(request, reference, reads=["members"]), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.TEAM, now)):
        return elsewhere
    found = _member(request, application, pk)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "POST":
        try:
            remove_member(found, by=person(request), now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is removed from the team.") % {"name": found.name})
        return redirect("applications:team", application.reference)
    return TemplateResponse(
        request,
        "applications/coordinator/member_remove.html",
        {
            "application": application,
            "trail": access.trail(application),
            "member": found,
            "documents": list(found.documents.all()),
        },
    )


def document(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    """A document as an attachment, for those who may read it."""
    found = _document(reference, pk)
    if not may_read_documents(person(request), found):
        raise Http404
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=found.content_type,
    )


def _document(reference: str, pk: int) -> Document:
    rows = Document.objects.select_related("member__application__intake")
    return get_object_or_404(rows, pk=pk, member__application__reference=reference)


def document_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask before a document is removed."""
    application, now = access.editable(request, reference), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.TEAM, now)):
        return elsewhere
    found = _document(reference, pk)
    if request.method == "POST":
        try:
            remove_document(found, by=person(request), now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The document “%(name)s” is removed.") % {"name": found.original_name}
            )
        return redirect("applications:member", application.reference, found.member_id)
    return TemplateResponse(
        request,
        "applications/coordinator/document_remove.html",
        {"application": application, "trail": access.trail(application), "document": found},
    )
