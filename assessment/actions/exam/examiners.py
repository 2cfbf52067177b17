"""Deeds about examiners: who grades in a sitting, which papers, and whose papers they must not grade."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.exam import new_examiners
from assessment.actions.exam.papers import locked
from assessment.actions.exam.setting_up import locked_exam, require_administers
from assessment.emails import exam_paper as letters
from assessment.models import (
    Appointment,
    ConflictOfInterest,
    Exam,
    Examiner,
    GradeAppeal,
    OralExaminer,
    Paper,
    PaperGrade,
    ProvisionalGrade,
)
from assessment.models.exam.balance import Asked, balance
from assessment.models.exam.conflicts import Conflicts, conflict, conflicts
from assessment.models.exam.standing import Standing, standing, with_reads
from assessment.permissions.exam import can_examine
from assessment.states import ExamState
from assessment.states.exam import SECRET_STATES
from cohorts.models import Instructor
from cohorts.permissions import administers
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality
from innoskole.ui import formats

ADDED = gettext_noop("named an examiner")
ADDED_FOR_APPEALS = gettext_noop("named an examiner for appeals")
REMOVED = gettext_noop("took an examiner off the list")
APPOINTED = gettext_noop("appointed an examiner of the paper")
RELEASED = gettext_noop("released an examiner of the paper")
CONFLICTED = gettext_noop("released an examiner of the paper because of a conflict of interest")
DECLARED = gettext_noop("recorded a conflict of interest")
TAKEN_BACK = gettext_noop("took a conflict of interest off the record")
EXAMINER = gettext_noop("examiner")
MUNICIPALITY = gettext_noop("municipality")

# Until the grades are published, papers get and lose examiners; appeals have their own.
APPOINTS = (ExamState.PLANNED, ExamState.OPEN, ExamState.LOCKED, ExamState.GRADING)


# --- Who grades in the sitting ---------------------------------------------------------------------------


@transaction.atomic
def add(exam: Exam, *, user: User, is_external: bool, for_appeals: bool, by: User, now: datetime) -> Examiner:
    """Name an examiner of the sitting; nobody gets mail. Raises Refused for somebody who cannot be one."""
    require_administers(by)
    if not can_examine(user):
        raise Refused(_("%(name)s is no instructor, and only instructors can be examiners.") % {"name": user})
    if for_appeals and (why_not := _sees_the_grades(exam, user)):
        raise Refused(why_not)
    try:
        with transaction.atomic():
            examiner = Examiner.objects.create(
                exam=exam, user=user, is_external=is_external, for_appeals=for_appeals, added_at=now
            )
    except IntegrityError as error:
        raise Refused(_("%(name)s is an examiner of this exam already.") % {"name": user}) from error
    verb = ADDED_FOR_APPEALS if for_appeals else ADDED
    audit.record(exam, verb, by=by, now=now, changes={EXAMINER: (None, user)})
    return examiner


def _sees_the_grades(exam: Exam, user: User) -> str:
    """Why somebody cannot grade blindly after an appeal: the staff of a cohort sees its grades."""
    if administers(user) or Instructor.objects.filter(cohort=exam.cohort_id, user=user).exists():
        return _(
            "%(name)s belongs to the cohort’s staff and sees its grades. "
            "Appeals are graded by somebody who has not seen them."
        ) % {"name": user}
    return ""


@transaction.atomic
def remove(examiner: Examiner, *, by: User, now: datetime) -> None:
    """Take somebody off the list who grades nothing. Raises Refused for somebody who is appointed."""
    require_administers(by)
    stored = Examiner.objects.select_for_update(of=("self",)).select_related("user").get(pk=examiner.pk)
    if stored.appointments.exists() or stored.orals.exists():
        raise Refused(
            _("%(name)s is appointed to a paper or an oral. Appoint somebody else there first.")
            % {"name": stored.user}
        )
    audit.record(examiner.exam, REMOVED, by=by, now=now, changes={EXAMINER: (stored.user, None)})
    stored.delete()


# --- Who grades which paper ------------------------------------------------------------------------------


@transaction.atomic
def appoint(paper: Paper, places: Mapping[int, Examiner | None], *, by: User, now: datetime) -> None:
    """Appoint the examiners of a paper, and release those in whose place they come.

    places: place (Appointment.Place) → examiner, or None for nobody; others stay as they are. While grading
    is open, who is new gets mail. Raises Refused for a conflict of interest, for the same person twice, and
    for releasing somebody who has begun to grade.
    """
    require_administers(by)
    current = locked(paper)
    _require_open_to_appointments(current)
    held = {each.place: each for each in _ordinary(current)}
    wanted = {place: each.examiner for place, each in held.items()} | dict(places)
    chosen = [each for each in wanted.values() if each is not None]
    if len({each.pk for each in chosen}) < len(chosen):
        raise Refused(_("The two examiners of a paper must be two persons."))
    # Held by whoever records a conflict of theirs as well, so that neither passes the other by.
    concerned = {each.user_id for each in (*chosen, *(each.examiner for each in held.values()))}
    list(User.objects.select_for_update().filter(pk__in=concerned).order_by("pk"))
    changed = [place for place, examiner in sorted(wanted.items()) if _of(held.get(place)) != examiner]
    for place in changed:
        if place in held:
            _release(current, held[place], by=by, now=now, verb=RELEASED)
    for place in changed:
        examiner = wanted[place]
        if examiner is not None:
            _appoint(current, examiner, place, by=by, now=now)


@transaction.atomic
def appoint_all(exam: Exam, *, seen: str, by: User, now: datetime) -> int:
    """Appoint as the page proposed; returns how many appointments were made.

    seen: the proposal as it was shown (`seen_in`). Raises Refused when it would be another by now.
    """
    require_administers(by)
    current = locked_exam(exam)
    proposed = proposal(current, now)
    if seen != seen_in(proposed):
        raise Refused(_("Something has changed meanwhile. Look through the new proposal."))
    for each in proposed:
        appoint(each.paper, each.places, by=by, now=now)
    return sum(len(each.places) for each in proposed)


def _require_open_to_appointments(paper: Paper) -> None:
    if paper.exam.state not in APPOINTS:
        raise Refused(_("The grades are published. New examiners are appointed only after an appeal."))


def _ordinary(paper: Paper) -> Sequence[Appointment]:
    return list(Appointment.objects.filter(paper=paper, appeal=None).select_related("examiner__user"))


def _of(appointment: Appointment | None) -> Examiner | None:
    return appointment.examiner if appointment else None


def _appoint(paper: Paper, examiner: Examiner, place: int, *, by: User, now: datetime) -> Appointment:
    if examiner.exam_id != paper.exam_id or examiner.for_appeals:
        raise Refused(_("%(name)s is no ordinary examiner of this exam.") % {"name": examiner.user})
    if why_not := conflict(paper, examiner.user, formats.local(now).date()):
        raise Refused(why_not)
    made = Appointment.objects.create(paper=paper, examiner=examiner, place=place, appointed_at=now)
    audit.record(paper, APPOINTED, by=by, now=now, changes={EXAMINER: (None, examiner.user)})
    if paper.exam.state == ExamState.GRADING:
        letters.grading_opened(paper.exam, examiner, [paper], now=now)
    return made


def _release(paper: Paper, appointment: Appointment, *, by: User, now: datetime, verb: str) -> None:
    """Take an examiner off a paper. Raises Refused for one who grades it, unless with a conflict of interest:
    then what they have given does not stand."""
    user = appointment.examiner.user
    if OralExaminer.objects.filter(
        oral__paper=paper, oral__appeal=None, examiner=appointment.examiner
    ).exists():
        raise Refused(
            _("%(name)s is to examine at the oral of this group. Change the oral first.") % {"name": user}
        )
    grade = ProvisionalGrade.objects.filter(appointment=appointment)
    if grade.exists():
        if not conflict(paper, user, formats.local(now).date()):
            raise Refused(
                _(
                    "%(name)s has begun to grade this paper, "
                    "and can be released only for a conflict of interest."
                )
                % {"name": user}
            )
        if paper.candidates.filter(state__in=SECRET_STATES).exists():
            raise Refused(
                _(
                    "The examiners have agreed on this paper. "
                    "A conflict of interest found now is a formal fault."
                )
            )
        grade.delete()
        # What was only proposed rested on it.
        PaperGrade.objects.filter(paper=paper, appeal=None, agreed_at=None).delete()
        verb = CONFLICTED
    appointment.delete()
    audit.record(paper, verb, by=by, now=now, changes={EXAMINER: (user, None)})


# --- A proposal that balances ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposed:
    """What is proposed for one paper. lacks: how many it would still lack. why: who must not grade it."""

    paper: Paper
    places: Mapping[int, Examiner]
    lacks: int
    why: Sequence[str]

    @property
    def examiners(self) -> list[Examiner]:
        return [examiner for _place, examiner in sorted(self.places.items())]


def places_of(exam: Exam) -> tuple[int, ...]:
    """The places that each paper of the sitting has to fill."""
    return (1, 2) if exam.two_examiners else (1,)


def proposal(exam: Exam, now: datetime) -> list[Proposed]:
    """Who could fill the free places, so that everybody grades about as much, and nobody in a conflict.

    Papers that nobody will deliver are left out. A constant number of queries.
    """
    papers = list(with_reads(Paper.objects.filter(exam=exam)))
    examiners = list(Examiner.objects.filter(exam=exam, for_appeals=False).select_related("user"))
    found = conflicts(papers, [each.user for each in examiners], formats.local(now).date())
    asked, load = [], dict.fromkeys([each.pk for each in examiners], 0)
    for paper in papers:
        held = ordinary(paper)
        for each in held:
            load[each.examiner_id] = load.get(each.examiner_id, 0) + 1
        free = free_places(exam, paper)
        if free and standing(paper, now) != Standing.NOBODY:
            eligible = {each.pk for each in examiners if (paper.pk, each.user_id) not in found}
            taken = frozenset(each.examiner_id for each in held)
            asked.append(Asked(paper.pk, len(free), taken, frozenset(eligible)))
    by_pk = {each.pk: each for each in examiners}
    chosen = balance(asked, list(by_pk), load)
    return [
        Proposed(
            paper,
            {place: by_pk[pk] for place, pk in zip(free_places(exam, paper), chosen[paper.pk], strict=False)},
            len(free_places(exam, paper)) - len(chosen[paper.pk]),
            against(paper, examiners, found),
        )
        for paper in papers
        if paper.pk in chosen
    ]


def ordinary(paper: Paper) -> list[Appointment]:
    """The appointments that were read with the paper (`with_reads`)."""
    found: list[Appointment] = getattr(paper, "ordinary")  # noqa: B009 - an annotation of the prefetch
    return found


def free_places(exam: Exam, paper: Paper) -> list[int]:
    """The places that nobody has. Reads what `with_reads` has read."""
    taken = {each.place for each in ordinary(paper)}
    return [place for place in places_of(exam) if place not in taken]


def against(paper: Paper, examiners: Collection[Examiner], found: Conflicts) -> list[str]:
    """Who must not grade the paper, a sentence for each."""
    return [found[key] for each in examiners if (key := (paper.pk, each.user_id)) in found]


def seen_in(proposed: Sequence[Proposed]) -> str:
    """What somebody has looked through before they appoint."""
    return ";".join(
        f"{each.paper.pk}:"
        + ",".join(f"{place}={examiner.pk}" for place, examiner in sorted(each.places.items()))
        for each in proposed
    )


# --- Conflicts of interest -------------------------------------------------------------------------------


@transaction.atomic
def declare(user: User, *, municipality: Municipality, why: str, by: User, now: datetime) -> None:
    """Record a municipality that somebody is bound to, by their own word or the school's.

    Their appointments to its papers end where they have not begun to grade, and to those of appeals until the
    new grade is agreed; the course administrators get one letter that says which, and what they must look at
    themselves. Raises Refused for a stranger, and
    for what is on record.
    """
    if by != user and not administers(by):
        raise Refused(_("Only the person and the course administrators can do this."))
    # Held like those of whoever grades and appoints, in the same order.
    concerned = Exam.objects.filter(examiners__user=user).exclude(state=ExamState.PUBLISHED)
    list(
        Exam.objects.select_for_update()
        .filter(pk__in=set(concerned.values_list("pk", flat=True)))
        .order_by("pk")
    )
    appeals = GradeAppeal.objects.undecided().filter(pk__in=_regraded(user))
    list(appeals.select_for_update(no_key=True).order_by("pk"))
    user = User.objects.select_for_update().get(pk=user.pk)
    _row, is_new = ConflictOfInterest.objects.get_or_create(
        user=user, municipality=municipality, defaults={"why": why, "declared_at": now}
    )
    if not is_new:
        raise Refused(_("%(municipality)s is on record already.") % {"municipality": municipality})
    audit.record(user, DECLARED, by=by, now=now, changes={MUNICIPALITY: (None, municipality)})
    after_appeals = new_examiners.release_for_conflict(user, by=by, now=now)
    ended, kept = map(list, after_appeals)
    appointments = _unpublished(user)
    found = conflicts([each.paper for each in appointments], [user], formats.local(now).date())
    for appointment in appointments:
        paper = appointment.paper
        if (paper.pk, user.pk) not in found:
            continue
        if _has_begun(appointment):
            kept.append(appointment)
            continue
        appointment.delete()
        audit.record(paper, CONFLICTED, by=by, now=now, changes={EXAMINER: (user, None)})
        ended.append(appointment)
    if ended or kept:
        letters.conflict_recorded(user, municipality, ended=ended, kept=kept, now=now)


def _regraded(user: User) -> Collection[int]:
    """Keys of the appeals after which the person grades a paper anew."""
    rows = Appointment.objects.filter(examiner__user=user, appeal__isnull=False)
    return set(rows.values_list("appeal", flat=True))


def _unpublished(user: User) -> Sequence[Appointment]:
    papers = Appointment.objects.filter(examiner__user=user, appeal=None)
    return list(
        papers.exclude(paper__exam__state=ExamState.PUBLISHED)
        .select_related("examiner__user", "paper__exam__cohort__intake", "paper__team__application__lead")
        .order_by("paper__exam", "paper__team__number")
    )


def _has_begun(appointment: Appointment) -> bool:
    orals = OralExaminer.objects.filter(oral__paper=appointment.paper, examiner=appointment.examiner)
    return ProvisionalGrade.objects.filter(appointment=appointment).exists() or orals.exists()


@transaction.atomic
def take_back(recorded: ConflictOfInterest, *, reason: str, by: User, now: datetime) -> None:
    """Take a conflict of interest off the record, with a reason; only course administrators can."""
    require_administers(by)
    stored = ConflictOfInterest.objects.select_related("user", "municipality").filter(pk=recorded.pk).first()
    if stored is None:
        raise Refused(_("It is no longer on record."))
    audit.record(
        stored.user,
        TAKEN_BACK,
        by=by,
        now=now,
        changes={MUNICIPALITY: (stored.municipality, None)},
        reason=reason,
    )
    stored.delete()
