from typing import Any

from django import template

from innoskole.notifications.answers import meaning_of
from innoskole.notifications.models import Message

register = template.Library()


@register.inclusion_tag("notifications/_refused.html")
def last_refusal(email: str) -> dict[str, Any]:
    """A warning if the last letter to an address did not arrive, with what can be done; one query."""
    letter = Message.objects.defer("body_text", "body_html").refused([email]).first()
    return {"letter": letter, "letter_answer": meaning_of(letter.error) if letter else None}
