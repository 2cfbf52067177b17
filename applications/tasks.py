"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from applications.actions import deadlines


@shared_task
def sweep_deadlines() -> int:
    """Close what is past its deadline; see applications.actions.deadlines."""
    return deadlines.sweep(timezone.now())
