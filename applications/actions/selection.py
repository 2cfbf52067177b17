"""The draw, deed by deed: freeze, draw, check, decide, publish; annul. Each once, each by a named person.

The rules of conduct are those of the selection's specification: nothing that steers the outcome may change
after the freeze, nobody leaves the list after it, and whoever draws does not check.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications import pool, selection, sources, wording
from applications.actions.moves import move
from applications.actions.source_values import values
from applications.emails import selection as letters
from applications.models import (
    Application,
    DrawRound,
    Intake,
    Outcome,
    OutcomeKind,
    QuotaChoice,
    SourceValue,
)
from applications.pool import AS_SET, Adjustment
from applications.results import Line, lines
from applications.selection import Input, Source
from applications.states import INTAKE_TRANSITIONS, LIST_IS_UNFROZEN, IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

OFFICIAL_LANGUAGE = "nb"  # of the names and descriptions in the published files

TRIED = gettext_noop("made a trial draw")
CHOSE_QUOTAS = gettext_noop("chose other quotas than those that were set")
FROZE = gettext_noop("froze the list for the draw")
DREW = gettext_noop("drew")
CHECKED = gettext_noop("checked the draw")
DECIDED = gettext_noop("decided the selection")
DECIDED_WITHOUT_DRAW = gettext_noop("decided the selection: everybody is admitted, and no draw took place")
PUBLISHED = gettext_noop("published the selection")
ANNULLED = gettext_noop("annulled the draw")
GOT_PLACE = gettext_noop("gave the application a place")
GOT_RESERVE = gettext_noop("put the application on the waiting list")


@dataclass(frozen=True)
class Choice:
    """By which quotas the round is drawn, and why if not by those that were set."""

    kind: str = QuotaChoice.AS_SET
    adjustment: Adjustment = AS_SET
    reason: str = ""


# --- Trial ----------------------------------------------------------------------------------------


def obstacle_to_trial(intake: Intake) -> str:
    """Why no trial draw can be made, as a sentence; empty when it can."""
    if intake.state not in (IntakeState.OPEN, IntakeState.CLOSED, IntakeState.ANNULLED):
        return _("Trial draws are made while the list is not frozen.")
    return ""


@transaction.atomic
def trial(intake: Intake, prepared: selection.Prepared, *, by: User, now: datetime) -> bytes:
    """Draw for trial among what was prepared, and count it: the count stands in the protocol of the draw.

    Returns the result, of which nothing is kept. Raises Refused after the freeze, and when nothing has to be
    drawn.
    """
    _lock(intake)
    _refuse(obstacle_to_trial(intake))
    everybody = selection.no_draw_needed(prepared.input)
    if everybody:
        raise Refused(wording.no_draw(everybody))
    before = intake.trial_draws
    intake.trial_draws = before + 1
    intake.save(update_fields=["trial_draws"])
    audit.record(intake, TRIED, by=by, now=now, changes={"trial_draws": (before, before + 1)})
    return selection.trial(prepared, intake.trial_draws)


# --- Freeze ---------------------------------------------------------------------------------------


def obstacle_to_freeze(intake: Intake, now: datetime) -> str:
    """Why the list cannot be frozen now, as a sentence; empty when it can."""
    if intake.state not in LIST_IS_UNFROZEN:
        return _("The list can be frozen only after the deadline, and only once in a round.")
    if now <= intake.closes_at:
        return _("The list can be frozen when the application deadline has passed.")
    if now <= intake.objections_close_at:
        return _("The list can be frozen when the deadline for objections has passed.")
    if intake.applications.unsettled().exists():
        return _("Some applications are neither ready for selection nor rejected or withdrawn.")
    return ""


def examine_freeze(
    intake: Intake, *, choice: Choice, draw_at: datetime, vikinglotto_on: date, now: datetime
) -> None:
    """Raise Refused for whatever would stop the freeze. Changes nothing."""
    _refuse(obstacle_to_freeze(intake, now))
    sources.check(draw_at, vikinglotto_on, now)
    _check_unknown(draw_at, vikinglotto_on)
    _check_choice(intake, choice)


@transaction.atomic
def freeze(
    intake: Intake, *, choice: Choice, draw_at: datetime, vikinglotto_on: date, by: User, now: datetime
) -> DrawRound:
    """Freeze who takes part and within which bounds, announce the sources, and mail the digest to all.

    draw_at: the first round of drand at or after it is announced. vikinglotto_on: a day with a draw.
    Raises Refused before the deadlines, while an application is unsettled, when everybody would be admitted,
    and when the chosen quotas cannot be kept or need not be changed.
    """
    _lock(intake)
    # Whoever withdraws from here on does so after the freeze, and stays in the list.
    list(intake.applications.in_draw().select_for_update(of=("self",)))
    examine_freeze(intake, choice=choice, draw_at=draw_at, vikinglotto_on=vikinglotto_on, now=now)
    number = intake.rounds.count() + 1
    with translation.override(OFFICIAL_LANGUAGE):
        announced = sources.announce(draw_at, vikinglotto_on)
        given = _official_input(intake, choice.adjustment, number, now, announced)
    basis = selection.freeze(given, soften=choice.kind == QuotaChoice.SOFTENED)
    draw_round = DrawRound.objects.create(
        intake=intake,
        number=number,
        name=given.round,
        basis=basis.decode(),
        digest=selection.digest(basis),
        quota_choice=choice.kind,
        quota_reason=choice.reason,
        frozen_by=by,
        frozen_at=now,
        trial_draws=intake.trial_draws,
    )
    SourceValue.objects.bulk_create(
        SourceValue(
            round=draw_round,
            ordinal=ordinal,
            source_id=source.id,
            description=source.description,
            available_at=source.available_at,
        )
        for ordinal, source in enumerate(announced, 1)
    )
    if choice.kind != QuotaChoice.AS_SET:
        audit.record(
            intake, CHOSE_QUOTAS, by=by, now=now, changes=_changes(intake, choice), reason=choice.reason
        )
    move(intake, IntakeState.LOCKED, verb=FROZE, by=by, now=now)
    chances = {line.code: line.chance for line in lines(draw_round)}
    for code, application in draw_round.applications().items():
        letters.frozen(draw_round, application, chance=chances[code], now=now)
    return draw_round


def _check_unknown(draw_at: datetime, vikinglotto_on: date) -> None:
    """Where values may be typed in early, those of an annulled round are known before their moment."""
    announced = [source.id for source in sources.announce(draw_at, vikinglotto_on)]
    known = SourceValue.objects.known(announced).values_list("source_id", flat=True)
    if known:
        raise Refused(
            _("A value of %(sources)s has been typed in already. Choose sources that nobody knows.")
            % {"sources": wording.listed(sorted(set(known)))}
        )


def _check_choice(intake: Intake, choice: Choice) -> None:
    """Other quotas than those that were set need a reason, and that these cannot be kept."""
    ready = intake.applications.in_draw()
    as_set, _notes = selection.normalise(pool.draw_input(intake, ready))
    everybody = selection.no_draw_needed(as_set)
    if everybody:
        raise Refused(wording.no_draw(everybody))
    reason = selection.feasibility(as_set)
    if choice.kind == QuotaChoice.AS_SET:
        if reason:
            raise Refused(wording.infeasible(reason))
        return
    if not reason:
        raise Refused(_("The quotas as they were set can be kept, so the draw keeps them."))
    if not choice.reason.strip():
        raise Refused(_("Say why these quotas are chosen."))
    if choice.kind == QuotaChoice.SOFTENED:
        if choice.adjustment != AS_SET:
            raise Refused(_("Choose either softened quotas, or other places and quotas; not both."))
        return
    chosen, _notes = selection.normalise(pool.draw_input(intake, ready, choice.adjustment))
    everybody = selection.no_draw_needed(chosen)
    if everybody:
        raise Refused(wording.no_draw(everybody))
    reason = selection.feasibility(chosen)
    if reason:
        raise Refused(wording.infeasible(reason))


def _official_input(
    intake: Intake,
    adjustment: Adjustment,
    number: int,
    now: datetime,
    announced: tuple[sources.Announcement, ...],
) -> Input:
    return pool.draw_input(
        intake,
        intake.applications.in_draw(),
        adjustment,
        name=f"{intake.slug}-{number}",
        frozen_at=now.astimezone(intake.zone).isoformat(timespec="seconds"),
        sources=tuple(Source(source.id, source.description) for source in announced),
        trials=intake.trial_draws,
    )


def _changes(intake: Intake, choice: Choice) -> dict[str, tuple[str, str]]:
    """What the choice changes, for the history: groups by their name or code, bounds as «from–to»."""
    as_set = pool.draw_input(intake, intake.applications.in_draw())
    chosen = pool.draw_input(intake, intake.applications.in_draw(), choice.adjustment)
    found = {"quota_choice": (_english(QuotaChoice.AS_SET), _english(choice.kind))}
    found["capacity"] = (str(as_set.places), str(chosen.places))
    pairs = zip((*as_set.regions, *as_set.sizes), (*chosen.regions, *chosen.sizes), strict=True)
    for before, after in pairs:
        found[after.code] = (f"{before.min}–{before.max}", f"{after.min}–{after.max}")
    return found


def _english(kind: str) -> str:
    """The label in the source language: the history translates it for its reader."""
    with translation.override("en"):
        return str(QuotaChoice(kind).label)


# --- No draw --------------------------------------------------------------------------------------


def obstacle_to_no_draw(intake: Intake, now: datetime) -> str:
    """Why everybody cannot be admitted without a draw now, as a sentence; empty when they can."""
    obstacle = obstacle_to_freeze(intake, now)
    if not obstacle and intake.applications.in_draw().count() > intake.capacity:
        return _("There are more applications than places, so the places must be drawn.")
    return obstacle


@transaction.atomic
def decide_without_draw(intake: Intake, *, by: User, now: datetime) -> DrawRound:
    """Admit everybody, with a protocol that says that no draw took place.

    Raises Refused when somebody would have to be left out, and for the same reasons as the freeze.
    """
    _lock(intake)
    list(intake.applications.in_draw().select_for_update(of=("self",)))
    _refuse(obstacle_to_no_draw(intake, now))
    number = intake.rounds.count() + 1
    with translation.override(OFFICIAL_LANGUAGE):
        given = _official_input(intake, AS_SET, number, now, ())
    protocol = selection.no_draw_protocol(given)
    draw_round = DrawRound.objects.create(
        intake=intake,
        number=number,
        name=given.round,
        protocol=protocol.decode(),
        digest=selection.digest(protocol),
        frozen_by=by,
        frozen_at=now,
        trial_draws=intake.trial_draws,
        decided_by=by,
        decided_at=now,
    )
    move(intake, IntakeState.DECIDED, verb=DECIDED_WITHOUT_DRAW, by=by, now=now)
    return draw_round


# --- Draw, check, decide --------------------------------------------------------------------------


@transaction.atomic
def draw(draw_round: DrawRound, *, by: User, now: datetime) -> None:
    """Draw, once: the protocol is a pure function of the frozen basis and the confirmed values.

    Raises Refused while a source has no confirmed value, and when somebody else has drawn meanwhile.
    """
    basis = draw_round.basis.encode()
    seed_text = selection.seed_text(basis, values(draw_round))
    protocol = selection.draw(basis, seed_text).decode()
    move(draw_round.intake, IntakeState.DRAWN, verb=DREW, by=by, now=now)
    _set(draw_round, seed_text=seed_text, protocol=protocol, drawn_by=by, drawn_at=now)


def checks(draw_round: DrawRound) -> list[selection.Check]:
    """The stand-alone verifier's verdict on the three files of the round."""
    return selection.verify(
        draw_round.basis.encode(), draw_round.seed_text, draw_round.protocol.encode(), draw_round.digest
    )


