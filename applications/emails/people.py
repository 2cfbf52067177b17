"""Letters about the persons of a team: one function per letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from applications import tokens
from applications.emails.coordinator import recall
from applications.models import Application, TeamMember
from applications.models.promises import letter_language
from applications.states import Participation
from innoskole.accounts.models import User
from innoskole.notifications import outbox


def invitation(member: TeamMember, *, now: datetime) -> None:
    """The person's own link, at which they confirm or decline; each sending has a key of its own."""
    _to_person(
        member,
        key=f"{invitation_keys(member)}{now.isoformat()}",
        template="invitation",
        context={"url": tokens.invitation_url(member)},
        now=now,
    )


def recall_invitation(member: TeamMember, *, now: datetime) -> None:
    """Cancel invitations that have not left: a newer one, or none, is to arrive."""
    recall(member.application, invitation_keys(member), now=now)


def answered(member: TeamMember, *, now: datetime) -> None:
    """The person has confirmed or declined: to the contact person."""
    application = member.application
    confirmed = member.participation == Participation.CONFIRMED
    _to_user(
        application.coordinator,
        application,
        key=f"invitation-answered:{member.pk}:{now.isoformat()}",
        template="invitation_confirmed" if confirmed else "invitation_declined",
        context={"member": member},
        now=now,
    )


def person_left(member: TeamMember, *, now: datetime) -> None:
    """The municipality has taken a person out of the team: to the person, who had been invited."""
    _to_person(
        member,
        key=f"person-left:{member.pk}:{now.isoformat()}",
        template="person_left",
        context={},
        now=now,
    )


def left_course(member: TeamMember, *, now: datetime) -> None:
    """Somebody for whom the course had begun has left it: to the person."""
    _to_person(
        member,
        key=f"{_left_course_keys(member)}{now.isoformat()}",
        template="left_course",
        context={},
        now=now,
    )


def back_in_course(member: TeamMember, *, now: datetime) -> None:
    """It was a mistake that somebody had left the course: to the person, in place of what has not left."""
    recall(member.application, _left_course_keys(member), now=now)
    _to_person(
        member,
        key=f"back-in-course:{member.pk}:{now.isoformat()}",
        template="back_in_course",
        context={},
        now=now,
    )


def place_gone(member: TeamMember, *, now: datetime) -> None:
    """The municipality no longer has the place: to a person who had been invited."""
    _to_person(
        member,
        key=f"place-gone:{member.pk}:{now.isoformat()}",
        template="place_gone",
        context={},
        now=now,
    )


def team_changed(application: Application, *, by: User, member: TeamMember, now: datetime) -> None:
    """Somebody else than the contact person has changed the team: to the contact person."""
    _to_user(
        application.coordinator,
        application,
        key=f"team-changed:{member.pk}:{now.isoformat()}",
        template="team_changed",
        context={"by": by, "member": member, "successor": member.replaced_by},
        now=now,
    )


def team_grew(application: Application, *, by: User, member: TeamMember, now: datetime) -> None:
    """The school has let somebody into a team whose course has begun: to the contact person."""
    _to_user(
        application.coordinator,
        application,
        key=f"team-grew:{member.pk}:{now.isoformat()}",
        template="team_grew",
        context={"by": by, "member": member},
        now=now,
    )


def team_confirmed(application: Application, *, now: datetime) -> None:
    """Everybody has confirmed and the team is enrolled: to the contact person and to each of them."""
    members = list(application.members.select_related("user"))
    _to_user(
        application.coordinator,
        application,
        key=f"team-confirmed:{application.pk}:{now.isoformat()}",
        template="team_confirmed",
        context={"members": members},
        now=now,
    )
    for member in members:
        if member.user_id != application.coordinator_id:
            member.application = application
            _to_person(
                member,
                key=f"team-confirmed:{application.pk}:{member.pk}:{now.isoformat()}",
                template="team_confirmed",
                context={"members": members},
                now=now,
            )


def invitation_keys(member: TeamMember) -> str:
    return f"invitation:{member.pk}:"


def _left_course_keys(member: TeamMember) -> str:
    return f"left-course:{member.pk}:"


def language_of(member: TeamMember) -> str:
    """The person's own language once they have an account, else the municipality's."""
    if member.user is not None:
        return member.user.language
    return letter_language(member.application.lead, member.application.coordinator)


def _people_url(application: Application) -> str:
    return f"{settings.BASE_URL}{reverse('applications:people', args=[application.reference])}"


def _to_person(
    member: TeamMember, *, key: str, template: str, context: Mapping[str, Any], now: datetime
) -> None:
    """To the address on the team, with the account's language where there is one."""
    application = member.application
    outbox.post(
        key=key,
        kind=template,
        to=member.email,
        language=language_of(member),
        template=template,
        context={
            "recipient_name": member.name,
            "member": member,
            "application": application,
            "intake": application.intake,
            **context,
        },
        now=now,
        about=application,
    )


def _to_user(
    user: User,
    application: Application,
    *,
    key: str,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
) -> None:
    outbox.post(
        key=key,
        kind=template,
        to=user,
        template=template,
        context={
            "application": application,
            "intake": application.intake,
            "people_url": _people_url(application),
            **context,
        },
        now=now,
        about=application,
    )
