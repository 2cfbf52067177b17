"""The demo: every stage, the case of Bjugn, and a newcomer who plays one application to a verified draw."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings as product
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone, translation

from applications.actions import drafts, releases, review, selection, submission, team
from applications.models import (
    Application,
    DrawRound,
    InformationRequest,
    Intake,
    Outcome,
    OutcomeKind,
    Part,
)
from applications.models.completeness import composition_warning
from applications.models.content import content_digest
from applications.states import GuaranteeState, IntakeState, OfferState, Participation, State
from assessment.models import (
    Candidate,
    CatchUp,
    Certificate,
    Exam,
    Explanation,
    Grade,
    GradeAppeal,
    Oral,
    Override,
    Paper,
    PaperDelivery,
    RegistryImport,
    Result,
    TeamRequirement,
)
from assessment.models.readiness import standings
from cohorts.models import (
    Attendance,
    Booking,
    Cohort,
    Contribution,
    LibraryEntry,
    Participant,
    Speaker,
    TourNeeds,
    TourSignUp,
)
from cohorts.models.plan import Norm, findings, plan_of
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import AuditEvent, User
from innoskole.accounts.waiting import waiting_for
from innoskole.management.demo import bjugn, people, plans, reviewing, stages, writing
from innoskole.management.demo.calendar import CLOSES, OSLO, TODAY, Calendar, Stage, play
from innoskole.management.demo.drawing import Drawing
from innoskole.management.demo.mailbox import EmailBackend
from innoskole.management.demo.views import demo_waits
from innoskole.management.demo_people import (
    ADMINISTRATOR,
    COORDINATOR_WITHOUT_APPLICATION,
    DEMO_PEOPLE,
    EVERYBODY,
    SECOND_ADMINISTRATOR,
    DemoPerson,
)
from innoskole.municipalities.models import Change, Municipality, MunicipalityName, Population
from innoskole.municipalities.sizes import size_class
from innoskole.notifications.models import Message
from tests.deadlines.factories import lay_down_rules_of_today
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 19, 0, tzinfo=OSLO)
SEED, FEW = 66, 14  # a small crowd in which nearly every fate occurs


@pytest.fixture(scope="module", autouse=True)
def _register(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The real register, loaded once for this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_register", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def create(stage: Stage, seed: int = SEED, count: int = FEW) -> Intake:
    stages.create(stage, seed=seed, applications=count, now=NOW)
    intake = stages.intake()
    assert intake is not None
    return intake


def run(stage: str, **options: object) -> str:
    out = StringIO()
    call_command("create_demo", stage=stage, seed=SEED, applications=FEW, stdout=out, **options)
    return out.getvalue()


def states(intake: Intake) -> dict[str, int]:
    return dict(Counter(intake.applications.values_list("state", flat=True)))


def user(person: DemoPerson) -> User:
    return User.objects.get(email=person.email)


# --- Stages -----------------------------------------------------------------------------------------


SETTLED = {State.REJECTED: 1, State.WITHDRAWN: 1, State.NOT_SUBMITTED: 1}


BY_OTHERS = pytest.mark.once("other tests lead a demo through the same stages on PostgreSQL")


@BY_OTHERS
@pytest.mark.parametrize(
    ("stage", "state", "found"),
    [
        (Stage.DRAFT, IntakeState.OPEN, {State.DRAFT: 14}),
        (
            Stage.OPEN,
            IntakeState.OPEN,
            {State.DRAFT: 1, State.AWAITING_APPROVAL: 1, State.SUBMITTED: 11, State.WITHDRAWN: 1},
        ),
        (
            Stage.SUBMITTED,
            IntakeState.CLOSED,
            {State.SUBMITTED: 3, State.IN_REVIEW: 8, **SETTLED},
        ),
        (Stage.READY, IntakeState.CLOSED, {State.READY: 11, **SETTLED}),
        (Stage.PUBLISHED, IntakeState.PUBLISHED, {State.ADMITTED: 5, State.WAITLISTED: 6, **SETTLED}),
        (
            Stage.ANSWERED,
            IntakeState.PUBLISHED,
            {State.ADMITTED: 3, State.ENROLLED: 2, State.WAITLISTED: 6, **SETTLED},
        ),
    ],
)
def test_a_stage(stage: Stage, state: str, found: dict[str, int]) -> None:
    intake = create(stage)
    assert (intake.state, states(intake), stages.stage_of(intake)) == (state, found, stage)
    assert not Message.objects.exclude(state=Message.State.SENT).exists()
    assert not AuditEvent.objects.filter(occurred_at__gt=NOW).exists()


@BY_OTHERS
@pytest.mark.parametrize("stage", [Stage.FROZEN, Stage.DRAWN])
def test_a_stage_of_the_draw(stage: Stage) -> None:
    assert stages.stage_of(create(stage, count=7)) == stage


def test_a_demo_is_led_from_stage_to_stage() -> None:
    intake = create(Stage.DRAFT)
    seen = {}
    for stage in list(Stage)[1 : Stage.ANSWERED]:
        stages.lead_on(stage, seed=SEED, now=NOW)
        intake.refresh_from_db()
        seen[stage] = (stages.stage_of(intake), states(intake))
    settled = {State.REJECTED: 1, State.WITHDRAWN: 1, State.NOT_SUBMITTED: 2}
    assert seen == {
        Stage.OPEN: (
            Stage.OPEN,
            {State.DRAFT: 1, State.AWAITING_APPROVAL: 1, State.SUBMITTED: 11, State.WITHDRAWN: 1},
        ),
        Stage.SUBMITTED: (
            Stage.SUBMITTED,
            {State.SUBMITTED: 11, State.WITHDRAWN: 1, State.NOT_SUBMITTED: 2},
        ),
        Stage.READY: (Stage.READY, {State.READY: 10, **settled}),
        Stage.FROZEN: (Stage.FROZEN, {State.READY: 10, **settled}),
        Stage.DRAWN: (Stage.DRAWN, {State.READY: 10, **settled}),
        Stage.PUBLISHED: (Stage.PUBLISHED, {State.ADMITTED: 5, State.WAITLISTED: 5, **settled}),
        Stage.ANSWERED: (
            Stage.ANSWERED,
            {State.ADMITTED: 3, State.ENROLLED: 2, State.WAITLISTED: 5, **settled},
        ),
    }
    with pytest.raises(Refused):
        stages.lead_on(Stage.RUNNING, seed=SEED, now=NOW)
    assert stages.stage_of(intake) == Stage.ANSWERED
    [moved] = [event for event in audit.history(intake) if event.verb == stages.PASSED]
    passed = (NOW - timedelta(seconds=1)).isoformat()
    assert {name: new for name, (_old, new) in moved.changes.items()} == {
        "closes_at": passed,
        "objections_close_at": passed,
    }


def test_nobody_answers_a_request_for_information(monkeypatch) -> None:
    monkeypatch.setattr(plans, "FATES", {plans.Fate.INFORMATION_UNANSWERED: 100})
    intake = create(Stage.READY, count=7)
    assert states(intake) == {State.READY: 7}
    asked = InformationRequest.objects.filter(application__intake=intake)
    assert [(one.answer, one.closed_at > one.due_at) for one in asked] == [("", True)] * 5


def test_requests_that_are_open_are_recalled_when_the_demo_is_led_on(monkeypatch) -> None:
    monkeypatch.setattr(plans, "FATES", {plans.Fate.INFORMATION_UNANSWERED: 100})
    intake = create(Stage.SUBMITTED, count=7)
    assert InformationRequest.objects.open().exists()
    stages.lead_on(Stage.READY, seed=SEED, now=NOW)
    assert (states(intake), InformationRequest.objects.open().count()) == ({State.READY: 7}, 0)


@pytest.mark.once("what chance decides does not depend on the database")
def test_the_same_seed_at_the_same_moment_gives_the_same_demo() -> None:
    def picture() -> tuple[object, ...]:
        with transaction.atomic():
            intake = create(Stage.FROZEN, count=8)
            rows = intake.applications.order_by("reference").values_list("reference", "lead__code", "state")
            found = list(rows), DrawRound.objects.get(intake=intake).digest
            transaction.set_rollback(True)
        return found

    assert picture() == picture()


def test_another_seed_gives_another_demo() -> None:
    leads = [[plan.municipality.code for plan in plans.make(seed, FEW)] for seed in (SEED, SEED + 1)]
    assert leads[0] != leads[1]


def test_the_calendar_keeps_its_weekdays_and_lies_around_today() -> None:
    for day in range(7):
        now = NOW + timedelta(days=day)
        calendar = Calendar.for_stage(Stage.OPEN, now)
        closes_at = calendar.at(CLOSES, 15)
        assert (calendar.opened_on.weekday(), closes_at.weekday()) == (0, 1)
        assert timedelta(days=15) < closes_at - now < timedelta(days=22)


# --- The cohort's year ------------------------------------------------------------------------------


def lacking(cohort: Cohort, now: datetime) -> dict[tuple[str, ...], int]:
    """What participants lack, as keys of conditions → how many lack just that."""
    people = Participant.objects.filter(team__cohort=cohort).present().with_names().in_order()
    found = standings(list(people), now)
    return dict(Counter(tuple(each.key for each in one.readiness.missing) for one in found))


def count(model: type[Model], *fields: str) -> dict[object, int]:
    return dict(Counter(model._default_manager.values_list(*fields, flat=len(fields) == 1)))


def running(cohort: Cohort, now: datetime) -> dict[str, object]:
    assert findings(plan_of(cohort.sessions.with_programme()), Norm.of(cohort)) == []
    return {
        "cohort": (cohort.state, states(cohort.intake)),
        "sessions over": sum(max(session.dates) < now.date() for session in cohort.sessions.with_days()),
        "participation": count(Participant, "member__participation"),
        "works": count(TeamRequirement, "requirement__number", "state"),
        "results": count(Result, "requirement__number", "outcome"),
        "overrides": count(Override, "kind"),
        "catch-up": count(CatchUp, "way"),
        "attendance": Attendance.objects.count(),
        "speakers": count(Speaker, "state"),
        "tour": TourSignUp.objects.count(),
        "bookings": count(Booking, "state"),
        "contributions": count(Contribution, "state"),
        "public": LibraryEntry.objects.public().count(),
    }


def before_the_exam(cohort: Cohort, now: datetime) -> dict[str, object]:
    return {
        "works": count(TeamRequirement, "requirement__number", "state"),
        "lacking": lacking(cohort, now),
        "needs kept after the tour": TourNeeds.objects.count(),
        "speakers": count(Speaker, "state"),
        "exams": count(Exam, "number", "state"),
    }


def finished(cohort: Cohort, now: datetime) -> dict[str, object]:
    [released] = cohort.statistics_releases.all()
    compared = RegistryImport.objects.order_by("read_at")
    return {
        "exams": count(Exam, "number", "state"),
        "candidates": count(Candidate, "exam__number", "state"),
        "exceptions": Candidate.objects.filter(has_exception=True).count(),
        "papers": count(Paper, "exam__number", "version"),
        "late": PaperDelivery.objects.filter(is_late=True).count(),
        "more time": Paper.objects.exclude(extension_reason="").count(),
        "orals": count(Oral, "paper__exam__number", "appeal__kind"),
        "grades": count(Grade, "candidate__exam__number", "version", "mark", "steps"),
        "explanations": count(Explanation, "of_oral", "state"),
        "appeals": count(GradeAppeal, "exam__number", "state", "outcome"),
        "certificates": count(Certificate, "kind", "revoked_because"),
        "unwritten": Certificate.objects.unwritten().count(),
        "registry": [[each["kind"] for each in one.differences] for one in compared],
        "completed": released.content["everybody"],
    }


COURSE = (
    (
        Stage.RUNNING,
        running,
        {
            "cohort": ("running", {State.ENROLLED: 5, State.WAITLISTED: 2, State.WITHDRAWN: 1}),
            "sessions over": 3,
            "participation": {"active": 17, "withdrawn": 1},
            "works": {
                (1, "assessed"): 5,
                (1, "open"): 1,
                (2, "assessed"): 2,
                (2, "delivered"): 1,
                (2, "open"): 1,
                (2, "under_assessment"): 1,
            },
            # Of every version: three were to revise, and were approved with their second attempt.
            "results": {(1, "approved"): 15, (1, "not_approved"): 1, (1, "revise"): 3, (2, "approved"): 7},
            "overrides": {"exempt": 1, "extended": 1},
            "catch-up": {"alone": 1},
            "attendance": 204,
            "speakers": {
                "confirmed": 1,
                "declined": 1,
                "invited": 1,
                "material": 2,
                "thanked": 3,
                "withdrawn": 1,
            },
            "tour": 11,
            "bookings": {"booked": 6, "held": 5, "missed": 1},
            "contributions": {"asked": 9, "given": 25},
            "public": 4,
        },
    ),
    (
        Stage.READY_FOR_EXAM,
        before_the_exam,
        {
            # The sixth of the first is that of the late joiner, who delivered alone.
            "works": {(1, "assessed"): 6, (2, "assessed"): 5, (3, "assessed"): 5, (4, "assessed"): 5},
            "lacking": {(): 14, ("attendance",): 1, ("fee-2",): 1, ("requirement-1",): 1},
            "needs kept after the tour": 0,
            "speakers": {"thanked": 7},
            "exams": {(1, "open"): 1},
        },
    ),
    (
        Stage.FINISHED,
        finished,
        {
            "exams": {(1, "published"): 1, (2, "published"): 1},
            "candidates": {
                (1, "absent"): 1,
                (1, "deregistered"): 1,
                (1, "final"): 6,
                (1, "opted_out"): 1,
                (1, "valid_absence"): 1,
                (2, "final"): 2,
                (2, "published"): 1,
            },
            "exceptions": 1,
            # One group has delivered nothing.
            "papers": {(1, 0): 1, (1, 1): 3, (2, 1): 2},
            "late": 1,
            "more time": 1,
            "orals": {(1, None): 3, (1, "grade"): 1, (2, None): 2},
            # One moved up and one down by the oral; one is better after an appeal.
            "grades": {
                (1, 1, "B", 0): 2,
                (1, 1, "C", -1): 1,
                (1, 1, "C", 0): 1,
                (1, 1, "C", 1): 1,
                (1, 1, "D", 0): 1,
                (1, 2, "B", 0): 1,
                (2, 1, "B", 0): 2,
                (2, 1, "C", 0): 1,
            },
            "explanations": {(False, "given"): 1, (True, "given"): 1},
            "appeals": {
                (1, "decided", "changed"): 1,
                (1, "decided", "kept"): 1,
                (2, "regrading", ""): 1,
            },
            "certificates": {
                ("attendance", ""): 10,
                ("attendance", "Navnet var skrevet feil. Et nytt kursbevis er utstedt."): 1,
                ("transcript", ""): 9,
                ("transcript", "The grade has changed, and a new document takes its place."): 1,
            },
            "unwritten": 0,
            "registry": [[], ["result", "day"]],
            "completed": [30, 27, 21, 18, 16],
        },
    ),
)


@pytest.mark.once("its deeds are done on PostgreSQL by e2e/test_the_cohorts_year.py and e2e/test_the_exam.py")
def test_a_course_from_its_first_session_to_the_last_certificate() -> None:
    """Built once, and looked at on the day of each stage."""
    events = stages.story(Stage.FINISHED, seed=SEED, applications=8, now=NOW)
    opened_on = Calendar.for_stage(Stage.FINISHED, NOW).opened_on
    since = datetime.min.replace(tzinfo=UTC)
    for stage, picture, expected in COURSE:
        day = min(opened_on + timedelta(days=TODAY[stage]), NOW.date())
        until = datetime.combine(day, NOW.timetz())
        play([event for event in events if since < event.at], stage=stage, now=until)
        intake = stages.intake()
        assert intake is not None
        assert (stages.stage_of(intake), picture(intake.cohort, until)) == (stage, expected)
        assert not Message.objects.exclude(state=Message.State.SENT).exists()
        assert not AuditEvent.objects.filter(occurred_at__gt=until).exists()
        since = until
    logins = [person for person in EVERYBODY if user(person).check_password(person.password)]
    assert people.who_can_log_in() == logins == list(EVERYBODY)
    assert LibraryEntry.objects.public().filter(municipality__code="1627", year=2015).exists()


# --- The crowd --------------------------------------------------------------------------------------


def test_ninety_applications_come_from_everywhere_and_are_nobodys() -> None:
    planned = plans.make(stages.SEED, stages.APPLICATIONS)
    leads = [plan.municipality for plan in planned]
    partners = [plan.partner for plan in planned if plan.partner]
    assert len(set(leads) | set(partners)) == len(leads) + len(partners) == 90 + 8
    cells = {(one.landsdel, size_class(one.population)) for one in leads}
    assert len(cells) == 15
    assert {plan.fate for plan in planned} == set(plans.Fate)
    assert "5610" not in {one.code for one in [*leads, *partners]}
    assert all(
        person["email"].endswith(".kommune.example.no") and person["name"].split()[1] in people.LAST_NAMES
        for plan in planned
        for person in (*plan.members, {"name": plan.name, "email": plan.email})
        if plan.email not in {played.email for played in DEMO_PEOPLE}
    )
    assert {plan.language for plan in planned if plan.municipality.language_form == "nn"} == {"nn"}
    assert {plan.language for plan in planned if plan.municipality.language_form == "nb"} == {"nb"}
    some = [plan for plan in planned if plan.mitigation]
    assert all(set(plan.problem.sectors) - {member["sector"] for member in plan.members} for plan in some)
    assert len(some) in range(10, 45)


@pytest.mark.parametrize(
    ("code", "domain"),
    [
        ("1508", "alesund"),
        ("1515", "heroy-more-og-romsdal"),
        ("1818", "heroy-nordland"),
        ("5540", "kafjord"),
        ("1149", "karmoy"),
    ],
)
def test_a_municipalitys_invented_domain(code: str, domain: str) -> None:
    municipality = Municipality.objects.get_valid(code, plans.REGISTER_ON)
    assert people.domain_of(municipality) == f"{domain}.kommune.example.no"


def test_an_address_has_no_letters_that_mail_has_not() -> None:
    assert people.address("Øystein Påfunnstad", "x.no") == "oystein.pafunnstad@x.no"
    assert people.address("Åse Prøvesen", "x.no") == "ase.provesen@x.no"


# --- A newcomer plays -------------------------------------------------------------------------------


def apply_for_karasjok() -> Application:
    """What the newcomer does as Sara, on the pages, after the demo has been created."""
    sara = user(COORDINATOR_WITHOUT_APPLICATION)
    karasjok = Municipality.objects.get_valid("5610", plans.REGISTER_ON)
    intake = Intake.objects.get(slug=stages.SLUG)
    application = drafts.start_application(intake, karasjok, by=sara, now=NOW).application
    writing.save(application, Part.PROBLEM, bjugn.PROBLEM, NOW)
    writing.save(application, Part.ANCHORING, bjugn.ANCHORING, NOW)
    writing.save(application, Part.COMPOSITION, bjugn.COMPOSITION, NOW)
    for values in bjugn.OFFERED[:4]:
        team.add_member(application, values, by=sara, now=NOW)
    writing.ask_guarantee(application, "Liv Testrud", NOW)
    application = Application.objects.get(pk=application.pk)
    writing.give_guarantee(application, "nb", NOW)
    sent: Application = submission.submit(application, seen=content_digest(application), by=sara, now=NOW)
    return sent


class TestOpenDemo:
    """What can be done with one and the same open demo."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _demo(cls, _register: None, django_db_blocker) -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
            lay_down_rules_of_today()
            create(Stage.OPEN)
            yield
            transaction.set_rollback(True)

    def test_a_newcomer_plays_one_application_to_a_verified_draw(
        self, tmp_path: Path, clock: time_machine.Traveller, log_in
    ) -> None:
        intake = stages.intake()
        application = apply_for_karasjok()
        ada, birger = user(ADMINISTRATOR), user(SECOND_ADMINISTRATOR)
        browser = log_in(ada)
        clock.move_to(NOW + timedelta(minutes=5))

        for step, title in (
            ("submitted", "Demo: let the deadline pass now"),
            ("ready", "Demo: let the school handle the applications that nobody plays"),
        ):
            with translation.override("en"):
                assert title in [item.title for item in waiting_for(ada, timezone.now())]
            assert browser.get(reverse("demo")).context["step"] == step
            assert browser.post(reverse("demo"), {"step": step}).status_code == 302
        assert browser.get(reverse("demo")).context["step"] == ""
        application.refresh_from_db()
        others = states(intake)
        assert application.state == State.SUBMITTED
        assert others == {
            State.SUBMITTED: 1,
            State.READY: 11,
            State.WITHDRAWN: 1,
            State.NOT_SUBMITTED: 2,
        }

        now = timezone.now()
        review.take_into_review(application, by=ada, now=now)
        review.pass_formal_check(application, by=ada, now=now)
        for member in application.members.all():
            reviewing.decide(member, by=ada, now=now)
        review.make_ready(application, by=ada, now=now)
        steps = Drawing(stages.SLUG)
        steps.freeze(now)
        steps.enter_values(now)
        steps.draw(now)
        with pytest.raises(Refused):
            selection.check(steps.standing, by=ada, now=now)
        selection.check(steps.standing, by=birger, now=now)
        steps.decide(now)
        steps.prepare(now)
        with pytest.raises(Refused):
            releases.approve_release(intake.releases.get(), by=ada, now=now)
        steps.approve(now)
        assert releases.release_due(now) == 1

        draw_round = steps.standing
        files = {
            "basis.json": draw_round.basis,
            "seed.txt": draw_round.seed_text,
            "protocol.json": draw_round.protocol,
        }
        for name, content in files.items():
            (tmp_path / name).write_bytes(content.encode())
        verifier = product.BASE_DIR / "applications" / "selection" / "verify.py"
        command = [sys.executable, "-I", verifier, *(tmp_path / name for name in files), draw_round.digest]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        assert Outcome.objects.filter(application=application).count() == 1

    def test_only_letters_of_the_crowd_are_taken_in_later(self, django_capture_on_commit_callbacks) -> None:
        with django_capture_on_commit_callbacks():
            stages.lead_on(Stage.READY, seed=SEED, now=NOW)
        waiting = Message.objects.filter(state=Message.State.QUEUED).values_list("to_email", flat=True)
        assert sorted(waiting) == ["kari@bodo.kommune.example.no", "ole@alesund.kommune.example.no"]

    def test_a_step_that_somebody_else_has_taken_is_not_taken_twice(self, log_in) -> None:
        intake = stages.intake()
        browser = log_in(user(ADMINISTRATOR))
        assert browser.post(reverse("demo"), {"step": "ready"}).status_code == 200
        assert browser.post(reverse("demo")).status_code == 200
        intake.refresh_from_db()
        assert intake.state == IntakeState.OPEN

    def test_a_deed_that_is_refused_is_said_in_a_sentence(self, log_in, monkeypatch) -> None:
        def refuse(*args: object, **options: object) -> None:
            raise Refused("Somebody was quicker.")

        monkeypatch.setattr(stages, "lead_on", refuse)
        browser = log_in(user(ADMINISTRATOR))
        answer = browser.post(reverse("demo"), {"step": "submitted"}, follow=True)
        assert [str(message) for message in answer.context["messages"]] == ["Somebody was quicker."]

    def test_the_calendar_is_for_the_demos_administrators_only(self, log_in, client, settings) -> None:
        stranger = UserFactory(is_course_administrator=True)
        assert log_in(stranger).get(reverse("demo")).status_code == 404
        assert log_in(user(COORDINATOR_WITHOUT_APPLICATION)).get(reverse("demo")).status_code == 403
        assert client.get(reverse("demo")).status_code == 302
        ada = user(ADMINISTRATOR)
        settings.PRODUCTION = True
        assert log_in(ada).get(reverse("demo")).status_code == 404
        assert log_in(ada).post(reverse("demo"), {"step": "submitted"}).status_code == 404
        assert demo_waits(ada, NOW) == []


