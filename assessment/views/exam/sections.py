"""What stands on a candidate's own page: each part of the exam adds its line, in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessment.models import Candidate
from assessment.views.exam import grade, grade_section, paper_marks


@dataclass(frozen=True)
class Section:
    """A template that is included on the candidate's own page, with `candidate` and what `context` says.

    context: of the candidate and the present moment; None while there is nothing to say. It is asked only of
    a candidate's own page, and must give nothing that the candidate may not know.
    """

    template: str
    context: Callable[[Candidate, datetime], Mapping[str, Any] | None]


SECTIONS: tuple[Section, ...] = (
    Section("assessment/exam/grading/_grade_section.html", grade_section.grade_section),
    Section("assessment/exam/redress/_section.html", grade.section),
    Section("assessment/exam/grading/_oral_section.html", grade_section.oral_section),
    Section("assessment/exam/paper/_section.html", paper_marks.section),
)


def sections_of(candidate: Candidate, now: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    """Those that have something to say, each with its template."""
    found = ((each.template, each.context(candidate, now)) for each in SECTIONS)
    return [(template, context) for template, context in found if context is not None]
