"""Post, never send: a letter is a row that commits with the fact it tells about."""

import re
from collections.abc import Mapping, Sequence
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
from innoskole.notifications import reasons, tasks
from innoskole.notifications.models import Message

SEARCHED = 600  # characters that a search reads


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
    on_crash: str | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """Write a letter from templates/emails/<template>/ in the recipient's language.

    key: unique for ever; a second letter with the same key is not written, and the first is returned.
    to: a person, or an address of somebody without an account.
    language: nb, nn or en; else the person's own, else the one of the current page.
    secret: the letter holds a code: staff cannot read it, and its text is blanked when it has left.
    on_crash: «again» may deliver twice (same Message-ID), «unsure» lets a person decide; else as the kind's
    reason says.
    expires_at: after this moment the letter is of no use and is cancelled.
    """
    written = compose(
        key=key,
        kind=kind,
        to=to,
        template=template,
        context=context,
        now=now,
        language=language,
        about=about,
        secret=secret,
        on_crash=on_crash,
        expires_at=expires_at,
    )
    Message.objects.bulk_create([written], ignore_conflicts=True)
    message = Message.objects.get(key=key)
    if message.state == Message.State.QUEUED:
        nudge(message)
    return message


def compose(
    *,
    key: str,
    kind: str,
    to: str | User,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    language: str | None = None,
    name: str = "",
    about: Model | None = None,
    secret: bool = False,
    on_crash: str | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """A letter as `post` would write it, not yet in the database. name: of somebody without an account."""
    if isinstance(to, User):
        email, user, name = to.email, to, to.name
    else:
        email, user = to.strip().lower(), None
    language = language or (user.language if user else translation.get_language()) or settings.LANGUAGE_CODE
    message = Message(
        key=key,
        kind=kind,
        to_email=email,
        to_user=user,
        language=language,
        secret=secret,
        content_type=ContentType.objects.get_for_model(about) if about else None,
        object_id=str(about.pk) if about else "",
        on_crash=on_crash or reasons.on_crash_of(kind),
        queued_at=now,
        next_attempt_at=now,
        expires_at=expires_at,
    )
    rewrite(message, template, {"recipient_name": name, **context})
    message.search_text = f"{name} {email} {message.subject}".casefold()[:SEARCHED]
    return message


def rewrite(message: Message, template: str, context: Mapping[str, Any]) -> None:
    """Render subject and text into a letter that is not saved here."""
    with translation.override(message.language):
        message.subject, message.body_text, message.body_html = _render(
            template, {**context, "language": message.language, "uuid": message.uuid}
        )


def post_all(messages: Sequence[Message]) -> list[Message]:
    """Save composed letters whose keys nobody else can have, in one statement; a sweep delivers them."""
    posted = Message.objects.bulk_create(messages)
    transaction.on_commit(tasks.sweep.delay, robust=True)
    return posted


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
