"""Letters about rounds of peer contributions, to everybody who is asked for one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.emails.people import language_of
from cohorts.models import Contribution, Participant, PeerPair, PeerRound
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason

WHY = gettext_lazy("You got this because you take part in a team of the innovation school.")
REASONS = {
    "contributions_opened": Reason(label=gettext_lazy("Peer contributions asked for"), why=WHY),
    "contributions_extended": Reason(label=gettext_lazy("New deadline for peer contributions"), why=WHY),
    "contributions_called_off": Reason(label=gettext_lazy("Peer contributions called off"), why=WHY),
}


def opened(
    round: PeerRound,
    asked: Sequence[Participant],
    pairs: Mapping[int, Sequence[PeerPair]],
    *,
    now: datetime,
) -> None:
    """A round is open. pairs: of each giving team, by its key."""
    _post(
        round,
        "contributions_opened",
        [(person, {"pairs": pairs[person.team_id]}) for person in asked],
        now=now,
    )


def extended(round: PeerRound, *, now: datetime) -> None:
    """There is more time."""
    _post(round, "contributions_extended", [(person, {}) for person in people_of(round)], now=now)


def called_off(round: PeerRound, *, reason: str, now: datetime) -> None:
    """Nothing is asked for any more. Letters that ask for it and have not left are cancelled."""
    _recall(round, now)
    _post(
        round,
        "contributions_called_off",
        [(person, {"reason": reason}) for person in people_of(round)],
        now=now,
    )


def people_of(round: PeerRound) -> Sequence[Participant]:
    """Those who were asked in the round and take part now."""
    asked = Contribution.objects.filter(pair__round=round).values("participant")
    return list(Participant.objects.present().filter(pk__in=asked).with_names().in_order())


def _recall(round: PeerRound, now: datetime) -> None:
    waiting = Message.objects.about(round).filter(state=Message.State.QUEUED).select_for_update()
    for message in waiting:
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def _post(
    round: PeerRound,
    template: str,
    people: Sequence[tuple[Participant, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """One letter for each person, written in one statement. The deed that calls this can happen only once at
    a moment, so nobody else can have the keys."""
    outbox.post_all(
        [
            outbox.compose(
                key=f"{template}:{round.pk}:{person.pk}:{now.isoformat()}",
                kind=template,
                to=person.member.user or person.member.email,
                language=language_of(person.member),
                name=person.member.name,
                template=template,
                context={"round": round, "team": person.team, "url": _url(person), **context},
                now=now,
                about=round,
            )
            for person, context in people
        ]
    )


def _url(person: Participant) -> str:
    return f"{settings.BASE_URL}{reverse('cohorts:contributions', args=[person.team.reference])}"