def obstacle_to_check(draw_round: DrawRound, by: User) -> str:
    """Why this person cannot check the draw, as a sentence; empty when they can."""
    if draw_round.intake.state != IntakeState.DRAWN:
        return _("There is no draw to check.")
    if draw_round.drawn_by == by:
        return _("The draw must be checked by another person than the one who drew.")
    return ""


@transaction.atomic
def check(draw_round: DrawRound, *, by: User, now: datetime) -> None:
    """Draw again, compare byte by byte, and let the stand-alone verifier check the three files.

    Raises Refused when the same person drew, and when anything does not hold: the round must then be
    annulled.
    """
    _refuse(obstacle_to_check(draw_round, by))
    again = selection.draw(draw_round.basis.encode(), draw_round.seed_text)
    failed = [str(wording.CHECK_LABELS[each.name]) for each in checks(draw_round) if not each.ok]
    if again != draw_round.protocol.encode():
        failed.append(_("A second calculation gives the same protocol"))
    if failed:
        raise Refused(
            _("The draw does not hold and must be annulled. Not fulfilled: %(checks)s.")
            % {"checks": wording.listed(failed)}
        )
    move(draw_round.intake, IntakeState.CHECKED, verb=CHECKED, by=by, now=now)
    _set(draw_round, checked_by=by, checked_at=now)


