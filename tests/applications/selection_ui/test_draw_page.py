"""The public page of the draw: what it shows, when, to whom – and what it does not show too early."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from applications import results
from applications import selection as arithmetic
from applications.actions import selection
from applications.actions.source_values import type_in_value
from applications.models import DrawRound, Intake
from applications.states import IntakeState
from innoskole.accounts.models import User
from tests.applications.selection_ui.conftest import (
    AFTER_DRAW,
    AFTER_OBJECTIONS,
    DRAND_VALUE,
    LEADS,
    LOTTO_VALUE,
    application_of,
)
from tests.factories import ApplicationFactory, IntakeFactory, MunicipalityFactory, UserFactory

PAGE = "/intakes/autumn-2027/draw/"
BASIS, SEED, PROTOCOL = (f"{PAGE}1/{name}" for name in ("basis.json", "seed.txt", "protocol.json"))


def text_of(response) -> str:
    """The page's own part as running text."""
    assert response.status_code == 200
    main = response.content.decode().split('<main id="main"')[1].split("</main>")[0]
    return " ".join(unescape(strip_tags(main)).split())


def test_addresses():
    assert reverse("applications:draw", args=["autumn-2027"]) == PAGE
    assert reverse("applications:draw_file", args=["autumn-2027", 1, "seed.txt"]) == SEED


# --- Nothing leaks before its time ----------------------------------------------------------------

STAGES = ("settled", "frozen", "confirmed", "drawn", "checked", "decided", "published", "annulled")
PEOPLE = ("nobody", "coordinator", "instructor", "administrator")


@pytest.fixture
def annulled(drawn: DrawRound, administrator: User) -> DrawRound:
    selection.annul(drawn, reason="A municipality was missing.", by=administrator, now=AFTER_DRAW)
    return drawn


def expected_status(stage: str, who: str) -> dict[str, int]:
    is_public = stage in ("published", "annulled")
    is_drawn = stage in ("drawn", "checked", "decided")
    result = 200 if is_public or (is_drawn and who == "administrator") else 404
    return {PAGE: 200, BASIS: 404 if stage == "settled" else 200, SEED: result, PROTOCOL: result}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("stage", STAGES)
def test_url_by_role_by_state(request, browse, stage, who):
    request.getfixturevalue(stage)
    client = browse(None if who == "nobody" else request.getfixturevalue(who), AFTER_DRAW)
    expected = expected_status(stage, who)
    assert {url: client.get(url).status_code for url in expected} == expected


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("stage", ["drawn", "checked", "decided"])
def test_a_result_that_is_not_published_stands_nowhere_on_the_public_pages(request, browse, stage, who):
    draw_round = request.getfixturevalue(stage)
    client = browse(None if who == "nobody" else request.getfixturevalue(who), AFTER_DRAW)
    protocol = json.loads(draw_round.protocol)
    secrets = [
        protocol["seed"],
        *(lot[:8] for _code, lot in protocol["lots"]),
        DRAND_VALUE,
        LOTTO_VALUE,
        "group&#x27;s waiting list",
        "Waiting list",
        "Why did we",
        "seed.txt<",
        "draw-verifier",
    ]
    for url in (PAGE, f"{PAGE}?round=1", f"{PAGE}?q=oslo", f"{PAGE}?sort=lot", "/intakes/autumn-2027/"):
        content = client.get(url).content.decode()
        assert [secret for secret in secrets if secret in content] == []


def test_order_on_the_page_says_nothing_of_an_unpublished_result(drawn, browse):
    content = browse(at=AFTER_DRAW).get(f"{PAGE}?sort=-outcome").content.decode()
    names = re.findall(r'<tr id="m-(\d+)">', content)
    assert names == ["4601", "1804", "4646", "1818", "5610", "0301"]  # in the order of the alphabet


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["open", "planned"])
def test_before_the_freeze(stage, browse):
    IntakeFactory(state=stage)
    response = browse().get(PAGE)
    if stage == "planned":
        assert response.status_code == 404
    else:
        assert "The list of applications is not frozen yet." in text_of(response)


