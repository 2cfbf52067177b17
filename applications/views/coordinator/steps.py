"""One part of the application at a time: shown, kept while it is typed, saved; no update is lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications.actions.drafts import Conflict, discard_draft, keep_draft, save_part
from applications.actions.guarantees import ask_guarantee
from applications.actions.team import PERSON
from applications.forms.coordinator import (
    CHOICE,
    PART_FORMS,
    CompositionForm,
    GuaranteeForm,
    MemberForm,
    StepForm,
    as_post,
    chosen,
)
from applications.models import Application, MunicipalityRole, Part
from applications.models.completeness import composition_warning
from applications.models.content import FIELDS, Values, changed_from, values_of, version_from, version_of
from applications.models.promises import guarantee_text
from applications.models.readiness import current_guarantee
from applications.models.summary import differences
from applications.models.team import sector_names
from applications.states import State
from applications.views.coordinator import access
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import AuditEvent, User

# What the button says that was pressed.
NEXT, PREVIOUS, LATER = "next", "previous", "later"

MakeForm = Callable[..., StepForm]

# The relations that a part's page reads.
READS: dict[str, tuple[str, ...]] = {
    Part.MUNICIPALITY: ("municipalities__municipality",),
    Part.COMPOSITION: ("members",),
    Part.GUARANTEE: ("guarantees",),
}


@dataclass(frozen=True)
class Opened:
    """A step's form as a page shows it, and when what it restores was kept."""

    form: StepForm
    restored_at: datetime | None = None


def step(request: HttpRequest, reference: str, part: str) -> HttpResponse:
    """Show or save one part. Saving needs no more than the step itself: other steps may be empty."""
    application, now = access.editable(request, reference, READS.get(part, ())), timezone.now()
    if part == Part.TEAM:
        return redirect(access.step_url(application, part))
    if part not in PART_FORMS:
        raise Http404
    if request.method == "GET" and (elsewhere := access.closed(request, application, part, now)):
        return elsewhere
    make, initial = maker(application, part), initial_of(application, part)
    if request.method == "POST":
        form = make(chosen(request.POST, initial))
        if answer := _saved(request, application, part, form, initial, now):
            return answer
        opened = Opened(form)
    else:
        opened = opened_form(request, application, part, make, initial, version=version_of(application, part))
    return TemplateResponse(
        request,
        f"applications/coordinator/step_{part}.html",
        {
            **step_context(application, part, opened),
            **_extra(application, part),
        },
    )


def step_context(application: Application, part: str, opened: Opened, step: str = "") -> dict[str, Any]:
    """What every step's page shows. step: the name under which its typed text is kept, if not the part's."""
    name = step or part
    return {
        "application": application,
        "intake": application.intake,
        "part": part,
        "title": str(Part(part).label),
        "trail": access.trail(application),
        "number": access.STEPS.index(part) + 1,
        "steps": len(access.STEPS),
        "is_draft": application.state == State.DRAFT,
        "form": opened.form,
        "restored_at": opened.restored_at,
        "autosave_url": reverse("applications:autosave", args=[application.reference, name]),
        "discard_url": reverse("applications:discard", args=[application.reference, name]),
        "next_url": access.next_url(application, part),
        "previous_url": access.previous_url(application, part),
    }


def maker(application: Application, part: str) -> MakeForm:
    """Makes the part's form; the team's is that of one person."""
    if part == Part.COMPOSITION:
        return partial(CompositionForm, intake=application.intake, present=application.team_sectors())
    form_class = MemberForm if part == Part.TEAM else PART_FORMS[part]
    return partial(form_class, intake=application.intake)


def initial_of(application: Application, part: str) -> Values:
    """What is saved in a part, by the names of its form."""
    if part == Part.GUARANTEE:
        guarantee = current_guarantee(application)
        return values_of(guarantee, GuaranteeForm.names) if guarantee else {}
    return values_of(application, FIELDS[part])


def opened_form(
    request: HttpRequest,
    application: Application,
    step: str,
    make: MakeForm,
    initial: Values,
    *,
    version: str,
) -> Opened:
    """The form with what was posted while logged out, else what was typed and kept, else what is saved."""
    if kept := kept_post(request):
        return Opened(make(kept))
    draft = application.step_drafts.filter(user=person(request), step=step).first()
    if draft is not None:
        typed = make(as_post(draft.data))
        if typed.differs_from(initial):
            return Opened(make(initial=typed.shown()), restored_at=draft.saved_at)
    return Opened(make(initial={**initial, "version": version}))


def _extra(application: Application, part: str) -> dict[str, Any]:
    if part == Part.MUNICIPALITY:
        return {
            "partners": [
                each for each in application.municipalities.all() if each.role == MunicipalityRole.PARTNER
            ]
        }
    if part == Part.COMPOSITION:
        return {
            "team_sectors": sector_names(application.team_sectors()),
            "warning": composition_warning(application),
        }
    if part == Part.GUARANTEE:
        return {"guarantee": current_guarantee(application), "promise": guarantee_text(application)}
    return {}