@transaction.atomic
def decide(draw_round: DrawRound, *, by: User, now: datetime) -> None:
    """Make the checked draw the school's decision."""
    move(draw_round.intake, IntakeState.DECIDED, verb=DECIDED, by=by, now=now)
    _set(draw_round, decided_by=by, decided_at=now)


# --- Publish and annul ----------------------------------------------------------------------------


@transaction.atomic
def publish(draw_round: DrawRound, *, by: User, now: datetime) -> None:
    """Give every application its outcome and open the result to everybody, all at the same moment.

    The deed inside a release, which tells the coordinators (applications.actions.releases). An application
    that was withdrawn after the freeze keeps its line in the result, but not its place.
    """
    intake = draw_round.intake
    move(intake, IntakeState.PUBLISHED, verb=PUBLISHED, by=by, now=now, published_at=now)
    applications = draw_round.applications()
    for line in lines(draw_round):
        application = applications[line.code]
        outcome = _outcome(draw_round, line, application)
        if application.state == State.WITHDRAWN:
            continue
        if outcome.kind == OutcomeKind.PLACE:
            move(application, State.ADMITTED, verb=GOT_PLACE, by=by, now=now, changed_at=now)
        else:
            move(application, State.WAITLISTED, verb=GOT_RESERVE, by=by, now=now, changed_at=now)


