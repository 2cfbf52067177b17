"""A group delivers one paper: each version once, with a receipt to all; late, if the school says so."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from applications.states import Participation
from assessment.actions.exam import paper_decisions, papers
from assessment.models import Candidate, Exam, Paper, PaperDelivery, PaperFile
from assessment.models.exam.standing import Standing, latest, standing, with_reads
from assessment.states import CandidateState, ExamState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.notifications.models import Message
from tests.assessment.exam.paper.conftest import (
    AFTER,
    DUE,
    PDF,
    PNG,
    deliver,
    letters,
    reread,
    states,
    upload,
)
from tests.cohorts.factories import InstructorFactory, ParticipantFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

REGISTERED, DELIVERED, ABSENT = CandidateState.REGISTERED, CandidateState.DELIVERED, CandidateState.ABSENT


def where(paper: Paper, now=NOW) -> Standing:
    return standing(with_reads(Paper.objects.filter(pk=paper.pk)).get(), now)


def to_group(people, kind: str) -> list[tuple[str, str]]:
    return [(kind, each.email) for each in people]


# --- The delivery -----------------------------------------------------------------------------------


def test_a_delivery_counts_and_everybody_gets_the_receipt(paper, people):
    made = deliver(paper, people[0])
    current = reread(paper)
    assert (current.version, current.delivered_at, made.version, made.is_late) == (1, NOW, 1, False)
    assert states(paper) == [DELIVERED] * 3
    assert letters("paper_received") == to_group(people, "paper_received")
    line = f"{sha256(PDF).hexdigest()}  paper.pdf\n"
    assert made.digest == sha256(line.encode()).hexdigest()
    body = Message.objects.filter(kind="paper_received").first().body_text
    assert made.digest in body
    assert "Monday 3 May 2027 at 10:00" in body
    assert where(paper) == Standing.DELIVERED


def test_until_the_deadline_the_latest_version_counts(paper, people):
    deliver(paper, people[0])
    deliver(paper, people[1], now=DUE, title="Better")
    assert reread(paper).version == 2
    assert list(paper.deliveries.values_list("version", "title", "is_late")) == [
        (1, "Our paper", False),
        (2, "Better", False),
    ]
    with pytest.raises(Refused, match="Version 2, which you delivered in time, counts"):
        papers.add_file(reread(paper), upload(), by=people[0], now=DUE + timedelta(seconds=1))


def test_a_second_click_finds_what_the_first_has_delivered(paper, people):
    papers.add_file(paper, upload(), by=people[0], now=NOW)
    seen = papers.seen_in(list(paper.files.all()))
    first, second = (
        papers.deliver(paper, title="Our paper", version=1, seen=seen, by=people[0], now=NOW)
        for _click in range(2)
    )
    assert (first, PaperDelivery.objects.count(), len(letters())) == (second, 1, 3)


def test_nobody_delivers_what_they_have_not_seen(paper, people):
    papers.add_file(paper, upload(), by=people[0], now=NOW)
    seen = papers.seen_in(list(paper.files.all()))
    papers.add_file(paper, upload("map.png", PNG), by=people[1], now=NOW)
    with pytest.raises(Refused, match="The files have changed"):
        papers.deliver(paper, title="Ours", version=1, seen=seen, by=people[0], now=NOW)
    both = papers.seen_in(list(paper.files.all()))
    papers.deliver(paper, title="Ours", version=1, seen=both, by=people[1], now=NOW)
    with pytest.raises(Refused, match="has delivered meanwhile"):
        papers.deliver(paper, title="Ours", version=1, seen=seen, by=people[0], now=NOW)


def test_a_paper_is_a_pdf(paper, people):
    with pytest.raises(Refused, match="nothing to deliver"):
        papers.deliver(paper, title="Ours", version=1, seen="", by=people[0], now=NOW)
    papers.add_file(paper, upload("map.png", PNG), by=people[0], now=NOW)
    seen = papers.seen_in(list(paper.files.all()))
    with pytest.raises(Refused, match="must be a PDF"):
        papers.deliver(paper, title="Ours", version=1, seen=seen, by=people[0], now=NOW)
    assert states(paper) == [REGISTERED] * 3


def test_files_are_kept_once_and_can_be_removed_until_they_are_delivered(paper, people):
    file = papers.add_file(paper, upload(), by=people[0], now=NOW)
    with pytest.raises(Refused, match="uploaded already"):
        papers.add_file(paper, upload("again.pdf"), by=people[1], now=NOW)
    papers.remove_file(file, by=people[1], now=NOW)
    made = deliver(paper, people[0])
    with pytest.raises(Refused, match="delivered or removed"):
        papers.remove_file(made.files.get(), by=people[0], now=NOW)
    assert [each.verb for each in audit.history(paper)] == [
        "delivered the paper",
        "put a file beside the paper",
        "removed a file that was not delivered",
        "put a file beside the paper",
    ]


def test_ten_files_at_most(paper, people):
    for number in range(10):
        papers.add_file(paper, upload(content=PDF + b"%d" % number), by=people[0], now=NOW)
    with pytest.raises(Refused, match="At most 10"):
        papers.add_file(paper, upload(), by=people[0], now=NOW)


# --- Who, and when ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [CandidateState.DEREGISTERED, ABSENT, CandidateState.VALID_ABSENCE])
def test_who_does_not_sit_the_exam_delivers_nothing(paper, people, state):
    Candidate.objects.filter(participant__member__user=people[0]).update(state=state)
    with pytest.raises(Refused, match="Only those who sit the exam"):
        papers.add_file(paper, upload(), by=people[0], now=NOW)
    deliver(paper, people[1])
    assert states(paper) == [state, DELIVERED, DELIVERED]
    assert letters("paper_received") == to_group(people[1:], "paper_received")


def test_a_course_participant_of_the_team_is_no_candidate(paper):
    colleague = ParticipantFactory(team=paper.team, course_participant=True).member.user
    with pytest.raises(Refused, match="Only those who sit the exam"):
        papers.add_file(paper, upload(), by=colleague, now=NOW)


@pytest.mark.parametrize(
    ("state", "now", "why"),
    [
        (ExamState.LOCKED, NOW - timedelta(days=6), "can be delivered from"),
        (ExamState.GRADING, NOW, "Grading has begun"),
        (ExamState.OPEN, NOW, "not locked yet"),
    ],
)
def test_when_nothing_can_be_delivered(paper, people, state, now, why):
    locked_at = None if state == ExamState.OPEN else NOW
    Exam.objects.filter(pk=paper.exam_id).update(state=state, locked_at=locked_at)
    with pytest.raises(Refused, match=why):
        papers.add_file(reread(paper), upload(), by=people[0], now=now)
    assert PaperFile.objects.count() == 0


# --- Late and missing -------------------------------------------------------------------------------


def test_a_late_paper_is_received_and_waits_for_a_decision(paper, people):
    assert where(paper, AFTER) == Standing.MISSING
    made = deliver(paper, people[0], now=AFTER)
    assert (made.is_late, reread(paper).version, states(paper)) == (True, 0, [REGISTERED] * 3)
    assert where(paper, AFTER) == Standing.LATE
    body = Message.objects.filter(kind="paper_received").first().body_text
    assert "The school decides whether it counts" in body
    assert "deliver anew" not in body


def test_a_late_paper_counts_with_a_reason(paper, people, teacher):
    made = deliver(paper, people[0], now=AFTER)
    paper_decisions.accept(paper, reason="The service was down.", by=teacher, now=AFTER)
    current = reread(paper)
    assert (current.version, current.delivered_at, states(paper)) == (1, AFTER, [DELIVERED] * 3)
    made.refresh_from_db()
    assert made.is_late
    assert letters("paper_accepted") == to_group(people, "paper_accepted")
    assert "The service was down." in Message.objects.filter(kind="paper_accepted").first().body_text
    with pytest.raises(Refused, match="has delivered a paper that counts"):
        paper_decisions.accept(paper, reason="Again.", by=teacher, now=AFTER)


def test_nothing_cannot_count(paper, teacher):
    with pytest.raises(Refused, match="delivered nothing"):
        paper_decisions.accept(paper, reason="Kind.", by=teacher, now=AFTER)


def test_no_paper_that_counts_makes_its_candidates_absent(paper, people, administrator):
    deliver(paper, people[0], now=AFTER)
    Candidate.objects.filter(participant__member__user=people[2]).update(
        state=CandidateState.VALID_ABSENCE, ended_at=NOW
    )
    with pytest.raises(Refused, match="deadline of the paper has not passed"):
        paper_decisions.close(paper, reason="None came.", by=administrator, now=DUE)
    paper_decisions.close(paper, reason="It came two hours late.", by=administrator, now=AFTER)
    assert states(paper) == [ABSENT, ABSENT, CandidateState.VALID_ABSENCE]
    assert letters("exam_absent") == to_group(people[:2], "exam_absent")
    assert "It came two hours late." in Message.objects.filter(kind="exam_absent").first().body_text
    assert where(paper, AFTER) == Standing.NOBODY
    with pytest.raises(Refused, match="Only those who sit the exam"):
        deliver(paper, people[0], now=AFTER)


def test_absence_is_recorded_by_administrators_alone(paper, teacher):
    with pytest.raises(Refused, match="Only course administrators"):
        paper_decisions.close(paper, reason="None came.", by=teacher, now=AFTER)


def test_a_later_deadline_is_told_with_its_reason(paper, people, teacher):
    later = DUE + timedelta(days=3)
    paper_decisions.extend(paper, due_at=later, reason="The service was down.", by=teacher, now=NOW)
    current = reread(paper)
    assert (current.due_at, current.extension_reason) == (later, "The service was down.")
    assert letters() == to_group(people, "paper_extended")
    body = Message.objects.first().body_text
    assert "Wednesday 26 May 2027 at 10:00" in body
    assert "The service was down." in body
    made = deliver(paper, people[0], now=later)
    assert not made.is_late


def test_a_later_deadline_lets_a_late_paper_count_and_another_come(paper, people, teacher):
    deliver(paper, people[0], now=AFTER)
    paper_decisions.extend(
        paper, due_at=DUE + timedelta(days=3), reason="The service was down.", by=teacher, now=AFTER
    )
    assert (reread(paper).version, states(paper)) == (1, [DELIVERED] * 3)
    deliver(paper, people[1], now=DUE + timedelta(days=2))
    assert reread(paper).version == 2


@pytest.mark.parametrize("due_at", [DUE, NOW - timedelta(days=1)])
def test_a_deadline_is_never_moved_to_an_earlier_moment(paper, teacher, due_at):
    with pytest.raises(Refused, match="must be later"):
        paper_decisions.extend(paper, due_at=due_at, reason="Because.", by=teacher, now=NOW)


def test_once_grading_is_open_nothing_of_the_paper_is_decided(paper, people, teacher):
    deliver(paper, people[0])
    Exam.objects.filter(pk=paper.exam_id).update(state=ExamState.GRADING)
    with pytest.raises(Refused, match="between the locking of the list and the opening"):
        paper_decisions.extend(
            reread(paper), due_at=DUE + timedelta(days=1), reason="Because.", by=teacher, now=NOW
        )


def test_others_than_the_cohorts_staff_decide_nothing(paper, people):
    outsider = InstructorFactory(cohort__intake__slug="another").user
    for user in (people[0], outsider, UserFactory()):
        with pytest.raises(Refused):
            paper_decisions.extend(paper, due_at=DUE + timedelta(days=1), reason="Because.", by=user, now=NOW)
    assert reread(paper).due_at == DUE


def test_who_has_left_the_team_still_gets_the_receipt_of_the_exam_they_sit(paper, people):
    member = paper.candidates.order_by("pk").last().participant.member
    member.participation, member.left_at = Participation.WITHDRAWN, NOW
    member.save()
    deliver(paper, people[0])
    assert letters("paper_received") == to_group(people, "paper_received")


def test_the_latest_delivery_is_the_one_with_the_highest_number(paper, people):
    deliver(paper, people[0])
    deliver(paper, people[0])
    assert latest(with_reads(Paper.objects.filter(pk=paper.pk)).get()).version == 2
