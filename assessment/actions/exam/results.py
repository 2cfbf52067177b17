"""From the oral to the grade of each candidate: noted by one examiner, set by one, confirmed by the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from assessment.actions.exam.grading import appointed_to, hold, own_appointment
from assessment.actions.moves import move
from assessment.emails import exam_grading as letters
from assessment.models import Candidate, Exam, Grade, Mark, Oral, OralResult, Paper, PaperGrade
from assessment.states import CandidateState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

HEARD = (CandidateState.PAPER_GRADED, CandidateState.ORAL_HELD)


@dataclass(frozen=True)
class Heard:
    """What the oral did to a candidate's grade. steps: 1 is one grade better, -1 one worse, 0 the same."""

    steps: int
    note: str


Outcomes = Mapping[int, Heard | None]
"""Key of each candidate → what the oral did; None for one who was absent."""


@transaction.atomic
def note_oral(paper: Paper, outcomes: Outcomes, *, by: User, now: datetime) -> None:
    """Write down the oral of a group, or write it anew until the grades are confirmed.

    Who was absent gets a letter; whether the reason was valid is for the school to find when there is a
    document. Raises Refused before the oral has begun, when somebody of the group is left out, and for a
    change that the scale or the exam's setting does not allow.
    """
    exam, agreed = _agreed(paper, by)
    oral = Oral.objects.filter(paper=paper, appeal=None).first()
    if oral is None:
        raise Refused(_("The oral has not been planned."))
    if oral.starts_at > now:
        raise Refused(_("The oral has not begun."))
    people = to_hear(paper)
    if not people:
        raise Refused(_("Nobody in the group waits for the result of the oral."))
    if {each.pk for each in people} != outcomes.keys():
        raise Refused(_("The group is another one than when you opened the page. Look through it again."))
    for each in people:
        if heard := outcomes[each.pk]:
            refuse_unless_possible(exam, agreed.mark, heard)
    _supersede(people, now)
    for each in people:
        heard = outcomes[each.pk]
        if heard:
            _heard(oral, each, heard, about=agreed, by=by, now=now)
        else:
            _absent(oral, each, about=agreed, by=by, now=now)
    is_first = oral.held_at is None
    oral.held_at = oral.held_at or now
    oral.save(update_fields=["held_at"])
    verb = gettext_noop("noted the oral") if is_first else gettext_noop("noted the oral anew")
    audit.record(agreed, verb, by=by, now=now)


def to_hear(paper: Paper) -> list[Candidate]:
    """Whose oral is to be noted, or may be noted anew: also those whom its examiners have noted as absent."""
    examiners = [each.examiner.user_id for each in appointed_to(paper)]
    absent = Q(state=CandidateState.ABSENT, decided_by__in=examiners)
    rows = paper.candidates.filter(Q(state__in=HEARD) | absent)
    return list(rows.with_names().in_order())


def refuse_unless_possible(exam: Exam, mark: str, heard: Heard) -> None:
    """Raises Refused for more steps than the exam allows or the scale has, and without a note."""
    refuse_unless_within(exam, heard.steps)
    if adjusted(mark, heard.steps) is None:
        raise Refused(_("There is no such grade: A is the best and F the lowest."))
    if not heard.note.strip():
        raise Refused(_("Write a note for each candidate."))


def refuse_unless_within(exam: Exam, steps: int) -> None:
    """Raises Refused for more steps than the exam's setting allows."""
    if abs(steps) > exam.most_adjustment:
        raise Refused(
            ngettext(
                "The oral can move a candidate by at most %(count)s grade.",
                "The oral can move a candidate by at most %(count)s grades.",
                exam.most_adjustment,
            )
            % {"count": exam.most_adjustment}
        )


def adjusted(mark: str, steps: int) -> Mark | None:
    """The mark that lies so many grades above (or below, where negative); None beyond the scale."""
    place = Mark.values.index(mark) - steps
    return list(Mark)[place] if 0 <= place < len(Mark) else None


def _heard(
    oral: Oral, candidate: Candidate, heard: Heard, *, about: PaperGrade, by: User, now: datetime
) -> None:
    OralResult.objects.update_or_create(
        oral=oral,
        candidate=candidate,
        defaults={
            "steps": heard.steps,
            "note": heard.note.strip(),
            "written_by": by,
            "written_at": now,
        },
    )
    if candidate.state == CandidateState.ABSENT:
        move(
            candidate,
            CandidateState.PAPER_GRADED,
            verb=gettext_noop("took back that the candidate was absent from the oral"),
            by=by,
            now=now,
            ended_at=None,
            decided_by=None,
        )
        letters.not_absent(oral, candidate, now=now)
    if candidate.state == CandidateState.PAPER_GRADED:
        verb = gettext_noop("heard a candidate")
        move(candidate, CandidateState.ORAL_HELD, verb=verb, by=by, now=now, about=about)


