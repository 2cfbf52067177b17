"""The students of an intake and what they have paid: course participants have no semester fee."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from applications.models.fees import SEMESTERS, SemesterFee
from applications.models.intake import Intake
from applications.models.team import TeamMember
from applications.states import IN_TEAM, Basis, State
from innoskole.municipalities.models import Municipality

STUDENT_BASES = (Basis.QUALIFIED, Basis.INDIVIDUALLY_QUALIFIED)
WITH_A_PLACE = (State.ADMITTED, State.ENROLLED)


class Paid(models.TextChoices):
    YES = "yes", _("Paid")
    NO = "no", _("Not paid")


@dataclass(frozen=True)
class Totals:
    """Numbers of students, and of those who have paid the first and the second semester."""

    students: int
    first: int
    second: int


def everybody(intake: Intake) -> "models.QuerySet[TeamMember]":
    """All who are or were in a team with a place, reserves too: whom a list of payments may name."""
    return TeamMember.everyone.filter(
        application__intake=intake, application__state__in=WITH_A_PLACE
    ).select_related("application__lead")


def is_student(member: TeamMember) -> bool:
    """Whether the person has a semester fee: in a team with a place, and admitted as a student."""
    return (
        member.participation in IN_TEAM
        and member.basis in STUDENT_BASES
        and member.application.state in WITH_A_PLACE
    )


def students(intake: Intake) -> "models.QuerySet[TeamMember]":
    """Those who have a semester fee, with the days `paid_1` and `paid_2`."""
    found = TeamMember.objects.filter(
        application__intake=intake, application__state__in=WITH_A_PLACE, basis__in=STUDENT_BASES
    ).select_related("application__lead")
    return found.annotate(**{f"paid_{semester}": _paid_on(semester) for semester in SEMESTERS})


def matching(
    intake: Intake, *, text: str = "", first: str = "", second: str = ""
) -> "models.QuerySet[TeamMember]":
    """The students that the search and the filters on the two semesters let through."""
    found = students(intake)
    for word in text.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(application__reference__icontains=word)
            | Q(application__lead__in=Municipality.objects.search(word).values("pk"))
        )
    for semester, paid in zip(SEMESTERS, (first, second), strict=True):
        if paid:
            found = found.filter(**{f"paid_{semester}__isnull": paid == Paid.NO})
    return found


def totals(intake: Intake) -> Totals:
    """The figures above the list. One query."""
    figures: dict[str, Any] = students(intake).aggregate(
        students=Count("pk"),
        first=Count("pk", filter=Q(paid_1__isnull=False)),
        second=Count("pk", filter=Q(paid_2__isnull=False)),
    )
    return Totals(**figures)


def _paid_on(semester: int) -> Subquery:
    return Subquery(
        SemesterFee.objects.filter(member=OuterRef("pk"), semester=semester).values("paid_on")[:1]
    )
