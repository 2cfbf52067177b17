"""The case paper for the executive committee, its files, and what the committee decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.forms.boundfield import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.drafts import Conflict
from applications.actions.papers import record_outcome, require_recordable, save_paper
from applications.forms.papers import WITH, WITHOUT, OutcomeForm, PaperForm
from applications.models import Application, PaperLanguage, Part
from applications.models.content import FIELDS, POLITICAL, fingerprint, open_parts, values_of
from applications.models.summary import answer, label
from applications.papers import files
from applications.papers.paper import HEADINGS, RECOMMENDS, Paper, language_of, paper_of
from applications.permissions import may_edit
from applications.views.coordinator import access
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post

# The part of the application in which a gap of the paper is filled.
PART_OF = {field: part for part, fields in FIELDS.items() for field in fields} | {"members": Part.TEAM}


@dataclass(frozen=True)
class Gap:
    """Something that the paper lacks, and where it is written. url: empty when it cannot be written now."""

    label: str
    url: str


@dataclass(frozen=True)
class Row:
    """A heading on the page: its control, the box that gives the proposal back, and what is proposed."""

    field: BoundField
    again: BoundField | None
    proposed: str
    is_own: bool


@dataclass(frozen=True)
class Clash:
    """A control that two people have changed, as both of them left it."""

    label: str
    theirs: str
    mine: str


def paper(request: HttpRequest, reference: str) -> HttpResponse:
    """The paper in the municipality's own form of Norwegian."""
    application = access.visible(request, reference)
    return redirect("applications:paper_text", application.reference, language_of(application))


