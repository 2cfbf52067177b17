"""The administrators' pages of the draw: doors, what-if, freeze, sources, deeds, and what waits at home."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils.html import strip_tags

from applications import sources
from applications.actions import releases, selection
from applications.actions.source_values import type_in_value
from applications.models import Application, Dimension, DrawRound, Intake, Outcome, Quota, SourceValue
from applications.states import IntakeState, State
from applications.waiting import selection_waits
from innoskole.notifications.models import Message
from tests.applications.selection_ui.conftest import (
    AFTER_DRAW,
    AFTER_OBJECTIONS,
    DRAND_VALUE,
    LEADS,
    LOTTO_VALUE,
    application_of,
)

SLUG = "autumn-2027"
ROOT = f"/admin/intakes/{SLUG}/selection/"
PAGES = (
    "selection",
    "selection_what_if",
    "selection_freeze",
    "selection_no_draw",
    "selection_draw",
    "selection_check",
    "selection_decide",
    "selection_annul",
)
FREEZE = {"draw_at": "2027-06-23T20:00", "vikinglotto_on": "2027-06-23"}


def url_of(name: str, *more) -> str:
    return reverse(f"applications:{name}", args=[SLUG, *more])


def text_of(response) -> str:
    assert response.status_code == 200
    main = response.content.decode().split('<main id="main"')[1].split("</main>")[0]
    return " ".join(unescape(strip_tags(main)).split())


# --- Doors ----------------------------------------------------------------------------------------


def every_url() -> list[str]:
    return [url_of(name) for name in PAGES] + [
        url_of("selection_source", 1),
        url_of("selection_fetch", 1),
    ]


def test_closed_to_everybody_but_administrators(drawn, browse, coordinator, instructor):
    before = list(Intake.objects.values()), list(DrawRound.objects.values())
    for who in (coordinator, instructor):
        client = browse(who, AFTER_DRAW)
        assert {client.get(url).status_code for url in every_url()} == {403}
        assert {client.post(url, {"reason": "x", **FREEZE}).status_code for url in every_url()} == {403}
    anonymous = browse(None, AFTER_DRAW)
    for url in every_url():
        assert anonymous.get(url).headers["Location"] == f"/accounts/login/?next={url}"
    assert before == (list(Intake.objects.values()), list(DrawRound.objects.values()))


def test_open_to_administrators(drawn, browse, administrator):
    client = browse(administrator, AFTER_DRAW)
    assert {client.get(url).status_code for url in every_url()[:-1]} == {200}
    assert client.get(url_of("selection_fetch", 1)).status_code == 405
    assert client.post(url_of("selection_fetch", 2)).status_code == 404


def test_nothing_frozen_yet(settled, browse, administrator):
    client = browse(administrator)
    statuses = {name: client.get(url_of(name)).status_code for name in PAGES}
    assert statuses == {name: 200 if name in PAGES[:4] else 404 for name in PAGES}


# --- What if --------------------------------------------------------------------------------------


def test_what_if_shows_exact_chances(settled, browse, administrator):
    text = text_of(browse(administrator).get(url_of("selection_what_if")))
    assert "Exact chance of a place: 4 places for 6 applications" in text
    assert "Northern Norway 1 to 4 places 3/5 (60.0%) 2 applications None 3/5 (60.0%) 1 application" in text
    assert "Everybody in Eastern Norway gets a place: the chance is 1." in text


def test_what_if_takes_places_and_quotas_from_the_address(settled, browse, administrator):
    client = browse(administrator)
    url = f"{url_of('selection_what_if')}?places=3&min_region_NN=0&max_region_NN=1"
    response = client.get(url)
    text = text_of(response)
    assert "Exact chance of a place: 3 places for 6 applications" in text
    assert "Northern Norway 0 to 1 places" in text
    content = response.content.decode()
    for name, value in (("places", "3"), ("min_region_NN", "0"), ("max_region_NN", "1"), ("min_size_S", "1")):
        assert re.search(rf'<input type="number" name="{name}" value="{value}"', content)
    assert Intake.objects.get().capacity == 4
    assert Quota.objects.count() == 0


def test_what_if_counts_those_in_review_unless_told_otherwise(settled, browse, administrator):
    application_of(settled, "5057", State.IN_REVIEW)
    application_of(settled, "5001", State.REJECTED)
    application_of(settled, "4204", State.DRAFT)
    client = browse(administrator)
    assert "4 places for 7 applications" in text_of(client.get(url_of("selection_what_if")))
    ready = client.get(f"{url_of('selection_what_if')}?ready_only=on")
    assert "4 places for 6 applications" in text_of(ready)


def test_what_if_works_while_the_intake_is_open(settled, browse, administrator):
    settled.state = IntakeState.OPEN
    settled.save()
    text = text_of(browse(administrator).get(url_of("selection_what_if")))
    assert "Draw for trial" in text
    assert "Freeze with these quotas" not in text


def test_what_if_explains_quotas_that_cannot_be_kept_and_softens_them(settled, browse, administrator):
    client = browse(administrator)
    tight = f"{url_of('selection_what_if')}?places=2"
    text = text_of(client.get(tight))
    assert (
        "These quotas cannot all be kept The fewest places of Northern Norway, Western Norway and Eastern "
        "Norway add up to 3, but there are only 2 places."
    ) in text
    assert "Exact chance" not in text
    assert 'href="?places=2&amp;soften=on"' in client.get(tight).content.decode()
    text = text_of(client.get(f"{tight}&soften=on"))
    assert "Northern Norway gets from 0 to 1 places instead of from 1 to 2 places." in text
    assert "The deviation costs 1,000, and no other table costs less" in text


def test_what_if_counts_a_place_for_both_of_its_groups_once(settled, browse, administrator):
    bounds = {"min_region_NN": 3, "max_region_NN": "", "min_size_L": 2, "min_size_S": 0}
    others = {"min_region_VL": 0, "min_region_OL": 0}
    response = browse(administrator).get(url_of("selection_what_if"), {"places": 3, **bounds, **others})
    text = text_of(response)
    assert (
        "The fewest places of Northern Norway and Large (20,000 inhabitants or more) need at least 4 places "
        "together, even where a place counts for both a region and a size class, but there are only 3 places."
    ) in text


def test_what_if_tells_of_lowered_quotas_also_when_the_rest_cannot_be_kept(settled, browse, administrator):
    url = f"{url_of('selection_what_if')}?places=4&min_region_NN=4&max_region_NN=&min_size_L=1"
    text = text_of(browse(administrator).get(url))
    assert "These quotas cannot all be kept" in text
    assert (
        "Changes to the quotas Northern Norway has only 3 applications, so the fewest places are 3 instead "
        "of 4."
    ) in text


def test_what_if_says_when_everybody_gets_a_place(settled, browse, administrator):
    text = text_of(browse(administrator).get(f"{url_of('selection_what_if')}?places=6"))
    assert "There are 6 applications and 6 places: everybody is admitted, and no draw takes place." in text
    assert "Draw for trial" not in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("places=0", "Ensure this value is greater than or equal to 1."),
        ("places=many", "Enter a whole number."),
        (
            "min_region_NN=3&max_region_NN=2",
            "Northern Norway: the most places cannot be fewer than the fewest.",
        ),
    ],
)
def test_what_if_refuses_what_makes_no_sense(settled, browse, administrator, query, sentence):
    response = browse(administrator).get(f"{url_of('selection_what_if')}?{query}")
    assert sentence in text_of(response)
    assert "<title>Error: What if" in response.content.decode()


def test_what_if_names_a_municipality_without_a_figure(settled, browse, administrator):
    from innoskole.municipalities.models import Population

    Population.objects.filter(municipality__code="1818").delete()
    text = text_of(browse(administrator).get(url_of("selection_what_if")))
    assert "The register has no population figure for Herøy (Nordland)" in text


def test_trial_draw_is_shown_and_counted(settled, browse, administrator):
    client = browse(administrator)
    text = text_of(client.post(f"{url_of('selection_what_if')}?places=3"))
    assert "Trial draw number 1, not binding" in text
    assert "«innoskole-draw-trial/1»" in text
    assert "1 trial draw has been made." in text
    assert Intake.objects.get().trial_draws == 1
    assert client.get(f"{url_of('selection_what_if')}?places=3").status_code == 200
    assert Intake.objects.get().trial_draws == 1
    refused = text_of(client.post(f"{url_of('selection_what_if')}?places=2"))
    assert "There is nothing to draw from until the quotas can be kept." in refused


# --- Freeze ---------------------------------------------------------------------------------------


def test_freeze_page_lists_what_must_be_settled(settled, browse, administrator):
    waiting = application_of(settled, "5057", State.IN_REVIEW)
    response = browse(administrator).get(url_of("selection_freeze"))
    assert f"Ørland, {waiting.reference}: In review" in text_of(response)
    assert reverse("applications:case", args=[waiting.reference]) in response.content.decode()
    assert "Sources of randomness" not in text_of(response)


def test_freeze_says_who_gets_what_before_it_happens(settled, browse, administrator):
    client = browse(administrator)
    assert 'value="2027-06-23T20:00"' in client.get(url_of("selection_freeze")).content.decode()
    text = text_of(client.post(url_of("selection_freeze"), FREEZE))
    for part in (
        "drand-quicknet/40323412",
        "vikinglotto/2027-06-23",
        "6 coordinators get mail now, each with the digest of the list",
        "Freeze the list and send the letters",
    ):
        assert part in text
    assert (DrawRound.objects.count(), Message.objects.count()) == (0, 0)
    changed = client.post(url_of("selection_freeze"), {**FREEZE, "change": "yes"})
    assert "Sources of randomness" in text_of(changed)
    response = client.post(url_of("selection_freeze"), {**FREEZE, "confirm": "yes"}, follow=True)
    assert "The list is frozen as round autumn-2027-1, and the letters are on their way." in text_of(response)
    assert (DrawRound.objects.count(), Message.objects.count()) == (1, 6)


def test_freeze_page_proposes_sources_that_nobody_has_typed_in(frozen, browse, administrator, settings):
    settings.DRAW_SOURCES_EARLY = True
    lotto = frozen.sources.get(ordinal=2)
    type_in_value(lotto, LOTTO_VALUE, fallback_reason="", by=administrator, now=AFTER_OBJECTIONS)
    selection.annul(frozen, reason="A municipality was missing.", by=administrator, now=AFTER_OBJECTIONS)
    content = browse(administrator).get(url_of("selection_freeze")).content.decode()
    assert 'value="2027-06-30T20:00"' in content
    assert 'value="2027-06-30"' in content


def test_freeze_page_repeats_a_refusal(settled, browse, administrator):
    response = browse(administrator).post(
        url_of("selection_freeze"), {**FREEZE, "vikinglotto_on": "2027-06-24"}
    )
    assert "Vikinglotto is drawn on Wednesdays. Choose a Wednesday." in text_of(response)
    assert "<title>Error: Freeze the list" in response.content.decode()


def test_freeze_with_a_choice_from_the_what_if_page(settled, browse, administrator):
    Quota.objects.create(intake=settled, dimension=Dimension.REGION, code="NN", minimum=3)
    client = browse(administrator)
    text = text_of(client.get(url_of("selection_freeze")))
    assert "Choose how the draw is to be made Soften the quotas" in text
    softened = f"{url_of('selection_freeze')}?soften=on"
    assert "Fill in “Why these quotas are chosen”." in text_of(client.post(softened, FREEZE))
    data = {**FREEZE, "reason": "Everybody keeps a chance."}
    assert "Everybody keeps a chance." in text_of(client.post(softened, data))
    client.post(softened, {**data, "confirm": "yes"})
    draw_round = DrawRound.objects.get()
    assert (draw_round.quota_choice, draw_round.quota_reason) == ("softened", "Everybody keeps a chance.")


def test_freeze_with_edited_quotas(settled, browse, administrator):
    Quota.objects.create(intake=settled, dimension=Dimension.REGION, code="NN", minimum=3)
    url = f"{url_of('selection_freeze')}?min_region_NN=2&max_region_NN="
    browse(administrator).post(url, {**FREEZE, "reason": "One fewer.", "confirm": "yes"})
    draw_round = DrawRound.objects.get()
    region = next(group for group in draw_round.frozen.input.regions if group.code == "NN")
    assert (draw_round.quota_choice, region.min, region.max) == ("edited", 2, 4)


def test_without_a_draw(closed, browse, administrator, second_administrator):
    application_of(closed, "1804")
    client = browse(administrator)
    assert "Decide without a draw" in text_of(client.get(url_of("selection_freeze")))
    assert "There are 4 places. Applications that are ready: 1." in text_of(
        client.get(url_of("selection_no_draw"))
    )
    client.post(url_of("selection_no_draw"))
    assert Intake.objects.get().state == IntakeState.DECIDED
    own = client.get(url_of("selection"))
    protocol_url = reverse("applications:draw_file", args=[SLUG, 1, "protocol.json"])
    assert f'href="{protocol_url}"' in own.content.decode()
    assert f"Its digest (SHA-256): {DrawRound.objects.get().digest} protocol.json" in text_of(own)
    assert "Municipality Outcome Bodø Place" in text_of(own)
    release = releases.prepare_release(
        Intake.objects.get(), leaves_at=AFTER_OBJECTIONS, by=administrator, now=AFTER_OBJECTIONS
    )
    releases.approve_release(release, by=second_administrator, now=AFTER_OBJECTIONS)
    releases.release_due(AFTER_OBJECTIONS)
    assert Application.objects.get().state == State.ADMITTED
    public = client.get(reverse("applications:draw", args=[closed.slug]))
    assert "Chance before the draw" not in text_of(public)
    assert "Everybody is admitted" in text_of(public)
    assert "The rule in plain words" not in text_of(public)


def test_no_draw_page_where_a_draw_is_needed(settled, browse, administrator):
    text = text_of(browse(administrator).get(url_of("selection_no_draw")))
    assert "There are more applications than places, so the places must be drawn." in text
    assert "What happens" not in text


# --- Sources --------------------------------------------------------------------------------------


def test_two_people_type_in_a_value_that_neither_sees(frozen, browse, administrator, second_administrator):
    url = url_of("selection_source", 2)
    first = browse(administrator, AFTER_DRAW)
    first.post(url, {"value": LOTTO_VALUE})
    second = browse(second_administrator, AFTER_DRAW)
    for page in (url, url_of("selection")):
        assert LOTTO_VALUE not in second.get(page).content.decode().replace("39+4: the six", "")
    assert "Anna Administrator has typed in a value, which is not shown to you." in text_of(second.get(url))
    response = second.post(url, {"value": "1,2,3,4,5,6+1"})
    assert "This is not what Anna Administrator has typed in." in text_of(response)
    response = second.post(url, {"value": LOTTO_VALUE}, follow=True)
    assert "Typed in by Anna Administrator, confirmed by Arne Administrator." in text_of(response)
    assert SourceValue.objects.get(ordinal=2).value == LOTTO_VALUE


def test_values_before_their_time(frozen, browse, administrator, settings):
    client = browse(administrator, AFTER_OBJECTIONS)
    url = url_of("selection_source", 1)
    invented = f"An invented value that both can type in: {sources.invented_value('drand-quicknet/40323412')}"
    text = text_of(client.get(url))
    assert "This source has no value yet." in text
    assert "invented" not in text
    settings.DRAW_SOURCES_EARLY = True
    text = text_of(client.get(url))
    assert "This installation is for trial" in text
    assert invented in text
    assert "invented" not in text_of(browse(administrator, AFTER_DRAW).get(url))


def test_fetch_tells_why_it_failed(frozen, browse, administrator):
    response = browse(administrator, AFTER_DRAW).post(url_of("selection_fetch", 1), follow=True)
    assert "At least two relays must be configured before a value can be fetched." in text_of(response)


# --- Deeds ----------------------------------------------------------------------------------------


def test_the_walk_from_values_to_letters(confirmed, browse, administrator, second_administrator):
    first, second = browse(administrator, AFTER_DRAW), browse(second_administrator, AFTER_DRAW)
    assert "Nobody gets mail." in text_of(first.get(url_of("selection_draw")))
    response = first.post(url_of("selection_draw"), follow=True)
    assert "The draw is done. Another person must check it." in text_of(response)
    own = text_of(first.get(url_of("selection_check")))
    assert "The draw must be checked by another person than the one who drew." in own
    refused = first.post(url_of("selection_check"))
    assert "The draw must be checked by another person" in text_of(refused)
    assert text_of(second.get(url_of("selection_check"))).count("Holds:") == 8
    second.post(url_of("selection_check"))
    response = first.post(url_of("selection_decide"), follow=True)
    assert "Nobody outside the school knows it before its letters leave." in text_of(response)
    assert f'href="{url_of("release")}"' in response.content.decode()
    assert Intake.objects.get().state == IntakeState.DECIDED


def test_the_last_step_tells_how_far_the_letters_are(decided, browse, administrator, second_administrator):
    client = browse(administrator, AFTER_DRAW)
    assert "Send the letters and publish to everybody at the same minute Your turn" in text_of(
        client.get(url_of("selection"))
    )
    minute = AFTER_DRAW + timedelta(hours=1)
    release = releases.prepare_release(decided.intake, leaves_at=minute, by=administrator, now=AFTER_DRAW)
    step = (
        "Send the letters and publish to everybody at the same minute They leave Thursday 24 June 2027 at "
        "11:00, Norwegian time."
    )
    assert f"{step} Prepared" in text_of(client.get(url_of("selection")))
    releases.approve_release(release, by=second_administrator, now=AFTER_DRAW)
    assert f"{step} Approved, waits for its minute" in text_of(client.get(url_of("selection")))
    releases.release_due(minute)
    assert "Send the letters and publish to everybody at the same minute Done" in text_of(
        client.get(url_of("selection"))
    )


def test_a_deed_twice_is_refused_in_words(drawn, browse, administrator):
    response = browse(administrator, AFTER_DRAW).post(url_of("selection_draw"))
    assert "This cannot be done now: the state is «Drawn»." in text_of(response)


def test_a_draw_without_its_values_is_not_offered(frozen, browse, administrator):
    text = text_of(browse(administrator, AFTER_DRAW).get(url_of("selection_draw")))
    assert (
        "You cannot do this The draw must wait until these sources have a confirmed value: "
        "drand-quicknet/40323412 and vikinglotto/2027-06-23. Back to the selection"
    ) in text
    assert "Draw now" not in text


def test_an_annulment_after_the_decision_is_not_offered(decided, browse, administrator):
    client = browse(administrator, AFTER_DRAW)
    text = text_of(client.get(url_of("selection_annul")))
    assert (
        "You cannot do this The selection is decided, so the round can no longer be annulled. Back to the "
        "selection"
    ) in text
    assert "Annul the draw and send the letters" not in text
    assert "Annul the draw" not in text_of(client.get(url_of("selection")))


def test_annul(drawn, browse, administrator):
    client = browse(administrator, AFTER_DRAW)
    assert "Every coordinator in the list gets mail with the reason." in text_of(
        client.get(url_of("selection_annul"))
    )
    assert "Fill in “Why the draw is annulled”." in text_of(client.post(url_of("selection_annul"), {}))
    response = client.post(url_of("selection_annul"), {"reason": "A municipality was missing."}, follow=True)
    assert "autumn-2027-1 Annulled" in text_of(response)
    assert Intake.objects.get().state == IntakeState.ANNULLED


def test_overview_names_the_next_step_for_each_person(drawn, browse, administrator, second_administrator):
    def steps(who) -> str:
        text = text_of(browse(who, AFTER_DRAW).get(url_of("selection")))
        return text[text.index("Step by step") : text.index("What if?")]

    assert steps(administrator) == (
        "Step by step Settle every application Done Freeze the list and announce the sources Done Get the "
        "values of the announced sources Done Draw Done Check the draw: another person draws again The draw "
        "must be checked by another person than the one who drew. Waits Decide Waits Send the letters and "
        "publish to everybody at the same minute Waits "
    )
    assert "Check the draw: another person draws again Your turn Decide Waits" in steps(second_administrator)


def test_overview_lists_the_result_by_name(drawn, browse, administrator):
    content = browse(administrator, AFTER_DRAW).get(url_of("selection")).content.decode()
    table = content[content.index("Outcome for each application") :]
    assert [unescape(name) for name in re.findall(r'<th scope="row">(.*?)</th>', table)] == [
        "Bergen",
        "Bodø",
        "Fjaler",
        "Herøy (Nordland)",
        "Karasjok",
        "Oslo",
    ]


def test_overview_shows_who_withdrew_after_the_freeze(drawn, browse, administrator):
    drawn.intake.applications.filter(lead__code="1804").update(state=State.WITHDRAWN)
    text = text_of(browse(administrator, AFTER_DRAW).get(url_of("selection")))
    assert "Withdrawn after the freeze Bodø They stay in the list." in text


@pytest.mark.parametrize("rows", [1, 3])
def test_overview_has_constant_queries(rows, closed, browse, administrator, django_assert_num_queries):
    closed.capacity = 1
    closed.save()
    for code in list(LEADS)[: rows + 1]:
        application_of(closed, code)
    selection.freeze(
        closed,
        choice=selection.Choice(kind="softened", reason="One place."),
        draw_at=AFTER_DRAW,
        vikinglotto_on=AFTER_DRAW.replace(day=23).date(),
        by=administrator,
        now=AFTER_OBJECTIONS,
    )
    client = browse(administrator)
    with django_assert_num_queries(8):
        client.get(url_of("selection"))


@pytest.mark.parametrize("rows", [1, 3])
def test_what_if_has_constant_queries(rows, closed, browse, administrator, django_assert_num_queries):
    for code in list(LEADS)[:rows]:
        application_of(closed, code)
    client = browse(administrator)
    with django_assert_num_queries(8):
        client.get(url_of("selection_what_if"))


# --- What waits -----------------------------------------------------------------------------------


def waits(user, at=AFTER_DRAW) -> list[tuple[str, str]]:
    return [(wait.title, wait.url) for wait in selection_waits(user, at)]


def test_nothing_waits_for_others(drawn, coordinator, instructor):
    assert waits(coordinator) == waits(instructor) == []


def test_freeze_waits_when_everything_is_settled(settled, administrator, django_assert_num_queries):
    assert waits(administrator, settled.objections_close_at) == []
    with django_assert_num_queries(2):
        found = waits(administrator, AFTER_OBJECTIONS)
    assert found == [("Freeze the list for the draw: Autumn 2027", url_of("selection"))]
    application_of(settled, "5057", State.IN_REVIEW)
    assert waits(administrator, AFTER_OBJECTIONS) == []


def test_a_value_that_is_typed_in_early_waits_for_another(
    frozen, administrator, second_administrator, settings
):
    settings.DRAW_SOURCES_EARLY = True
    source = frozen.sources.first()
    type_in_value(source, DRAND_VALUE, fallback_reason="", by=administrator, now=AFTER_OBJECTIONS)
    assert waits(administrator, AFTER_OBJECTIONS) == []
    assert waits(second_administrator, AFTER_OBJECTIONS) == [
        ("Confirm the value of drand-quicknet/40323412: Autumn 2027", url_of("selection_source", 1))
    ]


def test_values_wait_for_one_and_then_for_another(frozen, administrator, second_administrator):
    assert waits(administrator, AFTER_OBJECTIONS) == []
    drand, lotto = (url_of("selection_source", ordinal) for ordinal in (1, 2))
    assert waits(administrator) == [
        ("Get the value of drand-quicknet/40323412: Autumn 2027", drand),
        ("Get the value of vikinglotto/2027-06-23: Autumn 2027", lotto),
    ]
    for source, value in zip(frozen.sources.all(), (DRAND_VALUE, LOTTO_VALUE), strict=True):
        type_in_value(source, value, fallback_reason="", by=administrator, now=AFTER_DRAW)
    assert waits(administrator) == []
    assert waits(second_administrator) == [
        ("Confirm the value of drand-quicknet/40323412: Autumn 2027", drand),
        ("Confirm the value of vikinglotto/2027-06-23: Autumn 2027", lotto),
    ]


def test_every_later_step_waits_in_its_turn(confirmed, administrator, second_administrator):
    assert waits(administrator) == [("Draw: Autumn 2027", url_of("selection_draw"))]
    selection.draw(confirmed, by=administrator, now=AFTER_DRAW)
    assert waits(administrator) == []
    assert waits(second_administrator) == [("Check the draw: Autumn 2027", url_of("selection_check"))]
    selection.check(confirmed, by=second_administrator, now=AFTER_DRAW)
    assert waits(administrator) == [("Decide the selection: Autumn 2027", url_of("selection_decide"))]
    selection.decide(confirmed, by=administrator, now=AFTER_DRAW)
    assert waits(administrator) == [("Prepare the letters of the selection: Autumn 2027", url_of("release"))]
    releases.prepare_release(confirmed.intake, leaves_at=AFTER_DRAW, by=administrator, now=AFTER_DRAW)
    assert waits(administrator) == []


# --- For the application's own page ---------------------------------------------------------------


def outcome_of(application: Application) -> str:
    template = Template("{% load selection %}{% outcome application %}")
    return " ".join(unescape(strip_tags(template.render(Context({"application": application})))).split())


def test_outcome_on_the_applications_page(decided, administrator):
    application = decided.applications()["0301"]
    assert outcome_of(application) == (
        "The list for the draw is frozen The application takes part in the draw. See the list, the rule "
        "and the "
        "chances"
    )
    selection.publish(decided, by=administrator, now=AFTER_DRAW)
    assert outcome_of(Application.objects.get(pk=application.pk)) == (
        "Oslo got a place in the selection The exact chance before the draw was 1 (100.0%)."
        " See why, and check the draw"
    )
    reserve = Outcome.objects.filter(kind="reserve").first().application
    assert outcome_of(reserve).startswith(
        f"{reserve.lead} was put on the waiting list in the selection"
        f" The application is number {reserve.outcome.reserve_number} on"
    )


def test_no_outcome_before_the_freeze(settled):
    assert outcome_of(settled.applications.first()) == ""