def test_a_decision_without_a_draw_is_not_public_either(closed: Intake, administrator, browse):
    application_of(closed, "1804")
    draw_round = selection.decide_without_draw(closed, by=administrator, now=AFTER_OBJECTIONS)
    client = browse(at=AFTER_DRAW)
    text = text_of(client.get(PAGE))
    assert "The selection is being prepared." in text
    assert "Bodø" not in text
    assert [client.get(url).status_code for url in (BASIS, SEED, PROTOCOL)] == [404, 404, 404]
    selection.publish(draw_round, by=administrator, now=AFTER_DRAW)
    text = text_of(client.get(PAGE))
    assert (
        "Everybody is admitted, and no draw took place There was 1 application, and the places were 4."
        in text
    )
    assert "Bodø Place" in text
    assert "Place (1)" in text
    assert "Waiting list" not in text
    assert (
        "Check it yourself The protocol says who was admitted, and that no draw took place. Its digest "
        f"(SHA-256): {draw_round.digest} protocol.json"
    ) in text
    assert f'href="{PROTOCOL}"' in client.get(PAGE).content.decode()
    assert [client.get(url).status_code for url in (BASIS, SEED, PROTOCOL)] == [404, 404, 200]


def test_unknown_rounds_and_files(frozen, browse):
    client = browse(at=AFTER_DRAW)
    urls = (f"{PAGE}?round=2", f"{PAGE}?round=x", f"{PAGE}2/basis.json", f"{PAGE}1/basis", f"{PAGE}1/digest")
    assert [client.get(url).status_code for url in urls] == [404, 404, 404, 404, 404]


# --- Files ----------------------------------------------------------------------------------------


def test_files_are_served_byte_by_byte_and_verify(published, browse, tmp_path):
    client = browse(at=AFTER_DRAW)
    types = {}
    for url in (BASIS, SEED, PROTOCOL, "/draw/verify.py"):
        response = client.get(url)
        name = url.rpartition("/")[2]
        types[name] = (response.headers["Content-Type"], response.headers["Content-Disposition"])
        (tmp_path / name).write_bytes(response.content)
    assert types == {
        "basis.json": ("application/json", 'attachment; filename="basis.json"'),
        "seed.txt": ("text/plain; charset=utf-8", 'attachment; filename="seed.txt"'),
        "protocol.json": ("application/json", 'attachment; filename="protocol.json"'),
        "verify.py": ("text/x-python; charset=utf-8", 'attachment; filename="verify.py"'),
    }
    assert (tmp_path / "basis.json").read_bytes() == published.basis.encode()
    assert (tmp_path / "verify.py").read_bytes() == Path(arithmetic.__file__).with_name(
        "verify.py"
    ).read_bytes()
    command = [sys.executable, "-I", "verify.py", "basis.json", "seed.txt", "protocol.json", published.digest]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "seed.txt").write_bytes(published.seed_text.replace("+4", "+5").encode())
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


# --- What the page says ---------------------------------------------------------------------------


def test_frozen_page_shows_list_chances_digest_and_sources(frozen, browse):
    text = text_of(browse(at=AFTER_OBJECTIONS).get(PAGE))
    for part in (
        "The list is frozen",
        "Exact chance of a place: 4 places for 6 applications",
        "Northern Norway 1 to 4 places 3/5 (60.0%) 2 applications None 3/5 (60.0%) 1 application",
        "Trøndelag 0 to 4 places None None None",
        "6 applications take part in the draw",
        frozen.digest,
        "The list was frozen: Wednesday 16 June 2027 at 10:00",
        "drand-quicknet/40323412 has a value: Wednesday 23 June 2027 at 20:00",
        "Drawn: waits",
        "Trial draws before it 0",
        "The digest above is the SHA-256 of basis.json.",
    ):
        assert part in text
    assert "python -I verify.py" not in text


def test_published_page_explains_every_outcome(published, browse):
    response = browse(at=AFTER_DRAW).get(PAGE)
    text = text_of(response)
    for line in results.lines(published):
        outcome = "Place" if line.is_selected else f"Number {line.reserve_number} on the group's waiting list"
        assert f"{line.name} {outcome} Why did we{' ' if line.is_selected else ' not '}get a place?" in text
    assert "4 of 6 applications have got a place." in text
    assert f"Value: {DRAND_VALUE}" in text
    assert f"Value: {LOTTO_VALUE}" in text
    assert '<td class="numeric">3</td><td class="numeric">2</td>' in response.content.decode()
    assert f"The seed, which follows from the list and these values: {protocol_of(published)['seed']}" in text
    assert f"python -I verify.py basis.json seed.txt protocol.json {published.digest}" in text


