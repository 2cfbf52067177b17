"""The pages: what the team writes and delivers, what the queue shows, what is decided for each."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessment.actions import assessing, deliveries, overrides
from assessment.models import (
    CatchUp,
    Delivery,
    DeliveryDraft,
    DeliveryFile,
    Override,
    Result,
    Statement,
    TeamRequirement,
    Way,
    WorkRequirement,
)
from assessment.states import Outcome, RequirementState
from innoskole.notifications.models import Message
from tests.assessment.factories import DUE, DeliveryFactory, RequirementFactory, ResultFactory, WorkFactory
from tests.assessment.requirements.conftest import assess, deliver, letters, outcomes, reread, user_of
from tests.assessment.requirements.test_deliveries import PDF
from tests.cohorts.factories import CohortFactory, InstructorFactory, ParticipantFactory, TeamFactory
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

IN_A_MONTH = NOW + timedelta(days=30)


@pytest.fixture
def ada(people, log_in) -> Client:
    return log_in(user_of(people[0]))


@pytest.fixture
def bob(people, log_in) -> Client:
    return log_in(user_of(people[1]))


@pytest.fixture
def staff(teacher, log_in) -> Client:
    return log_in(teacher)


def url(name: str, *args) -> str:
    return reverse(f"assessment:{name}", args=args)


def of(work: TeamRequirement, name: str, *args) -> str:
    """The address of a page of the team's track."""
    return url(name, work.team.reference, work.requirement.number, work.track, *args)


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def moment(at) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


# --- The cohort's staff -----------------------------------------------------------------------------


def test_the_staff_makes_the_requirements_and_sets_their_dates(cohort, staff):
    page = url("requirements", cohort.slug)
    assert "No work requirements yet" in text(staff.get(page))
    answer = staff.post(url("requirements_make", cohort.slug), {"count": 4})
    assert (answer.url, WorkRequirement.objects.count()) == (page, 4)
    first = url("requirement_change", cohort.slug, 1)
    given = staff.get(first).context["form"].initial | {"opens_at": moment(NOW), "due_at": moment(DUE)}
    assert staff.post(first, {**given, "due_at": ""}).context["form"].errors == {
        "due_at": ["Give the deadline as well."]
    }
    assert staff.post(first, given).url == page
    stored = WorkRequirement.objects.get(number=1)
    assert (stored.opens_at, stored.due_at) == (NOW, DUE)
    assert staff.post(first, {**given, "title_en": "Mine"}).context["form"].non_field_errors() == [
        "Somebody else has changed this work requirement. Reload the page and try again."
    ]


def test_what_a_team_has_delivered_to_is_shown_and_not_asked_for(work, staff, cohort):
    DeliveryFactory(work=work)
    form = staff.get(url("requirement_change", cohort.slug, 1)).context["form"]
    assert {name for name, field in form.fields.items() if not field.disabled} == {"version", "due_at"}


@pytest.mark.parametrize("teams", [1, 3])
def test_how_far_the_teams_have_come(cohort, staff, django_assert_num_queries, teams):
    asked = [RequirementFactory(cohort=cohort, number=number) for number in (1, 2)]
    for number in range(1, teams + 1):
        found = TeamFactory(cohort=cohort, number=number)
        delivery = DeliveryFactory(work=WorkFactory(team=found, requirement=asked[0]))
        WorkFactory(team=found, requirement=asked[1])
        ResultFactory(delivery=delivery)
        ParticipantFactory(team=found)
    with django_assert_num_queries(14):
        page = staff.get(url("requirements", cohort.slug))
    cells = [[(mark.label, says) for _requirement, mark, says in row] for _team, row in page.context["rows"]]
    assert cells == [[("Delivered", "1 of 4 approved"), ("Open", "")]] * teams
    assert [each.requirement.number for each in page.context["left_out"]] == [1] * teams


# --- The team ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_a_student_reads_where_they_stand_with_each(
    cohort, team, people, ada, django_assert_num_queries, rows
):
    for number in range(1, rows + 1):
        WorkFactory(team=team, requirement=RequirementFactory(cohort=cohort, number=number))
    with django_assert_num_queries(14):
        page = ada.get(url("team_requirements", team.reference))
    found = [
        [(record.participant, mark.label, row["due_at"]) for record, mark, _evidence in row["own"]]
        for row in page.context["rows"]
    ]
    assert found == [[(people[0], "Not delivered", DUE)]] * rows


