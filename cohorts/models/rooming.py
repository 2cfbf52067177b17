"""Which beds could be whose: a proposal, for a person to look through. Arithmetic on rows read already.

Pairs who have both agreed share a room of two; who wishes for a room alone gets one with a single bed. Whom
one shares with otherwise is left to a person: the program knows too little about people to put strangers in
one room (decision 0122).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cohorts.models.study_tour import RoomWish, TourBed, TourRoom, TourSignUp


@dataclass(frozen=True)
class Proposal:
    """beds: each free bed and who could have it. without: who is left, in order, for a person to place."""

    beds: list[tuple[TourBed, TourSignUp]] = field(default_factory=list)
    without: list[TourSignUp] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.beds)


def pairs(people: Sequence[TourSignUp]) -> Mapping[int, TourSignUp]:
    """participant → the answer of the one whom they share with: each of the two names the other."""
    of = {person.participant_id: person for person in people}
    return {
        person.participant_id: of[person.shares_with_id]
        for person in people
        if person.shares_with_id in of and of[person.shares_with_id].shares_with_id == person.participant_id
    }


def propose(people: Sequence[TourSignUp], rooms: Sequence[TourRoom]) -> Proposal:
    """people: those who come, in order, with their beds. rooms: with beds and who has them.

    Whoever has a bed keeps it; the other of their pair follows if there is a bed in the same room. Both lists
    are read in order, so the same rows give the same proposal.
    """
    coming = {person.pk for person in people}
    free = {room.pk: [bed for bed in room.beds.all() if bed.sign_up_id not in coming] for room in rooms}
    sizes = {room.pk: len(room.beds.all()) for room in rooms}
    placed = {
        bed.sign_up_id: room.pk for room in rooms for bed in room.beds.all() if bed.sign_up_id in coming
    }
    shares = pairs(people)
    proposed: list[tuple[TourBed, TourSignUp]] = []

    def give(person: TourSignUp, room: int) -> None:
        proposed.append((free[room].pop(0), person))
        placed[person.pk] = room

    for person in people:
        if person.pk in placed:
            continue
        other = shares.get(person.participant_id)
        if other is not None and other.pk in placed:
            if free[placed[other.pk]]:
                give(person, placed[other.pk])
        elif other is not None:
            room = next((pk for pk, beds in free.items() if sizes[pk] == 2 and len(beds) == 2), None)
            if room is not None:
                give(person, room)
                give(other, room)
        elif person.room_wish == RoomWish.SINGLE:
            room = next((pk for pk, beds in free.items() if sizes[pk] == 1 and beds), None)
            if room is not None:
                give(person, room)
    return Proposal(proposed, [person for person in people if person.pk not in placed])
