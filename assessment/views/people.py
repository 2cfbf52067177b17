"""What the staff decides about a requirement for one participant or team; each page says who gets mail."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.views.deeds import Deed, Deeds, deed_page, offered
from assessment.actions import assessing, overrides
from assessment.forms.requirements import CatchUpForm, ExtensionForm, OverrideForm, ResultForm
from assessment.models import Override, OverrideKind, Result, WorkRequirement
from assessment.models.evidence import of_record
from assessment.models.records import Record, records_of
from assessment.states.requirements import IN_QUEUE, RequirementState
from assessment.views.access import requirement_for_staff
from cohorts.models import Participant, Team
from innoskole.accounts.guards import person
from innoskole.accounts.models import User

MAIL_TO_PERSON = gettext_lazy("The person gets an e-mail with the reason.")
MAIL_TO_TEAM = gettext_lazy("Everybody in the team gets an e-mail with the reason.")


def person_page(request: HttpRequest, reference: str, number: int, pk: int) -> HttpResponse:
    """Where a participant stands with a requirement: every version of the result, and what can be done."""
    team, requirement = requirement_for_staff(request, reference, number)
    participant = _participant(team, pk)
    now = timezone.now()
    record = records_of([participant.pk], [requirement])[0]
    own = record.own_work
    results = Result.objects.filter(participant=participant, requirement=requirement)
    return TemplateResponse(
        request,
        "assessment/requirements/person.html",
        {
            "team": team,
            "requirement": requirement,
            "participant": participant,
            "record": record,
            "evidence": of_record(record, now, url=""),
            "results": results.select_related("given_by", "delivery__work").order_by("-version"),
            "overrides": Override.objects.filter(participant=participant, requirement=requirement)
            .select_related("given_by")
            .order_by("-given_at", "-pk"),
            "own_deliveries": list(own.deliveries.all()) if own else [],
            "deeds": offered(_person_deeds(requirement, record), participant, person(request), now),
        },
    )


def person_deed(request: HttpRequest, reference: str, number: int, pk: int, deed: str) -> HttpResponse:
    """One of the deeds on a participant."""
    team, requirement = requirement_for_staff(request, reference, number)
    participant = _participant(team, pk)
    record = records_of([participant.pk], [requirement])[0]
    return deed_page(
        request,
        _person_deeds(requirement, record),
        deed,
        participant,
        template="assessment/requirements/deed.html",
        back=reverse("assessment:requirement_person", args=[reference, number, pk]),
        context={"team": team, "requirement": requirement, "who": participant},
    )


def team_deed(request: HttpRequest, reference: str, number: int, deed: str) -> HttpResponse:
    """One of the deeds on a whole team."""
    team, requirement = requirement_for_staff(request, reference, number)
    return deed_page(
        request,
        team_deeds(requirement, team),
        deed,
        team,
        template="assessment/requirements/deed.html",
        back=reverse("assessment:requirement", args=[reference, number]),
        context={"team": team, "requirement": requirement, "who": team},
    )


def _participant(team: Team, pk: int) -> Participant:
    """Also one who has left: what was assessed stays theirs, and can be put right."""
    found = Participant.objects.filter(team=team).select_related("member__user")
    participant = get_object_or_404(found, pk=pk)
    participant.team = team
    return participant


# --- The deeds -------------------------------------------------------------------------------------------


def _says(*sentences: str | Promise) -> Callable[[Any, datetime], Sequence[str | Promise]]:
    return lambda thing, now: sentences


def _obstacle(sentence: str) -> Callable[[Any, User, datetime], str]:
    return lambda thing, user, now: sentence


def _given(values: Mapping[str, Any]) -> Callable[[Any, datetime], Mapping[str, Any]]:
    return lambda thing, now: {"initial": values}


def _live(overrides_: Sequence[Override], *, personal: bool) -> Override | None:
    return next((each for each in overrides_ if (each.participant_id is not None) == personal), None)


def _person_deeds(requirement: WorkRequirement, record: Record) -> Deeds[Participant]:
    exemption = _live([record.exemption] if record.exemption else [], personal=True)
    extension = _live(record.extensions, personal=True)
    settled = _("Nothing more is expected of the person here.") if record.is_settled else ""
    waits = _("The person has delivered. What they wait for is the assessment.") if record.waits else ""
    return {
        "result": _result_deed(record.result),
        "catch-up": Deed(
            title=gettext_lazy("Make a plan for catching up"),
            button=gettext_lazy("Save the plan and tell the person"),
            done=gettext_lazy("The plan is saved."),
            run=partial(_plan, requirement),
            obstacle=_obstacle(settled or waits),
            consequences=_says(
                _("The person sees the plan on the page of the work requirement, and gets it by e-mail."),
                _("With a delivery of their own, the person is not counted in the next one of the team."),
            ),
            form=CatchUpForm,
            given=_given(_of_plan(record)),
        ),
        "extend": Deed(
            title=gettext_lazy("Give the person a later deadline"),
            button=gettext_lazy("Give the later deadline"),
            done=gettext_lazy("The later deadline is given."),
            run=partial(_extend_person, requirement),
            obstacle=_obstacle(settled or waits),
            consequences=_says(
                _("The person must revise, and gets more time for it.")
                if record.must_revise
                else _("The team delivers together. The person gets a delivery of their own until then."),
                MAIL_TO_PERSON,
            ),
            form=ExtensionForm,
        ),
        "end-extension": _end_deed(
            extension, gettext_lazy("End the person's later deadline"), MAIL_TO_PERSON
        ),
        "exempt": Deed(
            title=gettext_lazy("Exempt the person"),
            button=gettext_lazy("Exempt the person"),
            done=gettext_lazy("The person is exempt."),
            run=partial(_exempt_person, requirement),
            obstacle=_obstacle(_("The exemption has been given already.") if record.exemption else ""),
            consequences=_says(
                _("The work requirement counts as fulfilled for the person."),
                _("The person gets no reminders about it."),
                MAIL_TO_PERSON,
            ),
            form=OverrideForm,
        ),
        "end-exemption": _end_deed(exemption, gettext_lazy("End the person's exemption"), MAIL_TO_PERSON),
    }


def team_deeds(requirement: WorkRequirement, team: Team) -> Deeds[Team]:
    """What can be decided for a whole team. Two queries."""
    work = team.requirements.of_teams().filter(requirement=requirement).first()
    live = list(Override.objects.live().filter(requirement=requirement, team=team, participant=None))
    by_kind = {each.kind: each for each in live}
    delivered = work is not None and work.state in IN_QUEUE
    exempt = OverrideKind.EXEMPT in by_kind
    return {
        "extend": Deed(
            title=gettext_lazy("Give the team a later deadline"),
            button=gettext_lazy("Give the later deadline"),
            done=gettext_lazy("The later deadline is given."),
            run=partial(_extend_team, requirement),
            obstacle=_obstacle(
                _("The team has delivered. What it waits for is the assessment.") if delivered else ""
            ),
            consequences=_says(
                _("Those who must revise get more time for it.")
                if work is not None and work.state == RequirementState.ASSESSED
                else _("The team can deliver in time until then."),
                MAIL_TO_TEAM,
            ),
            form=ExtensionForm,
        ),
        "end-extension": _end_deed(
            by_kind.get(OverrideKind.EXTENDED), gettext_lazy("End the team's later deadline"), MAIL_TO_TEAM
        ),
        "exempt": Deed(
            title=gettext_lazy("Exempt the team"),
            button=gettext_lazy("Exempt the team"),
            done=gettext_lazy("The team is exempt."),
            run=partial(_exempt_team, requirement),
            obstacle=_obstacle(_("The exemption has been given already.") if exempt else ""),
            consequences=_says(
                _("The work requirement counts as fulfilled for everybody in the team."),
                MAIL_TO_TEAM,
            ),
            form=OverrideForm,
        ),
        "end-exemption": _end_deed(
            by_kind.get(OverrideKind.EXEMPT), gettext_lazy("End the team's exemption"), MAIL_TO_TEAM
        ),
    }


def _result_deed(result: Result | None) -> Deed[Participant]:
    values = (
        {"outcome": result.outcome, "comment": result.comment, "revise_due_at": result.revise_due_at}
        if result
        else {}
    )
    return Deed(
        title=gettext_lazy("Change the result"),
        button=gettext_lazy("Change the result"),
        done=gettext_lazy("The result is changed."),
        run=partial(_change, result),
        obstacle=_obstacle("" if result else _("The person has no result yet.")),
        consequences=_says(
            _("The former result stays in the history. Only the new one counts."),
            _("The person gets an e-mail with the new result and the reason."),
            _("If the e-mail about the former result has not left yet, it is not sent."),
        ),
        form=ResultForm,
        given=_given(values),
    )


def _end_deed(override: Override | None, title: str | Promise, mail: str | Promise) -> Deed[Any]:
    return Deed(
        title=title,
        button=title,
        done=gettext_lazy("It has ended."),
        run=partial(_end, override),
        obstacle=_obstacle("" if override else _("There is nothing to end.")),
        consequences=_says(_("The ordinary terms hold again from now on."), mail),
        form=OverrideForm,
        color="danger",
    )


def _of_plan(record: Record) -> dict[str, Any]:
    if record.plan is None:
        return {}
    return {"way": record.plan.way, "due_at": record.due_at, "instructions": record.plan.instructions}


# --- From a deed's page to its action ---------------------------------------------------------------------


def _change(result: Result | None, participant: Participant, **given: Any) -> None:
    if result is None:
        raise Http404
    found = Result.objects.select_related("delivery__work__team__cohort", "participant__member")
    assessing.change_result(found.get(pk=result.pk), **given)


def _plan(requirement: WorkRequirement, participant: Participant, **given: Any) -> None:
    overrides.plan_catch_up(requirement, participant, **given)


def _exempt_person(requirement: WorkRequirement, participant: Participant, **given: Any) -> None:
    overrides.exempt(requirement, participant.team, participant, **given)


def _extend_person(requirement: WorkRequirement, participant: Participant, **given: Any) -> None:
    overrides.extend(requirement, participant.team, participant, **given)


def _exempt_team(requirement: WorkRequirement, team: Team, **given: Any) -> None:
    overrides.exempt(requirement, team, None, **given)


def _extend_team(requirement: WorkRequirement, team: Team, **given: Any) -> None:
    overrides.extend(requirement, team, None, **given)


def _end(override: Override | None, thing: Any, **given: Any) -> None:
    if override is None:
        raise Http404
    found = Override.objects.select_related(
        "team__cohort", "requirement__cohort", "participant__member__user", "participant__team"
    )
    overrides.end(found.get(pk=override.pk), **given)
