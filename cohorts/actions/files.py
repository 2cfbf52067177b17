"""Deeds on a team's files: store one, store a newer version of it, delete it with all its versions."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.uploads import Upload
from cohorts.actions.project import require_writable, touch_locked
from cohorts.models import FileVersion, Project, TeamFile
from cohorts.models.files import QUOTA_BYTES, stored_bytes
from cohorts.permissions.project import may_delete_file
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

STORED = gettext_noop("stored a file")
RENEWED = gettext_noop("stored a new version of a file")
DELETED = gettext_noop("deleted a file")
FILE = gettext_noop("File")
VERSION = gettext_noop("Version")


@transaction.atomic
def add_file(project: Project, title: str, upload: Upload, *, by: User, now: datetime) -> TeamFile:
    """Store a checked file. Raises Refused when the team's files would take more than QUOTA_BYTES."""
    current = touch_locked(project, now)
    require_writable(current, by)
    file = TeamFile.objects.create(project=current, title=title, made_by=by, made_at=now)
    _store(current, file, 1, upload, by=by, now=now)
    audit.record(current, STORED, by=by, now=now, changes={FILE: (None, f"{title} ({upload.name})")})
    return file


@transaction.atomic
def add_version(file: TeamFile, upload: Upload, *, by: User, now: datetime) -> None:
    """Store a newer content of a file; the earlier ones can still be fetched.

    Raises Refused when the file is gone, says the same already, or does not fit within QUOTA_BYTES.
    """
    current = touch_locked(file.project, now)
    require_writable(current, by)
    stored = _stored(current, file)
    if stored.versions.filter(digest=upload.digest).exists():
        raise Refused(_("This content is stored already, as a version of the same file."))
    number = stored.latest.number + 1
    _store(current, stored, number, upload, by=by, now=now)
    audit.record(
        current,
        RENEWED,
        by=by,
        now=now,
        changes={FILE: (None, f"{stored} ({upload.name})"), VERSION: (number - 1, number)},
    )


@transaction.atomic
def delete_file(file: TeamFile, *, by: User, now: datetime) -> None:
    """Delete a file with all its versions; the contents go when the transaction has committed."""
    current = touch_locked(file.project, now)
    stored = _stored(current, file)
    if not may_delete_file(by, stored, current.team):
        raise Refused(_("Only the one who uploaded the file, or the school, can delete it."))
    for version in stored.versions.all():
        _forget(version)
    audit.record(
        current, DELETED, by=by, now=now, changes={FILE: (f"{stored} ({stored.latest.original_name})", None)}
    )
    stored.delete()


def _stored(project: Project, file: TeamFile) -> TeamFile:
    found = project.files.filter(pk=file.pk).prefetch_related("versions").first()
    if found is None:
        raise Refused(_("Somebody else has deleted this file."))
    return found


def _store(project: Project, file: TeamFile, number: int, upload: Upload, *, by: User, now: datetime) -> None:
    """The project's row is locked, so two uploads at once cannot both take the last of the room."""
    free = QUOTA_BYTES - stored_bytes(project)
    if upload.size > free:
        raise Refused(
            _(
                "There is not room for this file: the team has %(free)s left."
                " Delete files that you no longer need."
            )
            % {"free": filesizeformat(max(free, 0))}
        )
    version = FileVersion(
        of=file,
        number=number,
        original_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        uploaded_by=by,
        uploaded_at=now,
    )
    version.file.save(upload.name, upload.file, save=False)
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError:
        version.file.storage.delete(str(version.file.name))
        raise


def _forget(version: FileVersion) -> None:
    storage, name = version.file.storage, str(version.file.name)
    transaction.on_commit(lambda: storage.delete(name), robust=True)
