"""The orals: planned for all at once or one by one, told to the groups, moved and called off.

Rooms and examiners are shared by all sittings. So whoever plans holds the rows of all exams, in the order of
their keys, and two who plan at once never put two orals into one room or before one examiner; the unique
constraints of the tables are never met.
"""

from copy import copy
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from assessment.emails import exam_grading as letters
from assessment.models import Exam, Examiner, GradeAppeal, Oral, OralExaminer, Paper
from assessment.models.exam.orals import (
    Frame,
    examiners_of,
    group_of,
    proposal,
    standing,
    untold,
    with_people,
)
from assessment.models.exam.progress import examiners_needed
from assessment.permissions.exam import staffs
from assessment.states import ExamState
from assessment.states.exam import SITTING
from assessment.timetable import Hour, Place
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

PLANNED = gettext_noop("planned an oral")
MOVED = gettext_noop("moved an oral")
ORALS = gettext_noop("Orals")


@transaction.atomic
def plan_all(exam: Exam, frame: Frame, *, seen: str, by: User, now: datetime) -> int:
    """Plan the orals that are missing, as was proposed; nobody is told yet. Returns how many.

    seen: the proposal as the person has seen it. Raises Refused when it would be another one by now.
    """
    current = _held(exam, by)
    list(Paper.objects.select_for_update(no_key=True, of=("self",)).filter(exam=current).order_by("pk"))
    made = proposal(current, frame, now)
    if made.seen != seen:
        raise Refused(_("Something has changed meanwhile. Look through the new proposal."))
    for line in made.lines:
        oral = Oral.objects.create(
            paper=line.paper, room=line.room, starts_at=line.hour.starts, ends_at=line.hour.ends
        )
        _examine(oral, examiners_of(line.paper))
        _record(oral, PLANNED, None, by=by, now=now)
    audit.record(
        current, gettext_noop("planned orals"), by=by, now=now, changes={ORALS: (None, len(made.lines))}
    )
    return len(made.lines)


@transaction.atomic
def place(
    paper: Paper,
    *,
    room: str,
    starts_at: datetime,
    minutes: int,
    seen: str,
    by: User,
    now: datetime,
    appeal: GradeAppeal | None = None,
) -> Oral:
    """Plan one oral, or move it. Whoever has been told of it is told again.

    seen: `said` of the oral that the person has seen, empty for none. appeal: the new oral that follows it,
    before its examiners; the caller tells those concerned at once. Raises Refused for a collision, which it
    names, for a moment that has passed, for a day on which no orals are held, without examiners, and when
    somebody else has moved the oral meanwhile.
    """
    exam = _held(paper.exam, by, is_appeal=appeal is not None)
    Paper.objects.select_for_update(no_key=True, of=("self",)).get(pk=paper.pk)
    oral = with_people(Oral.objects.filter(paper=paper, appeal=appeal)).first()
    if said(oral) != seen:
        raise Refused(_("Someone else has just changed this. Reload the page to see what is new."))
    if oral is not None and oral.held_at:
        raise Refused(_("The oral has been held."))
    if not paper.candidates.filter(state__in=SITTING).exists():
        raise Refused(_("Nobody in the group sits the exam."))
    examiners = examiners_of(paper, appeal)
    if len(examiners) < (1 if appeal else examiners_needed(exam)):
        raise Refused(_("The paper lacks an examiner."))
    begins = starts_at.astimezone(UTC)
    hour = Hour(begins, begins + timedelta(minutes=minutes))
    _check_day(exam, hour, appeal, now)
    wanted = Place(group_of(paper, (each.user_id for each in examiners)), hour, room)
    for other, stands in standing(hour, besides=oral):
        if wanted.collides(stands):
            raise Refused(_collision(wanted, other, stands))
    before = copy(oral)
    if oral is None:
        oral = Oral(paper=paper, appeal=appeal, told_at=now if appeal else None)
    oral.room, oral.starts_at, oral.ends_at = room, hour.starts, hour.ends
    oral.save()
    _examine(oral, examiners)
    if said(oral) != said(before):
        _record(oral, MOVED if before else PLANNED, before, by=by, now=now)
        if oral.told_at and appeal is None:
            letters.oral_moved(oral, before=before, now=now)
    return oral


