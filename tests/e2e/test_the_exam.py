"""The exam of a cohort, from its setting up to grades that are final and documents that anybody can verify.

The chapters lie in tests/e2e/exam/. Each test begins at a step of its own: what one walks in the browser, the
others do by the same actions.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from assessment.models import Appointment, Certificate, GradeAppeal
from assessment.tasks import make_grades_final, open_exams
from cohorts.models import Cohort
from innoskole.accounts.models import User
from tests.e2e.cohort.year import Year
from tests.e2e.exam import grading, papers, proving, redress, registering, sitting
from tests.e2e.exam.sitting import BIRK, DEREGISTERS, GIVEN, KIM, LARS, NORA, OPTS_OUT, RITA, SITTERS
from tests.factories import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cohort(live_server, administrator) -> Cohort:
    return sitting.ready_cohort()


@pytest.fixture
def people(cohort) -> dict[str, User]:
    """Those who can be examiners."""
    return sitting.examining_people()


@pytest.fixture
def year(cohort, people, enter, log_in, clock, request) -> Year:
    """Walked in bokmål, or in the language that the test asks for."""
    language = getattr(request, "param", "nb")
    User.objects.update(language=language)
    return Year(language, enter, log_in, clock)


def test_from_registration_to_open_grading(year, people, administrator, post) -> None:
    say = year.say
    registering.sets_up(year, administrator)
    year.at(2027, 5, 5, 10)
    open_exams()
    registering.registers_on_a_phone(year, post)
    registering.takes_no_exam(year, post)
    sitting.register(besides=[RITA])
    sitting.register_one(DEREGISTERS)
    year.at(2027, 5, 10, 10)
    registering.deregisters(year)

    year.at(2027, 5, 18, 9)
    stands = registering.locks(year, administrator)
    registered = dict.fromkeys(SITTERS, say("Registered for the exam"))
    none = {OPTS_OUT: say("Takes no exam"), DEREGISTERS: say("Deregistered")}
    assert stands == registered | none

    papers.delivers_without_scripts(year, post)
    sitting.deliver_all()
    year.at(2027, 6, 7, 9)
    papers.cannot_open_grading(year, administrator)
    papers.uploads_guidelines(year, administrator)
    papers.names_an_examiner(year, administrator, "Sanna Sensor")
    sitting.name_examiners(people, by=administrator)
    papers.is_refused_a_neighbour(year, administrator)
    papers.opens_grading(year, administrator)

    delivered = dict.fromkeys(SITTERS, ("delivered", 1))
    assert sitting.candidates() == delivered | {
        OPTS_OUT: ("opted_out", None),
        DEREGISTERS: ("deregistered", None),
    }
    assert {name: sitting.letters_to(name) for name in (RITA, OPTS_OUT, DEREGISTERS, KIM)} == {
        RITA: ["exam_open", "exam_registered", "exam_locked", "paper_received"],
        OPTS_OUT: ["exam_open", "exam_opted_out"],
        DEREGISTERS: ["exam_open", "exam_registered", "exam_deregistered"],
        KIM: [],
    }
    appointed = [str(each.examiner) for each in Appointment.objects.select_related("examiner__user")]
    loads = {name: appointed.count(name) for name in people}
    assert loads == {
        "Sanna Sensor": 4,
        "Selma Sensor": 4,
        "Sigurd Sensor": 4,
        "Nye Sensor": 0,
        "Andre Sensor": 0,
    }
    fjaler = sitting.paper_of(sitting.FJALER).appointments.select_related("examiner__user")
    assert {str(each.examiner) for each in fjaler} == {"Sanna Sensor", "Selma Sensor"}


@pytest.mark.parametrize("year", ["nn"], indirect=True)
def test_from_two_examiners_to_one_grade_for_each(year, cohort, people, administrator, post) -> None:
    sitting.until_grading(year, cohort, people, by=administrator)
    grading.each_grades_alone(year)
    grading.they_agree(year)
    sitting.grade_papers()
    grading.plans_the_orals(year, administrator, post)
    year.at(2027, 6, 16, 9)
    grading.hears_the_group(year)
    sitting.hold_orals()
    grading.nobody_knows_yet(year, administrator)
    assert sitting.grades() == {}

    year.at(2027, 6, 21, 12)
    grading.publishes(year, administrator, post)
    assert sitting.grades() == {name: [(*given, "ordinary")] for name, given in GIVEN.items()}


def test_an_explanation_and_two_appeals(year, cohort, people, administrator, post) -> None:
    sitting.until_publication(year, cohort, people, by=administrator)
    redress.asks_for_an_explanation(year)
    now = year.at(2027, 6, 24, 10)
    redress.explains(year)
    changes, keeps = redress.appeals(year, BIRK), redress.appeals(year, NORA)
    redress.grade_the_same(keeps, "D", people, by=administrator, now=now)
    redress.appoints_new_examiners(year, administrator, changes)
    redress.grade_anew(year, changes, "B", people)
    redress.plans_a_new_oral(year, administrator, "2027-07-01T10:00")
    year.at(2027, 7, 1, 10, 30)
    redress.hear_anew(year, changes, people)
    redress.are_told(year, post)
    year.at(2027, 9, 1, 8)
    make_grades_final()
    redress.is_final(year)

    expected = {name: [(*given, "ordinary")] for name, given in GIVEN.items()}
    expected[BIRK].append(("B", "B", 0, "appeal"))
    assert sitting.grades() == expected
    assert {name: sitting.letters_to(name)[5:] for name in (RITA, BIRK, NORA)} == {
        RITA: ["grade_published", "exam_explanation_asked", "exam_explanation_given"],
        BIRK: [
            "grade_published",
            "exam_appeal_received",
            "exam_appeal_regrading",
            "exam_appeal_oral",
            "exam_appeal_oral_planned",
            "exam_appeal_decided",
        ],
        NORA: ["grade_published", "exam_appeal_received", "exam_appeal_regrading", "exam_appeal_decided"],
    }
    outcomes = GradeAppeal.objects.order_by("pk").values_list("state", "outcome")
    assert list(outcomes) == [("decided", "changed"), ("decided", "kept")]


@pytest.fixture
def _worker_is_busy(monkeypatch) -> None:
    """Nothing is written before the test says so."""
    monkeypatch.setattr("assessment.views.certificates.deeds.tasks.write_certificates.delay", lambda: None)


@pytest.mark.usefixtures("_worker_is_busy")
@pytest.mark.parametrize("year", ["nn"], indirect=True)
def test_documents_and_the_registry(year, cohort, people, administrator, settings, live_server) -> None:
    say = year.say
    settings.BASE_URL = live_server.url
    sitting.until_publication(year, cohort, people, by=administrator)
    proving.issues_to_all(year, administrator)
    earned = dict.fromkeys(SITTERS, "transcript") | dict.fromkeys(
        (KIM, OPTS_OUT, DEREGISTERS, LARS), "attendance"
    )
    issued = Certificate.objects.select_related("participant__member")
    assert {str(each.participant): each.kind for each in issued} == earned

    of_kim = proving.verifies(year, proving.fetches(year, KIM, "nn"))
    in_english = Year("en", year.enter, year.log_in, year.clock)
    of_rita = proving.verifies(in_english, proving.fetches(year, RITA, "en"))
    proving.revokes(year, administrator, issued.get(participant__member__name=KIM).number)
    proving.is_told_that_it_is_revoked(year, of_kim, KIM)
    still = in_english.guest()
    still.opens(of_rita)
    still.sees(in_english.say("This document is valid"))

    heading, *lines = proving.makes_a_sheet(year, administrator)
    assert {line[1]: line[4] for line in lines} == {name: given[0] for name, given in GIVEN.items()}
    wrong = [[*line[:4], "C", *line[5:-1]] if line[1] == RITA else line[:-1] for line in lines]
    number = next(line[0] for line in lines if line[1] == RITA)
    found = proving.compares(year, administrator, [heading[:-1], *wrong])
    assert found == [[say("Another result"), RITA, number, "B", "C"]]
    assert proving.compares(year, administrator, [heading, *lines]) == []
    assert sitting.grades()[RITA] == [("B", "C", 1, "ordinary")]
