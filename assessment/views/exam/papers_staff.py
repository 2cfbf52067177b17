"""The papers of a sitting for the staff of its cohort: who has delivered, and what must be decided."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.administrator import ReasonForm
from applications.views.deeds import Deed, deed_page, offered, says
from assessment.actions.exam import paper_decisions as actions
from assessment.actions.exam.examiners import free_places, ordinary
from assessment.forms.exam_paper import ExtensionForm
from assessment.models import Exam, Paper
from assessment.models.exam.standing import TO_DECIDE, Standing, latest, standing
from assessment.views.exam.access import exam_for_staff
from assessment.views.exam.paper_access import papers_of
from assessment.views.exam.paper_marks import mark_of
from cohorts.permissions import administers
from innoskole.accounts.guards import person
from innoskole.accounts.models import User

TOLD = gettext_lazy("Everybody who sits the exam in the group gets an e-mail with the reason.")


def _obstacle_to_accepting(paper: Paper, user: User, now: datetime) -> str:
    if why_not := actions.obstacle(paper, user, now):
        return why_not
    return "" if latest(paper) else _("The group has delivered nothing.")


def _obstacle_to_closing(paper: Paper, user: User, now: datetime) -> str:
    why_not = actions.obstacle(paper, user, now) or actions.obstacle_to_closing(paper, user, now)
    if not why_not and standing(paper, now) == Standing.NOBODY:
        return _("Nobody who sits the exam is left in this group.")
    return why_not


DEEDS: Mapping[str, Deed[Paper]] = {
    "extend": Deed(
        title=gettext_lazy("Give a later deadline"),
        button=gettext_lazy("Give a later deadline"),
        done=gettext_lazy("The group has a later deadline."),
        run=actions.extend,
        obstacle=actions.obstacle_to_extending,
        consequences=says(
            gettext_lazy("The group can deliver, and deliver anew, until the new deadline."),
            gettext_lazy("A paper that has come late counts from now on."),
            gettext_lazy("Grading cannot open before the new deadline has passed."),
            TOLD,
        ),
        form=ExtensionForm,
    ),
    "accept": Deed(
        title=gettext_lazy("Let the paper that came late count"),
        button=gettext_lazy("Let it count"),
        done=gettext_lazy("The paper counts."),
        run=actions.accept,
        obstacle=_obstacle_to_accepting,
        consequences=says(
            gettext_lazy("The latest version is graded like the papers that came in time."),
            gettext_lazy("It stays marked as late."),
            TOLD,
        ),
        form=ReasonForm,
    ),
    "close": Deed(
        title=gettext_lazy("Decide that no paper counts"),
        button=gettext_lazy("No paper counts"),
        done=gettext_lazy("It is decided that the group has no paper that counts."),
        run=actions.close,
        obstacle=_obstacle_to_closing,
        consequences=says(
            gettext_lazy(
                "Everybody who sits the exam in the group is marked as absent, and uses an attempt."
            ),
            gettext_lazy("Who proves a valid reason can be given valid absence, and uses none."),
            gettext_lazy("A paper that has come late is kept, and is not graded."),
            TOLD,
        ),
        form=ReasonForm,
        color="danger",
    ),
}


def papers(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Every group's paper: where it stands, until when, and who grades it."""
    exam, now = exam_for_staff(request, slug, number), timezone.now()
    found = list(papers_of(exam))
    return TemplateResponse(
        request,
        "assessment/exam/paper/papers.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "rows": [
                (each, mark_of(each, now), latest(each), ordinary(each), len(free_places(exam, each)))
                for each in found
            ],
            "to_decide": [each for each in found if standing(each, now) in TO_DECIDE],
        },
    )


def _paper(request: HttpRequest, slug: str, number: int, code: str) -> tuple[Exam, Paper]:
    exam = exam_for_staff(request, slug, number)
    found = get_object_or_404(papers_of(exam), code=code)
    found.exam = exam
    return exam, found


def paper(request: HttpRequest, slug: str, number: int, code: str) -> HttpResponse:
    """One group's paper: its versions and files, the check for similarity, and what can be decided."""
    exam, found = _paper(request, slug, number, code)
    now, user = timezone.now(), person(request)
    return TemplateResponse(
        request,
        "assessment/exam/paper/paper_staff.html",
        {
            "cohort": exam.cohort,
            "exam": exam,
            "paper": found,
            "mark": mark_of(found, now),
            "deliveries": list(
                found.deliveries.select_related("delivered_by").prefetch_related("files").order_by("-version")
            ),
            "people": found.candidates.all(),
            "examiners": ordinary(found),
            "free": len(free_places(exam, found)),
            "may_appoint": administers(user),
            "similarity_host": urlsplit(exam.similarity_url).hostname or "",
            "deeds": offered(DEEDS, found, user, now),
        },
    )


def deed(request: HttpRequest, slug: str, number: int, code: str, deed: str) -> HttpResponse:
    """A later deadline; a paper that came late; none that counts."""
    exam, found = _paper(request, slug, number, code)
    return deed_page(
        request,
        DEEDS,
        deed,
        found,
        template="assessment/exam/paper/paper_deed.html",
        back=reverse("assessment:exam_paper", args=[slug, number, code]),
        context={"cohort": exam.cohort, "exam": exam, "paper": found},
    )
