"""What people are reminded of between a work requirement that opens and its result."""

from assessment.reminders.requirements import KINDS, QUEUE, REQUIREMENT, REVISION

__all__ = ["KINDS", "QUEUE", "REQUIREMENT", "REVISION"]
