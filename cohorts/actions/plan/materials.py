"""Deeds on the material of an item: files and links, the staff's until they are published."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.uploads import Upload
from cohorts.actions.plan.frame import open_plan
from cohorts.models import Material, ProgrammeItem
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ADDED = gettext_noop("added material")
PUBLISHED = gettext_noop("published material to the cohort")
HIDDEN = gettext_noop("took material back from the cohort")
REMOVED = gettext_noop("removed material")
MATERIAL = gettext_noop("Material")


@transaction.atomic
def add_link(
    item: ProgrammeItem, *, title: str, link: str, is_published: bool, by: User, now: datetime
) -> Material:
    open_plan(item.day.session.cohort)
    material = Material.objects.create(
        item=item,
        title=title,
        link=link,
        added_by=by,
        added_at=now,
        published_at=now if is_published else None,
    )
    _record(material, ADDED, by=by, now=now, is_new=True)
    return material


@transaction.atomic
def add_file(
    item: ProgrammeItem, *, title: str, upload: Upload, is_published: bool, by: User, now: datetime
) -> Material:
    """Keep a file whose content has been checked. Raises Refused when the item has the same file already."""
    open_plan(item.day.session.cohort)
    if item.materials.filter(digest=upload.digest).exists():
        raise Refused(_("The file “%(name)s” has been uploaded already.") % {"name": upload.name})
    material = Material(
        item=item,
        title=title,
        original_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        added_by=by,
        added_at=now,
        published_at=now if is_published else None,
    )
    material.file.save(upload.name, upload.file, save=False)
    try:
        with transaction.atomic():
            material.save()
    except IntegrityError:
        material.file.storage.delete(str(material.file.name))
        raise
    _record(material, ADDED, by=by, now=now, is_new=True)
    return material


@transaction.atomic
def publish_material(material: Material, *, by: User, now: datetime) -> None:
    """Let the participants of the cohort read it. Nobody gets mail. Doing it twice does no harm."""
    if Material.objects.filter(pk=material.pk, published_at=None).update(published_at=now):
        _record(material, PUBLISHED, by=by, now=now)


@transaction.atomic
def hide_material(material: Material, *, by: User, now: datetime) -> None:
    """Let only the staff read it again."""
    if Material.objects.filter(pk=material.pk, published_at__isnull=False).update(published_at=None):
        _record(material, HIDDEN, by=by, now=now)


@transaction.atomic
def remove_material(material: Material, *, by: User, now: datetime) -> None:
    """Remove it with its file. Raises Refused in a completed cohort."""
    open_plan(material.item.day.session.cohort)
    forget_file(material)
    audit.record(
        material.item.day.session, REMOVED, by=by, now=now, changes={MATERIAL: (str(material), None)}
    )
    material.delete()


def forget_file(material: Material) -> None:
    """Delete the file once the deed is done: a deed that is undone keeps it."""
    if material.file:
        storage, name = material.file.storage, str(material.file.name)
        transaction.on_commit(lambda: storage.delete(name))


def _record(material: Material, verb: str, *, by: User, now: datetime, is_new: bool = False) -> None:
    changes = {MATERIAL: (None if is_new else "", str(material))}
    audit.record(material.item.day.session, verb, by=by, now=now, changes=changes)
