"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from cohorts.actions import course, retention


@shared_task
def begin_course() -> int:
    """Let those begin who have confirmed since their cohort began; see cohorts.actions.course."""
    return course.sweep(timezone.now())


@shared_task
def forget_details() -> dict[str, int]:
    """Delete what is known of people for a study tour, of speakers, and notes, when its time is up."""
    return retention.forget(timezone.now())
