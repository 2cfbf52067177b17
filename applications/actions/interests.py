"""Deeds on those who are interested: sign up, withdraw, be chosen or not, be forgotten. See decision 0104."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked, require_open, require_proven, touch
from applications.actions.moves import move
from applications.actions.participation import name_reserve, remove_reserve
from applications.actions.team import add_member
from applications.emails import calls as letters
from applications.models import Application, Interest, InternalCall, Part, TeamMember
from applications.models.call import KEPT_AFTER_ANSWER, OVER
from applications.models.content import MEMBER_FIELDS, Values, values_of
from applications.states import InterestState, Participation
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

EMPLOYEE = gettext_noop("An employee")
SIGNED_UP = gettext_noop("answered the call to colleagues")
WITHDREW = gettext_noop("withdrew the answer to the call; what was stored is deleted")
ERASED = gettext_noop("asked for what was stored to be deleted, and it is")
NOMINATED = gettext_noop("chose an interested colleague for the team")
RESERVED = gettext_noop("chose an interested colleague as a reserve")
NOT_CHOSEN = gettext_noop("told an interested colleague that they are not chosen")
UNANSWERED = gettext_noop("An interested colleague whom nobody had answered was told")
DELETED = gettext_noop("What was stored about interested colleagues was deleted")
COUNT = gettext_noop("Number of people")


@transaction.atomic
def sign_up(call: InternalCall, values: Values, *, now: datetime) -> None:
    """Note that an employee would like to take part, and confirm it by mail.

    values: every field of MEMBER_FIELDS, and motivation. Who signs up a second time changes nothing and gets
    a mail with the link to what is stored; the caller must answer both alike. Raises Refused when it is over.
    """
    current = InternalCall.objects.select_related("application__intake", "application__lead").get(pk=call.pk)
    if not current.accepts_at(now):
        raise Refused(_("It is no longer possible to sign up here."))
    email = values["email"].lower()
    interest, is_new = Interest.objects.get_or_create(
        call=current, email=email, defaults={**values, "email": email, "signed_up_at": now}
    )
    interest.call = current
    if is_new:
        audit.record(current.application, SIGNED_UP, by=None, by_label=EMPLOYEE, now=now)
    letters.signed_up(interest, again=not is_new, now=now)


@transaction.atomic
def withdraw_interest(interest: Interest, *, now: datetime) -> None:
    """Delete what is stored, at the person's own wish. A second click finds nothing and changes nothing.

    Raises Refused for somebody who has been chosen: they stand in the team, which is another matter.
    """
    stored = Interest.objects.select_for_update().filter(pk=interest.pk).first()
    if stored is None:
        return
    application = interest.call.application
    if stored.member_id is not None:
        raise Refused(
            _("You have been chosen. Write to %(name)s (%(email)s) if you cannot take part after all.")
            % {"name": application.coordinator.name, "email": application.coordinator.email}
        )
    if stored.state == InterestState.INTERESTED:
        move(
            stored,
            InterestState.WITHDRAWN,
            verb=WITHDREW,
            by=None,
            by_label=EMPLOYEE,
            now=now,
            about=application,
        )
    else:
        audit.record(application, ERASED, by=None, by_label=EMPLOYEE, now=now)
    stored.delete()


@transaction.atomic
def decide_interests(call: InternalCall, picks: Mapping[int, str], *, by: User, now: datetime) -> int:
    """Put people in the team, name reserves, tell those not chosen: everything, or nothing at all.

    picks: the interest's key → nominated, reserve or not chosen. Returns how many were moved, and so how many
    letters were posted; who stands there already, after a second click, is not moved again. Raises Refused
    unproven, when the application is over, when somebody has withdrawn, and where the team's rules say no.
    """
    current = locked(call.application)
    require_proven(current, by)
    _refuse_over(current)
    found = {interest.pk: interest for interest in call.interests.filter(pk__in=picks)}
    if len(found) < len(picks):
        raise Refused(_("Somebody on the list has withdrawn meanwhile. Look through the list again."))
    moved = [interest for interest in found.values() if interest.state != picks[interest.pk]]
    for interest in moved:
        interest.call = call
        _DECISIONS[picks[interest.pk]](current, interest, by, now)
    return len(moved)


def _nominate(application: Application, interest: Interest, by: User, now: datetime) -> None:
    if interest.member is not None:
        member = interest.member
        _take_reserve_in(application, member, by, now)
    else:
        member = add_member(application, values_of(interest, MEMBER_FIELDS), by=by, now=now)
    move(
        interest,
        InterestState.NOMINATED,
        verb=NOMINATED,
        by=by,
        now=now,
        about=application,
        decided_at=now,
        member=member,
    )
    letters.nominated(interest, now=now)


def _take_reserve_in(application: Application, member: TeamMember, by: User, now: datetime) -> None:
    """A reserve takes a place in a team that is still being put together; later see participation.replace."""
    require_open(application, Part.TEAM, now)
    if application.members.count() >= application.intake.team_max:
        raise Refused(
            _("The team may have at most %(count)s people. Remove somebody first.")
            % {"count": application.intake.team_max}
        )
    move(
        member,
        Participation.NOMINATED,
        field="participation",
        verb=NOMINATED,
        by=by,
        now=now,
        about=application,
    )
    touch(application, now)


def _reserve(application: Application, interest: Interest, by: User, now: datetime) -> None:
    move(
        interest,
        InterestState.RESERVE,
        verb=RESERVED,
        by=by,
        now=now,
        about=application,
        decided_at=now,
        member=name_reserve(application, values_of(interest, MEMBER_FIELDS), by=by, now=now),
    )
    letters.named_reserve(interest, now=now)


def _turn_down(application: Application, interest: Interest, by: User, now: datetime) -> None:
    reserve = interest.member
    _answer_no(application, interest, verb=NOT_CHOSEN, by=by, now=now)
    if reserve is not None:
        remove_reserve(reserve, by=by, now=now)
    letters.not_chosen(interest, now=now)


_DECISIONS: Mapping[str, Callable[[Application, Interest, User, datetime], None]] = {
    InterestState.NOMINATED: _nominate,
    InterestState.RESERVE: _reserve,
    InterestState.NOT_CHOSEN: _turn_down,
}


def _answer_no(
    application: Application, interest: Interest, *, verb: str, by: User | None, now: datetime
) -> None:
    move(
        interest,
        InterestState.NOT_CHOSEN,
        verb=verb,
        by=by,
        now=now,
        about=application,
        decided_at=now,
        delete_at=_delete_at(now),
        member=None,
    )


def _delete_at(now: datetime) -> datetime:
    """The beginning of the day on which the nightly sweep deletes: letters and pages name that day."""
    local = formats.local(now + KEPT_AFTER_ANSWER)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _refuse_over(application: Application) -> None:
    if application.state in OVER:
        raise Refused(
            _("The application is «%(state)s», so nobody can be chosen any more.")
            % {"state": application.get_state_display()}
        )


# --- On schedule ------------------------------------------------------------------------------------


def answer_the_unanswered(now: datetime) -> int:
    """Tell those whom nobody has answered, when the application is over or half a year has gone. How many.

    Every one is its own transaction: what a sweep that was cut off left undone, the next one does.
    """
    waiting = Interest.objects.unanswered(now).values_list("pk", flat=True)
    return sum(_tell_it_is_over(pk, now) for pk in list(waiting))


@transaction.atomic
def _tell_it_is_over(pk: int, now: datetime) -> bool:
    rows = Interest.objects.select_for_update(of=("self",)).unanswered(now)
    interest = rows.select_related("call__application__lead").filter(pk=pk).first()
    if interest is None:
        return False
    _answer_no(interest.call.application, interest, verb=UNANSWERED, by=None, now=now)
    letters.over(interest, now=now)
    return True


@transaction.atomic
def forget_interests(now: datetime, *, dry_run: bool = False) -> dict[str, int]:
    """Delete what is stored about those whose time is up: application → how many people.

    The audit gets the number and no names. dry_run: count, and delete nothing.
    """
    rows = Interest.objects.to_delete(now).select_related("call__application")
    due = list(rows.order_by("call__application__reference", "pk"))
    numbers = Counter(interest.call.application for interest in due)
    if not dry_run:
        Interest.objects.filter(pk__in=[interest.pk for interest in due]).delete()
        for application, people in numbers.items():
            audit.record(application, DELETED, by=None, now=now, changes={COUNT: (None, people)})
    return {application.reference: people for application, people in numbers.items()}
