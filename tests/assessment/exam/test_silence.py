"""The law of silence: before publication nothing that anybody but the examiners gets depends on a mark.

Two worlds that differ in marks, grounds, notes and adjustments alone must look the same to everybody else:
pages, calendars, letters, home questions, reminders, audit. So no way has to be thought of by which a mark
might slip out.
"""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from assessment import models as m
from assessment import oral_calendar
from assessment.actions.exam import grading, publishing, results
from assessment.actions.exam.results import Heard
from assessment.states import CandidateState as S
from innoskole.accounts.models import AuditEvent
from innoskole.accounts.waiting import waiting_for
from innoskole.notifications.models import Message
from innoskole.reminders.kinds import all_kinds
from tests.assessment.exam.factories import ExamFactory
from tests.assessment.exam.grading import (
    agreed_paper,
    candidates,
    examiners,
    graded_paper,
    heard_paper,
    people_of,
    planned,
    proposed,
    set_paper,
    submitted,
)
from tests.cohorts.factories import InstructorFactory, ParticipantFactory
from tests.factories import NOW, UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.once("who learns what does not depend on the database"),
]

SECRETS = {
    "one": {"marks": ("B", "C"), "paper": "B", "steps": (0, 1), "words": "Bedre enn ventet"},
    "other": {"marks": ("E", "A"), "paper": "E", "steps": (1, -1), "words": "Svakere enn ventet"},
}


def half(exam):
    """Both have submitted; one has proposed."""
    paper = graded_paper(exam)
    submitted(paper, "C", "D")
    proposed(paper)
    return paper


NEAREST = ("administrator", "instructor of the cohort", "examiner of another paper", "candidate 0")
STAGES = {"half": half, "agreed": agreed_paper, "heard": heard_paper, "set": set_paper}


def write(paper, secrets) -> None:
    """Put other secrets into the rows, and nothing else."""
    for number, grade in enumerate(
        m.ProvisionalGrade.objects.filter(appointment__paper=paper).order_by("pk")
    ):
        m.ProvisionalGrade.objects.filter(pk=grade.pk).update(
            mark=secrets["marks"][number], grounds=secrets["words"]
        )
    m.PaperGrade.objects.filter(paper=paper).update(mark=secrets["paper"], grounds=secrets["words"])
    for candidate, steps in zip(candidates(paper), secrets["steps"], strict=True):
        candidate.oral_results.update(steps=steps, note=secrets["words"])
        mark = results.adjusted(secrets["paper"], steps)
        candidate.grades.update(mark=mark, paper_mark=secrets["paper"], steps=steps)


def pages(exam, paper) -> list[str]:
    """Every page of an exam that has no form of its own behind it, and those of one paper and one person."""
    staff = [exam.cohort.slug, exam.number]
    person = candidates(paper)[0].participant.pk
    return [
        reverse("home"),
        reverse("assessment:grading"),
        reverse("assessment:grading_paper", args=[paper.code]),
        reverse("assessment:grading_oral", args=[paper.code]),
        *(
            reverse("assessment:grading_deed", args=[paper.code, key])
            for key in ("propose", "agree", "set", "confirm", "reopen")
        ),
        reverse("assessment:exams", args=[exam.cohort.slug]),
        *(
            reverse(f"assessment:{name}", args=staff)
            for name in (
                "exam",
                "exam_settings",
                "exam_changes",
                "exam_papers",
                "examiners",
                "orals",
                "orals_plan",
                "orals_tell",
                "exam_progress",
                "exam_publish",
                "exam_grades",
            )
        ),
        reverse("assessment:exam_export", args=[*staff, "csv"]),
        reverse("assessment:exam_person", args=[*staff, person]),
        reverse("assessment:exam_paper", args=[*staff, paper.code]),
        reverse("assessment:oral", args=[*staff, paper.code]),
        reverse("assessment:oral_call_off", args=[*staff, paper.code]),
        reverse("assessment:course_exam", args=[exam.cohort.slug]),
    ]


VOLATILE = re.compile(r'(csrfmiddlewaretoken" value="|nonce=")[^"]*')


def seen(client, addresses) -> dict[str, tuple[int, str]]:
    """What somebody sees at each address; that they have looked, or downloaded, is forgotten."""
    found = {}
    for address in addresses:
        with transaction.atomic():
            response = client.get(address)
            found[address] = (response.status_code, VOLATILE.sub(r"\1", response.getvalue().decode()))
            transaction.set_rollback(True)
    return found


def known(users) -> list[object]:
    """What reaches people without their asking: calendars, what waits, reminders, letters, the audit."""
    with translation.override("nb"):
        reminders = [
            (kind.title(row), [kind.url(row, to) for to in kind.to(row)])
            for kind in all_kinds()
            for row in kind.open().order_by("pk")
        ]
        waits = [waiting_for(user, NOW) for user in users]
    letters = list(Message.objects.order_by("pk").values_list("subject", "body_text", "body_html"))
    audit = list(AuditEvent.objects.order_by("pk").values_list("verb", "changes", "reason", "by_label"))
    return [list(oral_calendar.of(users, NOW)), waits, reminders, letters, audit]


@pytest.fixture
def exam():
    return ExamFactory(grading=True)


@pytest.fixture
def others(exam):
    """Everybody but the examiners of the paper."""
    teacher = InstructorFactory(cohort=exam.cohort).user
    stranger = InstructorFactory(cohort=ExamFactory(cohort__intake__slug="other").cohort).user
    colleague = examiners(graded_paper(exam))[0]
    return {
        "administrator": UserFactory(is_course_administrator=True),
        "instructor of the cohort": teacher,
        "instructor of another cohort": stranger,
        "examiner of another paper": colleague,
        "another of the cohort": ParticipantFactory(team=graded_paper(exam).team).member.user,
        "outsider": UserFactory(),
    }


