"""The steps of a draw."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import (
    Application,
    DrawRound,
    Intake,
    Release,
    SourceValue,
)
from applications.states import LIST_IS_UNFROZEN, IntakeState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def selection_waits(user: User, now: datetime) -> list[Waiting]:
    """The steps of a draw that this person can take now. Three queries."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    unsettled = Application.objects.unsettled().filter(intake=OuterRef("pk"))
    to_freeze = Intake.objects.filter(
        ~Exists(unsettled),
        state__in=LIST_IS_UNFROZEN,
        objections_close_at__lt=now,
    )
    found = [
        Waiting(
            _("Freeze the list for the draw: %(intake)s") % {"intake": intake},
            reverse("applications:selection", args=[intake.slug]),
            since_at=intake.objections_close_at,
            explanation=_("Every application is settled, and the deadline for objections has passed."),
        )
        for intake in to_freeze.order_by("objections_close_at")
    ]
    under_way = (IntakeState.LOCKED, IntakeState.DRAWN, IntakeState.CHECKED, IntakeState.DECIDED)
    prepared = Release.objects.standing().filter(intake=OuterRef("intake"))
    rounds = DrawRound.objects.standing().filter(~Exists(prepared), intake__state__in=under_way)
    for draw_round in rounds.select_related("intake").prefetch_related("sources").order_by("frozen_at"):
        found += _of_round(user, draw_round, now)
    return found


def _of_round(user: User, draw_round: DrawRound, now: datetime) -> list[Waiting]:
    intake = draw_round.intake

    def wait(title: str, name: str, since_at: datetime | None) -> list[Waiting]:
        url = reverse(f"applications:{name}", args=[intake.slug])
        return [Waiting(title % {"intake": intake}, url, since_at=since_at)]

    if intake.state == IntakeState.LOCKED:
        sources = list(draw_round.sources.all())
        if any(source.confirmed_at is None for source in sources):
            return [wait for source in sources for wait in _of_source(user, intake, source, now)]
        newest = max(source.confirmed_at for source in sources if source.confirmed_at)
        return wait(_("Draw: %(intake)s"), "selection_draw", newest)
    if intake.state == IntakeState.DRAWN:
        if draw_round.drawn_by_id == user.pk:
            return []
        return wait(_("Check the draw: %(intake)s"), "selection_check", draw_round.drawn_at)
    if intake.state == IntakeState.CHECKED:
        return wait(_("Decide the selection: %(intake)s"), "selection_decide", draw_round.checked_at)
    return wait(_("Prepare the letters of the selection: %(intake)s"), "release", draw_round.decided_at)


def _of_source(user: User, intake: Intake, source: SourceValue, now: datetime) -> list[Waiting]:
    """A value to type in, or one that another person has typed in, to confirm."""
    if source.confirmed_at or source.entered_by_id == user.pk:
        return []
    if source.entered_by_id is None:
        if not source.is_available_at(now):
            return []
        title = _("Get the value of %(source)s: %(intake)s")
    else:
        title = _("Confirm the value of %(source)s: %(intake)s")
    return [
        Waiting(
            title % {"source": source.source_id, "intake": intake},
            reverse("applications:selection_source", args=[intake.slug, source.ordinal]),
            since_at=source.entered_at or source.available_at,
        )
    ]
