"""One decision: drawn up, approved by another, voided, held back, issued; by rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType

from applications.actions import decisions, releases
from applications.models import Application, Decision, DecisionKind, Letter
from applications.states import DecisionState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent
from innoskole.notifications.models import Message
from tests.applications.decisions.conftest import DECIDED, MINUTE
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("short_letters")


def refused(deed, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        deed(*args, **kwargs)
    return str(refusal.value)


def verbs(obj) -> list[str]:
    events = AuditEvent.objects.filter(
        content_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk)
    )
    return list(events.order_by("pk").values_list("verb", flat=True))


def reserve(application: Application, by, **fields) -> Decision:
    """On the waiting list: nothing else follows from it."""
    fields = {"leaves_at": MINUTE, "now": DECIDED, **fields}
    return decisions.decide(application, DecisionKind.WAITING_LIST, by=by, **fields)


def states(application: Application) -> list[tuple[int, str, str]]:
    found = Decision.objects.filter(application=application, member=None).order_by("version")
    return list(found.values_list("version", "kind", "state"))


# --- Drawing up -----------------------------------------------------------------------------------


def test_a_decision_has_its_letter_and_tells_nobody(application, administrator):
    decision = reserve(application, administrator, grounds=" The place is free. ")
    stored = Decision.objects.get()
    assert (stored.version, stored.state, stored.grounds, stored.leaves_at, stored.prepared_by) == (
        1,
        DecisionState.PREPARED,
        "The place is free.",
        MINUTE,
        administrator,
    )
    assert (stored.issued_at, stored.appeal_until_on, stored.approved_by) == (None, None, None)
    assert Letter.objects.get().decision == decision
    assert Message.objects.count() == 0
    assert verbs(decision) == ["prepared a decision"]
    assert verbs(application) == []


def test_versions_count_for_each_subject_by_itself(application, administrator):
    member, other = application.members.all()[:2]
    found = [
        reserve(application, administrator),
        *(
            decisions.decide(
                application,
                DecisionKind.STUDENT,
                member=each,
                leaves_at=MINUTE,
                by=administrator,
                now=DECIDED,
            )
            for each in (member, other, member)
        ),
        reserve(application, administrator),
    ]
    assert [decision.version for decision in found] == [1, 1, 1, 2, 2]


def test_a_new_decision_voids_the_letter_that_has_not_left(application, administrator, second_administrator):
    first = reserve(application, administrator)
    decisions.approve(first, by=second_administrator, now=DECIDED)
    decisions.decide(
        application,
        DecisionKind.DECLINED,
        grounds="The documents are missing.",
        leaves_at=MINUTE,
        by=administrator,
        now=DECIDED,
    )
    assert states(application) == [(1, "waiting_list", "void"), (2, "declined", "prepared")]
    assert Decision.objects.get(version=1).void_reason == "A new decision was made before this one was sent."
    assert releases.release_due(MINUTE) == 0
    assert Message.objects.count() == 0


@pytest.mark.parametrize("kind", ["declined", "rejected"])
def test_a_refusal_needs_grounds(application, administrator, kind):
    assert (
        refused(
            decisions.decide,
            application,
            kind,
            grounds=" ",
            leaves_at=MINUTE,
            by=administrator,
            now=DECIDED,
        )
        == "State the grounds: the letter must say why."
    )
    assert Decision.objects.count() == 0


def test_a_kind_fits_its_subject(application, administrator):
    with pytest.raises(ValueError, match="is not made on"):
        reserve(application, administrator, member=application.members.first())
    with pytest.raises(ValueError, match="is not made on"):
        decisions.decide(application, DecisionKind.STUDENT, leaves_at=MINUTE, by=administrator, now=DECIDED)


def test_a_decision_that_leaves_with_others_is_not_replaced_by_itself(prepared, administrator):
    application = prepared.decisions.of_applications().first().application
    before = list(Decision.objects.order_by("pk").values())
    assert refused(reserve, application, administrator) == (
        f"A decision on {application.lead} leaves together with others. Cancel that release first."
    )
    assert list(Decision.objects.order_by("pk").values()) == before


# --- Approving, voiding, holding back -------------------------------------------------------------


def test_another_person_approves(application, administrator, second_administrator):
    decision = reserve(application, administrator)
    assert refused(decisions.approve, decision, by=administrator, now=DECIDED) == (
        "You prepared this decision yourself. Another person must approve it."
    )
    decisions.approve(decision, by=second_administrator, now=DECIDED)
    stored = Decision.objects.get()
    assert (stored.state, stored.approved_by, stored.approved_at) == (
        DecisionState.APPROVED,
        second_administrator,
        DECIDED,
    )
    assert refused(decisions.approve, stored, by=UserFactory(), now=DECIDED) == (
        "The decision does not wait for approval."
    )
    assert Message.objects.count() == 0


def test_a_decision_of_a_release_is_not_approved_or_voided_alone(prepared, second_administrator):
    decision = prepared.decisions.first()
    assert refused(decisions.approve, decision, by=second_administrator, now=DECIDED) == (
        "The decision is approved together with the others of its release."
    )
    assert refused(decisions.void, decision, reason="Wrong.", by=second_administrator, now=DECIDED) == (
        "The decision leaves with others. Cancel the release to take them all back."
    )


def test_void_needs_a_reason_and_something_that_has_not_left(
    application, administrator, second_administrator
):
    decision = reserve(application, administrator)
    assert refused(decisions.void, decision, reason=" ", by=administrator, now=DECIDED) == "State the reason."
    decisions.void(decision, reason="The name is wrong.", by=administrator, now=DECIDED)
    assert (decision.state, decision.void_reason) == (DecisionState.VOID, "The name is wrong.")
    assert verbs(application) == []
    told = decisions.decide_by_rule(application, DecisionKind.PLACE, now=DECIDED)
    assert (
        refused(decisions.void, told, reason="Too late.", by=administrator, now=DECIDED)
        == "This cannot be done now: the state is «Issued»."
    )


def test_a_letter_that_is_held_back_is_not_mailed(application, administrator, second_administrator):
    decision = reserve(application, administrator)
    assert refused(decisions.suppress, decision.letter, reason="", by=administrator, now=DECIDED) == (
        "State why the letter is held back."
    )
    decisions.suppress(decision.letter, reason="They are told by phone.", by=administrator, now=DECIDED)
    assert (
        refused(decisions.suppress, decision.letter, reason="Again.", by=administrator, now=DECIDED)
        == "The letter is held back already."
    )
    decisions.approve(decision, by=second_administrator, now=DECIDED)
    assert releases.release_due(MINUTE) == 1
    assert Decision.objects.get().state == DecisionState.ISSUED
    assert Message.objects.count() == 0


def test_a_letter_that_has_left_is_not_held_back(application, administrator):
    decision = decisions.decide_by_rule(application, DecisionKind.PLACE, now=DECIDED)
    assert refused(
        decisions.suppress, decision.letter, reason="Too late.", by=administrator, now=DECIDED
    ) == ("The letter cannot be held back any more: the decision is «Issued».")


# --- Leaving --------------------------------------------------------------------------------------


def test_nothing_leaves_before_its_minute_and_nothing_twice(application, administrator, second_administrator):
    decision = reserve(application, administrator)
    assert releases.release_due(MINUTE) == 0  # not approved
    decisions.approve(decision, by=second_administrator, now=DECIDED)
    assert releases.release_due(MINUTE - timedelta(seconds=1)) == 0
    assert Message.objects.count() == 0
    assert releases.release_due(MINUTE) == 1
    assert releases.release_due(MINUTE + timedelta(minutes=1)) == 0
    stored = Decision.objects.get()
    assert (stored.state, stored.issued_at, stored.appeal_until_on) == (
        DecisionState.ISSUED,
        MINUTE,
        date(2027, 7, 16),
    )
    message = Message.objects.get()
    assert (message.key, message.kind, message.to_email, message.on_crash, message.queued_at) == (
        f"decision:{decision.pk}",
        "decision_waiting_list",
        application.coordinator.email,
        "unsure",
        MINUTE,
    )
    assert verbs(application) == ["issued the decision"]


def test_the_time_for_an_appeal_runs_from_the_day_on_which_it_leaves(
    application, administrator, second_administrator
):
    decision = reserve(application, administrator)
    decisions.approve(decision, by=second_administrator, now=DECIDED)
    letter = decision.letter
    late = MINUTE + timedelta(days=3)
    assert releases.release_due(late) == 1
    stored = Decision.objects.get()
    assert (stored.leaves_at, stored.appeal_until_on) == (late, date(2027, 7, 19))
    assert (Letter.objects.get().pk == letter.pk, Letter.objects.get().written_at) == (False, late)


def test_a_letter_goes_to_the_contact_person_of_the_day(application, administrator, second_administrator):
    decision = reserve(application, administrator)
    decisions.approve(decision, by=second_administrator, now=DECIDED)
    application.coordinator = UserFactory(email="ny@example.no")
    application.save()
    releases.release_due(MINUTE)
    assert (Letter.objects.get().to_email, Message.objects.get().to_email) == (
        "ny@example.no",
        "ny@example.no",
    )


def test_a_new_decision_in_force_replaces_the_old_one(application, administrator, second_administrator):
    decisions.decide_by_rule(application, DecisionKind.PLACE, now=DECIDED)
    second = reserve(application, administrator)
    assert states(application) == [(1, "place", "issued"), (2, "waiting_list", "prepared")]
    decisions.approve(second, by=second_administrator, now=DECIDED)
    releases.release_due(MINUTE)
    assert states(application) == [(1, "place", "superseded"), (2, "waiting_list", "issued")]


def test_what_follows_by_rule_is_issued_at_once_and_signed_by_nobody(application, administrator):
    unsent = reserve(application, administrator)
    decision = decisions.decide_by_rule(application, DecisionKind.PLACE, now=DECIDED)
    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.version, stored.state, stored.prepared_by, stored.approved_by, stored.issued_at) == (
        2,
        DecisionState.ISSUED,
        None,
        None,
        DECIDED,
    )
    assert Decision.objects.get(pk=unsent.pk).state == DecisionState.VOID
    assert Message.objects.get().key == f"decision:{decision.pk}"


def test_a_person_is_told_in_person(application):
    member = application.members.first()
    decisions.decide_by_rule(application, DecisionKind.COURSE_PARTICIPANT, member=member, now=DECIDED)
    message = Message.objects.get()
    assert (message.to_email, message.to_user, message.kind, message.language) == (
        member.email,
        None,
        "decision_person",
        "nb",
    )


def test_a_person_without_a_basis_has_no_decision(application):
    application.members.filter(pk=application.members.last().pk).update(basis="unassessed")
    last = application.members.last()
    assert refused(lambda: list(decisions.of_persons(application))) == (
        f"The admission basis of {last.name} in the application of {application.lead} is not decided."
    )


def test_a_failing_decision_does_not_hold_up_the_others(
    application, administrator, second_administrator, monkeypatch
):
    member = application.members.first()
    broken = reserve(application, administrator)
    whole = decisions.decide(
        application, DecisionKind.STUDENT, member=member, leaves_at=MINUTE, by=administrator, now=DECIDED
    )
    for decision in (broken, whole):
        decisions.approve(decision, by=second_administrator, now=DECIDED)
    issue = decisions.issue

    def fails(decision, *, now):
        issue(decision, now=now)
        if decision.pk == broken.pk:
            raise OSError("The disk is full.")

    monkeypatch.setattr(decisions, "issue", fails)
    with pytest.raises(ExceptionGroup) as group:
        releases.release_due(MINUTE)
    assert [str(failure) for failure in group.value.exceptions] == ["The disk is full."]
    assert Decision.objects.get(pk=broken.pk).state == DecisionState.APPROVED
    assert Decision.objects.get(pk=whole.pk).state == DecisionState.ISSUED
    assert [message.to_email for message in Message.objects.all()] == [member.email]
    monkeypatch.setattr(decisions, "issue", issue)
    assert releases.release_due(MINUTE) == 1
