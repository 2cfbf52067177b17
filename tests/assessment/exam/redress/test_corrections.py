"""A typing error in a published grade: two persons, a new version, new periods, a letter without a mark."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from assessment.actions.exam import corrections, explanations, finality
from assessment.models import Grade, GradeCorrection
from assessment.models.exam.rights import rights
from assessment.waiting.exam_corrections import correction_waits
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from tests.assessment.exam.redress.conftest import letters, make_group, texts
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db


def grade_of(group, number: int = 2) -> Grade:
    """The third candidate: C on paper and one down, D."""
    return group.people[number].grades.current().get()


def ask(group, *, by=None, now=NOW, **values) -> GradeCorrection:
    values = {"paper_mark": "C", "steps": 1, "reason": "Opp og ned blei bytte om.", **values}
    return corrections.ask(grade_of(group), by=by or group.old[0], now=now, **values)


def test_what_one_has_asked_the_other_confirms_and_the_candidate_reads_a_new_version(group):
    asked = ask(group)
    assert group.marks() == ["C", "B", "D"]
    assert letters() == [("grade_correction_asked", group.old[1].email)]
    titles = [[each.title for each in correction_waits(user, NOW)] for user in (group.old[1], group.admin)]
    assert titles == [[f"Answer a correction of a grade: {group.exam}"]] * 2
    made = corrections.confirm(asked, by=group.old[1], now=NOW + timedelta(days=1))
    former = group.people[2].grades.get(version=1)
    assert (former.mark, former.superseded_at) == ("D", NOW + timedelta(days=1))
    assert (made.version, made.mark, made.paper_mark, made.steps, made.source, made.reason) == (
        2,
        "B",
        "C",
        1,
        "correction",
        "Opp og ned blei bytte om.",
    )
    assert (made.set_by, made.confirmed_by) == (group.old[0], group.old[1])
    assert letters("grade_corrected") == [("grade_corrected", group.user(2).email)]
    assert letters("grade_correction_answered") == [("grade_correction_answered", group.old[0].email)]
    assert [event.verb for event in audit.history(group.people[2])] == [corrections.MADE, corrections.ASKED]


def test_the_periods_begin_anew_also_for_a_grade_that_was_final(group):
    """Published on 3 May 2027; corrected on 1 July: a week until 8 July, three weeks until 22 July."""
    finality.make_final(datetime(2027, 6, 20, tzinfo=OSLO))
    assert group.states() == ["final"] * 3
    later = datetime(2027, 7, 1, 12, tzinfo=OSLO)
    corrections.confirm(ask(group, now=later), by=group.old[1], now=later)
    found = rights(group.people[2])
    assert (found.request_due.day, found.appeal_clock.until_on) == (date(2027, 7, 8), date(2027, 7, 22))
    assert group.states() == ["final", "final", "published"]
    assert "until Thursday 8 July 2027 at 23:59" in texts()
    assert group.appeal(2, now=later).is_late is False


def test_no_letter_and_no_history_holds_a_mark_or_the_reason(group):
    corrections.confirm(ask(group), by=group.old[1], now=NOW)
    said = [
        str(value)
        for event in audit.history(group.people[2])
        for pair in event.changes.values()
        for value in pair
    ]
    assert not {"A", "B", "C", "D", "E", "F"} & set(said)
    assert "bytte om" not in texts()
    assert [word for word in texts().split() if word.strip(".,:") in ("B", "C", "D")] == []


def test_two_persons_of_whom_one_has_set_the_grade(group):
    for stranger in (group.user(2), group.teacher, group.new[0].user, UserFactory(is_instructor=True)):
        with pytest.raises(Refused, match="Those who have set the grade"):
            ask(group, by=stranger)
    asked = ask(group, by=group.admin)
    for user in (group.admin, UserFactory(is_course_administrator=True), group.teacher, group.user(2)):
        with pytest.raises(Refused, match="Another person than the one who has asked"):
            corrections.confirm(asked, by=user, now=NOW)
    with pytest.raises(Refused, match="Another person"):
        corrections.turn_down(asked, reason="Nei.", by=group.admin, now=NOW)
    assert group.marks() == ["C", "B", "D"]
    corrections.confirm(asked, by=group.old[0], now=NOW)
    assert group.marks() == ["C", "B", "B"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"steps": -1}, "stands already"),
        ({"reason": " "}, "Give a reason"),
        ({"steps": 2}, "at most 1 grade"),
    ],
)
def test_only_what_can_have_been_decided_is_asked_for(group, values, why):
    with pytest.raises(Refused, match=why):
        ask(group, **values)
    assert GradeCorrection.objects.count() == 0


def test_what_waits_for_an_answer_is_answered_first(group):
    asked = ask(group)
    with pytest.raises(Refused, match="waits to be confirmed"):
        ask(group)
    wish = explanations.ask(group.people[2], of_oral=False, by=group.user(2), now=NOW)
    with pytest.raises(Refused, match="An explanation waits"):
        corrections.confirm(asked, by=group.old[1], now=NOW)
    explanations.give(wish, words="Slik.", by=group.old[0], now=NOW)
    appeal = group.appeal(2)
    with pytest.raises(Refused, match="An appeal waits"):
        corrections.confirm(asked, by=group.old[1], now=NOW)
    assert (appeal.state, group.marks()) == ("received", ["C", "B", "D"])


def test_a_grade_after_an_appeal_is_corrected_by_those_who_set_it_and_not_appealed_against(db):
    group = make_group(new_oral_after_change=False)
    group.regraded("B", 2)
    for user in group.old:
        with pytest.raises(Refused, match="Those who have set the grade"):
            ask(group, by=user)
    made = corrections.confirm(
        ask(group, by=group.new[0].user, paper_mark="B", steps=0), by=group.new[1].user, now=NOW
    )
    assert (made.mark, made.source) == ("B", "correction")
    with pytest.raises(Refused, match="except for formal faults"):
        group.appeal(2)


def test_turned_down_or_taken_back_the_grade_stands(group):
    asked = ask(group)
    corrections.turn_down(asked, reason="Det var meint slik.", by=group.old[1], now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.answered_by) == (
        "turned_down",
        "Det var meint slik.",
        group.old[1],
    )
    again = ask(group)
    with pytest.raises(Refused, match="Only who has asked"):
        corrections.withdraw(again, by=group.old[1], now=NOW)
    corrections.withdraw(again, by=group.old[0], now=NOW)
    assert (group.marks(), Grade.objects.count()) == (["C", "B", "D"], 3)
    assert letters("grade_corrected") == []


@time_machine.travel(NOW, tick=False)
def test_the_pages_lead_from_asking_to_the_new_version(group):
    one, other = (Client(headers={"accept-language": "en"}) for _each in range(2))
    one.force_login(group.old[0])
    other.force_login(group.old[1])
    for user in group.old:
        type(user).objects.filter(pk=user.pk).update(language="en")
    pk = grade_of(group).pk
    page = reverse("assessment:grade_correction", args=[pk])
    asking = reverse("assessment:grade_correction_deed", args=[pk, "ask"])
    data = {"paper_mark": "C", "steps": "0", "reason": "Feil rad."}
    shown = one.post(asking, data, follow=True).content.decode()
    assert ("Take the correction back" in shown, "Confirm the correction" in shown) == (True, False)
    assert "Confirm the correction" in other.get(page).content.decode()
    confirming = reverse("assessment:grade_correction_deed", args=[pk, "confirm"])
    assert "The grade is corrected" in other.post(confirming, follow=True).content.decode()
    assert group.marks() == ["C", "B", "C"]
    candidate = Client(headers={"accept-language": "en"})
    candidate.force_login(group.user(2))
    assert (
        "Feil rad."
        in candidate.get(reverse("assessment:course_exam", args=[group.exam.cohort.slug])).content.decode()
    )
