"""Deeds on an exam itself: set it up, change it, open it when its day has come, take a planned one away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models.content import fingerprint, values_of
from assessment.actions.moves import move
from assessment.emails import exam_registration as letters
from assessment.models import Exam, Paper
from assessment.models.exam.dates import contradiction
from assessment.models.exam.defaults import DATES, FIELDS, RULES
from assessment.states import ExamState
from cohorts.models import Cohort
from cohorts.permissions import administers
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

SET_UP = gettext_noop("set up an exam")
CHANGED = gettext_noop("changed the exam")
OPENED = gettext_noop("opened the registration")
REMOVED = gettext_noop("took away an exam that had not opened")
EXAM = gettext_noop("Exam")

# States in which people can still come onto the list.
BEFORE_THE_LIST = (ExamState.PLANNED, ExamState.OPEN)


def require_administers(by: User) -> None:
    """Raise Refused unless the person runs the courses."""
    if not administers(by):
        raise Refused(_("Only course administrators can do this."))


def locked_exam(exam: Exam) -> Exam:
    """The exam as it stands, locked for the transaction: of two who change its list, one waits."""
    current = Exam.objects.select_for_update().get(pk=exam.pk)
    current.cohort = exam.cohort
    return current


@transaction.atomic
def set_up(cohort: Cohort, values: Mapping[str, Any], *, by: User, now: datetime) -> Exam:
    """Plan the cohort's next sitting; nobody hears of it before its registration opens.

    values: every field of FIELDS. Raises Refused while a former sitting has not locked its list, for dates
    that contradict one another, and for a registration that would have closed already.
    """
    require_administers(by)
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    if cohort.exams.filter(state__in=BEFORE_THE_LIST).exists():
        raise Refused(
            _("The list of the former exam is not locked yet. There is one registration at a time.")
        )
    number = (cohort.exams.aggregate(last=Max("number"))["last"] or 0) + 1
    exam = Exam(cohort=cohort, number=number, made_at=now, **values)
    _require_order(exam)
    if exam.registration_closes_at <= now:
        raise Refused(_("The registration must close later than now."))
    exam.save()
    audit.record(exam, SET_UP, by=by, now=now)
    return exam


def version_of(exam: Exam) -> str:
    """The fingerprint of an exam's dates and rules, to tell two editors apart."""
    return fingerprint(values_of(exam, FIELDS))


@transaction.atomic
def change(exam: Exam, values: Mapping[str, Any], *, version: str, by: User, now: datetime) -> None:
    """Change dates and rules; once people have been told of the exam, those concerned hear of other dates.

    values: every field of FIELDS. version: what `by` had before them. Papers whose deadline is earlier than
    the new one get the new one. Raises Refused when somebody else has changed it since, for what is fixed by
    now (`frozen_fields`), for dates that contradict one another, and for an earlier deadline once the list is
    locked.
    """
    require_administers(by)
    current = locked_exam(exam)
    if version != version_of(current):
        raise Refused(_("Somebody else has changed this exam. Reload the page and try again."))
    for field, why in frozen_fields(current, now).items():
        if getattr(current, field) != values[field]:
            raise Refused(why)
    before = values_of(current, FIELDS)
    for field in FIELDS:
        setattr(current, field, values[field])
    _require_order(current)
    is_moved = any(before[field] != values[field] for field in DATES)
    if current.registration_closes_at != before["registration_closes_at"]:
        _require_later_than_now(current, now)
    if current.state not in BEFORE_THE_LIST and current.paper_due_at < before["paper_due_at"]:
        raise Refused(
            _(
                "The candidates know the deadline of the paper. It can be moved to a later moment, and not to"
                " an earlier one."
            )
        )
    current.save(update_fields=list(FIELDS))
    Paper.objects.filter(exam=current, due_at__lt=current.paper_due_at).update(due_at=current.paper_due_at)
    changes = {field: (before[field], values[field]) for field in FIELDS}
    audit.record(current, CHANGED, by=by, now=now, changes=changes)
    if is_moved and current.state != ExamState.PLANNED:
        letters.changed(current, now=now)


def _require_later_than_now(exam: Exam, now: datetime) -> None:
    if exam.registration_closes_at <= now:
        raise Refused(_("The registration must close later than now."))


def frozen_fields(exam: Exam, now: datetime) -> dict[str, str]:
    """Field → why it can no longer be changed, a sentence. No query."""
    if exam.state == ExamState.PUBLISHED:
        return dict.fromkeys(FIELDS, _("The grades are published."))
    found: dict[str, str] = {}
    if exam.state != ExamState.PLANNED:
        found["registration_opens_at"] = _("The registration has opened.")
    if exam.state not in BEFORE_THE_LIST:
        found["registration_closes_at"] = _(
            "The list of candidates is locked. Reopen it to let people register."
        )
        told = _("The list of candidates is locked. They sit the exam by the rules that they were told of.")
        found |= dict.fromkeys(RULES, told)
        if exam.paper_opens_at <= now:
            found["paper_opens_at"] = _("The paper can be delivered already.")
    if exam.state == ExamState.GRADING:
        grading = _("Grading has begun.")
        found |= dict.fromkeys(("paper_opens_at", "paper_due_at"), grading)
    return found


def _require_order(exam: Exam) -> None:
    """Raise Refused for the first thing in which the dates contradict one another."""
    found = contradiction(exam)
    if found is not None:
        raise Refused(found[1])


@transaction.atomic
def remove(exam: Exam, *, by: User, now: datetime) -> None:
    """Take away an exam that has not opened. Raises Refused for others, and when something hangs on it."""
    require_administers(by)
    current = locked_exam(exam)
    if current.state != ExamState.PLANNED:
        raise Refused(_("The registration has opened."))
    audit.record(current.cohort, REMOVED, by=by, now=now, changes={EXAM: (current.number, None)})
    try:
        with transaction.atomic():
            current.delete()
    except ProtectedError as error:
        raise Refused(
            _("Examiners or guidelines belong to this exam already, so it cannot be taken away.")
        ) from error


# --- Opening ---------------------------------------------------------------------------------------------


def open_due(now: datetime) -> int:
    """Open the registrations whose moment has come, in cohorts that have begun; returns how many.

    Each in a transaction of its own.
    """
    opened = 0
    due = Exam.objects.filter(state=ExamState.PLANNED, registration_opens_at__lte=now).with_names()
    for exam in due.exclude(cohort__state=CohortState.PLANNED).order_by("pk"):
        try:
            with transaction.atomic():
                _open(exam, now)
        except Refused:  # another worker was first
            continue
        opened += 1
    return opened


def _open(exam: Exam, now: datetime) -> None:
    current = locked_exam(exam)
    move(current, ExamState.OPEN, verb=OPENED, by=None, now=now)
    letters.opened(current, now=now)
