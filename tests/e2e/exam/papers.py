"""The second chapter: a group delivers its paper, and the school makes everything ready for grading."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMessage
from playwright.sync_api import FilePayload

from assessment.models import PaperDelivery
from innoskole.accounts.models import User
from tests.assessment.exam.paper.conftest import PDF
from tests.e2e.cohort.year import COURSE, Year, user_of
from tests.e2e.exam.sitting import BIRK, EXAM, FJALER, KIM, RITA, email_of, paper_of

PAPER: FilePayload = {"name": "oppgave.pdf", "mimeType": "application/pdf", "buffer": PDF}
GUIDELINES: FilePayload = {"name": "sensorveiledning.pdf", "mimeType": "application/pdf", "buffer": PDF}


def delivers_without_scripts(year: Year, post: Callable[[str], EmailMessage]) -> None:
    """From the page of the exam to the receipt, which everybody who sits the exam in the group gets."""
    say = year.say
    rita = year.comes(user_of(RITA), javascript=False)
    rita.opens(f"{COURSE}exam/")
    rita.follows(say("Open the page of the paper"))
    rita.field(say("Add files")).set_input_files([PAPER])
    rita.presses(say("Add the files"))
    rita.follows(say("Go on to the check"))
    rita.writes({say("Title of the paper"): "Færre som slutter"})
    rita.chooses(say("The group has written this itself, names its sources, and agrees to deliver it"))
    rita.presses(say("Deliver"))
    rita.is_at(say("The paper is delivered"))
    delivery = PaperDelivery.objects.get()
    rita.sees("Færre som slutter", delivery.digest)
    receipt = rita.downloads(say("Download the receipt (PDF)"))
    assert receipt.path().read_bytes().startswith(b"%PDF-")
    assert [delivery.digest in post(email_of(name)).body for name in (RITA, BIRK)] == [True, True]
    kim = year.comes(user_of(KIM))
    assert kim.opens(f"{COURSE}exam/1/paper/").status == 404  # in the team, and no candidate


def cannot_open_grading(year: Year, administrator: User) -> None:
    """Without guidelines and without examiners; the page says so."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}examiners/open-grading/")
    anna.sees(say("This cannot be done"), say("The guidelines for the examiners are not uploaded."))
    anna.sees(say("%(team)s lacks an examiner.", team=paper_of(FJALER).team))


def uploads_guidelines(year: Year, administrator: User) -> None:
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}examiners/")
    anna.follows(say("Upload guidelines"))
    anna.page.get_by_label(say("Guidelines for the examiners")).set_input_files([GUIDELINES])
    anna.presses(say("Upload"))
    anna.sees("sensorveiledning.pdf")


def names_an_examiner(year: Year, administrator: User, name: str) -> None:
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}examiners/")
    anna.follows(say("Name an examiner"))
    anna.selects(say("Examiner"), name)
    anna.field(say("Comes from outside the school")).check()
    anna.presses(say("Name the examiner"))
    anna.sees(name, say("Outside the school"))


def is_refused_a_neighbour(year: Year, administrator: User) -> None:
    """Who acts for the municipality of a team does not grade it, and the page says why."""
    say = year.say
    name, place = "Sigurd Sensor", "Fjaler"
    why = say("%(name)s acts for %(municipality)s, which the team comes from.", name=name, municipality=place)
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}examiners/")
    team = paper_of(FJALER).team
    anna.goes_by(anna.row(str(team)).get_by_role("link").last)
    anna.sees(why)
    anna.selects(say("First examiner"), say("%(name)s (conflict of interest)", name=name))
    anna.presses(say("Appoint"))
    assert anna.page.locator(".ds-error-summary").get_by_text(why).count() == 1
    assert not paper_of(FJALER).appointments.exists()


def opens_grading(year: Year, administrator: User) -> None:
    """As the program proposes."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}examiners/")
    anna.follows(say("Let the program propose"))
    anna.presses(say("Appoint as proposed"))
    anna.follows(say("Open grading"))
    anna.presses(say("Open grading"))
    anna.sees(say("Grading is open."))
