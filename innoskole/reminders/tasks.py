"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from innoskole.reminders import actions


@shared_task
def sweep() -> int:
    """Remind whom it is time to remind; see innoskole.reminders.actions."""
    return actions.sweep(timezone.now())
