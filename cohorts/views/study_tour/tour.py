"""The tour as the cohort's staff sees it: what is planned, and who comes."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from cohorts.forms.study_tour import TravellerFilterForm
from cohorts.models import StudyTour
from cohorts.models.travellers import Answer, Traveller, travellers, wishes
from cohorts.permissions import administers
from cohorts.permissions.study_tour import organises
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import person

COLORS: dict[str, str] = {Answer.COMING: "success", Answer.NONE: "warning"}


def study_tour(request: HttpRequest, slug: str) -> HttpResponse:
    """The itinerary, the answers by number, and the list; the filter lives in the address."""
    cohort, user, now = cohort_for_staff(request, slug), person(request), timezone.now()
    found = StudyTour.objects.with_plan().filter(cohort=cohort).first()
    if found is None:
        return TemplateResponse(
            request,
            "cohorts/study_tour/none.html",
            {
                "cohort": cohort,
                "is_administrator": administers(user),
                "has_session": cohort.sessions.filter(is_study_tour=True).exists(),
            },
        )
    people, form = travellers(found), TravellerFilterForm(request.GET)
    return TemplateResponse(
        request,
        "cohorts/study_tour/tour.html",
        {
            "cohort": cohort,
            "tour": found,
            "entries": list(found.entries.all()),
            "leaders": list(found.leaders.all()),
            "form": form,
            "is_filtered": bool(form.chosen()),
            "people": [
                (each, COLORS.get(each.answer, "neutral"))
                for each in people
                if _is_shown(each, form.chosen())
            ],
            "counts": [(answer.label, sum(each.answer == answer for each in people)) for answer in Answer],
            "wishes": wishes(people),
            "is_administrator": administers(user),
            "is_organiser": organises(user, found),
            "is_open": found.accepts_at(now),
        },
    )


def _is_shown(each: Traveller, chosen: str) -> bool:
    if chosen == "no_room":
        return each.answer == Answer.COMING and not each.room
    return not chosen or each.answer == chosen
