"""Who leaves a team whose course has begun, and who comes: deeds of the school (docs/decisions/0120).

The facts about persons are written by applications.actions.participation; here is what the cohort adds.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from applications.actions import participation as deeds
from applications.models import TeamMember
from applications.models.content import Values
from applications.states import Participation
from applications.uploads import Upload
from cohorts.actions.cohorts import locked, require_not_completed
from cohorts.models import Cohort, Participant, Team
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats


@transaction.atomic
def leave(
    team: Team, member: TeamMember, *, reason: str, last_on: date | None = None, by: User, now: datetime
) -> None:
    """A person leaves, whether or not the team then keeps the rules; results stay theirs.

    last_on: the last day on which they took part, today unless told; of no account for somebody who has not
    begun. The same click twice changes nothing.
    """
    _require_open(team)
    if member.participation in (Participation.WITHDRAWN, Participation.REPLACED):
        return  # the same click twice
    today = formats.local(now).date()
    last_on = last_on or today
    participant = Participant.objects.filter(member=member).first()
    if participant is not None and not participant.began_on <= last_on <= today:
        raise Refused(
            _("The last day must be from %(first)s, when the person began, to today.")
            % {"first": formats.day(participant.began_on)}
        )
    deeds.withdraw_person(member, reason=reason, by=by, now=now, in_course=True)
    _end(participant, last_on)


@transaction.atomic
def come_back(team: Team, member: TeamMember, *, by: User, now: datetime) -> None:
    """Undo that somebody left, while nobody has taken over and the team has room."""
    _require_open(team)
    deeds.reopen(member, by=by, now=now, in_course=True)
    participant = Participant.objects.filter(member=member).first()
    if participant is not None:
        participant.left_on = None
        participant.save(update_fields=["left_on"])


@transaction.atomic
def take_over(
    team: Team, member: TeamMember, reserve: TeamMember, *, reason: str = "", by: User, now: datetime
) -> TeamMember:
    """A named reserve takes over from somebody who has left, or who leaves by this very deed.

    They are assessed, told and invited like everybody else, and begin when they have confirmed.
    """
    _require_joining(team, now)
    entering = deeds.replace(member, reserve, reason=reason, by=by, now=now, in_course=True)
    _end(Participant.objects.filter(member=member, left_on=None).first(), formats.local(now).date())
    return entering


@transaction.atomic
def take_over_by_new(
    team: Team,
    member: TeamMember,
    values: Values,
    *,
    documents: Sequence[Upload] = (),
    reason: str = "",
    by: User,
    now: datetime,
) -> TeamMember:
    """Somebody whom nobody has named before takes over."""
    _require_joining(team, now)
    entering = deeds.replace_by_new(
        member, values, documents=documents, reason=reason, by=by, now=now, in_course=True
    )
    _end(Participant.objects.filter(member=member, left_on=None).first(), formats.local(now).date())
    return entering


@transaction.atomic
def join(team: Team, reserve: TeamMember, *, by: User, now: datetime) -> TeamMember:
    """A named reserve joins, in addition to those who are in the team."""
    _require_joining(team, now)
    return deeds.join(reserve, by=by, now=now)


@transaction.atomic
def join_new(
    team: Team, values: Values, *, documents: Sequence[Upload] = (), by: User, now: datetime
) -> TeamMember:
    """Somebody whom nobody has named before joins."""
    _require_joining(team, now)
    return deeds.join_new(team.application, values, documents=documents, by=by, now=now)


def joins_until(cohort: Cohort, now: datetime) -> str:
    """Why nobody can be taken into a team any more, as a sentence; empty while somebody can."""
    last_on = cohort.joins_until_on
    if last_on is None or formats.local(now).date() <= last_on:
        return ""
    return _(
        "Nobody can be taken into a team after %(day)s."
        " You can change the date in the settings of the cohort."
    ) % {"day": formats.day(last_on)}


def _require_open(team: Team) -> Cohort:
    """The locked cohort, unless it is completed."""
    cohort = locked(team.cohort)
    require_not_completed(cohort)
    return cohort


def _require_joining(team: Team, now: datetime) -> None:
    if refusal := joins_until(_require_open(team), now):
        raise Refused(refusal)


def _end(participant: Participant | None, last_on: date) -> None:
    """Until when somebody who had begun took part; nothing for one who had not."""
    if participant is not None:
        participant.left_on = last_on
        participant.save(update_fields=["left_on"])
