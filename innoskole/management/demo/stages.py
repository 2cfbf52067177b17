"""Creating the demo at a stage, finding out how far it has come, and leading it on."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions import intakes
from applications.models import Application, Dimension, Intake, Season
from applications.models.rules import Bounds
from applications.states import IntakeState, State
from assessment.models import Exam, TeamRequirement
from assessment.states import ExamState, RequirementState
from cohorts.actions.library import load_library, records
from cohorts.models import Cohort
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.management.demo import bjugn, course, exam, people, plans
from innoskole.management.demo.answering import Answering, has_answered
from innoskole.management.demo.calendar import (
    CLOSES,
    OBJECTIONS_CLOSE,
    OPENS,
    PREPARED,
    Calendar,
    Event,
    Stage,
    Today,
    play,
)
from innoskole.management.demo.drawing import Drawing
from innoskole.management.demo.reviewing import Reviewing, sweeps
from innoskole.management.demo.writing import Writing
from innoskole.management.demo_people import ADMINISTRATOR, COORDINATOR_WITHOUT_APPLICATION
from innoskole.municipalities.models import Municipality
from innoskole.municipalities.regions import Division, Landsdel
from innoskole.municipalities.sizes import LARGE

# The intake that a newcomer plays, up to the answers to its offers.
AUTUMN_2027: Mapping[str, Any] = {
    "slug": "autumn-2027",
    "season": Season.AUTUMN,
    "year": 2027,
    "about_nb": "Studiet går fra august 2027 til juni 2028, med seks samlinger på Lillehammer.",
    "about_nn": "Studiet går frå august 2027 til juni 2028, med seks samlingar på Lillehammer.",
    "about_en": "The course lasts from August 2027 to June 2028, with six sessions at Lillehammer.",
}
SLUG = AUTUMN_2027["slug"]
SEED = 2029
APPLICATIONS = 90
PLACES = 20
# So that the groups have different chances: with the default alone everybody has the same.
QUOTAS = {
    (Dimension.REGION.value, Landsdel.NORD_NORGE.value): Bounds(5),
    (Dimension.SIZE.value, LARGE): Bounds(1, 3),
}

PASSED = gettext_noop("Demo: the calendar was turned on, so that the deadline has passed")


def intake() -> Intake | None:
    """The intake that the demo is about; None when there is no demo."""
    if not User.objects.filter(email=ADMINISTRATOR.email).exists():
        return None
    return Intake.objects.exclude(slug=bjugn.SLUG).order_by("pk").first()


def stage_of(current: Intake) -> Stage:
    """How far an intake has come."""
    match current.state:
        case IntakeState.PLANNED | IntakeState.OPEN:
            return Stage.OPEN if current.applications.received().exists() else Stage.DRAFT
        case IntakeState.CLOSED | IntakeState.ANNULLED:
            return Stage.SUBMITTED if current.applications.unsettled().exists() else Stage.READY
        case IntakeState.LOCKED:
            return Stage.FROZEN
        case IntakeState.PUBLISHED:
            return _stage_of_course(current)
    return Stage.DRAWN


def _stage_of_course(current: Intake) -> Stage:
    """How far a published intake has come."""
    if not Cohort.objects.filter(intake=current).exclude(state=CohortState.PLANNED).exists():
        return Stage.ANSWERED if has_answered(current.slug) else Stage.PUBLISHED
    if Exam.objects.filter(cohort__intake=current, state=ExamState.PUBLISHED).exists():
        return Stage.FINISHED
    assessed = TeamRequirement.objects.filter(team__cohort__intake=current, state=RequirementState.ASSESSED)
    is_last_assessed = assessed.filter(requirement__number=course.LAST_REQUIREMENT).exists()
    return Stage.READY_FOR_EXAM if is_last_assessed else Stage.RUNNING


def create(stage: Stage, *, seed: int, applications: int, now: datetime) -> None:
    """Create people, two intakes and the applications as they would stand at `now`. All or nothing."""
    with transaction.atomic():
        play(story(stage, seed=seed, applications=applications, now=now), stage=stage, now=now)


def story(stage: Stage, *, seed: int, applications: int, now: datetime) -> list[Event]:
    """All that happens in a demo of which `now` is the day of the stage; also what comes later."""
    calendar = Calendar.for_stage(stage, now)
    return list(_events(calendar, plans.make(seed, applications), _edition(stage, calendar)))


def _edition(stage: Stage, calendar: Calendar) -> Mapping[str, Any]:
    """What names the intake: once a course runs, the season in which it began."""
    return AUTUMN_2027 if stage < Stage.RUNNING else course.edition(calendar)


def _events(calendar: Calendar, planned: list[plans.Plan], edition: Mapping[str, Any]) -> Iterator[Event]:
    slug = edition["slug"]
    yield from bjugn.events()
    places = min(PLACES, max(len(Landsdel), len(planned) // 4))

    def prepare(now: datetime) -> None:
        prepare_intake(calendar, edition, places, now)

    yield Event(calendar.at(PREPARED), Stage.DRAFT, prepare)
    yield Event(calendar.at(PREPARED), Stage.DRAFT, fill_library)
    yield Event(calendar.at(OPENS, 8), Stage.DRAFT, open_intake)
    yield Event(calendar.at(OPENS, 10), Stage.DRAFT, register_newcomers)
    writings = [Writing(plan, slug) for plan in planned]
    for writing in writings:
        yield from writing.events(calendar)
    yield from sweeps(calendar)
    for writing in writings:
        yield from Reviewing(writing).events(calendar)
    yield from Drawing(slug).events(calendar)
    yield from Answering(slug).events(calendar)
    yield from course.events(slug, calendar)
    yield from exam.events(slug, calendar)


def lead_on(stage: Stage, *, seed: int, now: datetime) -> None:
    """Lead the demo that exists on to a later stage; everything that lies between happens now.

    What people have played in it stays: an application of theirs is left to them, in whatever state.
    Raises LookupError when there is no demo, and Refused for a stage of the course: a year cannot happen now.
    """
    current = intake()
    if current is not None and stage >= Stage.RUNNING and stage_of(current) < stage:
        raise Refused(
            _("A year cannot pass in a moment. Delete the database, and begin a demo at this stage.")
        )
    for following in Stage:
        current = intake()
        if current is None:
            raise LookupError("There is no demo.")
        if stage_of(current) < following <= stage:
            _step(following, current, seed, now)


def _step(stage: Stage, current: Intake, seed: int, now: datetime) -> None:
    calendar = Today(now.date(), now)
    writings = [Writing(plans.plan(seed, lead), current.slug) for lead in leads_of_extras(current)]
    if stage == Stage.OPEN:
        play((event for writing in writings for event in writing.events(calendar)), stage=stage, now=now)
    elif stage == Stage.SUBMITTED:
        let_deadline_pass(current, now)
        play(list(sweeps(calendar))[:1], stage=stage, now=now)
    elif stage == Stage.READY:
        let_deadline_pass(current, now)
        play(
            (event for writing in writings for event in Reviewing(writing).events(calendar)),
            stage=stage,
            now=now,
        )
    else:
        events = [*Drawing(current.slug).events(calendar), *Answering(current.slug).events(calendar)]
        play((event for event in events if event.stage == stage), stage=stage, now=now)


def next_step(current: Intake) -> Stage | None:
    """What the demo can do for a newcomer who plays on; None when the next deed is the newcomer's own."""
    match stage_of(current):
        case Stage.DRAFT:
            return Stage.OPEN
        case Stage.OPEN:
            return Stage.SUBMITTED
        case Stage.SUBMITTED if (
            current.applications.unsettled().filter(lead__in=leads_of_extras(current)).exists()
        ):
            return Stage.READY
        case Stage.PUBLISHED:
            return Stage.ANSWERED
    return None


