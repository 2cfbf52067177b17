"""Reminding: a sweep over «due and not sent», and a last look before each mail leaves.

What has been handled is a line in the ledger with a unique key, written in one transaction with the mail. So
a missed tick delays, a doubled one does nothing, and two sweeps at once share the work.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone, translation
from django.utils.text import Truncator

from innoskole.deadlines.reckoning import DAY
from innoskole.notifications import outbox
from innoskole.notifications.models import Message
from innoskole.reminders.kinds import Kind, Recipient, all_kinds, kind_of
from innoskole.reminders.models import STRUCK, Pause, Reminder, ReminderRule, Why
from innoskole.reminders.steps import Rule, last_due, opens_again, opens_at, waits_until
from innoskole.ui import formats

MAIL = "reminder"  # the kind of the messages, and the name of their template
BATCH = 500  # people in one transaction
MOST_LINES = 5_000  # of a kind in one sweep, which has a time limit; the next one takes up the rest
TITLE = 120  # characters, so that the subject has room for the demand
AN_HOUR = timedelta(hours=1)  # within which a sweep has come for sure

logger = logging.getLogger(__name__)


# --- What is due --------------------------------------------------------------------------------------


def rules() -> dict[str, Rule]:
    """The rule of every kind that is registered, as it holds now."""
    changed = {each.kind: each.rule for each in ReminderRule.objects.all()}
    return {kind.key: changed.get(kind.key, kind.rule) for kind in all_kinds()}


def due(kind: Kind, rule: Rule, now: datetime, *, claim: UUID, pauses: Sequence[Pause]) -> Iterator[Reminder]:
    """The lines that a kind adds to the ledger now: whom to remind, and who is left out and why.

    The step that is nearest to today is the one that is sent; those behind it are overtaken. One query for
    each step, those of the kind's own `open`, and one more where rows have several recipients.
    """
    if not rule.is_active:
        return
    waiting = kind.open()
    steps = _steps_by_address(kind, waiting) if kind.to_many else {}
    for step in rule.steps:
        for row in _in_window(waiting, kind, rule, step, now).iterator(chunk_size=2_000):
            is_new = opens_at(row.due_day, step, rule) <= getattr(row, kind.since_field)
            for to in _recipients(kind, row):
                place = (row.pk, row.due_day, to.email.lower() if to else "")
                known = steps.setdefault(place, set())
                if step in known:
                    continue
                overtaken = row.is_overtaken or any(later > step for later in known)
                known.add(step)
                yield _line(
                    kind,
                    row,
                    step,
                    to,
                    why_not=(Why.OVERTAKEN if overtaken else Why.NEW if is_new else "")
                    or _why_paused(kind.key, row.pk, place[2], pauses)
                    or ("" if to else Why.NOBODY),
                    claim=claim,
                    now=now,
                )


def _recipients(kind: Kind, row: Any) -> list[Recipient | None]:
    """Whom to remind; None alone when there is nobody. Each address once."""
    by_address = {recipient.email.lower(): recipient for recipient in kind.to(row)}
    if len(by_address) > 1 and not kind.to_many:
        raise ValueError(f"The kind {kind.key} has several recipients of a row, and does not say so.")
    return [*by_address.values()] or [None]


def _in_window(waiting: "QuerySet[Any]", kind: Kind, rule: Rule, step: int, now: datetime) -> "QuerySet[Any]":
    """Those of the waiting rows for which the window of the step is open, and not settled by the ledger.

    Where rows have several recipients the ledger is not asked here, but for each address in `due`. With
    due_day, the day of the deadline, and is_overtaken: whether a later step is in the ledger.
    """
    oslo = timezone.get_default_timezone()
    due, wait = kind.due_field, waits_until(rule, now)
    rows: QuerySet[Any] = waiting.filter(
        **{f"{due}__lt": datetime.combine(last_due(step, rule, now) + DAY, time(), tzinfo=oslo)}
    )
    if step <= 0:
        rows = rows.filter(**{f"{due}__gt": now})
    if wait:
        # What cannot wait so long leaves now; a deadline that has passed can.
        rows = rows.filter(**{f"{due}__lte": wait}) if step <= 0 else rows.none()
    rows = rows.annotate(due_day=TruncDate(F(due), tzinfo=oslo))
    lines = Reminder.objects.handled(kind.key).filter(object_id=OuterRef("pk"), due_on=OuterRef("due_day"))
    if kind.to_many:
        lines = lines.none()  # the steps of each address are asked for in due
    rows = rows.annotate(is_overtaken=Exists(lines.filter(step__gt=step)))
    return rows.filter(~Exists(lines.filter(step=step)))


def _steps_by_address(kind: Kind, waiting: "QuerySet[Any]") -> dict[tuple[int, date, str], set[int]]:
    """(row, day, address) → the steps that the ledger holds, of the rows that are open."""
    found: dict[tuple[int, date, str], set[int]] = defaultdict(set)
    lines = Reminder.objects.handled(kind.key).filter(object_id__in=waiting.values("pk"))
    for pk, day, email, step in lines.values_list("object_id", "due_on", "to_email", "step"):
        found[pk, day, email].add(step)
    return found


def _why_paused(kind: str, object_id: int, email: str, pauses: Sequence[Pause]) -> str:
    pause = next((each for each in pauses if each.covers(kind, object_id, email)), None)
    if pause is None:
        return ""
    return Why.PAUSED if pause.by_id else Why.DECLINED


def _line(
    kind: Kind, row: Any, step: int, to: Recipient | None, *, why_not: str, claim: UUID, now: datetime
) -> Reminder:
    email = to.email.lower() if to else ""
    language = to.language if to else "nb"
    with translation.override(language):
        title = Truncator(kind.title(row)).chars(TITLE)
    line = Reminder(
        key=f"{kind.key}:{row.pk}:{row.due_day}:{step}:{email}",
        kind=kind.key,
        object_id=row.pk,
        scope=kind.scope(row),
        due_at=getattr(row, kind.due_field),
        due_on=row.due_day,
        step=step,
        to_email=email,
        to_name=to.name if to else "",
        to_user=to.user if to else None,
        language=language,
        title=title,
        url=kind.url(row, to) if to else "",
        claim=claim,
        why_not=why_not,
        happened_at=now,
        search_text=f"{to.name if to else ''} {email} {title}".casefold(),
    )
    line.about = kind.about(row)
    return line


# --- The sweep ----------------------------------------------------------------------------------------


def sweep(now: datetime) -> int:
    """Write all that is due and not in the ledger, and post the mails. Returns how many mails.

    Every batch of people is a transaction of its own: what a sweep that was cut off left undone, the next
    one does. A kind or a person that fails holds up nobody else: raises ExceptionGroup after all the others.
    """
    claim, in_force, faults = uuid4(), rules(), []
    pauses = list(Pause.objects.in_force(now))
    people: dict[str, list[Reminder]] = defaultdict(list)
    for kind in all_kinds():
        try:
            found = due(kind, in_force[kind.key], now, claim=claim, pauses=pauses)
            lines = list(islice(found, MOST_LINES))
        except Exception as fault:
            logger.exception("The reminders of %s could not be found", kind.key)
            faults.append(fault)
        else:
            for line in lines:
                people[line.to_email].append(line)
    emails, mails = sorted(people), 0
    batches = [emails[start : start + BATCH] for start in range(0, len(emails), BATCH)]
    while batches:
        batch = batches.pop(0)
        try:
            mails += _remind([line for email in batch for line in people[email]], in_force, now)
        except Exception as fault:
            if len(batch) > 1:
                batches += [[email] for email in batch]
                continue
            logger.exception("Somebody could not be reminded")
            faults.append(fault)
    if faults:
        raise ExceptionGroup("Some reminders could not be written", faults)
    return mails


@transaction.atomic
def _remind(lines: list[Reminder], in_force: Mapping[str, Rule], now: datetime) -> int:
    """Write the lines of some people that still hold, and one mail for each person; how many mails."""
    lines = _still_open(_not_heard_today(lines, in_force, now))
    if not lines:
        return 0
    abouts = {line.key: line.about for line in lines}
    # In the order of the keys, so that two sweeps wait for each other and never in a circle.
    Reminder.objects.bulk_create(sorted(lines, key=lambda line: line.key), ignore_conflicts=True)
    mine = list(
        Reminder.objects.filter(claim=lines[0].claim, key__in=abouts, why_not="")
        .select_related("to_user")
        .order_by("to_email", "due_at", "pk")
    )
    mails = [
        (mail_of(together, number, now, about=_only({abouts[line.key] for line in together})), together)
        for number, together in enumerate(_together(mine, in_force))
    ]
    outbox.post_all([mail for mail, _together in mails])
    for mail, together in mails:
        for line in together:
            line.message = mail
    Reminder.objects.bulk_update(mine, ["message"], batch_size=BATCH)
    return len(mails)


def _only(things: Collection[Model | None]) -> Model | None:
    """The one thing that all lines of a mail are about; None when there are several."""
    return next(iter(things)) if len(things) == 1 else None


def _not_heard_today(lines: list[Reminder], in_force: Mapping[str, Rule], now: datetime) -> list[Reminder]:
    """Without what can wait until the next day, for people who have had today's mail."""
    today = formats.local(now).date()
    began = datetime.combine(today, time(), tzinfo=timezone.get_default_timezone())
    heard = set(
        Reminder.objects.filter(
            to_email__in={line.to_email for line in lines if line.to_email and not line.why_not},
            kind__in=[kind for kind, rule in in_force.items() if rule.in_digest],
            happened_at__gte=began,
            message__isnull=False,
            why_not="",
        ).values_list("to_email", flat=True)
    )

    def can_wait(line: Reminder) -> bool:
        rule = in_force[line.kind]
        in_time = line.step > 0 or line.due_at > opens_again(rule, now) + AN_HOUR
        return rule.in_digest and not line.why_not and in_time

    return [line for line in lines if not (line.to_email in heard and can_wait(line))]


