"""The first chapter: the last person confirms, and the school makes the cohort, its plan, and begins it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.core.mail import EmailMessage
from django.utils import timezone

from applications.models import Intake
from assessment.actions.requirements import TEXTS, change, version_of
from assessment.models import WorkRequirement
from innoskole.accounts.models import User
from tests.e2e.cohort.year import COHORT, LAST, SLUG, Year
from tests.e2e.letters import link_in
from tests.factories import OSLO

DATES = {  # number: when it opens, when it is due
    2: ((2027, 10, 11, 9), (2027, 12, 3, 15)),
    3: ((2027, 12, 6, 9), (2028, 2, 11, 15)),
    4: ((2028, 2, 14, 9), (2028, 4, 28, 15)),
}


def confirms(year: Year, post: Callable[[str], EmailMessage]) -> None:
    """The last person says yes from their mail, without an account and without scripts."""
    say = year.say
    guest = year.guest(javascript=False)
    guest.opens(link_in(post("siste.prove@example.no")))
    guest.writes({say("Your name"): LAST})
    guest.chooses(
        say("What is written about me and my education is correct"),
        say("I have read the text above and agree to it"),
    )
    guest.presses(say("Yes, I take part"))
    guest.sees(say("Thank you: you take part"))


def makes_the_cohort(year: Year, intake: Intake, administrator: User, instructor: User) -> None:
    """From the intake: the teams, who teaches them, and the six sessions with what they hold."""
    say = year.say
    with year.speaking():
        name = str(intake)
    anna = year.comes(administrator)
    anna.opens("/home/")
    anna.follows(say("Make the cohort of %(intake)s", intake=name))
    anna.presses(say("Make the cohort"))
    anna.sees(say("The cohort is made. Look at its settings, and plan its sessions."))
    anna.follows(say("Settings"))
    anna.follows(say("Add an instructor"))
    anna.selects(say("Instructor"), instructor.name)
    anna.presses(say("Add the instructor"))
    anna.follows(say("Plan"))
    anna.follows(say("Make the sessions of the programme"))
    anna.writes({say("First day of the first session"): "2027-09-06"})
    anna.presses(say("Make the sessions"))
    anna.follows(say("Publish the programme"))
    anna.presses(say("Publish"))
    reader = year.guest()
    reader.opens(f"/programme/{SLUG}/")
    reader.sees("Innovasjon og kreativitet")


def sets_the_requirements(year: Year, administrator: User) -> None:
    """Four of them; the first gets its dates on its page, the others by the same deed."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{COHORT}requirements/")
    anna.follows(say("Make the work requirements"))
    anna.presses(say("Make the work requirements"))
    anna.goes_by(anna.page.locator("main table").get_by_role("link").first)
    anna.writes(
        {
            say("Opens, Norwegian time"): "2027-08-30T09:00",
            say("Deadline, Norwegian time"): "2027-10-01T15:00",
        }
    )
    anna.presses(say("Save"))
    for requirement in WorkRequirement.objects.exclude(number=1).select_related("cohort"):
        opens_at, due_at = (datetime(*moment, tzinfo=OSLO) for moment in DATES[requirement.number])
        texts = {name: getattr(requirement, name) for name in TEXTS}
        values = {**texts, "opens_at": opens_at, "due_at": due_at}
        change(requirement, values, version=version_of(requirement), by=administrator, now=timezone.now())


def begins(year: Year, administrator: User) -> None:
    """Everybody who has confirmed takes part from the day on which the administrator begins the cohort."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(COHORT)
    anna.follows(say("Begin the cohort"))
    anna.presses(say("Begin the cohort"))
    anna.sees(say("The cohort has begun."))
