"""The post office's errands: an id in, one call."""

from celery import shared_task
from django.utils import timezone

from innoskole.notifications import delivery


@shared_task(throws=(delivery.Unreachable,))
def deliver(pk: int) -> None:
    delivery.deliver(pk, timezone.now())


@shared_task
def sweep() -> None:
    delivery.sweep(timezone.now())
