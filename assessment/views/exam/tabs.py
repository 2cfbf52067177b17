"""The pages of one exam for the staff: each part of it adds its line here, in order."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment.models import Exam
from cohorts.navigation import Tab


@dataclass(frozen=True)
class ExamTab:
    """url_name: of a page whose address takes the cohort's slug and the number of the sitting."""

    label: str | Promise
    url_name: str


TABS: tuple[ExamTab, ...] = (
    ExamTab(_("Candidates"), "assessment:exam"),
    ExamTab(_("Papers"), "assessment:exam_papers"),
    ExamTab(_("Examiners"), "assessment:examiners"),
    ExamTab(_("Orals"), "assessment:orals"),
    ExamTab(_("Grading"), "assessment:exam_progress"),
    ExamTab(_("Grades"), "assessment:exam_grades"),
    ExamTab(_("Dates and rules"), "assessment:exam_settings"),
    ExamTab(_("Explanations and appeals"), "assessment:exam_appeals"),
    ExamTab(_("Student registry"), "assessment:registry"),
)


def tabs(exam: Exam, path: str) -> Iterator[Tab]:
    """current: "page", "true" on a page below it, or empty."""
    urls = {tab.url_name: reverse(tab.url_name, args=[exam.cohort.slug, exam.number]) for tab in TABS}
    below = max((url for url in urls.values() if path.startswith(url)), key=len, default="")
    for tab in TABS:
        url = urls[tab.url_name]
        yield Tab(tab.label, url, "page" if path == url else "true" if url == below else "")
