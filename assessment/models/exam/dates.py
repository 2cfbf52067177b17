"""In which order the dates of an exam must come."""

from django.utils.translation import gettext as _

from assessment.models.exam.exam import Exam
from assessment.models.exam.registration import deregisters_until
from innoskole.deadlines.rules import NoRule
from innoskole.ui import formats


def contradiction(exam: Exam) -> tuple[str, str] | None:
    """The first date that contradicts another, by its field, and why, a sentence; None where all agree.

    At most one query.
    """
    if exam.registration_opens_at >= exam.registration_closes_at:
        return "registration_closes_at", _("The registration must close after it has opened.")
    if exam.paper_opens_at >= exam.paper_due_at:
        return "paper_due_at", _(
            "The deadline of the paper must be later than the moment from which it is delivered."
        )
    if exam.oral_from_on < formats.local(exam.paper_due_at).date():
        return "oral_from_on", _("The orals come after the deadline of the paper.")
    if exam.oral_from_on > exam.oral_to_on:
        return "oral_to_on", _("The last day of orals must not lie before the first.")
    try:
        until = deregisters_until(exam)
    except NoRule as missing:
        return "paper_due_at", str(missing)
    if exam.registration_closes_at > until:
        return "registration_closes_at", _(
            "The registration must close by %(until)s, the last moment for deregistering: everybody who"
            " registers must be able to withdraw."
        ) % {"until": formats.moment(until)}
    return None