def protocol_of(draw_round: DrawRound) -> dict:
    return json.loads(draw_round.protocol)


def explanations(published: DrawRound, browse) -> dict[str, str]:
    client = browse(at=AFTER_DRAW)
    found = {}
    for code in LEADS:
        content = client.get(f"{PAGE}?q={code}").content.decode()
        assert re.findall(r'<tr id="m-(\d+)">', content) == [code]
        found[code] = " ".join(
            unescape(strip_tags(re.search('<details class="why".*?</details>', content, re.S)[0])).split()
        )
    return found


def test_why(published, browse):
    lines = {line.code: line for line in results.lines(published)}
    found = explanations(published, browse)
    oslo = lines["0301"]
    assert (oslo.places, oslo.in_group) == (1, 1)
    assert found["0301"] == (
        "Why did we get a place? Applications in your group (Eastern Norway; Large (20,000 inhabitants or "
        "more)): 1. Each of them had the chance 1 (100.0%). Places that the table drawn gave the group: "
        "1. So "
        f"everybody in the group got a place. The whole lot: {oslo.lot}"
    )
    for code in ("1818", "5610"):
        line = lines[code]
        start = (
            f"Why did we {'' if line.is_selected else 'not '}get a place? Applications in your group "
            "(Northern Norway; Small (fewer than 5,000 inhabitants)): 2. Each of them had the chance "
            "3/5 (60.0%). Places "
            f"that the table drawn gave the group: {line.places}."
        )
        middle = {
            0: " So nobody in the group got a place this time.",
            1: f" Counted from the lowest, your lot was number {line.rank} of 2 in the group; the lowest "
            "lots win.",
            2: " So everybody in the group got a place.",
        }[line.places]
        end = (
            f" You are number {line.reserve_number} on the waiting list of the group."
            if line.reserve_number
            else ""
        )
        assert found[code] == f"{start}{middle}{end} The whole lot: {line.lot}"


def test_search_finds_sami_names_and_says_so_when_nothing_is_found(published, browse):
    client = browse(at=AFTER_DRAW)
    karasjok = client.get(f"{PAGE}?q=kárášjohka")
    assert re.findall(r'<tr id="m-(\d+)">', karasjok.content.decode()) == ["5610"]
    assert "No municipality in the draw has this name" in text_of(client.get(f"{PAGE}?q=nowhere"))


def test_elements_for_the_verification_in_the_browser(published, browse):
    content = browse(at=AFTER_DRAW).get(PAGE).content.decode()
    element = re.search(r'<div id="draw-verifier".*?>', content, re.S)[0]
    attributes = dict(re.findall(r'data-([\w-]+)="([^"]*)"', element))
    assert {key: attributes[key] for key in ("basis-url", "seed-url", "protocol-url", "digest")} == {
        "basis-url": BASIS,
        "seed-url": SEED,
        "protocol-url": PROTOCOL,
        "digest": published.digest,
    }
    assert sorted(attributes) == sorted(
        ["basis-url", "seed-url", "protocol-url", "digest", "text-ok", "text-fail", "text-running"]
        + [f"label-{check.name}" for check in selection.checks(published)]
    )


def test_all_rounds_stay_public_with_reason_and_result(annulled, administrator, browse, settings):
    settings.DRAW_SOURCES_EARLY = True
    client = browse(at=AFTER_DRAW)
    says_that_nobody_has_a_place(annulled, text_of(client.get(PAGE)))
    selection.freeze(
        Intake.objects.get(),
        choice=selection.Choice(),
        draw_at=AFTER_DRAW.replace(month=7),
        vikinglotto_on=AFTER_DRAW.replace(month=7, day=21).date(),
        by=administrator,
        now=AFTER_DRAW,
    )
    newest = text_of(client.get(PAGE))
    assert "The list is frozen" in newest
    assert "autumn-2027-1 Annulled" in newest
    assert "Why did we" not in newest
    says_that_nobody_has_a_place(annulled, text_of(client.get(f"{PAGE}?round=1")))
    assert [client.get(url).status_code for url in (PROTOCOL, PROTOCOL.replace("/1/", "/2/"))] == [200, 404]


