"""The third chapter: two examiners, alone and then together; the oral; the grades, told to all at once."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMessage

from assessment.models import Oral
from innoskole.accounts.models import User
from tests.assessment.exam.grading import examiners as examiners_of
from tests.e2e.cohort.year import COURSE, Year, user_of
from tests.e2e.exam.sitting import (
    BIRK,
    BODO,
    EXAM,
    GROUNDS,
    NOTE,
    OPTS_OUT,
    RITA,
    SITTERS,
    email_of,
    paper_of,
)
from tests.e2e.person import Person


def each_grades_alone(year: Year) -> None:
    """The first examiner submits; the second sees nothing of it before their own grade is given."""
    say = year.say
    one, other = examiners_of(paper_of(BODO))
    first = _opens_from_the_list(year, one)
    first.chooses("C", of=say("Your grade"))
    first.writes({say("Grounds"): GROUNDS[1]})
    first.presses(say("Submit the grade"))
    second = _opens_from_the_list(year, other)
    second.does_not_see(GROUNDS[1], say("%(name)s gives %(mark)s", name=one, mark="C"))
    second.chooses("B", of=say("Your grade"))
    second.writes({say("Grounds"): GROUNDS[2]})
    second.presses(say("Submit the grade"))
    second.sees(
        GROUNDS[1],
        say("%(name)s gives %(mark)s", name=one, mark="C"),
        say("%(name)s gives %(mark)s", name=other, mark="B"),
    )


def they_agree(year: Year) -> None:
    """One proposes C with common grounds, and the other agrees to it."""
    say = year.say
    one, other = examiners_of(paper_of(BODO))
    second = year.comes(other)  # who has just submitted theirs
    second.follows(say("Propose the grade of the paper"))
    second.chooses("C", of=say("Grade of the paper"))
    second.writes({say("Grounds for the grade"): "Felles grunngivning."})
    second.presses(say("Propose"))
    second.sees(say("The grade is proposed."))
    first = _opens(year, one)
    first.follows(say("Agree to the grade of the paper"))
    first.sees(GROUNDS[2], "Felles grunngivning.")
    first.presses(say("Agree"))
    first.sees(say("You agree on the grade of the paper."))


def plans_the_orals(year: Year, administrator: User, post: Callable[[str], EmailMessage]) -> None:
    """As proposed, in two rooms; then the groups and the examiners are told."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}orals/")
    anna.follows(say("Propose orals for all"))
    anna.writes({say("Rooms"): "Rom 1\nRom 2"})
    anna.presses(say("Show a proposal"))
    anna.presses(say("Plan these orals"))
    anna.follows(say("Tell the groups"))
    anna.presses(say("Send the e-mails"))
    anna.sees(say("The groups and the examiners are told."))
    oral = oral_of(BODO)
    assert oral.room in post(email_of(RITA)).body
    rita = year.comes(user_of(RITA), phone=True)
    rita.opens(f"{COURSE}exam/")
    rita.sees(say("The oral of the group"), oral.room)


def hears_the_group(year: Year) -> None:
    """Rita is moved up, Birk down; one examiner sets the grades, and the other confirms them."""
    say = year.say
    one, other = examiners_of(paper_of(BODO))
    first = _opens(year, one)
    first.follows(say("Note the oral"))
    for name, result in ((RITA, "1"), (BIRK, "-1")):
        question = first.group(say("Result of %(name)s", name=name))
        question.locator(f"input[value='{result}']").check()
        first.writes({say("Note on %(name)s", name=name): NOTE})
    first.presses(say("Note the oral"))
    first.follows(say("Set the grades"))
    first.presses(say("Set the grades"))
    first.sees(say("The grades are set."))
    second = _opens(year, other)
    second.follows(say("Confirm the grades"))
    rows = second.main.locator("tbody tr")
    marks = rows.locator("td strong").all_inner_texts()
    assert dict(zip(rows.locator("th").all_inner_texts(), marks, strict=True)) == {RITA: "B", BIRK: "D"}
    second.presses(say("Confirm the grades"))
    second.sees(
        say("The grades are confirmed. The school publishes them together with all others."),
    )


def nobody_knows_yet(year: Year, administrator: User) -> None:
    """The candidate reads that they are being graded, and the staff sees how far, and never what."""
    say = year.say
    rita = year.comes(user_of(RITA), phone=True)
    rita.opens(f"{COURSE}exam/")
    rita.sees(say("Being graded"))
    rita.does_not_see(say("Your grade"))
    assert rita.opens(f"{COURSE}exam/1/grade/rights/").status == 404
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}grades/")
    anna.sees(say("Until then nobody sees them but the examiners of each paper."))


def publishes(year: Year, administrator: User, post: Callable[[str], EmailMessage]) -> None:
    """After a look at who gets a grade, without one; the e-mail leads to it and does not tell it."""
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}progress/")
    anna.follows(say("Publish the grades"))
    assert sorted(anna.main.locator("tbody th").all_inner_texts()) == sorted(SITTERS)
    anna.sees(OPTS_OUT, within=anna.main.get_by_role("listitem"))
    anna.presses(say("Publish the grades to all"))
    anna.follows(say("See the grades"))
    anna.sees(RITA)
    for name, mark, moved in (
        (RITA, "B", say("Adjusted upwards")),
        (BIRK, "D", say("Adjusted downwards")),
    ):
        person = year.comes(user_of(name), phone=True)
        person.opens(f"{COURSE}exam/")
        person.sees(say("Your grade"), moved)
        card = person.main.locator(".ds-card.summary strong")
        assert card.all_inner_texts() == [mark]
    assert f"{COURSE}exam/" in post(email_of(RITA)).body


def oral_of(code: str) -> Oral:
    return Oral.objects.get(paper=paper_of(code), appeal=None)


def _opens_from_the_list(year: Year, user: User) -> Person:
    """From the home page, over the list of what one grades."""
    person = year.comes(user)
    person.opens("/home/")
    person.goes_by(person.main.locator("a[href='/grading/']").first)
    person.follows(str(paper_of(BODO).team))
    return person


def _opens(year: Year, user: User) -> Person:
    person = year.comes(user)
    person.opens(f"/grading/{paper_of(BODO).code}/")
    return person
