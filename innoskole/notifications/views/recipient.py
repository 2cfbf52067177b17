"""The recipient's pages about one letter, by the link at its foot: why it came, and how to stop its like.

No log-in: whoever has the letter has the link. So nothing is shown that the letter's first lines do not say,
neither its text nor the links in it. A link does nothing when it is opened (mail scanners open links).
"""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from innoskole.notifications.models import Message
from innoskole.notifications.reasons import lines_of, reason_of
from innoskole.notifications.stops import Stop, stop_of


@login_not_required
@never_cache
def why(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the letter was, when it was sent, and why to this address."""
    letter = _letter(request, uuid)
    if letter is None:
        return _unknown(request)
    context = {
        "message": letter,
        "reason": reason_of(letter.kind),
        "lines": lines_of(letter),
        "can_be_stopped": stop_of(letter) is not None,
    }
    return TemplateResponse(request, "notifications/why.html", context)


@csrf_exempt  # the mail program of RFC 8058 posts without a cookie; who knows the link may do it
@login_not_required
@never_cache
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say what a click would stop; by POST, stop it. RFC 8058 forbids a redirect as the answer."""
    found = _stoppable(request, uuid)
    if found is None:
        return _unknown(request)
    letter, how = found
    now = timezone.now()
    if request.method == "POST":
        how.stop(letter, now)
    context = {
        "message": letter,
        "subjects": how.subjects(letter),
        "is_stopped": how.is_stopped(letter, now),
    }
    return TemplateResponse(request, "notifications/stop.html", context)


@login_not_required
@never_cache
@require_POST
def resume(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Undo the stop."""
    found = _stoppable(request, uuid)
    if found is None:
        return _unknown(request)
    letter, how = found
    how.undo(letter, timezone.now())
    return redirect("notifications:stop", uuid)


def _letter(request: HttpRequest, uuid: UUID) -> Message | None:
    """The page speaks the letter's language to who has chosen none."""
    letter = Message.objects.defer("body_text", "body_html").filter(uuid=uuid).first()
    if letter and not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(letter.language)
    return letter


def _stoppable(request: HttpRequest, uuid: UUID) -> tuple[Message, Stop] | None:
    letter = _letter(request, uuid)
    how = stop_of(letter) if letter else None
    return (letter, how) if letter and how else None


def _unknown(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "notifications/unknown.html", status=404)
