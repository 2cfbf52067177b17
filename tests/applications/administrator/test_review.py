"""From submitted to ready for selection, and every way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from applications.actions import admission, decisions, releases, review
from applications.actions.bulk import BULK_DEEDS, carry_out, preview
from applications.models import Application, InformationRequest, Intake, Part
from applications.models.readiness import Condition, conditions
from applications.states import GuaranteeState, IntakeState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.factories import OSLO, ApplicationFactory, AssessmentFactory, PartnerFactory, municipality

AFTER = datetime(2027, 6, 2, 9, 0, tzinfo=OSLO)


@pytest.fixture
def closed(intake: Intake) -> Intake:
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.CLOSED)
    intake.state = IntakeState.CLOSED
    return intake


@pytest.fixture
def submitted(closed: Intake) -> Application:
    return ApplicationFactory(intake=closed, complete=True, state=State.SUBMITTED, reference="IS-2027H-0001")


@pytest.fixture
def in_review(submitted: Application, administrator: User) -> Application:
    review.take_into_review(submitted, by=administrator, now=AFTER)
    return submitted


@pytest.fixture
def settle(administrator: User) -> Callable[[Application], None]:
    """Formal check passed and everybody found qualified."""

    def do(application: Application) -> None:
        review.pass_formal_check(application, by=administrator, now=AFTER)
        for member in application.members.all():
            admission.assess(member, outcome="qualified", reason="Bachelor.", by=administrator, now=AFTER)

    return do


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def verbs(application: Application) -> list[str]:
    return [event.verb for event in audit.history(application)]


def unmet(application: Application) -> list[tuple[str, str]]:
    return [(each.key, each.evidence) for each in conditions(fresh(application)) if not each.met]


# --- Into review ------------------------------------------------------------------------------------


def test_review_begins_when_the_municipality_can_no_longer_reopen(
    submitted: Application, administrator: User
) -> None:
    closes_at = submitted.intake.closes_at
    with pytest.raises(Refused, match="until the deadline has passed"):
        review.take_into_review(submitted, by=administrator, now=closes_at)
    assert (fresh(submitted).state, verbs(submitted)) == (State.SUBMITTED, [])
    review.take_into_review(submitted, by=administrator, now=closes_at + timedelta(seconds=1))
    assert (fresh(submitted).state, verbs(submitted)) == (State.IN_REVIEW, [review.TAKEN])


def test_two_administrators_at_once(submitted: Application, administrator: User) -> None:
    other = fresh(submitted)
    review.take_into_review(submitted, by=administrator, now=AFTER)
    with pytest.raises(Refused, match="In review"):
        review.take_into_review(other, by=administrator, now=AFTER)
    assert verbs(submitted) == [review.TAKEN]


# --- Formal check and rejection ---------------------------------------------------------------------


def test_formal_check(in_review: Application, administrator: User) -> None:
    review.pass_formal_check(in_review, by=administrator, now=AFTER)
    assert fresh(in_review).formal_checked_at == AFTER
    with pytest.raises(Refused, match="passed already"):
        review.pass_formal_check(fresh(in_review), by=administrator, now=AFTER)
    assert verbs(in_review) == [review.CHECKED, review.TAKEN]


def test_the_formal_check_is_undone_with_a_reason(in_review: Application, administrator: User) -> None:
    undo = {"by": administrator, "now": AFTER + timedelta(hours=1)}
    with pytest.raises(Refused, match="The formal check is not done"):
        review.undo_formal_check(in_review, reason="Two persons.", **undo)
    review.pass_formal_check(in_review, by=administrator, now=AFTER)
    with pytest.raises(Refused, match="State the reason"):
        review.undo_formal_check(in_review, reason=" ", **undo)
    assert fresh(in_review).formal_checked_at == AFTER
    review.undo_formal_check(in_review, reason="Two persons.", **undo)
    after = fresh(in_review)
    assert (after.state, after.formal_checked_at, after.changed_at) == (State.IN_REVIEW, None, undo["now"])
    event = audit.history(in_review).first()
    assert (event.verb, event.reason, Message.objects.count()) == (review.UNCHECKED, "Two persons.", 0)
    review.pass_formal_check(after, by=administrator, now=AFTER)
    Application.objects.update(state=State.READY)
    with pytest.raises(Refused, match="Ready for selection"):
        review.undo_formal_check(after, reason="Two persons.", **undo)


def reject(application: Application, first: User, second: User, reason: str) -> None:
    """Prepared by one, approved by another, and told at once."""
    decision = review.reject(application, reason=reason, by=first, now=AFTER)
    decisions.approve(decision, by=second, now=AFTER)
    assert releases.release_due(AFTER) == 1


def test_a_rejection_is_prepared_and_told_when_another_has_approved_it(
    in_review: Application, administrator: User, second_administrator: User
) -> None:
    with pytest.raises(Refused, match="State the reason"):
        review.reject(in_review, reason=" ", by=administrator, now=AFTER)
    decision = review.reject(in_review, reason="Two persons only.", by=administrator, now=AFTER)
    assert (decision.kind, decision.state, decision.grounds) == ("rejected", "prepared", "Two persons only.")
    assert (fresh(in_review).state, Message.objects.count()) == (State.IN_REVIEW, 0)
    with pytest.raises(Refused, match="Another person must approve it"):
        decisions.approve(decision, by=administrator, now=AFTER)
    decisions.approve(decision, by=second_administrator, now=AFTER)
    assert (fresh(in_review).state, Message.objects.count()) == (State.IN_REVIEW, 0)
    assert releases.release_due(AFTER) == 1
    after = fresh(in_review)
    assert (after.state, after.state_reason) == (State.REJECTED, "Two persons only.")
    letter = Message.objects.get()
    assert (letter.kind, letter.to_user, letter.subject) == (
        "decision_rejected",
        after.coordinator,
        "The application of Bodø is rejected on formal grounds: Autumn 2027",
    )
    assert "Two persons only." in letter.body_text
    with pytest.raises(Refused):
        review.reject(after, reason="Again.", by=administrator, now=AFTER)
    assert Message.objects.count() == 1


def test_an_application_is_not_made_ready_while_its_rejection_waits(
    in_review: Application, administrator: User
) -> None:
    review.pass_formal_check(in_review, by=administrator, now=AFTER)
    for member in in_review.members.all():
        AssessmentFactory(member=member)
    decision = review.reject(in_review, reason="Two persons only.", by=administrator, now=AFTER)
    refusal = "A rejection of the application waits for approval. Void it first."
    (planned,) = preview(BULK_DEEDS["ready"], [fresh(in_review)], AFTER)
    assert planned.obstacle == refusal
    with pytest.raises(Refused, match=refusal):
        review.make_ready(fresh(in_review), by=administrator, now=AFTER)
    decisions.void(decision, reason="They were three.", by=administrator, now=AFTER)
    review.make_ready(fresh(in_review), by=administrator, now=AFTER)
    assert fresh(in_review).state == State.READY


def test_a_draft_is_not_rejected(closed: Intake, administrator: User) -> None:
    draft = ApplicationFactory(intake=closed)
    with pytest.raises(Refused, match="Draft"):
        review.reject(draft, reason="No.", by=administrator, now=AFTER)
    assert (fresh(draft).state, Message.objects.count()) == (State.DRAFT, 0)


# --- Requests for information -----------------------------------------------------------------------


def ask(application: Application, by: User, **changes: object) -> InformationRequest:
    asked = {
        "question": "Who leads the team?",
        "parts": [Part.TEAM, Part.ANCHORING],
        "due_at": AFTER + timedelta(days=7),
        "now": AFTER,
        **changes,
    }
    return review.request_information(application, by=by, **asked)


def test_a_request_unlocks_parts_and_asks_for_a_new_check(
    in_review: Application, administrator: User
) -> None:
    review.pass_formal_check(in_review, by=administrator, now=AFTER)
    request = ask(in_review, administrator)
    after = fresh(in_review)
    assert (after.state, after.formal_checked_at, after.open_request()) == (
        State.INFORMATION_REQUESTED,
        None,
        request,
    )
    assert (request.parts, request.due_at) == (["team", "anchoring"], AFTER + timedelta(days=7))
    letter = Message.objects.get()
    assert letter.subject == (
        "Answer by Wednesday 9 June 2027 at 09:00: information for application IS-2027H-0001"
    )
    assert "Who leads the team?" in letter.body_text
    assert "- The team\n- Anchoring\n" in letter.body_text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"parts": []}, "at least one part"), ({"due_at": AFTER}, "must be in the future")],
)
def test_a_request_is_refused(
    in_review: Application, administrator: User, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        ask(in_review, administrator, **change)
    assert (fresh(in_review).state, InformationRequest.objects.count()) == (State.IN_REVIEW, 0)


def test_only_one_request_is_open(in_review: Application, administrator: User) -> None:
    ask(in_review, administrator)
    with pytest.raises(Refused, match="Information requested"):
        ask(in_review, administrator)
    assert InformationRequest.objects.count() == 1


def test_recall(in_review: Application, administrator: User) -> None:
    with pytest.raises(Refused, match="No request for information is open"):
        review.recall_request(in_review, reason="Found it.", by=administrator, now=AFTER)
    request = ask(in_review, administrator)
    later = AFTER + timedelta(hours=1)
    review.recall_request(in_review, reason="Found it.", by=administrator, now=later)
    request.refresh_from_db()
    assert (fresh(in_review).state, request.closed_at, request.answered_by) == (State.IN_REVIEW, later, None)
    assert list(Message.objects.order_by("pk").values_list("kind", flat=True)) == [
        "information_requested",
        "request_recalled",
    ]


def test_rejection_closes_the_open_request(
    in_review: Application, administrator: User, second_administrator: User
) -> None:
    ask(in_review, administrator)
    reject(in_review, administrator, second_administrator, "Too late.")
    assert not InformationRequest.objects.open().exists()


# --- Ready ------------------------------------------------------------------------------------------


def test_the_conditions_of_a_complete_application(
    in_review: Application, settle: Callable[[Application], None]
) -> None:
    settle(in_review)
    assert conditions(fresh(in_review)) == [
        Condition("formal_check", "The formal check is passed", True, "The formal check is passed."),
        Condition("team_size", "The team has 3 to 4 persons", True, "The team has 3 persons."),
        Condition(
            "sectors", "The team comes from at least 2 sectors", True, "The team comes from 3 sectors."
        ),
        Condition(
            "partners", "Every partner municipality has confirmed", True, "The municipality applies alone."
        ),
        Condition(
            "guarantee",
            "The municipality guarantees the participation",
            True,
            "Given by Direktør Prøve, Municipal director.",
        ),
        Condition("information", "No request for information is open", True, "Nothing is asked for."),
        Condition(
            "persons",
            "Everybody's admission basis is decided",
            True,
            "Everybody's admission basis is decided.",
        ),
    ]


def test_ready_is_told_and_public(
    in_review: Application, settle: Callable[[Application], None], administrator: User
) -> None:
    settle(in_review)
    review.make_ready(in_review, by=administrator, now=AFTER)
    assert list(in_review.intake.applications.in_draw()) == [in_review]
    assert Message.objects.get().subject == "Application IS-2027H-0001 takes part in the selection"


def test_after_an_annulment_the_list_may_change_again(
    in_review: Application, settle: Callable[[Application], None], administrator: User
) -> None:
    settle(in_review)
    review.make_ready(in_review, by=administrator, now=AFTER)
    Intake.objects.update(state=IntakeState.ANNULLED)
    review.return_to_review(fresh(in_review), reason="An objection.", by=administrator, now=AFTER)
    review.make_ready(fresh(in_review), by=administrator, now=AFTER)
    assert list(in_review.intake.applications.in_draw()) == [in_review]


def _unguaranteed(application: Application) -> None:
    application.guarantees.update(state=GuaranteeState.REFUSED)


def _small(application: Application) -> None:
    application.members.first().delete()


def _one_sector(application: Application) -> None:
    application.members.update(sector="culture")


def _asking_partner(application: Application) -> None:
    PartnerFactory(application=application, municipality=municipality("5057"))


def _unassessed(application: Application) -> None:
    application.members.filter(name="Deltaker Prøve 2").update(basis="unassessed")


@pytest.mark.parametrize(
    ("spoil", "key", "evidence"),
    [
        (_unguaranteed, "guarantee", "Refused by Direktør Prøve."),
        (_small, "team_size", "The team has 2 persons."),
        (_one_sector, "sectors", "The team comes from 1 sector."),
        (_asking_partner, "partners", "Not confirmed: Ørland."),
        (_unassessed, "persons", "Not decided: Deltaker Prøve 2."),
    ],
)
def test_each_condition_holds_it_back(
    in_review: Application,
    settle: Callable[[Application], None],
    administrator: User,
    spoil: Callable[[Application], None],
    key: str,
    evidence: str,
) -> None:
    settle(in_review)
    spoil(in_review)
    assert unmet(in_review) == [(key, evidence)]
    with pytest.raises(Refused, match=evidence):
        review.make_ready(in_review, by=administrator, now=AFTER)
    assert (fresh(in_review).state, Message.objects.count()) == (State.IN_REVIEW, 0)


def test_the_check_comes_first(in_review: Application, administrator: User) -> None:
    with pytest.raises(Refused, match="The formal check is not done"):
        review.make_ready(in_review, by=administrator, now=AFTER)


@pytest.mark.parametrize("state", [IntakeState.LOCKED, IntakeState.DRAWN, IntakeState.PUBLISHED])
def test_the_list_is_frozen_with_the_intake(
    in_review: Application, settle: Callable[[Application], None], administrator: User, state: str
) -> None:
    settle(in_review)
    Intake.objects.update(state=state)
    with pytest.raises(Refused, match="not open for changes"):
        review.make_ready(fresh(in_review), by=administrator, now=AFTER)
    Application.objects.update(state=State.READY)
    with pytest.raises(Refused, match="frozen"):
        review.return_to_review(fresh(in_review), reason="An objection.", by=administrator, now=AFTER)
    assert (fresh(in_review).state, Message.objects.count()) == (State.READY, 0)


def test_back_to_review_before_the_freeze(
    in_review: Application, settle: Callable[[Application], None], administrator: User
) -> None:
    settle(in_review)
    review.make_ready(in_review, by=administrator, now=AFTER)
    with pytest.raises(Refused, match="State the reason"):
        review.return_to_review(in_review, reason="", by=administrator, now=AFTER)
    review.return_to_review(in_review, reason="An objection.", by=administrator, now=AFTER)
    assert fresh(in_review).state == State.IN_REVIEW
    review.make_ready(in_review, by=administrator, now=AFTER + timedelta(days=1))
    assert fresh(in_review).state_reason == ""
    # Three letters: the second «ready» is a new one.
    assert list(Message.objects.order_by("pk").values_list("kind", flat=True)) == [
        "ready_for_selection",
        "back_in_review",
        "ready_for_selection",
    ]


# --- Many at once -----------------------------------------------------------------------------------


def test_bulk_does_what_the_preview_said(closed: Intake, administrator: User) -> None:
    good = ApplicationFactory(intake=closed, complete=True, state=State.SUBMITTED)
    draft = ApplicationFactory(intake=closed, lead=municipality("4646"))
    deed = BULK_DEEDS["review"]
    plans = preview(deed, [good, draft], AFTER)
    assert [(plan.application, plan.obstacle) for plan in plans] == [
        (good, ""),
        (draft, "This cannot be done now: the state is «Draft»."),
    ]
    assert (fresh(good).state, verbs(good)) == (State.SUBMITTED, [])
    assert carry_out(deed, [good, draft], by=administrator, now=AFTER) == plans
    assert (fresh(good).state, fresh(draft).state) == (State.IN_REVIEW, State.DRAFT)
