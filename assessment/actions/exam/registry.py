"""Hand published results over to the student registry, and compare what it says that it has registered.

Nothing that comes back changes a result here: a difference is shown until the registry, or a later sheet, has
put it right (docs/decisions/0135).
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.models import Exam, RegistryExport, RegistryImport
from assessment.models.registry_results import results
from assessment.registry.comparison import Difference, Kind, compare
from assessment.registry.reading import RegistryList
from assessment.registry.sheet import digest
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

MADE = gettext_noop("made a sheet of results for the student registry")
DOWNLOADED = gettext_noop("downloaded a sheet of results for the student registry")
COMPARED = gettext_noop("compared a sheet of results with the student registry")
SHEET, ROWS, CHECKSUM = gettext_noop("Sheet"), gettext_noop("Rows"), gettext_noop("Checksum")
FILE, DIFFERENCES = gettext_noop("File"), gettext_noop("Differences")
LONGEST_NAME = 200


@transaction.atomic
def make_sheet(exam: Exam, *, by: User, now: datetime) -> RegistryExport:
    """Write down the published results as the next sheet. The same results once more are the same sheet.

    Raises Refused before publication, and where there is nobody to tell of.
    """
    current = Exam.objects.select_for_update().get(pk=exam.pk)  # of two clicks, one waits
    if refusal := obstacle_to_a_sheet(current):
        raise Refused(refusal)
    rows = results(current)
    if not rows:
        raise Refused(_("Nobody has a result in this exam."))
    latest = current.registry_exports.last()
    checksum = digest(rows)
    if latest is not None and latest.digest == checksum:
        return latest
    made = RegistryExport.objects.create(
        exam=current,
        number=latest.number + 1 if latest else 1,
        rows=[row.as_json() for row in rows],
        digest=checksum,
        made_by=by,
        made_at=now,
    )
    changes = {SHEET: (None, made.number), ROWS: (None, len(rows)), CHECKSUM: (None, checksum)}
    audit.record(current, MADE, by=by, now=now, changes=changes)
    return made


def obstacle_to_a_sheet(exam: Exam) -> str:
    """Why no sheet can be made, as a sentence; empty when one can."""
    return "" if exam.is_published else _("The grades have not been published yet.")


def record_download(sheet: RegistryExport, *, file_name: str, by: User, now: datetime) -> None:
    """Write down that a person took a sheet out of the program."""
    changes = {SHEET: (None, sheet.number), FILE: (None, file_name), ROWS: (None, len(sheet.rows))}
    audit.record(sheet.exam, DOWNLOADED, by=by, now=now, changes=changes)


@transaction.atomic
def compare_with_registry(
    sheet: RegistryExport, found: RegistryList, *, by: User, now: datetime
) -> RegistryImport:
    """Keep what the registry says beside the sheet, with every difference. Changes no result.

    The same file once more is the same comparison. Raises Refused for a sheet that a later one has replaced,
    and for a file that carries the checksum of another sheet.
    """
    Exam.objects.select_for_update().get(pk=sheet.exam_id)
    current = RegistryExport.objects.select_related("exam").get(pk=sheet.pk)
    if refusal := obstacle_to_comparing(current):
        raise Refused(refusal)
    others = current.exam.registry_exports.exclude(pk=current.pk).filter(digest__in=found.checksums)
    if former := others.first():
        raise Refused(
            _("The file is sheet %(number)s, and not sheet %(this)s, which counts now.")
            % {"number": former.number, "this": current.number}
        )
    differences = [*_of_the_file(current, found), *compare(current.entries, found.rows)]
    checksum = digest(found.rows)
    as_stored = [difference.as_json() for difference in differences]
    latest = current.imports.last()
    if latest is not None and (latest.digest, latest.differences) == (checksum, as_stored):
        return latest
    made = RegistryImport.objects.create(
        export=current,
        original_name=found.file_name[-LONGEST_NAME:],
        rows=[row.as_json() for row in found.rows],
        digest=checksum,
        differences=as_stored,
        read_by=by,
        read_at=now,
    )
    changes = {
        SHEET: (None, current.number),
        FILE: (None, made.original_name),
        ROWS: (None, len(made.rows)),
        DIFFERENCES: (None, len(as_stored)),
    }
    audit.record(current.exam, COMPARED, by=by, now=now, changes=changes)
    return made


def obstacle_to_comparing(sheet: RegistryExport) -> str:
    """Why nothing can be compared with a sheet, as a sentence; empty when it can."""
    latest = sheet.exam.registry_exports.last()
    if latest is not None and latest.pk != sheet.pk:
        return _("Sheet %(number)s has taken the place of this one.") % {"number": latest.number}
    if not sheet.is_intact:
        return _("The stored sheet is not what was handed over: its checksum does not fit.")
    return ""


def _of_the_file(sheet: RegistryExport, found: RegistryList) -> list[Difference]:
    """A checksum that the file carries must be the sheet's, and must fit what the file says."""
    foreign = sorted(found.checksums - {sheet.digest})
    if foreign:
        return [Difference(Kind.CHECKSUM, None, "", sheet.digest, each) for each in foreign]
    if found.checksums and digest(found.rows) != sheet.digest:
        return [Difference(Kind.CHANGED, None, "", sheet.digest, digest(found.rows))]
    return []
