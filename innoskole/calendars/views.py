"""A person's private calendar: its page, the feed that calendar programs read, and a file for one event."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from innoskole.accounts.guards import Refused, person
from innoskole.calendars import actions, writing
from innoskole.calendars.models import Entry, Feed
from innoskole.calendars.sources import events_of

ICALENDAR = "text/calendar; charset=utf-8"


@cache_control(private=True, no_store=True)
def mine(request: HttpRequest) -> HttpResponse:
    """My address, and what stands in my calendar. A new address is shown in the answer that makes it, once:
    it is kept nowhere."""
    user, now, token = person(request), timezone.now(), ""
    try:
        match request.POST.get("deed"):
            case "make":
                token = actions.make(by=user, now=now)
            case "renew":
                token = actions.renew(by=user, now=now)
            case "revoke":
                actions.revoke(by=user, now=now)
                messages.success(request, _("The calendar address is revoked. Nothing can be read there."))
                return redirect("calendars:mine")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("calendars:mine")
    events = (event for event in events_of([user], now)[user.pk].values() if not event.is_cancelled)
    return TemplateResponse(
        request,
        "calendars/mine.html",
        {
            "feed": Feed.objects.filter(user=user).first(),
            "address": f"{settings.BASE_URL}{reverse('calendars:feed', args=[token])}" if token else "",
            "events": sorted(events, key=lambda event: (event.begins_at, event.uid)),
        },
    )


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar at an address, for programs that cannot log in, in its person's language."""
    found = actions.read(token, timezone.now())
    if found is None:
        return _private(
            HttpResponseNotFound(_("There is no calendar here."), content_type="text/plain; charset=utf-8")
        )
    content = _write(list(found.entries.all()), owner=found.user_id, year=found.changed_at.year, is_feed=True)
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    changed_at = int(found.changed_at.timestamp())
    response = HttpResponse(content, content_type=ICALENDAR)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed_at)
    response.headers["Content-Language"] = found.user.language
    response.headers["Content-Disposition"] = 'inline; filename="innoskole.ics"'
    return get_conditional_response(request, etag, changed_at, _private(response)) or response


@require_safe
def event(request: HttpRequest, uid: str) -> HttpResponse:
    """One event of mine as a file."""
    user, now = person(request), timezone.now()
    entry = actions.entry_of(user, uid, now)
    if entry is None:
        raise Http404(_("This is not in your calendar."))
    content = _write([entry], owner=user.pk, year=now.year, is_feed=False)
    response = HttpResponse(content, content_type=ICALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{uid}.ics"'
    return _private(response)


def _write(entries: Sequence[Entry], *, owner: int, year: int, is_feed: bool) -> bytes:
    host = urlsplit(settings.BASE_URL).hostname or "innoskole"
    return writing.as_calendar(entries, owner=owner, host=host, year=year, is_feed=is_feed)


def _private(response: HttpResponse) -> HttpResponse:
    """Asked about again each time, kept by nobody in between, and in no search engine."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
