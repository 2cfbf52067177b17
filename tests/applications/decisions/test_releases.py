"""A release: everything is told at its minute in one transaction, or nothing is."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from applications.actions import decisions, releases
from applications.models import (
    Application,
    Decision,
    DecisionKind,
    Intake,
    Letter,
    Offer,
    Outcome,
    Place,
    Release,
)
from applications.states import DecisionState, IntakeState, ReleaseState, State
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.decisions.conftest import BEFORE, DECIDED, MINUTE
from tests.applications.offers.build import closed_intake, draw, ready_application
from tests.factories import UserFactory, municipality


def refused(deed, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        deed(*args, **kwargs)
    return str(refusal.value)


def told(intake: Intake) -> dict[str, object]:
    """Everything that changes at the minute, read anew."""
    fresh = Intake.objects.get(pk=intake.pk)
    return {
        "intake": (fresh.state, fresh.published_at),
        "releases": list(Release.objects.values_list("state", "released_at")),
        "applications": Counter(Application.objects.values_list("state", flat=True)),
        "decisions": Counter(Decision.objects.values_list("kind", "state")),
        "outcomes": Outcome.objects.count(),
        "offers": Counter(Offer.objects.values_list("state", flat=True)),
        "places": Place.objects.count(),
        "letters": Counter(Message.objects.values_list("kind", "state")),
    }


def untold(state: str = DecisionState.APPROVED) -> dict[str, object]:
    return {
        "intake": (IntakeState.DECIDED, None),
        "releases": [(ReleaseState.APPROVED, None)],
        "applications": {State.READY: 6},
        "decisions": {("place", state): 4, ("waiting_list", state): 2, ("student", state): 12},
        "outcomes": 0,
        "offers": {},
        "places": 0,
        "letters": {},
    }


# --- Preparing ------------------------------------------------------------------------------------


def test_prepares_a_letter_for_everybody_and_tells_nobody(prepared, decided, administrator):
    stored = Release.objects.get()
    assert (stored.intake, stored.state, stored.leaves_at, stored.prepared_by, stored.prepared_at) == (
        decided,
        ReleaseState.PREPARED,
        MINUTE,
        administrator,
        DECIDED,
    )
    selected = [line.code for line in releases.lines(decided.rounds.get()) if line.is_selected]
    found = Decision.objects.select_related("application__lead", "member").order_by("pk")
    assert {each.application.lead.code for each in found if each.kind == "place"} == set(selected)
    assert {each.application.lead.code for each in found if each.kind == "student"} == set(selected)
    assert Counter(each.kind for each in found) == {"place": 4, "waiting_list": 2, "student": 12}
    assert {(each.release_id, each.leaves_at, each.state) for each in found} == {
        (stored.pk, MINUTE, DecisionState.PREPARED)
    }
    assert Letter.objects.count() == 18
    assert (Message.objects.count(), Outcome.objects.count(), Offer.objects.count()) == (0, 0, 0)
    assert [event.verb for event in audit.history(decided)] == ["prepared the letters of the selection"]
    application = found[0].application
    assert [event.verb for event in audit.history(application)] == []


def test_writes_real_letters_in_the_language_form_of_the_municipality(decided, administrator):
    releases.prepare_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)
    assert Letter.objects.count() == 18
    assert {bytes(letter.content[:5]) for letter in Letter.objects.all()} == {b"%PDF-"}
    found = Letter.objects.filter(decision__member=None).select_related("decision__application__lead")
    assert {(each.decision.application.lead.code, each.language) for each in found} == {
        ("0301", "nb"),
        ("1804", "nb"),
        ("1818", "nb"),
        ("4601", "nb"),
        ("4646", "nn"),
        ("5610", "nb"),
    }


def test_leaves_out_who_has_withdrawn_since_the_freeze(short_letters, decided, administrator):
    gone = decided.applications.get(lead__code="0301")
    Application.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN)
    releases.prepare_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)
    assert not Decision.objects.filter(application=gone).exists()
    assert Decision.objects.of_applications().count() == 5


def test_one_release_at_a_time_and_only_of_a_decided_selection(prepared, decided, administrator):
    again = {"leaves_at": MINUTE, "by": administrator, "now": DECIDED}
    assert refused(releases.prepare_release, decided, **again) == (
        "The letters are prepared already. Cancel them before you prepare new ones."
    )
    Release.objects.update(state=ReleaseState.CANCELLED)
    Intake.objects.update(state=IntakeState.CHECKED)
    assert refused(releases.prepare_release, decided, **again) == (
        "Letters are prepared when the selection is decided and not yet published."
    )
    assert Release.objects.count() == 1


def test_no_minute_in_the_past(short_letters, decided, administrator):
    assert (
        refused(
            releases.prepare_release,
            decided,
            leaves_at=DECIDED - timedelta(minutes=1),
            by=administrator,
            now=DECIDED,
        )
        == "Choose a minute that has not passed."
    )
    assert (Release.objects.count(), Decision.objects.count()) == (0, 0)


def test_a_person_without_a_basis_stops_it_all(short_letters, drawn, decided, administrator):
    code = next(line.code for line in releases.lines(drawn) if line.is_selected)
    member = decided.applications.get(lead__code=code).members.first()
    member.basis = "unassessed"
    member.save()
    assert "is not decided" in refused(
        releases.prepare_release, decided, leaves_at=MINUTE, by=administrator, now=DECIDED
    )
    assert (Release.objects.count(), Decision.objects.count()) == (0, 0)


def test_letters_can_be_left_to_a_worker_that_goes_on_where_another_stopped(
    short_letters, decided, administrator, second_administrator, monkeypatch
):
    release = releases.begin_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)
    assert (Decision.objects.count(), Letter.objects.count()) == (18, 0)
    assert refused(releases.approve_release, release, by=second_administrator, now=DECIDED) == (
        "The letters are still being written. They can be approved when all can be read."
    )
    write, written = releases.write_letter, []

    def stops(decision, *, now):
        if len(written) == 5:
            raise OSError("The worker was stopped.")
        written.append(write(decision, now=now))

    monkeypatch.setattr(releases, "write_letter", stops)
    with pytest.raises(OSError, match="stopped"):
        releases.write_letters(release, DECIDED)
    assert Letter.objects.count() == 5
    monkeypatch.setattr(releases, "write_letter", write)
    assert releases.write_missing_letters(DECIDED) == 13
    assert releases.write_missing_letters(DECIDED) == 0
    assert Letter.objects.count() == 18
    releases.approve_release(release, by=second_administrator, now=DECIDED)


# --- Approving and cancelling ---------------------------------------------------------------------


def test_another_person_approves(prepared, administrator, second_administrator):
    assert refused(releases.approve_release, prepared, by=administrator, now=DECIDED) == (
        "You prepared the letters yourself. Another person must approve them."
    )
    releases.approve_release(prepared, by=second_administrator, now=DECIDED)
    stored = Release.objects.get()
    assert (stored.state, stored.approved_by, stored.approved_at) == (
        ReleaseState.APPROVED,
        second_administrator,
        DECIDED,
    )
    assert set(Decision.objects.values_list("state", "approved_by", "approved_at")) == {
        (DecisionState.APPROVED, second_administrator.pk, DECIDED)
    }
    assert refused(releases.approve_release, stored, by=UserFactory(), now=DECIDED) == (
        "The release does not wait for approval."
    )


@pytest.mark.parametrize("stage", ["prepared", "approved"])
def test_a_cancelled_release_never_leaves_and_can_be_prepared_anew(request, stage, decided, administrator):
    release = request.getfixturevalue(stage)
    assert refused(releases.cancel_release, release, reason=" ", by=administrator, now=DECIDED) == (
        "State the reason."
    )
    releases.cancel_release(release, reason="A name is wrong.", by=administrator, now=DECIDED)
    stored = Release.objects.get()
    assert (stored.state, stored.cancelled_at, stored.reason) == (
        ReleaseState.CANCELLED,
        DECIDED,
        "A name is wrong.",
    )
    assert set(Decision.objects.values_list("state", "void_reason")) == {("void", "A name is wrong.")}
    assert releases.release_due(MINUTE) == 0
    assert Message.objects.count() == 0
    releases.prepare_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)
    assert Counter(Decision.objects.values_list("version", "state")) == {
        (1, "void"): 18,
        (2, "prepared"): 18,
    }


# --- The minute -----------------------------------------------------------------------------------


def test_nothing_is_told_before_the_minute(approved, decided):
    assert releases.release_due(BEFORE) == 0
    assert told(decided) == untold()


def test_nothing_is_told_without_approval(prepared, decided):
    assert releases.release_due(MINUTE) == 0
    assert told(decided) == untold(DecisionState.PREPARED) | {"releases": [(ReleaseState.PREPARED, None)]}


def test_everything_is_told_at_the_minute(approved, decided):
    assert releases.release_due(MINUTE) == 1
    assert told(decided) == {
        "intake": (IntakeState.PUBLISHED, MINUTE),
        "releases": [(ReleaseState.RELEASED, MINUTE)],
        "applications": {State.ADMITTED: 4, State.WAITLISTED: 2},
        "decisions": {("place", "issued"): 4, ("waiting_list", "issued"): 2, ("student", "issued"): 12},
        "outcomes": 6,
        "offers": {"sent": 4, "waiting": 2},
        "places": 4,
        "letters": {
            ("decision_place", "queued"): 4,
            ("decision_waiting_list", "queued"): 2,
            ("decision_person", "queued"): 12,
        },
    }
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"decision:{pk}" for pk in Decision.objects.values_list("pk", flat=True)
    }
    assert [event.verb for event in reversed(audit.history(decided))] == [
        "prepared the letters of the selection",
        "approved the letters of the selection",
        "let the letters leave and published the selection",
        "published the selection",
        "opened the places of the intake",
    ]


def test_a_second_sweep_tells_nothing_new(approved, decided):
    releases.release_due(MINUTE)
    before = told(decided)
    assert releases.release_due(MINUTE + timedelta(minutes=1)) == 0
    assert told(decided) == before


def test_a_failure_in_the_middle_tells_nobody_and_the_next_sweep_tries_again(approved, decided, monkeypatch):
    issue, issued = decisions.issue, []

    def fails(decision, *, now):
        issue(decision, now=now)
        issued.append(decision.pk)
        if len(issued) == 9:
            raise OSError("The disk is full.")

    monkeypatch.setattr(decisions, "issue", fails)
    with pytest.raises(ExceptionGroup) as group:
        releases.release_due(MINUTE)
    assert [str(failure) for failure in group.value.exceptions] == ["The disk is full."]
    assert len(issued) == 9
    assert told(decided) == untold()
    monkeypatch.setattr(decisions, "issue", issue)
    assert releases.release_due(MINUTE + timedelta(minutes=1)) == 1
    assert Message.objects.count() == 18


def test_who_withdraws_meanwhile_is_told_nothing_and_a_reserve_takes_over_at_once(approved, decided):
    """The reserve gets its place, and not first a letter that it is on the waiting list."""
    gone = Decision.objects.filter(kind=DecisionKind.PLACE).first().application
    Application.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN, state_reason="We have no time.")
    releases.release_due(MINUTE)
    assert set(Decision.objects.filter(application=gone).values_list("state", "void_reason")) == {
        ("void", "The application or the person was withdrawn before the decision was sent.")
    }
    assert not Message.objects.filter(to_email=gone.coordinator.email).exists()
    promoted = Outcome.objects.get(kind="reserve", application__state=State.ADMITTED).application
    found = Decision.objects.filter(application=promoted, member=None).order_by("version")
    assert list(found.values_list("version", "kind", "state")) == [
        (1, "waiting_list", "void"),
        (2, "place", "issued"),
    ]
    to_promoted = Message.objects.filter(to_email=promoted.coordinator.email)
    assert [message.kind for message in to_promoted] == ["decision_place"]
    assert told(decided)["offers"] == {"sent": 4, "waiting": 1, "declined": 1}


def test_no_letter_of_a_person_who_left_meanwhile(approved, decided):
    member = Decision.objects.filter(kind=DecisionKind.STUDENT).first().member
    member.participation, member.left_at = "withdrawn", DECIDED
    member.save()
    releases.release_due(MINUTE)
    assert Decision.objects.get(member=member).state == DecisionState.VOID
    assert not Message.objects.filter(to_email=member.email).exists()
    assert Message.objects.count() == 17


def test_a_letter_held_back_is_left_out_and_its_decision_holds(prepared, administrator, second_administrator):
    decision = prepared.decisions.filter(kind=DecisionKind.PLACE).first()
    decisions.suppress(decision.letter, reason="They are told by phone.", by=administrator, now=DECIDED)
    releases.approve_release(prepared, by=second_administrator, now=DECIDED)
    releases.release_due(MINUTE)
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.ISSUED
    assert Message.objects.count() == 17
    assert not Message.objects.filter(key=f"decision:{decision.pk}").exists()


def test_everybody_is_told_where_no_draw_took_place(short_letters, administrator, second_administrator):
    intake = closed_intake()
    for code in ("1804", "0301"):
        ready_application(intake, municipality(code))
    draw(intake, administrator, now=DECIDED)
    release = releases.prepare_release(intake, leaves_at=DECIDED, by=administrator, now=DECIDED)
    releases.approve_release(release, by=second_administrator, now=DECIDED)
    assert releases.release_due(DECIDED) == 1
    assert Counter(Decision.objects.values_list("kind", "state")) == {
        ("place", "issued"): 2,
        ("student", "issued"): 6,
    }
    letters = Message.objects.filter(kind="decision_place")
    assert len(letters) == 2
    assert "no draw took place" in letters[0].body_text


# --- The mail -------------------------------------------------------------------------------------


def test_the_mail_says_the_outcome_the_deadline_and_the_deed(approved, drawn):
    User.objects.update(language="en")
    releases.release_due(MINUTE)
    lines = {line.code: line for line in releases.lines(drawn)}
    numbers = dict(Offer.objects.values_list("application__lead__code", "number"))
    for decision in Decision.objects.of_applications().select_related("application__lead", "letter"):
        application = decision.application
        line = lines[application.lead.code]
        message = Message.objects.get(key=f"decision:{decision.pk}")
        text = message.body_text
        assert message.language == application.coordinator.language
        assert line.lot in text
        assert str(line.chance) in text
        assert f"/letters/{decision.letter.pk}.pdf" in text
        assert f"/letters/{decision.letter.pk}.pdf" in message.body_html
        if line.is_selected:
            # Two weeks after Friday 25 June, until the end of the day.
            assert message.subject == (
                f"[Answer by Friday 9 July 2027 at 23:59] {application.lead} has got a place: Autumn 2027"
            )
            assert application.get_absolute_url() in text
        else:
            assert message.subject == f"{application.lead} is on the waiting list: Autumn 2027"
            assert f"number {numbers[application.lead.code]} of all" in text
            assert f"number {line.reserve_number} in its own group" in text


def test_a_person_without_an_account_gets_a_link_that_opens_the_letter(approved, client, settings):
    releases.release_due(MINUTE)
    decision = Decision.objects.filter(kind=DecisionKind.STUDENT).select_related("letter").first()
    message = Message.objects.get(key=f"decision:{decision.pk}")
    assert (message.to_email, message.language) == (decision.member.email, decision.letter.language)
    link = next(word for word in message.body_text.split() if "/letters/link/" in word)
    response = client.get(link.removeprefix(settings.BASE_URL))
    assert (response.status_code, response["Content-Type"], response.content) == (
        200,
        "application/pdf",
        bytes(decision.letter.content),
    )


# --- Several at once ------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_sweeps_at_once_one_tells(approved, decided):
    def sweep(_number: int) -> int:
        try:
            return releases.release_due(MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(sweep, range(6))) == [0, 0, 0, 0, 0, 1]
    assert Message.objects.count() == 18
    assert Place.objects.count() == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_workers_at_once_each_letter_is_written_by_one(short_letters, decided, administrator):
    release = releases.begin_release(decided, leaves_at=MINUTE, by=administrator, now=DECIDED)

    def write(_number: int) -> int:
        try:
            return releases.write_letters(release, DECIDED)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(4))) == 18
    assert Letter.objects.count() == 18


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_cancelling_at_the_minute_is_one_or_the_other(approved, decided, administrator):
    def sweep() -> str:
        try:
            return "told" if releases.release_due(MINUTE) else "not told"
        finally:
            connection.close()

    def cancel() -> str:
        try:
            releases.cancel_release(
                Release.objects.select_related("intake").get(pk=approved.pk),
                reason="A name is wrong.",
                by=administrator,
                now=MINUTE,
            )
        except Refused:
            return "not cancelled"
        finally:
            connection.close()
        return "cancelled"

    with ThreadPoolExecutor(2) as pool:
        outcomes = (pool.submit(sweep), pool.submit(cancel))
        found = tuple(outcome.result() for outcome in outcomes)
    assert found in (("told", "not cancelled"), ("not told", "cancelled"))
    assert Message.objects.count() == (18 if found[0] == "told" else 0)
