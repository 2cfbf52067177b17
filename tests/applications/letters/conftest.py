"""A draw among six municipalities that is decided, and a decision of every kind on what it gave them.

The result is known: Oslo has a place; Karasjok has none, and is the second of two on the waiting list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from applications import selection
from applications.models import Application, Decision, DecisionKind, DrawRound, Intake, TeamMember
from applications.models.decision import OF_PERSONS
from applications.models.team import EducationLevel
from applications.selection import Applicant, Group, Input, Source
from applications.states import Basis, IntakeState, State
from tests.factories import (
    NOW,
    OSLO,
    ApplicationFactory,
    AssessmentFactory,
    DecisionFactory,
    IntakeFactory,
    PartnerFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

LEAVES_AT = datetime(2027, 6, 25, 9, 0, tzinfo=OSLO)  # a Friday
RECEIVED_AT = datetime(2027, 5, 31, 14, 30, tzinfo=OSLO)
WINNER, RESERVE, OUTSIDE = "0301", "5610", "4204"
CELLS = {
    "0301": ("OL", "L"),
    "1804": ("NN", "L"),
    "1818": ("NN", "S"),
    "4601": ("VL", "L"),
    "4646": ("VL", "S"),
    "5610": ("NN", "S"),
}
REASONS = {
    DecisionKind.STUDENT: "A bachelor's degree fulfils the requirement.",
    DecisionKind.INDIVIDUALLY_QUALIFIED: "Two years at university college and six years as head of section.",
    DecisionKind.COURSE_PARTICIPANT: "No higher education is documented.",
}
BASES = {
    DecisionKind.STUDENT: (Basis.QUALIFIED, EducationLevel.THREE_YEARS),
    DecisionKind.INDIVIDUALLY_QUALIFIED: (Basis.INDIVIDUALLY_QUALIFIED, EducationLevel.ONE_OR_TWO),
    DecisionKind.COURSE_PARTICIPANT: (Basis.COURSE_PARTICIPANT, EducationLevel.LESS),
}


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.BASE_URL = "https://innoskole.example.no"
    settings.SCHOOL_CONTACT_EMAIL = "innoskole@example.no"


@pytest.fixture
def intake(db: None) -> Intake:
    return IntakeFactory(state=IntakeState.DECIDED, capacity=4)


@pytest.fixture
def draw_round(intake: Intake) -> DrawRound:
    """Drawn and decided, with four places."""
    basis = selection.freeze(
        Input(
            round="autumn-2027-1",
            places=4,
            regions=tuple(Group(code, code, 1, 4) for code in ("NN", "VL", "OL")),
            sizes=tuple(Group(code, code, 1, 4) for code in ("S", "L")),
            applicants=tuple(Applicant(code, code, *cell) for code, cell in CELLS.items()),
            sources=(Source("drand-quicknet/1", "drand"),),
            frozen_at="2027-06-16T10:00:00+02:00",
        )
    )
    seed_text = selection.seed_text(basis, {"drand-quicknet/1": "0f" * 32})
    return DrawRound.objects.create(
        intake=intake,
        number=1,
        name="autumn-2027-1",
        basis=basis.decode(),
        digest=selection.digest(basis),
        frozen_by=UserFactory(),
        frozen_at=NOW,
        seed_text=seed_text,
        protocol=selection.draw(basis, seed_text).decode(),
    )


@pytest.fixture
def applications(intake: Intake, draw_round: DrawRound) -> dict[str, Application]:
    """By the code of the lead; Kristiansand's was rejected. Vadsø is a confirmed partner of Oslo."""
    found = {}
    for number, code in enumerate([*CELLS, OUTSIDE]):
        rejected = code == OUTSIDE
        found[code] = ApplicationFactory(
            intake=intake,
            lead=municipality(code),
            reference=f"IS-2027H-{number:04d}",
            coordinator=UserFactory(name="Kari Koordinator", email=f"kari{code}@example.no"),
            state=State.REJECTED if rejected else State.READY,
            state_reason="The guarantee is missing." if rejected else "",
            problem_title="Fewer drop-outs",
            submitted_at=RECEIVED_AT,
        )
    PartnerFactory(application=found[WINNER], municipality=municipality("5607"), confirmed=True)
    return found


@pytest.fixture
def prepare(applications: dict[str, Application]) -> Callable[..., Decision]:
    """`prepare(kind, form)`: a decision of the kind, for a municipality that has decided the form."""
    preparer = UserFactory(name="Sara Saksbehandler", email="sara@skole.example.no")

    def decision(kind: str, form: str = "nb", **fields) -> Decision:
        code = {
            DecisionKind.WAITING_LIST: RESERVE,
            DecisionKind.DECLINED: RESERVE,
            DecisionKind.REJECTED: OUTSIDE,
        }.get(DecisionKind(kind), WINNER)
        application = applications[code]
        application.lead.language_form = form
        application.lead.save(update_fields=["language_form"])
        subject = {"of": person(application, kind)} if kind in OF_PERSONS else {"application": application}
        return DecisionFactory(
            kind=kind, **{"leaves_at": LEAVES_AT, "prepared_by": preparer} | subject | fields
        )

    return decision


def person(application: Application, kind: str) -> TeamMember:
    """Somebody in the team with the second version of an assessment on which the kind of decision rests."""
    basis, education = BASES[DecisionKind(kind)]
    member = TeamMemberFactory(
        application=application, name="Máret Prøve", email="maret@example.no", education=education
    )
    AssessmentFactory(
        member=member, proposal=basis, outcome=basis, version=2, reason=REASONS[DecisionKind(kind)]
    )
    return member
