"""How the announced sources of a draw get their values: from relays that agree, or from two people."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications import relays, sources
from applications.models import DrawRound, SourceValue
from applications.states import IntakeState
from applications.wording import listed
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

FETCHED = gettext_noop("fetched the value of a source of the draw")
TYPED_IN = gettext_noop("typed in the value of a source of the draw")
CONFIRMED = gettext_noop("confirmed the value of a source of the draw")


def obstacle_to_value(source: SourceValue, now: datetime) -> str:
    """Why the source cannot be given a value now, as a sentence; empty when it can."""
    if source.round.annulled_at or source.round.intake.state != IntakeState.LOCKED:
        return _("The sources of this round are closed.")
    if source.confirmed_at:
        return _("The value of this source is confirmed already.")
    if not source.is_available_at(now) and not settings.DRAW_SOURCES_EARLY:
        return _("This source has no value yet.")
    return ""


def fetch_value(source: SourceValue, *, by: User, now: datetime) -> None:
    """Ask the configured relays for the value of a drand round and, when they agree, confirm it.

    Not one transaction: nothing in the database waits for the network. Raises Refused when the relays do
    not agree or fewer than two answer; nothing is changed then.
    """
    _refuse(obstacle_to_value(source, now))
    survey = relays.ask(settings.DRAND_RELAYS, sources.round_of(source.source_id))
    if survey.agreed is None:
        raise Refused(_no_agreement(survey))
    _accept(source, survey.agreed, list(survey.values), by=by, now=now)


def _no_agreement(survey: relays.Survey) -> str:
    if survey.wrong:
        return _(
            "These relays gave an answer that cannot be right: %(relays)s. Type in the value and let "
            "another person "
            "confirm it."
        ) % {"relays": listed(f"{relay} ({why})" for relay, why in survey.wrong.items())}
    if len(set(survey.values.values())) > 1:
        return _(
            "The relays do not agree: %(relays)s. Type in the value and let another person confirm it."
        ) % {"relays": listed(f"{relay}: {value}" for relay, value in survey.values.items())}
    if survey.silent:
        return _(
            "At least two relays must answer, but %(answers)s did. No answer from %(relays)s. Try again, "
            "or type in "
            "the value and let another person confirm it."
        ) % {
            "answers": len(survey.values),
            "relays": listed(f"{relay} ({why})" for relay, why in survey.silent.items()),
        }
    return _(
        "At least two relays must be configured before a value can be fetched. Type in the value and let "
        "another "
        "person confirm it."
    )


@transaction.atomic
def _accept(source: SourceValue, value: str, agreeing: list[str], *, by: User, now: datetime) -> None:
    _lock(source)
    _refuse(obstacle_to_value(source, now))
    source.value = value
    source.fallback_reason = ""
    source.fetched_from = "\n".join(agreeing)
    source.entered_by, source.entered_at = by, now
    source.confirmed_by, source.confirmed_at = None, now
    source.save()
    _record(source, FETCHED, by=by, now=now)


@transaction.atomic
def type_in_value(
    source: SourceValue, value: str, *, fallback_reason: str, by: User, now: datetime, replace: bool = False
) -> None:
    """Type in a value, or confirm what another person has typed in by typing the same.

    replace: what the other person typed in is wrong; the value now typed in is the first of two.
    fallback_reason: why the value is of the announced fallback; empty when it is of the source itself.
    Raises Refused when the value is malformed or differs from the other person's.
    """
    _lock(source)
    _refuse(obstacle_to_value(source, now))
    cleaned = sources.clean_value(source.source_id, value)
    if source.entered_by is None or source.entered_by == by or replace:
        source.value, source.fallback_reason = cleaned, fallback_reason
        source.entered_by, source.entered_at = by, now
        source.save()
        # Without the value: whoever confirms it must look it up, not copy it from the history.
        audit.record(source.round.intake, TYPED_IN, by=by, now=now, reason=fallback_reason)
        return
    if cleaned != source.value:
        raise Refused(
            _(
                "This is not what %(name)s has typed in. Look the source up again, both of you; the one "
                "who was wrong "
                "types it in once more."
            )
            % {"name": source.entered_by}
        )
    source.confirmed_by, source.confirmed_at = by, now
    source.save()
    _record(source, CONFIRMED, by=by, now=now)


def obstacle_to_draw(draw_round: DrawRound) -> str:
    """Why the sources do not yet suffice for the draw, as a sentence; empty when they do."""
    missing = [source.source_id for source in draw_round.sources.missing()]
    if missing:
        return _("The draw must wait until these sources have a confirmed value: %(names)s.") % {
            "names": listed(missing)
        }
    return ""


def values(draw_round: DrawRound) -> dict[str, str]:
    """The confirmed values by source. Raises Refused while one is missing."""
    _refuse(obstacle_to_draw(draw_round))
    return {source.source_id: source.value for source in draw_round.sources.all()}


def _lock(source: SourceValue) -> None:
    source.refresh_from_db(from_queryset=SourceValue.objects.select_for_update(of=("self",)))


def _refuse(obstacle: str) -> None:
    if obstacle:
        raise Refused(obstacle)


def _record(source: SourceValue, verb: str, *, by: User, now: datetime) -> None:
    audit.record(
        source.round.intake,
        verb,
        by=by,
        now=now,
        changes={source.source_id: ("", source.value)},
        reason=source.fallback_reason,
    )
