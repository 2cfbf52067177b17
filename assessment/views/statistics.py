"""How the cohorts went, in figures: for everybody what has been released, for the staff what is behind it."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from applications.views.deeds import Deed, deed_page, offered, says
from assessment import figures
from assessment.actions.statistics import obstacle_to_release, release
from assessment.forms.exam_registry import ReleaseForm
from assessment.models import StatisticsRelease
from assessment.models.cohort_figures import SMALLEST
from assessment.models.cohort_figures import figures as figures_of
from cohorts.models import Cohort
from cohorts.permissions import administers
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.guards import administrator_required, person
from innoskole.ui.exports import csv_response


@login_not_required
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """The latest cohort's figures, and the way to those of the others. One query."""
    released = _released()
    return _public_page(request, released, released[0] if released else None)


@login_not_required
@require_safe
def released_statistics(request: HttpRequest, slug: str) -> HttpResponse:
    """The released figures of one cohort; 404 while there are none. One query."""
    released = _released()
    chosen = next((each for each in released if each.cohort.slug == slug), None)
    if chosen is None:
        raise Http404
    return _public_page(request, released, chosen)


@login_not_required
@require_safe
def statistics_json(request: HttpRequest) -> JsonResponse:
    """All released figures as data; the keys are described in docs/statistics-data.md."""
    links = {
        key: settings.BASE_URL + reverse(f"assessment:{name}")
        for key, name in (("page", "statistics"), ("csv", "statistics_csv"))
    }
    data = figures.as_json(_released(), links=links)
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})


@login_not_required
@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """The same, one figure a row."""
    return csv_response("statistics.csv", figures.CSV_COLUMNS, figures.as_rows(_released()))


def cohort_statistics(request: HttpRequest, slug: str) -> HttpResponse:
    """For the cohort's staff: every figure as it stands now, and which of them the public does not see."""
    cohort, user, now = cohort_for_staff(request, slug), person(request), timezone.now()
    true = figures_of(cohort)
    return TemplateResponse(
        request,
        "assessment/statistics/cohort.html",
        {
            "cohort": cohort,
            "shown": figures.shown(cohort.intake, true.public(), true),
            "latest": cohort.statistics_releases.select_related("released_by").last(),
            "obstacle": obstacle_to_release(cohort),
            "deeds": offered({"release": RELEASE}, cohort, user, now) if administers(user) else [],
        },
    )


RELEASE: Deed[Cohort] = Deed(
    title=gettext_lazy("Release the figures"),
    button=gettext_lazy("Release the figures"),
    done=gettext_lazy("Everybody can see the figures now."),
    run=release,
    obstacle=lambda cohort, user, now: obstacle_to_release(cohort),
    consequences=says(
        gettext_lazy("Everybody can see the figures on the page of statistics, and fetch them as open data."),
        gettext_lazy("Small figures are left out, and so are those from which they could be worked out."),
        gettext_lazy("They stay as they are until somebody releases them anew, with a reason."),
        gettext_lazy("If nothing has changed since they were released, nothing happens."),
        gettext_lazy("Nobody gets mail about it."),
    ),
    form=ReleaseForm,
    given=lambda cohort, now: {"is_first": not cohort.statistics_releases.exists()},
)


@administrator_required
def statistics_release(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everybody the figures of a cohort that is settled."""
    cohort = get_object_or_404(Cohort.objects.select_related("intake"), slug=slug)
    return deed_page(
        request,
        {"release": RELEASE},
        "release",
        cohort,
        template="assessment/statistics/release.html",
        back=reverse("assessment:cohort_statistics", args=[slug]),
        context={"cohort": cohort},
    )


def _released() -> list[StatisticsRelease]:
    return list(StatisticsRelease.objects.in_force().with_names().newest_first())


def _public_page(
    request: HttpRequest, released: Sequence[StatisticsRelease], chosen: StatisticsRelease | None
) -> HttpResponse:
    return TemplateResponse(
        request,
        "assessment/statistics/statistics.html",
        {
            "released": released,
            "chosen": chosen,
            "shown": figures.shown(chosen.cohort.intake, chosen.content) if chosen else None,
            "smallest": SMALLEST,
        },
    )
