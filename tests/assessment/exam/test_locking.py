"""The list of candidates: locked with the evidence of the moment, compared with today, reopened."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

import pytest
from django.utils.translation import override

from applications.models import SemesterFee
from assessment.actions.exam import absence, locking, registration
from assessment.models import Candidate, Exam, Paper, Result
from assessment.models.exam import candidate_list
from assessment.models.exam.registration import (
    Difference,
    Turn,
    differences,
    digest_of,
    since_locking,
)
from assessment.states import CandidateState, ExamState
from innoskole.accounts.audit import history
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.factories import CandidateFactory, ExamFactory, PaperFactory
from tests.assessment.readiness import facts
from tests.cohorts.factories import InstructorFactory, ParticipantFactory
from tests.factories import NOW
from tests.notifications.test_concurrency import at_once

pytestmark = pytest.mark.django_db

CLOSED = NOW + timedelta(days=11)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def exam(db):
    found = ExamFactory()
    facts.set_up(found.cohort)
    return found


def candidate(exam, *, but="", **fields):
    return CandidateFactory(exam=exam, participant=facts.ready(exam.cohort, but=but), **fields)


def lock(exam, by, *, now=CLOSED, seen=None):
    seen = seen or candidate_list.seen_in(candidate_list.to_lock(exam, now))
    locking.lock(exam, seen=seen, by=by, now=now)
    return Exam.objects.with_names().get(pk=exam.pk)


def reopen(exam, by, *, now=CLOSED, days=2, reason="Two were forgotten."):
    locking.reopen(exam, registration_closes_at=now + timedelta(days=days), reason=reason, by=by, now=now)


# --- Locking ----------------------------------------------------------------------------------------------


def test_the_list_is_frozen_with_evidence_attempt_and_paper(exam, administrator):
    own = candidate(exam)
    CandidateFactory(
        exam=ExamFactory(cohort=exam.cohort, number=2, published=True),
        participant=own.participant,
        state=CandidateState.ABSENT,
    )
    own.participant.member.user.language = "nb"
    own.participant.member.user.save()
    out = CandidateFactory(
        exam=exam, participant=facts.newcomer(exam.cohort), state=CandidateState.OPTED_OUT, registered_at=None
    )
    locked = lock(exam, administrator)
    own.refresh_from_db()
    out.refresh_from_db()
    assert (locked.state, locked.locked_at) == (ExamState.LOCKED, CLOSED)
    paper = Paper.objects.get()
    assert (paper.team, paper.due_at, paper.version) == (own.participant.team, exam.paper_due_at, 0)
    assert len(paper.code) == 6
    assert set(paper.code) <= set(locking.LETTERS)
    assert (own.paper, own.attempt, own.state) == (paper, 2, CandidateState.REGISTERED)
    assert (out.paper, out.attempt, out.evidence) == (None, None, [])
    assert [(each["key"], each["label"], each["is_met"]) for each in own.evidence] == [
        ("admission", "Admission as a student", True),
        ("requirement-1", "Work requirement 1", True),
        ("requirement-2", "Work requirement 2", True),
        ("requirement-3", "Work requirement 3", True),
        ("requirement-4", "Work requirement 4", True),
        ("attendance", "Attendance", True),
        ("fee-1", "Semester fee, first semester", True),
        ("fee-2", "Semester fee, second semester", True),
    ]
    assert "23. april 2027" in own.evidence[1]["says"]  # as one writes it in bokmål
    assert own.evidence_digest == digest_of(own.evidence)
    assert [event.verb for event in history(exam)] == ["locked the list of candidates"]
    letters = list(Message.objects.values_list("kind", "to_email"))
    assert letters == [("exam_locked", own.participant.member.user.email)]


def test_the_list_is_not_locked_while_people_can_register(exam, administrator):
    candidate(exam)
    with pytest.raises(Refused, match=r"The registration is open until Thursday 13 May 2027 at 10:00."):
        lock(exam, administrator, now=exam.registration_closes_at)


def test_an_empty_list_is_not_locked(exam, administrator):
    with pytest.raises(Refused, match=r"Nobody is registered."):
        lock(exam, administrator)


def test_only_administrators_lock_and_reopen(exam, administrator):
    candidate(exam)
    teacher = InstructorFactory(cohort=exam.cohort).user
    with pytest.raises(Refused, match="Only course administrators"):
        lock(exam, teacher)
    locked = lock(exam, administrator)
    with pytest.raises(Refused, match="Only course administrators"):
        reopen(locked, teacher)


def test_who_lost_something_after_registering_must_be_decided_on(exam, administrator):
    fine, poor = candidate(exam), candidate(exam, but="fee-2")
    gone = CandidateFactory(exam=exam, participant=ParticipantFactory(team=fine.participant.team, gone=True))
    lines = candidate_list.to_lock(exam, CLOSED)
    assert [(line.candidate, line.problem) for line in lines] == [
        (fine, ""),
        (gone, "Has left the course."),
        (poor, "Lacks: Semester fee, second semester."),
    ]
    with pytest.raises(Refused, match=f"something stands in the way: {gone}, {poor}"):
        lock(exam, administrator)
    assert Exam.objects.get().state == ExamState.OPEN
    assert not Paper.objects.exists()
    by = {"by": administrator, "now": CLOSED}
    registration.take_off(exam, gone.participant, reason="Has left.", **by)
    registration.let_sit(exam, poor.participant, reason="Pays on Monday.", **by)
    lock(exam, administrator)
    assert sorted(Paper.objects.values_list("team", flat=True)) == sorted(
        [fine.participant.team_id, poor.participant.team_id]
    )
    poor.refresh_from_db()
    assert [each["key"] for each in poor.evidence if not each["is_met"]] == ["fee-2"]


def test_what_is_locked_is_what_was_looked_at(exam, administrator):
    candidate(exam)
    seen = candidate_list.seen_in(candidate_list.to_lock(exam, CLOSED))
    late = facts.ready(exam.cohort)
    registration.let_sit(exam, late, reason="Was ill.", by=administrator, now=CLOSED)
    with pytest.raises(Refused, match=r"The list has changed meanwhile."):
        lock(exam, administrator, seen=seen)


def test_a_list_is_locked_once(exam, administrator):
    candidate(exam)
    lock(exam, administrator)
    with pytest.raises(Refused, match=r"The list of candidates is locked."):
        lock(exam, administrator, seen="anything")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_is_read_with_as_many_queries_for_three_as_for_one(exam, rows, django_assert_num_queries):
    for _row in range(rows):
        candidate(exam)
    with django_assert_num_queries(19):
        assert len(candidate_list.to_lock(exam, CLOSED)) == rows


def test_papers_have_codes_of_their_own(exam, administrator, monkeypatch):
    """Also when chance gives the same letter again and again."""
    for _each in range(2):
        candidate(exam)
    PaperFactory(exam=ExamFactory(cohort__intake__slug="another", locked=True), code="AAAAAA")
    letters = cycle("A" * 12 + "B" * 12 + "C" * 6)
    monkeypatch.setattr(locking.secrets, "choice", lambda _letters: next(letters))
    locked = lock(exam, administrator)
    assert sorted(locked.papers.values_list("code", flat=True)) == ["BBBBBB", "CCCCCC"]


# --- What has changed since -------------------------------------------------------------------------------


def test_what_has_changed_since_is_told_what_was_lost_first(exam, administrator):
    own = candidate(exam)
    lock(exam, administrator)
    own.refresh_from_db()
    assert since_locking([own], CLOSED) == {own.pk: []}
    SemesterFee.objects.filter(member=own.participant.member, semester=2).delete()
    Result.objects.filter(requirement__number=1).update(given_at=NOW)
    again = Candidate.objects.get(pk=own.pk)
    assert [(each.turn, each.label) for each in since_locking([again], CLOSED)[own.pk]] == [
        (Turn.LOST, "Semester fee, second semester"),
        (Turn.OTHERWISE, "Work requirement 1"),
    ]


def test_who_reads_in_another_language_since_has_no_other_evidence(exam, administrator):
    own = candidate(exam)
    user = own.participant.member.user
    type(user).objects.filter(pk=user.pk).update(language="nb")
    lock(exam, administrator)
    type(user).objects.filter(pk=user.pk).update(language="en")
    assert since_locking([Candidate.objects.get(pk=own.pk)], CLOSED) == {own.pk: []}


def kept(key: str, is_met: bool, says: str = "So.") -> dict:
    return {"key": key, "label": key.title(), "is_met": is_met, "says": says}


def test_conditions_come_go_and_turn():
    before = [kept("a", True), kept("b", False), kept("c", True), kept("d", True, "Old.")]
    after = [kept("a", False), kept("b", True), kept("d", True, "New."), kept("e", False)]
    assert differences(before, after) == [
        Difference(Turn.LOST, "A", "So.", "So."),
        Difference(Turn.GAINED, "B", "So.", "So."),
        Difference(Turn.NEW, "E", "", "So."),
        Difference(Turn.GONE, "C", "So.", ""),
        Difference(Turn.OTHERWISE, "D", "Old.", "New."),
    ]
    assert digest_of(before) != digest_of(after)


# --- Reopening --------------------------------------------------------------------------------------------


def test_a_locked_list_is_reopened_and_locked_again_with_the_same_papers(exam, administrator):
    own = candidate(exam)
    forgotten = facts.ready(exam.cohort)
    locked = lock(exam, administrator)
    code = Paper.objects.get().code
    reopen(locked, administrator)
    again = Exam.objects.with_names().get(pk=exam.pk)
    own.refresh_from_db()
    assert (again.state, again.locked_at, again.registration_closes_at) == (
        ExamState.OPEN,
        None,
        CLOSED + timedelta(days=2),
    )
    assert (own.state, own.attempt, own.evidence, own.evidence_digest) == ("registered", None, [], "")
    letter = Message.objects.get(kind="exam_open")
    assert letter.to_email == forgotten.member.user.email
    assert "The registration was closed and is open again: Two were forgotten." in letter.body_text
    registration.register(again, forgotten, by=forgotten.member.user, now=CLOSED)
    lock(again, administrator, now=CLOSED + timedelta(days=3))
    own.refresh_from_db()
    assert (own.paper.code, own.attempt, Paper.objects.count()) == (code, 1, 2)


def test_a_paper_without_candidates_goes_when_the_list_is_locked_again(exam, administrator):
    stays, goes = candidate(exam), candidate(exam)
    reopen(lock(exam, administrator), administrator)
    again = Exam.objects.with_names().get(pk=exam.pk)
    registration.take_off(again, goes.participant, reason="Asked for it.", by=administrator, now=CLOSED)
    lock(again, administrator, now=CLOSED + timedelta(days=3))
    assert list(Paper.objects.values_list("team", flat=True)) == [stays.participant.team_id]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("delivered", "A group has delivered its paper. The list stays as it is."),
        ("absent", "Somebody has been recorded as absent. The list stays as it is."),
        ("another", "Another exam of the cohort is planned or open. There is one registration at a time."),
        ("grading", "The list of candidates is not locked, or grading has begun."),
        ("past", "The registration must close later than now."),
        ("late", "The registration must close by Saturday 29 May 2027 at 23:59, the last moment for"),
        ("unsaid", "Give a reason."),
    ],
)
def test_a_list_is_not_reopened_when_it_is_too_late_for_it(exam, administrator, what, says):
    own = candidate(exam)
    locked = lock(exam, administrator)
    given = {}
    match what:
        case "delivered":
            Paper.objects.update(version=1, delivered_at=CLOSED)
        case "absent":
            own.refresh_from_db()
            absence.record(own, is_valid=True, reason="Seen.", by=administrator, now=CLOSED)
        case "another":
            ExamFactory(cohort=exam.cohort, number=2, state=ExamState.PLANNED)
        case "grading":
            Exam.objects.filter(pk=exam.pk).update(state=ExamState.GRADING)
            locked.refresh_from_db()
        case "past":
            given = {"days": 0}
        case "late":
            given = {"days": 17}
        case "unsaid":
            given = {"reason": " "}
    with pytest.raises(Refused, match=says):
        reopen(locked, administrator, **given)


# --- At once ----------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_withdraws_while_the_list_is_locked_is_on_it_or_off_it_and_never_half(exam, administrator):
    """Whichever comes first: a candidate on the locked list has a paper, and one off it has none."""
    own, _other = candidate(exam), candidate(exam)
    deeds = cycle(
        [
            lambda: lock(exam, administrator),
            lambda: registration.deregister(
                exam, own.participant, by=own.participant.member.user, now=CLOSED
            ),
        ]
    )

    def do() -> bool:
        try:
            next(deeds)()
        except Refused:
            return False
        return True

    at_once(do, 2)
    own.refresh_from_db()
    is_on = own.state == CandidateState.REGISTERED and Exam.objects.get().state == ExamState.LOCKED
    assert (own.paper is not None) == is_on
    assert (own.attempt is not None) == is_on
    assert Candidate.objects.filter(evidence_digest="", state="registered", exam__state="locked").count() == 0
