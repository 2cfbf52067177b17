"""What the proposal says, for each thing that an application may know or lack."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from applications.actions.interests import SIGNED_UP
from applications.models import LateFilling, Submission, TeamMember
from applications.papers.paper import paper_of
from applications.states import Participation, State
from innoskole.accounts import audit
from tests.applications.papers.conftest import read, reread, text_of
from tests.factories import NOW, ApplicationFactory, IntakeFactory, PartnerFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db


def part(paper, name: str) -> str:
    return paper.headings[name].text


def test_an_empty_draft_says_what_is_missing_in_brackets(draft) -> None:
    paper = read(draft)
    assert paper.gaps == [
        "problem_statement",
        "plan_title",
        "members",
        "problem_sectors",
        "political_body",
        "public_health",
    ]
    said = text_of(paper)
    for missing in (
        "Politisk organ: [politisk organ]",
        "Teamet: [personer og enheter]",
        "Problemstillingen som er valgt, er: [problemstilling]",
        "kommunens planer: [plan, år, side og sitat]",
        "disse sektorene: [sektorer som problemet berører].",
        "[hva problemstillingen har å si for folkehelsen i kommunen]",
        "Saken legges frem for [politisk organ] for tydelig forankring.",
        "ønsker å delta ved Den nasjonale innovasjonsskolen for kommunal sektor med [personer i teamet].",
    ):
        assert missing in said


def test_every_gap_is_in_brackets_and_nothing_else_is(draft) -> None:
    headings = read(draft).headings.values()
    assert [one.name for one in headings if ("[" in one.text) != bool(one.proposed.gaps)] == []


def test_a_complete_application_lacks_only_what_it_does_not_ask_for(application) -> None:
    assert read(application).gaps == ["public_health"]


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_paper_is_norwegian_whatever_the_reader_reads(application, language) -> None:
    said = text_of(read(application, language))
    assert "municipality" not in said.replace(application.problem_statement, "").replace(
        application.plan_title, ""
    ).replace(application.problem_reason, "")
    assert ("Saken legges" in said, "Saka blir lagd" in said) == (language == "nb", language == "nn")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.DRAFT, "Bodø kommune forbereder en søknad om plass"),
        (State.AWAITING_APPROVAL, "Søknadsfristen er tirsdag 1. juni 2027 kl. 15.00."),
        (State.SUBMITTED, "Bodø kommune har søkt om plass"),
        (State.READY, "og venter på svar."),
        (State.ADMITTED, "Bodø kommune har fått plass ved"),
        (State.ENROLLED, "Bodø kommune har fått plass ved"),
        (State.WAITLISTED, "Bodø kommune står på venteliste"),
        (State.DECLINED, "Kommunen er ikke med i dette opptaket."),
        (State.WITHDRAWN, "Kommunen er ikke med i dette opptaket."),
    ],
)
def test_where_the_application_stands(application, state, said) -> None:
    application.state = state
    application.save()
    assert said in part(read(application), "background")


def test_the_deadline_is_that_of_the_late_filling(application, administrator) -> None:
    application.late_filling = LateFilling.objects.create(
        intake=application.intake,
        rule_text="First come, first served.",
        opened_by=administrator,
        opened_at=NOW,
        closes_at=NOW + timedelta(days=60),
    )
    application.save()
    assert "Søknadsfristen er fredag 2. juli 2027 kl. 10.00." in part(read(application), "background")


def test_municipalities_that_have_confirmed_stand_beside_the_lead(application) -> None:
    PartnerFactory(application=application)
    assert "Ørland" not in text_of(read(application))
    application.municipalities.filter(role="partner").update(state="confirmed")
    paper = read(application)
    assert ("Samarbeidskommuner", "Ørland") in paper.rows
    assert "Bodø sammen med Ørland kommune forbereder" in part(paper, "background")


def test_an_earlier_cohort_is_remembered(application) -> None:
    before = application.intake.opens_at - timedelta(days=365)
    intake = IntakeFactory(
        slug="autumn-2026", year=2026, opens_at=before, closes_at=before + timedelta(days=60)
    )
    earlier = ApplicationFactory(intake=intake, team=2, state=State.ENROLLED)
    assert earlier.lead == application.lead
    assert "Kommunen har deltatt ved innovasjonsskolen før: høsten 2026 med to personer." in part(
        read(application), "background"
    )


def test_an_earlier_application_without_a_place_is_not_participation(application) -> None:
    before = application.intake.opens_at - timedelta(days=365)
    intake = IntakeFactory(slug="autumn-2026", opens_at=before, closes_at=before + timedelta(days=60))
    ApplicationFactory(intake=intake, team=2, state=State.WAITLISTED)
    assert "før:" not in part(read(application), "background")


def test_who_answered_the_call_is_counted_also_when_their_data_is_gone(application) -> None:
    for _number in range(10):
        audit.record(application, SIGNED_UP, by=None, now=NOW)
    assert "intern utlysning, og ti personer meldte sin interesse." in part(read(application), "background")


def test_units_are_counted_and_politicians_named_by_their_office(application) -> None:
    application.members.update(unit="Biblioteket")
    TeamMemberFactory(
        application=application,
        name="Olga Ordførersen",
        unit="Politisk ledelse",
        position="Varaordfører",
        role_type="elected",
        sector="political",
    )
    background = part(read(application), "background")
    assert "Teamet har fire personer. De representerer disse enhetene:" in background
    assert "- Biblioteket (tre personer)\n- Politisk ledelse v/ varaordfører" in background
    assert "Olga" not in background


@pytest.mark.parametrize(
    ("participation", "said"),
    [
        (Participation.WITHDRAWN, "Fire personer ble tilbudt plass i teamet. Én av dem har trukket seg, og"),
        (
            Participation.REPLACED,
            "Fire personer ble tilbudt plass i teamet. Én av dem er ikke lenger med, og",
        ),
    ],
)
def test_who_has_left_the_team(application, participation, said) -> None:
    TeamMemberFactory(application=application, participation=participation, invited_at=NOW, left_at=NOW)
    background = part(read(application), "background")
    assert f"{said} teamet har nå tre personer." in background


def test_a_reserve_who_withdrew_was_never_in_the_team(application) -> None:
    TeamMemberFactory(application=application, participation=Participation.WITHDRAWN, left_at=NOW)
    TeamMemberFactory(application=application, participation=Participation.RESERVE)
    assert "Teamet har tre personer." in part(read(application), "background")


def test_who_was_taken_out_of_what_was_sent_in_has_left(application, coordinator) -> None:
    people = [{"email": one.email, "name": one.name} for one in application.members.all()]
    corrected = {"email": "misspelt@example.no", "name": people[0]["name"]}
    gone = [{"email": f"gone{n}@example.no", "name": f"Borte Prøve {n}"} for n in range(2)]
    Submission.objects.create(
        application=application,
        number=1,
        submitted_at=NOW,
        submitted_by=coordinator,
        content=json.dumps({"team": [corrected, *people[1:], *gone]}),
        digest="0" * 64,
        voided_at=NOW,
    )
    assert (
        "Fem personer ble tilbudt plass i teamet. To av dem er ikke lenger med, og teamet har nå tre"
        " personer." in part(read(application), "background")
    )


def test_a_team_without_gap(application) -> None:
    application.problem_sectors = ["health_care", "culture"]
    application.mitigation = ""
    application.save()
    paper = read(application)
    assert (
        "Problemstillingen berører sektorene «Helse og omsorg» og «Kultur, bibliotek og fritid», og en del av"
        " innovasjonsprosessen vil trolig involvere dem." in part(paper, "assessment")
    )
    assert "Alle sektorene som problemstillingen berører, er representert i teamet." in part(
        paper, "assessment"
    )
    assert "Man kan forvente" not in part(paper, "summary")


def test_a_gap_without_a_plan_for_it_is_missing(application) -> None:
    application.mitigation = ""
    application.save()
    paper = read(application)
    assert "[hvordan teamet skal involvere sektorene som mangler]" in part(paper, "assessment")
    assert paper.gaps == ["mitigation", "public_health"]


def test_the_reason_stands_once_and_under_public_health_when_it_is_about_it(application) -> None:
    paper = read(application)
    assert application.problem_reason in part(paper, "background")
    application.problem_reason = "Folkehelsa i kommunen er best for dei som har fullført."
    application.save()
    paper = read(application)
    assert application.problem_reason not in part(paper, "background")
    assert application.problem_reason in part(paper, "public_health")
    assert paper.gaps == []


def test_the_body_within_a_sentence(application) -> None:
    for body, said in (
        ("Formannskapet", "for formannskapet for"),
        ("Bodø bystyre", "for Bodø bystyre for"),
        ("PNM-utvalget", "for PNM-utvalget for"),
    ):
        application.political_body = body
        application.save()
        assert said in part(read(application), "assessment")


def test_the_meeting_that_is_planned(application) -> None:
    application.political_decided_on = date(2027, 5, 20)
    application.save()
    paper = read(application)
    assert ("Dato for møtet", "20. mai 2027") in paper.rows
    assert "Saken legges frem for formannskapet 20. mai 2027 for tydelig" in part(paper, "assessment")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("supported", "og fikk støtte."),
        ("noted", "og ble tatt til orientering."),
        ("not_supported", "og fikk ikke støtte."),
    ],
)
def test_what_the_body_decided_comes_back_into_the_paper(application, outcome, said) -> None:
    application.political_outcome = outcome
    application.political_case_number = "12/27"
    application.political_decided_on = date(2027, 5, 20)
    application.save()
    paper = read(application)
    assert ("Saksnummer", "12/27") in paper.rows
    assert f"Saken ble behandlet av formannskapet 20. mai 2027 (sak 12/27) {said}" in part(paper, "summary")


@pytest.mark.parametrize(
    ("year", "page", "quote", "said"),
    [
        (2026, "45", "Sitat.", "Planen (2026), side 45. Der står det:\n\n«Sitat.»"),
        (2026, "", "", "kommunens planer: Planen (2026)."),
        (None, "45", "", "kommunens planer: Planen, side 45."),
        (None, "", "«Sitat.»", "Planen. Der står det:\n\n«Sitat.»"),
    ],
)
def test_the_place_in_the_plan(application, year, page, quote, said) -> None:
    application.plan_title, application.plan_year = "Planen", year
    application.plan_page, application.plan_quote = page, quote
    application.save()
    assert said in part(read(application), "background")


def test_no_name_of_anybody_in_the_team(application) -> None:
    said = text_of(read(application))
    assert [one.name for one in TeamMember.everyone.all() if one.name in said] == []


@pytest.mark.parametrize("people", [1, 4])
def test_as_many_questions_for_four_people_as_for_one(application, people, django_assert_num_queries) -> None:
    application.members.all().delete()
    for _number in range(people):
        TeamMemberFactory(application=application)
    found = reread(application)
    with django_assert_num_queries(7):
        paper_of(found, "nb")
