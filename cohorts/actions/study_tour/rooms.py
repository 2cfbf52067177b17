"""Rooms: made by the school, shared out by a proposal or by hand, and shown when they are ready."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models.content import fingerprint
from cohorts.actions.study_tour.planning import locked
from cohorts.emails import study_tour as letters
from cohorts.models import StudyTour, TourBed, TourRoom, TourSignUp
from cohorts.models.rooming import Proposal, propose
from cohorts.models.study_tour import MOST_BEDS
from cohorts.permissions.study_tour import organises
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ROOMS_ADDED = gettext_noop("added rooms to the study tour")
ROOM_REMOVED = gettext_noop("removed a room of the study tour")
PLACED = gettext_noop("gave somebody a room on the study tour")
TAKEN_OUT = gettext_noop("took somebody out of a room on the study tour")
PROPOSED = gettext_noop("shared out rooms as the program proposed")
SHOWN = gettext_noop("showed the rooms of the study tour")
ROOM = gettext_noop("Room")
WHO = gettext_noop("Participant")
PEOPLE = gettext_noop("Number of people")
MOST_ROOMS = 60


@transaction.atomic
def add_rooms(
    tour: StudyTour, *, name: str, count: int, beds: int, by: User, now: datetime
) -> list[TourRoom]:
    """Add rooms of the same size; several are called «name 1», «name 2» and so on, after those that exist.

    Raises Refused for a name that exists, and for more beds than a room has.
    """
    current = _locked(tour, by)
    if not (1 <= beds <= MOST_BEDS and 1 <= count <= MOST_ROOMS):
        raise Refused(_("A room has 1 to %(beds)s beds.") % {"beds": MOST_BEDS})
    taken = set(current.rooms.values_list("name", flat=True))
    if count == 1:
        names = [name]
    else:
        numbered = (f"{name} {number}" for number in range(1, MOST_ROOMS + len(taken) + 1))
        names = [each for each in numbered if each not in taken][:count]
    if set(names) & taken:
        raise Refused(_("There is a room with the name %(name)s already.") % {"name": name})
    rooms = TourRoom.objects.bulk_create(TourRoom(tour=current, name=each) for each in names)
    TourBed.objects.bulk_create(
        TourBed(room=room, number=number) for room in rooms for number in range(1, beds + 1)
    )
    audit.record(current, ROOMS_ADDED, by=by, now=now, changes={ROOM: (None, names)})
    return rooms


@transaction.atomic
def remove_room(room: TourRoom, *, by: User, now: datetime) -> None:
    """Remove a room in which nobody sleeps. A second click finds nothing and changes nothing."""
    current = _locked(room.tour, by)
    stored = current.rooms.filter(pk=room.pk).first()
    if stored is None:
        return
    if _occupied(stored):
        raise Refused(_("Somebody has this room. Give them another one first."))
    stored.delete()
    audit.record(current, ROOM_REMOVED, by=by, now=now, changes={ROOM: (stored.name, None)})


@transaction.atomic
def place(sign_up: TourSignUp, room: TourRoom | None, *, by: User, now: datetime) -> None:
    """Give somebody a bed in a room, or none. Raises Refused for a full room and for who does not come."""
    current = _locked(sign_up.tour, by)
    stored = TourSignUp.objects.coming().with_names().filter(pk=sign_up.pk, tour=current).first()
    if stored is None:
        raise Refused(_("%(name)s does not come on the tour.") % {"name": sign_up.participant})
    had = TourBed.objects.filter(sign_up=stored).select_related("room").first()
    if (had.room_id if had else None) == (room.pk if room else None):
        return  # the same click twice
    _empty(stored)
    if room is None:
        out = {WHO: (str(stored), None), ROOM: (had and had.room.name, None)}
        audit.record(current, TAKEN_OUT, by=by, now=now, changes=out)
        return
    _free_of_leavers(current)
    bed = TourBed.objects.filter(room=room, room__tour=current, sign_up=None).first()
    if bed is None:
        raise Refused(_("%(room)s is full.") % {"room": room})
    _fill(bed, stored)
    into = {WHO: (None, str(stored)), ROOM: (had and had.room.name, room.name)}
    audit.record(current, PLACED, by=by, now=now, changes=into)


def proposal(tour: StudyTour) -> Proposal:
    """Who could have which bed, beside those who have one; three queries."""
    people = TourSignUp.objects.coming().with_names().filter(tour=tour).in_order()
    rooms = tour.rooms.prefetch_related("beds__sign_up__participant__member")
    return propose(list(people), list(rooms))


def version_of_proposal(proposed: Proposal) -> str:
    """The fingerprint of who would get which bed."""
    return fingerprint({str(bed.pk): person.pk for bed, person in proposed.beds})


@transaction.atomic
def apply_proposal(tour: StudyTour, *, seen: str, by: User, now: datetime) -> int:
    """Share out the beds as proposed; how many people.

    seen: version_of_proposal of what `by` saw. Raises Refused when something has changed since.
    """
    current = _locked(tour, by)
    _free_of_leavers(current)
    proposed = proposal(current)
    if version_of_proposal(proposed) != seen:
        raise Refused(
            _("Answers or rooms have changed since you opened the page. Look at the proposal again.")
        )
    for bed, person in proposed.beds:
        _fill(bed, person)
    audit.record(current, PROPOSED, by=by, now=now, changes={PEOPLE: (None, len(proposed.beds))})
    return len(proposed.beds)


@transaction.atomic
def show_rooms(tour: StudyTour, *, by: User, now: datetime) -> int:
    """Let everybody see their room, and tell those who have one. Returns how many are told; nobody twice."""
    current = _locked(tour, by)
    if not StudyTour.objects.filter(pk=tour.pk, rooms_shown_at__isnull=True).update(rooms_shown_at=now):
        raise Refused(_("The rooms are shown already."))
    people = list(TourSignUp.objects.coming().with_names().filter(tour=current, bed__isnull=False).in_order())
    for person in people:
        person.tour = current
        letters.rooms_shown(person, now=now)
    audit.record(current, SHOWN, by=by, now=now, changes={PEOPLE: (None, len(people))})
    return len(people)


def _locked(tour: StudyTour, by: User) -> StudyTour:
    current = locked(tour)
    if not organises(by, current):
        raise Refused(_("Only those who organise the tour can do this."))
    return current


def _occupied(room: TourRoom) -> bool:
    here = TourSignUp.objects.coming().filter(bed__room=room)
    return here.exists()


def _empty(sign_up: TourSignUp) -> None:
    TourBed.objects.filter(sign_up=sign_up).update(sign_up=None)


def _free_of_leavers(tour: StudyTour) -> None:
    """Beds of those who have left the course are free."""
    gone = TourSignUp.objects.gone().filter(tour=tour)
    TourBed.objects.filter(sign_up__in=gone).update(sign_up=None)


def _fill(bed: TourBed, person: TourSignUp) -> None:
    try:
        with transaction.atomic():
            filled = TourBed.objects.filter(pk=bed.pk, sign_up=None).update(sign_up=person)
    except IntegrityError as clash:
        raise Refused(_("%(name)s has a bed already.") % {"name": person}) from clash
    if not filled:
        raise Refused(_("Somebody else has just got this bed. Look at the rooms again."))
