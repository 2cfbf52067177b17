"""Check the answers, send in, receipt; reopen, withdraw; answer the school."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.actions import submission as actions
from applications.actions.information import answer_request
from applications.forms.coordinator_answers import InformationForm, ReasonForm, SubmitForm
from applications.models import Application, Part, Submission
from applications.models.completeness import composition_warning, lacks
from applications.models.content import changed_since_guarantee, content_digest, open_request
from applications.models.readiness import current_guarantee
from applications.models.summary import receipt_sections, sections
from applications.permissions import may_submit, may_withdraw
from applications.states import TRANSITIONS, GuaranteeState, State
from applications.views.coordinator import access
from applications.views.coordinator.unsaved import unsaved
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui import formats
from innoskole.ui.pdf import render_pdf


def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything on one page with links for changing it, what is missing, and the button that sends it in."""
    user, now = person(request), timezone.now()
    application = access.editable(request, reference)
    refusal = ""
    if request.method == "POST":
        form = SubmitForm(request.POST)
        seen = form.cleaned_data["seen"] if form.is_valid() else ""
        try:
            sent = actions.submit(application, seen=seen, by=user, now=now)
        except Refused as refused:
            refusal = str(refused)
            application = access.editable(request, reference)
        else:
            if sent.state == State.AWAITING_APPROVAL:
                return redirect(sent)
            return redirect("applications:receipt", sent.reference)
    elif application.state != State.DRAFT:
        return redirect(application)
    return TemplateResponse(
        request,
        "applications/coordinator/check.html",
        {
            "application": application,
            "intake": application.intake,
            "trail": access.trail(application),
            "number": len(access.STEPS),
            "steps": len(access.STEPS),
            "sections": [
                (section, access.step_url(application, section.part)) for section in sections(application)
            ],
            "lacks": [(lack, access.step_url(application, lack.part)) for lack in lacks(application)],
            "unsaved": unsaved(application),
            "refusal": refusal,
            "is_proven": may_submit(user, application),
            "accepts": application.accepts_at(now),
            "warning": composition_warning(application),
            "awaits": _awaits_guarantee(application),
            "guarantee": current_guarantee(application),
            "is_changed": changed_since_guarantee(application),
            "guarantee_url": access.step_url(application, Part.GUARANTEE),
            "form": SubmitForm(initial={"seen": content_digest(application)}),
            "previous_url": access.previous_url(application, "check"),
        },
    )


def _awaits_guarantee(application: Application) -> bool:
    guarantee = current_guarantee(application)
    return guarantee is not None and guarantee.state == GuaranteeState.ASKED


def _receipt(request: HttpRequest, reference: str) -> tuple[Application, Submission]:
    """The valid receipt of an application that the person may read; Http404 when there is none."""
    application = access.visible(request, reference)
    submission = application.current_submission()
    if submission is None:
        raise Http404
    return application, submission


def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """What was received and when, and what happens next. Of a draft: the way to its task list."""
    application = access.visible(request, reference)
    submission = application.current_submission()
    if submission is None:
        messages.info(request, _("There is no valid receipt: the application is not sent in."))
        return redirect(application)
    now = timezone.now()
    return TemplateResponse(
        request,
        "applications/coordinator/receipt.html",
        {
            "application": application,
            "intake": application.intake,
            "submission": submission,
            "trail": access.trail(application),
            "accepts": application.accepts_at(now),
        },
    )


def receipt_json(request: HttpRequest, reference: str) -> HttpResponse:
    """The content as it was sent in, byte for byte what the receipt's digest was made of."""
    application, submission = _receipt(request, reference)
    return HttpResponse(
        submission.content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{application.reference}.json"'},
    )


def receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt as a file to keep, in the reader's language."""
    application, submission = _receipt(request, reference)
    language = get_language() or "nb"
    data = _receipt_data(application, submission)
    content = render_pdf("receipt", data, language=language, at=submission.submitted_at)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{application.reference}.pdf"'},
    )


def _receipt_data(application: Application, submission: Submission) -> dict[str, Any]:
    intake = application.intake
    return {
        "title": _("Receipt for the application of %(municipality)s") % {"municipality": application.lead},
        "reference": application.reference,
        "intro": _("Innoskole has received the application for a place in the innovation school, %(intake)s.")
        % {"intake": intake},
        "facts": [
            (_("Reference number"), application.reference),
            (_("Received"), formats.moment(submission.submitted_at)),
            (_("Sent in by"), str(submission.submitted_by)),
            (_("Version"), str(submission.number)),
        ],
        "digest_label": _("Digest of the content (SHA-256)"),
        "digest": submission.digest,
        "sections": [
            {"title": section.title, "rows": [(question, answer or "–") for question, answer in section.rows]}
            for section in receipt_sections(submission.content)
        ],
        "note": _(
            "The digest shows that this is what was received:"
            " the school keeps the content with the same digest."
        ),
    }


def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask before the receipt is made void."""
    application, now = access.editable(request, reference), timezone.now()
    refusal = ""
    if request.method == "POST":
        try:
            actions.reopen(application, by=person(request), now=now)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(
                request, _("The application is a draft again. Remember to send it in before the deadline.")
            )
            return redirect(application)
    elif application.state not in (State.SUBMITTED, State.AWAITING_APPROVAL):
        return redirect(application)
    return TemplateResponse(
        request,
        "applications/coordinator/reopen.html",
        {
            "application": application,
            "intake": application.intake,
            "submission": application.current_submission(),
            "trail": access.trail(application),
            "refusal": refusal,
        },
    )


def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the reason, and say what follows, before the application is withdrawn."""
    user, now = person(request), timezone.now()
    application = access.editable(request, reference)
    if State.WITHDRAWN not in TRANSITIONS[application.state] or not may_withdraw(user, application):
        messages.warning(request, _("You cannot withdraw this application."))
        return redirect(application)
    form = ReasonForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(application, by=user, now=now, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The application is withdrawn."))
            return redirect(application)
    return TemplateResponse(
        request,
        "applications/coordinator/withdraw.html",
        {
            "application": application,
            "intake": application.intake,
            "accepts": application.accepts_at(now),
            "trail": access.trail(application),
            "form": form,
        },
    )


def information(request: HttpRequest, reference: str) -> HttpResponse:
    """The school's question, the parts that it has unlocked, and the answer."""
    user, now = person(request), timezone.now()
    application = access.editable(request, reference)
    asked = open_request(application)
    if request.method == "GET" and asked is None:
        messages.info(request, _("The school does not wait for an answer."))
        return redirect(application)
    form = InformationForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            answer_request(application, answer=form.cleaned_data["answer"], by=user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The school has received your answer."))
            return redirect("applications:receipt", application.reference)
    if asked is None:
        return redirect(application)
    return TemplateResponse(
        request,
        "applications/coordinator/information.html",
        {
            "application": application,
            "asked": asked,
            "is_late": _is_late(asked.due_at, now),
            "parts": [
                (label, access.step_url(application, part))
                for part, label in zip(asked.parts, asked.part_labels(), strict=True)
            ],
            "unsaved": [each for each in unsaved(application) if each.part in asked.parts],
            "trail": access.trail(application),
            "form": form,
            "home_url": reverse("home"),
        },
    )


def _is_late(due_at: datetime, now: datetime) -> bool:
    return now > due_at
