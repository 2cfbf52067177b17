"""From a decided draw to a cohort of confirmed teams, as everybody on the way sees it, in both forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.utils import timezone, translation
from django.utils.translation import gettext
from page import validate_pdf_bytes

from applications import promotion_log, tasks
from applications.actions import decisions, participation
from applications.models import (
    Application,
    Decision,
    DecisionKind,
    DrawRound,
    Letter,
    Offer,
    Promotion,
    TeamMember,
)
from applications.models.people import seen_by
from applications.states import DecisionState, OfferState, Participation, State
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.offers.build import TOLD, closed_intake, draw, ready_application, waiting_codes
from tests.e2e.letters import link_in
from tests.e2e.person import Person
from tests.factories import OSLO, TeamMemberFactory, municipality

CODES = ("0301", "1804", "1818", "4204", "4601", "4646", "5001", "5610")
RELEASE = "/admin/intakes/autumn-2027/release/"
PUBLIC = "/intakes/autumn-2027/draw/"
MINUTE = datetime(2027, 6, 25, 10, 0, tzinfo=OSLO)  # the next working day after the draw, at ten


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(TOLD, tick=False) as traveller:
        yield traveller


@pytest.fixture
def decided(administrator: User) -> DrawRound:
    """Eight applications, five places, and nobody told yet."""
    intake = closed_intake(capacity=5)
    for code in CODES:
        ready_application(intake, municipality(code))
    return draw(intake, administrator)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_from_a_decided_draw_to_confirmed_teams(
    language, decided, administrator, second_administrator, enter, log_in, post, clock
) -> None:
    User.objects.update(language=language)

    def say(msgid: str, **values: str) -> str:
        with translation.override(language):
            return gettext(msgid) % values if values else gettext(msgid)

    intake = decided.intake
    selected = sorted(set(CODES) - set(waiting_codes(decided)))
    answering, saying_no, silent = selected[:3], selected[3], selected[4]
    visitors: dict[str, Person] = {}

    def coordinator(code: str) -> Person:
        """The municipality's own browser; a session lasts no longer than the story takes."""
        user = application(code).coordinator
        if code not in visitors:
            visitors[code] = enter(user, language=language)
        log_in(visitors[code].page, user)
        return visitors[code]

    def application(code: str) -> Application:
        return Application.objects.select_related("lead", "coordinator").get(intake=intake, lead__code=code)

    def opens_the_offer(code: str) -> Person:
        person = coordinator(code)
        person.opens(f"/applications/{application(code).reference}/offer/")
        return person

    def accepts(code: str) -> None:
        person = opens_the_offer(code)
        person.presses(say("Accept the place"))
        person.sees(say("The place is accepted"))

    anna, arne, reader = (
        enter(user, language=language) for user in (administrator, second_administrator, None)
    )

    # Decide now …
    anna.opens(RELEASE)
    anna.follows(say("Prepare the letters"))
    anna.presses(say("Prepare the letters"))
    tasks.write_missing_letters()
    arne.opens(RELEASE)
    arne.follows(say("Go through and approve"))
    arne.presses(say("Approve the letters"))
    tasks.release_due()
    reader.opens(PUBLIC)
    reader.does_not_see(say("Every application and its outcome"))
    assert not Message.objects.filter(kind__startswith="decision").exists()
    assert set(Decision.objects.values_list("state", flat=True)) == {DecisionState.APPROVED}

    # … and tell at one minute: the letters and the page.
    clock.move_to(MINUTE)
    tasks.release_due()
    told = Message.objects.filter(kind__startswith="decision")
    assert set(told.values_list("queued_at", flat=True)) == {MINUTE}
    persons = TeamMember.objects.filter(application__lead__code__in=selected)
    assert told.count() == len(CODES) + persons.count()
    reader.opens(PUBLIC)
    reader.sees(say("Every application and its outcome"))

    # Three accept, one declines, one says nothing.
    for code in answering:
        accepts(code)
    no = opens_the_offer(saying_no)
    no.presses(say("Decline the place"))
    no.sees(say("The place is declined"))
    first = Promotion.objects.get().promoted
    assert first is not None
    accepts(_code(first))
    clock.move_to(datetime(2027, 7, 10, 0, 1, tzinfo=OSLO))
    tasks.sweep_offers()
    opens_the_offer(silent).sees(say("The offer has expired"))
    second = Promotion.objects.order_by("pk").last().promoted
    assert second is not None
    assert second.state == OfferState.SENT
    last = application((set(CODES) - set(selected) - {_code(first), _code(second)}).pop())

    # The reserve that nobody has called appeals; the school reverses, and no place is free.
    appellant = coordinator(last.lead.code)
    decision = last.decisions.in_force().get()
    appellant.opens(f"/applications/{last.reference}/appeal/{decision.pk}/")
    appellant.writes({say("Your appeal"): "Folketallet som ble brukt, er ikke vårt."})
    appellant.presses(say("Send the appeal"))
    appellant.sees(say("We have received the appeal"))
    log_in(anna.page, administrator)
    log_in(arne.page, second_administrator)
    anna.opens("/admin/appeals/")
    anna.follows(last.coordinator.name)
    anna.presses(say("Prepare the appeal"))
    anna.follows(say("Uphold: prepare a new decision"))
    anna.writes({say("Grounds"): "Kommunen har rett i at feil folketall ble brukt."})
    anna.chooses(say("As soon as another person has approved them"))
    anna.presses(say("Prepare the decision"))
    arne.opens("/admin/appeals/")
    arne.follows(last.coordinator.name)
    arne.follows(say("Waiting list"))
    arne.follows(say("Approve the decision"))
    arne.presses(say("Approve"))
    tasks.release_due()
    opens_the_offer(last.lead.code).sees(say("The next place that becomes free is yours"))

    # The one who was called last says no: the place is theirs who have a right to it.
    no = opens_the_offer(_code(second))
    no.presses(say("Decline the place"))
    accepts(last.lead.code)

    # One person withdraws at the last minute, and a named reserve takes over.
    application_ = application(answering[0])
    reserve = TeamMemberFactory(
        application=application_,
        name="Reserve Prøve",
        email="reserve@example.no",
        sector="technical",
        basis="qualified",
        participation=Participation.RESERVE,
    )
    leaving = application_.members.last()
    assert leaving is not None
    person = coordinator(answering[0])
    person.opens(f"/applications/{application_.reference}/people/")
    person.follows(say("Replace %(name)s", name=leaving.name))
    person.chooses(f"{reserve.name}, {reserve.unit} ({reserve_sector(reserve, language)})")
    person.writes({say("Reason"): "Har fått en annen stilling."})
    person.presses(say("Replace %(name)s", name=leaving.name))
    person.sees(say("Who was in the team when"), reserve.name)
    admit(reserve, by=administrator, approved_by=second_administrator)
    tasks.release_due()
    tasks.invite_due()
    newcomer = TeamMember.objects.get(pk=reserve.pk)
    assert newcomer.participation == Participation.INVITED

    guest = enter(language=language)
    guest.opens(link_in(post("reserve@example.no")))
    guest.writes({say("Your name"): "Reserve Prøve"})
    guest.chooses(
        say("What is written about me and my education is correct"),
        say("I have read the text above and agree to it"),
    )
    guest.presses(say("Yes, I take part"))
    guest.sees(say("Thank you: you take part"))

    for member in TeamMember.objects.filter(participation=Participation.INVITED):
        confirm(member)
    cohort = {*answering, _code(first), last.lead.code}
    assert set(enrolled(intake)) == cohort
    anna.opens("/admin/intakes/autumn-2027/teams/")
    for code in cohort:
        anna.sees(str(municipality(code)))
    reader.opens(PUBLIC)
    log = Promotion.objects.filter(intake=intake).with_names()
    with translation.override(language):
        reasons = [promotion_log.why(line) for line in log]
    assert len(reasons) == 3
    reader.sees(*reasons)
    for letter in Letter.objects.all():
        for profile in ("ua1", "2a"):
            assert validate_pdf_bytes(bytes(letter.content), profile=profile).failures == []


def _code(offer: Offer) -> str:
    return offer.application.lead.code


def enrolled(intake) -> list[str]:
    found = intake.applications.filter(state=State.ENROLLED)
    return list(found.values_list("lead__code", flat=True))


def reserve_sector(member: TeamMember, language: str) -> str:
    with translation.override(language):
        return member.get_sector_display()


def admit(member: TeamMember, *, by: User, approved_by: User) -> None:
    """The school tells the newcomer on which basis they are admitted; tests/e2e/test_people.py walks it."""
    now = timezone.now()
    decision = decisions.decide(
        member.application, DecisionKind.STUDENT, member=member, leaves_at=now, by=by, now=now
    )
    decisions.approve(decision, by=approved_by, now=now)


def confirm(member: TeamMember) -> None:
    """What the page does that one of them has walked."""
    participation.answer_invitation(
        member,
        accepted=True,
        name=member.name,
        text="I take part.",
        seen=seen_by(member, "I take part."),
        now=timezone.now(),
    )
