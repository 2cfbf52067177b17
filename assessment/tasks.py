"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from assessment.actions import certificates, requirements
from assessment.actions.exam import finality, setting_up


@shared_task
def open_requirements() -> int:
    """Open the work requirements whose day has come; see assessment.actions.requirements."""
    return requirements.open_due(timezone.now())


@shared_task
def open_exams() -> int:
    """Open the registrations for exams whose moment has come; see assessment.actions.exam.setting_up."""
    return setting_up.open_due(timezone.now())


@shared_task
def write_certificates() -> int:
    """Write the documents of certificates that have none; see assessment.actions.certificates."""
    return certificates.write_missing(timezone.now())


@shared_task
def forget_certificates() -> int:
    """Delete what certificates said that were revoked a year ago."""
    return certificates.forget(timezone.now())


@shared_task
def make_grades_final() -> int:
    """Make the grades final whose periods have run out; see assessment.actions.exam.finality."""
    return finality.make_final(timezone.now())
