"""Changing a team: name reserves, correct what is written, withdraw, replace, open again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked
from applications.actions.participation.enrolment import enrol
from applications.actions.participation.invitations import invite, resend
from applications.actions.participation.moving import fresh, require_speaks, step
from applications.actions.team import forget_file, refuse_twice, store_document
from applications.emails import people as letters
from applications.models import Application, TeamMember
from applications.models.content import MEMBER_FIELDS, Values, in_source, source_label, values_of
from applications.models.people import everyone_of, told
from applications.models.viability import (
    CHANGEABLE,
    TAKES_RESERVES,
    Viability,
    accepts_answers,
    may_change,
    viability,
)
from applications.states import BEGUN, IN_TEAM, Participation
from applications.uploads import Upload
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

NAMED = gettext_noop("named a reserve")
REMOVED = gettext_noop("removed a reserve")
CORRECTED = gettext_noop("corrected what is written about a person")
WITHDRAWN = gettext_noop("withdrew a person from the team")
REOPENED = gettext_noop("opened a person's part in the team again")
REPLACED = gettext_noop("replaced a person in the team")
JOINED = gettext_noop("took over from a person in the team")
ADDED = gettext_noop("joined the team")
PERSON = gettext_noop("Person")

# What may be corrected of a person without the school's assessing them anew.
CORRECTABLE = ("name", "email", "position", "unit")


@transaction.atomic
def name_reserve(
    application: Application, values: Values, *, documents: Sequence[Upload] = (), by: User, now: datetime
) -> TeamMember:
    """Name somebody who can take over from a person in the team. `values`: every field of MEMBER_FIELDS.

    Raises Refused for somebody who is named already, and for an application that is out of the intake.
    """
    current = locked(application)
    if current.state not in TAKES_RESERVES:
        raise Refused(_("The application is out of the intake, so its team cannot be changed."))
    refuse_twice(current, values["email"])
    reserve = TeamMember.objects.create(
        application=current,
        added_at=now,
        participation=Participation.RESERVE,
        **{**values, "email": values["email"].lower()},
    )
    after = in_source(reserve, MEMBER_FIELDS)
    audit.record(
        current,
        NAMED,
        by=by,
        now=now,
        changes={source_label(TeamMember, field): (None, value) for field, value in after.items()},
    )
    for upload in documents:
        store_document(reserve, upload, application=current, by=by, now=now)
    return reserve


@transaction.atomic
def remove_reserve(member: TeamMember, *, by: User, now: datetime) -> None:
    """Take somebody off the list of reserves. They were never in the team, so nothing of them is kept."""
    current = locked(member.application)
    stored = fresh(current, member)
    if stored.participation != Participation.RESERVE:
        raise Refused(_("%(name)s is no reserve any more.") % {"name": stored.name})
    for document in stored.documents.all():
        forget_file(document)
    audit.record(current, REMOVED, by=by, now=now, changes={PERSON: (stored.name, None)})
    stored.delete()


@transaction.atomic
def correct_person(member: TeamMember, values: Values, *, by: User, now: datetime) -> TeamMember:
    """Correct name, address, position or unit. `values`: every field of CORRECTABLE.

    A new address of somebody who is invited makes the old link void, and the invitation goes to the new one.
    Raises Refused for an address that is somebody else's, and once the person has confirmed it as theirs.
    """
    current = locked(member.application)
    stored = fresh(current, member)
    if stored.participation != Participation.RESERVE or current.state not in TAKES_RESERVES:
        _require_open_to(current, by, now)
    values = {**values, "email": values["email"].lower()}
    before_values = values_of(stored, CORRECTABLE)
    if values == before_values:
        return stored
    moved = values["email"] != stored.email
    if moved:
        if stored.user_id is not None:
            raise Refused(
                _("%(name)s has confirmed the address, and changes it on their own page.")
                % {"name": stored.name}
            )
        refuse_twice(current, values["email"], but=stored)
    before = in_source(stored, CORRECTABLE)
    for field, value in values.items():
        setattr(stored, field, value)
    stored.save(update_fields=list(values))
    after = in_source(stored, CORRECTABLE)
    audit.record(
        current,
        CORRECTED,
        by=by,
        now=now,
        changes={
            PERSON: (None, stored.name),
            **{source_label(TeamMember, field): (before[field], after[field]) for field in after},
        },
    )
    if moved and stored.participation == Participation.INVITED:
        require_speaks(current, by)
        resend(stored, now=now)
    return stored


@transaction.atomic
def withdraw_person(
    member: TeamMember, *, reason: str, by: User, now: datetime, in_course: bool = False
) -> TeamMember:
    """Take a person out of the team for a reason, whether or not the rules still hold.

    in_course: whether the school changes a team whose course has begun, as its cohort lets it (the same in
    every deed below). Raises Refused without a reason, and otherwise after the course has begun. The same
    click twice changes nothing.
    """
    current, stored = _open(member, by, now, in_course=in_course)
    if stored.participation == Participation.WITHDRAWN:
        return stored  # the same click twice
    if not reason.strip():
        raise Refused(_("State the reason."))
    _leave(stored, Participation.WITHDRAWN, verb=WITHDRAWN, reason=reason.strip(), by=by, now=now)
    if current.coordinator_id != by.pk:
        letters.team_changed(current, by=by, member=stored, now=now)
    enrol(current, now=now)
    return stored


@transaction.atomic
def reopen(member: TeamMember, *, by: User, now: datetime, in_course: bool = False) -> TeamMember:
    """Let a person who declined or was withdrawn back into the team, while it has room for them.

    Who had begun takes part again at once, and is told. Who had been invited is invited again, and answers
    anew. Raises Refused when somebody has taken over.
    """
    current, stored = _open(member, by, now, in_course=in_course)
    if stored.participation in IN_TEAM:
        return stored  # the same click twice
    if stored.participation != Participation.WITHDRAWN:
        raise Refused(_("Somebody has taken over from %(name)s already.") % {"name": stored.name})
    _require_room(current)
    if stored.began_at is not None:
        step(
            stored,
            Participation.ACTIVE,
            about=current,
            verb=REOPENED,
            by=by,
            now=now,
            left_at=None,
            left_reason="",
        )
        letters.back_in_course(stored, now=now)
        return stored
    step(
        stored,
        Participation.NOMINATED,
        about=current,
        verb=REOPENED,
        by=by,
        now=now,
        left_at=None,
        left_reason="",
        confirmed_at=None,
        consent_text="",
    )
    if accepts_answers(current) and told(stored):
        invite(stored, current, by=by, now=now)
    return stored


@transaction.atomic
def replace(
    member: TeamMember,
    reserve: TeamMember,
    *,
    reason: str = "",
    by: User,
    now: datetime,
    in_course: bool = False,
) -> TeamMember:
    """Let a named reserve take over from a person who has left, or who leaves by this very deed.

    The reserve is in the team at once, and is invited when the school has told on which basis they are
    admitted. Raises Refused for a change that would break the intake's rules, saying what would be lacking;
    for somebody who is in the team without a reason; and after the course has begun.
    """
    current, leaving = _open(member, by, now, in_course=in_course)
    entering = fresh(current, reserve)
    if leaving.replaced_by_id == entering.pk:
        return entering  # the same click twice
    change = _standing(current, now).change(leaving, entering)
    if change is None:
        raise Refused(_("This replacement is not possible any more. Reload the page to see what is new."))
    if not change.is_legal:
        raise Refused(
            _("%(reserve)s cannot take over from %(name)s. %(why)s")
            % {"reserve": entering.name, "name": leaving.name, "why": change.why_not}
        )
    if leaving.participation == Participation.WITHDRAWN:
        step(
            leaving,
            Participation.REPLACED,
            about=current,
            verb=REPLACED,
            by=by,
            now=now,
            replaced_by=entering,
        )
    else:
        if not reason.strip():
            raise Refused(_("State the reason."))
        _leave(
            leaving,
            Participation.REPLACED,
            verb=REPLACED,
            reason=reason.strip(),
            by=by,
            now=now,
            replaced_by=entering,
        )
    step(entering, Participation.NOMINATED, about=current, verb=JOINED, by=by, now=now, joined_at=now)
    if accepts_answers(current) and told(entering):
        invite(entering, current, by=by, now=now)
    if current.coordinator_id != by.pk:
        letters.team_changed(current, by=by, member=leaving, now=now)
    return entering


@transaction.atomic
def replace_by_new(
    member: TeamMember,
    values: Values,
    *,
    documents: Sequence[Upload] = (),
    reason: str = "",
    by: User,
    now: datetime,
    in_course: bool = False,
) -> TeamMember:
    """Let a person whom nobody has named before take over. Raises Refused as name_reserve and replace do."""
    newcomer = name_reserve(member.application, values, documents=documents, by=by, now=now)
    return replace(member, newcomer, reason=reason, by=by, now=now, in_course=in_course)


@transaction.atomic
def join(reserve: TeamMember, *, by: User, now: datetime) -> TeamMember:
    """Let a named reserve come into a team whose course has begun, in addition to those who are in it.

    Only for the school, in the cohort. They are invited when the school has told on which basis they are
    admitted. Raises Refused when the team is full.
    """
    current, entering = _open(reserve, by, now, in_course=True)
    if entering.participation in IN_TEAM:
        return entering  # the same click twice
    _require_room(current)
    step(entering, Participation.NOMINATED, about=current, verb=ADDED, by=by, now=now, joined_at=now)
    if accepts_answers(current) and told(entering):
        invite(entering, current, by=by, now=now)
    if current.coordinator_id != by.pk:
        letters.team_grew(current, by=by, member=entering, now=now)
    return entering


@transaction.atomic
def join_new(
    application: Application, values: Values, *, documents: Sequence[Upload] = (), by: User, now: datetime
) -> TeamMember:
    """Let a person whom nobody has named before join. Raises Refused as name_reserve and join do."""
    newcomer = name_reserve(application, values, documents=documents, by=by, now=now)
    return join(newcomer, by=by, now=now)


def _open(
    member: TeamMember, by: User, now: datetime, *, in_course: bool = False
) -> tuple[Application, TeamMember]:
    """The locked application and the person, where the team may change and `by` may do it."""
    current = locked(member.application)
    require_speaks(current, by)
    if not in_course:
        _require_changeable(current, now)
    elif not by.is_course_administrator or current.state not in CHANGEABLE:
        raise Refused(_("The team cannot be changed now."))
    return current, fresh(current, member)


def _require_open_to(application: Application, by: User, now: datetime) -> None:
    """What is written about a person may be corrected by the school as long as the team has a prospect."""
    if not (by.is_course_administrator and application.state in CHANGEABLE):
        _require_changeable(application, now)


def _require_changeable(application: Application, now: datetime) -> None:
    if not may_change(application, everyone_of(application), now):
        raise Refused(_("The team cannot be changed now."))


def _require_room(application: Application) -> None:
    if application.members.count() >= application.intake.team_max:
        raise Refused(
            _("The team may have at most %(count)s people. Remove somebody first.")
            % {"count": application.intake.team_max}
        )


def _standing(application: Application, now: datetime) -> Viability:
    return viability(application, everyone_of(application), now)


def _leave(
    member: TeamMember,
    to: str,
    *,
    verb: str,
    reason: str,
    by: User,
    now: datetime,
    replaced_by: TeamMember | None = None,
) -> None:
    """Out of the team; who had been invited is told, and an invitation that has not left never does."""
    has_begun = member.participation in BEGUN
    step(
        member,
        to,
        about=member.application,
        verb=verb,
        by=by,
        now=now,
        reason=reason,
        left_at=now,
        left_reason=reason,
        replaced_by=replaced_by,
    )
    if has_begun:
        letters.left_course(member, now=now)
    elif member.invited_at is not None:
        letters.recall_invitation(member, now=now)
        letters.person_left(member, now=now)
