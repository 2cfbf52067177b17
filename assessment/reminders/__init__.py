"""What people are reminded of between a work requirement that opens and its result."""

from assessment.reminders.requirements import CATCH_UP, KINDS, QUEUE, REQUIREMENT, REVISION

__all__ = ["CATCH_UP", "KINDS", "QUEUE", "REQUIREMENT", "REVISION"]
