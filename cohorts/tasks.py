"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from cohorts.actions import course


@shared_task
def begin_course() -> int:
    """Let those begin who have confirmed since their cohort began; see cohorts.actions.course."""
    return course.sweep(timezone.now())
