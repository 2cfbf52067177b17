"""A selection that has been told: an intake, its draw with real files, decisions in force, open places."""

from __future__ import annotations

from datetime import datetime

from applications import pool, results, selection
from applications.actions import decisions, offers
from applications.actions.selection import publish
from applications.models import (
    Application,
    Decision,
    DecisionKind,
    DrawRound,
    Intake,
    Letter,
    Offer,
    OutcomeKind,
    Promotion,
)
from applications.models.offer import team_digest
from applications.models.readiness import READS
from applications.states import IntakeState, State
from innoskole.accounts.models import User
from tests.factories import OSLO, AffiliationFactory, ApplicationFactory, IntakeFactory, UserFactory

TOLD = datetime(2027, 6, 24, 10, 0, tzinfo=OSLO)  # a Thursday
SOURCE = selection.Source("drand-quicknet/657413", "drand quicknet, runde 657413")

# code: (region, size)
LEADS = {
    "0301": ("OL", "L"),
    "1804": ("NN", "L"),
    "1818": ("NN", "S"),
    "4601": ("VL", "L"),
    "4646": ("VL", "S"),
    "5610": ("NN", "S"),
}


def plain_letter(decision: Decision, *, now: datetime) -> Letter:
    """A letter without its PDF, which takes its time and is tried elsewhere."""
    return Letter.objects.create(
        decision=decision,
        language="nb",
        to_name="Mottaker Prøve",
        to_email=(decision.member or decision.application.coordinator).email.lower(),
        content=b"%PDF",
        digest="0" * 64,
        written_at=now,
    )


def ready_application(intake: Intake, lead, state: str = State.READY, **fields) -> Application:
    """A complete application, everybody qualified, whose coordinator is proven for its municipality."""
    if "coordinator" not in fields:
        fields["coordinator"] = coordinator = UserFactory(
            name=f"Koordinator {lead}", email=f"koordinator{lead.code}@example.no"
        )
        AffiliationFactory(user=coordinator, municipality=lead)
    application = ApplicationFactory(intake=intake, lead=lead, state=state, complete=True, **fields)
    application.members.update(basis="qualified")
    return application


def closed_intake(**fields) -> Intake:
    return IntakeFactory(state=IntakeState.CLOSED, **{"capacity": 4, **fields})


def draw(intake: Intake, by: User, *, value: str = "1", now: datetime = TOLD) -> DrawRound:
    """A decided round among all that are ready; `value` is what the announced source gave."""
    given = pool.draw_input(
        intake,
        intake.applications.in_draw(),
        name=f"{intake.slug}-1",
        frozen_at=now.isoformat(timespec="seconds"),
        sources=(SOURCE,),
        trials=0,
    )
    if selection.no_draw_needed(selection.normalise(given)[0]):
        basis, seed_text, protocol = b"", "", selection.no_draw_protocol(given)
    else:
        basis = selection.freeze(given, soften=True)
        seed_text = selection.seed_text(basis, {SOURCE.id: value})
        protocol = selection.draw(basis, seed_text)
    draw_round = DrawRound.objects.create(
        intake=intake,
        number=1,
        name=given.round,
        basis=basis.decode(),
        digest=selection.digest(basis or protocol),
        seed_text=seed_text,
        protocol=protocol.decode(),
        frozen_by=by,
        frozen_at=now,
        drawn_at=now,
        decided_by=by,
        decided_at=now,
    )
    intake.state = IntakeState.DECIDED
    intake.save()
    return draw_round


def tell(draw_round: DrawRound, by: User, *, now: datetime = TOLD) -> None:
    """What a release does at its minute: outcomes, decisions, places."""
    publish(draw_round, by=by, now=now)
    for outcome in draw_round.outcomes.select_related("application"):
        if outcome.application.state == State.WITHDRAWN:
            continue
        kind = DecisionKind.PLACE if outcome.kind == OutcomeKind.PLACE else DecisionKind.WAITING_LIST
        decisions.decide_by_rule(outcome.application, kind, now=now)
        if kind == DecisionKind.PLACE:
            for member, of_person, grounds in decisions.of_persons(outcome.application):
                decisions.decide_by_rule(
                    outcome.application, of_person, member=member, grounds=grounds, now=now
                )
    offers.open_places(draw_round, by=by, now=now)


def standing(intake: Intake) -> dict[str, tuple[str, str, str | None, int | None]]:
    """code → (application, offer, decision in force, place)."""
    found = {}
    for offer in Offer.objects.of(intake).with_application().order_by("application__lead__code"):
        application = offer.application
        in_force = application.decisions.of_applications().in_force().first()
        place = offer.place.number if hasattr(offer, "place") else None
        found[application.lead.code] = (
            application.state,
            offer.state,
            in_force and in_force.kind,
            place,
        )
    return found


def log(intake: Intake) -> list[tuple[int, str | None, str | None, str, int | None]]:
    """(place, who gave it up, who took it over, rule, deviation) of each line."""
    return [
        (
            line.place.number,
            line.dropped and line.dropped.application.lead.code,
            line.promoted and line.promoted.application.lead.code,
            line.rule,
            line.deviation,
        )
        for line in Promotion.objects.filter(intake=intake).with_names()
    ]


def offer_of(intake: Intake, code: str) -> Offer:
    return Offer.objects.with_application().get(
        application__intake=intake, application__lead__code=code, application__outcome__isnull=False
    )


def seen(offer: Offer) -> str:
    return team_digest(Application.objects.prefetch_related(*READS).get(pk=offer.application_id))


def coordinator_of(offer: Offer) -> User:
    return offer.application.coordinator


def waiting_codes(draw_round: DrawRound) -> list[str]:
    """The reserves, lowest lot first."""
    return list(results.waiting_numbers(results.lines(draw_round)))
