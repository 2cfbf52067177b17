"""What people are reminded of between a work requirement that opens and the result of the exam."""

from assessment.reminders import exam_grading, exam_paper, exam_redress, exam_registration, requirements
from assessment.reminders.requirements import CATCH_UP, QUEUE, REQUIREMENT, REVISION

KINDS = (
    *requirements.KINDS,
    *exam_registration.KINDS,
    *exam_paper.KINDS,
    *exam_grading.KINDS,
    *exam_redress.KINDS,
)

__all__ = ["CATCH_UP", "KINDS", "QUEUE", "REQUIREMENT", "REVISION"]