def test_nobody_else_pays_for_the_demo_on_the_home_page(django_assert_num_queries) -> None:
    stranger = UserFactory(is_course_administrator=True)
    with django_assert_num_queries(0):
        assert demo_waits(stranger, NOW) == []


# --- The command ------------------------------------------------------------------------------------


def test_the_command_creates_leads_on_and_says_who_can_log_in() -> None:
    first, *rest = run("open").splitlines()
    counts = "1 Draft, 1 Awaiting the guarantee, 11 Submitted, 1 Withdrawn"
    assert first == f"The demo is at the stage open: {counts}."
    assert [line.split()[0] for line in rest[1:]] == [person.email for person in DEMO_PEOPLE]
    assert all(user(person).check_password(person.password) for person in DEMO_PEOPLE)
    assert run("open").splitlines()[0] == first
    assert run("submitted").startswith("The demo is at the stage submitted: ")
    with pytest.raises(CommandError, match="at the stage submitted already"):
        run("open")


def test_the_command_leaves_to_a_newcomer_what_is_theirs() -> None:
    run("open")
    apply_for_karasjok()
    assert run("ready").startswith(
        "The demo is at the stage submitted: 1 Submitted, 10 Ready for selection, "
    )
    with pytest.raises(CommandError, match="cannot be led on by itself"):
        run("frozen")


