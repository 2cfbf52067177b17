"""The school's own work before the draw."""

from datetime import datetime

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import (
    Application,
    Assessment,
    Intake,
)
from applications.models.application import ApplicationQuerySet
from applications.models.queue import (
    AssessedFilter,
    RequestFilter,
    with_assessment,
    with_request,
)
from applications.states import LIST_IS_UNFROZEN, IntakeState, State
from innoskole.accounts.models import Affiliation, User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def administrator_waits(user: User, now: datetime) -> list[Waiting]:
    """The school's own work before the draw. A constant number of queries."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    return [*_claims(), *_to_open(now), *_reviews(user)]


def intake_waits(user: User, intake: Intake, now: datetime) -> list[Waiting]:
    """The same for one intake."""
    return _reviews(user, intake)


def _claims() -> list[Waiting]:
    claims = Affiliation.objects.pending().aggregate(count=Count("pk"), since_at=Min("requested_at"))
    if not claims["count"]:
        return []
    return [
        Waiting(
            _("People who want to act for a municipality"),
            reverse("applications:affiliations"),
            count=claims["count"],
            since_at=claims["since_at"],
            explanation=_("They can write drafts, and submit when you have approved them."),
        )
    ]


def _to_open(now: datetime) -> list[Waiting]:
    due = Intake.objects.filter(state=IntakeState.PLANNED, opens_at__lte=now, closes_at__gt=now)
    return [
        Waiting(
            _("Open the intake for %(intake)s") % {"intake": intake},
            reverse("applications:intake_open", args=[intake.slug]),
            since_at=intake.opens_at,
            explanation=_("Its opening time has come, but it is still planned."),
        )
        for intake in due.order_by("opens_at")
    ]


def _reviews(user: User, intake: Intake | None = None) -> list[Waiting]:
    """What waits in the intakes that are closed and not yet frozen, and among late applications."""
    handled = Application.objects.filter(
        Q(intake__state__in=LIST_IS_UNFROZEN) | Q(late_filling__isnull=False)
    )
    if intake is not None:
        handled = handled.filter(intake=intake)
    in_review = handled.filter(state=State.IN_REVIEW)
    others = Assessment.objects.pending().exclude(decided_by=user)
    questions = (
        (
            _("Applications to take into review: %(intake)s"),
            handled.filter(state=State.SUBMITTED),
            f"state={State.SUBMITTED}",
            "",
        ),
        (
            _("Answers to requests for information: %(intake)s"),
            with_request(handled, RequestFilter.ANSWERED),
            f"request={RequestFilter.ANSWERED}",
            _("The municipality has answered. Do the formal check again."),
        ),
        (
            _("Requests for information that nobody answered in time: %(intake)s"),
            with_request(handled, RequestFilter.UNANSWERED),
            f"request={RequestFilter.UNANSWERED}",
            _("The parts are locked again. Decide with what you have, or ask again."),
        ),
        (
            _("Applications with persons to assess: %(intake)s"),
            with_assessment(in_review, AssessedFilter.MISSING),
            f"state={State.IN_REVIEW}&assessed={AssessedFilter.MISSING}",
            "",
        ),
        (
            _("Applications with assessments that wait for a second person: %(intake)s"),
            in_review.filter(members__assessments__in=others),
            f"assessed={AssessedFilter.APPROVAL}",
            _("You did not make these decisions, so you can approve them."),
        ),
    )
    found = []
    for title, applications, query, explanation in questions:
        found += _per_intake(title, applications, query, explanation)
    return found


def _per_intake(title: str, applications: ApplicationQuerySet, query: str, explanation: str) -> list[Waiting]:
    """One line for each intake in which there are such applications. One query."""
    groups = applications.values("intake__slug", "intake__season", "intake__year").annotate(
        count=Count("pk", distinct=True), since_at=Min("changed_at")
    )
    return [
        Waiting(
            title % {"intake": Intake(season=group["intake__season"], year=group["intake__year"])},
            f"{reverse('applications:queue', args=[group['intake__slug']])}?{query}",
            count=group["count"],
            since_at=group["since_at"],
            explanation=explanation,
        )
        for group in groups.order_by("intake__slug")
    ]
