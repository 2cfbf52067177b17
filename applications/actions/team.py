"""Deeds on the team: people in, changed and out, and their documents. The application's row is locked."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import Conflict, discard_draft, locked, require_open, touch
from applications.models import Application, Document, Part, TeamMember
from applications.models.content import (
    MEMBER_FIELDS,
    Values,
    in_source,
    source_label,
    values_of,
    version_from,
)
from applications.states import IN_TEAM, Participation
from applications.uploads import Upload
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ADDED = gettext_noop("added a person to the team")
CHANGED = gettext_noop("changed a person in the team")
REMOVED = gettext_noop("removed a person from the team")
UPLOADED = gettext_noop("uploaded a document")
DELETED = gettext_noop("removed a document")
DOCUMENT = gettext_noop("Document")
PERSON = gettext_noop("Person")

NEW = "member-new"


def step_of(member: TeamMember) -> str:
    """The name under which what is typed about a person is kept."""
    return f"member-{member.pk}"


@transaction.atomic
def add_member(application: Application, values: Values, *, by: User, now: datetime) -> TeamMember:
    """Nominate a person. `values`: every field of MEMBER_FIELDS.

    Raises Refused for one too many by the intake's rule, and for somebody who is in the team already.
    """
    current = locked(application)
    require_open(current, Part.TEAM, now)
    refuse_twice(current, values["email"])
    if current.members.count() >= current.intake.team_max:
        raise Refused(
            _("The team may have at most %(count)s people. Remove somebody first.")
            % {"count": current.intake.team_max}
        )
    member = TeamMember.objects.create(
        application=current, added_at=now, **{**values, "email": values["email"].lower()}
    )
    touch(current, now)
    after = in_source(member, MEMBER_FIELDS)
    audit.record(current, ADDED, by=by, now=now, changes=_changes(dict.fromkeys(after), after))
    discard_draft(current, NEW, by=by)
    return member


@transaction.atomic
def change_member(member: TeamMember, values: Values, *, version: str, by: User, now: datetime) -> None:
    """Change what is said about a person.

    `version`: content.version_of_member of what `by` had before them. Raises Conflict when somebody else has
    changed it since, and Refused when the person is gone or the address belongs to another in the team.
    """
    current = locked(member.application)
    require_open(current, Part.TEAM, now)
    stored = _still_there(current, member)
    values = {**values, "email": values["email"].lower()}
    theirs = values_of(stored, MEMBER_FIELDS)
    if theirs != values:
        if version_from(theirs) != version:
            raise Conflict(theirs)
        refuse_twice(current, values["email"], but=stored)
        before = in_source(stored, MEMBER_FIELDS)
        for field, value in values.items():
            setattr(stored, field, value)
        stored.save(update_fields=list(values))
        after = in_source(stored, MEMBER_FIELDS)
        touch(current, now)
        audit.record(
            current,
            CHANGED,
            by=by,
            now=now,
            changes={PERSON: (None, str(stored)), **_changes(before, after)},
        )
    discard_draft(current, step_of(stored), by=by)


@transaction.atomic
def remove_member(member: TeamMember, *, by: User, now: datetime) -> None:
    """Take a person out of the team; their documents and assessments go with them."""
    current = locked(member.application)
    require_open(current, Part.TEAM, now)
    stored = _still_there(current, member)
    for document in stored.documents.all():
        forget_file(document)
    current.step_drafts.filter(step=step_of(stored)).delete()
    touch(current, now)
    audit.record(current, REMOVED, by=by, now=now, changes={PERSON: (str(stored), None)})
    stored.delete()


@transaction.atomic
def add_document(member: TeamMember, upload: Upload, *, by: User, now: datetime) -> Document:
    """Keep a checked file with a person. Raises Refused when the same file is there already."""
    current = locked(member.application)
    require_open(current, Part.TEAM, now)
    return store_document(_still_there(current, member), upload, application=current, by=by, now=now)


def store_document(
    member: TeamMember, upload: Upload, *, application: Application, by: User, now: datetime
) -> Document:
    """Keep a file with a person of a locked application, open or not. Raises Refused for the same file."""
    document = Document(
        member=member,
        original_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        uploaded_by=by,
        uploaded_at=now,
    )
    if member.documents.filter(digest=upload.digest).exists():
        raise Refused(_("The file “%(name)s” has been uploaded already.") % {"name": upload.name})
    document.file.save(upload.name, upload.file, save=False)
    try:
        with transaction.atomic():
            document.save()
            touch(application, now)
            audit.record(
                application,
                UPLOADED,
                by=by,
                now=now,
                changes={PERSON: (None, str(member)), DOCUMENT: (None, upload.name)},
            )
    except IntegrityError:
        document.file.storage.delete(str(document.file.name))
        raise
    return document


@transaction.atomic
def remove_document(document: Document, *, by: User, now: datetime) -> None:
    """Remove a document; the file goes when the transaction has committed."""
    current = locked(document.member.application)
    require_open(current, Part.TEAM, now)
    forget_file(document)
    touch(current, now)
    audit.record(
        current,
        DELETED,
        by=by,
        now=now,
        changes={PERSON: (None, str(document.member)), DOCUMENT: (document.original_name, None)},
    )
    document.delete()


def _changes(before: Values, after: Values) -> audit.Changes:
    return {source_label(TeamMember, field): (before[field], after[field]) for field in after}


def forget_file(document: Document) -> None:
    """Delete the file when the transaction has committed."""
    storage, name = document.file.storage, str(document.file.name)
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def _still_there(application: Application, member: TeamMember) -> TeamMember:
    stored = application.members.filter(pk=member.pk).first()
    if stored is None:
        raise Refused(_("Somebody else has removed this person from the team."))
    return stored


def refuse_twice(application: Application, email: str, but: TeamMember | None = None) -> None:
    """Raise Refused when somebody else in the team, a reserve or one who has left has the address."""
    same = TeamMember.everyone.filter(application=application, email=email.lower()).first()
    if same is None or same == but:
        return
    who = {"name": same.name, "email": same.email}
    if same.participation in IN_TEAM:
        raise Refused(_("%(name)s is in the team already with the address %(email)s.") % who)
    if same.participation == Participation.RESERVE:
        raise Refused(_("%(name)s is named as a reserve with the address %(email)s.") % who)
    raise Refused(_("%(name)s has been in the team before with the address %(email)s.") % who)
