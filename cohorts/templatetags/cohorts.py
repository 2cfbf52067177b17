"""`{% load cohorts %}`: the tabs of a cohort, of a team and of a participant's own pages."""

from typing import Any

from django import template

from cohorts.navigation import Room, Tab, tabs

register = template.Library()


@register.simple_tag(takes_context=True)
def room_tabs(context: dict[str, Any], room: str, key: str) -> list[Tab]:
    """`{% room_tabs "team" team.reference as tabs %}`: what this person may open in the room."""
    request = context["request"]
    return list(tabs(Room(room), key, request.user, request.path))
