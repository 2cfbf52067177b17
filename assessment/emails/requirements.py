"""Letters about work requirements: one function per letter, to each person on their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import (
    Assessment,
    CatchUp,
    Delivery,
    Override,
    Result,
    TeamRequirement,
    Way,
    WorkRequirement,
)
from assessment.models.records import records_of
from assessment.states import Outcome
from cohorts.models import Participant, Team
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message


def opened(work: TeamRequirement, *, now: datetime) -> None:
    """The requirement is open: to those who are to deliver it together."""
    _to_expected(work, "requirement_opened", key=f"opened:{work.pk}", now=now)


def moved(work: TeamRequirement, *, now: datetime) -> None:
    """The deadline is another: to those who are to deliver it together."""
    _recall(f"requirement:moved:{work.pk}:", now=now)
    _to_expected(work, "requirement_moved", key=f"moved:{work.pk}:{now.isoformat()}", now=now)


def received(delivery: Delivery, *, now: datetime) -> None:
    """The receipt: to everybody in the snapshot."""
    work = delivery.work
    path = reverse(
        "assessment:delivery",
        args=[work.team.reference, work.requirement.number, work.track, delivery.attempt],
    )
    for member in delivery.members.select_related("participant__member__user"):
        _to(
            member.participant,
            "requirement_received",
            requirement=work.requirement,
            team=work.team,
            key=f"received:{delivery.pk}",
            context={"delivery": delivery, "url": f"{settings.BASE_URL}{path}"},
            now=now,
            about=work,
        )


def result(result: Result, given: Assessment, *, now: datetime) -> None:
    """What a participant has got, with the comments."""
    _result(result, "requirement_result", comment=given.comment, now=now)


def result_changed(result: Result, *, now: datetime) -> None:
    """Another result stands in the place of one that had been given, and why.

    What has not left about the former result is cancelled, and this letter brings the comment to the team
    that stood in it.
    """
    recalled = _recall(_result_keys(result), now=now)
    given = Assessment.objects.filter(delivery=result.delivery_id).first() if recalled else None
    _result(result, "requirement_result_changed", comment=given.comment if given else "", now=now)


def exempt(override: Override, *, now: datetime) -> None:
    _override(override, "requirement_exempt", key=f"exempt:{override.pk}", now=now)


def extended(override: Override, *, now: datetime) -> None:
    _override(override, "requirement_extended", key=f"extended:{override.pk}", now=now)


def recall_override(override: Override, *, now: datetime) -> None:
    """Cancel what has not left about an exemption or a later deadline that does not stand any more."""
    _recall(f"requirement:{override.kind}:{override.pk}:", now=now)


def ended(override: Override, *, reason: str, now: datetime) -> None:
    """An exemption or a later deadline has been withdrawn, and why."""
    recall_override(override, now=now)
    _override(override, "requirement_override_ended", key=f"ended:{override.pk}", now=now, reason=reason)


def catch_up(plan: CatchUp, *, now: datetime) -> None:
    """The plan for catching up: to the person."""
    _recall(f"requirement:catch-up:{plan.pk}:", now=now)
    _to(
        plan.participant,
        "requirement_catch_up",
        requirement=plan.requirement,
        team=plan.participant.team,
        key=f"catch-up:{plan.pk}:{now.isoformat()}",
        context={"plan": plan, "is_alone": plan.way == Way.ALONE},
        now=now,
    )


# --- Asked by several ------------------------------------------------------------------------------------


def _recall(beginning: str, *, now: datetime) -> int:
    """Cancel the letters that have not left: contradictory ones must not arrive together. Returns how many.

    beginning: of their keys.
    """
    waiting = Message.objects.filter(state=Message.State.QUEUED, key__startswith=beginning)
    found = list(waiting.select_for_update())
    for message in found:
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))
    return len(found)


def _result_keys(result: Result) -> str:
    return f"requirement:result:{result.participant_id}:{result.requirement_id}:"


def _result(result: Result, template: str, *, comment: str, now: datetime) -> None:
    _to(
        result.participant,
        template,
        requirement=result.requirement,
        team=result.delivery.work.team,
        key=_result_keys(result) + str(result.version),
        context={
            "result": result,
            "comment": comment,
            "is_approved": result.outcome == Outcome.APPROVED,
            "is_revise": result.outcome == Outcome.REVISE,
        },
        now=now,
        about=result.delivery.work,
        whole_key=True,
    )


def _override(override: Override, template: str, *, key: str, now: datetime, **context: Any) -> None:
    """To the person; where it is the whole team's, to everybody in it."""
    people: Iterable[Participant] = (
        [override.participant]
        if override.participant is not None
        else override.team.participants.present().select_related("member__user")
    )
    for person in people:
        _to(
            person,
            template,
            requirement=override.requirement,
            team=override.team,
            key=key,
            context={"override": override, "is_team": override.participant is None, **context},
            now=now,
        )


def _to_expected(work: TeamRequirement, template: str, *, key: str, now: datetime) -> None:
    people = list(work.team.participants.present().in_order().values_list("pk", flat=True))
    for record in records_of(people, [work.requirement]):
        if record.is_concerned_by(work):
            _to(
                record.participant,
                template,
                requirement=work.requirement,
                team=work.team,
                key=key,
                context={"work": work},
                now=now,
                about=work,
            )


def _to(
    person: Participant,
    template: str,
    *,
    requirement: WorkRequirement,
    team: Team,
    key: str,
    context: Mapping[str, Any],
    now: datetime,
    about: Model | None = None,
    whole_key: bool = False,
) -> None:
    """key: unique together with the person, unless it is whole. about: the team unless told."""
    path = reverse("assessment:requirement", args=[team.reference, requirement.number])
    member = person.member
    outbox.post(
        key=key if whole_key else f"requirement:{key}:{person.pk}",
        kind=template,
        to=member.user or member.email,
        template=template,
        context={
            "recipient_name": member.name,
            "requirement": requirement,
            "team": team,
            "url": f"{settings.BASE_URL}{path}",
            **context,
        },
        now=now,
        about=about or team,
    )
