"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from innoskole.calendars import actions


@shared_task
def sweep() -> int:
    """Bring all calendars up to date; see innoskole.calendars.actions."""
    return actions.sweep(timezone.now())
