"""The call and those who answer it: every change of state, every deadline, and what is deleted when."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from applications.actions.calls import change_call, close_call, publish_call, version_of_call
from applications.actions.deadlines import sweep
from applications.actions.interests import (
    answer_the_unanswered,
    decide_interests,
    forget_interests,
    sign_up,
    withdraw_interest,
)
from applications.actions.submission import withdraw
from applications.actions.team import remove_member
from applications.models import Interest, InternalCall, TeamMember
from applications.models.content import MEMBER_FIELDS, values_of
from applications.states import IntakeState, InterestState, Participation, State
from applications.tasks import delete_interests
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.applications.calls.factories import CLOSES, InterestFactory, InternalCallFactory
from tests.factories import (
    NOW,
    OSLO,
    ApplicationFactory,
    TeamMemberFactory,
    UserFactory,
    municipality,
)

pytestmark = pytest.mark.django_db

TEXT = "Who would like to take part?"
PERSON = {
    "name": "Solveig Prøve",
    "email": "Solveig@Example.no",
    "position": "Nurse",
    "unit": "Home care",
    "sector": "health_care",
    "role_type": "key_function",
    "education": "three_years",
    "education_details": "",
    "experience_years": 4,
    "experience_details": "",
}
ANSWER = {**PERSON, "motivation": "I want to."}
SECOND = timedelta(seconds=1)


def verbs(application):
    return [event.verb for event in audit.history(application)][::-1]


def letters():
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


def reread(interest):
    return Interest.objects.get(pk=interest.pk)


# --- The call ---------------------------------------------------------------------------------------


def test_publishing_opens_the_page_and_mails_nobody(draft, coordinator):
    call = publish_call(draft, text=TEXT, closes_at=CLOSES, by=coordinator, now=NOW)
    assert (call.text, call.closes_at, call.published_by, call.published_at, call.closed_at) == (
        TEXT,
        CLOSES,
        coordinator,
        NOW,
        None,
    )
    assert call.accepts_at(NOW)
    assert verbs(draft) == ["published a call to colleagues"]
    assert letters() == []


def test_publishing_twice_is_one_call(draft, coordinator, colleague):
    first = publish_call(draft, text=TEXT, closes_at=CLOSES, by=coordinator, now=NOW)
    assert publish_call(draft, text="Other", closes_at=CLOSES, by=colleague, now=NOW) == first
    assert InternalCall.objects.get().text == TEXT


def test_the_unproven_publish_nothing_in_the_name_of_a_municipality(intake):
    draft = ApplicationFactory(intake=intake, coordinator=UserFactory())
    with pytest.raises(Refused, match="The school must confirm that you act for Bodø"):
        publish_call(draft, text=TEXT, closes_at=CLOSES, by=draft.coordinator, now=NOW)
    assert not InternalCall.objects.exists()


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT, State.ADMITTED, State.ENROLLED}))
def test_nobody_is_looked_for_in_other_states(intake, coordinator, state):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    with pytest.raises(Refused, match="Colleagues can be asked while the application is a draft"):
        publish_call(application, text=TEXT, closes_at=CLOSES, by=coordinator, now=NOW)
    assert not InternalCall.objects.exists()


def test_the_deadline_of_a_draft_lies_between_now_and_the_intakes(draft, coordinator, intake):
    for closes_at, sentence in (
        (NOW, "must be later than now"),
        (intake.closes_at + SECOND, "must come before the application deadline"),
    ):
        with pytest.raises(Refused, match=sentence):
            publish_call(draft, text=TEXT, closes_at=closes_at, by=coordinator, now=NOW)
    publish_call(draft, text=TEXT, closes_at=intake.closes_at, by=coordinator, now=NOW)
    assert InternalCall.objects.get().closes_at == intake.closes_at


def test_a_draft_past_its_deadline_asks_nobody(draft, coordinator, intake):
    late = intake.closes_at + SECOND
    with pytest.raises(Refused, match="The deadline has passed"):
        publish_call(draft, text=TEXT, closes_at=late + SECOND, by=coordinator, now=late)


@pytest.mark.parametrize("state", [State.ADMITTED, State.ENROLLED])
def test_with_a_place_the_intakes_deadline_is_no_limit(intake, coordinator, state):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    later = intake.closes_at + timedelta(days=60)
    call = publish_call(application, text=TEXT, closes_at=later, by=coordinator, now=intake.closes_at)
    assert call.accepts_at(later)
    assert not call.accepts_at(later + SECOND)


def test_changing_text_and_deadline(call, coordinator):
    later = CLOSES + timedelta(days=1)
    change_call(call, text=TEXT, closes_at=later, version=version_of_call(call), by=coordinator, now=NOW)
    assert InternalCall.objects.values_list("text", "closes_at", "closed_at").get() == (TEXT, later, None)
    assert verbs(call.application) == ["changed the call to colleagues"]


def test_nobody_overwrites_a_colleague(call, coordinator, colleague):
    version = version_of_call(call)
    change_call(call, text="Mine", closes_at=CLOSES, version=version, by=coordinator, now=NOW)
    with pytest.raises(Refused, match="A colleague has changed the call"):
        change_call(call, text="Yours", closes_at=CLOSES, version=version, by=colleague, now=NOW)
    assert InternalCall.objects.get().text == "Mine"


def test_closing_and_opening_again(call, coordinator):
    close_call(call, by=coordinator, now=NOW)
    close_call(call, by=coordinator, now=NOW + SECOND)  # a second click
    closed = InternalCall.objects.get()
    assert (closed.closed_at, closed.accepts_at(NOW)) == (NOW, False)
    change_call(closed, text=TEXT, closes_at=CLOSES, version=version_of_call(closed), by=coordinator, now=NOW)
    assert InternalCall.objects.get().accepts_at(NOW)
    assert verbs(call.application) == [
        "closed the call to colleagues",
        "opened the call to colleagues again",
    ]


# --- Signing up -------------------------------------------------------------------------------------


def test_signing_up(call):
    sign_up(call, ANSWER, now=NOW)
    interest = Interest.objects.get()
    assert values_of(interest, (*MEMBER_FIELDS, "motivation")) == {**ANSWER, "email": "solveig@example.no"}
    assert (interest.state, interest.signed_up_at, interest.delete_at) == ("interested", NOW, None)
    letter = Message.objects.get()
    assert (letter.kind, letter.to_email, letter.about, letter.secret) == (
        "interest_signed_up",
        "solveig@example.no",
        call,
        True,
    )
    assert "Thank you for answering the call from Bodø." in letter.body_text
    event = audit.history(call.application).get()
    assert (event.verb, event.by_label, event.changes) == (
        "answered the call to colleagues",
        "An employee",
        {},
    )


def test_signing_up_twice_keeps_the_first_and_tells_the_address(call):
    sign_up(call, ANSWER, now=NOW)
    sign_up(call, {**ANSWER, "name": "Somebody Else", "email": "solveig@example.no"}, now=NOW + SECOND)
    assert Interest.objects.get().name == "Solveig Prøve"
    first, second = Message.objects.order_by("pk")
    assert (first.to_email, second.to_email) == ("solveig@example.no", "solveig@example.no")
    assert "Somebody has signed up once more with your address" in second.body_text
    assert len(verbs(call.application)) == 1


@pytest.mark.parametrize("moment", [CLOSES, CLOSES + SECOND])
def test_the_last_second_for_signing_up(call, moment):
    if moment == CLOSES:
        sign_up(call, ANSWER, now=moment)
    else:
        with pytest.raises(Refused, match="no longer possible to sign up"):
            sign_up(call, ANSWER, now=moment)
    assert Interest.objects.count() == (moment == CLOSES)


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.NOT_SUBMITTED, State.REJECTED, State.DECLINED])
def test_nobody_signs_up_for_what_is_over(intake, coordinator, state):
    call = InternalCallFactory(application__state=state, application__intake=intake)
    with pytest.raises(Refused):
        sign_up(call, ANSWER, now=NOW)
    assert not Interest.objects.exists()


def test_withdrawing_deletes_at_once(call):
    interest = InterestFactory(call=call)
    withdraw_interest(interest, now=NOW)
    withdraw_interest(interest, now=NOW)  # a second click
    assert not Interest.objects.exists()
    event = audit.history(call.application).get()
    assert (event.verb, event.by_label, event.changes) == (
        "withdrew the answer to the call; what was stored is deleted",
        "An employee",
        {"state": ["Interested", "Withdrawn"]},
    )


def test_who_was_not_chosen_may_be_forgotten_before_the_time(call):
    withdraw_interest(InterestFactory(call=call, state=InterestState.NOT_CHOSEN), now=NOW)
    assert not Interest.objects.exists()
    assert verbs(call.application) == ["asked for what was stored to be deleted, and it is"]


def test_who_is_chosen_cannot_withdraw_by_the_link(call, coordinator):
    interest = InterestFactory(call=call)
    decide_interests(call, {interest.pk: InterestState.NOMINATED}, by=coordinator, now=NOW)
    with pytest.raises(Refused, match=r"Write to Kari Koordinator \(kari@bodo.kommune.no\)"):
        withdraw_interest(interest, now=NOW)
    assert Interest.objects.count() == 1


# --- Choosing ---------------------------------------------------------------------------------------


def test_choosing_team_reserve_and_not_chosen_at_once(call, coordinator):
    chosen, reserve, other, undecided = InterestFactory.create_batch(4, call=call)
    picks = {chosen.pk: "nominated", reserve.pk: "reserve", other.pk: "not_chosen"}
    assert decide_interests(call, picks, by=coordinator, now=NOW) == 3
    members = {
        member.email: (member.participation, values_of(member, MEMBER_FIELDS))
        for member in TeamMember.everyone.all()
    }
    assert members == {
        chosen.email: (Participation.NOMINATED, values_of(chosen, MEMBER_FIELDS)),
        reserve.email: (Participation.RESERVE, values_of(reserve, MEMBER_FIELDS)),
    }
    rows = Interest.objects.values_list("state", "decided_at", "delete_at", "member__email")
    midnight = datetime(2027, 6, 2, 0, 0, tzinfo=OSLO)  # 30 days later
    assert list(rows) == [
        ("nominated", NOW, None, chosen.email),
        ("reserve", NOW, None, reserve.email),
        ("not_chosen", NOW, midnight, None),
        ("interested", None, None, None),
    ]
    assert letters() == [
        ("interest_nominated", chosen.email),
        ("interest_reserve", reserve.email),
        ("interest_not_chosen", other.email),
    ]
    assert "is deleted on 2 June 2027." in Message.objects.get(kind="interest_not_chosen").body_text
    assert undecided.state == InterestState.INTERESTED


def test_the_audit_names_nobody_who_is_not_chosen(call, coordinator):
    interest = InterestFactory(call=call, name="Nina Navn", email="nina@example.no")
    decide_interests(call, {interest.pk: "not_chosen"}, by=coordinator, now=NOW)
    event = audit.history(call.application).get()
    assert (event.verb, event.changes, event.reason) == (
        "told an interested colleague that they are not chosen",
        {"state": ["Interested", "Not chosen"]},
        "",
    )


def test_the_same_click_twice_sends_once(call, coordinator):
    interest = InterestFactory(call=call)
    for moved in (1, 0):
        assert decide_interests(call, {interest.pk: "nominated"}, by=coordinator, now=NOW) == moved
    assert letters() == [("interest_nominated", interest.email)]
    assert call.application.members.count() == 1


def refused(call, picks, sentence, *, by, now=NOW):
    """Nothing is changed and nobody gets mail."""
    before = list(Interest.objects.values()), list(TeamMember.everyone.values())
    with pytest.raises(Refused, match=sentence):
        decide_interests(call, picks, by=by, now=now)
    assert (list(Interest.objects.values()), list(TeamMember.everyone.values())) == before
    assert letters() == []


def test_one_too_many_changes_nothing_at_all(call, coordinator):
    picks = {one.pk: "nominated" for one in InterestFactory.create_batch(5, call=call)}
    refused(call, picks, "at most 4 people", by=coordinator)


def test_somebody_who_is_in_the_team_already(call, coordinator):
    member = TeamMemberFactory(application=call.application)
    interest = InterestFactory(call=call, email=member.email)
    refused(call, {interest.pk: "nominated"}, "in the team already", by=coordinator)
    refused(call, {interest.pk: "reserve"}, "in the team already", by=coordinator)


def test_somebody_who_has_withdrawn_meanwhile(call, coordinator):
    stays, goes = InterestFactory.create_batch(2, call=call)
    withdraw_interest(goes, now=NOW)
    refused(call, {stays.pk: "nominated", goes.pk: "not_chosen"}, "has withdrawn meanwhile", by=coordinator)


def test_somebody_of_another_call(call, coordinator):
    other = ApplicationFactory(intake=call.application.intake, lead=municipality("4646"))
    foreign = InterestFactory(call__application=other)
    refused(call, {foreign.pk: "not_chosen"}, "has withdrawn meanwhile", by=coordinator)


def test_who_is_told_no_is_not_chosen_afterwards(call, coordinator):
    interest = InterestFactory(call=call, state=InterestState.NOT_CHOSEN)
    refused(call, {interest.pk: "nominated"}, "the state is «Not chosen»", by=coordinator)


def test_the_unproven_choose_nobody(call):
    refused(call, {InterestFactory(call=call).pk: "not_chosen"}, "must confirm", by=UserFactory())


def test_nobody_is_chosen_when_it_is_over(intake, coordinator):
    call = InternalCallFactory(
        application=ApplicationFactory(intake=intake, coordinator=coordinator, state=State.REJECTED)
    )
    picks = {InterestFactory(call=call).pk: "reserve"}
    refused(call, picks, "nobody can be chosen any more", by=coordinator)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.SUBMITTED, "The application has been sent in. Reopen it"),
        (State.ADMITTED, "The application can no longer be changed"),
    ],
)
def test_after_submission_reserves_can_be_named_and_nobody_nominated(intake, coordinator, state, sentence):
    call = InternalCallFactory(
        application=ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    )
    interest = InterestFactory(call=call)
    refused(call, {interest.pk: "nominated"}, sentence, by=coordinator)
    decide_interests(call, {interest.pk: "reserve"}, by=coordinator, now=NOW)
    assert TeamMember.everyone.get().participation == Participation.RESERVE


@pytest.fixture
def reserve(call, coordinator):
    interest = InterestFactory(call=call)
    decide_interests(call, {interest.pk: "reserve"}, by=coordinator, now=NOW)
    return reread(interest)


def test_a_reserve_joins_a_team_that_is_still_put_together(call, reserve, coordinator):
    decide_interests(call, {reserve.pk: "nominated"}, by=coordinator, now=NOW)
    assert call.application.members.get() == reserve.member
    assert reread(reserve).state == InterestState.NOMINATED


def test_a_reserve_does_not_make_the_team_too_large(call, reserve, coordinator):
    TeamMemberFactory.create_batch(4, application=call.application)
    with pytest.raises(Refused, match="at most 4 people"):
        decide_interests(call, {reserve.pk: "nominated"}, by=coordinator, now=NOW)
    assert reread(reserve).member.participation == Participation.RESERVE


def test_a_reserve_who_is_not_needed_after_all(call, reserve, coordinator):
    decide_interests(call, {reserve.pk: "not_chosen"}, by=coordinator, now=NOW)
    assert not TeamMember.everyone.exists()
    kept = reread(reserve)
    assert (kept.state, kept.member, kept.delete_at is None) == ("not_chosen", None, False)


# --- On schedule ------------------------------------------------------------------------------------


def test_nobody_is_deleted_before_the_time_and_everybody_at_it(call, coordinator):
    interest = InterestFactory(call=call)
    decide_interests(call, {interest.pk: "not_chosen"}, by=coordinator, now=NOW)
    due = reread(interest).delete_at
    assert forget_interests(due - SECOND) == {}
    assert Interest.objects.count() == 1
    assert forget_interests(due, dry_run=True) == {"IS-2027H-1001": 1}
    assert Interest.objects.count() == 1
    assert forget_interests(due) == {"IS-2027H-1001": 1}
    assert not Interest.objects.exists()
    event = audit.history(call.application).first()
    assert (event.verb, event.by_label, event.changes) == (
        "What was stored about interested colleagues was deleted",
        "The system",
        {"Number of people": [None, 1]},
    )
    assert forget_interests(due) == {}
    assert len(verbs(call.application)) == 2


def test_the_undecided_and_the_chosen_are_kept(call, coordinator):
    InterestFactory(call=call)
    chosen = InterestFactory(call=call)
    decide_interests(call, {chosen.pk: "nominated"}, by=coordinator, now=NOW)
    assert forget_interests(NOW + timedelta(days=400)) == {}


def test_who_is_taken_out_of_the_team_is_forgotten_with_the_next_sweep(call, coordinator):
    chosen = InterestFactory(call=call)
    decide_interests(call, {chosen.pk: "nominated"}, by=coordinator, now=NOW)
    remove_member(call.application.members.get(), by=coordinator, now=NOW)
    assert forget_interests(NOW) == {"IS-2027H-1001": 1}


def test_the_command_counts_and_deletes(now, call, capsys):
    InterestFactory(call=call, state=InterestState.NOT_CHOSEN, delete_at=NOW)
    call_command("delete_interests", "--dry-run")
    assert capsys.readouterr().out == "IS-2027H-1001: 1\nTo be deleted: 1\n"
    assert Interest.objects.count() == 1
    call_command("delete_interests")
    assert capsys.readouterr().out == "IS-2027H-1001: 1\nDeleted: 1\n"
    assert not Interest.objects.exists()


def test_the_nightly_task_deletes(now, call):
    InterestFactory(call=call, state=InterestState.NOT_CHOSEN, delete_at=NOW)
    assert delete_interests() == {"IS-2027H-1001": 1}
    assert not Interest.objects.exists()


def test_a_withdrawn_application_answers_those_who_wait(call, coordinator):
    waiting = InterestFactory(call=call)
    withdraw(call.application, by=coordinator, now=NOW, reason="No time.")
    assert sweep(NOW) == 1
    assert sweep(NOW) == 0
    told = reread(waiting)
    assert (told.state, told.delete_at) == ("not_chosen", datetime(2027, 6, 2, tzinfo=OSLO))
    letter = Message.objects.get(to_email=waiting.email)
    assert letter.kind == "interest_over"
    assert "The application of the municipality goes no further" in letter.body_text


def test_a_draft_that_was_not_sent_in_answers_those_who_wait(call, intake):
    waiting = InterestFactory(call=call)
    sweep(intake.closes_at + SECOND)
    call.application.refresh_from_db()
    assert (call.application.state, intake.state) == (State.NOT_SUBMITTED, IntakeState.OPEN)
    assert reread(waiting).state == InterestState.NOT_CHOSEN


@pytest.mark.parametrize("closed_early", [True, False])
def test_nobody_waits_longer_than_half_a_year(intake, coordinator, closed_early):
    call = InternalCallFactory(
        application=ApplicationFactory(intake=intake, coordinator=coordinator, state=State.READY),
        closed_at=NOW if closed_early else None,
        closes_at=CLOSES if closed_early else NOW,
    )
    waiting = InterestFactory(call=call)
    limit = NOW + timedelta(days=180)
    assert answer_the_unanswered(limit) == 0
    assert answer_the_unanswered(limit + SECOND) == 1
    assert reread(waiting).state == InterestState.NOT_CHOSEN
    assert "Nobody has answered you within half a year" in Message.objects.get().body_text


def test_who_is_chosen_is_not_answered_again(call, coordinator):
    chosen = InterestFactory(call=call)
    decide_interests(call, {chosen.pk: "nominated"}, by=coordinator, now=NOW)
    withdraw(call.application, by=coordinator, now=NOW, reason="No time.")
    assert answer_the_unanswered(NOW) == 0
    assert reread(chosen).state == InterestState.NOMINATED
