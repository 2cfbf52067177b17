"""The fourth chapter: an explanation, and two appeals, of which one changes a grade."""

from __future__ import annotations

from collections.abc import Callable

from django.core.mail import EmailMessage

from assessment.actions.exam import new_examiners, regrading
from assessment.models import Examiner, Explanation, GradeAppeal
from innoskole.accounts.models import User
from tests.assessment.exam.grading import examiners as examiners_of
from tests.e2e.cohort.year import COURSE, Year, user_of
from tests.e2e.exam.sitting import BIRK, BODO, EXAM, GROUNDS, NORA, RITA, email_of, paper_of, the_exam

RIGHTS = f"{COURSE}exam/1/grade/rights/"
WORDS = "Karakteren hviler på problemanalysen og på valget av metode."
NEW = ("Nye Sensor", "Andre Sensor")


def asks_for_an_explanation(year: Year) -> None:
    """On the day of publication, so about the oral as well."""
    say = year.say
    rita = year.comes(user_of(RITA), phone=True)
    rita.opens(f"{COURSE}exam/")
    rita.follows(say("Explanation and appeals: what you can ask for, and until when"))
    rita.follows(say("Ask for an explanation"))
    rita.chooses(say("Explain the oral as well"))
    rita.presses(say("Ask for an explanation"))
    rita.sees(say("You have asked for an explanation. A receipt comes by e-mail."))


def explains(year: Year) -> None:
    """One of the examiners, who finds the request on their page; the candidate reads the words."""
    say = year.say
    one, _other = examiners_of(paper_of(BODO))
    sanna = year.comes(one)
    sanna.opens("/home/")
    asked = Explanation.objects.get()
    sanna.goes_by(sanna.main.locator(f"a[href='/explanations/{asked.pk}/']").first)
    sanna.writes({say("Explanation"): WORDS})
    sanna.presses(say("Give the explanation"))
    sanna.sees(say("The explanation is given, and the candidate is told."))
    rita = year.comes(user_of(RITA), phone=True)
    rita.opens(RIGHTS)
    rita.sees(WORDS)


def appeals(year: Year, name: str) -> GradeAppeal:
    say = year.say
    person = year.comes(user_of(name))
    person.opens(RIGHTS)
    person.follows(say("Appeal against the grade"))
    person.writes({say("Why you appeal"): f"{name} mener at oppgaven er bedre."})
    person.presses(say("Send the appeal"))
    person.sees(say("Your appeal is received. A receipt comes by e-mail."))
    return GradeAppeal.objects.get(sent_by=user_of(name))


def appoints_new_examiners(year: Year, administrator: User, appeal: GradeAppeal) -> None:
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}appeals/{appeal.pk}/")
    anna.follows(say("Appoint new examiners"))
    for place, name in enumerate(NEW, start=1):
        anna.selects(say("New examiner %(place)s", place=place), name)
    anna.presses(say("Appoint"))
    anna.sees(say("The examiners are appointed, and told by e-mail."))


def grade_anew(year: Year, appeal: GradeAppeal, mark: str, people: dict[str, User]) -> None:
    """In the browser: they see the paper by its code and nothing of what was before."""
    say = year.say
    former = [str(user) for user in examiners_of(paper_of(BODO))]
    for name in NEW:
        examiner = year.comes(people[name])
        examiner.opens("/home/")
        examiner.goes_by(examiner.main.locator(f"a[href='/regrading/{appeal.pk}/']").first)
        examiner.does_not_see(BIRK, RITA, GROUNDS[1], GROUNDS[2], WORDS, "mener at oppgaven", *former)
        examiner.chooses(mark, of=say("Grade of the paper"))
        examiner.writes({say("Grounds for the grade"): f"Sakleg, meiner {name}."})
        examiner.presses(say("Submit the grade"))
        examiner.sees(say("Your grade is given."))
    other, one = (year.comes(people[name]) for name in reversed(NEW))
    other.chooses(mark, of=say("Grade of the paper"))
    other.writes({say("Grounds for the grade"): "Vi er samde."})
    other.presses(say("Propose this grade"))
    one.opens(f"/regrading/{appeal.pk}/")
    one.sees("Vi er samde.")
    one.presses(say("Agree to this grade"))


def grade_the_same(appeal: GradeAppeal, mark: str, people: dict[str, User], *, by: User, now) -> None:
    """The other appeal, by the same deeds."""
    found = {place: Examiner.objects.get(user=people[name]) for place, name in enumerate(NEW, start=1)}
    new_examiners.appoint(appeal, found, by=by, now=now)
    one, other = (people[name] for name in NEW)
    for user in (one, other):
        regrading.submit(appeal, mark=mark, grounds="Sakleg.", by=user, now=now)
    made = regrading.propose(appeal, mark=mark, grounds="Sakleg.", by=one, now=now)
    regrading.agree(appeal, read=made.proposed_at, by=other, now=now)


def plans_a_new_oral(year: Year, administrator: User, starts: str) -> None:
    say = year.say
    anna = year.comes(administrator)
    anna.opens(f"{EXAM}appeals/")
    anna.goes_by(anna.row(BIRK).get_by_role("link"))
    anna.follows(say("Plan the new oral"))
    anna.writes({say("Room"): "Rom 3", say("Begins, Norwegian time"): starts})
    anna.presses(say("Plan the oral"))
    anna.sees(say("The new oral is planned, and everybody concerned is told."))


def hear_anew(year: Year, appeal: GradeAppeal, people: dict[str, User]) -> None:
    """One notes it, and the other confirms: the appeal is decided."""
    say = year.say
    one, other = (year.comes(people[name]) for name in NEW)
    one.opens(f"/regrading/{appeal.pk}/")
    one.follows(say("Open the oral"))
    one.chooses(say("The same grade"), of=say("%(name)s: against the grade of the paper", name=BIRK))
    one.writes({say("%(name)s: note", name=BIRK): "Svarte godt for oppgaven."})
    one.presses(say("Save the notes"))
    other.opens(f"/regrading/{appeal.pk}/oral/")
    other.sees("Svarte godt for oppgaven.")
    other.presses(say("Confirm"))
    other.sees(say("The grades are confirmed, and the candidates are told."))


def are_told(year: Year, post: Callable[[str], EmailMessage]) -> None:
    """The one has another grade, the other keeps theirs; the letters hold neither."""
    say = year.say
    for name, mark, answer in (
        (BIRK, "B", say("The grade was changed")),
        (NORA, "D", say("The grade stands")),
    ):
        person = year.comes(user_of(name))
        person.opens(RIGHTS)
        person.sees(answer)
        assert person.main.locator("dl").first.locator("strong").all_inner_texts() == [mark]
        assert RIGHTS in post(email_of(name)).body


def is_final(year: Year) -> None:
    say = year.say
    for name in (RITA, BIRK, NORA):
        person = year.comes(user_of(name))
        person.opens(RIGHTS)
        person.sees(say("Every period has run out, and nothing waits for an answer. The grade is final."))
    assert not the_exam().candidates.filter(state="published").exists()
