"""An explanation: asked within the week, given by who graded, and what the clock does meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from assessment.actions.exam import explanations
from assessment.models import Candidate, Explanation
from assessment.models.exam.rights import explained, rights, rights_of
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import CandidateFactory
from tests.assessment.exam.redress.conftest import letters, make_group, texts
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db


def at(day: int, month: int = 5, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=OSLO)


def ask(group, *, now=NOW, of_oral=False) -> Explanation:
    return explanations.ask(group.people[0], of_oral=of_oral, by=group.user(), now=now)


def test_asked_for_the_candidate_gets_a_receipt_and_the_examiners_hear_of_it(group):
    asked = ask(group)
    assert (asked.grade, asked.state, asked.of_oral) == (group.people[0].grades.get(), "asked", False)
    assert letters() == [
        ("exam_explanation_asked", group.user().email),
        ("exam_explanation_wanted", group.old[0].email),
        ("exam_explanation_wanted", group.old[1].email),
    ]
    assert "Give it by Tuesday 18 May 2027." in texts()  # 17 May is a holiday
    assert [event.verb for event in audit.history(group.people[0])] == [explanations.ASKED]


def test_a_second_click_finds_what_the_first_has_asked_for(group):
    assert ask(group) == ask(group)
    assert len(letters()) == 3


@pytest.mark.parametrize(
    ("now", "can"),
    [
        (at(3, hour=23, minute=59), True),
        (at(10, hour=23, minute=59), True),
        (at(11, hour=0), False),
    ],
)
def test_it_is_asked_for_within_a_week(group, now, can):
    """Published on Monday 3 May 2027: until Monday 10 May."""
    if can:
        assert ask(group, now=now).state == "asked"
        return
    with pytest.raises(Refused, match="could be asked for until Monday 10 May 2027 at 23:59"):
        ask(group, now=now)
    assert (list(Explanation.objects.all()), letters()) == ([], [])


def test_about_the_oral_it_is_asked_for_at_once(group):
    assert ask(group, of_oral=True, now=at(3, hour=23, minute=59)).of_oral is True
    other = make_group(cohort=group.exam.cohort, number=2)
    with pytest.raises(Refused, match="at once"):
        ask(other, of_oral=True, now=at(4, hour=0))


def test_nobody_else_asks(group):
    for user in (group.user(1), group.admin, UserFactory()):
        with pytest.raises(Refused, match="Only the candidate"):
            explanations.ask(group.people[0], of_oral=False, by=user, now=NOW)


def test_nothing_is_asked_before_publication():
    candidate = CandidateFactory(state="grade_set")
    with pytest.raises(Refused, match="has not been published"):
        explanations.ask(candidate, of_oral=False, by=candidate.participant.member.user, now=NOW)


def test_the_clock_stands_still_and_begins_anew(group):
    asked = ask(group, now=at(6))
    clock = rights(group.people[0]).appeal_clock
    assert (clock.until_on, clock.still_since) == (None, date(2027, 5, 6))
    explanations.give(asked, words="Slik er det.", by=group.old[1], now=at(20))
    found = rights(group.people[0])
    assert (found.appeal_clock.until_on, found.fault_clock.until_on) == (date(2027, 6, 10),) * 2
    assert explained(found.appeal_clock).startswith("3 weeks from 20 May 2027 is 10 June 2027")
    assert rights(group.people[1]).appeal_clock.until_on == date(2027, 5, 24)


def test_given_it_is_read_by_the_candidate_and_stands_in_no_letter(group):
    asked = ask(group)
    explanations.give(asked, words=" Slik er det, ordrett. ", by=group.old[0], now=at(4))
    asked.refresh_from_db()
    assert (asked.state, asked.words, asked.given_by) == ("given", "Slik er det, ordrett.", group.old[0])
    assert letters("exam_explanation_given") == [("exam_explanation_given", group.user().email)]
    assert "ordrett" not in texts()
    assert "You can appeal against the grade until Tuesday 25 May 2027 at 23:59" in texts()


def test_only_who_graded_explains_or_an_administrator_on_their_word(group):
    asked = ask(group)
    for user in (group.user(), group.new[0].user, group.teacher, UserFactory(is_instructor=True)):
        with pytest.raises(Refused, match="examiners who set the grade"):
            explanations.give(asked, words="Nei.", by=user, now=at(4))
    explanations.give(asked, words="Sagt på telefon.", by=group.admin, now=at(4))
    with pytest.raises(Refused, match="the state is"):
        explanations.give(asked, words="Igjen.", by=group.old[0], now=at(4))


def test_without_words_nothing_is_given(group):
    asked = ask(group)
    with pytest.raises(Refused, match="Write the explanation"):
        explanations.give(asked, words="  ", by=group.old[0], now=at(4))
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_taken_back_the_days_are_added_and_letters_that_wait_are_cancelled(group):
    asked = ask(group, now=at(4))
    explanations.withdraw(asked, by=group.user(), now=at(7))
    clock = rights(group.people[0]).appeal_clock
    assert (clock.until_on, clock.lent) == (date(2027, 5, 27), 3)
    assert letters("exam_explanation_off") == []
    with pytest.raises(Refused, match="taken your request for an explanation back"):
        ask(group, now=at(7))


def test_who_has_heard_of_it_hears_that_it_is_off(group):
    asked = ask(group)
    Message.objects.filter(to_email=group.old[0].email).update(state="sent", sent_at=NOW)
    explanations.withdraw(asked, by=group.user(), now=at(7))
    assert letters("exam_explanation_off") == [("exam_explanation_off", group.old[0].email)]


def test_reckoning_many_takes_no_more_queries_than_one(group, django_assert_num_queries):
    for people in (group.people[:1], group.people):
        ask_ = Candidate.objects.filter(pk__in=[each.pk for each in people])
        with django_assert_num_queries(4):
            found = [(each.appeal_clock.until_on, each.is_final(NOW)) for each in rights_of(ask_)]
        assert found == [(date(2027, 5, 24), False)] * len(people)


def test_a_week_and_three_weeks_from_the_day_in_norway(group):
    group.people[0].grades.update(published_at=at(4, hour=0) - timedelta(minutes=1))
    assert rights(group.people[0]).told_on == date(2027, 5, 3)
