"""The answers of participants, and who shares a room with whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.states import Participation
from cohorts import models as c
from cohorts.actions.study_tour import answer_share, sign_up
from cohorts.models.rooming import pairs
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.factories import ParticipantFactory
from tests.cohorts.study_tour.factories import NeedsFactory, SignUpFactory, StudyTourFactory, room
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
LATE = NOW + timedelta(days=11)
NEEDS = {"diets": ["vegan"], "diet_note": "", "contact_name": "Nora Nærmest", "contact_phone": "900 00 000"}


def yes(partner: c.Participant | None = None, **changes) -> dict:
    wish = "shared" if partner else "single"
    return {"is_coming": True, "reason": "", "room_wish": wish, "shares_with": partner, **NEEDS, **changes}


def no(reason: str = "On leave") -> dict:
    return {"is_coming": False, "reason": reason, "room_wish": "", "shares_with": None, **NEEDS}


def say(tour, person, values, now=NOW) -> c.TourSignUp:
    return sign_up(tour, person, values, by=person.member.user, now=now)


def agree(tour, person, asker, agrees=True, now=NOW) -> None:
    answer_share(tour, person, asker, agrees=agrees, by=person.member.user, now=now)


def stored(person) -> c.TourSignUp:
    return c.TourSignUp.objects.get(participant=person)


def shared(tour) -> set[frozenset[str]]:
    """The pairs as sets of names."""
    coming = list(c.TourSignUp.objects.coming().filter(tour=tour).with_names())
    found = pairs(coming)
    return {
        frozenset({str(p.participant), str(found[p.participant_id])})
        for p in coming
        if p.participant_id in found
    }


def mails() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


def test_yes_keeps_the_wish_and_the_needs_and_writes_neither_in_the_history(tour, people):
    say(tour, people[0], yes())
    mine = stored(people[0])
    assert (mine.is_coming, mine.room_wish, mine.answered_at) == (True, "single", NOW)
    assert (mine.needs.diets, mine.needs.contact_name) == (["vegan"], "Nora Nærmest")
    assert [(event.verb, event.changes) for event in history(tour)] == [
        ("signed up for the study tour", {"Participant": [None, str(people[0])]})
    ]
    assert mails() == []


def test_no_keeps_nothing_but_the_reason_and_frees_the_bed(tour, people):
    mine = say(tour, people[0], yes())
    bed = room(tour, "Double", 2).beds.first()
    c.TourBed.objects.filter(pk=bed.pk).update(sign_up=mine)
    say(tour, people[0], no(" On leave "))
    mine = stored(people[0])
    assert (mine.is_coming, mine.reason, mine.room_wish) == (False, "On leave", "")
    assert c.TourNeeds.objects.count() == 0
    assert c.TourBed.objects.filter(sign_up__isnull=False).count() == 0


def test_nobody_answers_for_another(tour, people):
    with pytest.raises(Refused):
        sign_up(tour, people[0], yes(), by=people[1].member.user, now=NOW)
    with pytest.raises(Refused):
        sign_up(tour, people[0], yes(), by=UserFactory(is_course_administrator=True), now=NOW)
    assert c.TourSignUp.objects.count() == 0


def test_nobody_answers_on_the_tour_of_another_cohort(people):
    with pytest.raises(Refused, match="another cohort"):
        say(StudyTourFactory(cohort__intake__slug="another"), people[0], yes())


def test_who_has_left_does_not_answer(tour, cohort, people):
    gone = ParticipantFactory(team=people[0].team, gone=True)
    with pytest.raises(Refused):
        say(tour, gone, yes())


@pytest.mark.parametrize("trait", ["unopened", "closed"])
def test_one_signs_up_between_opening_and_deadline(cohort, people, trait):
    tour = StudyTourFactory(cohort=cohort, **{trait: True})
    with pytest.raises(Refused):
        say(tour, people[0], yes())
    assert c.TourSignUp.objects.count() == 0


def test_after_the_deadline_who_comes_can_say_no_and_correct_the_needs(tour, people):
    say(tour, people[0], yes())
    say(tour, people[0], yes(diets=["no_nuts"]), now=LATE)
    assert stored(people[0]).needs.diets == ["no_nuts"]
    with pytest.raises(Refused, match="Rooms are being shared out"):
        say(tour, people[0], yes(room_wish="anybody"), now=LATE)
    say(tour, people[0], no(), now=LATE)
    assert not stored(people[0]).is_coming
    with pytest.raises(Refused, match="deadline"):
        say(tour, people[0], yes(), now=LATE)


def test_nothing_is_changed_when_the_tour_is_over(tour, people):
    say(tour, people[0], yes())
    with pytest.raises(Refused, match="over"):
        say(tour, people[0], no(), now=NOW + timedelta(days=34))
    assert stored(people[0]).is_coming


# --- Sharing ----------------------------------------------------------------------------------------


def test_two_share_when_both_agree(tour, people):
    a, b, *_ = people
    asker = say(tour, a, yes(b))
    assert shared(tour) == set()
    assert mails() == [("study_tour_share", b.member.email)]
    say(tour, b, yes())
    agree(tour, b, asker)
    agree(tour, b, asker)
    assert shared(tour) == {frozenset({str(a), str(b)})}
    assert (stored(b).room_wish, stored(b).shares_with) == ("shared", a)
    assert mails()[1:] == [("study_tour_share_answered", a.member.email)]


def test_two_who_name_each_other_share_without_asking(tour, people):
    a, b, *_ = people
    say(tour, a, yes(b))
    say(tour, b, yes(a))
    assert shared(tour) == {frozenset({str(a), str(b)})}
    assert mails() == [("study_tour_share", b.member.email), ("study_tour_share_answered", a.member.email)]


def test_a_no_is_told_and_marked_until_another_is_named(tour, people):
    a, b, d, _e = people
    asker = say(tour, a, yes(b))
    agree(tour, b, asker, agrees=False)
    agree(tour, b, asker, agrees=False)
    assert stored(a).refused_at == NOW
    say(tour, a, yes(d))
    assert (stored(a).shares_with, stored(a).refused_at) == (d, None)
    assert [kind for kind, _to in mails()] == [
        "study_tour_share",
        "study_tour_share_answered",
        "study_tour_share",
    ]


def test_a_pair_cannot_be_joined_or_asked(tour, people):
    a, b, d, _e = people
    say(tour, a, yes(b))
    say(tour, b, yes(a))
    with pytest.raises(Refused, match="somebody else already"):
        say(tour, d, yes(a))
    assert shared(tour) == {frozenset({str(a), str(b)})}


def test_who_shares_already_cannot_agree_to_another(tour, people):
    a, b, d, _e = people
    early = say(tour, d, yes(b))
    say(tour, a, yes(b))
    say(tour, b, yes(a))
    with pytest.raises(Refused, match="already"):
        agree(tour, b, early)
    assert shared(tour) == {frozenset({str(a), str(b)})}


def test_leaving_a_pair_is_told_to_the_other(tour, people):
    a, b, *_ = people
    say(tour, a, yes(b))
    say(tour, b, yes(a))
    Message.objects.all().delete()
    say(tour, b, no())
    assert shared(tour) == set()
    assert mails() == [("study_tour_share_answered", a.member.email)]
    assert "no longer" in Message.objects.get().subject
    assert stored(a).shares_with == b  # the wish is the person's own to change


def test_one_cannot_agree_without_having_signed_up(tour, people):
    a, b, *_ = people
    asker = say(tour, a, yes(b))
    with pytest.raises(Refused, match="Sign up"):
        agree(tour, b, asker)
    assert shared(tour) == set()


def test_a_question_that_is_taken_back_is_not_agreed_to(tour, people):
    a, b, *_ = people
    asker = say(tour, a, yes(b))
    say(tour, b, yes())
    say(tour, a, yes())
    with pytest.raises(Refused, match="taken back"):
        agree(tour, b, asker)


def test_nobody_shares_with_who_stays_at_home_themselves_or_a_stranger(tour, people):
    a, b, *_ = people
    say(tour, b, no())
    stranger = ParticipantFactory(team__cohort__intake__slug="another")
    for partner in (b, a, stranger):
        with pytest.raises(Refused):
            say(tour, a, yes(partner))
    assert list(c.TourSignUp.objects.values_list("participant", flat=True)) == [b.pk]


def test_who_leaves_the_course_shares_with_nobody(tour, people):
    a, b, *_ = people
    say(tour, a, yes(b))
    say(tour, b, yes(a))
    type(b.member).everyone.filter(pk=b.member.pk).update(participation=Participation.WITHDRAWN, left_at=NOW)
    assert shared(tour) == set()


@pytest.mark.parametrize(
    "row",
    [
        {"room_wish": "tent"},
        {"room_wish": "shared"},
        {"is_coming": False},
        {"shares_with": "self"},
        {"refused_at": NOW},
    ],
)
def test_the_database_refuses(tour, people, row):
    if "shares_with" in row:
        row = {"shares_with": people[0]}
    with pytest.raises(IntegrityError), transaction.atomic():
        SignUpFactory(tour=tour, participant=people[0], **row)


def test_the_database_keeps_one_answer_each(tour, people):
    NeedsFactory(sign_up=SignUpFactory(tour=tour, participant=people[0]))
    with pytest.raises(IntegrityError), transaction.atomic():
        SignUpFactory(tour=tour, participant=people[0])
