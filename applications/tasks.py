"""Thin: the clock in, one call."""

from celery import shared_task
from django.utils import timezone

from applications.actions import appeals, deadlines, interests, late, offers, participation, releases
from applications.models import Release


@shared_task
def sweep_deadlines() -> int:
    """Close what is past its deadline; see applications.actions.deadlines."""
    return deadlines.sweep(timezone.now())


@shared_task
def release_due() -> int:
    """Let the decisions leave whose minute has come; see applications.actions.releases."""
    return releases.release_due(timezone.now())


@shared_task
def write_letters(release: int) -> int:
    """Write the letters of a release that has just been prepared."""
    return releases.write_letters(Release.objects.get(pk=release), timezone.now())


@shared_task
def write_missing_letters() -> int:
    """Write the letters that an interrupted worker has left unwritten."""
    return releases.write_missing_letters(timezone.now())


@shared_task
def delete_interests() -> dict[str, int]:
    """Delete what is stored about those who were not chosen for a team and whose time is up."""
    return interests.forget_interests(timezone.now())


@shared_task
def invite_due() -> int:
    """Invite those who took over from others; see applications.actions.participation."""
    return participation.invite_due(timezone.now())


@shared_task
def sweep_offers() -> int:
    """Let offers expire, and end the waiting on closed lists; see applications.actions.offers."""
    return offers.sweep(timezone.now())


@shared_task
def sweep_appeals() -> int:
    """Let go of what was prepared for appeals and voided; see applications.actions.appeals."""
    return appeals.sweep(timezone.now())


@shared_task
def sweep_late() -> int:
    """Free the places that were held for voided decisions on late applications."""
    return late.sweep(timezone.now())
