"""When something is due, by the rule that is valid on the day from which it is counted, and why."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from django.utils import dateformat, timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innoskole.accounts.guards import Refused
from innoskole.deadlines import reckoning
from innoskole.deadlines.models import DeadlineRule, Kind, Unit
from innoskole.ui import formats

LAST_MINUTE = time(23, 59)


class NoRule(Refused):
    """No version of the rule is valid on the day; str() says so in a translated sentence."""


@dataclass(frozen=True)
class Deadline:
    """The last day, by which rule and counted from which day.

    moved_from: the day on which the period itself ends, if that is no working day; otherwise None.
    """

    day: date
    rule: DeadlineRule
    start: date
    moved_from: date | None = None


def deadline(kind: Kind | str, start_day: date, *, on: date | None = None) -> Deadline:
    """The deadline of a kind that is counted from a day; one query.

    start_day: of a moment, the day that it falls on in Norway.
    on: the day whose rule is used, if it is not start_day.
    Raises NoRule if no rule is valid on that day, ValueError for a year whose holidays nobody knows.
    """
    start = formats.local(start_day).date() if isinstance(start_day, datetime) else start_day
    valid_on = on or start
    rule = DeadlineRule.objects.valid_on(kind, valid_on)
    if rule is None:
        raise NoRule(
            _("There is no rule for the deadline “%(kind)s” on %(day)s.")
            % {"kind": Kind(kind).label, "day": formats.day(valid_on)}
        )
    return by_rule(rule, start)


def by_rule(rule: DeadlineRule, start: date) -> Deadline:
    """The deadline that one rule gives, whether or not it is valid on the day."""
    amount = -rule.amount if rule.is_counted_back else rule.amount
    match rule.unit:
        case Unit.WEEKS:
            end = reckoning.weeks_after(start, amount)
        case Unit.WORKING_DAYS:
            end = reckoning.working_days_after(start, amount, excluded=rule.skips)
        case _:
            end = reckoning.days_after(start, amount)
    day = reckoning.next_working_day(end) if rule.moves_to_working_day else end
    return Deadline(day=day, rule=rule, start=start, moved_from=end if day != end else None)


def deadline_at(day: date, zone: tzinfo | None = None) -> datetime:
    """The end of a day, 23:59, as an aware moment; zone: Europe/Oslo unless told."""
    return datetime.combine(day, LAST_MINUTE, zone or timezone.get_default_timezone())


# --- In words -------------------------------------------------------------------------------------


def explain(due: Deadline) -> str:
    """One sentence on how the deadline comes about, with its legal source, in the active language.

    «3 weeks from 5 December 2017 is 26 December 2017, a public holiday, so the deadline moves to 27 December
    2017 (forvaltningsloven §§ 29, 30).»
    """
    rule = due.rule
    facts = {
        "period": period(rule),
        "start": formats.day(due.start),
        "day": formats.day(due.day),
        "source": rule.legal_source,
        "skipped": skipped(rule),
    }
    if due.moved_from:
        moved = {"first": formats.day(due.moved_from), "why": _why_no_working_day(due.moved_from)}
        if rule.is_counted_back:
            sentence = _(
                "%(period)s before %(start)s is %(first)s, %(why)s, "
                "so the deadline moves to %(day)s (%(source)s)."
            )
        else:
            sentence = _(
                "%(period)s from %(start)s is %(first)s, %(why)s, "
                "so the deadline moves to %(day)s (%(source)s)."
            )
        return sentence % (facts | moved)
    if rule.skips and rule.is_counted_back:
        sentence = _("%(period)s before %(start)s, not counting %(skipped)s, is %(day)s (%(source)s).")
    elif rule.skips:
        sentence = _("%(period)s from %(start)s, not counting %(skipped)s, is %(day)s (%(source)s).")
    elif rule.is_counted_back:
        sentence = _("%(period)s before %(start)s is %(day)s (%(source)s).")
    else:
        sentence = _("%(period)s from %(start)s is %(day)s (%(source)s).")
    return sentence % facts


def period(rule: DeadlineRule) -> str:
    """«3 weeks»."""
    match rule.unit:
        case Unit.WEEKS:
            words = ngettext("%(count)s week", "%(count)s weeks", rule.amount)
        case Unit.WORKING_DAYS:
            words = ngettext("%(count)s working day", "%(count)s working days", rule.amount)
        case _:
            words = ngettext("%(count)s day", "%(count)s days", rule.amount)
    return words % {"count": formats.number(rule.amount)}


def skipped(rule: DeadlineRule) -> str:
    """«24 December and 31 December», or empty."""
    without_year = formats.patterns().day.removesuffix(" Y")
    days = [dateformat.format(date.fromisoformat(f"2024-{each}"), without_year) for each in rule.skips]
    return get_text_list(days, _("and"))


def _why_no_working_day(day: date) -> str:
    if reckoning.is_public_holiday(day):
        return _("a public holiday")
    return _("a Saturday") if day.weekday() == reckoning.SATURDAY else _("a Sunday")
