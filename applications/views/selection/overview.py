"""Where the draw stands: what is done, what is next and by whom, every round, and the history."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from applications import results
from applications.actions import selection as actions
from applications.actions.source_values import obstacle_to_value
from applications.models import DrawRound, Intake, SourceValue
from applications.results import Line
from applications.states import IntakeState, State
from innoskole.accounts.guards import administrator_required, person
from innoskole.accounts.models import User
from innoskole.municipalities.names import sort_key
from innoskole.ui import formats


@dataclass(frozen=True)
class Step:
    """A step of the draw, as the task list component shows it."""

    title: str
    status: str
    url: str = ""
    hint: str = ""
    color: str = ""
    is_done: bool = False


@administrator_required
def selection(request: HttpRequest, slug: str) -> HttpResponse:
    """The draw of an intake, step by step."""
    intake = get_object_or_404(Intake, slug=slug)
    user, now = person(request), timezone.now()
    rounds = list(
        intake.rounds.with_people().prefetch_related("sources__entered_by", "sources__confirmed_by")
    )
    standing = next((each for each in rounds if each.annulled_at is None), None)
    sources = list(standing.sources.all()) if standing else []
    is_frozen = standing is not None and standing.is_draw
    return TemplateResponse(
        request,
        "applications/selection/selection.html",
        {
            "intake": intake,
            "standing": standing,
            "rounds": rounds,
            "sources": [(source, obstacle_to_value(source, now)) for source in sources],
            "may_fetch": len(settings.DRAND_RELAYS) > 1,
            "steps": _steps(intake, standing, sources, user, now),
            "table": results.table_of(standing, with_result=True) if standing and is_frozen else None,
            "lines": _by_name(results.lines(standing)) if standing and standing.protocol else [],
            "may_annul": standing is not None and not actions.obstacle_to_annul(standing),
            "withdrawn": _withdrawn(standing) if standing else [],
        },
    )


def _steps(
    intake: Intake,
    standing: DrawRound | None,
    sources: list[SourceValue],
    user: User,
    now: datetime,
) -> list[Step]:
    if standing is not None and not standing.is_draw:
        return [_settled(intake), _no_draw(intake), _release(intake)]
    if standing is None and intake.applications.candidates().count() <= intake.capacity:
        return [_settled(intake), _decide_without_draw(intake, now), _release(intake)]
    return [
        _settled(intake),
        _freeze(intake, standing, now),
        _values(sources),
        _draw(intake, sources),
        _check(intake, standing, user),
        _decide(intake),
        _release(intake),
    ]


AFTER_DRAW = (IntakeState.DRAWN, IntakeState.CHECKED, IntakeState.DECIDED, IntakeState.PUBLISHED)
AFTER_CHECK = AFTER_DRAW[1:]
AFTER_DECISION = AFTER_CHECK[1:]


def _done(title: str) -> Step:
    return Step(title, _("Done"), is_done=True)


def _next(title: str, intake: Intake, name: str, hint: str = "") -> Step:
    """The step whose turn it is, and that this person can take."""
    return Step(title, _("Your turn"), reverse(f"applications:{name}", args=[intake.slug]), hint, "info")


def _waits(title: str, hint: str = "") -> Step:
    return Step(title, _("Waits"), hint=hint)


def _settled(intake: Intake) -> Step:
    title = _("Settle every application")
    left = intake.applications.unsettled().count()
    if not left:
        return _done(title)
    return Step(
        title,
        ngettext("%(count)s left", "%(count)s left", left) % {"count": left},
        reverse("applications:queue", args=[intake.slug]),
        _("Each must be ready for selection, rejected or withdrawn."),
        "warning",
    )


def _freeze(intake: Intake, standing: DrawRound | None, now: datetime) -> Step:
    title = _("Freeze the list and announce the sources")
    if standing is not None:
        return _done(title)
    obstacle = actions.obstacle_to_freeze(intake, now)
    return _waits(title, obstacle) if obstacle else _next(title, intake, "selection_freeze")


def _decide_without_draw(intake: Intake, now: datetime) -> Step:
    title = _("Decide: everybody is admitted, without a draw")
    obstacle = actions.obstacle_to_freeze(intake, now)
    return _waits(title, obstacle) if obstacle else _next(title, intake, "selection_no_draw")


def _no_draw(intake: Intake) -> Step:
    return _done(_("Decide: everybody is admitted, without a draw"))


def _values(sources: list[SourceValue]) -> Step:
    title = _("Get the values of the announced sources")
    missing = [source for source in sources if source.confirmed_at is None]
    if not sources:
        return _waits(title)
    if not missing:
        return _done(title)
    hint = _("The next value exists from %(moment)s, Norwegian time.") % {
        "moment": formats.moment(min(source.available_at for source in missing))
    }
    status = _("%(count)s of %(total)s confirmed") % {
        "count": len(sources) - len(missing),
        "total": len(sources),
    }
    return Step(title, status, "#sources", hint, "info")


def _draw(intake: Intake, sources: list[SourceValue]) -> Step:
    title = _("Draw")
    if intake.state in AFTER_DRAW:
        return _done(title)
    if not sources or any(source.confirmed_at is None for source in sources):
        return _waits(title, _("When every source has a confirmed value."))
    return _next(title, intake, "selection_draw")


def _check(intake: Intake, standing: DrawRound | None, user: User) -> Step:
    title = _("Check the draw: another person draws again")
    if intake.state in AFTER_CHECK:
        return _done(title)
    if standing is None or intake.state != IntakeState.DRAWN:
        return _waits(title)
    obstacle = actions.obstacle_to_check(standing, user)
    return _waits(title, obstacle) if obstacle else _next(title, intake, "selection_check")


def _decide(intake: Intake) -> Step:
    title = pgettext("selection", "Decide")
    if intake.state in AFTER_DECISION:
        return _done(title)
    return _next(title, intake, "selection_decide") if intake.state == IntakeState.CHECKED else _waits(title)


def _release(intake: Intake) -> Step:
    """Publishing is the release of the letters: the result becomes public at the minute when they leave."""
    title = _("Send the letters and publish to everybody at the same minute")
    if intake.state == IntakeState.PUBLISHED:
        return _done(title)
    if intake.state != IntakeState.DECIDED:
        return _waits(title)
    standing = intake.releases.standing().first()
    if standing is None:
        return _next(title, intake, "release")
    hint = _("They leave %(moment)s, Norwegian time.") % {"moment": formats.moment(standing.leaves_at)}
    url = reverse("applications:release", args=[intake.slug])
    return Step(
        title, standing.get_state_display(), url, "" if standing.leaves_when_approved else hint, "info"
    )


def _by_name(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: sort_key(line.name))


def _withdrawn(standing: DrawRound) -> list[str]:
    """Those who withdrew after the freeze: they stay in the list, and a place that they draw becomes free."""
    return [
        application.lead.display_name
        for application in standing.applications().values()
        if application.state == State.WITHDRAWN
    ]
