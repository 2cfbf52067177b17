"""Deeds of a group: put the files of its paper together, and deliver it."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.uploads import Upload
from assessment.actions.exam.setting_up import locked_exam
from assessment.actions.moves import move
from assessment.emails import exam_paper as letters
from assessment.models import Candidate, Paper, PaperDelivery, PaperFile
from assessment.models.exam.candidates import CandidateQuerySet
from assessment.states import CandidateState, ExamState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

DELIVERED = gettext_noop("delivered the paper")
CAME_LATE = gettext_noop("delivered the paper after the deadline")
HANDED_IN = gettext_noop("delivered the paper of the group")
UPLOADED = gettext_noop("put a file beside the paper")
REMOVED = gettext_noop("removed a file that was not delivered")
VERSION = gettext_noop("version")
FILE = gettext_noop("file")

FILES_MAX = 10
# Whoever is absent, deregistered or graded delivers nothing.
DELIVERS = (CandidateState.REGISTERED, CandidateState.DELIVERED)


def obstacle(paper: Paper, user: User, now: datetime) -> str:
    """Why the person can deliver nothing on this paper now, as a sentence; empty when they can. One query.

    After the deadline something can still be delivered where nothing has been: it is marked as late, and the
    school decides whether it counts (docs/decisions/0131).
    """
    exam = paper.exam
    if not _deliverers(paper).filter(participant__member__user=user).exists():
        return _("Only those who sit the exam in this group can deliver its paper.")
    if exam.state in (ExamState.PLANNED, ExamState.OPEN):
        return _("The list of candidates is not locked yet.")
    if exam.state != ExamState.LOCKED:
        return _("Grading has begun, so nothing more can be delivered.")
    if now < exam.paper_opens_at:
        return _("The paper can be delivered from %(moment)s, Norwegian time.") % {
            "moment": formats.moment(exam.paper_opens_at)
        }
    if now > paper.due_at and paper.version:
        return _("The deadline has passed. Version %(version)s, which you delivered in time, counts.") % {
            "version": paper.version
        }
    return ""


def _deliverers(paper: Paper) -> CandidateQuerySet:
    return Candidate.objects.filter(paper=paper, state__in=DELIVERS)


def _to_write(paper: Paper, by: User, now: datetime) -> Paper:
    """The paper as it is now, locked to the end of the transaction. Raises Refused."""
    current = locked(paper)
    if why_not := obstacle(current, by, now):
        raise Refused(why_not)
    return current


def locked(paper: Paper) -> Paper:
    """The row as it is now; its exam and it are held to the end of the transaction, always in this order.

    So a delivery comes before grading opens, or is refused. Raises Refused when the paper is gone.
    """
    exam = locked_exam(paper.exam)
    rows = Paper.objects.select_for_update(no_key=True, of=("self",)).with_names()
    current = rows.filter(pk=paper.pk).first()
    if current is None:
        raise Refused(_("The group has no paper any more: nobody in it sits the exam."))
    current.exam = exam
    return current


# --- The files -------------------------------------------------------------------------------------------


@transaction.atomic
def add_file(paper: Paper, upload: Upload, *, by: User, now: datetime) -> PaperFile:
    """Put a checked file beside what is to be delivered. Raises Refused for the same file, or too many."""
    current = _to_write(paper, by, now)
    beside = current.files.filter(delivery=None)
    if beside.filter(digest=upload.digest).exists():
        raise Refused(_("The file “%(name)s” has been uploaded already.") % {"name": upload.name})
    if beside.count() >= FILES_MAX:
        raise Refused(_("At most %(count)s files can be delivered at once.") % {"count": FILES_MAX})
    row = PaperFile(
        paper=current,
        original_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        uploaded_by=by,
        uploaded_at=now,
    )
    row.file.save(upload.name, upload.file, save=False)
    try:
        with transaction.atomic():
            row.save()
            audit.record(current, UPLOADED, by=by, now=now, changes={FILE: (None, upload.name)})
    except IntegrityError:
        row.file.storage.delete(str(row.file.name))
        raise
    return row


@transaction.atomic
def remove_file(file: PaperFile, *, by: User, now: datetime) -> None:
    """Take a file away that is not delivered; it is deleted when the transaction has committed."""
    current = _to_write(file.paper, by, now)
    stored = PaperFile.objects.filter(pk=file.pk, delivery=None).first()
    if stored is None:
        raise Refused(_("The file has been delivered or removed meanwhile."))
    storage, name = stored.file.storage, str(stored.file.name)
    audit.record(current, REMOVED, by=by, now=now, changes={FILE: (stored.original_name, None)})
    stored.delete()
    transaction.on_commit(lambda: storage.delete(name), robust=True)


# --- The delivery ----------------------------------------------------------------------------------------


@transaction.atomic
def deliver(paper: Paper, *, title: str, version: int, seen: str, by: User, now: datetime) -> PaperDelivery:
    """Deliver the files as a version of the group's paper; everybody who sits the exam in it gets a receipt.

    version: the number that the page showed; seen: the files on it (`seen_in`). A second click finds the
    version delivered and gets that one; a colleague who had other files before them is refused. Until the
    deadline the latest version counts. After it the first one is received and marked as late, and counts
    when the school says so. Raises Refused.
    """
    current = locked(paper)
    made = current.deliveries.filter(version=version).first()
    if made is not None and _deliverers(current).filter(participant__member__user=by).exists():
        if seen_in(list(made.files.all())) == seen:
            return made
        raise Refused(_("Somebody in your group has delivered meanwhile. Look at what they delivered first."))
    if why_not := obstacle(current, by, now):
        raise Refused(why_not)
    files = list(current.files.filter(delivery=None))
    if seen != seen_in(files):
        raise Refused(_("The files have changed since you opened this page. Look through them again."))
    if why_not := lacking(files):
        raise Refused(why_not)
    delivery = PaperDelivery.objects.create(
        paper=current,
        version=next_version(current),
        title=title,
        digest=digest_of(files),
        is_late=now > current.due_at,
        delivered_by=by,
        delivered_at=now,
    )
    PaperFile.objects.filter(paper=current, delivery=None).update(delivery=delivery)
    audit.record(
        current,
        CAME_LATE if delivery.is_late else DELIVERED,
        by=by,
        now=now,
        changes={VERSION: (current.version or None, delivery.version)},
    )
    if not delivery.is_late:
        count(delivery, by=by, now=now)
    letters.received(delivery, now=now)
    return delivery


def count(delivery: PaperDelivery, *, by: User, now: datetime) -> None:
    """Let a delivery be the one that counts: those who sit the exam in the group have delivered with it."""
    paper = delivery.paper
    paper.version, paper.delivered_at = delivery.version, delivery.delivered_at
    paper.save(update_fields=["version", "delivered_at"])
    waiting = Candidate.objects.filter(paper=paper, state=CandidateState.REGISTERED)
    for candidate in waiting.select_for_update(of=("self",)).order_by("pk"):
        move(candidate, CandidateState.DELIVERED, verb=HANDED_IN, by=by, now=now)


def next_version(paper: Paper) -> int:
    """The number of the next delivery. One query."""
    newest = paper.deliveries.order_by("-version").values_list("version", flat=True).first()
    return (newest or 0) + 1


def lacking(files: Sequence[PaperFile]) -> str:
    """What is missing before these files can be delivered, as a sentence; empty when nothing is."""
    if not files:
        return _("There is nothing to deliver yet: add the paper as a file.")
    if not any(each.content_type == "application/pdf" for each in files):
        return _("The paper itself must be a PDF file: add it to the others.")
    return ""


def seen_in(files: Sequence[PaperFile]) -> str:
    """What somebody has looked through before they deliver."""
    return "-".join(str(pk) for pk in sorted(each.pk for each in files))


def digest_of(files: Sequence[PaperFile]) -> str:
    """SHA-256, in hex, over a line for each file in the order of the digests: its own SHA-256 and its name.

    So whoever has the files can work it out again (docs/decisions/0131).
    """
    lines = sorted(f"{each.digest}  {each.original_name}\n" for each in files)
    return sha256("".join(lines).encode()).hexdigest()
