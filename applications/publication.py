"""An intake for machines: JSON with stable keys (docs/intake-json.md), and its dates as a calendar."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from applications.models import Application, Intake
from applications.models.fees import FeeRate
from applications.models.rules import Bounds
from applications.models.territory import territory
from innoskole.calendars.writing import time_zone
from innoskole.municipalities.models import Municipality

FORMAT = "innoskole-intake/1"
REMINDERS = (timedelta(days=14), timedelta(days=1))


def as_json(
    intake: Intake,
    *,
    links: dict[str, str],
    ready: list[Application] | None,
    fee: FeeRate | None,
    contact: str,
    now: datetime,
) -> dict[str, Any]:
    """The dates, rules and figures of an intake, in the language in force.

    Moments are ISO 8601 with the offset of the intake's time zone. `ready`: the public list of those that
    take part in the selection, or None while there is none. contact: the school's address.
    """
    facts = territory(intake)
    late = intake.late_filling_at(now)
    language = get_language() or "nb"
    return {
        "format": FORMAT,
        "language": language,
        "id": intake.slug,
        "name": str(intake),
        "season": intake.season,
        "year": intake.year,
        "state": intake.state,
        "accepts_applications": intake.accepts_at(now) or late is not None,
        "late_filling": late
        and {
            "rule": late.rule_text,
            "opens_at": _iso(intake, late.opened_at),
            "closes_at": _iso(intake, late.closes_at),
        },
        "time_zone": intake.time_zone,
        "opens_at": _iso(intake, intake.opens_at),
        "closes_at": _iso(intake, intake.closes_at),
        "objections_close_at": _iso(intake, intake.objections_close_at),
        "published_at": _iso(intake, intake.published_at) if intake.published_at else None,
        "response_days": intake.response_days,
        "places": intake.capacity,
        "team": {"min": intake.team_min, "max": intake.team_max, "sectors_min": intake.sectors_min},
        "individual_assessment_by_two": intake.individual_needs_two,
        "register_on": intake.register_on.isoformat(),
        "population_on": intake.population_on.isoformat(),
        "municipalities": facts.municipalities,
        "region_division": intake.division,
        "regions": [
            {
                "code": region.code,
                "name": region.name,
                "counties": [{"code": county.code, "name": county.name} for county in region.counties],
                "municipalities": region.municipalities,
                "places": _bounds(region.bounds),
            }
            for region in facts.regions
        ],
        "size_bounds": {"small_below": intake.small_below, "large_from": intake.large_from},
        "sizes": [
            {
                "code": size.code,
                "name": size.name,
                "municipalities": size.municipalities,
                "places": _bounds(size.bounds),
            }
            for size in facts.sizes
        ],
        "ready_for_selection": (
            None if ready is None else [_participant(application) for application in ready]
        ),
        "course_fee": fee and {"amount": fee.amount, "valid_from_on": fee.valid_from_on.isoformat()},
        "about": intake.about(language),
        "contact": contact,
        "links": links,
    }


def _participant(application: Any) -> dict[str, Any]:
    """A line of queue.public_list."""
    return {
        **_municipality(application.lead),
        "partners": [_municipality(part.municipality) for part in application.partner_parts],
    }


def _municipality(municipality: Municipality) -> dict[str, str]:
    return {"code": municipality.code, "name": municipality.display_name}


def _iso(intake: Intake, moment: datetime) -> str:
    return moment.astimezone(intake.zone).isoformat()


def _bounds(bounds: Bounds) -> dict[str, int | None]:
    return {"min": bounds.minimum, "max": bounds.maximum}


def as_calendar(intake: Intake, *, url: str, host: str, now: datetime) -> bytes:
    """The dates of an intake as iCalendar (RFC 5545), with their time zone and reminders of the deadline."""
    calendar = Calendar()
    calendar.add("prodid", "-//Innoskole//Intake//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Innoskole, %(intake)s") % {"intake": intake})
    # Around the dates, so that no calendar has to know the zone.
    calendar.add_component(time_zone(intake.opens_at.year - 1, intake.objections_close_at.year + 1))
    for key, moment, summary in (
        ("opens", intake.opens_at, _("Applications open: %(intake)s") % {"intake": intake}),
        ("closes", intake.closes_at, _("Application deadline: %(intake)s") % {"intake": intake}),
        (
            "objections",
            intake.objections_close_at,
            _("Deadline for objections to eligibility: %(intake)s") % {"intake": intake},
        ),
    ):
        event = Event()
        event.add("uid", f"{intake.slug}-{key}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", moment.astimezone(intake.zone))
        event.add("summary", summary)
        event.add("url", url)
        event.add("transp", "TRANSPARENT")
        if key == "closes":
            for before in REMINDERS:
                event.add_component(_alarm(summary, before))
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _alarm(summary: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -before)
    return alarm