def _saved(
    request: HttpRequest,
    application: Application,
    part: str,
    form: StepForm,
    initial: Values,
    now: datetime,
) -> HttpResponse | None:
    """Do what the button says; None when the form must be shown again."""
    user, pressed = person(request), request.POST.get("action", NEXT)
    keeps = pressed in (PREVIOUS, LATER)
    if keeps and (part == Part.GUARANTEE or not form.is_valid()):
        return _kept(request, application, part, form, initial, now)
    if not form.is_valid():
        _keep(application, part, form, user, now)
        return None
    try:
        if part == Part.GUARANTEE:
            ask_guarantee(
                application,
                name=form.cleaned_data["approver_name"],
                title=form.cleaned_data["approver_title"],
                email=form.cleaned_data["approver_email"],
                version=form.cleaned_data["version"],
                by=user,
                now=now,
            )
        else:
            save_part(
                application, part, form.values(), version=form.cleaned_data["version"], by=user, now=now
            )
    except Conflict as conflict:
        _keep(application, part, form, user, now)
        return conflict_page(request, application, part, Application, conflict, form, keep_url=part)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    if part == Part.GUARANTEE:
        messages.success(
            request,
            _("The request for the guarantee is on its way to %(email)s.")
            % {"email": form.cleaned_data["approver_email"]},
        )
        return redirect(request.path)
    if part == Part.COMPOSITION and pressed == NEXT and _opens_a_gap(application, form.values(), initial):
        messages.info(
            request,
            _(
                "It is saved. Say how the team will involve the sectors that nobody comes from,"
                " or go on without saying it."
            ),
        )
        return redirect(request.path)
    return redirect(destination(application, part, pressed))


def _opens_a_gap(application: Application, values: Values, before: Values) -> bool:
    """Whether a sector is newly chosen that nobody in a team comes from, and nothing is said about it."""
    present = {*application.team_sectors()}
    chosen = {*values["problem_sectors"]} - {*before["problem_sectors"]}
    return bool(present and chosen - present) and not values["mitigation"]


def destination(application: Application, part: str, pressed: str) -> str:
    """Where a button leads once what stood in the form is safe."""
    if pressed == PREVIOUS:
        return access.previous_url(application, part)
    if pressed == LATER:
        return application.get_absolute_url()
    return access.next_url(application, part)


def _kept(
    request: HttpRequest,
    application: Application,
    part: str,
    form: StepForm,
    initial: Values,
    now: datetime,
) -> HttpResponse | None:
    """Leave the step with what is typed kept as it is, valid or not."""
    if form.differs_from(initial):
        refusal = _keep(application, part, form, person(request), now)
        if refusal:
            form.add_error(None, refusal)
            return None
        messages.info(
            request,
            _("What you wrote in “%(part)s” is kept. It is not yet a part of the application.")
            % {"part": Part(part).label},
        )
    return redirect(destination(application, part, request.POST["action"]))


def _keep(application: Application, part: str, form: StepForm, user: User, now: datetime) -> str:
    """Keep what is typed; the reason as a sentence when it cannot be kept."""
    try:
        keep_draft(application, part, form.typed(), part=part, by=user, now=now)
    except Refused as refusal:
        return str(refusal)
    return ""


def conflict_page(
    request: HttpRequest,
    application: Application,
    part: str,
    model: type[Model],
    conflict: Conflict,
    form: StepForm,
    *,
    keep_url: str,
) -> HttpResponse:
    """What is saved and what I typed, question by question. Nothing is lost meanwhile.

    A question that only one of us has answered anew keeps that answer; of the others I choose.
    """
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "version") and not name.startswith(CHOICE)
        for value in values
    ]
    found, version = differences(model, conflict.theirs, form.values()), form.cleaned_data["version"]
    theirs, mine = changed_from(conflict.theirs, version), changed_from(form.values(), version)
    return TemplateResponse(
        request,
        "applications/coordinator/conflict.html",
        {
            "application": application,
            "part": part,
            "title": str(Part(part).label),
            "trail": access.trail(application),
            "open": [each for each in found if each.field in theirs & mine],
            "only_theirs": [each for each in found if each.field not in mine],
            "only_mine": [each for each in found if each.field not in theirs],
            "latest": _latest(application, part, conflict.theirs, [each.field for each in found]),
            "posted": posted,
            "version": version_from(conflict.theirs),
            "discard_url": reverse("applications:discard", args=[application.reference, keep_url]),
            "has_files": bool(request.FILES),
        },
        status=409,
    )


def _latest(application: Application, part: str, theirs: Values, fields: list[str]) -> AuditEvent | None:
    """Who has last changed one of the fields, as the audit has it."""
    events = audit.history(application).filter(changes__has_any_keys=fields)
    if part == Part.TEAM:
        events = events.filter(**{f"changes__{PERSON}__1": theirs["name"]})
    return events.first()


def _part_of(step: str) -> str:
    """The part to which the name of a step's draft belongs; Http404 for none of ours."""
    if re.fullmatch(r"member-(new|\d{1,19})", step):
        return Part.TEAM
    if step not in PART_FORMS:
        raise Http404
    return step


@require_POST
def autosave(request: HttpRequest, reference: str, step: str) -> JsonResponse:
    """Keep what is typed, asked by static/autosave.js. Answers {"saved_at"}, {"label"} when refused."""
    application, now = access.editable(request, reference), timezone.now()
    part = _part_of(step)
    form = maker(application, part)(request.POST)
    try:
        keep_draft(application, step, form.typed(), part=part, by=person(request), now=now)
    except Refused as refusal:
        return JsonResponse({"label": str(refusal)}, status=409)
    return JsonResponse({"saved_at": now.isoformat()})


@require_POST
def discard(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """Throw away what I typed in a step, and show what is saved."""
    application = access.editable(request, reference)
    part = _part_of(step)
    discard_draft(application, step, by=person(request))
    messages.info(request, _("What you had typed is discarded. You see what is saved."))
    if part == Part.TEAM:
        return redirect("applications:team", application.reference)
    return redirect("applications:step", application.reference, part)
