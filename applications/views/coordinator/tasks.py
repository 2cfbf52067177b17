"""The task list: what is done, what is left, who else is at it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from applications.actions.drafts import take_over as take_over_action
from applications.models import Application, Intake, MunicipalityRole, Part
from applications.models.call import OVER
from applications.models.completeness import Lack, composition_warning, lacks
from applications.models.content import FIELDS, open_parts, open_request
from applications.models.decision import DecisionQuerySet
from applications.models.readiness import current_guarantee
from applications.models.summary import sections
from applications.permissions import may_edit, may_submit, may_withdraw
from applications.states import TRANSITIONS, GuaranteeState, PartnerState, State
from applications.views.coordinator.access import editable, step_url, visible
from applications.views.coordinator.unsaved import unsaved
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.models import User
from innoskole.ui import formats


@dataclass(frozen=True)
class Task:
    """A row of the task list; see templates/_components/task_list.html."""

    title: str
    url: str
    hint: str
    status: str
    color: str = ""
    is_done: bool = False


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    tasks: list[Task]


def tasks(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of one application: the task list while something is open, else where it stands."""
    user, now = person(request), timezone.now()
    application = visible(request, reference)
    is_editor = may_edit(user, application)
    open_now = open_parts(application, now) if is_editor else frozenset()
    typed = unsaved(application) if is_editor else []
    mine = {each.part for each in typed if each.draft.user == user}
    missing = lacks(application)
    groups = _groups(application, open_now, missing, mine, has_unsaved=bool(typed))
    done = sum(task.is_done for group in groups for task in group.tasks)
    return TemplateResponse(
        request,
        "applications/coordinator/tasks.html",
        {
            "application": application,
            "intake": application.intake,
            "guarantee": current_guarantee(application),
            "information": open_request(application),
            "submission": application.current_submission(),
            "is_editor": is_editor,
            "is_proven": may_submit(user, application),
            "is_draft": application.state == State.DRAFT,
            "is_open": bool(open_now),
            "is_over": application.state in OVER,
            "accepts": application.accepts_at(now),
            "groups": groups,
            "done": done,
            "total": sum(len(group.tasks) for group in groups),
            "unsaved": typed,
            "others": [each for each in typed if each.draft.user != user],
            "composition_warning": composition_warning(application),
            "sections": [] if open_now else sections(application),
            "decisions": _decisions(application) if is_editor and not open_now else [],
            "may_reopen": _may_reopen(user, application, now),
            "may_withdraw": is_editor
            and State.WITHDRAWN in TRANSITIONS[application.state]
            and may_withdraw(user, application),
        },
    )


