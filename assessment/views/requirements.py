"""The work requirements of a cohort for its staff, and those of a team for the team and its staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.states import BEGUN
from applications.views.deeds import Deed, deed_page, offered, says
from assessment.actions import deliveries
from assessment.actions import requirements as actions
from assessment.forms.requirements import MakeForm, RequirementForm
from assessment.models import (
    Assessment,
    Delivery,
    DeliveryMember,
    RequirementRule,
    Result,
    TeamRequirement,
    WorkRequirement,
)
from assessment.models.evidence import of_record
from assessment.models.records import Record, record, records_of, with_reads
from assessment.models.requirements import USUAL_COUNT
from assessment.states import Outcome, RequirementState
from assessment.views.access import is_staff_of, requirement_for
from assessment.views.people import team_deeds
from cohorts.models import Cohort, Participant, Team
from cohorts.models.team import ParticipantQuerySet
from cohorts.views.rooms import cohort_for_staff, team_for
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post

OUTCOME_COLORS: dict[str, str] = {
    Outcome.APPROVED: "success",
    Outcome.REVISE: "warning",
    Outcome.NOT_APPROVED: "danger",
}
STATE_COLORS: dict[str, str] = {
    RequirementState.DELIVERED: "info",
    RequirementState.UNDER_ASSESSMENT: "info",
    RequirementState.OPEN: "warning",
}


@dataclass(frozen=True)
class Mark:
    """A short word with a colour, where one thing is to be seen at a glance."""

    label: str
    color: str = "neutral"


def mark_of(found: Record) -> Mark:
    """Where a participant stands, in a word or two."""
    if found.exemption:
        return Mark(_("Exempt"), "success")
    if found.waits:
        return Mark(_("Waits to be assessed"), "info")
    if found.result:
        return Mark(found.result.get_outcome_display(), OUTCOME_COLORS[found.outcome])
    if found.was_left_out:
        return Mark(_("Needs a plan"), "danger")
    return Mark(_("Not delivered"))


def state_mark(work: TeamRequirement | None) -> Mark:
    """How far a team has come."""
    state = RequirementState(work.state if work else RequirementState.PLANNED)
    return Mark(str(state.label), STATE_COLORS.get(state, "neutral"))


# --- The cohort's staff ----------------------------------------------------------------------------------

MAKE: Deed[Cohort] = Deed(
    title=gettext_lazy("Make the work requirements"),
    button=gettext_lazy("Make the work requirements"),
    done=gettext_lazy("The work requirements are made. Set their dates."),
    run=actions.make,
    obstacle=lambda cohort, user, now: "",
    consequences=says(
        gettext_lazy("Each gets a proposed title, which you can change."),
        gettext_lazy("The teams cannot deliver before you have set the dates."),
        gettext_lazy("Nobody gets an e-mail now."),
    ),
    form=MakeForm,
    given=lambda cohort, now: {"initial": {"count": _count(cohort)}},
)


def _count(cohort: Cohort) -> int:
    rule = RequirementRule.objects.filter(cohort=cohort).first()
    return rule.count if rule else USUAL_COUNT


def requirements(request: HttpRequest, slug: str) -> HttpResponse:
    """The requirements, how far each team has come, and who needs a plan for catching up."""
    cohort = cohort_for_staff(request, slug)
    asked = list(cohort.work_requirements.all())
    teams = list(with_reads(cohort.teams.with_names().in_order())) if asked else []
    records = {team.pk: _records(team, asked) for team in teams}
    return TemplateResponse(
        request,
        "assessment/requirements/cohort.html",
        {
            "cohort": cohort,
            "requirements": asked,
            "rows": [(team, [_team_cell(team, each, records[team.pk]) for each in asked]) for team in teams],
            "left_out": [each for team in teams for each in records[team.pk] if each.was_left_out],
            "count": _count(cohort),
        },
    )


def _records(team: Team, asked: list[WorkRequirement]) -> list[Record]:
    return [record(person_, each) for person_ in team.participants.all() for each in asked]


def _team_cell(team: Team, requirement: WorkRequirement, records: list[Record]) -> tuple[Any, Mark, str]:
    """The requirement, the state, and how many of the people have it done."""
    own = [each for each in records if each.requirement == requirement]
    work = own[0].team_work if own else None
    done = len([each for each in own if each.is_met])
    text = _("%(done)s of %(all)s approved") % {"done": done, "all": len(own)} if done else ""
    return requirement, state_mark(work), text


def make(request: HttpRequest, slug: str) -> HttpResponse:
    """Make those that the cohort lacks."""
    cohort = cohort_for_staff(request, slug)
    return deed_page(
        request,
        {"make": MAKE},
        "make",
        cohort,
        template="assessment/requirements/make.html",
        back=reverse("assessment:requirements", args=[slug]),
        context={"cohort": cohort},
    )


def change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a requirement asks for, and when."""
    cohort = cohort_for_staff(request, slug)
    found = get_object_or_404(WorkRequirement, cohort=cohort, number=number)
    found.cohort = cohort
    form = RequirementForm(
        request.POST or kept_post(request),
        instance=WorkRequirement.objects.get(pk=found.pk),
        frozen=actions.frozen_fields(found),
        initial={"version": actions.version_of(found)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(
                found,
                form.values(),
                version=form.cleaned_data["version"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The work requirement is saved."))
            return redirect("assessment:requirements", slug)
    return TemplateResponse(
        request,
        "assessment/requirements/change.html",
        {"cohort": cohort, "requirement": found, "form": form},
    )


# --- The team and its staff ------------------------------------------------------------------------------


def team(request: HttpRequest, reference: str) -> HttpResponse:
    """A team's requirements, with one's own results; the staff see those of everybody."""
    found, now = team_for(request, reference), timezone.now()
    user = person(request)
    is_staff = is_staff_of(request, found)
    asked = list(WorkRequirement.objects.filter(cohort=found.cohort_id))
    present = Participant.objects.filter(team=found).present().in_order()
    people = list((present if is_staff else present.of(user)).values_list("pk", flat=True))
    records = records_of(people, asked)
    works = {each.requirement_id: each for each in TeamRequirement.objects.of_teams().filter(team=found)}
    rows = [
        {
            "requirement": each,
            "state": state_mark(works.get(each.pk)),
            "due_at": _due_at(each, works.get(each.pk), [r for r in records if r.requirement == each]),
            "own": [(r, mark_of(r), of_record(r, now, url="")) for r in records if r.requirement == each],
        }
        for each in asked
    ]
    return TemplateResponse(
        request,
        "assessment/requirements/team.html",
        {"team": found, "rows": rows, "is_staff": is_staff},
    )


def _due_at(
    requirement: WorkRequirement, work: TeamRequirement | None, records: list[Record]
) -> datetime | None:
    """One's own deadline where one looks at one's own; else the team's."""
    if len(records) == 1:
        return records[0].due_at
    return work.due_at if work else requirement.due_at


def requirement(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One requirement: what to do, until when, what has been delivered, and the result."""
    found, asked = requirement_for(request, reference, number)
    now, user = timezone.now(), person(request)
    is_staff = is_staff_of(request, found)
    in_team = Participant.objects.filter(team=found)
    shown = _with_a_part(in_team, asked) if is_staff else in_team.present().of(user)
    records = records_of(list(shown.in_order().values_list("pk", flat=True)), [asked])
    own = next((each for each in records if not is_staff), None)
    works = TeamRequirement.objects.filter(team=found, requirement=asked).with_names()
    visible = list(works.visible_to(user).order_by("participant", "pk"))
    team_work = next((each for each in visible if each.participant_id is None), None)
    track = (own.work if own else None) or team_work or TeamRequirement(due_at=asked.due_at)
    track.team, track.requirement = found, asked
    evidence = of_record(own, now, url="") if own else None
    return TemplateResponse(
        request,
        "assessment/requirements/requirement.html",
        {
            "team": found,
            "requirement": asked,
            "is_staff": is_staff,
            "work": track,
            "state": state_mark(track),
            "own": own,
            "evidence": evidence,
            "obstacle": "" if is_staff else deliveries.obstacle(track, now),
            "due_at": evidence.due_at if evidence else track.due_at,
            "people": [(each, mark_of(each)) for each in records] if is_staff else [],
            "deliveries": _deliveries(visible),
            "history": _own_history(own),
            "deeds": offered(team_deeds(asked, found), found, user, now) if is_staff else [],
            "in_queue": [each for each in visible if each.is_in_queue] if is_staff else [],
        },
    )


def _with_a_part(people: ParticipantQuerySet, asked: WorkRequirement) -> ParticipantQuerySet:
    """Those who take part, and those who have left after a delivery: its result is theirs."""
    delivered = DeliveryMember.objects.filter(participant=OuterRef("pk"), delivery__work__requirement=asked)
    return people.filter(Q(member__participation__in=BEGUN) | Q(Exists(delivered)))


def _deliveries(works: list[TeamRequirement]) -> list[Delivery]:
    """The newest first, each with its work."""
    by_pk = {each.pk: each for each in works}
    found = list(
        Delivery.objects.filter(work__in=by_pk)
        .select_related("delivered_by", "assessment__given_by")
        .order_by("-delivered_at", "-pk")
    )
    for each in found:
        each.work = by_pk[each.work_id]
    return found


def _own_history(own: Record | None) -> list[tuple[Result, Assessment | None]]:
    """Every version of one's result, the newest first, with the comment that the team got then."""
    if own is None:
        return []
    found = Result.objects.filter(participant=own.participant, requirement=own.requirement)
    versions = found.select_related("given_by", "delivery__assessment").order_by("-version")
    return [(each, getattr(each.delivery, "assessment", None)) for each in versions]
