"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from assessment.actions import requirements


@shared_task
def open_requirements() -> int:
    """Open the work requirements whose day has come; see assessment.actions.requirements."""
    return requirements.open_due(timezone.now())
