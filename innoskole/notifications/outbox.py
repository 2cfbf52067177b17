"""Post, never send: a letter is a row that commits with the fact it tells about."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import translation

from innoskole.accounts.models import User
from innoskole.notifications import tasks
from innoskole.notifications.models import Message


def post(
    *,
    key: str,
    kind: str,
    to: str | User,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    language: str | None = None,
    about: Model | None = None,
    secret: bool = False,
    on_crash: str = Message.OnCrash.AGAIN,
    expires_at: datetime | None = None,
) -> Message:
    """Write a letter from templates/emails/<template>/ in the recipient's language.

    key: unique for ever; a second letter with the same key is not written, and the first is returned.
    to: a person, or an address of somebody without an account.
    language: nb, nn or en; else the person's own, else the one of the current page.
    secret: the letter holds a code: staff cannot read it, and its text is blanked when it has left.
    on_crash: «again» may deliver twice (same Message-ID), «unsure» lets a person decide.
    expires_at: after this moment the letter is of no use and is cancelled.
    """
    if isinstance(to, User):
        email, user, name = to.email, to, to.name
    else:
        email, user, name = to.strip().lower(), None, ""
    language = language or (user.language if user else translation.get_language()) or settings.LANGUAGE_CODE
    with translation.override(language):
        subject, body_text, body_html = _render(
            template, {"recipient_name": name, **context, "language": language}
        )
    Message.objects.bulk_create(
        [
            Message(
                key=key,
                kind=kind,
                to_email=email,
                to_user=user,
                language=language,
                subject=subject,
                body_text=body_text,
                body_html=body_html,
                secret=secret,
                content_type=ContentType.objects.get_for_model(about) if about else None,
                object_id=str(about.pk) if about else "",
                on_crash=on_crash,
                queued_at=now,
                next_attempt_at=now,
                expires_at=expires_at,
                search_text=f"{name} {email} {subject}".casefold(),
            )
        ],
        ignore_conflicts=True,
    )
    message = Message.objects.get(key=key)
    if message.state == Message.State.QUEUED:
        nudge(message)
    return message


def nudge(message: Message) -> None:
    """Ask a worker to send the message as soon as the transaction has committed.

    robust: a dead broker must not turn a committed deed into an error page; the sweep sends it later.
    """
    pk = message.pk
    transaction.on_commit(lambda: tasks.deliver.delay(pk), robust=True)


def _render(template: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    values = {
        "base_url": settings.BASE_URL,
        "contact_email": settings.SCHOOL_CONTACT_EMAIL,
        **context,
    }
    subject = " ".join(_plain(f"emails/{template}/subject.txt", values).split())
    text = _plain(f"emails/{template}/body.txt", {**values, "subject": subject}).strip() + "\n"
    text = re.sub(r"\n{3,}", "\n\n", text)
    html = get_template(f"emails/{template}/body.html").render({**values, "subject": subject})
    return subject, text, html


def _plain(name: str, values: Mapping[str, Any]) -> str:
    """Render plain text, in which & is & and not &amp;."""
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template.render(Context(dict(values), autoescape=False))
