"""Inviting the persons of a team that has accepted its place, and their answers."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked
from applications.actions.participation.enrolment import enrol
from applications.actions.participation.moving import fresh, require_speaks, step
from applications.emails import people as letters
from applications.models import Application, TeamMember
from applications.models.people import basis_told, is_same_name, seen_by, told
from applications.models.viability import accepts_answers
from applications.states import DecisionState, OfferState, Participation
from innoskole.accounts import actions as accounts
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

INVITED = gettext_noop("invited a person to take part")
INVITED_AGAIN = gettext_noop("sent the invitation of a person again")
CONFIRMED = gettext_noop("confirmed that they take part")
DECLINED = gettext_noop("declined to take part in the team")
ADDRESS = gettext_noop("E-mail")


def invite_on_acceptance(application: Application, *, now: datetime) -> None:
    """Invite the team of a locked application; those who wait since an earlier acceptance get their link
    once more, because they may have been told that the place was gone."""
    for member in application.members.filter(participation=Participation.INVITED).select_related("user"):
        member.application = application
        resend(member, now=now)
    invite_team(application, now=now)


@transaction.atomic
def invite_team(application: Application, *, now: datetime) -> list[TeamMember]:
    """Invite everybody who is nominated, where the municipality has accepted its offer.

    Somebody who has taken over from another is invited as soon as the school has told on which basis they
    are admitted (invite_due), because nobody shall have to answer without knowing it. Returns the invited.
    """
    current = locked(application)
    nominated = current.members.filter(participation=Participation.NOMINATED)
    invited = [
        member
        for member in nominated.select_related("user").prefetch_related("decisions")
        if member.joined_at is None or told(member)
    ]
    for member in invited:
        invite(member, current, by=None, now=now)
    return invited


def invite_due(now: datetime) -> int:
    """Invite those who took over from others and have been told of their admission; how many."""
    informed = TeamMember.objects.filter(
        participation=Participation.NOMINATED, decisions__state=DecisionState.ISSUED
    )
    waiting = Application.objects.filter(
        offer__state=OfferState.ACCEPTED, pk__in=informed.values("application")
    )
    return sum(len(invite_team(application, now=now)) for application in waiting)


def tell_place_is_gone(application: Application, *, now: datetime) -> None:
    """Tell everybody in the team who has been invited; an invitation that has not left never does."""
    for member in application.members.filter(invited_at__isnull=False).select_related("user"):
        member.application = application
        letters.recall_invitation(member, now=now)
        letters.place_gone(member, now=now)


def invite(member: TeamMember, application: Application, *, by: User | None, now: datetime) -> None:
    """Move a person of a locked application to invited, and mail their own link."""
    member.application = application
    step(member, Participation.INVITED, about=application, verb=INVITED, by=by, now=now, invited_at=now)
    letters.invitation(member, now=now)


@transaction.atomic
def invite_again(member: TeamMember, *, seen: str, by: User, now: datetime) -> TeamMember:
    """Send the invitation once more to the same address; the link stays the same.

    seen: moment of the last sending in ISO form, as `by` saw it, so that a double click sends one letter.
    """
    current = locked(member.application)
    stored = fresh(current, member)
    require_speaks(current, by)
    _require_open(stored)
    if stored.participation != Participation.INVITED or stored.invited_at is None:
        raise Refused(_("%(name)s does not wait for an answer to an invitation.") % {"name": stored.name})
    if stored.invited_at.isoformat() != seen:
        return stored  # the same click twice
    resend(stored, now=now)
    audit.record(
        current,
        INVITED_AGAIN,
        by=by,
        now=now,
        changes={stored.name: (None, stored.email)},
    )
    return stored


def resend(member: TeamMember, *, now: datetime) -> None:
    """Post the invitation anew; what has not left of an earlier one is cancelled."""
    letters.recall_invitation(member, now=now)
    member.invited_at = now
    member.save(update_fields=["invited_at"])
    letters.invitation(member, now=now)


@transaction.atomic
def answer_invitation(
    member: TeamMember,
    *,
    accepted: bool,
    now: datetime,
    name: str = "",
    text: str = "",
    seen: str = "",
    language: str = "",
    reason: str = "",
) -> TeamMember:
    """Confirm or decline on one's own behalf.

    name: the person's name as they typed it. text: what they agree to, word for word as they read it.
    seen: people.seen_by of what the page showed. The same answer twice changes nothing. Raises Refused when
    it comes too late, contradicts an earlier answer, or when what the person has read is no longer so.
    """
    current = locked(member.application)
    stored = fresh(current, member)
    answered = Participation.CONFIRMED if accepted else Participation.WITHDRAWN
    if stored.participation == answered:
        return stored  # the same click twice
    if stored.participation != Participation.INVITED:
        raise Refused(
            _("Your answer is recorded already. Write to %(coordinator)s (%(email)s) to change it.")
            % {"coordinator": current.coordinator.name, "email": current.coordinator.email}
        )
    _require_open(stored)
    if accepted:
        _confirm(stored, name=name, text=text, seen=seen, language=language, now=now)
    else:
        step(
            stored,
            Participation.WITHDRAWN,
            about=current,
            verb=DECLINED,
            by=None,
            by_label=f"{stored.name} ({stored.email})",
            now=now,
            reason=reason.strip(),
            left_at=now,
            left_reason=reason.strip(),
        )
    letters.answered(stored, now=now)
    enrol(current, now=now)
    return stored


def _confirm(member: TeamMember, *, name: str, text: str, seen: str, language: str, now: datetime) -> None:
    if not basis_told(member):
        raise Refused(
            _(
                "The school has not yet told you on which basis you are admitted."
                " You get an e-mail when it has."
            )
        )
    if seen != seen_by(member, text):
        raise Refused(_("Something on this page has changed since you opened it. Read it again."))
    if not is_same_name(name, member.name):
        raise Refused(
            _(
                "Write your name as it stands above: %(name)s. If it is wrong there, ask the contact person"
                " to correct it first."
            )
            % {"name": member.name}
        )
    step(
        member,
        Participation.CONFIRMED,
        about=member.application,
        verb=CONFIRMED,
        by=None,
        by_label=f"{name.strip()} ({member.email})",
        now=now,
        confirmed_at=now,
        consent_text=text,
        user=_account(member, name=name.strip(), language=language, now=now),
    )


def _account(member: TeamMember, *, name: str, language: str, now: datetime) -> User:
    """The account of the address: the mailed link has proven that the address is the person's.

    An account that exists is left as it is: whoever opened it must still show that the address is theirs.
    """
    existing = User.objects.filter(email=member.email).first()
    if existing is not None:
        return existing
    user = accounts.add_person(
        email=member.email, name=name, language=language or letters.language_of(member), by=None, now=now
    )
    accounts.confirm_address(user, now)
    return user


def _require_open(member: TeamMember) -> None:
    if not accepts_answers(member.application):
        raise Refused(
            _("%(municipality)s does not have an accepted place now, so there is nothing to answer.")
            % {"municipality": member.application.lead}
        )
