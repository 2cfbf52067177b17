"""A group's own pages of its paper: the files, the check before it leaves, the receipt."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessment.actions.exam import papers as actions
from assessment.forms.exam_paper import DeliverForm, FilesForm
from assessment.models import Paper, PaperDelivery, PaperFile
from assessment.models.exam.standing import latest
from assessment.states.exam import SITTING
from assessment.views.exam.paper_access import file_for, is_blind, own_paper
from assessment.views.exam.paper_marks import mark_of, says
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui import formats
from innoskole.ui.pdf import render_pdf


def _waiting(paper: Paper) -> list[PaperFile]:
    """The files that are not delivered."""
    return list(PaperFile.objects.filter(paper=paper, delivery=None).select_related("uploaded_by"))


def paper(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Where the paper stands, what has been delivered, and the files that are still to be."""
    participant, found = own_paper(request, slug, number)
    now = timezone.now()
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if request.method == "POST" and form.is_valid():
        try:
            for upload in form.cleaned_data["uploads"]:
                actions.add_file(found, upload, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The files are uploaded. They are not delivered yet."))
            return redirect("assessment:paper", slug, number)
    return TemplateResponse(
        request,
        "assessment/exam/paper/paper.html",
        {
            "participant": participant,
            "paper": found,
            "exam": found.exam,
            "mark": mark_of(found, now),
            "says": says(found, now),
            "latest": latest(found),
            "deliveries": sorted(found.deliveries.all(), key=lambda each: -each.version),
            "files": _waiting(found),
            "form": form,
            "obstacle": actions.obstacle(found, person(request), now),
            "people": [each for each in found.candidates.all() if each.state in SITTING],
        },
    )


@require_POST
def file_remove(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Take a file away that is not delivered."""
    _participant, found = own_paper(request, slug, number)
    file = get_object_or_404(PaperFile.objects.filter(paper=found, delivery=None), pk=pk)
    try:
        actions.remove_file(file, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file “%(name)s” is removed.") % {"name": file.original_name})
    return redirect("assessment:paper", slug, number)


def deliver(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Look through what is to be delivered, and who gets mail; then deliver it once."""
    participant, found = own_paper(request, slug, number)
    now = timezone.now()
    files, newest = _waiting(found), latest(found)
    shown = {
        "version": newest.version + 1 if newest else 1,
        "seen": actions.seen_in(files),
        "title": newest.title if newest else "",
    }
    form = DeliverForm(request.POST or kept_post(request), initial=shown)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("title", "version", "seen")}
        try:
            done = actions.deliver(found, **values, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The paper is delivered."))
            return redirect("assessment:paper_delivery", slug, number, done.version)
    if form.is_bound:  # what the page shows now, with what was typed
        form = _with(form, {name: shown[name] for name in ("version", "seen")})
    return TemplateResponse(
        request,
        "assessment/exam/paper/deliver.html",
        {
            "participant": participant,
            "paper": found,
            "exam": found.exam,
            "files": files,
            "is_late": now > found.due_at,
            "version": shown["version"],
            "form": form,
            "obstacle": actions.obstacle(found, person(request), now),
            "lacking": actions.lacking(files),
            "people": [each for each in found.candidates.all() if each.state in SITTING],
        },
    )


def _with(form: DeliverForm, shown: dict[str, Any]) -> DeliverForm:
    """The same form with its errors, which asks about what is on the page now."""
    form.data = {**form.data.dict(), **{name: str(value) for name, value in shown.items()}}  # type: ignore[attr-defined]
    return form


def _delivery(request: HttpRequest, slug: str, number: int, version: int) -> tuple[Any, PaperDelivery]:
    participant, found = own_paper(request, slug, number)
    made = get_object_or_404(found.deliveries.select_related("delivered_by"), version=version)
    made.paper = found
    return participant, made


def delivery(request: HttpRequest, slug: str, number: int, version: int) -> HttpResponse:
    """The receipt."""
    participant, made = _delivery(request, slug, number, version)
    return TemplateResponse(
        request,
        "assessment/exam/paper/delivery.html",
        {
            "participant": participant,
            "paper": made.paper,
            "exam": made.paper.exam,
            "delivery": made,
            "counts": made.version == made.paper.version,
            "files": list(made.files.all()),
        },
    )


def receipt_pdf(request: HttpRequest, slug: str, number: int, version: int) -> HttpResponse:
    """The receipt as a file to keep, in the reader's language."""
    _participant, made = _delivery(request, slug, number, version)
    found = made.paper
    data = {
        "title": _("Receipt for the paper of %(team)s") % {"team": found.team},
        "facts": [
            (_("Group"), str(found.team)),
            (_("Title of the paper"), made.title),
            (_("Version"), str(made.version)),
            (_("Received"), formats.moment(made.delivered_at)),
            (_("Delivered by"), str(made.delivered_by)),
            (_("Deadline"), formats.moment(found.due_at)),
            (_("Digest (SHA-256)"), made.digest),
        ],
        "late": _("It came after the deadline.") if made.is_late else "",
        "people_label": _("Those who sit the exam in this group"),
        "people": [str(each) for each in found.candidates.all() if each.state in SITTING],
        "text_label": "",
        "text": "",
        "files_label": _("Files, with their digests (SHA-256)"),
        "files": [(each.original_name, each.digest) for each in made.files.all()],
    }
    content = render_pdf("delivery_receipt", data, language=get_language() or "nb", at=made.delivered_at)
    name = f"{found.team.reference}-{number}-{made.version}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def file(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """A file as an attachment, for whoever may read it; without its own name for who grades blindly."""
    found = file_for(request, code, pk)
    name = found.original_name
    if is_blind(request, found.paper):
        name = f"{code}-{found.pk}{PurePath(name).suffix}"
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=name, content_type=found.content_type
    )
