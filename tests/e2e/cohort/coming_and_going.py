"""Somebody leaves a team in the middle of the course, and somebody new comes and catches up."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMessage
from django.utils.text import capfirst

from applications import tasks as admission
from applications.models import TeamMember
from applications.states import Basis
from cohorts import tasks
from cohorts.models import Team
from innoskole.accounts.models import User
from tests.e2e.cohort.delivering import open_requirement, takes_the_first, write
from tests.e2e.cohort.year import COHORT, COURSE, LATE, LEAVER, ORLAND, Year, participant, user_of
from tests.e2e.letters import link_in
from tests.e2e.test_from_draw_to_cohort import admit

LATE_EMAIL = "sein.prove@example.no"


def leaves(year: Year, administrator: User) -> None:
    """The administrator records it, with the reason and the last day; the contact person hears of it."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"/teams/{_team().reference}/")
    anna.follows(say("%(name)s leaves", name=LEAVER))
    anna.writes({say("Reason"): "Har fått ny jobb."})
    anna.presses(say("Record that the person leaves"))
    anna.sees(say("The person has left the team."), say("Have left the team"))


def joins(
    year: Year, administrator: User, second_administrator: User, post: Callable[[str], EmailMessage]
) -> None:
    """Named by the school, admitted, told, invited; they confirm and begin by themselves."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"/teams/{_team().reference}/")
    anna.follows(say("Let somebody join"))
    anna.follows(say("Somebody else, whom nobody has named before"))
    labels = {name: capfirst(say(name)) for name in ("name", "e-mail", "position", "unit")}
    answers = (LATE, LATE_EMAIL, "Rådgiver", "Biblioteket")
    anna.writes(dict(zip(labels.values(), answers, strict=True)))
    anna.writes({say("Years of relevant work experience"): "7"})
    anna.selects(say("Sector"), say("Culture, library and leisure"))
    anna.chooses(say("Key function"), of=say("Type of role"))
    anna.chooses(
        say("Three years or more of higher education (bachelor's degree or equivalent)"),
        of=say("Highest education"),
    )
    anna.presses(say("Let the new person join"))
    newcomer = TeamMember.objects.get(name=LATE)
    newcomer.basis = Basis.QUALIFIED  # assessed as tests/e2e/test_people.py walks it
    newcomer.save()
    admit(newcomer, by=administrator, approved_by=second_administrator)
    admission.release_due()
    admission.invite_due()
    guest = year.guest()
    guest.opens(link_in(post(LATE_EMAIL)))
    guest.writes({say("Your name"): LATE})
    guest.chooses(
        say("What is written about me and my education is correct"),
        say("I have read the text above and agree to it"),
    )
    guest.presses(say("Yes, I take part"))
    tasks.begin_course()


def catches_up(year: Year, instructor: User) -> None:
    """The team had delivered the first requirement: the plan is made, read and carried out."""
    say = year.say
    ivar, late = year.comes(instructor), participant(LATE)
    ivar.opens(f"{COHORT}requirements/")
    ivar.follows(say("%(name)s, work requirement %(number)s", name=LATE, number=1))
    ivar.follows(say("Make a plan for catching up"))
    ivar.chooses(say("A delivery of their own"), of=say("How the person gets it done"))
    ivar.writes(
        {
            say("Deadline, Norwegian time"): "2027-11-01T15:00",
            say("What the person is to do"): "Les det teamet har levert, og skriv hva du selv ser.",
        }
    )
    ivar.presses(say("Save the plan and tell the person"))
    sein = year.comes(user_of(LATE), phone=True)
    sein.opens(f"{COURSE}readiness/")
    open_requirement(sein, 1)
    sein.sees("Les det teamet har levert, og skriv hva du selv ser.")
    write(year, sein, say("Write and deliver"), "Jeg ser at elevene vil høres.")
    sein.presses(say("Deliver"))
    assert late.team.participants.present().count() == 3
    takes_the_first(year, ivar)
    ivar.chooses(say("Approved"), of=say("Result for %(name)s", name=LATE))
    ivar.presses(say("Give the results"))


def _team() -> Team:
    return Team.objects.with_names().get(application__lead__code=ORLAND)