def _absent(oral: Oral, candidate: Candidate, *, about: PaperGrade, by: User, now: datetime) -> None:
    OralResult.objects.filter(oral=oral, candidate=candidate).delete()
    if candidate.state == CandidateState.ABSENT:
        return
    if candidate.state == CandidateState.ORAL_HELD:
        verb = gettext_noop("took back that a candidate was heard")
        move(candidate, CandidateState.PAPER_GRADED, verb=verb, by=by, now=now, about=about)
    move(
        candidate,
        CandidateState.ABSENT,
        verb=gettext_noop("noted that the candidate was absent from the oral"),
        by=by,
        now=now,
        ended_at=now,
        decided_by=by,
    )
    letters.absent(oral, candidate, now=now)


# --- The grade of each -----------------------------------------------------------------------------------


@transaction.atomic
def set_grades(paper: Paper, *, by: User, now: datetime) -> list[Grade]:
    """Set the grade of everybody who was heard: the paper's, moved as the oral says.

    The other examiner confirms it; with one examiner it is confirmed at once. What one examiner has set and
    nobody has confirmed gives way to what the other one sets. Raises Refused before the oral is noted.
    """
    exam, agreed = _agreed(paper, by)
    people = _all_heard(paper)
    results = {
        each.candidate_id: each
        for each in OralResult.objects.filter(oral__paper=paper, oral__appeal=None, candidate__in=people)
    }
    _supersede(people, now)
    made = []
    for each in people:
        steps = results[each.pk].steps
        mark = adjusted(agreed.mark, steps)
        assert mark is not None, "what was noted is on the scale"
        made.append(
            Grade.objects.create(
                candidate=each,
                version=each.grades.count() + 1,
                mark=mark,
                paper_mark=agreed.mark,
                steps=steps,
                set_by=by,
                set_at=now,
            )
        )
    audit.record(agreed, gettext_noop("set the grades"), by=by, now=now)
    if not exam.two_examiners:
        _confirm(made, about=agreed, by=by, now=now)
    return made


@transaction.atomic
def confirm(paper: Paper, *, seen: Collection[int], by: User, now: datetime) -> None:
    """Confirm the grades that the other examiner has set.

    seen: keys of the grades that the person has read. Raises Refused when they are others meanwhile, and when
    one has set them oneself.
    """
    _exam, agreed = _agreed(paper, by)
    people = _all_heard(paper)
    grades = list(Grade.objects.current().filter(candidate__in=people).select_related("candidate"))
    if len(grades) < len(people):
        raise Refused(_("The grades are not set yet."))
    if {each.pk for each in grades} != set(seen):
        raise Refused(_("The grades have been set anew meanwhile. Read them before you confirm."))
    if any(each.set_by_id == by.pk for each in grades):
        raise Refused(_("You have set these grades. Your colleague confirms them."))
    _confirm(grades, about=agreed, by=by, now=now)


@transaction.atomic
def reopen(paper: Paper, *, reason: str, by: User, now: datetime) -> None:
    """Take confirmed grades back before they are published, so that the oral can be noted anew.

    The versions that were set are kept, and are never told to the candidates. Raises Refused when no grade
    is confirmed, or all are published.
    """
    _exam, agreed = _agreed(paper, by)
    people = list(paper.candidates.filter(state=CandidateState.GRADE_SET))
    if not people:
        raise Refused(_("No grade is confirmed."))
    for each in people:
        verb = gettext_noop("took back a confirmed grade")
        move(each, CandidateState.ORAL_HELD, verb=verb, by=by, now=now, reason=reason, about=agreed)
    _supersede(people, now)


def _agreed(paper: Paper, by: User) -> tuple[Exam, PaperGrade]:
    exam = hold(paper)
    own_appointment(paper, by)
    agreed = PaperGrade.objects.filter(paper=paper, appeal=None, agreed_at__isnull=False).first()
    if agreed is None:
        raise Refused(_("The examiners have not agreed on the grade of the paper."))
    return exam, agreed


def _all_heard(paper: Paper) -> list[Candidate]:
    """Those whose oral is noted. Raises Refused when that is nobody, or not yet everybody."""
    people = list(paper.candidates.filter(state__in=HEARD))
    if not people or any(each.state != CandidateState.ORAL_HELD for each in people):
        raise Refused(_("Note the oral first."))
    return people


def _supersede(people: Sequence[Candidate], now: datetime) -> None:
    """What stood until now is kept as a former version; before publication nobody was told of it."""
    Grade.objects.current().filter(candidate__in=people, published_at=None).update(superseded_at=now)


def _confirm(grades: Sequence[Grade], *, about: PaperGrade, by: User, now: datetime) -> None:
    for each in grades:
        each.confirmed_by, each.confirmed_at = by, now
        each.save(update_fields=["confirmed_by", "confirmed_at"])
        move(
            each.candidate,
            CandidateState.GRADE_SET,
            verb=gettext_noop("confirmed a grade"),
            by=by,
            now=now,
            about=about,
        )
