"""The letters about the draw, all to the coordinators of the applications that take part."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse

from applications.models import Application, DrawRound
from innoskole.notifications import outbox


def frozen(draw_round: DrawRound, application: Application, *, chance: Fraction, now: datetime) -> None:
    """The list is frozen: the digest, the exact chance and the announced sources."""
    _to_coordinator(
        application,
        key=f"draw-frozen:{draw_round.pk}:{application.pk}",
        template="draw_frozen",
        context={
            "round": draw_round,
            "chance": chance,
            "sources": list(draw_round.sources.all()),
            **_page(application),
        },
        now=now,
    )


def annulled(draw_round: DrawRound, application: Application, *, now: datetime) -> None:
    """The round is annulled: why, and what happens next."""
    _to_coordinator(
        application,
        key=f"draw-annulled:{draw_round.pk}:{application.pk}",
        template="draw_annulled",
        context={"round": draw_round, **_page(application)},
        now=now,
    )


def _page(application: Application) -> dict[str, str]:
    """The path of the public page, at the application's own line."""
    path = reverse("applications:draw", args=[application.intake.slug])
    code = application.lead.code
    return {"draw_path": f"{path}?q={code}#m-{code}"}


def _to_coordinator(
    application: Application,
    *,
    key: str,
    template: str,
    context: dict[str, Any],
    now: datetime,
) -> None:
    outbox.post(
        key=key,
        kind=template,
        to=application.coordinator,
        template=template,
        context={"application": application, "intake": application.intake, **context},
        about=application,
        now=now,
    )
