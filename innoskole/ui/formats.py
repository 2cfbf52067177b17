"""Moments, days and numbers as Norwegian readers write them, in the language that is active.

The patterns stand here and not in the translation catalogues, because a deadline must read right even
where a translation is missing.
"""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from django.utils import dateformat, formats, timezone, translation

Number = int | float | Decimal | Fraction
Length = Literal["long", "short"]


class Patterns(NamedTuple):
    """Patterns of django.utils.dateformat for one language."""

    moment: str
    short_moment: str
    day: str
    weekday: str
    clock: str
    percent: str
    deadline: str
    deadline_on_the_hour: str


NORWEGIAN = Patterns(
    moment=r"l j. F Y \k\l. H.i",
    short_moment=r"j. F Y \k\l. H.i",
    day="j. F Y",
    weekday="l j. F Y",
    clock="H.i",
    percent="{}\N{NO-BREAK SPACE}%",
    deadline=r"D. j. F \k\l. H.i",
    deadline_on_the_hour=r"D. j. F \k\l. H",
)
ENGLISH = Patterns(
    moment=r"l j F Y \a\t H:i",
    short_moment=r"j F Y \a\t H:i",
    day="j F Y",
    weekday="l j F Y",
    clock="H:i",
    percent="{}%",
    deadline=r"D j F \a\t H:i",
    deadline_on_the_hour=r"D j F \a\t H:i",
)


def patterns() -> Patterns:
    """The patterns of the active language."""
    return ENGLISH if (translation.get_language() or "").startswith("en") else NORWEGIAN


def local(moment: datetime) -> datetime:
    """The same moment on a Norwegian clock; raises ValueError for a moment without a time zone."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def moment(value: datetime, length: Length = "long") -> str:
    """«tirsdag 1. juni 2027 kl. 15.00», or without the weekday when `length` is "short"."""
    pattern = patterns().moment if length == "long" else patterns().short_moment
    return dateformat.format(local(value), pattern)


def deadline(value: datetime) -> str:
    """As short as the subject of a mail needs it: «tor. 12. juni kl. 15», with the minutes where there are
    any."""
    pattern = patterns().deadline if local(value).minute else patterns().deadline_on_the_hour
    return dateformat.format(local(value), pattern)


def day(value: date, *, weekday: bool = False) -> str:
    """«1. juni 2027»; of a moment, the day that it falls on in Norway."""
    if isinstance(value, datetime):
        value = local(value).date()
    return dateformat.format(value, patterns().weekday if weekday else patterns().day)


def clock(value: datetime) -> str:
    """«15.00»."""
    return dateformat.format(local(value), patterns().clock)


def number(value: Number, decimals: int | None = None) -> str:
    """Thousands and decimals set off as the language does; `decimals` None keeps an int whole."""
    if isinstance(value, Fraction):
        value = float(value)
    return formats.number_format(value, decimal_pos=decimals, force_grouping=True)


def percent(share: Number, decimals: int = 0) -> str:
    """A share of one as per cent: 0.64 → «64 %»."""
    if isinstance(share, Decimal):
        share = Fraction(share)
    return patterns().percent.format(number(round(float(share * 100), decimals), decimals))