def _outcome(draw_round: DrawRound, line: Line, application: Application) -> Outcome:
    return Outcome.objects.create(
        application=application,
        round=draw_round,
        kind=OutcomeKind.PLACE if line.is_selected else OutcomeKind.RESERVE,
        region=line.cell[0],
        size=line.cell[1],
        chance=selection.fraction_text(line.chance),
        lot=line.lot,
        reserve_number=line.reserve_number,
    )


def obstacle_to_annul(draw_round: DrawRound) -> str:
    """Why the round cannot be annulled, as a sentence; empty when it can."""
    if IntakeState.ANNULLED not in INTAKE_TRANSITIONS[draw_round.intake.state]:
        return _("The selection is decided, so the round can no longer be annulled.")
    return ""


@transaction.atomic
def annul(draw_round: DrawRound, *, reason: str, by: User, now: datetime) -> None:
    """Annul the round before it is decided; it stays public with its reason and, if drawn, its result."""
    if not reason.strip():
        raise Refused(_("Say why the draw is annulled. The reason is public."))
    move(draw_round.intake, IntakeState.ANNULLED, verb=ANNULLED, by=by, now=now, reason=reason)
    _set(draw_round, annulled_by=by, annulled_at=now, annulled_reason=reason)
    for application in draw_round.applications().values():
        if application.state != State.WITHDRAWN:
            letters.annulled(draw_round, application, now=now)


def _set(draw_round: DrawRound, **fields: Any) -> None:
    """Write fields of a round that stands; the intake's move has made sure that nobody else does so."""
    for name, value in fields.items():
        setattr(draw_round, name, value)
    draw_round.save(update_fields=list(fields))


def _lock(intake: Intake) -> None:
    intake.refresh_from_db(from_queryset=Intake.objects.select_for_update())


def _refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)
