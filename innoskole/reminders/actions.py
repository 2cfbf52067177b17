"""Reminding: a sweep over «due and not sent», and a last look before each mail leaves.

What has been handled is a line in the ledger with a unique key, written in one transaction with the mail. So
a missed tick delays, a doubled one does nothing, and two sweeps at once share the work.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone, translation

from innoskole.notifications import outbox
from innoskole.notifications.models import Message
from innoskole.reminders.kinds import Kind, Recipient, all_kinds, kind_of
from innoskole.reminders.models import Pause, Reminder, ReminderRule, Why
from innoskole.reminders.steps import Rule, is_quiet, last_due, opens_at, quiet_ends
from innoskole.ui import formats

MAIL = "reminder"  # the kind of the messages, and the name of their template
BATCH = 500  # people in one transaction


# --- What is due --------------------------------------------------------------------------------------


def rules() -> dict[str, Rule]:
    """The rule of every kind that is registered, as it holds now."""
    changed = {each.kind: each.rule for each in ReminderRule.objects.all()}
    return {kind.key: changed.get(kind.key, kind.rule) for kind in all_kinds()}


def due(kind: Kind, rule: Rule, now: datetime, *, claim: UUID, pauses: Sequence[Pause]) -> Iterator[Reminder]:
    """The lines that a kind adds to the ledger now: whom to remind, and who is left out and why.

    The step that is nearest to today is the one that is sent; those behind it are overtaken. One query for
    each step, and those of the kind's own `open`.
    """
    if not rule.is_active:
        return
    sent: set[tuple[int, date]] = set()
    for step in rule.steps:
        for row in _not_handled(kind, rule, step, now).iterator(chunk_size=2_000):
            overtaken = row.is_overtaken or (row.pk, row.due_day) in sent
            is_new = opens_at(row.due_day, step, rule) <= getattr(row, kind.since_field)
            why_not = Why.OVERTAKEN if overtaken else Why.NEW if is_new else ""
            yield from _lines(kind, row, step, why_not=why_not, claim=claim, pauses=pauses, now=now)
            sent.add((row.pk, row.due_day))


def _not_handled(kind: Kind, rule: Rule, step: int, now: datetime) -> "QuerySet[Any]":
    """Rows of the kind for which the window of the step is open, and of which the ledger holds no line."""
    oslo = timezone.get_default_timezone()
    handled = Reminder.objects.filter(kind=kind.key, object_id=OuterRef("pk"), due_on=OuterRef("due_day"))
    after_last = datetime.combine(last_due(step, rule, now) + timedelta(days=1), time(), tzinfo=oslo)
    rows: QuerySet[Any] = kind.open().filter(**{f"{kind.due_field}__lt": after_last})
    if step < 0:
        rows = rows.filter(**{f"{kind.due_field}__gt": now})
    if is_quiet(rule, now):
        # What cannot wait until the morning; a deadline that has passed can.
        rows = rows.filter(**{f"{kind.due_field}__lte": quiet_ends(rule, now)}) if step < 0 else rows.none()
    rows = rows.annotate(due_day=TruncDate(F(kind.due_field), tzinfo=oslo))
    rows = rows.annotate(is_overtaken=Exists(handled.filter(step__gt=step)))
    return rows.filter(~Exists(handled.filter(step=step)))


def _lines(
    kind: Kind, row: Any, step: int, *, why_not: str, claim: UUID, pauses: Sequence[Pause], now: datetime
) -> Iterator[Reminder]:
    recipients: list[Recipient | None] = [*kind.to(row)]
    for recipient in recipients or [None]:
        email = recipient.email.lower() if recipient else ""
        pause = next((each for each in pauses if each.covers(kind.key, row.pk, email)), None)
        yield _line(
            kind,
            row,
            step,
            recipient,
            why_not=why_not or _why_paused(pause) or ("" if recipient else Why.NOBODY),
            claim=claim,
            now=now,
        )


def _why_paused(pause: Pause | None) -> str:
    if pause is None:
        return ""
    return Why.PAUSED if pause.by_id else Why.DECLINED


def _line(
    kind: Kind, row: Any, step: int, to: Recipient | None, *, why_not: str, claim: UUID, now: datetime
) -> Reminder:
    email = to.email.lower() if to else ""
    language = to.language if to else "nb"
    with translation.override(language):
        title = kind.title(row)
    return Reminder(
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


# --- The sweep ----------------------------------------------------------------------------------------


def sweep(now: datetime) -> int:
    """Write all that is due and not in the ledger, and post the mails. Returns how many mails.

    Every batch of people is a transaction of its own: what a sweep that was cut off left undone, the next
    one does.
    """
    claim, in_force = uuid4(), rules()
    pauses = list(Pause.objects.in_force(now))
    people: dict[str, list[Reminder]] = defaultdict(list)
    for kind in all_kinds():
        for line in due(kind, in_force[kind.key], now, claim=claim, pauses=pauses):
            people[line.to_email].append(line)
    emails = list(people)
    return sum(
        _remind([line for email in emails[start : start + BATCH] for line in people[email]], in_force, now)
        for start in range(0, len(emails), BATCH)
    )


@transaction.atomic
def _remind(lines: list[Reminder], in_force: Mapping[str, Rule], now: datetime) -> int:
    """Write the lines of some people that still hold, and one mail for each person; how many mails."""
    lines = _still_open(_not_heard_today(lines, in_force, now))
    if not lines:
        return 0
    Reminder.objects.bulk_create(lines, ignore_conflicts=True)
    keys = [line.key for line in lines]
    mine = list(
        Reminder.objects.filter(claim=lines[0].claim, key__in=keys, why_not="")
        .select_related("to_user")
        .order_by("to_email", "due_at", "pk")
    )
    mails = [
        (_mail(together, number, now), together) for number, together in enumerate(_together(mine, in_force))
    ]
    outbox.post_all([mail for mail, _together in mails])
    for mail, together in mails:
        for line in together:
            line.message = mail
    Reminder.objects.bulk_update(mine, ["message"], batch_size=BATCH)
    return len(mails)


def _not_heard_today(lines: list[Reminder], in_force: Mapping[str, Rule], now: datetime) -> list[Reminder]:
    """Without what can wait until tomorrow, for people who have had today's mail."""
    today = formats.local(now).date()
    began = datetime.combine(today, time(), tzinfo=timezone.get_default_timezone())
    emails = {line.to_email for line in lines if line.to_email and not line.why_not}
    heard = set(
        Reminder.objects.filter(
            to_email__in=emails, happened_at__gte=began, message__isnull=False
        ).values_list("to_email", flat=True)
    )

    def can_wait(line: Reminder) -> bool:
        rule = in_force[line.kind]
        tomorrow = began + timedelta(days=1, hours=rule.hour + 1)
        return bool(rule.in_digest and not line.why_not and (line.step > 0 or line.due_at > tomorrow))

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


