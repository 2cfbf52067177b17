"""A team's own pages of a delivery: the draft, the check before it leaves, the receipt, the statement."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessment.actions import deliveries as actions
from assessment.forms.requirements import DeliverForm, DraftForm, StatementForm
from assessment.models import Delivery, DeliveryDraft, DeliveryFile, TeamRequirement
from assessment.views.access import delivery_for, is_staff_of, own_work_for, requirement_for, work_for
from cohorts.models import Participant
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui import formats
from innoskole.ui.pdf import render_pdf


def _arguments(work: TeamRequirement) -> list[Any]:
    return [work.team.reference, work.requirement.number, work.track]


def _draft_of(work: TeamRequirement) -> DeliveryDraft | None:
    return DeliveryDraft.objects.filter(work=work.pk).select_related("saved_by").first()


def _files_of(work: TeamRequirement) -> list[DeliveryFile]:
    return list(DeliveryFile.objects.filter(work=work.pk, delivery=None).select_related("uploaded_by"))


def draft(request: HttpRequest, reference: str, number: int, track: str) -> HttpResponse:
    """The team's common draft: the text and the files. A colleague's text is never overwritten unseen."""
    work, now = own_work_for(request, reference, number, track), timezone.now()
    saved = _draft_of(work)
    theirs: DeliveryDraft | None = None
    if request.method == "POST":
        form = DraftForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return _save(request, work, form, now)
            except actions.Conflict as conflict:
                theirs = conflict.theirs
                form = DraftForm(_with_version(request, theirs.version))
            except Refused as refusal:
                form.add_error(None, str(refusal))
    else:
        opened = {"version": saved.version, "text": saved.text} if saved else None
        form = DraftForm(kept_post(request), initial=opened or _former_text(work))
    return TemplateResponse(
        request,
        "assessment/requirements/draft.html",
        {
            "team": work.team,
            "work": work,
            "requirement": work.requirement,
            "form": form,
            "draft": saved,
            "theirs": theirs,
            "files": _files_of(work),
            "obstacle": "" if form.errors else actions.obstacle(work, now),
            "autosave_url": reverse("assessment:draft_autosave", args=_arguments(work)),
        },
        status=409 if theirs else 200,
    )


def _with_version(request: HttpRequest, version: int) -> Any:
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def _former_text(work: TeamRequirement) -> dict[str, Any]:
    """A new attempt begins with the text of the former one."""
    former = Delivery.objects.filter(work=work.pk).order_by("-attempt").first()
    return {"text": former.text} if former else {}


def _save(request: HttpRequest, work: TeamRequirement, form: DraftForm, now: datetime) -> HttpResponse:
    """The text, then the files; then on to the check, or back to the draft. Raises Conflict and Refused."""
    user = person(request)
    values = form.cleaned_data
    actions.save_draft(work, values["text"], version=values["version"], by=user, now=now)
    for upload in values["uploads"]:
        try:
            actions.add_file(work, upload, by=user, now=now)
        except Refused as refusal:
            messages.warning(request, str(refusal))
    if request.POST.get("action") == "check":
        return redirect("assessment:deliver", *_arguments(work))
    messages.success(request, _("The draft is saved. It is not delivered yet."))
    return redirect("assessment:draft", *_arguments(work))


@require_POST
def autosave(request: HttpRequest, reference: str, number: int, track: str) -> JsonResponse:
    """Keep what is typed, asked by static/autosave.js. Answers {"saved_at", "label", "version"}."""
    work, now = own_work_for(request, reference, number, track), timezone.now()
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"label": _("The text is too long to be saved.")}, status=400)
    values = form.cleaned_data
    try:
        saved = actions.save_draft(
            work, values["text"], version=values["version"], by=person(request), now=now
        )
    except actions.Conflict as conflict:
        label = _("%(name)s has changed the draft. Press “Save the draft” to see both texts.")
        return JsonResponse({"label": label % {"name": conflict.theirs.saved_by}}, status=409)
    except Refused as refusal:
        return JsonResponse({"label": str(refusal)}, status=409)
    label = _("Saved at %(time)s") % {"time": formats.clock(now)}
    return JsonResponse({"saved_at": now.isoformat(), "label": label, "version": saved.version})


@require_POST
def file_remove(request: HttpRequest, reference: str, number: int, track: str, pk: int) -> HttpResponse:
    """Take a file out of the draft."""
    work, now = own_work_for(request, reference, number, track), timezone.now()
    found = get_object_or_404(DeliveryFile.objects.select_related("work"), pk=pk, work=work.pk, delivery=None)
    found.work = work
    try:
        actions.remove_file(found, by=person(request), now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The file “%(name)s” is removed from the draft.") % {"name": found.original_name}
        )
    return redirect("assessment:draft", *_arguments(work))


def deliver(request: HttpRequest, reference: str, number: int, track: str) -> HttpResponse:
    """Look through what is to be delivered, who delivers it and who gets mail; then deliver it once."""
    work, now = own_work_for(request, reference, number, track), timezone.now()
    form = DeliverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.deliver(work, **form.cleaned_data, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The work requirement is delivered."))
            return redirect("assessment:delivery", *_arguments(work), done.attempt)
    saved, files, records = _draft_of(work), _files_of(work), actions.records_in(work)
    concerned = [each for each in records if each.is_concerned_by(work)]
    due_at = max((each.due_at for each in concerned if each.due_at), default=None)
    return TemplateResponse(
        request,
        "assessment/requirements/deliver.html",
        {
            "team": work.team,
            "work": work,
            "requirement": work.requirement,
            "draft": saved,
            "files": files,
            "records": [(each, each.is_concerned_by(work)) for each in records],
            "due_at": due_at,
            "is_late": due_at is not None and now > due_at,
            "form": DeliverForm(initial={"attempt": work.attempt + 1, "seen": actions.seen_in(saved, files)}),
            "refused": form,
            "obstacle": actions.obstacle(work, now),
            "is_empty": not files and not (saved and saved.text.strip()),
        },
    )


def delivery(request: HttpRequest, reference: str, number: int, track: str, attempt: int) -> HttpResponse:
    """What was delivered: the receipt, for the team and its staff."""
    found = delivery_for(request, reference, number, track, attempt)
    members = list(found.members.select_related("participant__member__user"))
    user = person(request)
    is_staff = is_staff_of(request, found.work.team)
    statements = found.statements.select_related("participant__member")
    if not is_staff:
        statements = statements.filter(participant__in=Participant.objects.of(user))
    return TemplateResponse(
        request,
        "assessment/requirements/delivery.html",
        {
            "team": found.work.team,
            "work": found.work,
            "requirement": found.work.requirement,
            "delivery": found,
            "members": members,
            "files": list(found.files.all()),
            "assessment": getattr(found, "assessment", None),
            "statements": list(statements),
            "was_in_it": any(each.participant.member.user_id == user.pk for each in members),
            "may_state": actions.is_open_to_statements(found, found.work),
            "is_staff": is_staff,
        },
    )


def receipt_pdf(request: HttpRequest, reference: str, number: int, track: str, attempt: int) -> HttpResponse:
    """The receipt as a file to keep, in the reader's language."""
    found = delivery_for(request, reference, number, track, attempt)
    team, requirement = found.work.team, found.work.requirement
    name = f"{team.reference}-{requirement.number}-{found.attempt}.pdf"
    files = [(each.original_name, each.digest) for each in found.files.all()]
    facts = [
        (_("Team"), str(team)),
        (_("Work requirement"), str(requirement)),
        (_("Attempt"), str(found.attempt)),
        (_("Received"), formats.moment(found.delivered_at)),
        (_("Delivered by"), str(found.delivered_by)),
    ]
    if found.due_at:
        facts.append((_("Deadline"), formats.moment(found.due_at)))
    members = found.members.select_related("participant__member")
    data = {
        "title": _("Receipt for work requirement %(number)s") % {"number": requirement.number},
        "facts": facts,
        "late": _("It came after the deadline.") if found.is_late else "",
        "people_label": _("In the team at the delivery"),
        "people": [str(each.participant) for each in members],
        "text_label": _("Text"),
        "text": found.text,
        "files_label": _("Files, with their digests (SHA-256)"),
        "files": files,
    }
    content = render_pdf("delivery_receipt", data, language=get_language() or "nb", at=found.delivered_at)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def statement(request: HttpRequest, reference: str, number: int, track: str, attempt: int) -> HttpResponse:
    """One's own words on what one did for a delivery."""
    found, now = delivery_for(request, reference, number, track, attempt), timezone.now()
    own = Participant.objects.of(person(request)).present().filter(delivered_in__delivery=found).first()
    if own is None:
        raise Http404
    saved = found.statements.filter(participant=own).first()
    form = StatementForm(request.POST or kept_post(request), initial={"text": saved.text} if saved else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.state_part(found, form.cleaned_data["text"], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your statement is saved."))
            return redirect("assessment:delivery", reference, number, track, attempt)
    return TemplateResponse(
        request,
        "assessment/requirements/statement.html",
        {
            "team": found.work.team,
            "work": found.work,
            "requirement": found.work.requirement,
            "delivery": found,
            "form": form,
            "is_open": actions.is_open_to_statements(found, found.work),
        },
    )


def file(request: HttpRequest, reference: str, number: int, pk: int) -> HttpResponseBase:
    """A file as an attachment, for whoever may see the delivery or the draft in which it lies."""
    team, requirement = requirement_for(request, reference, number)
    found = get_object_or_404(
        DeliveryFile.objects.select_related("work"), pk=pk, work__team=team, work__requirement=requirement
    )
    work_for(request, reference, number, found.work.track)
    if found.delivery_id is None:  # a draft is the team's own
        own_work_for(request, reference, number, found.work.track)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=found.content_type,
    )
