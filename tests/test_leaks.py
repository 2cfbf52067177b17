"""Law of silence (decision 0132), behind all doors: before publication only the examiners of a paper learn
what they think of it; afterwards each learns what is theirs.

Nobody has to think of the way by which a secret might slip out. tests/test_doors.py sees which doors read one
at all, and only those of `secrets.READERS` may. They are asked here by eighteen roles, at a sitting before
publication and at one after it. Then a secret is changed, and whoever got an answer for which it was read
asks again: who gets another answer has noticed. A new URL needs a row in the table of doors, and is asked.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.cookies import SimpleCookie

import pytest
import time_machine
from django.db import transaction
from django.db.models import QuerySet
from django.test import Client

import innoskole.urls
from assessment import models as m
from innoskole.calendars import actions as calendars
from tests.assessment.certificates.factories import words
from tests.assessment.exam import secrets
from tests.assessment.exam.grading import candidates
from tests.assessment.exam.secrets import READERS
from tests.assessment.exam.silence_world import APPEALED, EXPLAINED, FORMER, THOUGHT
from tests.deadlines.factories import lay_down_rules_of_today
from tests.factories import NOW
from tests.test_doors import DOORS, ROLES, Door, refuse
from tests.world import World, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once("who learns what does not depend on the database")]

# --- Who asks, and where -----------------------------------------------------------------------------

# Besides the roles of the table of doors: those who stand close to the two sittings of silence_world.py.
CLOSE = (
    "team mate",
    "candidate of another team",
    "second examiner",
    "examiner of another paper",
    "new examiner",  # who grades the published paper anew after an appeal
    "colleague of the teacher",  # an instructor of the cohort who examines nobody
    "teacher of another cohort",
    "second administrator",
)
EVERYBODY = (*ROLES, *CLOSE)
EXAMINERS = ("teacher", "second examiner")
ADMINISTRATORS = ("administrator", "second administrator")
COHORT_STAFF = (*ADMINISTRATORS, "teacher", "colleague of the teacher")
# To each of them opens what opens to nobody else of them.
INSIDERS = ("administrator", "teacher", "student", "new examiner")

# Doors to what gathers from everywhere, and takes its time.
GATHER = {name for name in READERS if not name.startswith("assessment:")}

# What stands in an address of the table → what stands in its place.
PAPERS = ("graded", "GRADED", "OPENED", "REDRES", "not-mine")
BEFORE = {**dict.fromkeys(PAPERS, "silent-paper"), "exam": "51"}
REDRESS = {
    **dict.fromkeys(("certificate", "revoked-certificate"), "transcript"),
    **dict.fromkeys(("certificate-token", "revoked-certificate-token"), "transcript-token"),
    "redress-grade": "told-grade",
    "redress-explanation": "told-explanation",
    "redress-appeal": "told-appeal",
    "redress-received": "told-appeal",
    "redress-oral": "told-appeal",
}
AFTER = {**dict.fromkeys(PAPERS, "told-paper"), "exam": "61", **REDRESS}


def moved(door: Door, to: dict[str, str]) -> tuple[str, ...]:
    """The address of a door with the sitting, the paper and what hangs on them exchanged."""
    address = [to.get(word, word) for word in door.address]
    if door.address[:1] == ("running",) and "".join(door.address[1:2]).isdigit():
        address[1] = to["exam"]
    return tuple(address)


def places(door: Door) -> set[tuple[str, ...]]:
    """Its addresses at the two sittings; one where there is nothing to exchange."""
    sittings = (AFTER,) if set(door.address) & REDRESS.keys() else (BEFORE, AFTER)
    return {moved(door, to) for to in sittings}


def doors(chosen: Callable[[Door], bool]) -> Iterator[Door]:
    """Each page once, wherever it can stand."""
    rows = [door for door in DOORS if "GET" in door.methods and chosen(door)]
    found = {(door.name, place) for door in rows for place in places(door)}
    return (Door(name, place, ("GET",), {}) for name, place in sorted(found))


# --- Asking ------------------------------------------------------------------------------------------

VOLATILE = re.compile(rb'(csrfmiddlewaretoken" value="|nonce=")[^"]*')
Answer = tuple[int, bytes]
Secret = tuple[QuerySet, dict[str, object]]  # rows, and the other values that they get


class Crowd:
    """Everybody at every door that reads a secret for somebody.

    found: for whom, where, the answer, and the models of which a secret was read for it.
    """

    def __init__(self) -> None:
        self.world = World()
        self.browser = Client()
        people = {role: self.world.people[role] for role in EVERYBODY if role != "anonymous"}
        self.cookies = {role: logged_in(user) for role, user in people.items()}
        self.feeds = {role: calendars.make(by=people[role], now=NOW) for role in INSIDERS}
        self.silent, self.told = (
            m.Paper.objects.get(code=self.world.objects[it]) for it in ("silent-paper", "told-paper")
        )
        self.found: list[tuple[str, Door, Answer, set[type]]] = []
        for door in doors(lambda door: door.name in READERS - GATHER):
            for role in EVERYBODY:
                with secrets.reading() as read:
                    answer = self.ask(role, door)
                if read:
                    self.found.append((role, door, answer, read))

    def ask(self, role: str, door: Door) -> Answer:
        """That somebody has looked, or downloaded, is forgotten."""
        self.browser.cookies = SimpleCookie(self.cookies.get(role, {}))
        self.world.objects["calendar-address"] = self.feeds.get(role, "forged")
        with transaction.atomic():
            response = self.browser.get(door.url(self.world))
            body = VOLATILE.sub(rb"\1", response.getvalue())
            transaction.set_rollback(True)
        return response.status_code, body

    def noticing(self, *secrets: Secret) -> dict[str, set[str]]:
        """Role → the doors whose answer is another one when the rows get these other values."""
        noticed = defaultdict(set)
        with changed(*secrets) as models:
            for role, door, answer, read in self.found:
                if read & models and self.ask(role, door) != answer:
                    noticed[role].add(door.name.removeprefix("assessment:"))
        return dict(noticed)


@contextmanager
def changed(*secrets: Secret) -> Iterator[set[type]]:
    """A world in which the secrets are others; of which models they are."""
    with transaction.atomic():
        for rows, values in secrets:
            assert rows.update(**values), "There must be something to keep secret."
        yield {rows.model for rows, _values in secrets}
        transaction.set_rollback(True)


@contextmanager
def _refusing_in_few_words() -> Iterator[None]:
    """Refusals are most of the answers: neither logged nor put on a page."""
    with pytest.MonkeyPatch.context() as patch:
        for status in (403, 404):
            patch.setattr(innoskole.urls, f"handler{status}", partial(refuse, status=status), raising=False)
        logging.disable(logging.WARNING)
        yield
        logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker) -> Iterator[Crowd]:
    travelled = time_machine.travel(NOW, tick=False)
    with django_db_blocker.unblock(), transaction.atomic(), travelled, _refusing_in_few_words():
        lay_down_rules_of_today()
        yield Crowd()
        transaction.set_rollback(True)


# --- What is secret ----------------------------------------------------------------------------------

WORDS = "Helt andre ord"


def thoughts(paper: m.Paper) -> list[Secret]:
    """What the ordinary examiners of a paper think of it: marks, grounds, adjustments and notes."""
    given = m.ProvisionalGrade.objects.filter(appointment__paper=paper, appointment__appeal=None)
    return [
        (given, {"mark": "E", "grounds": WORDS}),
        (paper.grades.filter(appeal=None), {"mark": "E", "grounds": WORDS}),
        (m.OralResult.objects.filter(oral__paper=paper), {"steps": -1, "note": WORDS}),
    ]


def grade(paper: m.Paper, place: int) -> Secret:
    """The grade of the first or second candidate of a paper."""
    return candidates(paper)[place].grades.all(), {"mark": "E", "paper_mark": "F", "steps": 1}


def explanation(crowd: Crowd) -> Secret:
    return m.Explanation.objects.filter(grade__candidate=candidates(crowd.told)[0]), {"words": WORDS}


def appeal(crowd: Crowd) -> Secret:
    return m.GradeAppeal.objects.filter(pk=crowd.world.objects["told-appeal"]), {"words": WORDS}


def new_thoughts(crowd: Crowd) -> Secret:
    """What the new examiners think of the paper."""
    given = m.ProvisionalGrade.objects.filter(appointment__appeal=crowd.world.objects["told-appeal"])
    return given, {"mark": "D", "grounds": WORDS}


def of(roles: tuple[str, ...], *names: str) -> dict[str, set[str]]:
    return {role: set(names) for role in roles}


def together(*parts: dict[str, set[str]]) -> dict[str, set[str]]:
    return {role: set().union(*(part.get(role, ()) for part in parts)) for part in parts for role in part}


# --- Before publication ------------------------------------------------------------------------------


def test_before_publication_its_examiners_alone_learn_what_they_think_and_which_grades_they_set(crowd):
    everything = [*thoughts(crowd.silent), grade(crowd.silent, 0), grade(crowd.silent, 1)]
    assert crowd.noticing(*everything) == of(EXAMINERS, "grading_paper")


# --- After publication -------------------------------------------------------------------------------

STAFF_PAGES = ("exam_grades", "cohort_statistics")
CERTIFICATES = ("certificate", "certificates", "certificates_export")
# A transcript says of itself whether it still holds: whoever has it in hand may know.
IN_HAND = of(EVERYBODY, "verify", "verify_in")


def test_a_published_grade_is_for_its_candidate_the_examiners_and_the_cohorts_staff(crowd):
    assert crowd.noticing(grade(crowd.told, 0)) == together(
        IN_HAND,
        of(("student",), "course_exam", "grade_rights", "own_certificates"),
        of(EXAMINERS, "grading_paper"),
        of(COHORT_STAFF, *STAFF_PAGES, *CERTIFICATES),
        of(ADMINISTRATORS, "certificates_issue"),
    )


def test_nobody_learns_the_grade_of_a_team_mate(crowd):
    assert crowd.noticing(grade(crowd.told, 1)) == together(
        of(("team mate",), "course_exam", "grade_rights"),
        of(EXAMINERS, "grading_paper", "explanation", "grade_correction"),
        of(COHORT_STAFF, *STAFF_PAGES),
        # They write down what an examiner has said, and ask for corrections.
        of(ADMINISTRATORS, "explanation", "grade_correction"),
    )


def test_what_examiners_thought_stays_with_them_after_publication(crowd):
    assert crowd.noticing(*thoughts(crowd.told)) == of(EXAMINERS, "grading_paper", "explanation")


def test_an_explanation_is_for_its_candidate_and_an_appeal_for_the_staff_as_well(crowd):
    assert crowd.noticing(explanation(crowd)) == of(("student",), "grade_rights")
    assert crowd.noticing(appeal(crowd)) == together(
        of(("student",), "grade_rights"), of(COHORT_STAFF, "exam_appeal")
    )


def test_what_new_examiners_think_stays_between_them(crowd):
    assert crowd.noticing(new_thoughts(crowd)) == of(("new examiner",), "regrading")


def test_what_a_transcript_says_is_for_its_owner_the_staff_and_whoever_has_it_in_hand(crowd):
    transcript = m.Certificate.objects.filter(number=crowd.world.objects["transcript"])
    says = {"name": WORDS, **dict.fromkeys(("nb", "nn", "en"), words(WORDS))}
    assert crowd.noticing((transcript, {"content": says})) == together(
        IN_HAND, of(("student",), "own_certificates"), of(COHORT_STAFF, "certificate")
    )


# --- Before and after --------------------------------------------------------------------------------


def test_what_gathers_from_everywhere_tells_of_no_secret(crowd):
    """Home pages, calendars and reminders."""
    asked = [(role, door) for door in doors(lambda door: door.name in GATHER) for role in INSIDERS]
    grades = [grade(paper, place) for paper in (crowd.silent, crowd.told) for place in (0, 1)]
    found = [crowd.ask(*each) for each in asked]
    with changed(
        *thoughts(crowd.silent),
        *thoughts(crowd.told),
        *grades,
        explanation(crowd),
        appeal(crowd),
        new_thoughts(crowd),
    ):
        assert [each for each, before in zip(asked, found, strict=True) if crowd.ask(*each) != before] == []


# --- New examiners are blind -------------------------------------------------------------------------


def test_a_new_examiner_reads_no_word_and_no_name_of_the_former_ones(crowd):
    """Behind every door that opens to somebody who may examine."""
    hidden = [FORMER, *THOUGHT, EXPLAINED, APPEALED]
    open_ones = doors(lambda door: door.answers["instructor"] == "200" or door.name in READERS)
    shown = {str(door): crowd.ask("new examiner", door)[1].decode(errors="ignore") for door in open_ones}
    assert {(door, word) for door, page in shown.items() for word in hidden if word in page} == set()


# --- The readers are known ---------------------------------------------------------------------------


def test_no_other_page_reads_a_secret_at_the_two_sittings(crowd):
    """In the table the pages of an exam stand at other sittings as well, where some have nothing to read."""
    others = doors(lambda door: door.name not in READERS and door.address not in places(door))
    read_by = {}
    for door in others:
        with secrets.reading() as read:
            for role in INSIDERS:
                crowd.ask(role, door)
        if read:
            read_by[door.name] = read
    assert read_by == {}