def _still_open(lines: Iterable[Reminder]) -> list[Reminder]:
    """Without those that have been done, or whose deadline has been moved, since they were found."""
    by_kind: dict[str, list[Reminder]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append(line)
    return [
        line
        for key, group in by_kind.items()
        for dues in [_dues_of(kind_of(key), [line.object_id for line in group])]
        for line in group
        if dues.get(line.object_id) == line.due_at
    ]


def _dues_of(kind: Kind, pks: Sequence[int]) -> dict[int, datetime]:
    """The deadlines of those of the rows that still wait for the act."""
    return dict(kind.open().filter(pk__in=pks).values_list("pk", kind.due_field))


def _together(lines: Sequence[Reminder], in_force: Mapping[str, Rule]) -> list[list[Reminder]]:
    """The lines of each mail. lines: sorted by recipient."""
    mails: list[list[Reminder]] = []
    digests: dict[str, list[Reminder]] = {}
    for line in lines:
        if in_force[line.kind].in_digest and line.to_email in digests:
            digests[line.to_email].append(line)
            continue
        mails.append([line])
        if in_force[line.kind].in_digest:
            digests[line.to_email] = mails[-1]
    return mails


def mail_of(lines: Sequence[Reminder], number: int, now: datetime, *, about: Model | None = None) -> Message:
    """One mail to one address: to the account behind it, where one of the lines knows of it."""
    first = next((line for line in lines if line.to_user), lines[0])
    return outbox.compose(
        key=f"{MAIL}:{first.claim}:{number}:{first.pk}",
        kind=MAIL,
        to=first.to_user or first.to_email,
        name=first.to_name,
        language=first.language,
        template=MAIL,
        context=_context(lines, first.language),
        now=now,
        about=about,
    )


def _context(lines: Sequence[Reminder], language: str) -> dict[str, Any]:
    """What the mail says of each line, the nearest deadline first."""
    with translation.override(language):
        items = [
            {
                "title": line.title,
                "url": line.url,
                "due_at": line.due_at,
                "is_deadline": kind_of(line.kind).is_deadline,
                "is_appointment": kind_of(line.kind).is_appointment,
                "is_late": line.step > 0,
                "demand": str(kind_of(line.kind).demand).format(when=formats.deadline(line.due_at)),
                "why": str(kind_of(line.kind).why),
            }
            for line in sorted(lines, key=lambda line: (line.due_at, line.pk))
        ]
    return {"items": items, "first": items[0], "first_deadline": items[0]["due_at"]}


# --- The last look ------------------------------------------------------------------------------------


@transaction.atomic
def settle_before_sending(message: Message, now: datetime) -> str:
    """Strike from a mail what does not hold any more since it was written; see delivery.ask_before.

    That is what has been done, moved to another day, paused, or is another's to do, and what is too late. A
    mail with nothing left is held back. A deadline that has been moved within its day is told anew.
    """
    lines = list(message.reminders.filter(why_not="").select_for_update().order_by("pk"))
    pauses, in_force = list(Pause.objects.in_force(now)), rules()
    left: list[Reminder] = []
    moved: list[Reminder] = []
    for line in lines:
        row = _row_of(line) if line.kind in in_force else None
        line.why_not = _why_no_more(line, row, in_force, pauses, now)
        if line.why_not in STRUCK:
            line.key = f"{line.key}:{line.pk}"
        elif not line.why_not:
            left.append(line)
            if _due_of(line, row) != line.due_at:
                line.due_at = _due_of(line, row)
                moved.append(line)
    if len(left) == len(lines) and not moved:
        return ""
    Reminder.objects.bulk_update(lines, ["why_not", "key", "due_at"])
    if not left:
        with translation.override("en"):
            return str(Why(lines[0].why_not).label)
    name = message.to_user.name if message.to_user else left[0].to_name
    outbox.rewrite(message, MAIL, {"recipient_name": name, **_context(left, message.language)})
    message.save(update_fields=["subject", "body_text", "body_html"])
    return ""


def _row_of(line: Reminder) -> Any:
    """The row, if it still waits for the act."""
    return kind_of(line.kind).open().filter(pk=line.object_id).first()


def _due_of(line: Reminder, row: Any) -> datetime:
    moment: datetime = getattr(row, kind_of(line.kind).due_field)
    return moment


def _why_no_more(
    line: Reminder, row: Any, in_force: Mapping[str, Rule], pauses: Sequence[Pause], now: datetime
) -> str:
    """Why a line must not be said any more; empty when it may. row: None when nothing waits any more."""
    rule = in_force.get(line.kind)
    if rule is None or not rule.is_active:
        return Why.PAUSED
    if row is None:
        return Why.DONE
    due_at = _due_of(line, row)
    if formats.local(due_at).date() != line.due_on:
        return Why.MOVED
    if line.to_email not in {to.email.lower() for to in kind_of(line.kind).to(row)}:
        return Why.OTHER
    if line.step <= 0 and due_at <= now:
        return Why.PASSED
    return _why_paused(line.kind, line.object_id, line.to_email, pauses)