def test_the_command_refuses_in_production(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not for production"):
        run("open")
    assert not User.objects.exists()


def test_the_command_refuses_a_database_in_use() -> None:
    UserFactory()
    with pytest.raises(CommandError, match="in use"):
        run("open")
    assert User.objects.count() == 1


def test_the_command_needs_the_register() -> None:
    for model in (Change, Population, MunicipalityName, Municipality):
        model.objects.all().delete()
    with pytest.raises(CommandError, match="import_register"):
        run("open")


def test_leading_on_needs_a_demo() -> None:
    with pytest.raises(LookupError):
        stages.lead_on(Stage.READY, seed=SEED, now=NOW)


def test_letters_to_the_crowd_are_printed_in_a_line_and_others_in_full() -> None:
    stream = StringIO()
    backend = EmailBackend(stream=stream)
    letters = [
        SimpleNamespace(to=["liv.testrud@hamar.kommune.example.no"], subject="Receipt", body="Dear Liv"),
        SimpleNamespace(to=["sara@karasjok.kommune.example.no"], subject="Code", body="123456\nBye"),
    ]
    backend.open()
    assert backend.send_messages(letters) == 2
    backend.close()
    assert stream.getvalue() == (
        "Mail to liv.testrud@hamar.kommune.example.no: Receipt\n"
        "\nMail to sara@karasjok.kommune.example.no: Code\n\n    123456\n    Bye\n\n"
    )


# --- Bjugn ------------------------------------------------------------------------------------------


def test_bjugn_in_2015() -> None:
    create(Stage.DRAFT, count=7)
    application = bjugn.application()
    warning = "The problem touches sectors that nobody in the team comes from: Upbringing and school."
    with translation.override("en"):
        assert composition_warning(application).startswith(warning)
    assert (application.intake.slug, application.intake.state) == ("spring-2015", IntakeState.PUBLISHED)
    assert (application.reference, application.state) == ("IS-2015V-0001", State.ENROLLED)
    lead = application.lead
    assert (lead.code, lead.name, lead.was_valid_on(date(2015, 1, 1)), lead.valid_to_on) == (
        "1627",
        "Bjugn",
        True,
        date(2018, 1, 1),
    )
    assert application.problem_statement == (
        "Hva og eventuelt hvordan kan Bjugn kommune arbeide for å forebygge «drop out» i videregående skole."
    )
    assert (application.plan_title, application.plan_page, application.plan_quote) == (
        "Kommuneplanens samfunnsdel «Til Ungdommen»",
        "45",
        "hindre sosiale ulikheter i samfunnet gjennom å styrke elevers evne og mulighet til å fullføre"
        " videregående skole",
    )
    assert list(application.members.values_list("unit", "sector", "role_type", "basis")) == [
        ("PRO (Stranda)", "health_care", "key_function", "qualified"),
        ("Personalavdelingen", "administration", "key_function", "qualified"),
        ("Kulturavdelingen (biblioteket)", "culture", "key_function", "qualified"),
        ("Politisk ledelse", "political", "elected", "qualified"),
    ]
    assert "kan være en barriere" in application.mitigation
    assert list(application.submissions.order_by("number").values_list("number", "voided_at__year")) == [
        (1, 2014),
        (2, None),
    ]
    assert Counter(application.guarantees.values_list("state", flat=True)) == {
        GuaranteeState.REPLACED: 1,
        GuaranteeState.GIVEN: 1,
    }
    outcome = Outcome.objects.get(application=application)
    assert (outcome.kind, outcome.region, outcome.size, outcome.chance, outcome.lot) == (
        OutcomeKind.PLACE,
        "6",
        "S",
        "1/1",
        "",
    )
    assert not outcome.round.is_draw
    told = application.decisions.order_by("pk").values_list("kind", "state", "appeal_until_on")
    day = date(2015, 1, 6)  # three weeks after 16 December
    assert list(told) == [("place", "issued", day), *[("student", "issued", day)] * 4]
    assert (application.offer.state, set(application.members.values_list("participation", flat=True))) == (
        OfferState.ACCEPTED,
        {Participation.CONFIRMED},
    )
    fee = application.course_fee
    assert (fee.amount, fee.stated_by, fee.exported_at) == (30_000, application.coordinator, fee.stated_at)
    assert application.intake.waiting_list_closed_at == datetime(2015, 1, 5, 9, 0, tzinfo=OSLO)
