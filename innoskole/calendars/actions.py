"""Private calendar addresses, and keeping what is published at them in step with what is so."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.calendars.models import Entry, Feed, digest_of
from innoskole.calendars.sources import Event, events_of

# How long what is done or called off is told as cancelled: longer than any calendar goes without looking.
CANCELLED_FOR = timedelta(days=60)
BATCH = 500  # people in one transaction
TOLD = [field.name for field in Entry._meta.fields if field.name not in ("id", "feed", "uid")]


# --- The address ----------------------------------------------------------------------------------------


@transaction.atomic
def make(*, by: User, now: datetime) -> str:
    """Make one's private address and return its token, which nobody can find again.

    Raises Refused if there is one.
    """
    token = secrets.token_urlsafe()
    _feed, is_new = Feed.objects.get_or_create(
        user=by, defaults={"token_digest": digest_of(token), "made_at": now, "changed_at": now}
    )
    if not is_new:
        raise Refused(_("You have a calendar address already. If you have lost it, make a new one."))
    audit.record(by, gettext_noop("made a private calendar address"), by=by, now=now)
    return token


@transaction.atomic
def renew(*, by: User, now: datetime) -> str:
    """Put a new address in the place of the old one, and return its token. Raises Refused without one."""
    token = secrets.token_urlsafe()
    fields = {"token_digest": digest_of(token), "made_at": now, "fetched_at": None}
    if not Feed.objects.filter(user=by).update(**fields):
        raise Refused(_("You have no calendar address."))
    audit.record(by, gettext_noop("replaced the private calendar address"), by=by, now=now)
    return token


@transaction.atomic
def revoke(*, by: User, now: datetime) -> None:
    """Close the address and forget what was published there. Raises Refused without one."""
    deleted, _by_model = Feed.objects.filter(user=by).delete()
    if not deleted:
        raise Refused(_("You have no calendar address."))
    audit.record(by, gettext_noop("revoked the private calendar address"), by=by, now=now)


# --- What is published ----------------------------------------------------------------------------------


@transaction.atomic
def read(token: str, now: datetime) -> Feed | None:
    """The feed at an address, brought up to date; None when there is none, or its account is closed."""
    feed = Feed.objects.at(token).select_related("user").select_for_update(of=("self",)).first()
    if feed is None:
        return None
    _bring_up_to_date([feed], now)
    feed.fetched_at = now
    feed.save(update_fields=["fetched_at"])
    return feed


@transaction.atomic
def entry_of(user: User, uid: str, now: datetime) -> Entry | None:
    """One event of a person, for a file of its own; None when it is not in their calendar.

    It has the version that is in the person's feed; who has none gets the first version.
    """
    feed = Feed.objects.filter(user=user).select_related("user").select_for_update(of=("self",)).first()
    if feed:
        _bring_up_to_date([feed], now)
        return feed.entries.filter(uid=uid).first()
    event = events_of([user], now)[user.pk].get(uid)
    return _entry(event, now) if event and not event.is_cancelled else None


def sweep(now: datetime) -> int:
    """Bring all feeds up to date, so that what changes between two looks is told once for each change.

    Every batch of people is a transaction of its own. Returns how many events have changed.
    """
    pks = list(Feed.objects.order_by("pk").values_list("pk", flat=True))
    return sum(_sweep(pks[start : start + BATCH], now) for start in range(0, len(pks), BATCH))


@transaction.atomic
def _sweep(pks: Sequence[int], now: datetime) -> int:
    feeds = Feed.objects.filter(pk__in=pks).select_related("user").select_for_update(of=("self",))
    return _bring_up_to_date(list(feeds.order_by("pk")), now)


def _bring_up_to_date(feeds: Sequence[Feed], now: datetime) -> int:
    """Put in step what the feeds, which are locked, have published; how many events that concerned."""
    events = events_of([feed.user for feed in feeds if feed.user.is_active], now)
    known: dict[int, dict[str, Entry]] = defaultdict(dict)
    for entry in Entry.objects.filter(feed__in=feeds):
        known[entry.feed_id][entry.uid] = entry
    new: list[Entry] = []
    changed: list[Entry] = []
    gone: list[Entry] = []
    for feed in feeds:
        given = events.get(feed.user_id, {})
        new += _new(feed, given, known[feed.pk], now)
        changed += [entry for entry in known[feed.pk].values() if _update(entry, given.get(entry.uid), now)]
        gone += [entry for entry in known[feed.pk].values() if _is_forgotten(entry, now)]
    Entry.objects.bulk_create(new)
    Entry.objects.bulk_update(changed, TOLD, batch_size=BATCH)
    Entry.objects.filter(pk__in=[entry.pk for entry in gone]).delete()
    touched = {entry.feed_id for entry in (*new, *changed, *gone)}
    for feed in feeds:
        if feed.pk in touched:
            feed.changed_at = now
    Feed.objects.filter(pk__in=touched).update(changed_at=now)
    return len(new) + len(changed) + len(gone)


def _new(feed: Feed, given: Mapping[str, Event], known: Mapping[str, Entry], now: datetime) -> list[Entry]:
    return [
        _entry(event, now, feed=feed)
        for uid, event in given.items()
        if uid not in known and not event.is_cancelled
    ]


def _entry(event: Event, now: datetime, feed: Feed | None = None) -> Entry:
    entry = Entry(feed=feed, changed_at=now)
    entry.tell(event)
    return entry


def _update(entry: Entry, event: Event | None, now: datetime) -> bool:
    """Let the entry of an event say what is so now. Returns whether it had said something else."""
    is_off = event is None or event.is_cancelled
    if is_off and entry.cancelled_at:
        return False
    if event == entry.event:
        return False
    if event:
        entry.tell(event)
    entry.cancelled_at = now if is_off else None
    entry.sequence += 1
    entry.changed_at = now
    return True


def _is_forgotten(entry: Entry, now: datetime) -> bool:
    return entry.cancelled_at is not None and entry.cancelled_at <= now - CANCELLED_FOR
