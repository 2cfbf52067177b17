"""A group whose grades were published this morning, its examiners, and the new ones who know nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from assessment.actions.exam import appeals, new_examiners, regrading
from assessment.models import Candidate, Exam, Examiner, Grade, GradeAppeal, Oral, OralResult, PaperGrade
from assessment.states import CandidateState
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import ExamFactory, ExaminerFactory, GradeFactory, sitting
from tests.cohorts.factories import CohortFactory, InstructorFactory
from tests.factories import NOW, UserFactory

SECRET_GROUNDS = "Grunngjevinga som ingen ny sensor skal sjå."


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


@dataclass
class Group:
    """people: candidates with the mark C on paper, moved to C, B and D by the oral."""

    exam: Exam
    paper: Any
    people: list[Candidate]
    old: list[User]
    new: list[Examiner]
    admin: User
    teacher: User

    def user(self, number: int = 0) -> User:
        found = self.people[number].participant.member.user
        assert found is not None
        return found

    def appeal(self, number: int = 0, *, kind: str = "grade", words: str = "", now: Any = NOW) -> GradeAppeal:
        return appeals.receive(self.people[number], kind=kind, words=words, by=self.user(number), now=now)

    def appoint(self, appeal: GradeAppeal, places: tuple[int, ...] = (1, 2), now: Any = NOW) -> None:
        chosen = {place: self.new[place - 1] for place in places}
        new_examiners.appoint(appeal, chosen, by=self.admin, now=now)

    def grade(self, appeal: GradeAppeal, mark: str, now: Any = NOW) -> None:
        """Both new examiners give the mark, and agree on it."""
        one, other = self.new[0].user, self.new[1].user
        for user in (one, other):
            regrading.submit(appeal, mark=mark, grounds="Sakleg.", by=user, now=now)
        made = regrading.propose(appeal, mark=mark, grounds="Sakleg.", by=one, now=now)
        regrading.agree(appeal, read=made.proposed_at, by=other, now=now)

    def regraded(self, mark: str, number: int = 0) -> GradeAppeal:
        appeal = self.appeal(number)
        self.appoint(appeal)
        self.grade(appeal, mark)
        appeal.refresh_from_db()
        return appeal

    def joint(self, mark: str) -> GradeAppeal:
        """Everybody has joined the appeal, and the new examiners have graded."""
        appeal, *_same = [self.appeal(number) for number in range(len(self.people))]
        self.appoint(appeal)
        self.grade(appeal, mark)
        appeal.refresh_from_db()
        return appeal

    def marks(self) -> list[str]:
        rows = Grade.objects.current().filter(candidate__in=self.people).order_by("candidate")
        return list(rows.values_list("mark", flat=True))

    def states(self) -> list[str]:
        rows = Candidate.objects.filter(pk__in=[each.pk for each in self.people]).order_by("pk")
        return list(rows.values_list("state", flat=True))


def make_group(cohort: Any = None, **settings: Any) -> Group:
    exam = ExamFactory(
        published=True, published_at=NOW - timedelta(hours=1), cohort=cohort or CohortFactory(), **settings
    )
    paper = sitting(exam, state=CandidateState.PUBLISHED)
    people = list(paper.candidates.order_by("pk"))
    old = [each.examiner.user for each in paper.appointments.order_by("place")]
    PaperGrade.objects.create(
        paper=paper,
        mark="C",
        grounds=SECRET_GROUNDS,
        proposed_by=old[0],
        proposed_at=NOW - timedelta(days=9),
        agreed_by=old[1],
        agreed_at=NOW - timedelta(days=9),
    )
    oral = Oral.objects.create(
        paper=paper,
        room=f"Gamalt rom {exam.number}",
        starts_at=NOW - timedelta(days=5),
        ends_at=NOW - timedelta(days=5) + timedelta(hours=1),
        held_at=NOW - timedelta(days=5),
    )
    for candidate, (mark, steps) in zip(people, (("C", 0), ("B", 1), ("D", -1)), strict=True):
        GradeFactory(
            candidate=candidate, mark=mark, paper_mark="C", steps=steps, set_by=old[0], confirmed_by=old[1]
        )
        OralResult.objects.create(
            oral=oral, candidate=candidate, steps=steps, note="Løyndomen.", written_by=old[0], written_at=NOW
        )
    new = [ExaminerFactory(exam=exam, for_appeals=True) for _number in range(3)]
    teacher = InstructorFactory(cohort=exam.cohort).user
    return Group(exam, paper, people, old, new, UserFactory(is_course_administrator=True), teacher)


@pytest.fixture
def group(db: None) -> Group:
    return make_group()


def letters(kind: str = "") -> list[tuple[str, str]]:
    found = Message.objects.filter(kind=kind) if kind else Message.objects.all()
    return list(found.order_by("pk").values_list("kind", "to_email"))


def texts() -> str:
    """Everything that has been written to anybody."""
    rows = Message.objects.values_list("subject", "body_text", "body_html")
    return "\n".join(part for row in rows for part in row)
