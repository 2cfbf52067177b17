"""Whatever happens in whatever order: no place twice, none out of turn, no two letters that contradict.

The deeds are the product's own. Beside them stands a slow recomputation of the rule of promotion, made from
the public files alone.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from applications.actions import appeals, decisions, late, offers, participation, promotions, releases
from applications.actions.drafts import locked
from applications.actions.offers import holding, opening
from applications.actions.submission import withdraw
from applications.models import (
    Decision,
    DecisionKind,
    DrawRound,
    Intake,
    LateFilling,
    Offer,
    Outcome,
    Promotion,
    PromotionRule,
)
from applications.states import DecisionState, Participation
from innoskole.accounts.guards import Refused
from tests.applications.offers import laws
from tests.applications.offers.build import TOLD, closed_intake, draw, ready_application, seen, tell
from tests.factories import ROWS, UserFactory, municipality

# --- The rule of promotion, from the public files -------------------------------------------------


def cost(groups: list[dict], seats: list[str], for_none: int) -> int:
    """The deviation of some groups, written out: seats are the groups of those who have places."""
    total = 0
    for group in groups:
        got = seats.count(group["code"])
        total += max(0, got - group["max"])
        missing = max(0, group["min"] - got)
        total += missing * 10
        if missing and not got:
            total += for_none - 10
    return total


def who_is_next(intake: Intake, dropped: Offer | None) -> tuple[str, str | None, int | None]:
    """(rule, code, deviation): of all that wait the one with the smallest key, each key written out."""
    intake = Intake.objects.get(pk=intake.pk)
    entitled = [
        offer
        for offer in Offer.objects.filter(application__intake=intake, state="waiting")
        if offer.entitled_at is not None
    ]
    if entitled:
        first = min(entitled, key=lambda offer: (offer.entitled_at, offer.pk))
        return "entitled", first.application.lead.code, None
    draw_round = intake.rounds.get()
    if not draw_round.basis:
        return "no_draw", None, None
    if intake.waiting_list_closed_at:
        return "too_late", None, None
    basis = json.loads(draw_round.basis)
    seed = sha256(draw_round.seed_text.encode()).hexdigest()
    groups = {each["id"]: (each["region"], each["size"]) for each in basis["applicants"]}
    in_draw = {
        outcome.application.lead.code: outcome.application.offer
        for outcome in Outcome.objects.select_related("application__lead", "application__offer")
    }
    gone = next((code for code, offer in in_draw.items() if dropped and offer.pk == dropped.pk), None)
    with_place = [code for code, offer in in_draw.items() if offer.state in laws.HOLDING and code != gone]
    keys = {}
    for code, offer in in_draw.items():
        if offer.state != "waiting":
            continue
        seats = [groups[each] for each in (*with_place, code)]
        deviation = cost(basis["regions"], [region for region, _size in seats], 1000)
        deviation += cost(basis["sizes"], [size for _region, size in seats], 100)
        for lock in basis.get("locked", []):
            difference = seats.count((lock["region"], lock["size"])) - lock["places"]
            deviation += difference if difference > 0 else -10 * difference
        lot = sha256(f"{seed}/lot/{code}".encode()).hexdigest()
        near = (False, False, False)
        if gone:
            region, size = groups[code]
            near = (groups[code] != groups[gone], region != groups[gone][0], size != groups[gone][1])
        keys[code] = (deviation, *near, lot)
    if not keys:
        return "nobody", None, None
    best = min(keys, key=keys.__getitem__)
    nearest = min(keys, key=lambda code: keys[code][1:])
    if best != nearest:
        return "quotas", best, keys[best][0]
    different = keys[best][1:4]
    if gone is None or different == (True, True, True):
        rule_of_it = "lot"
    elif not different[0]:
        rule_of_it = "same_cell"
    else:
        rule_of_it = "same_region" if not different[1] else "same_size"
    return rule_of_it, best, keys[best][0]


def compared(place, dropped, now):
    """`promotions.fill`, each of whose lines must say what the slow rule says."""
    expected = who_is_next(place.intake, dropped)
    line = promotions.fill(place, dropped, now)
    promoted = line.promoted and line.promoted.application.lead.code
    assert (line.rule, promoted, line.deviation) == expected
    assert (line.passed_over is not None) == (line.rule == PromotionRule.QUOTAS)
    return line


# --- Deeds in any order ---------------------------------------------------------------------------


class Places(RuleBasedStateMachine):
    """An intake whose selection has been told, and everything that may happen to it from then on."""

    @initialize(
        codes=st.lists(st.sampled_from(sorted(ROWS)), min_size=3, max_size=6, unique=True),
        capacity=st.integers(1, 3),
        value=st.integers(0, 99),
        leaves_early=st.booleans(),
    )
    def tell(self, codes, capacity, value, leaves_early):
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now = TOLD
        self.first = UserFactory(is_course_administrator=True)
        self.second = UserFactory(is_course_administrator=True)
        self.intake = closed_intake(capacity=capacity)
        self.spare = [code for code in sorted(ROWS) if code not in codes]
        applications = [ready_application(self.intake, municipality(code)) for code in codes]
        draw_round = draw(self.intake, self.first, value=str(value))
        if leaves_early:
            one = applications[0]
            withdraw(one, by=one.coordinator, now=self.now, reason="No money.")
        tell(draw_round, self.first, now=self.now)
        self.drawn = self.what_was_drawn()
        self.places = capacity
        self.holders = laws.who_holds(self.intake)
        self.lines = Promotion.objects.count()

    def teardown(self):
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    # --- Helpers

    def what_was_drawn(self):
        rounds = list(DrawRound.objects.values("basis", "seed_text", "protocol"))
        return rounds, list(Outcome.objects.order_by("pk").values())

    def pick(self, number, *states):
        found = (
            Offer.objects.filter(state__in=states).select_related("application__coordinator").order_by("pk")
        )
        return found[number % len(found)] if found else None

    def attempt(self, deed, *args, **fields):
        """Do it, or be refused; a refusal changes nothing."""
        try:
            with transaction.atomic():
                return deed(*args, now=self.now, **fields)
        except Refused:
            return None

    # --- What a municipality does

    @rule(number=st.integers(0, 5))
    def accept(self, number):
        if offer := self.pick(number, "sent"):
            self.attempt(offers.accept, offer, team_seen=seen(offer), by=offer.application.coordinator)

    @rule(number=st.integers(0, 5))
    def decline(self, number):
        if offer := self.pick(number, "sent", "accepted"):
            self.attempt(offers.decline, offer, reason="", by=offer.application.coordinator)

    @rule(number=st.integers(0, 5))
    def withdraw_all(self, number):
        if offer := self.pick(number, "sent", "accepted", "waiting", "prepared"):
            by = offer.application.coordinator
            self.attempt(withdraw, offer.application, by=by, reason="No money.")

    @rule(number=st.integers(0, 5))
    def enrol(self, number):
        if offer := self.pick(number, "accepted"):
            offer.application.members.update(participation=Participation.CONFIRMED, confirmed_at=self.now)
            self.attempt(participation.enrol, locked(offer.application))

    # --- What time does

    @rule(days=st.sampled_from([0, 1, 5, 15, 40]))
    def wait(self, days):
        self.now += timedelta(days=days, minutes=1)
        for sweep in (offers.sweep, releases.release_due, appeals.sweep, late.sweep):
            sweep(self.now)

    # --- What the school does

    @rule(number=st.integers(0, 5))
    def undo(self, number):
        if offer := self.pick(number, "declined", "expired", "accepted"):
            self.attempt(offers.undo, offer, by=self.first, reason="A misclick.")

    @rule(number=st.integers(0, 5), is_told=st.booleans())
    def withdraw_an_offer(self, number, is_told):
        if offer := self.pick(number, "waiting", "sent", "accepted"):
            self.attempt(offers.propose_withdrawal, offer, reason="A mistake.", by=self.first)
            if is_told:
                self.approve()

    @rule(number=st.integers(0, 5))
    def take_back(self, number):
        if offer := self.pick(number, "prepared"):
            self.attempt(offers.take_back, offer, reason="A mistake.", by=self.first)

    @rule()
    def tell_what_is_prepared(self):
        self.approve()

    def approve(self):
        for decision in Decision.objects.filter(state=DecisionState.PREPARED):
            self.attempt(decisions.approve, decision, by=self.second)
        releases.release_due(self.now)

    @rule()
    def void(self):
        for decision in Decision.objects.standing():
            self.attempt(decisions.void, decision, reason="A mistake.", by=self.first)

    @rule(number=st.integers(0, 5), is_told=st.booleans())
    def uphold_an_appeal(self, number, is_told):
        found = Decision.objects.in_force().of_applications().exclude(kind=DecisionKind.PLACE).order_by("pk")
        if not found:
            return
        decision = found[number % len(found)]

        def appeal(now):
            received = appeals.receive(
                decision, text="We disagree.", name="Prøve", email="prove@example.no", by=None, now=now
            )
            appeals.take(received.appeal, by=self.first, now=now)
            appeals.uphold(
                received.appeal,
                kind=DecisionKind.PLACE,
                grounds="The appeal is right.",
                leaves_at=now,
                by=self.first,
                now=now,
            )

        self.attempt(appeal)
        if is_told:
            self.approve()

    @rule(dice=st.integers(0, 2))
    def close_the_list(self, dice):
        if dice:
            return
        self.attempt(offers.close_waiting_list, self.intake, reason="It has begun.", by=self.first)

    @rule()
    @precondition(lambda self: self.spare)
    def fill_late(self):
        intake = Intake.objects.get(pk=self.intake.pk)
        filling = LateFilling.objects.first() or self.attempt(
            late.open_filling,
            intake,
            rule_text="In the order of receipt.",
            opens_at=self.now,
            closes_at=self.now + timedelta(days=90),
            by=self.first,
        )
        if filling is None:
            return
        application = ready_application(
            intake, municipality(self.spare.pop()), late_filling=filling, submitted_at=self.now
        )
        self.attempt(late.give, application, reason="It came first.", leaves_at=self.now, by=self.first)

    # --- What always holds

    @invariant()
    @precondition(lambda self: hasattr(self, "drawn"))
    def the_laws_hold(self):
        laws.all_hold(self.intake, places=self.places)

    @invariant()
    @precondition(lambda self: hasattr(self, "drawn"))
    def nothing_is_drawn_again(self):
        assert self.what_was_drawn() == self.drawn

    @invariant()
    @precondition(lambda self: hasattr(self, "drawn"))
    def every_place_that_became_free_has_its_line(self):
        new = list(Promotion.objects.order_by("pk")[self.lines :])
        now = laws.who_holds(self.intake)
        for number, holder in self.holders.items():
            if holder is None or holder == now[number]:
                continue
            assert [line for line in new if line.place.number == number and line.dropped_id == holder]
        for line in new:
            following = [each for each in new if each.place_id == line.place_id and each.pk > line.pk]
            if following and line.promoted_id:
                assert following[0].dropped_id == line.promoted_id
            elif line.promoted_id:
                assert now[line.place.number] == line.promoted_id
        self.holders, self.lines = now, Promotion.objects.count()


def test_whatever_happens_in_whatever_order(db, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many histories as INNOSKOLE_HISTORIES says, of up to 30 deeds each."""
    monkeypatch.setattr(holding, "fill", compared)
    monkeypatch.setattr(opening, "fill", compared)
    run_state_machine_as_test(
        Places,
        settings=settings(
            max_examples=int(os.environ.get("INNOSKOLE_HISTORIES", "15")),
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # a history is read as it is; shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
