"""How the offer of an application stands, for the page of the application."""

from typing import Any

from django import template

from applications.models import Application
from applications.models.offer import as_told

register = template.Library()


@register.inclusion_tag("applications/offers/_status.html")
def offer_status(application: Application) -> dict[str, Any]:
    """`{% offer_status application %}`: what the municipality has been told, with the way to the answer."""
    return {"application": application, "offer": as_told(application)}
