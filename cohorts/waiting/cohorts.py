"""What waits for the administrators: a cohort to make or to begin, teams to add, people to let begin."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, Intake, TeamMember
from applications.states import IntakeState, Participation, State
from cohorts.models import Cohort
from cohorts.states import CohortState
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting

# The system lets people begin every minute; who has waited longer has been forgotten.
PATIENCE = timedelta(hours=1)
# So long before the first session the school is asked to begin the cohort.
BEFORE_THE_FIRST_SESSION = timedelta(days=30)


def cohort_waits(user: User, now: datetime) -> list[Waiting]:
    """Three queries for an administrator, none for others."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    return [*_teams_outside(), *_to_begin(now), *_people_to_begin(now)]


def _teams_outside() -> list[Waiting]:
    """Enrolled teams of published intakes that are in no cohort."""
    groups = (
        Application.objects.filter(
            state=State.ENROLLED, cohort_team__isnull=True, intake__state=IntakeState.PUBLISHED
        )
        .exclude(intake__cohort__state=CohortState.COMPLETED)
        .values("intake__slug", "intake__season", "intake__year", "intake__cohort__slug")
        .annotate(teams=Count("pk"))
        .order_by("intake__slug")
    )
    found = []
    for group in groups:
        intake = Intake(season=group["intake__season"], year=group["intake__year"])
        if slug := group["intake__cohort__slug"]:
            title = _("Add the teams that have enrolled to the cohort: %(intake)s")
            url = reverse("cohorts:cohort_deed", args=[slug, "add-teams"])
        else:
            title = _("Make the cohort of %(intake)s")
            url = reverse("cohorts:cohort_make", args=[group["intake__slug"]])
        found.append(Waiting(title % {"intake": intake}, url, count=group["teams"]))
    return found


def _to_begin(now: datetime) -> list[Waiting]:
    """Cohorts that have not begun, and whose first session is near or past."""
    near = Cohort.objects.filter(
        state=CohortState.PLANNED, intake__course_begins_at__lte=now + BEFORE_THE_FIRST_SESSION
    )
    return [
        Waiting(
            _("Begin the cohort: %(cohort)s") % {"cohort": cohort},
            reverse("cohorts:cohort_deed", args=[cohort.slug, "begin"]),
            due_at=cohort.intake.course_begins_at,
            explanation=_("People get access to the pages of the course, and an e-mail that welcomes them."),
        )
        for cohort in near.select_related("intake").order_by("slug")
    ]


def _people_to_begin(now: datetime) -> list[Waiting]:
    groups = (
        TeamMember.objects.filter(
            participation=Participation.CONFIRMED,
            confirmed_at__lt=now - PATIENCE,
            application__state=State.ENROLLED,
            application__cohort_team__cohort__state=CohortState.RUNNING,
            application__cohort_team__cohort__begun_at__lt=now - PATIENCE,
        )
        .values("application__cohort_team__cohort__slug")
        .annotate(people=Count("pk"))
        .order_by("application__cohort_team__cohort__slug")
    )
    return [
        Waiting(
            _("People have confirmed, and the course has not begun for them"),
            reverse(
                "cohorts:cohort_deed", args=[group["application__cohort_team__cohort__slug"], "let-begin"]
            ),
            count=group["people"],
            explanation=_("The system should have done it by itself within a minute."),
        )
        for group in groups
    ]
