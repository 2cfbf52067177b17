"""The first chapter: the exam is set up, students register or do not, and the list is locked."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMessage

from innoskole.accounts.models import User
from innoskole.ui import formats
from tests.e2e.cohort.year import COHORT, COURSE, Year, user_of
from tests.e2e.exam.sitting import DATES, DEREGISTERS, EXAM, KIM, OPTS_OUT, RITA, email_of, the_exam
from tests.e2e.letters import link_in

Post = Callable[[str], EmailMessage]


def sets_up(year: Year, administrator: User) -> None:
    """Its dates; the rules are the usual ones."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(COHORT)
    anna.follows(say("Exam"))
    anna.follows(say("Set up the exam"))
    labels = {
        "registration_opens_at": say("Registration opens, Norwegian time"),
        "registration_closes_at": say("Registration closes, Norwegian time"),
        "paper_opens_at": say("The paper can be delivered from, Norwegian time"),
        "paper_due_at": say("Deadline of the paper, Norwegian time"),
    }
    anna.writes({label: f"{DATES[field]:%Y-%m-%dT%H:%M}" for field, label in labels.items()})
    days = {"oral_from_on": say("First day of orals"), "oral_to_on": say("Last day of orals")}
    anna.writes({label: DATES[field].isoformat() for field, label in days.items()})
    anna.presses(say("Save"))
    anna.sees(say("The exam is set up."))
    assert {field: getattr(the_exam(), field) for field in DATES} == DATES


def registers_on_a_phone(year: Year, post: Post) -> None:
    """From the link in the e-mail to the receipt."""
    say = year.say
    rita = year.comes(user_of(RITA), phone=True)
    rita.opens(link_in(post(email_of(RITA))))
    with year.speaking():
        closes = formats.moment(DATES["registration_closes_at"])
    rita.sees(
        say(
            "Everything that the exam asks for is in place. You can register until %(closes)s.", closes=closes
        )
    )
    rita.follows(say("Register for the exam"))
    rita.presses(say("Register for the exam"))
    rita.sees(say("You are registered. A receipt comes by e-mail."))
    assert post(email_of(RITA)).subject == say("You are registered for the exam")


def takes_no_exam(year: Year, post: Post) -> None:
    """A student says so; a course participant reads that there is none to take."""
    say = year.say
    olav = year.comes(user_of(OPTS_OUT))
    olav.opens(f"{COURSE}exam/")
    olav.follows(say("Take no exam"))
    olav.presses(say("I take no exam"))
    olav.sees(say("Your answer is saved. A receipt comes by e-mail."))
    olav.sees(
        say(
            "You have said that you take no exam. You get a certificate of attendance when what it asks for"
            " is in place."
        )
    )
    kim = year.comes(user_of(KIM))
    kim.opens(f"{COURSE}exam/")
    kim.sees(
        say(
            "You are admitted as a course participant. You take no exam, and get a certificate of attendance."
        )
    )


def deregisters(year: Year) -> None:
    """In time, without scripts."""
    say = year.say
    trine = year.comes(user_of(DEREGISTERS), javascript=False)
    trine.opens(f"{COURSE}exam/")
    trine.follows(say("Deregister from the exam"))
    trine.sees(say("You do not sit this exam. No attempt is used."))
    trine.presses(say("Deregister from the exam"))
    trine.sees(say("You are not registered any more. A receipt comes by e-mail."))


def locks(year: Year, administrator: User) -> dict[str, str]:
    """After the registration has closed. Name → where they stand, as the list says it then."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(EXAM)
    anna.follows(say("Lock the list"))
    anna.presses(say("Lock the list"))
    anna.sees(say("The list of candidates is locked."))
    rows = anna.main.locator("[aria-labelledby=candidates-caption] tbody tr")
    names = rows.locator("th").all_inner_texts()
    return dict(zip(names, rows.locator("td:nth-of-type(2)").all_inner_texts(), strict=True))