def says_that_nobody_has_a_place(annulled: DrawRound, text: str) -> None:
    """In the alert, on the map and the charts, where the search leads, and in every row."""
    alert = "This round is annulled A municipality was missing."
    assert f"The draw for Autumn 2027 {alert}" in text
    assert f"The outcome in the annulled round (does not apply) {alert}" in text
    assert "4 of 6 applications were drawn in the annulled round, which does not apply" in text
    assert "Waiting list, annulled (2) Place, annulled (4)" in text
    assert "Places by region in the annulled round" in text
    for line in results.lines(annulled):
        outcome = (
            "Drawn for a place in the annulled round Why were we drawn in the annulled round?"
            if line.is_selected
            else f"Number {line.reserve_number} on the group's waiting list in the annulled round"
            " Why were we not drawn in the annulled round?"
        )
        assert f"{line.name} {outcome} The round is annulled, and nothing of this applies:" in text
    for misleading in ("has got a place", "have got a place", "Why did we", "and its outcome", " Place Why"):
        assert misleading not in text


def test_an_annulled_list_that_was_not_drawn(frozen, administrator, second_administrator, browse):
    """The value that two have confirmed is public, the one that waits for the second is not."""
    drand, lotto = frozen.sources.all()
    for person in (administrator, second_administrator):
        type_in_value(drand, DRAND_VALUE, fallback_reason="", by=person, now=AFTER_DRAW)
    type_in_value(lotto, LOTTO_VALUE, fallback_reason="", by=administrator, now=AFTER_DRAW)
    client = browse(at=AFTER_DRAW)
    assert DRAND_VALUE not in text_of(client.get(PAGE))
    selection.annul(frozen, reason="A municipality was missing.", by=administrator, now=AFTER_DRAW)
    text = text_of(client.get(PAGE))
    assert "6 applications were in the list of the annulled round" in text
    assert (
        "The list of the annulled round (does not apply) This round is annulled A municipality was missing."
    ) in text
    assert "Drawn: not drawn Annulled: Thursday 24 June 2027 at 10:00" in text
    assert f"Value: {DRAND_VALUE}" in text
    assert LOTTO_VALUE not in text


def test_after_the_decision_the_result_waits_for_the_letters(decided, browse):
    text = text_of(browse(at=AFTER_DRAW).get(PAGE))
    assert (
        "The selection is decided The result is published here when the letters leave, to everybody at the "
        "same moment."
    ) in text


@pytest.mark.parametrize(
    ("language", "phrase"), [("nb", "kl. 10.00"), ("nn", "kl. 10.00"), ("en", "at 10:00")]
)
def test_speaks_the_readers_language(frozen, browse, language, phrase):
    response = browse(at=AFTER_DRAW).get(PAGE, headers={"accept-language": language})
    assert f'<html lang="{language}">' in response.content.decode()
    assert phrase in text_of(response)


# --- Size and queries -----------------------------------------------------------------------------


def many(intake: Intake, count: int) -> None:
    coordinator = UserFactory()
    for number in range(count):
        lead = MunicipalityFactory(inhabitants=(1_000, 9_000, 50_000)[number % 3])
        ApplicationFactory(intake=intake, lead=lead, coordinator=coordinator, state="ready")


@pytest.mark.parametrize("rows", [2, 30])
def test_constant_queries(
    rows, closed, administrator, second_administrator, browse, django_assert_num_queries
):
    closed.capacity = 1
    closed.save()
    many(closed, rows)
    publish(closed, administrator, second_administrator)
    client = browse(at=AFTER_DRAW)
    with django_assert_num_queries(7):
        client.get(PAGE)


def publish(intake: Intake, first: User, second: User) -> DrawRound:
    from tests.applications.selection_ui.conftest import confirm_sources, freeze

    draw_round = freeze(intake, by=first)
    confirm_sources(draw_round, first, second)
    selection.draw(draw_round, by=first, now=AFTER_DRAW)
    selection.check(draw_round, by=second, now=AFTER_DRAW)
    selection.decide(draw_round, by=first, now=AFTER_DRAW)
    selection.publish(draw_round, by=first, now=AFTER_DRAW)
    return draw_round


def test_a_page_of_all_municipalities_is_light(closed, administrator, second_administrator, browse):
    closed.capacity = 20
    closed.save()
    many(closed, 357)
    publish(closed, administrator, second_administrator)
    content = browse(at=AFTER_DRAW).get(PAGE).content
    assert content.count(b'<tr id="m-') == 25
    assert len(content) < 60_000
    assert Intake.objects.get().state == IntakeState.PUBLISHED