def paper_text(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """The paper heading by heading: those who work on the application change it, the others read it."""
    user, now = person(request), timezone.now()
    application = _application(request, reference, language)
    is_editor = may_edit(user, application)
    if request.method == "POST" and not is_editor:
        raise Http404
    shown = paper_of(application, language)
    form = PaperForm(request.POST or kept_post(request), paper=shown)
    if request.method == "POST" and form.is_valid():
        try:
            save_paper(
                application,
                language,
                form.values(),
                versions=form.versions(),
                again=form.again(),
                by=user,
                now=now,
            )
        except Conflict as conflict:
            return _paper_clash(request, shown, conflict, form)
        messages.success(request, _("The case paper is saved."))
        return redirect(request.path)
    open_now = open_parts(application, now) if is_editor else frozenset()
    return TemplateResponse(
        request,
        "applications/papers/paper.html",
        {
            "application": application,
            "title": _("Case paper"),
            "trail": access.trail(application),
            "paper": shown,
            "forms": [
                (value, name, reverse("applications:paper_text", args=[application.reference, value]))
                for value, name in PaperLanguage.choices
            ],
            "gaps": _gaps(application, shown, open_now),
            "is_editor": is_editor,
            "form": form if is_editor else None,
            "rows": _rows(form, shown) if is_editor else [],
            "sections": [(title, list(files.blocks(text))) for title, text in shown.sections],
            "political": [
                (label(Application, field), answer(Application, field, value))
                for field, value in values_of(application, POLITICAL).items()
            ],
            "anchoring_url": access.step_url(application, Part.ANCHORING)
            if Part.ANCHORING in open_now
            else "",
            "is_recordable": is_editor and _is_recordable(application, now),
        },
    )


def paper_file(request: HttpRequest, reference: str, language: str, kind: str) -> HttpResponse:
    """The paper as it is saved, as .docx or PDF."""
    application = _application(request, reference, language)
    makers = {"docx": (files.docx, files.DOCX), "pdf": (files.pdf, files.PDF)}
    if kind not in makers:
        raise Http404
    make, content_type = makers[kind]
    shown = paper_of(application, language)
    name = files.file_name(shown, kind)
    return HttpResponse(
        make(shown, timezone.now()),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def outcome(request: HttpRequest, reference: str) -> HttpResponse:
    """What the body decided on an application that has been sent in; of an open one the step «Anchoring»."""
    user, now = person(request), timezone.now()
    application = access.editable(request, reference)
    if request.method == "GET":
        if Part.ANCHORING in open_parts(application, now):
            return redirect(access.step_url(application, Part.ANCHORING))
        try:
            require_recordable(application, now)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect(application)
    saved = values_of(application, POLITICAL)
    form = OutcomeForm(
        request.POST or kept_post(request),
        intake=application.intake,
        initial={**saved, "version": fingerprint(saved)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_outcome(application, form.values(), version=form.cleaned_data["version"], by=user, now=now)
        except Conflict as conflict:
            return _outcome_clash(request, application, conflict, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The outcome is recorded, and the school sees it."))
            return redirect("applications:paper", application.reference)
    return TemplateResponse(
        request,
        "applications/papers/outcome.html",
        {
            "application": application,
            "title": _("What did the political body decide?"),
            "trail": _trail(application),
            "form": form,
        },
    )


def _application(request: HttpRequest, reference: str, language: str) -> Application:
    """Of those that the person may read; Http404 for a language in which no paper is written."""
    if language not in PaperLanguage.values:
        raise Http404
    return access.visible(request, reference)


def _trail(application: Application) -> list[tuple[str, str]]:
    return [
        *access.trail(application),
        (_("Case paper"), reverse("applications:paper", args=[application.reference])),
    ]


def _is_recordable(application: Application, now: datetime) -> bool:
    try:
        require_recordable(application, now)
    except Refused:
        return False
    return True


def _gaps(application: Application, shown: Paper, open_now: Collection[str]) -> list[Gap]:
    found = []
    for field in shown.gaps:
        part = PART_OF.get(field)
        name = str(Part.TEAM.label) if field == "members" else _name(field)
        found.append(Gap(name, access.step_url(application, part) if part and part in open_now else ""))
    return found


def _name(field: str) -> str:
    if field in HEADINGS:
        return str(HEADINGS[field])
    return label(Application, field)


def _rows(form: PaperForm, shown: Paper) -> list[Row]:
    """In the order of the paper; whether there is a recommendation is asked before its text."""
    rows = []
    for name, heading in shown.headings.items():
        again = form[f"{name}_again"] if f"{name}_again" in form.fields else None
        if name == "recommendation":
            rows.append(Row(form[RECOMMENDS], None, "", is_own=False))
        rows.append(
            Row(form[name], again, heading.proposed.text if heading.own else "", is_own=bool(heading.own))
        )
    return rows


# --- Two at once ----------------------------------------------------------------------------------


def _paper_clash(request: HttpRequest, shown: Paper, conflict: Conflict, form: PaperForm) -> HttpResponse:
    theirs = {
        name: (WITH if value else WITHOUT) if name == RECOMMENDS else value
        for name, value in conflict.theirs.items()
    }
    mine = {name: str(request.POST.get(name, "")) for name in theirs}
    versions = {f"{name}_version": fingerprint({name: value}) for name, value in conflict.theirs.items()}
    clashes = [
        Clash(str(form.fields[name].label), _said(form, name, theirs[name]), _said(form, name, mine[name]))
        for name in theirs
    ]
    dropped = {f"{name}_again" for name in theirs}
    return _clash_page(
        request,
        shown.application,
        clashes,
        keep_mine={**_posted(request), **versions},
        keep_theirs={
            **{name: value for name, value in _posted(request).items() if name not in dropped},
            **theirs,
            **versions,
        },
    )


def _said(form: PaperForm, name: str, value: str) -> str:
    return str(dict(form.fields[name].choices)[value]) if name == RECOMMENDS else value  # type: ignore[attr-defined]


def _outcome_clash(
    request: HttpRequest, application: Application, conflict: Conflict, form: OutcomeForm
) -> HttpResponse:
    mine = form.values()
    clashes = [
        Clash(
            label(Application, field),
            answer(Application, field, theirs),
            answer(Application, field, mine[field]),
        )
        for field, theirs in conflict.theirs.items()
        if theirs != mine[field]
    ]
    version = {"version": fingerprint(conflict.theirs)}
    theirs = {field: "" if value is None else str(value) for field, value in conflict.theirs.items()}
    return _clash_page(
        request,
        application,
        clashes,
        keep_mine={**_posted(request), **version},
        keep_theirs={**_posted(request), **theirs, **version},
    )


def _posted(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}


def _clash_page(
    request: HttpRequest,
    application: Application,
    clashes: list[Clash],
    *,
    keep_mine: dict[str, str],
    keep_theirs: dict[str, str],
) -> HttpResponse:
    """Both versions side by side, with a button for each; what does not clash is saved with either."""
    return TemplateResponse(
        request,
        "applications/papers/conflict.html",
        {
            "application": application,
            "title": _("A colleague has changed the same"),
            "trail": _trail(application),
            "clashes": clashes,
            "keep_mine": keep_mine.items(),
            "keep_theirs": keep_theirs.items(),
        },
        status=409,
    )
