"""Work requirements: a team delivers, an instructor assesses from the queue, and each gets a result."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import FilePayload

from assessment.actions import assessing, deliveries
from assessment.models import TeamRequirement
from assessment.states import Outcome, RequirementState
from innoskole.accounts.models import User
from tests.e2e.cohort.year import BLOCKED, COURSE, EXEMPT, LAST, READY, Year, participant, user_of
from tests.e2e.person import Person

SKETCH: FilePayload = {
    "name": "skisse.png",
    "mimeType": "image/png",
    "buffer": b"\x89PNG\r\n\x1a\n" + bytes(64),
}


def delivers_without_scripts(year: Year) -> None:
    """From «What do I lack?» to the receipt, and what the student's own part was."""
    say = year.say
    rita = year.comes(user_of(READY), javascript=False)
    rita.opens("/home/")
    rita.goes_by(rita.main.locator(f"a[href='{COURSE}']"))
    rita.follows(say("What do I lack?"))
    open_requirement(rita, 1)
    write(year, rita, say("Write and deliver"), "Vi har snakket med tolv elever som sluttet.", SKETCH)
    rita.presses(say("Deliver"))
    rita.sees(say("Work requirement %(number)s is delivered", number=1))
    rita.follows(say("Write what my part was"))
    rita.writes({say("My part in the work"): "Jeg ledet intervjuene."})
    rita.chooses(say("This is true, and I have written it myself"))
    rita.presses(say("Save my statement"))


def assesses_from_the_queue(year: Year, instructor: User) -> None:
    """The oldest first: taken, and approved for everyone but one, who must revise."""
    say = year.say
    ivar = year.comes(instructor)
    takes_the_first(year, ivar)
    ivar.sees("Jeg ledet intervjuene.", "skisse.png")
    ivar.chooses(say("Approved"), of=say("Result for everyone"))
    ivar.chooses(say("Must be revised"), of=say("Result for %(name)s", name=BLOCKED))
    ivar.writes(
        {
            say("Comment to %(name)s", name=BLOCKED): "Skriv om hvem problemet gjelder.",
            say("Comment to the team"): "Godt arbeid.",
            say("Deadline of the revision, Norwegian time"): "2027-10-20T15:00",
        }
    )
    ivar.presses(say("Give the results"))
    ivar.sees(say("The delivery is assessed. Each person gets the result by e-mail."))


def revises(year: Year, instructor: User) -> None:
    """Only the one who must revises; the instructor sees what is new beside what stood there."""
    say = year.say
    birk = year.comes(user_of(BLOCKED))
    birk.opens(f"{COURSE}readiness/")
    open_requirement(birk, 1)
    birk.sees("Skriv om hvem problemet gjelder.")
    write(year, birk, say("Write and deliver again"), "Vi har snakket med tolv elever som sluttet i fjor.")
    note = say("is in the team, and waits for no result here")
    assert birk.main.locator("li", has_text=note).all_inner_texts() == [
        f"{name} ({note})" for name in (READY, EXEMPT, LAST)
    ]
    birk.presses(say("Deliver"))
    ivar = year.comes(instructor)
    takes_the_first(year, ivar)
    assert ivar.page.locator(".compare ins").all_inner_texts() == ["sluttet i fjor."]
    ivar.chooses(say("Approved"), of=say("Result for %(name)s", name=BLOCKED))
    ivar.presses(say("Give the results"))


def exempts(year: Year, instructor: User) -> None:
    """One student need not do the second requirement, with a reason that they read."""
    say = year.say
    ivar, eli = year.comes(instructor), participant(EXEMPT)
    ivar.opens(f"/teams/{eli.team.reference}/requirements/2/people/{eli.pk}/")
    ivar.follows(say("Exempt the person"))
    ivar.writes({say("Reason"): "Har gjort et likt arbeid ved en annen skole."})
    ivar.presses(say("Exempt the person"))
    ivar.sees(say("The person is exempt."))


def is_not_approved(year: Year, instructor: User) -> None:
    """The third requirement of Bodø: approved for all of the team but one."""
    say = year.say
    work = TeamRequirement.objects.with_names().get(
        requirement__number=3, team=participant(BLOCKED).team, participant=None
    )
    deliver(work, by=user_of(READY))
    ivar = year.comes(instructor)
    takes_the_first(year, ivar)
    ivar.chooses(say("Approved"), of=say("Result for everyone"))
    ivar.chooses(say("Not approved"), of=say("Result for %(name)s", name=BLOCKED))
    ivar.writes({say("Comment to %(name)s", name=BLOCKED): "Du har ikke tatt del i utprøvingen."})
    ivar.presses(say("Give the results"))


# --- Of several ---------------------------------------------------------------------------------------


def open_requirement(person: Person, number: int) -> None:
    person.goes_by(person.main.locator(f"a[href$='/requirements/{number}/']").first)


def write(year: Year, person: Person, button: str, text: str, *files: FilePayload) -> None:
    """The draft, and on to the check."""
    person.follows(button)
    person.writes({year.say("Text"): text})
    if files:
        person.field(year.say("Add files")).set_input_files(list(files))
    person.presses(year.say("Go on to the check"))
    person.sees(text)


def takes_the_first(year: Year, person: Person) -> None:
    person.opens("/queue/")
    person.goes_by(person.main.locator("tbody tr").first.get_by_role("link"))
    person.presses(year.say("Take it and assess it"))


# --- For everybody else, by the same deeds --------------------------------------------------------------


def deliver(work: TeamRequirement, *, by: User) -> None:
    now = timezone.now()
    draft = deliveries.save_draft(work, "Dette har vi gjort.", version=0, by=by, now=now)
    deliveries.deliver(work, attempt=1, seen=deliveries.seen_in(draft, []), by=by, now=now)


def deliver_and_approve(number: int, *, by: User) -> None:
    """Every team that has not delivered it does so, and everybody in it is approved."""
    open_works = TeamRequirement.objects.of_teams().filter(
        requirement__number=number, state=RequirementState.OPEN
    )
    for work in open_works.with_names():
        person = work.team.participants.present().select_related("member__user").first()
        deliver(work, by=person.member.user)
        delivery = assessing.claim(work, by=by, now=timezone.now()).deliveries.get()
        people = delivery.members.filter(is_concerned=True).values_list("participant", flat=True)
        marks = {pk: assessing.Mark(Outcome.APPROVED) for pk in people}
        assessing.assess(delivery, marks, comment="", revise_due_at=None, by=by, now=timezone.now())