def _mail(lines: Sequence[Reminder], number: int, now: datetime) -> Message:
    first = lines[0]
    return outbox.compose(
        key=f"{MAIL}:{first.claim}:{number}:{first.pk}",
        kind=MAIL,
        to=first.to_user or first.to_email,
        name=first.to_name,
        language=first.language,
        template=MAIL,
        context=_context(lines, first.language),
        now=now,
    )


def _context(lines: Sequence[Reminder], language: str) -> dict[str, Any]:
    """What the mail says of each line, the nearest deadline first."""
    with translation.override(language):
        items = [
            {
                "title": line.title,
                "url": line.url,
                "due_at": line.due_at,
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
    """Strike from a mail what has been done, moved or paused since it was written; see delivery.ask_before.

    A mail with nothing left is held back.
    """
    lines = list(message.reminders.filter(why_not="").select_for_update())
    pauses = list(Pause.objects.in_force(now))
    left: list[Reminder] = []
    for line in lines:
        line.why_not = _why_no_more(line, pauses)
        if not line.why_not:
            left.append(line)
    if len(left) == len(lines):
        return ""
    struck = [line for line in lines if line.why_not]
    Reminder.objects.bulk_update(struck, ["why_not"])
    if not left:
        with translation.override("en"):
            return str(Why(struck[0].why_not).label)
    name = message.to_user.name if message.to_user else left[0].to_name
    outbox.rewrite(message, MAIL, {"recipient_name": name, **_context(left, message.language)})
    message.save(update_fields=["subject", "body_text", "body_html"])
    return ""


def _why_no_more(line: Reminder, pauses: Sequence[Pause]) -> str:
    pause = next((each for each in pauses if each.covers(line.kind, line.object_id, line.to_email)), None)
    if pause:
        return _why_paused(pause)
    now_due = _dues_of(kind_of(line.kind), [line.object_id]).get(line.object_id)
    if now_due is None:
        return Why.DONE
    return Why.MOVED if now_due != line.due_at else ""
