"""The two sittings of the demo's exam: when their steps are, and who has a story of their own in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.uploads import Upload, inspect
from assessment.models import Candidate, Exam, Paper
from cohorts.models import Participant
from innoskole.accounts.models import User
from innoskole.management.demo.course.year import Crew, Year, pick
from innoskole.management.demo_people import EXAMINERS, NEW_EXAMINERS, STUDENT
from innoskole.ui.pdf import render_pdf

LAST_SESSION = 6


@cache
def texts(code: str) -> dict[str, Any]:
    """What candidates, examiners and the school write, in a written language."""
    content = yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = content[code]
    return found


@cache
def _pdf(name: str, code: str) -> bytes:
    document = texts(code)[name]
    rows = [[str(number), line] for number, line in enumerate(document["rows"], start=1)]
    return render_pdf("demo_transcript", {"title": document["title"], "rows": rows}, language=code)


def document(name: str, code: str) -> Upload:
    """A PDF of one page: the paper of a group, or the guidelines for the examiners."""
    file_name = texts(code)[name]["file"]
    return inspect(SimpleUploadedFile(file_name, _pdf(name, code), content_type="application/pdf"))


def played(people: Iterable[Any]) -> list[User]:
    """The accounts of some of the demo's people, in their order."""
    return [User.objects.get(email=person.email) for person in people]


@dataclass(frozen=True)
class Sitting:
    """Numbers are days after the last session, which ends on a Thursday: 1 is a Friday, 4 a Monday."""

    year: Year
    number: int
    set_up: int
    opens: int
    closes: int
    paper_opens: int
    paper_due: int
    oral_from: int
    oral_to: int
    publishes: int

    @property
    def is_first(self) -> bool:
        return self.number == 1

    def at(self, day: int, hour: int = 9, minute: int = 0) -> datetime:
        return self.year.after(LAST_SESSION, day, hour, minute)

    @property
    def exam(self) -> Exam:
        exams = Exam.objects.with_names()
        return exams.get(cohort__intake__slug=self.year.slug, number=self.number)

    def papers(self) -> list[tuple[int, Crew, Paper]]:
        """Each by its place, with its group; that of the played student first."""
        found = {paper.team_id: paper for paper in self.exam.papers.with_names()}
        crews = [crew for crew in self.year.crews() if crew.team.pk in found]
        return [(place, crew, found[crew.team.pk]) for place, crew in enumerate(crews)]

    def delivered(self) -> list[tuple[int, Crew, Paper]]:
        return [each for each in self.papers() if each[2].version]

    @property
    def examiners(self) -> list[User]:
        return played(EXAMINERS)

    @property
    def new_examiners(self) -> list[User]:
        return played(NEW_EXAMINERS)

    def candidate(self, person: Participant) -> Candidate:
        return self.exam.candidates.with_names().get(participant=person)


def sittings(year: Year) -> tuple[Sitting, Sitting]:
    """Between the two everything that belongs to the first comes to its end, and its figures are released."""
    first = Sitting(
        year,
        number=1,
        set_up=1,
        opens=4,
        closes=46,
        paper_opens=48,
        paper_due=64,
        oral_from=81,
        oral_to=92,
        publishes=95,
    )
    following = Sitting(
        year,
        number=2,
        set_up=141,
        opens=158,
        closes=172,
        paper_opens=174,
        paper_due=190,
        oral_from=207,
        oral_to=211,
        publishes=214,
    )
    return first, following


# --- The first sitting's own stories ---------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """To whom what happens, of the groups that nobody plays and that have somebody who lacks nothing."""

    year: Year

    @property
    def groups(self) -> list[Crew]:
        """Known once the list is locked; in the order of the teams."""
        papers = Paper.objects.filter(exam__cohort__intake__slug=self.year.slug, exam__number=1)
        teams = set(papers.filter(candidates__has_exception=False).values_list("team", flat=True))
        return [crew for crew in self.year.others if crew.team.pk in teams]

    @property
    def without_paper(self) -> Crew:
        return self.groups[0]

    @property
    def late(self) -> Crew:
        return self.groups[1]

    @property
    def with_more_time(self) -> Crew:
        return self.groups[2]

    @property
    def appealing_in_vain(self) -> Crew:
        return self.groups[-1]

    @property
    def played(self) -> Participant:
        return next(person for person in self.year.people() if person.member.email == STUDENT.email)

    def graded(self, crew: Crew) -> Candidate:
        """The first of a group who has got a grade."""
        rows = Candidate.objects.filter(participant__team=crew.team, exam__number=1, grades__isnull=False)
        return rows.with_names().in_order()[0]


def said(crew: Crew, name: str, number: int = 0) -> Any:
    """What is written to a group or by it, in its language; one after the other where there are several."""
    found = texts(crew.language)[name]
    return pick(found, number) if isinstance(found, list) else found