@pytest.mark.parametrize("stage", STAGES)
def test_nobody_else_sees_the_difference_before_publication(exam, others, log_in, stage):
    paper = STAGES[stage](exam)
    people = {**others, **{f"candidate {n}": user for n, user in enumerate(people_of(paper))}}
    asked = people if stage == "set" else NEAREST  # when all is set, every secret is there
    clients = {role: log_in(people[role]) for role in asked}
    addresses = pages(exam, paper)
    found = []
    for secrets in SECRETS.values():
        write(paper, secrets)
        shown = {role: seen(client, addresses) for role, client in clients.items()}
        found.append((shown, known([*people.values(), *examiners(paper)])))
        text = str(shown)
        assert secrets["words"] not in text
    (pages_of_one, known_of_one), (pages_of_other, known_of_other) = found
    assert known_of_one == known_of_other
    assert [
        (role, address)
        for role, shown in pages_of_one.items()
        for address, page in shown.items()
        if page != pages_of_other[role][address]
    ] == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_examiners_see_it_so_the_test_can_fail(exam, log_in, stage):
    paper = STAGES[stage](exam)
    client = log_in(examiners(paper)[0])
    found = []
    for secrets in SECRETS.values():
        write(paper, secrets)
        found.append(seen(client, [reverse("assessment:grading_paper", args=[paper.code])]))
        assert secrets["words"] in str(found[-1])
    assert found[0] != found[1]


def test_an_examiner_who_has_not_submitted_sees_nothing_of_the_colleague(exam, log_in):
    paper = graded_paper(exam)
    _first, second = examiners(paper)
    submitted(paper, "B")
    client = log_in(second)
    addresses = pages(exam, paper)
    found = []
    for secrets in SECRETS.values():
        write(paper, secrets)
        found.append((seen(client, addresses), known([second])))
        assert secrets["words"] not in str(found[-1])
    assert found[0] == found[1]


def test_what_the_product_writes_on_the_way_is_the_same(exam):
    """The deeds themselves: audit and letters of two papers that get different grades."""
    ways = []
    for secrets in SECRETS.values():
        paper = graded_paper(exam)
        first, second = examiners(paper)
        planned(paper, room=paper.code)
        start = AuditEvent.objects.count()
        for user, mark in zip((first, second), secrets["marks"], strict=True):
            grading.submit(paper, mark=mark, grounds=secrets["words"], by=user, now=NOW)
        grading.propose(paper, mark=secrets["paper"], grounds=secrets["words"], by=first, now=NOW)
        grading.agree(paper, seen=NOW, by=second, now=NOW)
        outcomes = {
            each.pk: Heard(steps, secrets["words"])
            for each, steps in zip(candidates(paper), secrets["steps"], strict=True)
        }
        results.note_oral(paper, outcomes, by=first, now=NOW)
        made = results.set_grades(paper, by=first, now=NOW)
        results.confirm(paper, seen=[each.pk for each in made], by=second, now=NOW)
        events = AuditEvent.objects.order_by("pk")[start:]
        ways.append([(each.verb, each.changes, each.reason) for each in events])
    assert ways[0] == ways[1]
    assert not Message.objects.exists()


# --- After publication -------------------------------------------------------------------------------


def test_after_publication_a_candidate_sees_their_own_and_the_staff_all(exam, others, log_in):
    paper = set_paper(exam, mark="C", steps=(0, 1))
    for waiting in m.Paper.objects.exclude(pk=paper.pk):
        waiting.candidates.update(state=S.ABSENT)
    publishing.publish(exam, seen=publishing.preview(exam).seen, by=others["administrator"], now=NOW)
    exam.refresh_from_db()
    people = {**others, **{f"candidate {n}": user for n, user in enumerate(people_of(paper))}}
    clients = {role: log_in(user) for role, user in people.items()}
    own = [reverse("assessment:course_exam", args=[exam.cohort.slug])]
    staff = [reverse("assessment:exam_grades", args=[exam.cohort.slug, exam.number])]
    shown = {role: seen(client, own + staff) for role, client in clients.items()}

    def changed(role, url, mark_of):
        """Whether what a role sees there depends on the grade of one candidate."""
        grades = mark_of.grades
        before = shown[role][url]
        grades.update(mark="A")
        after = seen(clients[role], [url])[url]
        grades.update(mark="C" if mark_of == candidates(paper)[0] else "B")
        return before != after

    first, second = candidates(paper)
    assert {role: (changed(role, own[0], first), changed(role, staff[0], first)) for role in people} == {
        "administrator": (False, True),
        "instructor of the cohort": (False, True),
        "instructor of another cohort": (False, False),
        "examiner of another paper": (False, False),
        "another of the cohort": (False, False),
        "outsider": (False, False),
        "candidate 0": (True, False),
        "candidate 1": (False, False),
    }
    assert not changed("candidate 0", own[0], second)


def test_grounds_and_notes_stay_with_the_examiners_after_publication(exam, others, log_in):
    paper = set_paper(exam)
    for waiting in m.Paper.objects.exclude(pk=paper.pk):
        waiting.candidates.update(state=S.ABSENT)
    write(paper, SECRETS["one"])
    publishing.publish(exam, seen=publishing.preview(exam).seen, by=others["administrator"], now=NOW)
    for user in (*others.values(), *people_of(paper)):
        assert SECRETS["one"]["words"] not in str(seen(log_in(user), pages(exam, paper)))
