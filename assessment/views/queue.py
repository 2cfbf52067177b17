"""The instructors' queue, and the page on which a delivery is assessed beside the former one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessment.actions import assessing
from assessment.forms.requirements import AssessForm, QueueFilterForm
from assessment.models import Delivery, TeamRequirement, WorkRequirement
from assessment.models.differences import compare
from assessment.models.queue import queue_of
from assessment.states import RequirementState
from cohorts.models import Cohort, Participant
from innoskole.accounts.guards import Refused, instructor_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("waited", gettext_lazy("Delivered"), order_by=("delivered_at",)),
    Column("team", gettext_lazy("Team"), order_by=("team__application__lead__sort_key", "team__number")),
    Column("cohort", gettext_lazy("Cohort"), order_by=("team__cohort__slug",)),
    Column("requirement", gettext_lazy("Work requirement"), order_by=("requirement__number",)),
    Column("attempt", gettext_lazy("Attempt"), order_by=("attempt",), numeric=True),
    Column("taken", gettext_lazy("Taken by")),
)


@instructor_required
def queue(request: HttpRequest) -> HttpResponse:
    """What waits to be assessed in one's cohorts, the oldest first. The address holds filter, sort, page."""
    user = person(request)
    cohorts = list(Cohort.objects.taught_by(user).select_related("intake").newest_first())
    most = WorkRequirement.objects.filter(cohort__in=cohorts).aggregate(most=Max("number"))["most"] or 0
    form = QueueFilterForm(request.GET, cohorts=cohorts, most=most)
    found = queue_of(user, cohort=form.asked("cohort"), number=form.asked("number"), show=form.asked("show"))
    listed = paginate(request, found, COLUMNS, default_sort="waited")
    return TemplateResponse(
        request, "assessment/requirements/queue.html", {"form": form, "list": listed, "rows": listed.rows}
    )


@instructor_required
def assess(request: HttpRequest, pk: int) -> HttpResponse:
    """A delivery beside the former one, and the form for those who have taken it."""
    work, user, now = _work(request, pk), person(request), timezone.now()
    deliveries = list(
        work.deliveries.select_related("delivered_by", "assessment__given_by")
        .prefetch_related("files", "statements__participant__member", "members__participant__member")
        .order_by("-attempt")
    )
    for each in deliveries:
        each.work = work
    latest = deliveries[0]
    former = _former(deliveries)
    is_mine = work.state == RequirementState.UNDER_ASSESSMENT and work.claimed_by == user
    people = assessing.to_assess(latest) if work.is_in_queue else []
    form = AssessForm(
        request.POST if request.method == "POST" else kept_post(request), people=people, now=now
    )
    if request.method == "POST" and form.is_valid() and (done := _assessed(request, latest, form, now)):
        return done
    return TemplateResponse(
        request,
        "assessment/requirements/assess.html",
        {
            "work": work,
            "team": work.team,
            "requirement": work.requirement,
            "delivery": latest,
            "former": former,
            "rows": compare(former.text, latest.text) if former else [],
            "former_results": _results(former),
            "members": _members(latest, people),
            "form": form if is_mine or form.is_bound else None,
            "is_mine": is_mine,
            "waits": work.is_in_queue,
        },
    )


def _former(deliveries: Sequence[Delivery]) -> Delivery | None:
    """What to read the newest beside: the latest that was assessed, for the comments; else the one before."""
    earlier = deliveries[1:]
    assessed = (each for each in earlier if hasattr(each, "assessment"))
    return next(assessed, earlier[0] if earlier else None)


def _assessed(request: HttpRequest, latest: Delivery, form: AssessForm, now: datetime) -> HttpResponse | None:
    """On to the queue; None when it is refused."""
    try:
        assessing.assess(
            latest,
            form.marks(),
            comment=form.cleaned_data["comment"],
            revise_due_at=form.cleaned_data["revise_due_at"],
            by=person(request),
            now=now,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("The delivery is assessed. Each person gets the result by e-mail."))
    return redirect("assessment:queue")


def _work(request: HttpRequest, pk: int) -> TeamRequirement:
    """What has been delivered in the cohorts that one teaches; 404 for everything else."""
    rows = TeamRequirement.objects.taught_by(person(request)).exclude(attempt=0).with_names()
    return get_object_or_404(rows, pk=pk)


def _results(former: Delivery | None) -> list[Any]:
    """What each got for the former delivery, and was told."""
    if former is None:
        return []
    return list(former.results.select_related("participant__member").order_by("participant", "version"))


def _members(latest: Delivery, people: Sequence[Participant]) -> list[tuple[Any, str, bool]]:
    """Who was in the team, what they say that they did, and whether they wait for the result."""
    said = {each.participant_id: each.text for each in latest.statements.all()}
    waiting = {each.pk for each in people}
    return [
        (each.participant, said.get(each.participant_id, ""), each.participant_id in waiting)
        for each in latest.members.all()
    ]


@require_POST
@instructor_required
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a delivery, so that nobody else assesses it meanwhile."""
    work = _work(request, pk)
    try:
        assessing.claim(work, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("assessment:assess", pk)


@require_POST
@instructor_required
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a delivery back into the queue."""
    work = _work(request, pk)
    try:
        assessing.let_go(work, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment:assess", pk)
    messages.success(request, _("The delivery is back in the queue."))
    return redirect("assessment:queue")