def test_a_student_reads_nothing_of_a_colleagues_result(work, people, ada, staff, teacher):
    deliver(work, user_of(people[0]))
    marks = dict(
        zip(
            [each.pk for each in people],
            [Outcome.APPROVED, Outcome.REVISE, Outcome.NOT_APPROVED],
            strict=True,
        )
    )
    assess(work, marks, by=teacher)
    pages = [
        url("team_requirements", work.team.reference),
        url("requirement", work.team.reference, 1),
        of(work, "delivery", 1),
    ]
    for page in pages:
        shown = text(ada.get(page))
        assert "Must be revised" not in shown
        assert "Not approved" not in shown
        assert f"To {people[1].pk}." not in shown
    assert "Approved" in text(ada.get(pages[0]))
    assert "You need not deliver this again." in text(ada.get(pages[1]))
    marks_of_staff = [mark.label for _each, mark in staff.get(pages[1]).context["people"]]
    assert marks_of_staff == ["Approved", "Must be revised", "Not approved"]


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_of_a_requirement_costs_the_same_for_three_and_for_five(
    work, staff, django_assert_num_queries, more
):
    ParticipantFactory.create_batch(more, team=work.team)
    DeliveryFactory(work=work)
    gone = ParticipantFactory(team=work.team)
    DeliveryFactory(work=work)
    gone.member.participation, gone.member.left_at = "withdrawn", NOW
    gone.member.save()
    ParticipantFactory(team=work.team, gone=True)  # left before anything was delivered
    with django_assert_num_queries(19):
        page = staff.get(url("requirement", work.team.reference, 1))
    assert [each.participant.is_present for each, _mark in page.context["people"]] == [
        *[True] * (3 + more),
        False,
    ]
    assert [each.attempt for each in page.context["deliveries"]] == [2, 1]


# --- Draft, delivery, receipt -----------------------------------------------------------------------


def test_from_the_draft_to_the_receipt(work, people, ada, bob):
    draft = of(work, "draft")
    sent = {"version": 0, "text": "Our findings.", "action": "save"}
    assert ada.post(draft, {**sent, "uploads": SimpleUploadedFile("paper.pdf", PDF)}).url == draft
    assert "Our findings." in text(bob.get(draft))
    assert letters() == []
    check = of(work, "deliver")
    assert bob.post(draft, {"version": 1, "text": "Our findings!", "action": "check"}).url == check
    page = bob.get(check)
    assert "Everybody in the list above gets a receipt by e-mail." in text(page)
    given = page.context["form"].initial
    receipt = of(work, "delivery", 1)
    assert [bob.post(check, given).url, bob.post(check, given).url] == [receipt, receipt]
    delivery = Delivery.objects.get()
    assert (delivery.text, [each.original_name for each in delivery.files.all()]) == (
        "Our findings!",
        ["paper.pdf"],
    )
    assert [kind for kind, _to in letters()] == ["requirement_received"] * 3
    shown = text(ada.get(receipt))
    assert all(str(each) in shown for each in people)
    file = ada.get(url("delivery_file", work.team.reference, 1, delivery.files.get().pk))
    assert (b"".join(file.streaming_content), file["Content-Disposition"]) == (
        PDF,
        'attachment; filename="paper.pdf"',
    )
    pdf = ada.get(of(work, "delivery_receipt_pdf", 1))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_late_delivery_says_so_before_and_after(work, ada):
    TeamRequirement.objects.filter(pk=work.pk).update(due_at=NOW - timedelta(days=1))
    ada.post(of(work, "draft"), {"version": 0, "text": "Late.", "action": "check"})
    page = ada.get(of(work, "deliver"))
    assert "Your delivery is received all the same, and marked as late." in text(page)
    receipt = ada.post(of(work, "deliver"), page.context["form"].initial).url
    assert "The deadline was Sunday 2 May 2027 at 10:00." in text(ada.get(receipt))
    assert "It came after the deadline" in Message.objects.first().body_text


def test_what_a_colleague_has_written_is_never_lost(work, ada, bob):
    draft = of(work, "draft")
    bob.post(draft, {"version": 0, "text": "Bob's text", "action": "save"})
    answer = ada.post(draft, {"version": 0, "text": "Ada's text", "action": "save"})
    assert answer.status_code == 409
    assert (answer.context["theirs"].text, answer.context["form"]["text"].value()) == (
        "Bob's text",
        "Ada's text",
    )
    ada.post(draft, {"version": answer.context["form"]["version"].value(), "text": "Both", "action": "save"})
    assert DeliveryDraft.objects.get().text == "Both"