def leads_of_extras(current: Intake) -> list[Municipality]:
    """The municipalities whose applications belong to the demo's own crowd, in order of reference."""
    applications = current.applications.select_related("lead", "coordinator").order_by("reference")
    return [
        application.lead
        for application in applications
        if application.lead.code != COORDINATOR_WITHOUT_APPLICATION.municipality
        and (application.coordinator.email.endswith(people.DOMAIN))
    ]


@transaction.atomic
def let_deadline_pass(current: Intake, now: datetime) -> None:
    """Move the dates of the intake so that it closed, and heard objections, a moment ago.

    No deed can do this, and none should: a deadline is only ever extended. It is why the demo refuses to run
    in production. The history of the intake says that it was done.
    """
    passed_at = now - timedelta(seconds=1)
    before = {name: getattr(current, name) for name in ("closes_at", "objections_close_at")}
    after = {name: min(moment, passed_at) for name, moment in before.items()}
    if before == after:
        return
    for name, moment in after.items():
        setattr(current, name, moment)
    current.save(update_fields=list(after))
    changes = {name: (before[name], after[name]) for name in after}
    audit.record(current, PASSED, by=None, now=now, changes=changes)


def prepare_intake(calendar: Calendar, edition: Mapping[str, Any], places: int, now: datetime) -> None:
    """Plan the intake, with the rules of the last one where nothing else is said here."""
    last = Intake.objects.get(slug=bjugn.SLUG)
    rules: Mapping[str, Any] = {
        **bjugn.RULES,
        **edition,
        "opens_at": calendar.at(OPENS, 9),
        "closes_at": calendar.at(CLOSES, 15),
        "objections_close_at": calendar.at(OBJECTIONS_CLOSE, 15),
        "capacity": places,
        "team_min": 3,
        "team_max": 4,
        "division": Division.LANDSDEL,
        "population_on": plans.POPULATION_ON,
        "register_on": plans.REGISTER_ON,
    }
    administrator = people.administrator()
    created = intakes.create_intake(rules, copied_from=last, by=administrator, now=now)
    if places == PLACES:
        intakes.set_quotas(created, QUOTAS, by=administrator, now=now)


def fill_library(now: datetime) -> None:
    """The projects from before this program, Bjugn's among them."""
    load_library(records(), now=now)


def open_intake(now: datetime) -> None:
    current = intake()
    assert current is not None
    intakes.open_intake(current, by=people.administrator(), now=now)


def register_newcomers(now: datetime) -> None:
    """The one whom a newcomer plays, and two who wait for an administrator's approval."""
    sara = COORDINATOR_WITHOUT_APPLICATION
    karasjok = Municipality.objects.get_valid(sara.municipality, plans.REGISTER_ON)
    people.speaks_for(karasjok, sara.name, email=sara.email, language="nb", is_proven=True, now=now)
    for code, name in (("5610", "Mahdi Testersen"), ("1103", "Tone Fantasidal")):
        municipality = Municipality.objects.get_valid(code, plans.REGISTER_ON)
        email = people.address(name, plans.OUTSIDE_DOMAIN)
        people.speaks_for(municipality, name, email=email, language="nb", is_proven=False, now=now)


def count_by_state(current: Intake) -> dict[str, int]:
    """State → number of applications, in the order of the states."""
    states = list(Application.objects.filter(intake=current).values_list("state", flat=True))
    return {str(state.label): states.count(state) for state in State if state in states}
