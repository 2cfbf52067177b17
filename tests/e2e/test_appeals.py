"""A person appeals by a link alone, up to the board; and free places are filled after the deadline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from applications import tasks, tokens
from applications.actions import decisions
from applications.models import Appeal, Offer
from applications.states import AppealState, OfferState, State
from innoskole.accounts.models import User
from innoskole.notifications.models import Message
from tests.applications.appeals.build import of_person
from tests.applications.late.build import OPENS
from tests.applications.offers.build import (
    TOLD,
    closed_intake,
    draw,
    plain_letter,
    ready_application,
    tell,
)
from tests.e2e.conftest import PHONE
from tests.factories import municipality, person_for

LATE = "/admin/intakes/autumn-2027/late/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(TOLD, tick=False) as traveller:
        yield traveller


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, administrator: User):
    """Two applications for four places, told without a draw."""
    monkeypatch.setattr(decisions, "write_letter", plain_letter)
    intake = closed_intake()
    for code in ("0301", "4601"):
        ready_application(intake, municipality(code))
    tell(draw(intake, administrator), administrator)
    return intake


def test_a_person_appeals_by_the_link_alone_and_the_board_keeps_the_decision(
    told, administrator, enter, live_server
) -> None:
    decision = of_person(told, "0301")
    link = tokens.appeal_url(decision).partition("/appeal/")[2]
    person = enter(viewport=PHONE, javascript=False)
    reads_english = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}
    person.page.context.add_cookies([reads_english])
    person.opens(f"/appeal/{link}")
    person.sees("Admitted as a student", "Last day for an appeal", "Another admission basis")
    person.presses("Send the appeal")
    person.sees("To continue, you must correct the following errors")
    person.writes({"Your appeal": "I am a course participant, and no student."})
    person.presses("Send the appeal")
    person.sees("We have received the appeal", "Thursday 22 July 2027")

    anna = enter(administrator)
    anna.opens("/admin/appeals/")
    anna.follows(decision.member.name)
    anna.presses("Prepare the appeal")
    anna.follows("Send to the appeals board")
    anna.sees("The appellant gets mail with the statement, and may comment on it.")
    anna.writes({"The school's statement": "A bachelor's degree is enough."})
    anna.presses("Send to the appeals board")
    anna.sees("The appeal is with the appeals board, and the appellant is told.")
    person.opens(f"/appeal/{link}")
    person.sees("Sent to the appeals board", "A bachelor's degree is enough.")

    anna.follows("The board keeps the decision")
    anna.writes({"Grounds": "The board agrees with the school."})
    anna.presses("Close the case")
    person.opens(f"/appeal/{link}")
    person.sees("Not upheld by the appeals board", "The board agrees with the school.")
    assert Appeal.objects.get().state == AppealState.NOT_UPHELD
    kinds = Message.objects.filter(to_email=decision.member.email, kind__startswith="appeal")
    assert list(kinds.order_by("pk").values_list("kind", flat=True)) == [
        "appeal_received",
        "appeal_in_preparation",
        "appeal_sent_to_board",
        "appeal_not_upheld",
    ]


def test_free_places_are_filled_after_the_deadline(
    told, administrator, second_administrator, enter, log_in, clock
) -> None:
    clock.move_to(OPENS)
    anna, arne = enter(administrator), enter(second_administrator)
    anna.opens("/admin/intakes/autumn-2027/")
    anna.follows("Free places after the deadline")
    anna.sees("Nobody gets mail now.")
    anna.writes({"Deadline": "2027-08-16T15:00"})
    anna.presses("Open for late applications")
    anna.sees("Municipalities can apply for the free places.")

    nora = person_for("5610", "Nora Nykommer", "nora@karasjok.kommune.no")
    newcomer = enter(nora)
    newcomer.opens("/intakes/autumn-2027/")
    newcomer.sees("Free places: your municipality can apply now", "in the order in which they are received")
    newcomer.follows("Apply for your municipality")
    newcomer.presses("Start the application")
    newcomer.sees("Send it in by Monday 16 August 2027 at 15:00")

    # Two others have sent in theirs, and are reviewed.
    filling = told.late_fillings.get()
    for hours, code in enumerate(("4646", "1818"), start=1):
        ready_application(
            told,
            municipality(code),
            late_filling=filling,
            submitted_at=OPENS + timedelta(hours=hours),
        )
    clock.move_to(OPENS + timedelta(days=2))
    log_in(anna.page, administrator)
    log_in(arne.page, second_administrator)
    anna.opens(LATE)
    anna.follows("Give a place Herøy (Nordland)")
    anna.sees("These came earlier, and are not decided:")
    anna.opens(LATE)
    anna.follows("Give a place Fjaler")
    anna.sees("this application is next in the order of receipt")
    anna.chooses("As soon as another person has approved them")
    anna.presses("Prepare the decision")
    anna.sees("The decision is prepared. Another person must approve it on this page.")
    arne.opens(anna.page.url)
    arne.follows("Approve the decision")
    arne.presses("Approve")
    assert tasks.release_due() == 1
    offer = Offer.objects.get(application__lead__code="4646")
    assert (offer.state, offer.application.state) == (OfferState.SENT, State.ADMITTED)

    anna.opens(LATE)
    anna.follows("Close it")
    anna.writes({"Reason": "The course begins."})
    anna.presses("Close it")
    anna.sees("No more late applications are taken in.")
    tasks.sweep_deadlines()
    log_in(newcomer.page, nora)
    newcomer.opens(told.applications.get(lead__code="5610").get_absolute_url())
    newcomer.sees("Not submitted")
