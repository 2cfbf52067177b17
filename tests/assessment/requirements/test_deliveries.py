"""A draft is kept for the team; a delivery is one attempt, with the people of its moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from applications.states import Participation
from applications.uploads import inspect
from assessment.actions import assessing, deliveries
from assessment.models import Delivery, DeliveryDraft, DeliveryFile, Result, Statement, TeamRequirement
from assessment.states import Outcome, RequirementState
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from tests.assessment.factories import DeliveryFactory, RequirementFactory, ResultFactory, WorkFactory
from tests.assessment.requirements.conftest import assess, deliver, letters, outcomes, reread, user_of
from tests.cohorts.factories import ParticipantFactory, TeamFactory
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def upload(name="paper.pdf", content=PDF):
    return inspect(SimpleUploadedFile(name, content))


def members(delivery: Delivery) -> list[tuple[int, bool]]:
    return list(delivery.members.order_by("participant").values_list("participant", "is_concerned"))


# --- The draft --------------------------------------------------------------------------------------


def test_a_draft_is_the_teams_and_nobody_overwrites_a_colleague(work, people):
    ada, bob, _cy = (user_of(each) for each in people)
    first = deliveries.save_draft(work, "Ada's text", version=0, by=ada, now=NOW)
    second = deliveries.save_draft(work, "Bob's text", version=first.version, by=bob, now=NOW)
    with pytest.raises(deliveries.Conflict) as conflict:
        deliveries.save_draft(work, "Ada's other text", version=first.version, by=ada, now=NOW)
    assert (conflict.value.theirs.text, conflict.value.theirs.saved_by) == ("Bob's text", bob)
    assert DeliveryDraft.objects.values_list("text", "version").get() == ("Bob's text", second.version)
    third = deliveries.save_draft(work, "Ada's other text", version=second.version, by=ada, now=NOW)
    assert (third.version, third.saved_by) == (3, ada)


def test_the_same_text_saved_again_is_no_conflict(work, people):
    ada, bob, _cy = (user_of(each) for each in people)
    deliveries.save_draft(work, "The text", version=0, by=ada, now=NOW)
    assert deliveries.save_draft(work, "The text", version=0, by=bob, now=NOW).version == 1


def test_files_are_kept_once_and_can_be_removed_until_they_are_delivered(work, people):
    ada = user_of(people[0])
    file = deliveries.add_file(work, upload(), by=ada, now=NOW)
    with pytest.raises(Refused, match="uploaded already"):
        deliveries.add_file(work, upload("again.pdf"), by=ada, now=NOW)
    deliveries.remove_file(file, by=ada, now=NOW)
    assert DeliveryFile.objects.count() == 0
    deliveries.add_file(work, upload(), by=ada, now=NOW)
    delivery = deliver(work, ada, text="")
    with pytest.raises(Refused, match="no longer in the draft"):
        deliveries.remove_file(delivery.files.get(), by=ada, now=NOW)
    assert [each.original_name for each in delivery.files.all()] == ["paper.pdf"]
    assert [event.verb for event in audit.history(work)] == [
        "delivered the work requirement",
        "put a file into the draft",
        "removed a file from the draft",
        "put a file into the draft",
    ]


def test_a_draft_holds_ten_files(work, people):
    for number in range(10):
        deliveries.add_file(work, upload(content=PDF + bytes([65 + number])), by=user_of(people[0]), now=NOW)
    with pytest.raises(Refused, match="At most 10 files"):
        deliveries.add_file(work, upload(content=PDF + b"Z"), by=user_of(people[0]), now=NOW)


# --- The delivery -----------------------------------------------------------------------------------


def test_a_delivery_is_an_attempt_with_everybody_present(work, people):
    ParticipantFactory(team=work.team, gone=True)
    delivery = deliver(work, user_of(people[1]))
    assert (delivery.attempt, delivery.text, delivery.delivered_by) == (1, "Our text.", user_of(people[1]))
    assert (delivery.due_at, delivery.is_late) == (work.due_at, False)
    assert members(delivery) == [(each.pk, True) for each in people]
    current = reread(work)
    assert (current.state, current.attempt, current.delivered_at) == (RequirementState.DELIVERED, 1, NOW)
    assert DeliveryDraft.objects.count() == 0
    assert letters() == [("requirement_received", user_of(each).email) for each in people]


def test_a_double_click_delivers_once(work, people):
    ada, bob, _cy = (user_of(each) for each in people)
    first = deliver(work, ada)
    again = deliveries.deliver(reread(work), attempt=1, seen="1:", by=ada, now=NOW)
    other_tab = deliveries.deliver(reread(work), attempt=1, seen="whatever", by=bob, now=NOW)
    assert first == again == other_tab
    assert (Delivery.objects.count(), len(letters())) == (1, 3)


def test_nobody_delivers_what_they_have_not_seen(work, people):
    ada, bob, _cy = (user_of(each) for each in people)
    draft = deliveries.save_draft(work, "Ada's text", version=0, by=ada, now=NOW)
    seen = deliveries.seen_in(draft, [])
    deliveries.save_draft(work, "Bob's text", version=draft.version, by=bob, now=NOW)
    with pytest.raises(Refused, match="A colleague has changed the draft"):
        deliveries.deliver(reread(work), attempt=1, seen=seen, by=ada, now=NOW)
    assert (reread(work).state, Delivery.objects.count()) == (RequirementState.OPEN, 0)


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_is_not_delivered(work, people, text):
    with pytest.raises(Refused, match="nothing to deliver yet"):
        deliver(work, user_of(people[0]), text=text)
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(("minutes", "is_late"), [(0, False), (1, True)])
def test_what_comes_after_the_deadline_is_received_and_marked(work, people, minutes, is_late):
    delivery = deliver(work, user_of(people[0]), now=work.due_at + timedelta(minutes=minutes))
    assert (delivery.is_late, delivery.due_at) == (is_late, work.due_at)


def test_it_can_be_delivered_again_until_somebody_assesses_it(work, people, teacher):
    deliver(work, user_of(people[0]))
    second = deliver(work, user_of(people[1]), text="A better text.")
    assert (second.attempt, reread(work).attempt) == (2, 2)
    assessing.claim(reread(work), by=teacher, now=NOW)
    with pytest.raises(Refused, match="is being assessed"):
        deliver(work, user_of(people[0]))
    assert Delivery.objects.count() == 2


def test_only_those_who_must_revise_wait_for_the_result_of_the_revision(work, people, teacher):
    ada, bob, cy = people
    deliver(work, user_of(ada))
    marks = {ada.pk: Outcome.APPROVED, bob.pk: Outcome.REVISE, cy.pk: Outcome.NOT_APPROVED}
    assess(work, marks, by=teacher)
    second = deliver(work, user_of(ada), text="The revision.")
    assert members(second) == [(ada.pk, False), (bob.pk, True), (cy.pk, False)]
    assess(work, Outcome.APPROVED, by=teacher)
    assert outcomes(people) == [Outcome.APPROVED, Outcome.APPROVED, Outcome.NOT_APPROVED]
    assert [each.version for each in Result.objects.filter(participant=ada)] == [1]
    with pytest.raises(Refused, match="Nobody has anything left"):
        deliver(work, user_of(bob))


def test_a_revision_is_late_by_its_own_deadline(work, people, teacher):
    deliver(work, user_of(people[0]))
    assess(work, Outcome.REVISE, by=teacher, due_at=work.due_at + timedelta(days=30))
    delivery = deliver(work, user_of(people[0]), now=work.due_at + timedelta(days=29))
    assert (delivery.is_late, delivery.due_at) == (False, work.due_at + timedelta(days=30))


def test_it_opens_by_itself_when_its_day_has_come(team, people):
    requirement = RequirementFactory(cohort=team.cohort, number=2)
    unsaved = TeamRequirement(team=team, requirement=requirement, due_at=requirement.due_at)
    deliveries.save_draft(unsaved, "Early bird", version=0, by=user_of(people[0]), now=NOW)
    stored = TeamRequirement.objects.get()
    assert (stored.state, stored.opened_at, stored.due_at) == (
        RequirementState.OPEN,
        NOW,
        requirement.due_at,
    )


def test_before_it_opens_nothing_can_be_written(team, people):
    requirement = RequirementFactory(cohort=team.cohort, number=2, opens_at=NOW + timedelta(days=1))
    unsaved = TeamRequirement(team=team, requirement=requirement, due_at=requirement.due_at)
    with pytest.raises(Refused, match="has not opened yet"):
        deliveries.save_draft(unsaved, "Early bird", version=0, by=user_of(people[0]), now=NOW)
    assert TeamRequirement.objects.count() == 0


@pytest.mark.parametrize("state", [CohortState.PLANNED, CohortState.COMPLETED])
def test_nothing_is_delivered_in_a_cohort_that_does_not_run(work, people, state):
    cohort = work.team.cohort
    cohort.state, cohort.completed_at = state, NOW
    cohort.save()
    with pytest.raises(Refused, match="does not run"):
        deliver(work, user_of(people[0]))


@pytest.mark.parametrize("who", ["stranger", "teacher", "other team", "leaver"])
def test_only_the_team_delivers(work, people, teacher, who):
    user = {
        "stranger": UserFactory,
        "teacher": lambda: teacher,
        "other team": lambda: user_of(TeamFactory(cohort=work.team.cohort, number=2).participants.first()),
        "leaver": lambda: user_of(ParticipantFactory(team=work.team, gone=True)),
    }[who]()
    with pytest.raises(Refused, match="Only those who are to deliver"):
        deliveries.save_draft(work, "Hello", version=0, by=user, now=NOW)
    with pytest.raises(Refused, match="Only those who are to deliver"):
        deliveries.deliver(work, attempt=1, seen="0:", by=user, now=NOW)
    assert DeliveryDraft.objects.count() == 0


def test_who_delivers_alone_is_not_of_the_team(work, people):
    ada, bob, _cy = people
    own = WorkFactory(team=work.team, requirement=work.requirement, participant=bob)
    with pytest.raises(Refused, match="Only those who are to deliver"):
        deliver(own, user_of(ada))
    delivery = deliver(own, user_of(bob))
    assert members(delivery) == [(bob.pk, True)]
    assert members(deliver(work, user_of(ada)))[1] == (bob.pk, False)


def test_a_leaver_keeps_the_result_and_is_not_in_the_next_delivery(work, people, teacher):
    ada, bob, cy = people
    deliver(work, user_of(ada))
    marks = {ada.pk: Outcome.REVISE, bob.pk: Outcome.APPROVED, cy.pk: Outcome.REVISE}
    assess(work, marks, by=teacher)
    bob.member.participation, bob.member.left_at = Participation.WITHDRAWN, NOW
    bob.member.save()
    assert members(deliver(work, user_of(ada))) == [(ada.pk, True), (cy.pk, True)]
    assert outcomes([bob]) == [Outcome.APPROVED]


# --- One's own part ---------------------------------------------------------------------------------


def test_a_statement_is_ones_own_and_open_until_the_delivery_is_assessed(work, people, teacher):
    delivery = deliver(work, user_of(people[0]))
    deliveries.state_part(delivery, "I wrote chapter 1.", by=user_of(people[0]), now=NOW)
    deliveries.state_part(delivery, "I wrote chapter 2.", by=user_of(people[0]), now=NOW)
    assert list(Statement.objects.values_list("participant", "text")) == [
        (people[0].pk, "I wrote chapter 2.")
    ]
    assess(work, Outcome.APPROVED, by=teacher)
    with pytest.raises(Refused, match="can no longer be changed"):
        deliveries.state_part(delivery, "I wrote it all.", by=user_of(people[0]), now=NOW)


def test_who_came_after_the_delivery_states_nothing(work, people):
    delivery = deliver(work, user_of(people[0]))
    late = ParticipantFactory(team=work.team)
    with pytest.raises(Refused, match="Only those who were in the team"):
        deliveries.state_part(delivery, "Me too.", by=user_of(late), now=NOW)
    assert Statement.objects.count() == 0


# --- What the database keeps ------------------------------------------------------------------------


def test_the_database_keeps_one_work_one_attempt_and_one_current_result(work, people):
    delivery = DeliveryFactory(work=work)
    ResultFactory(delivery=delivery)
    for again in (
        lambda: WorkFactory(team=work.team, requirement=work.requirement),
        lambda: DeliveryFactory(work=work, attempt=1),
        lambda: ResultFactory(delivery=delivery, version=2),
        lambda: TeamRequirement.objects.filter(pk=work.pk).update(state=RequirementState.UNDER_ASSESSMENT),
        lambda: TeamRequirement.objects.filter(pk=work.pk).update(state=RequirementState.OPEN),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            again()


# --- At once ----------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_who_deliver_at_once_leave_one_attempt():
    work = WorkFactory()
    ada = user_of(work.team.participants.first())
    draft = deliveries.save_draft(work, "Our text.", version=0, by=ada, now=NOW)
    seen = deliveries.seen_in(draft, [])

    def attempt(_number: int) -> int:
        try:
            return deliveries.deliver(reread(work), attempt=1, seen=seen, by=ada, now=NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(attempt, range(20)))
    assert found == set(Delivery.objects.values_list("pk", flat=True))
    assert (len(found), len(letters())) == (1, 3)
