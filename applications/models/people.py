"""What the school has told about a nominated person, where each one stands, and who was in it when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from applications.models.application import Application
from applications.models.content import MEMBER_FIELDS, fingerprint, values_of
from applications.models.decision import Decision, DecisionKind
from applications.models.summary import answer, label
from applications.models.team import TeamMember
from applications.states import IN_TEAM, Basis, DecisionState, Participation

BASIS_OF_KIND: Mapping[str, Basis] = {
    DecisionKind.STUDENT: Basis.QUALIFIED,
    DecisionKind.INDIVIDUALLY_QUALIFIED: Basis.INDIVIDUALLY_QUALIFIED,
    DecisionKind.COURSE_PARTICIPANT: Basis.COURSE_PARTICIPANT,
}

# What a person is shown of what the municipality has written about them.
OWN_FIELDS = ("name", "email", "position", "unit", "sector", "education", "education_details")


def told(member: TeamMember) -> Decision | None:
    """The decision on the person that is in force: what the school has told, and nothing that it may know
    already. Reads the relation `decisions` only."""
    found = [one for one in member.decisions.all() if one.state == DecisionState.ISSUED]
    return found[0] if found else None


def basis_told(member: TeamMember) -> str:
    """The admission basis that the person has been told of; empty until then."""
    decision = told(member)
    return BASIS_OF_KIND[decision.kind] if decision else ""


def role_told(member: TeamMember) -> str:
    """«Student» or «Course participant» in the language in force; empty until it is told."""
    basis = basis_told(member)
    if not basis:
        return ""
    return _("Course participant") if basis == Basis.COURSE_PARTICIPANT else _("Student")


def consequence_told(member: TeamMember) -> str:
    """What the decision means, said to the person; empty until it is told."""
    basis = basis_told(member)
    if not basis:
        return ""
    if basis == Basis.COURSE_PARTICIPANT:
        return _(
            "You take part in everything, cannot sit the exam, and receive a certificate without credits."
        )
    return _("You may sit the exam, and can earn 30 credits.")


def seen_by(member: TeamMember, text: str) -> str:
    """The fingerprint of what an invited person has before them: their data, their basis and the text."""
    shown = {**values_of(member, MEMBER_FIELDS), "basis": basis_told(member), "text": text}
    return fingerprint(shown)


def own_rows(member: TeamMember) -> list[tuple[str, str]]:
    """What the municipality has written about the person, as (question, answer)."""
    return [
        (label(TeamMember, field), answer(TeamMember, field, getattr(member, field))) for field in OWN_FIELDS
    ]


def is_same_name(typed: str, name: str) -> bool:
    """Whether somebody has typed the name, in any letter case and with any spaces."""
    return typed.casefold().split() == name.casefold().split()


@dataclass(frozen=True)
class Stay:
    """A line of who was in the team when. role: student, course participant or reserve."""

    member: TeamMember
    role: str
    came_at: datetime
    left_at: datetime | None
    replaced_by: TeamMember | None


def stays(everyone: Sequence[TeamMember]) -> list[Stay]:
    """Who was in the team when, those who came first first. Reads `decisions` and `replaced_by`."""
    return sorted(
        (
            Stay(
                member=member,
                role=_("Reserve")
                if member.participation == Participation.RESERVE
                else role_told(member) or _("Not told yet"),
                came_at=member.joined_at or member.added_at,
                left_at=member.left_at,
                replaced_by=member.replaced_by,
            )
            for member in everyone
        ),
        key=lambda stay: (stay.came_at, stay.member.pk),
    )


def everyone_of(application: Application) -> list[TeamMember]:
    """The team, the reserves and those who have left, with what the pages read. Two queries."""
    rows = TeamMember.everyone.filter(application=application).select_related("replaced_by")
    return list(rows.prefetch_related("decisions"))


def present(everyone: Sequence[TeamMember]) -> list[TeamMember]:
    return [member for member in everyone if member.participation in IN_TEAM]
