"""Why each letter of this story was sent, for the page behind the link at its foot."""

from django.utils.translation import gettext_lazy as _

from assessment.emails import exam_corrections, exam_grading, exam_paper, exam_redress, exam_registration
from assessment.emails.certificates import REASONS as CERTIFICATES
from innoskole.notifications.reasons import Reason

PARTICIPANT = _("You got this because you take part in the innovation school for municipalities.")

REASONS = (
    CERTIFICATES
    | {
        kind: Reason(label=label, why=PARTICIPANT)
        for kind, label in {
            "requirement_opened": _("Work requirement open"),
            "requirement_moved": _("New deadline of a work requirement"),
            "requirement_received": _("Receipt for a delivery"),
            "requirement_result": _("Result of a work requirement"),
            "requirement_result_changed": _("Result of a work requirement changed"),
            "requirement_exempt": _("Exempt from a work requirement"),
            "requirement_extended": _("Later deadline of a work requirement"),
            "requirement_override_ended": _("Exemption or later deadline ended"),
            "requirement_catch_up": _("Plan for catching up"),
        }.items()
    }
    | {
        **exam_registration.REASONS,
        **exam_paper.REASONS,
        **exam_grading.REASONS,
        **exam_redress.REASONS,
        **exam_corrections.REASONS,
    }
)
