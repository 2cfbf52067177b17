"""A new intake as a copy of an earlier one: the same rules, the dates moved on."""

from datetime import date, datetime, timedelta
from typing import Any

from applications.models.intake import Intake
from applications.models.rules import DATES, RULES, TEXTS

DAYS_IN_A_YEAR = 365.2425


def proposal(source: Intake, now: datetime) -> dict[str, Any]:
    """The rules of the next intake: field → value.

    Dates move by the fewest whole years that put the opening after `now`. Moments keep their weekday and
    their clock time in Norway; days keep their date.
    """
    years = 1
    while _moved(source, source.opens_at, years) <= now:
        years += 1
    values: dict[str, Any] = {field: getattr(source, field) for field in (*RULES, *TEXTS)}
    values |= {field: _moved(source, getattr(source, field), years) for field in DATES}
    values["year"] = source.year + years
    for field in ("population_on", "register_on"):
        values[field] = _same_day(getattr(source, field), years)
    values["slug"] = source.slug.replace(str(source.year), str(values["year"]))
    return values


def _moved(intake: Intake, moment: datetime, years: int) -> datetime:
    """The same weekday and wall-clock time, as near as can be to the same date `years` later."""
    weeks = round(DAYS_IN_A_YEAR * years / 7)
    wall = moment.astimezone(intake.zone).replace(tzinfo=None) + timedelta(weeks=weeks)
    return wall.replace(tzinfo=intake.zone)


def _same_day(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap_day else day.day)