@transaction.atomic
def call_off(oral: Oral, *, reason: str, by: User, now: datetime) -> None:
    """Plan an oral no more. Who knows of it is told, with the reason. Raises Refused when it is held."""
    _held(oral.paper.exam, by, is_appeal=oral.appeal_id is not None)
    current = with_people(Oral.objects.filter(pk=oral.pk)).first()
    if current is None:
        raise Refused(_("The oral has been called off already."))
    if current.held_at:
        raise Refused(_("The oral has been held."))
    if current.told_at:
        letters.oral_called_off(current, reason=reason, now=now)
    audit.record(
        current.paper.exam,
        gettext_noop("called off an oral"),
        by=by,
        now=now,
        changes={gettext_noop("Oral of the group"): (current.paper, None)},
        reason=reason,
    )
    current.delete()


@transaction.atomic
def tell(exam: Exam, *, by: User, now: datetime) -> int:
    """Tell the groups and the examiners of the orals that they do not know of; returns how many orals.

    From then on they stand in the groups' calendars.
    """
    current = _held(exam, by)
    waiting = list(untold(current))
    if not waiting:
        raise Refused(_("Every group that has an oral has been told of it."))
    for oral in waiting:
        oral.told_at = now
        oral.save(update_fields=["told_at"])
        letters.oral_planned(oral, now=now)
    audit.record(
        current,
        gettext_noop("told the groups when their orals are"),
        by=by,
        now=now,
        changes={ORALS: (None, len(waiting))},
    )
    return len(waiting)


def said(oral: Oral | None) -> str:
    """When and where, so that two can be compared; empty for none."""
    if oral is None:
        return ""
    return " ".join((oral.starts_at.isoformat(), oral.ends_at.isoformat(), oral.room))


def _held(exam: Exam, by: User, *, is_appeal: bool = False) -> Exam:
    """The exam as it is now; all exams are held. Raises Refused to all but its staff, and before the list of
    candidates is locked or after publication."""
    locked = Exam.objects.select_for_update(no_key=True, of=("self",)).with_names().order_by("pk")
    current = next(each for each in locked if each.pk == exam.pk)
    if not staffs(by, current):
        raise Refused(_("Only the staff of the cohort can do this."))
    if is_appeal:
        return current
    if current.state == ExamState.PUBLISHED:
        raise Refused(_("The grades are published."))
    if current.state not in (ExamState.LOCKED, ExamState.GRADING):
        raise Refused(_("The list of candidates is not locked yet."))
    return current


def _check_day(exam: Exam, hour: Hour, appeal: GradeAppeal | None, now: datetime) -> None:
    if hour.starts <= now:
        raise Refused(_("The oral would begin in the past."))
    first, last = formats.local(hour.starts), formats.local(hour.ends)
    if first.date() != last.date():
        raise Refused(_("An oral begins and ends on the same day."))
    if appeal is None and not exam.oral_from_on <= first.date() <= exam.oral_to_on:
        raise Refused(
            _("The orals of this exam are held from %(first)s to %(last)s.")
            % {"first": formats.day(exam.oral_from_on), "last": formats.day(exam.oral_to_on)}
        )


def _collision(wanted: Place, other: Oral, stands: Place) -> str:
    """Which room or person is taken, by which group, from when."""
    facts = {"team": other.paper.team, "when": formats.moment(other.starts_at)}
    if wanted.room == stands.room:
        return _("The room %(room)s is taken by %(team)s, from %(when)s.") % {**facts, "room": wanted.room}
    shared = wanted.group.who & stands.group.who
    names = [
        str(each.examiner) for each in other.examiners.all() if ("user", each.examiner.user_id) in shared
    ]
    if not names:
        return _("The group has another oral, from %(when)s.") % facts
    return ngettext(
        "%(names)s examines %(team)s then, from %(when)s.",
        "%(names)s examine %(team)s then, from %(when)s.",
        len(names),
    ) % {**facts, "names": ", ".join(names)}


def _examine(oral: Oral, examiners: list[Examiner]) -> None:
    """The examiners anew: they begin when the oral does."""
    OralExaminer.objects.filter(oral=oral).delete()
    OralExaminer.objects.bulk_create(
        OralExaminer(oral=oral, examiner=each, starts_at=oral.starts_at) for each in examiners
    )


def _record(oral: Oral, verb: str, before: Oral | None, *, by: User, now: datetime) -> None:
    """On the oral's own page."""
    changes = {
        name: (before and getattr(before, name), getattr(oral, name))
        for name in ("room", "starts_at", "ends_at")
    }
    audit.record(oral, verb, by=by, now=now, changes=changes)
