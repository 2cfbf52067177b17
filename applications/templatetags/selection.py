"""What the selection means for one application, for the page of the application."""

from typing import Any

from django import template

from applications.models import Application, DrawRound, Outcome
from applications.states import IntakeState, State

register = template.Library()

FROZEN = (IntakeState.LOCKED, IntakeState.DRAWN, IntakeState.CHECKED, IntakeState.DECIDED)


@register.inclusion_tag("applications/selection/_outcome.html")
def outcome(application: Application) -> dict[str, Any]:
    """`{% outcome application %}`: the outcome once published; once frozen, that it takes part."""
    intake = application.intake
    found = draw_round = None
    if intake.published_at is not None:
        found = Outcome.objects.filter(application=application).first()
    elif intake.state in FROZEN and application.state == State.READY:
        draw_round = DrawRound.objects.standing().filter(intake=intake).exclude(basis="").first()
    return {"application": application, "outcome": found, "draw_round": draw_round}
