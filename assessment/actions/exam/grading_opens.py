"""What stands before grading opens: the guidelines for the examiners; and the opening itself."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.uploads import Upload
from assessment.actions.exam.examiners import ordinary, places_of
from assessment.actions.exam.setting_up import locked_exam, require_administers
from assessment.actions.moves import move
from assessment.actions.requirements import require_teaches
from assessment.emails import exam_paper as letters
from assessment.models import Exam, Examiner, Guidelines, Paper
from assessment.models.exam.conflicts import Conflicts, conflicts
from assessment.models.exam.standing import SETTLED, Standing, standing, with_reads
from assessment.states import ExamState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

UPLOADED = gettext_noop("uploaded guidelines for the examiners")
OPENED = gettext_noop("opened grading")
FILE = gettext_noop("file")


@transaction.atomic
def upload_guidelines(exam: Exam, upload: Upload, *, by: User, now: datetime) -> Guidelines:
    """Keep guidelines for the examiners; the latest count, earlier ones stay. While grading is open, the
    examiners hear of new ones by mail. Raises Refused for the same file, and once grades are published.
    """
    require_teaches(exam.cohort, by)
    current = locked_exam(exam)
    if why_not := obstacle_to_guidelines(current):
        raise Refused(why_not)
    if current.guidelines.filter(digest=upload.digest).exists():
        raise Refused(_("The file “%(name)s” has been uploaded already.") % {"name": upload.name})
    row = Guidelines(
        exam=current,
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
    if current.state == ExamState.GRADING:
        letters.guidelines_changed(row, _appointed(current), now=now)
    return row


def obstacle_to_guidelines(exam: Exam) -> str:
    """Why the guidelines can no longer be changed, as a sentence; empty when they can."""
    if exam.state == ExamState.PUBLISHED:
        return _("The grades are published. The guidelines that they rest on stay as they were.")
    return ""


def lacking(exam: Exam, papers: Sequence[Paper], against: Conflicts, now: datetime) -> list[str]:
    """What is missing before grading can open, a sentence each; empty when it can.

    papers: all of the sitting, read with `with_reads`. against: who must not grade them. One query at most.
    """
    if exam.state in (ExamState.PLANNED, ExamState.OPEN):
        return [_("The list of candidates is not locked yet.")]
    if exam.state != ExamState.LOCKED:
        return [_("Grading has been opened.")]
    found = []
    if not Guidelines.objects.filter(exam=exam).exists():
        found.append(_("The guidelines for the examiners are not uploaded."))
    delivered = [each for each in papers if standing(each, now) == Standing.DELIVERED]
    if all(standing(each, now) in SETTLED for each in papers):
        last = max((each.due_at for each in delivered), default=None)
        if last is None:
            found.append(_("No paper has been delivered."))
        elif now <= last:
            found.append(
                _("The groups can deliver until %(moment)s, Norwegian time.")
                % {"moment": formats.moment(last)}
            )
    due = attrgetter("due_at")
    can_deliver = [each for each in papers if standing(each, now) in (Standing.OPEN, Standing.NOT_OPEN)]
    for due_at, together in groupby(sorted(can_deliver, key=due), key=due):
        found.append(
            _("%(team)s can deliver until %(moment)s, Norwegian time.")
            % {"team": ", ".join(str(each.team) for each in together), "moment": formats.moment(due_at)}
        )
    for paper in papers:
        match standing(paper, now):
            case Standing.LATE | Standing.MISSING:
                found.append(
                    _("%(team)s: decide whether the paper counts, or that there is none.")
                    % {"team": paper.team}
                )
    for paper in delivered:
        if len(ordinary(paper)) < len(places_of(exam)):
            found.append(_("%(team)s lacks an examiner.") % {"team": paper.team})
        found += [
            against[key] for each in ordinary(paper) if (key := (paper.pk, each.examiner.user_id)) in against
        ]
    return found


def against_examiners(papers: Sequence[Paper], now: datetime) -> Conflicts:
    """What is known against those who are appointed to the papers. Eight queries, two more at most."""
    users = {each.examiner.user for paper in papers for each in ordinary(paper)}
    return conflicts(papers, sorted(users, key=lambda user: user.pk), formats.local(now).date())


@transaction.atomic
def open_grading(exam: Exam, *, by: User, now: datetime) -> None:
    """Let the examiners begin: nothing more is delivered, and each gets one letter with their papers.

    Raises Refused with the first thing that is missing (`lacking`).
    """
    require_administers(by)
    current = locked_exam(exam)
    papers = list(with_reads(Paper.objects.filter(exam=current)))
    for missing in lacking(current, papers, against_examiners(papers, now), now):
        raise Refused(missing)
    move(current, ExamState.GRADING, verb=OPENED, by=by, now=now)
    delivered = [each for each in papers if each.version]
    for examiner in _appointed(current):
        own = [
            paper for paper in delivered if any(each.examiner_id == examiner.pk for each in ordinary(paper))
        ]
        letters.grading_opened(current, examiner, own, now=now)


def _appointed(exam: Exam) -> Sequence[Examiner]:
    """Those who grade before publication."""
    found = Examiner.objects.filter(exam=exam, appointments__appeal=None, appointments__paper__version__gte=1)
    return list(found.select_related("user").distinct())
