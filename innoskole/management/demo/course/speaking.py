"""Speakers from outside, each with a fate of their own: most say yes, one no, one is called off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cohorts.actions import speakers
from cohorts.models import Speaker
from innoskole.management.demo import people
from innoskole.management.demo.calendar import PLANNED, Event, Stage
from innoskole.management.demo.course.planning import clock
from innoskole.management.demo.course.year import Year, programme

DOMAIN = "foredrag.example.no"
# So many days before the session they are invited, one answers late, and answer and material are due.
INVITED_DAYS, LATE_DAYS, ANSWER_DAYS, MATERIAL_DAYS = 84, 20, 14, 4
THANKS = "Takk for et innlegg som teamene fortsatt snakker om."


@dataclass(frozen=True)
class Speaking:
    year: Year

    def events(self) -> Iterator[Event]:
        for row in programme()["speakers"]:
            yield from Invitation(self.year, row).events()


@dataclass(frozen=True)
class Invitation:
    """One speaker, by a row of programme.yaml."""

    year: Year
    row: Mapping[str, Any]

    def events(self) -> Iterator[Event]:
        session, fate = self.row["session"], self.row["fate"]
        invited_at = max(self.year.calendar.at(PLANNED + 4, 10), self.year.before(session, INVITED_DAYS, 10))
        steps = [(invited_at, self.invite)]
        if fate == "withdrawn":
            steps.append((invited_at + timedelta(days=3), self.withdraw))
        elif fate == "declined":
            steps.append((invited_at + timedelta(days=6), self.decline))
        else:
            is_late = fate == "late"
            answered_at = self.year.before(session, LATE_DAYS) if is_late else invited_at + timedelta(days=6)
            steps.append((answered_at, self.confirm))
            if fate in ("material", "thanked"):
                steps.append((invited_at + timedelta(days=20), self.send_material))
            steps.append((self.year.after(session, 2 if fate == "thanked" else 45), self.thank))
        for moment, deed in steps:
            yield Event(moment, Stage.RUNNING, deed)

    @property
    def speaker(self) -> Speaker:
        found = Speaker.objects.with_plan().filter(session__cohort__intake__slug=self.year.slug)
        return found.get(name=self.row["name"])

    def invite(self, now: datetime) -> None:
        row = self.row
        session = self.year.session(row["session"])
        values = {
            "day": self.year.days(session.number)[row["day"]],
            "starts": clock(row["starts"]),
            "ends": clock(row["ends"]),
            "title": row["title"],
            "name": row["name"],
            "organisation": row["organisation"],
            "email": people.address(row["name"], DOMAIN),
            "language": "nb",
            "message": "Teamene har lest om arbeidet ditt, og vil gjerne høre mer.",
            "fee_note": "Reise og overnatting dekkes.",
            "answer_by_on": self.year.before(session.number, ANSWER_DAYS).date(),
            "material_by_on": self.year.before(session.number, MATERIAL_DAYS).date(),
        }
        speakers.invite(session, values, by=people.administrator(), now=now)

    def confirm(self, now: datetime) -> None:
        speakers.answer(self.speaker, accepted=True, words="Det vil jeg gjerne.", now=now)

    def decline(self, now: datetime) -> None:
        speakers.answer(self.speaker, accepted=False, words="Jeg er dessverre på reise da.", now=now)

    def withdraw(self, now: datetime) -> None:
        reason = "Programmet er lagt om."
        speakers.withdraw(self.speaker, reason=reason, by=people.administrator(), now=now)

    def send_material(self, now: datetime) -> None:
        link = f"https://{DOMAIN}/{people.address(self.row['name'], DOMAIN).partition('@')[0]}"
        biography = f"{self.row['name']} arbeider i {self.row['organisation']}."
        speakers.send_material(self.speaker, [], url=link, biography=biography, now=now)

    def thank(self, now: datetime) -> None:
        speakers.thank(self.speaker, words=THANKS, by=people.administrator(), now=now)
