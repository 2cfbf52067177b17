"""A participant's answer, and who shares a room with whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.actions.study_tour.planning import locked
from cohorts.emails import study_tour as letters
from cohorts.models import Participant, RoomWish, StudyTour, TourBed, TourNeeds, TourSignUp
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

COMES = gettext_noop("signed up for the study tour")
STAYS = gettext_noop("said that they do not come on the study tour")
AGREED = gettext_noop("agreed to share a room")
REFUSED = gettext_noop("would not share a room")
WHO = gettext_noop("Participant")
NEEDS = ("diets", "diet_note", "contact_name", "contact_phone")
Values = Mapping[str, Any]


@transaction.atomic
def sign_up(
    tour: StudyTour, participant: Participant, values: Values, *, by: User, now: datetime
) -> TourSignUp:
    """Say whether one comes, which room one wishes for, and what the kitchen and the leaders must know.

    values: is_coming, reason, room_wish, shares_with (a Participant or None), and NEEDS. Until the deadline
    everything; after it who comes can still say no, and correct NEEDS. Who names the person that has named
    them shares with that person; another gets an e-mail and answers. Raises Refused otherwise.
    """
    current, own = locked(tour), _own(participant, by)
    if own.team.cohort_id != current.cohort_id:
        raise Refused(_("This is the tour of another cohort."))
    before = TourSignUp.objects.filter(tour=current, participant=own).with_names().first()
    is_coming = bool(values["is_coming"])
    wish = values["room_wish"] if is_coming else ""
    partner: Participant | None = values["shares_with"] if wish == RoomWish.SHARED else None
    _require_time(current, before, is_coming, wish, partner, now)
    if partner is not None and (before is None or before.shares_with_id != partner.pk):
        partner = _partner(current, own, partner)
    mine = before or TourSignUp(tour=current, participant=own)
    left = mine.shares_with
    is_new_partner = left != partner
    was_mutual = left is not None and _mutual(current, own, left) is not None
    mine.is_coming, mine.reason = is_coming, "" if is_coming else values["reason"].strip()
    mine.room_wish, mine.shares_with, mine.answered_at = wish, partner, now
    if is_new_partner:
        mine.asked_at, mine.refused_at = (now if partner else None), None
    mine.save()
    _keep_needs(mine, values if is_coming else None)
    if not is_coming:
        TourBed.objects.filter(sign_up=mine).update(sign_up=None)
    audit.record(current, COMES if is_coming else STAYS, by=by, now=now, changes={WHO: (None, str(own))})
    if is_new_partner:
        _tell(current, mine, left if was_mutual else None, partner, now)
    return mine


@transaction.atomic
def answer_share(
    tour: StudyTour, participant: Participant, asker: TourSignUp, *, agrees: bool, by: User, now: datetime
) -> None:
    """Agree to share with the person who has asked, or say no. The same answer twice changes nothing.

    Raises Refused after the deadline, when the asker has asked somebody else meanwhile, and for who does not
    come or shares with another person already.
    """
    current, own = locked(tour), _own(participant, by)
    if not current.accepts_at(now):
        raise Refused(_("The deadline for signing up has passed. Write to the school."))
    rows = TourSignUp.objects.select_for_update(of=("self",)).coming()
    asked = rows.with_names().filter(pk=asker.pk, tour=current, shares_with=own).first()
    if asked is None:
        raise Refused(_("The question has been taken back."))
    asked.tour = current
    if not agrees:
        _refuse(asked, own, by, now)
        return
    mine = TourSignUp.objects.filter(tour=current, participant=own).with_names().first()
    if mine is None or not mine.is_coming:
        raise Refused(_("Sign up for the tour first. You can then agree to share a room."))
    if mine.shares_with_id == asked.participant_id and asked.refused_at is None:
        return  # the same click twice
    if mine.shares_with is not None and _mutual(current, own, mine.shares_with):
        raise Refused(
            _("You share a room with %(name)s already. Change your own wish first.")
            % {"name": mine.shares_with}
        )
    mine.tour = current
    mine.room_wish, mine.shares_with = RoomWish.SHARED, asked.participant
    mine.asked_at, mine.refused_at = now, None
    mine.save()
    if asked.refused_at is not None:
        asked.refused_at = None
        asked.save(update_fields=["refused_at"])
    audit.record(current, AGREED, by=by, now=now, changes={WHO: (None, f"{own}, {asked.participant}")})
    letters.share_answered(asked, own, outcome="agreed", now=now)


def _refuse(asked: TourSignUp, own: Participant, by: User, now: datetime) -> None:
    """The asker keeps the wish, marked, until they wish for something else; a mutual one is ended."""
    if asked.refused_at is not None:
        return  # the same click twice
    back = TourSignUp.objects.filter(tour=asked.tour, participant=own, shares_with=asked.participant).first()
    if back is not None:
        raise Refused(_("You share this room already. Change your own wish instead."))
    asked.refused_at = now
    asked.save(update_fields=["refused_at"])
    audit.record(asked.tour, REFUSED, by=by, now=now, changes={WHO: (None, f"{own}, {asked.participant}")})
    letters.share_answered(asked, own, outcome="refused", now=now)


def _tell(
    tour: StudyTour, mine: TourSignUp, left: Participant | None, partner: Participant | None, now: datetime
) -> None:
    """Whoever had agreed hears that it is over; the person named is asked, or hears that both agree."""
    if left is not None:
        theirs = TourSignUp.objects.with_names().get(tour=tour, participant=left)
        theirs.tour = tour
        letters.share_answered(theirs, mine.participant, outcome="ended", now=now)
    if partner is None:
        return
    back = _mutual(tour, mine.participant, partner)
    if back is None:
        letters.asked_to_share(mine, partner, now=now)
        return
    if back.refused_at is not None:
        back.refused_at = None
        back.save(update_fields=["refused_at"])
    letters.share_answered(back, mine.participant, outcome="agreed", now=now)


def _mutual(tour: StudyTour, own: Participant, other: Participant) -> TourSignUp | None:
    """The other's answer, if they come and name this person."""
    rows = TourSignUp.objects.coming().with_names()
    found = rows.filter(tour=tour, participant=other, shares_with=own).first()
    if found is not None:
        found.tour = tour
    return found


