"""Appeals: those that the school has to answer, and where those of a municipality stand."""

from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Appeal
from applications.permissions import appealable_by
from applications.states import AppealState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting
from innoskole.deadlines.rules import deadline_at


def appeal_waits(user: User, now: datetime) -> list[Waiting]:
    """The school's open appeals, new and one's own; else the open ones on what one has been told.

    Two queries for the school, one for others.
    """
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        return [*_new(), *_in_preparation(user)]
    mine = Appeal.objects.open().filter(decision__in=appealable_by(user)).with_case()
    return [_of_appellant(appeal) for appeal in mine]


def _new() -> list[Waiting]:
    new = Appeal.objects.filter(state=AppealState.RECEIVED).aggregate(
        count=Count("pk"), due_on=Min("due_on"), since_at=Min("received_at")
    )
    if not new["count"]:
        return []
    return [
        Waiting(
            _("Appeals that nobody prepares yet"),
            f"{reverse('applications:appeals')}?state={AppealState.RECEIVED}",
            count=new["count"],
            due_at=deadline_at(new["due_on"]),
            since_at=new["since_at"],
            explanation=_("The deadline is that of the first one."),
        )
    ]


def _in_preparation(user: User) -> list[Waiting]:
    """Those that this person prepares, while no new decision waits for another."""
    mine = Appeal.objects.of(user).filter(state=AppealState.IN_PREPARATION, led_to__isnull=True)
    return [
        Waiting(
            _("Answer the appeal from %(name)s") % {"name": appeal.appellant_name},
            reverse("applications:appeal_case", args=[appeal.pk]),
            due_at=deadline_at(appeal.due_on),
            since_at=appeal.received_at,
        )
        for appeal in mine.order_by("due_on", "pk")
    ]


def _of_appellant(appeal: Appeal) -> Waiting:
    decision = appeal.decision
    return Waiting(
        _("Your appeal on the decision about %(subject)s: %(state)s")
        % {
            "subject": decision.member or decision.application.lead,
            "state": appeal.get_state_display(),
        },
        reverse("applications:appeal", args=[decision.application.reference, decision.pk]),
        due_at=deadline_at(appeal.due_on) if appeal.awaits_the_school else None,
        since_at=appeal.received_at,
        explanation=_("The school answers by the deadline. You need not do anything.")
        if appeal.awaits_the_school
        else _("The appeals board judges it. You need not do anything."),
    )
