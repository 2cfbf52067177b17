"""The weeks after the letters: offers are answered, people confirm, one is replaced, one appeals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from applications.actions import appeals, offers, participation
from applications.models import Offer, TeamMember
from applications.models.content import MEMBER_FIELDS, values_of
from applications.models.offer import team_digest
from applications.models.people import basis_told, seen_by
from applications.models.promises import invitation_text
from applications.states import OfferState, Participation
from innoskole.management.demo import people
from innoskole.management.demo.calendar import ANSWERED, CONFIRMED, Calendar, Event, Stage
from innoskole.reminders import actions as reminders

NEWCOMER = "Torbjørg Påfunnstad"
REMINDED_DAYS, REMINDED_EVERY = 14, 3  # a sweep that comes late finds what is due
APPEAL = (
    "Vi mener at innbyggertallet som størrelsesgruppen er regnet ut fra, er for gammelt. Vi ber om at"
    " vedtaket blir vurdert på nytt."
)


@dataclass(frozen=True)
class Answering:
    """What the invented crowd does; the municipalities that a newcomer plays answer for themselves."""

    slug: str

    def events(self, calendar: Calendar) -> Iterator[Event]:
        yield Event(calendar.at(ANSWERED, 10), Stage.ANSWERED, self.answer)
        yield Event(calendar.at(ANSWERED, 14), Stage.ANSWERED, self.appeal)
        yield Event(calendar.at(CONFIRMED, 10), Stage.ANSWERED, self.confirm)
        yield Event(calendar.at(CONFIRMED, 12), Stage.ANSWERED, self.replace_one)
        for day in range(ANSWERED, ANSWERED + REMINDED_DAYS, REMINDED_EVERY):
            yield Event(calendar.at(day, 8, 30), Stage.ANSWERED, reminders.sweep)

    def answer(self, now: datetime) -> None:
        """Of five municipalities three accept, one has not answered yet; every seventh declines."""
        for number, offer in enumerate(self.offers(OfferState.SENT)):
            coordinator = offer.application.coordinator
            if number % 7 == 6:
                offers.decline(offer, reason="Vi får ikke satt av tid likevel.", by=coordinator, now=now)
            elif number % 5 != 3:
                seen = team_digest(offer.application)
                offers.accept(offer, team_seen=seen, by=coordinator, now=now)

    def appeal(self, now: datetime) -> None:
        waiting = self.offers(OfferState.WAITING)
        if waiting:
            application = waiting[0].application
            decision = application.decisions.in_force().of_applications().get()
            coordinator = application.coordinator
            appeals.receive(
                decision,
                text=APPEAL,
                name=coordinator.name,
                email=coordinator.email,
                by=coordinator,
                now=now,
            )

    def confirm(self, now: datetime) -> None:
        """In every third team the last person has not answered yet; the other teams are enrolled."""
        for number, offer in enumerate(self.offers(OfferState.ACCEPTED)):
            members = list(offer.application.members.all())
            for member in members[:-1] if number % 3 == 1 else members:
                say_yes(member, now)

    def replace_one(self, now: datetime) -> None:
        """Somebody new takes over from one who has not answered, and is for the school to assess."""
        late = TeamMember.objects.filter(
            application__offer__in=self.offers(OfferState.ACCEPTED), participation=Participation.INVITED
        )
        leaving = late.select_related("application__lead", "application__coordinator").order_by("pk").first()
        if leaving is None:
            return
        values = {
            **values_of(leaving, MEMBER_FIELDS),
            "name": NEWCOMER,
            "email": people.address(NEWCOMER, people.domain_of(leaving.application.lead)),
        }
        participation.replace_by_new(
            leaving,
            values,
            reason="Har fått ny jobb.",
            by=leaving.application.coordinator,
            now=now,
        )

    def offers(self, state: str) -> list[Offer]:
        """The crowd's offers in a state, by municipality number."""
        rows = Offer.objects.filter(application__intake__slug=self.slug, state=state)
        rows = rows.with_application().select_related("application__coordinator")
        found = rows.order_by("application__lead__code")
        return [offer for offer in found if people.is_extra(offer.application.coordinator.email)]


def has_answered(slug: str) -> bool:
    """Whether the crowd has come so far."""
    return bool(Answering(slug).offers(OfferState.ACCEPTED))


def say_yes(member: TeamMember, now: datetime) -> None:
    """Somebody who is invited confirms that they take part."""
    text = invitation_text(member, basis_told(member))
    participation.answer_invitation(
        member,
        accepted=True,
        name=member.name,
        text=text,
        seen=seen_by(member, text),
        language="nb",
        now=now,
    )