def test_the_draft_saves_itself(work, people, ada, bob):
    autosave = of(work, "draft_autosave")
    first = ada.post(autosave, {"version": 0, "text": "One"}).json()
    assert first == {"saved_at": NOW.astimezone(UTC).isoformat(), "label": "Saved at 10:00", "version": 1}
    conflict = bob.post(autosave, {"version": 0, "text": "Two"})
    assert (conflict.status_code, conflict.json()["label"].startswith(str(people[0]))) == (409, True)
    deliver(work, user_of(people[0]), text="One")
    assessing.claim(reread(work), by=InstructorFactory(cohort=work.team.cohort).user, now=NOW)
    refused = ada.post(autosave, {"version": 0, "text": "Three"})
    assert (refused.status_code, DeliveryDraft.objects.count()) == (409, 0)


def test_a_file_that_is_no_document_is_refused_and_the_text_kept(work, ada):
    sent = {"version": 0, "text": "Our findings.", "action": "check"}
    page = ada.post(of(work, "draft"), {**sent, "uploads": SimpleUploadedFile("paper.pdf", b"MZ program")})
    assert list(page.context["form"].errors) == ["uploads"]
    assert "Our findings." in text(page)
    assert (DeliveryFile.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_file_is_taken_out_of_the_draft(work, people, ada):
    ada.post(of(work, "draft"), {"version": 0, "text": "", "uploads": SimpleUploadedFile("a.pdf", PDF)})
    file = DeliveryFile.objects.get()
    assert ada.post(of(work, "draft_file_remove", file.pk)).url == of(work, "draft")
    assert DeliveryFile.objects.count() == 0


def test_one_says_what_ones_own_part_was_and_the_team_does_not_read_it(work, people, ada, bob, staff):
    deliver(work, user_of(people[0]))
    page = of(work, "statement", 1)
    assert ada.post(page, {"text": "I drew."}).context["form"].errors == {
        "confirm": ["This field is required."]
    }
    assert ada.post(page, {"text": "I drew.", "confirm": "on"}).url == of(work, "delivery", 1)
    assert Statement.objects.values_list("participant", "text").get() == (people[0].pk, "I drew.")
    shown = [("I drew." in text(client.get(of(work, "delivery", 1)))) for client in (ada, bob, staff)]
    assert shown == [True, False, True]


# --- The queue --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_oldest_stands_first_across_ones_cohorts(cohort, teacher, staff, django_assert_num_queries, rows):
    other = InstructorFactory(cohort=CohortFactory(intake__slug="another"), user=teacher).cohort
    asked = [RequirementFactory(cohort=each, number=1) for each in (cohort, other)]
    foreign = CohortFactory(intake__slug="foreign")
    DeliveryFactory(work=WorkFactory(team=TeamFactory(cohort=foreign)))
    expected = []
    for number in range(1, rows + 1):
        requirement = asked[number % 2]
        work = WorkFactory(
            team=TeamFactory(cohort=requirement.cohort, number=number), requirement=requirement
        )
        DeliveryFactory(work=work, delivered_at=NOW - timedelta(days=number))
        expected.insert(0, work)
    with django_assert_num_queries(6):
        page = staff.get(url("queue"))
    assert list(page.context["rows"]) == expected


def test_the_queue_filters_by_cohort_requirement_and_who_has_taken_it(
    cohort, teacher, colleague_teacher, staff
):
    first, second = (RequirementFactory(cohort=cohort, number=number) for number in (1, 2))
    works = {}
    for number, (name, requirement, by) in enumerate(
        [("free", first, None), ("mine", second, teacher), ("others", first, colleague_teacher)], start=1
    ):
        work = WorkFactory(team=TeamFactory(cohort=cohort, number=number), requirement=requirement)
        DeliveryFactory(work=work, claimed_by=by, delivered_at=NOW - timedelta(days=10 - number))
        works[name] = work

    def asked(query: str) -> list[str]:
        rows = list(staff.get(url("queue") + query).context["rows"])
        return [next(name for name, work in works.items() if work == row) for row in rows]

    assert {
        query: asked(query) for query in ("", "?show=free", "?show=mine", "?show=others", "?number=1")
    } == {
        "": ["free", "mine", "others"],
        "?show=free": ["free"],
        "?show=mine": ["mine"],
        "?show=others": ["others"],
        "?number=1": ["free", "others"],
    }
    assert asked(f"?cohort={cohort.slug}&number=2") == ["mine"]
    assert asked("?cohort=nonsense") == ["free", "mine", "others"]


def test_a_delivery_is_taken_assessed_and_gone_from_the_queue(work, people, staff):
    deliver(work, user_of(people[0]))
    page = url("assess", work.pk)
    assert staff.get(page).context["form"] is None
    assert staff.post(url("claim", work.pk)).url == page
    one, two, three = (each.pk for each in people)
    sent = {
        "everyone": "approved",
        "comment": "Good work.",
        f"outcome_{one}": "same",
        f"outcome_{two}": "revise",
        f"comment_{two}": "Show your sources.",
        f"outcome_{three}": "same",
    }
    assert staff.post(page, sent).context["form"].errors == {
        "revise_due_at": ["Say until when it must be revised."]
    }
    assert staff.post(page, {**sent, "revise_due_at": moment(NOW)}).context["form"].errors == {
        "revise_due_at": ["The deadline of the revision must be later than now."]
    }
    none_chosen = {**sent, "everyone": "", f"outcome_{two}": "same"}
    assert list(staff.post(page, none_chosen).context["form"].errors) == ["everyone"]
    assert outcomes(people) == ["", "", ""]
    assert staff.post(page, {**sent, "revise_due_at": moment(IN_A_MONTH)}).url == url("queue")
    assert outcomes(people) == [Outcome.APPROVED, Outcome.REVISE, Outcome.APPROVED]
    assert list(staff.get(url("queue")).context["rows"]) == []
    assert "The delivery has been assessed" in text(staff.get(page))


def test_a_colleague_reads_who_has_taken_it_and_assesses_nothing(
    work, people, staff, colleague_teacher, log_in
):
    deliver(work, user_of(people[0]))
    staff.post(url("claim", work.pk))
    colleague = log_in(colleague_teacher)
    page = colleague.get(url("assess", work.pk))
    assert (page.context["form"], "has taken this delivery" in text(page)) == (None, True)
    refused = colleague.post(url("claim", work.pk), follow=True)
    assert "is assessing this delivery already." in text(refused)
    sent = {"everyone": "approved"} | {f"outcome_{each.pk}": "same" for each in people}
    assert colleague.post(url("assess", work.pk), sent).context["form"].non_field_errors() == [
        "Take the delivery from the queue before you assess it."
    ]
    assert colleague.post(url("let_go", work.pk)).url == url("queue")
    assert reread(work).state == RequirementState.DELIVERED


def test_a_revision_stands_beside_what_was_assessed_with_the_former_words(work, people, teacher, staff):
    deliver(work, user_of(people[0]), text="We asked nobody.")
    assess(work, Outcome.REVISE, by=teacher)
    deliver(work, user_of(people[0]), text="We asked three.")
    deliver(work, user_of(people[1]), text="We asked ten.")
    page = staff.get(url("assess", work.pk))
    assert [page.context["former"].attempt, page.context["delivery"].attempt] == [1, 3]
    assert [
        [[(piece.text, piece.is_changed) for piece in side] for side in (row.old, row.new)]
        for row in page.context["rows"]
    ] == [
        [
            [("We asked ", False), ("nobody.", True)],
            [("We asked ", False), ("ten.", True)],
        ]
    ]
    shown = text(page)
    assert "<del>nobody.</del>" in shown
    assert "<ins>ten.</ins>" in shown
    assert "Well done." in shown
    assert f"Must be revised – To {people[1].pk}." in shown


@pytest.mark.parametrize("more", [0, 2])
def test_assessing_costs_the_same_for_three_and_for_five(
    work, teacher, staff, django_assert_num_queries, more
):
    ParticipantFactory.create_batch(more, team=work.team)
    ResultFactory(delivery=DeliveryFactory(work=work))
    DeliveryFactory(work=work, claimed_by=teacher)
    with django_assert_num_queries(20):
        page = staff.get(url("assess", work.pk))
    assert len(page.context["members"]) == 3 + more


# --- One person, one team ---------------------------------------------------------------------------


def test_what_is_decided_for_one_person_says_who_gets_mail_and_is_done(work, people, teacher, staff):
    def deed(name: str) -> str:
        return url("requirement_person_deed", work.team.reference, 1, people[0].pk, name)

    page = url("requirement_person", work.team.reference, 1, people[0].pk)
    assert [key for key, _deed in staff.get(page).context["deeds"]] == ["catch-up", "extend", "exempt"]
    assert "The person gets an e-mail with the reason." in text(staff.get(deed("exempt")))
    assert staff.post(deed("exempt"), {"reason": ""}).context["form"].errors == {
        "reason": ["This field is required."]
    }
    assert staff.post(deed("exempt"), {"reason": "Has done it before."}).url == page
    assert staff.post(deed("end-exemption"), {"reason": "A mistake."}).url == page
    assert Override.objects.live().count() == 0
    sent = {"due_at": moment(IN_A_MONTH), "reason": "Ill."}
    assert staff.post(deed("extend"), sent).url == page
    assert Override.objects.live().get().due_at == IN_A_MONTH
    assert staff.post(deed("end-extension"), {"reason": "A mistake."}).url == page
    sent = {"way": Way.ALONE, "due_at": moment(IN_A_MONTH), "instructions": "Write two pages."}
    assert staff.post(deed("catch-up"), sent).url == page
    assert CatchUp.objects.get().instructions == "Write two pages."
    shown = text(staff.get(page))
    assert "Has done it before." in shown
    assert "Write two pages." in shown
    rows = Message.objects.order_by("pk").values_list("kind", "state")
    assert list(rows) == [
        ("requirement_exempt", Message.State.VOID),
        ("requirement_override_ended", Message.State.QUEUED),
        ("requirement_extended", Message.State.VOID),
        ("requirement_override_ended", Message.State.QUEUED),
        ("requirement_catch_up", Message.State.QUEUED),
    ]


def test_a_result_is_changed_on_the_page_of_the_person(work, people, teacher, staff, ada):
    deliver(work, user_of(people[0]))
    assess(work, Outcome.APPROVED, by=teacher)
    change = url("requirement_person_deed", work.team.reference, 1, people[0].pk, "result")
    assert staff.post(change, {"outcome": "revise", "reason": "Copied."}).context["form"].errors == {
        "revise_due_at": ["Say until when it must be revised."]
    }
    sent = {
        "outcome": "revise",
        "revise_due_at": moment(IN_A_MONTH),
        "reason": "Copied.",
        "comment": "Again.",
    }
    staff.post(change, sent)
    assert outcomes(people) == [Outcome.REVISE, Outcome.APPROVED, Outcome.APPROVED]
    page = text(staff.get(url("requirement_person", work.team.reference, 1, people[0].pk)))
    assert "Withdraws an approval" in page
    own = text(ada.get(url("requirement", work.team.reference, 1)))
    assert "Reason: Copied." in own
    assert "Approved (does not count any more)" in own


def test_what_is_decided_for_a_team(work, people, staff, ada):
    def deed(name: str) -> str:
        return url("requirement_team_deed", work.team.reference, 1, name)

    page = url("requirement", work.team.reference, 1)
    sent = {"due_at": moment(IN_A_MONTH), "reason": "The council moved."}
    assert staff.post(deed("extend"), sent).url == page
    assert ada.get(page).context["due_at"] == IN_A_MONTH
    earlier = staff.post(deed("extend"), {**sent, "due_at": moment(NOW + timedelta(days=1))})
    assert earlier.context["form"].non_field_errors() == [
        "The new deadline must be later than the present one."
    ]
    assert staff.post(deed("exempt"), {"reason": "Has done it."}).url == page
    assert "Exempt since 3 May 2027." in text(ada.get(page))


def test_a_late_joiner_reads_the_plan(work, people, teacher, log_in):
    deliver(work, user_of(people[0]))
    assess(work, Outcome.APPROVED, by=teacher)
    late = ParticipantFactory(team=work.team)
    client, page = log_in(user_of(late)), url("requirement", work.team.reference, 1)
    assert "Your team has delivered this without you." in text(client.get(page))
    overrides.plan_catch_up(
        work.requirement,
        late,
        way=Way.ALONE,
        due_at=IN_A_MONTH,
        instructions="Write two pages.",
        by=teacher,
        now=NOW,
    )
    shown = text(client.get(page))
    assert "Your plan for catching up: A delivery of their own. Write two pages." in shown
    own = TeamRequirement.objects.get(participant=late)
    assert text(client.get(of(own, "draft"))).count("Our text.") == 0
    assert deliveries.obstacle(reread(own), NOW) == ""


def test_results_are_kept_for_who_has_left(work, people, teacher, staff):
    deliver(work, user_of(people[0]))
    people[0].member.participation, people[0].member.left_at = "withdrawn", NOW
    people[0].member.save()
    assess(work, Outcome.APPROVED, by=teacher)
    assert Result.objects.filter(participant=people[0]).get().outcome == Outcome.APPROVED
    page = text(staff.get(url("requirement", work.team.reference, 1)))
    assert "Has left the team" in page
