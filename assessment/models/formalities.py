"""The conditions for the exam that lie outside the course: the admission basis and the semester fees."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import TeamMember
from applications.models.fees import SEMESTERS
from applications.models.people import BASIS_OF_KIND, told
from applications.models.semester_fees import STUDENT_BASES
from applications.states import Basis
from cohorts.models.evidence import Evidence
from innoskole.ui import formats

FEE_LABELS: Mapping[int, str | Promise] = dict(
    zip(
        SEMESTERS,
        (gettext_lazy("Semester fee, first semester"), gettext_lazy("Semester fee, second semester")),
        strict=True,
    )
)


def admission(member: TeamMember) -> Evidence:
    """Whether the school has told the person that they are admitted as a student. Reads `decisions` only.

    What is decided and has not been told yet counts for nothing here: the page would give it away.
    """
    decision = told(member)
    if decision is None or decision.issued_at is None:
        return Evidence(
            is_met=False,
            says=_("No decision on the admission has been told yet."),
            next_step=_("The school sends the decision. Nothing has to be done."),
        )
    day = formats.day(decision.issued_at)
    if BASIS_OF_KIND[decision.kind] in STUDENT_BASES:
        return Evidence(
            is_met=True,
            says=_("Admitted as a student by the decision of %(day)s.") % {"day": day},
            happened_on=formats.local(decision.issued_at).date(),
        )
    return Evidence(
        is_met=False,
        says=_(
            "Admitted as a course participant by the decision of %(day)s, and so without the right to sit the"
            " exam."
        )
        % {"day": day},
        next_step=_("Send the school new documentation of education, if there is any."),
    )


def semester_fee(member: TeamMember, semester: int) -> Evidence:
    """Whether the fee of a semester is recorded as paid. Reads `decisions` and `semester_fees` only."""
    paid_on = next((fee.paid_on for fee in member.semester_fees.all() if fee.semester == semester), None)
    if paid_on:
        return Evidence(
            is_met=True,
            says=_("Recorded as paid on %(day)s.") % {"day": formats.day(paid_on)},
            happened_on=paid_on,
        )
    decision = told(member)
    if decision is not None and BASIS_OF_KIND[decision.kind] == Basis.COURSE_PARTICIPANT:
        return Evidence(is_met=False, says=_("A course participant has no semester fee."))
    return Evidence(
        is_met=False,
        says=_("No payment is recorded."),
        next_step=_("Pay the semester fee. It stands here when the school has recorded the payment."),
    )
