"""The history of an application as its municipality reads it."""

from typing import Any

from django import template

from applications.actions.admission import APPROVED, DECIDED, DISCARDED, ON_APPEAL, PROPOSED
from applications.actions.offers.opening import GAVE
from applications.actions.offers.undoing import LEFT, TOOK_BACK
from applications.models import Application
from innoskole.accounts import audit
from innoskole.accounts.templatetags.audit import line

register = template.Library()

# A place of which nobody has been told, and what the school thinks of a person; letters tell what is decided.
UNTOLD = (GAVE, TOOK_BACK, LEFT, PROPOSED, DECIDED, APPROVED, DISCARDED, ON_APPEAL)


@register.inclusion_tag("_components/history.html")
def told_history(application: Application) -> dict[str, Any]:
    """`{% told_history application %}`: without what only the school knows. One query."""
    events = audit.history(application).exclude(verb__in=UNTOLD)
    return {"lines": [line(event, Application) for event in events], "level": 2}
