"""Rooms: made, proposed, shared out and shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.states import Participation
from cohorts import models as c
from cohorts.actions import study_tour as actions
from cohorts.actions.study_tour.rooms import version_of_proposal
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.cohorts.study_tour.factories import SignUpFactory, room
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def leave(person: c.Participant) -> None:
    type(person.member).everyone.filter(pk=person.member.pk).update(
        participation=Participation.WITHDRAWN, left_at=NOW
    )


def beds(tour) -> dict[str, list[str]]:
    """room → the names of those who sleep there."""
    return {
        str(each): [str(bed.sign_up) for bed in each.beds.all() if bed.sign_up] for each in tour.rooms.all()
    }


def proposed(tour) -> tuple[list[tuple[str, str]], list[str]]:
    found = actions.proposal(tour)
    return [(str(bed.room), str(person)) for bed, person in found.beds], [str(each) for each in found.without]


def pair(tour, a, b) -> list[c.TourSignUp]:
    return [SignUpFactory(tour=tour, participant=x, shares_with=y) for x, y in ((a, b), (b, a))]


def test_rooms_of_a_kind_are_numbered_after_those_that_exist(tour, administrator):
    actions.add_rooms(tour, name="Double", count=2, beds=2, by=administrator, now=NOW)
    actions.add_rooms(tour, name="Double", count=2, beds=2, by=administrator, now=NOW)
    actions.add_rooms(tour, name="Cabin", count=1, beds=4, by=administrator, now=NOW)
    assert {str(each): each.beds.count() for each in tour.rooms.all()} == {
        "Double 1": 2,
        "Double 2": 2,
        "Double 3": 2,
        "Double 4": 2,
        "Cabin": 4,
    }
    with pytest.raises(Refused, match="Cabin"):
        actions.add_rooms(tour, name="Cabin", count=1, beds=1, by=administrator, now=NOW)


def test_the_proposal_puts_pairs_together_and_the_lonely_alone_and_leaves_the_rest(tour, people):
    a, b, d, e = people
    SignUpFactory(tour=tour, participant=d, room_wish="single")
    SignUpFactory(tour=tour, participant=e)
    pair(tour, a, b)
    room(tour, "S", 1), room(tour, "D", 2), room(tour, "D2", 2)
    assert proposed(tour) == ([("D", str(a)), ("D", str(b)), ("S", str(d))], [str(e)])


def test_a_wish_that_is_not_answered_is_left_to_a_person(tour, people):
    a, b, *_ = people
    SignUpFactory(tour=tour, participant=a, shares_with=b)
    SignUpFactory(tour=tour, participant=b)
    room(tour, "D", 2)
    assert proposed(tour) == ([], [str(a), str(b)])


def test_the_other_of_a_pair_follows_and_a_full_room_does_not_part_them(tour, people):
    a, b, d, e = people
    mine, _other = pair(tour, a, b)
    pair(tour, d, e)
    first = room(tour, "D", 2)
    c.TourBed.objects.filter(pk=first.beds.first().pk).update(sign_up=mine)
    room(tour, "S", 1), room(tour, "S2", 1)
    assert proposed(tour) == ([("D", str(b))], [str(d), str(e)])


def test_the_proposal_is_applied_as_it_was_seen(tour, people, administrator):
    a, b, d, _e = people
    pair(tour, a, b)
    room(tour, "D", 2)
    seen = version_of_proposal(actions.proposal(tour))
    SignUpFactory(tour=tour, participant=d, room_wish="single")
    room(tour, "S", 1)
    with pytest.raises(Refused, match="have changed"):
        actions.apply_proposal(tour, seen=seen, by=administrator, now=NOW)
    assert beds(tour) == {"D": [], "S": []}
    seen = version_of_proposal(actions.proposal(tour))
    assert actions.apply_proposal(tour, seen=seen, by=administrator, now=NOW) == 3
    assert beds(tour) == {"D": [str(a), str(b)], "S": [str(d)]}


def test_somebody_is_in_one_room_and_a_room_is_not_overfull(tour, people, administrator):
    signed = [SignUpFactory(tour=tour, participant=each) for each in people[:3]]
    double, single = room(tour, "D", 2), room(tour, "S", 1)
    for each in signed[:2]:
        actions.place(each, double, by=administrator, now=NOW)
    with pytest.raises(Refused, match="full"):
        actions.place(signed[2], double, by=administrator, now=NOW)
    actions.place(signed[0], single, by=administrator, now=NOW)
    actions.place(signed[2], double, by=administrator, now=NOW)
    assert beds(tour) == {"D": [str(people[2]), str(people[1])], "S": [str(people[0])]}
    actions.place(signed[0], None, by=administrator, now=NOW)
    assert beds(tour)["S"] == []


def test_the_database_gives_nobody_two_beds_and_no_room_a_fifth(tour, people):
    mine = SignUpFactory(tour=tour, participant=people[0])
    here, there = room(tour, "D", 2).beds.first(), room(tour, "E", 2).beds.first()
    c.TourBed.objects.filter(pk=here.pk).update(sign_up=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        c.TourBed.objects.filter(pk=there.pk).update(sign_up=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        c.TourBed.objects.create(room=here.room, number=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        c.TourBed.objects.create(room=here.room, number=1)


def test_the_bed_of_a_leaver_is_free(tour, people, administrator):
    gone, mine = (SignUpFactory(tour=tour, participant=each) for each in people[:2])
    single = room(tour, "S", 1)
    actions.place(gone, single, by=administrator, now=NOW)
    leave(people[0])
    actions.place(mine, single, by=administrator, now=NOW)
    assert beds(tour) == {"S": [str(people[1])]}
    with pytest.raises(Refused, match="does not come"):
        actions.place(gone, single, by=administrator, now=NOW)


def test_an_empty_room_is_removed_and_another_is_not(tour, people, administrator):
    single = room(tour, "S", 1)
    actions.place(SignUpFactory(tour=tour, participant=people[0]), single, by=administrator, now=NOW)
    with pytest.raises(Refused, match="Somebody has this room"):
        actions.remove_room(single, by=administrator, now=NOW)
    leave(people[0])
    actions.remove_room(single, by=administrator, now=NOW)
    actions.remove_room(single, by=administrator, now=NOW)
    assert beds(tour) == {}


def test_rooms_are_shown_and_told_once_to_those_who_have_one(tour, people, administrator):
    mine, _other = (SignUpFactory(tour=tour, participant=each) for each in people[:2])
    actions.place(mine, room(tour, "S", 1), by=administrator, now=NOW)
    assert actions.show_rooms(tour, by=administrator, now=NOW) == 1
    with pytest.raises(Refused, match="already"):
        actions.show_rooms(tour, by=administrator, now=NOW + timedelta(hours=1))
    assert list(Message.objects.values_list("kind", "to_email")) == [
        ("study_tour_rooms", people[0].member.email)
    ]


def test_only_who_organises_shares_out_rooms(tour, people, teacher):
    mine = SignUpFactory(tour=tour, participant=people[0])
    single = room(tour, "S", 1)
    with pytest.raises(Refused):
        actions.place(mine, single, by=teacher, now=NOW)
    tour.leaders.add(teacher)
    actions.place(mine, single, by=teacher, now=NOW)
    assert beds(tour) == {"S": [str(people[0])]}
