"""Norwegian days: which are working days, and where a period ends. Plain arithmetic on dates.

Sources: domstolloven § 148 (how weeks are counted) and § 149 (a last day that is no working day), which the
reckoning of the public administration's deadlines follows; lov om 1 og 17 mai (LOV-1947-04-26-1), which makes
those two days equal to holidays. `excluded` holds days of the year as «MM-DD».
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

SATURDAY = 5  # as date.weekday() counts
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@lru_cache(maxsize=256)
def public_holidays(year: int) -> frozenset[date]:
    """Norway's fixed and moving holidays of a year, ordinary Sundays left out.

    Raises ValueError for a year of which none are known (before 1901 or after 2100).
    """
    found = country_holidays("NO", years=year, expand=False)
    if not found:
        raise ValueError(f"No public holidays are known for {year}.")
    return frozenset(found)


def is_public_holiday(day: date) -> bool:
    return day in public_holidays(day.year)


def is_working_day(day: date, *, excluded: Collection[str] = ()) -> bool:
    """Neither Saturday, Sunday, public holiday nor one of the excluded days of the year."""
    return day.weekday() < SATURDAY and not is_public_holiday(day) and f"{day:%m-%d}" not in excluded


def next_working_day(day: date) -> date:
    """The day itself, or the first working day after it.

    domstolloven § 149: a deadline that ends on a Saturday, a holiday or a day equal to one is extended to the
    nearest working day. 24 and 31 December are ordinary days here.
    """
    while not is_working_day(day):
        day += DAY
    return day


def days_after(day: date, n: int) -> date:
    """n days later; the day from which the period runs does not count (domstolloven § 148)."""
    return day + n * DAY


def weeks_after(day: date, n: int) -> date:
    """The same day of the week, n weeks later (domstolloven § 148, second paragraph)."""
    return day + n * WEEK


def working_days_after(day: date, n: int, *, excluded: Collection[str] = ()) -> date:
    """The n-th working day after a day; n is 1 or more, or the last days of a period before it: -1 or less.

    For grading under the universities act of 2024, 24 and 31 December are excluded as well: an exam on
    20 December 2024 is graded within 15 working days, by 17 January 2025. Raises ValueError for n = 0.
    """
    if n == 0:
        raise ValueError("A period of working days is at least one day long.")
    step = DAY if n > 0 else -DAY
    for _counted in range(abs(n)):
        day += step
        while not is_working_day(day, excluded=excluded):
            day += step
    return day
