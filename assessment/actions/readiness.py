"""What a cohort asks before the exam and the certificate; and who has taken the matrix out of the program."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from assessment.models.readiness_rule import ReadinessRule
from cohorts.models import Cohort
from innoskole.accounts import audit
from innoskole.accounts.models import User

CHANGED = gettext_noop("changed what is asked before the exam and the certificate")
EXPORTED = gettext_noop("downloaded who lacks what before the exam")


@transaction.atomic
def change_rule(
    cohort: Cohort,
    *,
    exam_needs_attendance: bool,
    certificate_needs_requirements: bool,
    by: User,
    now: datetime,
) -> None:
    """Set both rules of a cohort; everybody's readiness follows at once, because it is reckoned each time."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)  # of two administrators, one waits
    rule = ReadinessRule.objects.of(cohort)
    before = rule.exam_needs_attendance, rule.certificate_needs_requirements
    rule.exam_needs_attendance = exam_needs_attendance
    rule.certificate_needs_requirements = certificate_needs_requirements
    rule.save()
    audit.record(
        cohort,
        CHANGED,
        by=by,
        now=now,
        changes={
            gettext_noop("Attendance before the exam"): (before[0], exam_needs_attendance),
            gettext_noop("Work requirements before the certificate"): (
                before[1],
                certificate_needs_requirements,
            ),
        },
    )


def record_export(
    cohort: Cohort, *, filters: str, rows: int, file_name: str, by: User, now: datetime
) -> None:
    """Write down that a person took the matrix out of the program, and which part of it."""
    audit.record(
        cohort,
        EXPORTED,
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )
