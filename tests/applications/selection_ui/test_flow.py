"""The whole draw by its actions, and every refusal on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import connection

from applications import pool, results
from applications import selection as arithmetic
from applications.actions import selection
from applications.actions.source_values import type_in_value
from applications.models import Application, Dimension, DrawRound, Intake, Outcome, Quota, SourceValue
from applications.selection import prepare
from applications.states import IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.selection_ui.conftest import (
    AFTER_DRAW,
    AFTER_OBJECTIONS,
    DRAND_VALUE,
    DRAW_AT,
    LEADS,
    LOTTO_VALUE,
    VIKINGLOTTO_ON,
    application_of,
    confirm_sources,
    freeze,
)
from tests.factories import UserFactory, municipality

VERIFIER = Path(arithmetic.__file__).with_name("verify.py")


def refused(deed, *args, **kwargs) -> str:
    """The sentence with which the deed was refused; and nothing has changed."""
    before = snapshot()
    with pytest.raises(Refused) as refusal:
        deed(*args, **kwargs)
    assert snapshot() == before
    return str(refusal.value)


def snapshot() -> list:
    tables = (Intake, DrawRound, SourceValue, Application, Outcome, Message)
    return [list(model.objects.order_by("pk").values()) for model in tables]


def verbs(intake: Intake) -> list[str]:
    return [event.verb for event in audit.history(intake)][::-1]


def states(intake: Intake) -> dict[str, str]:
    return dict(intake.applications.values_list("lead__code", "state"))


# --- Freeze ---------------------------------------------------------------------------------------


def test_freeze_publishes_a_basis_of_everybody_who_is_ready(settled, administrator):
    application_of(settled, "5001", State.WITHDRAWN)
    application_of(settled, "5057", State.REJECTED)
    application_of(settled, "4204", State.NOT_SUBMITTED)
    draw_round = freeze(settled, by=administrator)
    basis = json.loads(draw_round.basis)
    assert [(a["id"], a["region"], a["size"]) for a in basis["applicants"]] == [
        (code, *cell) for code, cell in LEADS.items()
    ]
    assert {key: basis[key] for key in ("format", "round", "places", "frozen_at", "trials")} == {
        "format": "innoskole-draw-basis/1",
        "round": "autumn-2027-1",
        "places": 4,
        "frozen_at": "2027-06-16T10:00:00+02:00",
        "trials": 0,
    }
    assert [(g["code"], g["min"], g["max"]) for g in basis["regions"] + basis["sizes"]] == [
        ("NN", 1, 4),
        ("TR", 0, 4),
        ("VL", 1, 4),
        ("SL", 0, 4),
        ("OL", 1, 4),
        ("S", 1, 4),
        ("M", 0, 4),
        ("L", 1, 4),
    ]
    assert [source["id"] for source in basis["sources"]] == [
        "drand-quicknet/40323412",
        "vikinglotto/2027-06-23",
    ]
    assert list(draw_round.sources.values_list("ordinal", "source_id", "available_at", "value")) == [
        (1, "drand-quicknet/40323412", DRAW_AT, ""),
        (2, "vikinglotto/2027-06-23", DRAW_AT, ""),
    ]
    assert (draw_round.digest, draw_round.frozen_by, draw_round.frozen_at) == (
        arithmetic.digest(draw_round.basis.encode()),
        administrator,
        AFTER_OBJECTIONS,
    )
    assert Intake.objects.get().state == IntakeState.LOCKED
    assert verbs(settled) == ["froze the list for the draw"]


def test_names_in_the_basis_are_in_bokmål_whoever_freezes(settled, administrator):
    from django.utils import translation

    draw_round = freeze(settled, by=administrator)
    with translation.override("nb"):
        given = pool.draw_input(settled, settled.applications.in_draw())
    assert draw_round.frozen.input.regions == tuple(
        replace(group, min=min(group.min, sum(cell[0] == group.code for cell in LEADS.values())))
        for group in given.regions
    )
    assert [group.name for group in draw_round.frozen.input.sizes] == [group.name for group in given.sizes]


def test_freeze_mails_digest_and_chance_to_every_coordinator_once(settled, administrator):
    draw_round = freeze(settled, by=administrator)
    letters = Message.objects.filter(kind="draw_frozen").order_by("to_email")
    assert [(letter.to_email, letter.key) for letter in letters] == [
        (f"koordinator{code}@example.no", f"draw-frozen:{draw_round.pk}:{application.pk}")
        for code, application in draw_round.applications().items()
    ]
    assert Message.objects.count() == 6
    oslo, bodø = letters[0].body_text, letters[1].body_text
    assert "The exact chance of a place is 1 (100.0%)." in oslo
    assert "The exact chance of a place is 3/5 (60.0%)." in bodø
    assert draw_round.digest in oslo
    assert "/intakes/autumn-2027/draw/?q=1804#m-1804" in bodø


@pytest.mark.parametrize(
    ("state", "moment", "sentence"),
    [
        (
            IntakeState.OPEN,
            AFTER_OBJECTIONS,
            "The list can be frozen only after the deadline, and only once in a round.",
        ),
        (
            IntakeState.CLOSED,
            "closes_at",
            "The list can be frozen when the application deadline has passed.",
        ),
        (
            IntakeState.CLOSED,
            "objections_close_at",
            "The list can be frozen when the deadline for objections has passed.",
        ),
    ],
)
def test_refuses_to_freeze_before_its_time(settled, administrator, state, moment, sentence):
    settled.state = state
    settled.save()
    now = getattr(settled, moment) if isinstance(moment, str) else moment
    assert refused(freeze, settled, by=administrator, now=now) == sentence


def test_freezes_one_second_after_the_deadline_for_objections(settled, administrator):
    freeze(settled, by=administrator, now=settled.objections_close_at + timedelta(seconds=1))
    assert Intake.objects.get().state == IntakeState.LOCKED


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.INFORMATION_REQUESTED])
def test_refuses_to_freeze_while_somebody_is_unsettled(settled, administrator, state):
    application_of(settled, "5057", state)
    assert (
        refused(freeze, settled, by=administrator)
        == "Some applications are neither ready for selection nor rejected or withdrawn."
    )


def test_refuses_to_freeze_twice(frozen, administrator):
    assert (
        refused(freeze, frozen.intake, by=administrator)
        == "The list can be frozen only after the deadline, and only once in a round."
    )


def test_refuses_to_freeze_without_notice(settled, administrator):
    assert (
        refused(
            selection.freeze,
            settled,
            choice=selection.Choice(),
            draw_at=AFTER_OBJECTIONS,
            vikinglotto_on=VIKINGLOTTO_ON,
            by=administrator,
            now=AFTER_OBJECTIONS,
        )
        == "Choose a time for the draw at least 10 minutes from now, so that the letters arrive before it."
    )


def test_refuses_a_municipality_without_a_size(settled, administrator):
    municipality("1818").populations.all().delete()
    assert (
        refused(freeze, settled, by=administrator)
        == "The register has no population figure for Herøy (Nordland), so the size class is unknown."
    )


# --- Choice of quotas -----------------------------------------------------------------------------


@pytest.fixture
def infeasible(settled: Intake) -> Intake:
    """Northern Norway is to have three places and Western Norway two: five of four."""
    for code, minimum in (("NN", 3), ("VL", 2)):
        Quota.objects.create(intake=settled, dimension=Dimension.REGION, code=code, minimum=minimum)
    return settled


COLLIDE = (
    "The fewest places of Northern Norway, Western Norway and Eastern Norway add up to 6, but there are "
    "only 4 "
    "places."
)


def test_refuses_quotas_that_cannot_be_kept(infeasible, administrator):
    assert refused(freeze, infeasible, by=administrator) == COLLIDE


def test_refuses_another_choice_while_the_quotas_can_be_kept(settled, administrator):
    for kind in ("softened", "places", "edited"):
        assert (
            refused(freeze, settled, by=administrator, kind=kind, reason="We would like to.")
            == "The quotas as they were set can be kept, so the draw keeps them."
        )


def test_another_choice_needs_a_reason(infeasible, administrator):
    assert (
        refused(freeze, infeasible, by=administrator, kind="softened", reason=" ")
        == "Say why these quotas are chosen."
    )


def test_softened_quotas(infeasible, administrator):
    draw_round = freeze(infeasible, by=administrator, kind="softened", reason="Everybody keeps a chance.")
    bounds = {group.code: (group.min, group.max) for group in draw_round.frozen.input.regions}
    assert bounds["NN"][0] + bounds["VL"][0] + bounds["OL"][0] <= 4
    assert (draw_round.quota_choice, draw_round.quota_reason) == ("softened", "Everybody keeps a chance.")
    event = audit.history(infeasible).get(verb="chose other quotas than those that were set")
    assert (event.changes, event.reason) == (
        {"quota_choice": ["The quotas as they were set", "Softened quotas: the cheapest deviation"]},
        "Everybody keeps a chance.",
    )


def test_softened_quotas_with_other_places_are_two_choices(infeasible, administrator):
    assert (
        refused(
            freeze,
            infeasible,
            by=administrator,
            kind="softened",
            reason="Why not",
            adjustment=pool.Adjustment(places=5),
        )
        == "Choose either softened quotas, or other places and quotas; not both."
    )


def test_more_places(infeasible, administrator):
    too_few = pool.Adjustment(places=5)
    assert "but there are only 5 places." in refused(
        freeze, infeasible, by=administrator, kind="places", reason="Room for more.", adjustment=too_few
    )
    everybody = pool.Adjustment(places=6)
    assert (
        refused(freeze, infeasible, by=administrator, kind="places", reason="Room.", adjustment=everybody)
        == "There are 6 applications and 6 places: everybody is admitted, and no draw takes place."
    )
    application_of(infeasible, "5607")
    draw_round = freeze(
        infeasible, by=administrator, kind="places", reason="Room for more.", adjustment=everybody
    )
    assert json.loads(draw_round.basis)["places"] == 6
    event = audit.history(infeasible).get(verb="chose other quotas than those that were set")
    assert event.changes["capacity"] == ["4", "6"]


def test_quotas_edited_by_hand(infeasible, administrator):
    edited = pool.Adjustment(bounds={("region", "NN"): (1, 4), ("region", "VL"): (1, 4)})
    draw_round = freeze(infeasible, by=administrator, kind="edited", reason="As before.", adjustment=edited)
    assert {g.code: (g.min, g.max) for g in draw_round.frozen.input.regions} == {
        "NN": (1, 4),
        "TR": (0, 4),
        "VL": (1, 4),
        "SL": (0, 4),
        "OL": (1, 4),
    }
    event = audit.history(infeasible).get(verb="chose other quotas than those that were set")
    assert event.changes == {
        "quota_choice": ["The quotas as they were set", "Quotas edited by hand"],
        "NN": ["3–4", "1–4"],
        "VL": ["2–4", "1–4"],
    }


# --- Trial draws ----------------------------------------------------------------------------------


def test_trial_draws_are_counted_and_the_count_is_published(settled, administrator, second_administrator):
    prepared = prepare(pool.draw_input(settled, settled.applications.in_draw()))
    first = json.loads(selection.trial(settled, prepared, by=administrator, now=AFTER_OBJECTIONS))
    second = json.loads(selection.trial(settled, prepared, by=administrator, now=AFTER_OBJECTIONS))
    assert [(t["format"], t["trial"], len(t["selected"])) for t in (first, second)] == [
        ("innoskole-draw-trial/1", 1, 4),
        ("innoskole-draw-trial/1", 2, 4),
    ]
    draw_round = freeze(settled, by=administrator)
    confirm_sources(draw_round, administrator, second_administrator)
    selection.draw(draw_round, by=administrator, now=AFTER_DRAW)
    assert (draw_round.trial_draws, json.loads(draw_round.protocol)["trials"]) == (2, 2)
    assert verbs(settled)[:2] == ["made a trial draw", "made a trial draw"]


def test_no_trial_draw_after_the_freeze(frozen, administrator):
    prepared = prepare(pool.draw_input(frozen.intake, frozen.intake.applications.in_draw()))
    assert (
        refused(selection.trial, frozen.intake, prepared, by=administrator, now=AFTER_DRAW)
        == "Trial draws are made while the list is not frozen."
    )


# --- Sources --------------------------------------------------------------------------------------


@pytest.fixture
def lotto(frozen: DrawRound) -> SourceValue:
    return frozen.sources.get(ordinal=2)


def type_in(source, value, by, **kwargs) -> None:
    type_in_value(source, value, fallback_reason="", by=by, now=AFTER_DRAW, **kwargs)


def test_two_people_type_in_the_same(lotto, administrator, second_administrator):
    type_in(lotto, LOTTO_VALUE, administrator)
    assert SourceValue.objects.get(pk=lotto.pk).confirmed_at is None
    assert audit.history(lotto.round.intake)[0].changes == {}
    type_in(lotto, "39, 9, 18, 27, 33, 35 + 4", second_administrator)
    stored = SourceValue.objects.get(pk=lotto.pk)
    assert (stored.value, stored.entered_by, stored.confirmed_by, stored.confirmed_at) == (
        LOTTO_VALUE,
        administrator,
        second_administrator,
        AFTER_DRAW,
    )
    assert audit.history(lotto.round.intake)[0].changes == {"vikinglotto/2027-06-23": ["", LOTTO_VALUE]}


def test_one_person_alone_confirms_nothing(lotto, administrator):
    type_in(lotto, LOTTO_VALUE, administrator)
    type_in(lotto, LOTTO_VALUE, administrator)
    assert SourceValue.objects.get(pk=lotto.pk).confirmed_at is None


def test_the_second_must_type_in_the_same(lotto, administrator, second_administrator):
    type_in(lotto, LOTTO_VALUE, administrator)
    assert refused(type_in, lotto, "1,2,3,4,5,6+1", second_administrator) == (
        "This is not what Anna Administrator has typed in. Look the source up again, both of you; the one "
        "who "
        "was wrong types it in once more."
    )


def test_the_second_may_correct_the_first_who_then_confirms(lotto, administrator, second_administrator):
    type_in(lotto, "1,2,3,4,5,6+1", administrator)
    type_in(lotto, LOTTO_VALUE, second_administrator, replace=True)
    assert SourceValue.objects.get(pk=lotto.pk).confirmed_at is None
    type_in(lotto, LOTTO_VALUE, administrator)
    stored = SourceValue.objects.get(pk=lotto.pk)
    assert (stored.value, stored.entered_by, stored.confirmed_by) == (
        LOTTO_VALUE,
        second_administrator,
        administrator,
    )


def test_a_confirmed_value_stays(confirmed, administrator, second_administrator):
    for source in confirmed.sources.all():
        for person in (administrator, second_administrator):
            assert (
                refused(type_in, source, DRAND_VALUE, person)
                == "The value of this source is confirmed already."
            )


def test_no_value_before_the_announced_moment(lotto, administrator, settings):
    early = lotto.available_at - timedelta(seconds=1)
    assert (
        refused(type_in_value, lotto, LOTTO_VALUE, fallback_reason="", by=administrator, now=early)
        == "This source has no value yet."
    )
    type_in_value(lotto, LOTTO_VALUE, fallback_reason="", by=administrator, now=lotto.available_at)
    settings.DRAW_SOURCES_EARLY = True
    type_in_value(lotto, LOTTO_VALUE, fallback_reason="", by=administrator, now=early)


def test_the_fallback_says_why(lotto, administrator, second_administrator):
    reason = "The draw was moved to 30 June."
    type_in_value(lotto, LOTTO_VALUE, fallback_reason=reason, by=administrator, now=AFTER_DRAW)
    type_in(lotto, LOTTO_VALUE, second_administrator)
    assert SourceValue.objects.get(pk=lotto.pk).fallback_reason == reason
    assert audit.history(lotto.round.intake)[0].reason == reason


# --- Draw, check, decide, publish -----------------------------------------------------------------


def test_refuses_to_draw_while_a_value_is_missing(frozen, administrator, second_administrator):
    drand = frozen.sources.get(ordinal=1)
    type_in(drand, DRAND_VALUE, administrator)
    type_in(drand, DRAND_VALUE, second_administrator)
    type_in(frozen.sources.get(ordinal=2), LOTTO_VALUE, administrator)
    assert (
        refused(selection.draw, frozen, by=administrator, now=AFTER_DRAW)
        == "The draw must wait until these sources have a confirmed value: vikinglotto/2027-06-23."
    )


def test_draws_once(drawn, administrator, second_administrator):
    assert (Intake.objects.get().state, drawn.drawn_by, drawn.drawn_at) == (
        IntakeState.DRAWN,
        administrator,
        AFTER_DRAW,
    )
    again = DrawRound.objects.get()
    assert (
        refused(selection.draw, again, by=second_administrator, now=AFTER_DRAW)
        == "This cannot be done now: the state is «Drawn»."
    )


def test_the_result_follows_from_basis_and_values_alone(drawn):
    seed = arithmetic.seed_text(
        drawn.basis.encode(),
        {"drand-quicknet/40323412": DRAND_VALUE, "vikinglotto/2027-06-23": LOTTO_VALUE},
    )
    assert drawn.seed_text == seed
    assert drawn.protocol.encode() == arithmetic.draw(drawn.basis.encode(), seed)


def test_whoever_drew_does_not_check(drawn, administrator):
    assert (
        refused(selection.check, drawn, by=administrator, now=AFTER_DRAW)
        == "The draw must be checked by another person than the one who drew."
    )


def test_refuses_to_check_before_the_draw(confirmed, second_administrator):
    assert (
        refused(selection.check, confirmed, by=second_administrator, now=AFTER_DRAW)
        == "There is no draw to check."
    )


def test_the_check_finds_a_changed_protocol(drawn, second_administrator):
    protocol = json.loads(drawn.protocol)
    left_out = next(code for code in LEADS if code not in protocol["selected"])
    protocol["selected"] = sorted([*protocol["selected"][1:], left_out])
    drawn.protocol = arithmetic.to_canonical(protocol).decode()
    drawn.save()
    assert refused(selection.check, drawn, by=second_administrator, now=AFTER_DRAW) == (
        "The draw does not hold and must be annulled. Not fulfilled: The seed picks the table, and the "
        "lowest "
        "lots of each group have the places, The waiting list of each group stands in the order of the "
        "lots and "
        "A second calculation gives the same protocol."
    )


def test_check_and_decision_are_recorded(decided, administrator, second_administrator):
    assert (decided.checked_by, decided.checked_at, decided.decided_by, decided.decided_at) == (
        second_administrator,
        AFTER_DRAW,
        administrator,
        AFTER_DRAW,
    )
    assert Outcome.objects.count() == 0


def test_refuses_steps_out_of_order(confirmed, administrator):
    state = "This cannot be done now: the state is «Locked for the draw»."
    assert refused(selection.decide, confirmed, by=administrator, now=AFTER_DRAW) == state
    assert refused(selection.publish, confirmed, by=administrator, now=AFTER_DRAW) == state


def test_publishes_every_outcome_at_once(published):
    lines = {line.code: line for line in results.lines(published)}
    protocol = json.loads(published.protocol)
    assert {code for code, line in lines.items() if line.is_selected} == set(protocol["selected"])
    assert states(published.intake) == {
        code: State.ADMITTED if code in protocol["selected"] else State.WAITLISTED for code in LEADS
    }
    assert {
        (o.application.lead.code, o.kind, (o.region, o.size), o.exact, o.lot, o.reserve_number)
        for o in Outcome.objects.select_related("application__lead")
    } == {
        (
            code,
            "place" if line.is_selected else "reserve",
            LEADS[code],
            Fraction(1) if code == "0301" else Fraction(3, 5),
            dict(protocol["lots"])[code],
            line.reserve_number,
        )
        for code, line in lines.items()
    }
    assert Intake.objects.get().published_at == AFTER_DRAW
    assert set(Message.objects.values_list("kind", flat=True)) == {"draw_frozen"}
    assert verbs(published.intake) == [
        "froze the list for the draw",
        "typed in the value of a source of the draw",
        "confirmed the value of a source of the draw",
        "typed in the value of a source of the draw",
        "confirmed the value of a source of the draw",
        "drew",
        "checked the draw",
        "decided the selection",
        "published the selection",
    ]


def test_reserve_numbers_count_the_lots_of_the_group(published):
    waiting = json.loads(published.protocol)["reserves"]
    numbers = dict(
        Outcome.objects.filter(kind="reserve").values_list("application__lead__code", "reserve_number")
    )
    assert numbers == {code: place for *_cell, queue in waiting for place, code in enumerate(queue, 1)}


def test_who_withdraws_after_the_freeze_stays_in_the_list(decided, administrator):
    chosen = json.loads(decided.protocol)["selected"][0]
    gone = decided.applications()[chosen]
    Application.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN)
    selection.publish(decided, by=administrator, now=AFTER_DRAW)
    assert states(decided.intake)[chosen] == State.WITHDRAWN
    assert Outcome.objects.get(application=gone).kind == "place"


def test_the_newest_application_of_a_municipality_is_the_one_in_the_list(settled, administrator):
    older = settled.applications.get(lead__code="1818")
    Application.objects.filter(pk=older.pk).update(state=State.WITHDRAWN)
    older.municipalities.update(spends=False)
    newer = application_of(settled, "1818")
    assert freeze(settled, by=administrator).applications()["1818"] == newer


def test_three_files_verify_with_the_stand_alone_verifier(published, tmp_path):
    files = {
        "basis.json": published.basis,
        "seed.txt": published.seed_text,
        "protocol.json": published.protocol,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content.encode())
    command = [sys.executable, "-I", str(VERIFIER), *files, published.digest]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.count("OK"), result.stderr) == (0, 8, "")


# --- Annul and redo -------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["frozen", "drawn", "checked"])
def test_annuls_with_a_reason_and_tells_everybody(request, stage, administrator):
    draw_round = request.getfixturevalue(stage)
    selection.annul(draw_round, reason="A municipality was missing.", by=administrator, now=AFTER_DRAW)
    stored = DrawRound.objects.get()
    assert (stored.annulled_by, stored.annulled_at, stored.annulled_reason, bool(stored.protocol)) == (
        administrator,
        AFTER_DRAW,
        "A municipality was missing.",
        stage != "frozen",
    )
    assert Intake.objects.get().state == IntakeState.ANNULLED
    assert set(states(draw_round.intake).values()) == {State.READY}
    letters = Message.objects.filter(kind="draw_annulled")
    assert [letter.to_email for letter in letters.order_by("to_email")] == [
        f"koordinator{code}@example.no" for code in LEADS
    ]
    assert "A municipality was missing." in letters[0].body_text


def test_annulment_needs_a_reason(drawn, administrator):
    assert (
        refused(selection.annul, drawn, reason=" ", by=administrator, now=AFTER_DRAW)
        == "Say why the draw is annulled. The reason is public."
    )


@pytest.mark.parametrize("stage", ["decided", "published"])
def test_a_decision_is_not_annulled(request, stage, administrator):
    draw_round = request.getfixturevalue(stage)
    assert refused(
        selection.annul, draw_round, reason="Too late.", by=administrator, now=AFTER_DRAW
    ).startswith("This cannot be done now")


def test_a_new_round_after_an_annulment(drawn, administrator, second_administrator):
    intake = drawn.intake
    selection.annul(drawn, reason="A municipality was missing.", by=administrator, now=AFTER_DRAW)
    application_of(intake, "5057")
    later = AFTER_DRAW + timedelta(hours=1)
    second = selection.freeze(
        intake,
        choice=selection.Choice(),
        draw_at=DRAW_AT + timedelta(days=7),
        vikinglotto_on=VIKINGLOTTO_ON + timedelta(days=7),
        by=administrator,
        now=later,
    )
    after = AFTER_DRAW + timedelta(days=7)
    confirm_sources(second, administrator, second_administrator, now=after)
    selection.draw(second, by=second_administrator, now=after)
    selection.check(second, by=administrator, now=after)
    selection.decide(second, by=administrator, now=after)
    selection.publish(second, by=administrator, now=after)
    first = DrawRound.objects.get(number=1)
    assert (first.is_public, bool(first.protocol), second.name) == (True, True, "autumn-2027-2")
    assert [line.code for line in results.lines(second)] == sorted([*LEADS, "5057"])
    assert Outcome.objects.filter(round=second).count() == 7
    assert Outcome.objects.count() == 7


def test_a_new_round_takes_no_source_that_somebody_has_typed_in(
    frozen, administrator, second_administrator, settings
):
    settings.DRAW_SOURCES_EARLY = True
    lotto = frozen.sources.get(ordinal=2)
    type_in_value(lotto, LOTTO_VALUE, fallback_reason="", by=administrator, now=AFTER_OBJECTIONS)
    selection.annul(frozen, reason="A municipality was missing.", by=administrator, now=AFTER_OBJECTIONS)
    assert refused(freeze, frozen.intake, by=administrator) == (
        "A value of vikinglotto/2027-06-23 has been typed in already. Choose sources that nobody knows."
    )
    lotto.value = ""
    lotto.save()
    assert freeze(frozen.intake, by=administrator).name == "autumn-2027-2"


# --- No draw --------------------------------------------------------------------------------------


@pytest.fixture
def few(closed: Intake) -> Intake:
    """Two applications for four places."""
    for code in ("1804", "0301"):
        application_of(closed, code)
    return closed


def test_everybody_is_admitted_without_a_draw(few, administrator):
    draw_round = selection.decide_without_draw(few, by=administrator, now=AFTER_OBJECTIONS)
    assert json.loads(draw_round.protocol) == {
        "format": "innoskole-no-draw/1",
        "round": "autumn-2027-1",
        "places": 4,
        "applicants": [
            {"id": "0301", "name": "Oslo", "region": "OL", "size": "L"},
            {"id": "1804", "name": "Bodø", "region": "NN", "size": "L"},
        ],
        "selected": ["0301", "1804"],
        "frozen_at": "2027-06-16T10:00:00+02:00",
    }
    assert (draw_round.basis, draw_round.seed_text, draw_round.is_draw, Message.objects.count()) == (
        "",
        "",
        False,
        0,
    )
    assert Intake.objects.get().state == IntakeState.DECIDED
    selection.publish(draw_round, by=administrator, now=AFTER_OBJECTIONS)
    assert states(few) == {"0301": State.ADMITTED, "1804": State.ADMITTED}
    assert list(
        Outcome.objects.order_by("region").values_list("kind", "region", "size", "chance", "lot")
    ) == [
        ("place", "NN", "L", "1/1", ""),
        ("place", "OL", "L", "1/1", ""),
    ]


def test_refuses_to_freeze_where_nobody_is_left_out(few, administrator):
    assert (
        refused(freeze, few, by=administrator)
        == "There are 2 applications and 4 places: everybody is admitted, and no draw takes place."
    )


def test_refuses_to_skip_a_draw_that_is_needed(settled, administrator):
    assert (
        refused(selection.decide_without_draw, settled, by=administrator, now=AFTER_OBJECTIONS)
        == "There are more applications than places, so the places must be drawn."
    )


def test_no_draw_waits_for_the_same_deadlines(few, administrator):
    assert (
        refused(selection.decide_without_draw, few, by=administrator, now=few.objections_close_at)
        == "The list can be frozen when the deadline for objections has passed."
    )


def test_no_draw_after_an_annulled_round(frozen, administrator):
    selection.annul(frozen, reason="Two have withdrawn.", by=administrator, now=AFTER_DRAW)
    intake = frozen.intake
    intake.applications.filter(lead__code__in=["1804", "1818"]).update(state=State.WITHDRAWN)
    second = selection.decide_without_draw(intake, by=administrator, now=AFTER_DRAW)
    assert (second.number, Intake.objects.get().state) == (2, IntakeState.DECIDED)


# --- Several at once ------------------------------------------------------------------------------


def at_once(deed, times: int = 8) -> list[str]:
    """The outcomes of the deed done `times` times at once, sorted: «done» or the sentence of the refusal."""

    def attempt(number: int) -> str:
        try:
            deed(number)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(times) as pool_:
        return sorted(pool_.map(attempt, range(times)), key=lambda outcome: outcome != "done")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_freezes_at_once_one_holds(settled):
    people = [UserFactory(is_course_administrator=True) for _ in range(8)]
    outcomes = at_once(lambda n: freeze(Intake.objects.get(pk=settled.pk), by=people[n]))
    assert [outcome == "done" for outcome in outcomes] == [True] + 7 * [False]
    assert (DrawRound.objects.count(), Message.objects.filter(kind="draw_frozen").count()) == (1, 6)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_draws_at_once_one_holds(confirmed):
    people = [UserFactory(is_course_administrator=True) for _ in range(8)]

    def deed(number: int) -> None:
        draw_round = DrawRound.objects.select_related("intake").get(pk=confirmed.pk)
        selection.draw(draw_round, by=people[number], now=AFTER_DRAW)

    outcomes = at_once(deed)
    assert [outcome == "done" for outcome in outcomes] == [True] + 7 * [False]
    stored = DrawRound.objects.get()
    assert stored.drawn_by in people
    assert audit.history(stored.intake).filter(verb="drew").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_publications_at_once_one_holds(decided):
    people = [UserFactory(is_course_administrator=True) for _ in range(4)]

    def deed(number: int) -> None:
        draw_round = DrawRound.objects.select_related("intake").get(pk=decided.pk)
        selection.publish(draw_round, by=people[number], now=AFTER_DRAW)

    outcomes = at_once(deed, 4)
    assert [outcome == "done" for outcome in outcomes] == [True] + 3 * [False]
    assert Outcome.objects.count() == 6


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_values_typed_in_at_once_never_confirm_each_other_when_they_differ(frozen: DrawRound):
    people: list[User] = [UserFactory(is_course_administrator=True) for _ in range(8)]

    def deed(number: int) -> None:
        source = SourceValue.objects.select_related("round__intake").get(round=frozen, ordinal=2)
        type_in_value(
            source, f"1,2,3,4,5,{number + 10}+1", fallback_reason="", by=people[number], now=AFTER_DRAW
        )

    outcomes = at_once(deed)
    assert [outcome == "done" for outcome in outcomes] == [True] + 7 * [False]
    assert SourceValue.objects.get(round=frozen, ordinal=2).confirmed_at is None