@require_POST
def take_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Become the contact person of the application."""
    application = editable(request, reference)
    try:
        take_over_action(application, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You are now the contact person of this application."))
    return redirect(application)


def _decisions(application: Application) -> DecisionQuerySet:
    """What the school has decided and told, the newest first; decisions on persons are their own."""
    return application.decisions.of_applications().issued().with_letter().order_by("-version")


def _may_reopen(user: User, application: Application, now: datetime) -> bool:
    return (
        application.state in (State.SUBMITTED, State.AWAITING_APPROVAL)
        and application.accepts_at(now)
        and may_submit(user, application)
    )


def _groups(
    application: Application,
    open_now: frozenset[str],
    missing: list[Lack],
    mine: set[Part],
    *,
    has_unsaved: bool,
) -> list[Group]:
    """The task list of what is open, under its headings. mine: the parts in which I have unsaved text."""

    def of(*parts: Part) -> list[Task]:
        return [_task(application, part, missing, mine) for part in parts if part in open_now]

    groups = [
        Group("who", _("Who applies"), of(Part.MUNICIPALITY, Part.TEAM)),
        Group("what", _("What you will work on"), of(Part.PROBLEM, Part.ANCHORING, Part.COMPOSITION)),
        Group("send", _("Approve and send in"), of(Part.GUARANTEE)),
    ]
    if application.state == State.DRAFT and open_now:
        groups[-1].tasks.append(_check_task(application, missing, has_unsaved=has_unsaved))
    return [group for group in groups if group.tasks]


def _check_task(application: Application, missing: list[Lack], *, has_unsaved: bool) -> Task:
    if missing:
        status = ngettext("%(count)s thing is missing", "%(count)s things are missing", len(missing)) % {
            "count": len(missing)
        }
    elif has_unsaved:
        status = _("Some text is not included")
    else:
        status = _("Ready to be sent in")
    return Task(
        title=_("Check the answers and send in"),
        url=step_url(application, "check"),
        hint=_("You get a receipt with a reference number."),
        status=status,
        color="" if missing else "warning",
    )


def _task(application: Application, part: Part, missing: list[Lack], mine: set[Part]) -> Task:
    is_lacking = any(lack.part == part for lack in missing)
    status, color = _status(application, part, is_lacking, mine)
    return Task(
        title=str(part.label),
        url=step_url(application, part),
        hint=_hint(application, part),
        status=status,
        color=color,
        is_done=not color,
    )


def _status(application: Application, part: Part, is_lacking: bool, mine: set[Part]) -> tuple[str, str]:
    """The words and the colour of a part's status; no colour when it is done."""
    if part in mine:
        return _("Has text that is not included"), "warning"
    if part == Part.MUNICIPALITY and is_lacking:
        partners = {p.state for p in application.municipalities.all() if p.role == MunicipalityRole.PARTNER}
        if PartnerState.DECLINED in partners:
            return _("A partner has declined"), "danger"
        return _("Waits for an answer"), "info"
    if part == Part.GUARANTEE:
        return _guarantee_status(application)
    if not is_lacking:
        return _("Done"), ""
    begun = (
        bool(application.members.all())
        if part == Part.TEAM
        else any(getattr(application, field) for field in FIELDS[part])
    )
    return (_("Started"), "info") if begun else (_("Not started"), "warning")


def _guarantee_status(application: Application) -> tuple[str, str]:
    guarantee = current_guarantee(application)
    if guarantee is None:
        return _("Not started"), "warning"
    if guarantee.state == GuaranteeState.GIVEN:
        return _("Done"), ""
    if guarantee.state == GuaranteeState.REFUSED:
        return _("Not given"), "danger"
    return _("Waits for an answer"), "info"


def _hint(application: Application, part: Part) -> str:
    if part == Part.MUNICIPALITY:
        partners = [
            str(p.municipality)
            for p in application.municipalities.all()
            if p.role == MunicipalityRole.PARTNER
        ]
        if partners:
            return _("%(lead)s together with %(partners)s") % {
                "lead": application.lead,
                "partners": ", ".join(partners),
            }
        return str(application.lead)
    if part == Part.TEAM:
        return team_counter(application)
    if part == Part.GUARANTEE:
        guarantee = current_guarantee(application)
        if guarantee is not None:
            return f"{guarantee.approver_name}, {guarantee.approver_title}"
        return _("The municipal director answers by a link in an e-mail, until %(deadline)s") % {
            "deadline": formats.moment(application.closes_at, "short")
        }
    return str(
        {
            Part.PROBLEM: _("The real problem that the team will work on"),
            Part.ANCHORING: _("In the municipal plan and in the political body"),
            Part.COMPOSITION: _("Which sectors the problem touches"),
        }[part]
    )


def team_counter(application: Application) -> str:
    """«People: 2 of 3–4. Sectors: 1 of at least 2.»."""
    return team_count(
        application.intake, people=len(application.members.all()), sectors=len(application.team_sectors())
    )


def team_count(intake: Intake, *, people: int, sectors: int | str) -> str:
    """The same of so many; sectors may be a word that a script replaces."""
    size = (
        str(intake.team_min) if intake.team_min == intake.team_max else f"{intake.team_min}–{intake.team_max}"
    )
    return _("People: %(people)s of %(size)s. Sectors: %(sectors)s of at least %(minimum)s.") % {
        "people": people,
        "size": size,
        "sectors": sectors,
        "minimum": intake.sectors_min,
    }
