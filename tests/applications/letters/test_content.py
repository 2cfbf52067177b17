"""What each letter says, kind by kind, and that it says it in the language form of the municipality."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from applications import letters, results, wording
from applications.models import Decision, DecisionKind, DrawRound, LateFilling, Offer, Place, Promotion
from applications.models.offer import PromotionRule
from applications.selection import Applicant, Group, Input, digest, no_draw_protocol
from applications.states import DecisionState, OfferState
from innoskole.accounts.models import User
from tests.applications.letters.conftest import CELLS, LEAVES_AT, RESERVE, WINNER, person
from tests.factories import NOW, OSLO, AssessmentFactory, DecisionFactory, TeamMemberFactory, municipality

KINDS = DecisionKind.values
LOTS = {
    WINNER: "c5f4bbfb2921f26fda9b1761422b0d691d9556b1a2f9275b9fba34b32d7f1a28",
    RESERVE: "d6f4a3c83cf29591d22392eef7f6e34cbbaaae6189896709a903a371691ca81f",
}
INDIVIDUAL_DECISION = "This is an individual decision, with grounds, under forvaltningsloven §§ 2, 24 and 25."
SELECTION_RULE = [
    "Municipalities are chosen by geography, so that every part of the country and both small and large"
    " municipalities are represented. Beyond that the places are drawn by lot (the programme's criteria for"
    " selection). One lot chooses how many places each group gets. Then the lowest lots in each group win.",
    INDIVIDUAL_DECISION,
]
PERSON_RULE = [
    "A participant has three years of higher education, or one to two years of higher education and one to"
    " two years of relevant work experience, which the school assesses individually. Who does not fulfil this"
    " may take part as a course participant, with a certificate without credits (the programme's admission"
    " requirements).",
    INDIVIDUAL_DECISION,
]
WHY_NOT = (
    "Applications in your group (Northern Norway; Small (fewer than 5,000 inhabitants)): 2. Each of them had"
    " the chance 3/5 (60.0%). Places that the table drawn gave the group: 1. Counted from the lowest, your"
    " lot was number 2 of 2 in the group; the lowest lots win. You are number 1 on the waiting list of the"
    " group."
)
WHY = (
    "Applications in your group (Eastern Norway; Large (20,000 inhabitants or more)): 1. Each of them had the"
    " chance 1 (100.0%). Places that the table drawn gave the group: 1. So everybody in the group got a"
    " place."
)
INVITATION = (
    "When the municipality has accepted its place, you get an invitation by e-mail. There you confirm who you"
    " are, your education, and that you take part."
)
NEXT_INTAKE = "The municipality may apply again in the next intake."
STUDENT = "Is a student, may sit the exam, and can earn 30 credits."


def section(title: str, rows: list[tuple[str, str]], paragraphs: list[str]) -> dict[str, Any]:
    return {"title": title, "rows": rows, "paragraphs": paragraphs}


def told(title: str, paragraphs: list[str]) -> dict[str, Any]:
    return section(title, [], paragraphs)


def rights(reference: str) -> list[dict[str, Any]]:
    return [
        told(
            "How to appeal",
            [
                "The decision can be appealed to the appeals board (forvaltningsloven § 28). The last day for"
                " an appeal is Friday 16 July 2027.",
                "3 weeks from 25 June 2027 is 16 July 2027 (forvaltningsloven §§ 29, 30; domstolloven §§ 148,"
                " 149).",
                "Send the appeal to the school, at innoskole@example.no. Say which decision it is about,"
                " which change is wanted, and why (§ 32). The school may change the decision itself; if it"
                " does not, the appeals board decides (§ 33). The school can be asked to let the decision"
                " wait until the appeal is decided (§ 42).",
            ],
        ),
        told(
            "Documents and questions",
            [
                "The parties have the right to see the documents of the case (forvaltningsloven §§ 18 and"
                f" 19). Send questions to innoskole@example.no with the reference {reference}."
            ],
        ),
    ]


def letter(reference: str, recipient: list[str], **parts: Any) -> dict[str, Any]:
    """A whole letter; parts: title, opening and the sections before the rights."""
    return {
        "title": parts["title"],
        "reference": reference,
        "sender": ["The national innovation school for municipalities", "innoskole@example.no"],
        "recipient": recipient,
        "marks": [
            ("Date", "25 June 2027"),
            ("Our reference", reference),
            ("Version of the decision", "1"),
        ],
        "opening": parts["opening"],
        "sections": [*parts["sections"], *rights(reference)],
        "closing": "Yours sincerely",
        "signatures": [{"name": "Sara Saksbehandler", "role": "prepared the decision"}],
        "note": "A second person at the school approves the decision before this letter is sent. The approval"
        " is electronic, and the letter has no signature by hand.",
    }


def case_of(code: str) -> dict[str, Any]:
    groups = {
        WINNER: [("Region", "Eastern Norway"), ("Size class", "Large (20,000 inhabitants or more)")],
        RESERVE: [("Region", "Northern Norway"), ("Size class", "Small (fewer than 5,000 inhabitants)")],
    }
    name = municipality(code).name
    partners = [("Partner municipalities", "Vadsø")] if code == WINNER else []
    return section(
        "The case",
        [
            ("Municipality", name),
            *partners,
            ("Intake", "Autumn 2027"),
            ("Application received", "Monday 31 May 2027 at 14:30"),
            ("Working title", "Fewer drop-outs"),
            *groups.get(code, []),
        ],
        [],
    )


def draw_of(code: str, chance: str, *more: tuple[str, str]) -> dict[str, Any]:
    lot = LOTS[code]
    return section(
        "The draw",
        [
            ("Round", "autumn-2027-1"),
            ("Chance before the draw", chance),
            ("Lot number", f"{lot[:8]}…"),
            ("Lot number in full", lot),
            *more,
        ],
        [],
    )


def person_of(education: str, outcome: str) -> dict[str, Any]:
    return section(
        "The case",
        [
            ("Municipality", "Oslo and Vadsø"),
            ("Position", "Adviser, Development unit"),
            ("Education", f"{education}\nBachelor of nursing, 2012"),
            ("Experience", "6 years of relevant work experience\nSix years in home care."),
            ("Assessment", "version 2, 3 May 2027"),
            ("Outcome of the assessment", outcome),
        ],
        [],
    )


PERSON = ["Máret Prøve", "maret@example.no"]
OSLO_KOMMUNE = ["The municipality of Oslo - Oslove", "Kari Koordinator", "kari0301@example.no"]
KARASJOK = ["The municipality of Karasjok - Kárášjohka", "Kari Koordinator", "kari5610@example.no"]
KRISTIANSAND = ["The municipality of Kristiansand", "Kari Koordinator", "kari4204@example.no"]


def expected(kind: str) -> dict[str, Any]:
    """The letter of each kind that `prepare` makes, with the grounds «In our own words.»"""
    own = "In our own words."
    match kind:
        case DecisionKind.PLACE:
            return letter(
                "IS-2027H-0000",
                OSLO_KOMMUNE,
                title="Decision: a place in the innovation school, Autumn 2027",
                opening=[
                    "The application IS-2027H-0000 from Oslo and Vadsø gets a place in the innovation school,"
                    " Autumn 2027."
                ],
                sections=[
                    case_of(WINNER),
                    draw_of(WINNER, "1 (100.0%)"),
                    told("The rule", SELECTION_RULE),
                    told("Grounds", [WHY, own]),
                    told(
                        "What happens next",
                        [
                            "The municipality accepts or declines the place by Friday 9 July 2027 at 23:59,"
                            " on this page: https://innoskole.example.no/applications/IS-2027H-0000/",
                            "A place that is not accepted by then goes to the waiting list. When it is"
                            " accepted, everybody in the team gets an invitation by e-mail, and a decision on"
                            " the admission of their own.",
                        ],
                    ),
                ],
            )
        case DecisionKind.WAITING_LIST:
            return letter(
                "IS-2027H-0005",
                KARASJOK,
                title="Decision: the waiting list of the innovation school, Autumn 2027",
                opening=[
                    "The application IS-2027H-0005 from Karasjok does not get a place in the innovation"
                    " school, Autumn 2027, now, and is number 2 on the waiting list."
                ],
                sections=[
                    case_of(RESERVE),
                    draw_of(
                        RESERVE,
                        "3/5 (60.0%)",
                        ("Number on the waiting list", "2"),
                        ("Number in the group's waiting list", "1"),
                    ),
                    told("The rule", SELECTION_RULE),
                    told("Grounds", [WHY_NOT, own]),
                    told(
                        "What happens next",
                        [
                            "When a place becomes free, there is no new draw: it goes to the waiting list by"
                            " a fixed rule, and you will be told at once if it is yours.",
                            "The waiting list stands until the school closes it. Whoever is still on it then"
                            " gets a decision that says so.",
                        ],
                    ),
                ],
            )
        case DecisionKind.DECLINED:
            return letter(
                "IS-2027H-0005",
                KARASJOK,
                title="Decision: no place in the innovation school, Autumn 2027",
                opening=[
                    "The application IS-2027H-0005 from Karasjok does not get a place in the innovation"
                    " school, Autumn 2027."
                ],
                sections=[
                    case_of(RESERVE),
                    draw_of(RESERVE, "3/5 (60.0%)"),
                    told("The rule", SELECTION_RULE),
                    told("Grounds", [WHY_NOT, own]),
                    told("What happens next", [NEXT_INTAKE]),
                ],
            )
        case DecisionKind.REJECTED:
            return letter(
                "IS-2027H-0006",
                KRISTIANSAND,
                title="Decision: the application is rejected, Autumn 2027",
                opening=[
                    "The application IS-2027H-0006 from Kristiansand for a place in the innovation school,"
                    " Autumn 2027, is rejected because of a formal fault. The school does not consider it"
                    " further."
                ],
                sections=[
                    case_of("4204"),
                    told(
                        "The rule",
                        [
                            "Each municipality may take part in one application, sent in by Tuesday 1 June"
                            " 2027 at 15:00. The application guarantees that at least 3 and at most 4 people"
                            " from at least 2 sectors take part (the programme's admission criteria).",
                            INDIVIDUAL_DECISION,
                        ],
                    ),
                    told("Grounds", ["The guarantee is missing.", own]),
                    told("What happens next", [NEXT_INTAKE]),
                ],
            )
        case DecisionKind.STUDENT:
            return letter(
                "IS-2027H-0000",
                PERSON,
                title="Decision: admitted as a student, Autumn 2027",
                opening=[
                    "Máret Prøve is admitted as a student in the innovation school, Autumn 2027, in the team"
                    " of Oslo and Vadsø.",
                    STUDENT,
                ],
                sections=[
                    person_of(
                        "Three years or more of higher education (bachelor's degree or equivalent)",
                        "Qualified",
                    ),
                    told("The rule", PERSON_RULE),
                    told("Grounds", ["A bachelor's degree fulfils the requirement.", own]),
                    told(
                        "What happens next", [INVITATION, "A student pays the semester fee before the exam."]
                    ),
                ],
            )
        case DecisionKind.INDIVIDUALLY_QUALIFIED:
            return letter(
                "IS-2027H-0000",
                PERSON,
                title="Decision: admitted as a student after individual assessment, Autumn 2027",
                opening=[
                    "Máret Prøve is admitted as a student in the innovation school, Autumn 2027, in the team"
                    " of Oslo and Vadsø, after an individual assessment.",
                    STUDENT,
                ],
                sections=[
                    person_of(
                        "One to two years of higher education", "Qualified after individual assessment"
                    ),
                    told("The rule", PERSON_RULE),
                    told(
                        "Grounds",
                        ["Two years at university college and six years as head of section.", own],
                    ),
                    told(
                        "What happens next", [INVITATION, "A student pays the semester fee before the exam."]
                    ),
                ],
            )
        case _:
            return letter(
                "IS-2027H-0000",
                PERSON,
                title="Decision: admitted as a course participant, Autumn 2027",
                opening=[
                    "Máret Prøve is admitted as a course participant in the innovation school, Autumn 2027,"
                    " in the team of Oslo and Vadsø.",
                    "Takes part in everything, cannot sit the exam, and receives a certificate without"
                    " credits.",
                ],
                sections=[
                    person_of("Less than one year of higher education", "Course participant"),
                    told("The rule", PERSON_RULE),
                    told("Grounds", ["No higher education is documented.", own]),
                    told(
                        "What happens next",
                        [
                            INVITATION,
                            "If you can document more education or experience, send it to the school, which"
                            " then assesses your admission anew.",
                        ],
                    ),
                ],
            )


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_says_everything(prepare, kind):
    decision = prepare(kind, grounds="In our own words.")
    assert letters.content(decision, language="en") == expected(kind)


def part(decision: Decision, title: str) -> dict[str, Any]:
    sections = letters.content(decision, language="en")["sections"]
    return next(section for section in sections if section["title"] == title)


# --- Language ---------------------------------------------------------------------------------------


def texts(value: Any) -> set[str]:
    """Every text in the data of a letter, however deep."""
    match value:
        case str():
            return {value}
        case dict():
            return set().union(*(texts(each) for each in value.values()))
        case _:
            return set().union(*(texts(each) for each in value))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_names_and_figures_is_the_same_in_norwegian(prepare, kind):
    decision = prepare(kind)
    own = {
        "Fewer drop-outs",
        "Adviser, Development unit",
        "The guarantee is missing.",
        "Sara Saksbehandler",
        "autumn-2027-1",
        "1",
        "2",
        decision.application.reference,
        *letters.content(decision, language="en")["recipient"][-2:],
        "innoskole@example.no",
        *(f"{lot[:8]}…" for lot in LOTS.values()),
        *LOTS.values(),
        "Oslo",
        "Vadsø",
        "Karasjok",
        "Kristiansand",
    }
    if decision.member:
        own |= {decision.member.assessments.get().reason}
    english, nb, nn = (texts(letters.content(decision, language=language)) for language in ("en", "nb", "nn"))
    assert english & nb <= own
    assert english & nn <= own
    assert len(nb - nn) > 8


@pytest.mark.parametrize(
    ("form", "own_choice", "language"),
    [
        ("nb", "nn", "nb"),
        ("nb", "en", "nb"),
        ("nn", "nb", "nn"),
        ("nn", "en", "nn"),
        ("neutral", "nb", "nb"),
        ("neutral", "nn", "nn"),
        ("neutral", "en", "nb"),
        ("", "nn", "nn"),
        ("", "en", "nb"),
    ],
)
def test_the_language_is_the_municipality_s_then_the_applicant_s_own(
    applications, form: str, own_choice: str, language: str
):
    application = applications[RESERVE]
    application.lead.language_form = form
    application.coordinator.language = own_choice
    assert letters.language_of(application) == language


@pytest.mark.parametrize(
    ("kind", "recipient"),
    [
        (DecisionKind.PLACE, ("Oslo ved Kari Koordinator", "kari0301@example.no")),
        (DecisionKind.STUDENT, ("Máret Prøve", "maret@example.no")),
    ],
)
def test_a_letter_goes_to_the_contact_person_or_to_the_person_it_is_about(prepare, kind, recipient):
    assert letters.recipient(prepare(kind), language="nb") == recipient


# --- The draw ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        (WINNER, [WHY]),
        (RESERVE, [WHY_NOT]),
        (
            "1804",
            [
                "Applications in your group (Northern Norway; Large (20,000 inhabitants or more)): 1. Each of"
                " them had the chance 3/5 (60.0%). Places that the table drawn gave the group: 0. So nobody"
                " in the group got a place this time. You are number 1 on the waiting list of the group."
            ],
        ),
    ],
)
def test_the_grounds_are_what_the_page_of_the_draw_says(draw_round: DrawRound, code, sentences):
    with translation.override("en"):
        names = results.names_of(draw_round.intake)
        line = next(line for line in results.lines(draw_round) if line.code == code)
        region, size = names["region", line.cell[0]], names["size", line.cell[1]]
        assert [" ".join(wording.why(line, region=region, size=size))] == sentences


def test_the_waiting_list_counts_everybody_by_lot(draw_round: DrawRound):
    assert results.waiting_numbers(results.lines(draw_round)) == {"1804": 1, "5610": 2}


def test_without_a_draw_the_letter_says_that_everybody_is_admitted(applications, draw_round, prepare):
    given = Input(
        round="autumn-2027-1",
        places=6,
        regions=tuple(Group(code, code, 1, 6) for code in ("NN", "VL", "OL")),
        sizes=tuple(Group(code, code, 1, 6) for code in ("S", "L")),
        applicants=tuple(Applicant(code, code, *cell) for code, cell in CELLS.items()),
        frozen_at="2027-06-16T10:00:00+02:00",
    )
    protocol = no_draw_protocol(given)
    DrawRound.objects.filter(pk=draw_round.pk).update(
        basis="", seed_text="", protocol=protocol.decode(), digest=digest(protocol)
    )
    draw_round.intake.capacity = 6
    draw_round.intake.save()
    decision = prepare(DecisionKind.PLACE)
    decision.application.intake.refresh_from_db()
    sections = letters.content(decision, language="en")["sections"]
    assert [each["title"] for each in sections] == [
        "The case",
        "The rule",
        "Grounds",
        "What happens next",
        "How to appeal",
        "Documents and questions",
    ]
    assert sections[2]["paragraphs"] == [
        "There are 6 applications and 6 places: everybody is admitted, and no draw takes place."
    ]
    assert sections[1]["paragraphs"][0].endswith("(the programme's criteria for selection).")


def test_a_promoted_application_is_told_what_the_page_says_of_the_promotion(applications, prepare):
    application = applications[RESERVE]
    offer = Offer.objects.create(
        application=application, state=OfferState.SENT, made_at=NOW, sent_at=NOW, due_at=LEAVES_AT
    )
    place = Place.objects.create(intake=application.intake, number=1, offer=offer)
    Promotion.objects.create(
        intake=application.intake,
        place=place,
        dropped=Offer.objects.create(
            application=applications["1804"], state=OfferState.DECLINED, made_at=NOW
        ),
        promoted=offer,
        rule=PromotionRule.SAME_REGION,
        deviation=0,
        happened_at=datetime(2027, 7, 1, 12, 0, tzinfo=OSLO),
    )
    decision = prepare(DecisionKind.PLACE, application=application, prepared_by=None)
    assert part(decision, "Grounds")["paragraphs"] == [
        WHY_NOT,
        "A place became free on 1 July 2027. Karasjok has the lowest lot of those on the waiting list from"
        " the same region as Bodø. Nobody from the same size class in that region is left. Every"
        " quota is kept.",
    ]
    assert part(decision, "What happens next")["paragraphs"][0] == (
        "The municipality accepts or declines the place by Friday 25 June 2027 at 09:00, on this page:"
        " https://innoskole.example.no/applications/IS-2027H-0005/"
    )
    data = letters.content(decision, language="en")
    assert (data["signatures"], data["note"]) == (
        [],
        "The decision follows by rule from the draw or the assessments, without anybody's judgement. That is"
        " why nobody has signed it.",
    )


def test_the_draw_is_no_reason_to_take_an_offer_back(applications, prepare):
    decision = prepare(
        DecisionKind.DECLINED, application=applications[WINNER], grounds="The team has one sector only."
    )
    assert part(decision, "Grounds")["paragraphs"] == ["The team has one sector only."]


def test_whoever_has_accepted_need_not_answer_again(applications, prepare):
    Offer.objects.create(
        application=applications[WINNER], state=OfferState.ACCEPTED, made_at=NOW, answered_at=NOW
    )
    assert part(prepare(DecisionKind.PLACE), "What happens next")["paragraphs"] == [
        "The municipality has accepted the place already, and need not answer again."
    ]


@pytest.mark.parametrize(
    ("leaves_at", "until"),
    [
        (datetime(2027, 6, 25, 9, 0, tzinfo=OSLO), "Friday 9 July 2027 at 23:59"),
        (datetime(2027, 6, 26, 9, 0, tzinfo=OSLO), "Monday 12 July 2027 at 23:59"),  # not on a Saturday
        (datetime(2027, 5, 3, 9, 0, tzinfo=OSLO), "Tuesday 18 May 2027 at 23:59"),  # nor on 17 May
    ],
)
def test_the_answer_is_due_on_a_working_day(prepare, leaves_at, until):
    decision = prepare(DecisionKind.PLACE, leaves_at=leaves_at)
    assert f"by {until}," in part(decision, "What happens next")["paragraphs"][0]


def test_the_appeal_is_counted_from_the_day_it_leaves_and_moves_off_a_holiday(prepare):
    decision = prepare(DecisionKind.PLACE, leaves_at=datetime(2027, 12, 4, 23, 30, tzinfo=OSLO))
    first, explanation, _how = part(decision, "How to appeal")["paragraphs"]
    assert first.endswith("The last day for an appeal is Monday 27 December 2027.")
    assert explanation == (
        "3 weeks from 4 December 2027 is 25 December 2027, a public holiday, so the deadline moves to"
        " 27 December 2027 (forvaltningsloven §§ 29, 30; domstolloven §§ 148, 149)."
    )


def test_a_late_application_is_told_the_rule_of_the_late_filling(applications, prepare, administrator):
    application = applications[WINNER]
    application.late_filling = LateFilling.objects.create(
        intake=application.intake,
        rule_text="First come, first served.",
        opened_by=administrator,
        opened_at=NOW,
        closes_at=LEAVES_AT,
    )
    application.save()
    decision = prepare(DecisionKind.PLACE, grounds="A place was free.")
    assert part(decision, "Grounds")["paragraphs"] == ["A place was free."]
    assert part(decision, "The rule")["paragraphs"] == [
        "Places that are free after the deadline are filled by this rule of the school:",
        "First come, first served.",
        INDIVIDUAL_DECISION,
    ]


# --- Versions and signatures --------------------------------------------------------------------------


def test_a_new_version_names_the_decision_that_it_replaces(applications, prepare):
    application = applications[RESERVE]
    told_first = {"application": application, "kind": DecisionKind.WAITING_LIST}
    DecisionFactory(**told_first, version=1, leaves_at=NOW, issued=True)
    DecisionFactory(**told_first, version=2, leaves_at=NOW, state=DecisionState.VOID)
    decision = prepare(DecisionKind.PLACE, application=application, version=3)
    data = letters.content(decision, language="en")
    assert data["marks"][-1] == ("Version of the decision", "3")
    assert data["opening"][1:] == ["This decision replaces the decision of 3 May 2027 (version 1)."]


def test_a_person_s_new_version_replaces_that_person_s_and_not_the_application_s(applications, prepare):
    application = applications[WINNER]
    DecisionFactory(application=application, leaves_at=NOW, issued=True)
    other = TeamMemberFactory(application=application)
    DecisionFactory(of=other, kind=DecisionKind.STUDENT, leaves_at=NOW, issued=True)
    member = person(application, DecisionKind.STUDENT)
    first = DecisionFactory(
        of=member,
        kind=DecisionKind.COURSE_PARTICIPANT,
        leaves_at=datetime(2027, 5, 5, tzinfo=OSLO),
        issued=True,
    )
    decision = DecisionFactory(of=member, kind=DecisionKind.STUDENT, version=2, leaves_at=LEAVES_AT)
    assert letters.content(decision, language="en")["opening"][2:] == [
        "This decision replaces the decision of 5 May 2027 (version 1)."
    ]
    assert len(letters.content(first, language="en")["opening"]) == 2


def test_only_an_assessment_that_led_to_the_decision_is_named(prepare, administrator: User):
    decision = prepare(DecisionKind.STUDENT)
    AssessmentFactory(
        member=decision.member,
        version=3,
        outcome="course_participant",
        needs_approval=True,
        basis="qualified",
    )
    assert ("Assessment", "version 2, 3 May 2027") in part(decision, "The case")["rows"]


def test_a_decision_that_departs_from_the_assessment_rests_on_its_own_grounds(applications):
    member = person(applications[WINNER], DecisionKind.COURSE_PARTICIPANT)
    reversal = DecisionFactory(
        of=member,
        kind=DecisionKind.STUDENT,
        leaves_at=LEAVES_AT,
        grounds="The appeal shows a finished degree.",
    )
    assert part(reversal, "Grounds")["paragraphs"] == ["The appeal shows a finished degree."]
    assert [label for label, _value in part(reversal, "The case")["rows"]] == [
        "Municipality",
        "Position",
        "Education",
        "Experience",
    ]


def test_the_same_reason_is_given_once_and_lines_become_paragraphs(prepare):
    decision = prepare(
        DecisionKind.STUDENT, grounds="A bachelor's degree fulfils the requirement.\n\n Seen by us. "
    )
    assert part(decision, "Grounds")["paragraphs"] == [
        "A bachelor's degree fulfils the requirement.",
        "Seen by us.",
    ]


def test_the_approver_stands_in_a_letter_that_is_written_after_the_approval(prepare, second_administrator):
    decision = prepare(
        DecisionKind.PLACE,
        state=DecisionState.APPROVED,
        approved_by=second_administrator,
        approved_at=NOW,
    )
    data = letters.content(decision, language="en")
    assert (data["signatures"], data["note"]) == (
        [
            {"name": "Sara Saksbehandler", "role": "prepared the decision"},
            {"name": "Arne Administrator", "role": "approved the decision"},
        ],
        "The decision was approved electronically, and the letter has no signature by hand.",
    )
