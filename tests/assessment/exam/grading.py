"""Papers at each step of grading, for tests. Rows only: nothing here goes through the product's actions."""

from __future__ import annotations

from datetime import timedelta

from assessment import models as m
from assessment.states import CandidateState
from tests.assessment.exam.factories import ExamFactory, sitting
from tests.factories import NOW

ROOM = "Room 1"


def graded_paper(exam=None, *, people=2, state=CandidateState.DELIVERED) -> m.Paper:
    """A delivered paper of an exam that is being graded, with two examiners, in one of the states."""
    return sitting(exam or ExamFactory(grading=True), people=people, state=state)


def another_exam(slug="other", **fields) -> m.Exam:
    """An exam of another cohort that is being graded as well."""
    return ExamFactory(grading=True, cohort__intake__slug=slug, **fields)


def examiners(paper) -> list:
    """The accounts of its examiners, the first one first."""
    rows = paper.appointments.filter(appeal=None).select_related("examiner__user").order_by("place")
    return [each.examiner.user for each in rows]


def submitted(paper, *marks, at=NOW - timedelta(days=2)) -> None:
    """Provisional grades of its examiners, in their order; None for one who has none."""
    for appointment, mark in zip(paper.appointments.order_by("place"), marks, strict=False):
        if mark:
            m.ProvisionalGrade.objects.create(
                appointment=appointment,
                mark=mark,
                grounds=f"Grounds of examiner {appointment.place}.",
                saved_at=at,
                submitted_at=at,
            )


def proposed(paper, mark="C", *, by=None, is_agreed=False) -> m.PaperGrade:
    """What the first examiner (or `by`) proposes, agreed by the second one if told."""
    first, second = examiners(paper)[0], examiners(paper)[-1]
    return m.PaperGrade.objects.create(
        paper=paper,
        mark=mark,
        grounds="Agreed grounds.",
        proposed_by=by or first,
        proposed_at=NOW - timedelta(days=1),
        agreed_by=second if is_agreed else None,
        agreed_at=NOW - timedelta(hours=20) if is_agreed else None,
    )


def planned(paper, *, starts_at=NOW - timedelta(hours=2), minutes=45, room=ROOM, told=True, held=False):
    """Its oral, two hours ago unless told, before its examiners."""
    oral = m.Oral.objects.create(
        paper=paper,
        room=room,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        told_at=NOW - timedelta(days=7) if told else None,
        held_at=NOW - timedelta(hours=1) if held else None,
    )
    for appointment in paper.appointments.filter(appeal=None):
        m.OralExaminer.objects.create(oral=oral, examiner=appointment.examiner, starts_at=starts_at)
    return oral


def agreed_paper(exam=None, *, mark="C", people=2, **oral) -> m.Paper:
    """The examiners agree on the paper, and the oral has begun."""
    paper = graded_paper(exam, people=people, state=CandidateState.PAPER_GRADED)
    submitted(paper, mark, mark)
    proposed(paper, mark, is_agreed=True)
    planned(paper, **oral)
    return paper


def heard_paper(exam=None, *, mark="C", steps=(0, 1), **oral) -> m.Paper:
    """The oral is noted: one candidate for each of `steps`."""
    paper = agreed_paper(exam, mark=mark, people=len(steps), held=True, **oral)
    for candidate, change in zip(candidates(paper), steps, strict=True):
        m.OralResult.objects.create(
            oral=paper.orals.get(),
            candidate=candidate,
            steps=change,
            note="Answered well.",
            written_by=examiners(paper)[0],
            written_at=NOW - timedelta(hours=1),
        )
    paper.candidates.update(state=CandidateState.ORAL_HELD)
    return paper


def set_paper(exam=None, *, mark="C", steps=(0, 1), is_confirmed=True, **oral) -> m.Paper:
    """Each grade is set by the first examiner, and confirmed by the second one unless told."""
    paper = heard_paper(exam, mark=mark, steps=steps, **oral)
    first, second = examiners(paper)
    for candidate, change in zip(candidates(paper), steps, strict=True):
        m.Grade.objects.create(
            candidate=candidate,
            version=1,
            mark=m.Mark.values[m.Mark.values.index(mark) - change],
            paper_mark=mark,
            steps=change,
            set_by=first,
            set_at=NOW - timedelta(minutes=50),
            confirmed_by=second if is_confirmed else None,
            confirmed_at=NOW - timedelta(minutes=40) if is_confirmed else None,
        )
    if is_confirmed:
        paper.candidates.update(state=CandidateState.GRADE_SET)
    return paper


def candidates(paper) -> list:
    return list(paper.candidates.order_by("pk"))


def states(paper) -> list[str]:
    return [each.state for each in candidates(paper)]


def people_of(paper) -> list:
    """The accounts of its candidates."""
    return [each.participant.member.user for each in candidates(paper)]