def _partner(tour: StudyTour, own: Participant, other: Participant) -> Participant:
    """Somebody of the cohort who takes part now, is not oneself, stays not at home and is not in a pair."""
    rows = Participant.objects.filter(team__cohort=tour.cohort).present().with_names()
    found = rows.exclude(pk=own.pk).filter(pk=other.pk).first()
    if found is None:
        raise Refused(_("Choose somebody else who takes part in the course."))
    theirs = TourSignUp.objects.filter(tour=tour, participant=found).select_related("shares_with").first()
    if theirs is not None and not theirs.is_coming:
        raise Refused(_("%(name)s does not come on the tour.") % {"name": found})
    taken = theirs.shares_with if theirs else None
    if taken is not None and taken != own and _mutual(tour, found, taken):
        raise Refused(_("%(name)s shares a room with somebody else already.") % {"name": found})
    return found


def _own(participant: Participant, by: User) -> Participant:
    """The participant, if it is oneself and one takes part now."""
    found = Participant.objects.of(by).present().with_names().filter(pk=participant.pk).first()
    if found is None:
        raise Refused(_("Only somebody who takes part in the course can answer, and for themselves."))
    return found


def _require_time(
    tour: StudyTour,
    before: TourSignUp | None,
    is_coming: bool,
    wish: str,
    partner: Participant | None,
    now: datetime,
) -> None:
    if tour.accepts_at(now):
        return
    if tour.opened_at is None:
        raise Refused(_("The sign-up has not opened yet."))
    if not tour.changes_at(now):
        raise Refused(_("The tour is over."))
    if before is None or not before.is_coming:
        raise Refused(_("The deadline for signing up has passed. Write to the school."))
    same_room = (before.room_wish, before.shares_with_id) == (wish, partner.pk if partner else None)
    if is_coming and not same_room:
        raise Refused(
            _("Rooms are being shared out, so the wish cannot be changed here. Write to the school.")
        )


def _keep_needs(mine: TourSignUp, values: Values | None) -> None:
    """values: None for somebody who does not come, of whom nothing is kept."""
    if values is None:
        TourNeeds.objects.filter(sign_up=mine).delete()
        return
    TourNeeds.objects.update_or_create(sign_up=mine, defaults={name: values[name] for name in NEEDS})
