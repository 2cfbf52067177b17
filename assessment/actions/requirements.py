"""Deeds on a cohort's work requirements: make them, change them, open them when their day has come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models.content import fingerprint, in_source, source_label, values_of
from assessment.actions.moves import move
from assessment.emails import requirements as letters
from assessment.models import Delivery, Override, RequirementRule, TeamRequirement, WorkRequirement
from assessment.states import RequirementState
from cohorts.models import Cohort, Team
from cohorts.permissions import teaches
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

MADE = gettext_noop("made the work requirements")
CHANGED = gettext_noop("changed a work requirement")
OPENED = gettext_noop("opened the work requirement")
COUNT = gettext_noop("number of work requirements")
REQUIREMENT = gettext_noop("Work requirement")

TEXTS = tuple(
    f"{name}_{code}" for name in ("title", "instructions", "hand_in") for code in ("nb", "nn", "en")
)
FIELDS = (*TEXTS, "opens_at", "due_at")

# A proposal, from the programme page: «utarbeiding og presentasjon av et innovasjonsprosjekt gjennom hele
# studiet … inndelt i fire arbeidskrav». In bokmål, nynorsk and English.
PROPOSED = (
    ("Problem og innsikt", "Problem og innsikt", "Problem and insight"),
    ("Idé og løsning", "Idé og løysing", "Idea and solution"),
    ("Utprøving og gjennomføring", "Utprøving og gjennomføring", "Trial and implementation"),
    ("Presentasjon og spredning", "Presentasjon og spreiing", "Presentation and spreading"),
)


def require_teaches(cohort: Cohort, by: User) -> None:
    """Raise Refused unless the person teaches in the cohort or runs the courses."""
    if not teaches(by, cohort):
        raise Refused(_("Only the cohort's instructors and the course administrators can do this."))


@transaction.atomic
def make(cohort: Cohort, *, count: int, by: User, now: datetime) -> list[WorkRequirement]:
    """Make the requirements that the cohort lacks, up to `count`; those that are there stay as they are.

    Raises Refused for fewer than have been made.
    """
    require_teaches(cohort, by)
    rule, _is_new = RequirementRule.objects.select_for_update().get_or_create(cohort=cohort)
    known = set(WorkRequirement.objects.filter(cohort=cohort).values_list("number", flat=True))
    if known and count < max(known):
        raise Refused(
            _("There are %(made)s work requirements already; the number cannot be lower.")
            % {"made": max(known)}
        )
    made = [
        WorkRequirement(cohort=cohort, number=number, changed_at=now, **_proposed(number))
        for number in range(1, count + 1)
        if number not in known
    ]
    WorkRequirement.objects.bulk_create(made)
    before, rule.count = rule.count if known else None, count
    rule.save(update_fields=["count"])
    audit.record(cohort, MADE, by=by, now=now, changes={COUNT: (before, count)})
    return made


def _proposed(number: int) -> dict[str, str]:
    if number <= len(PROPOSED):
        nb, nn, en = PROPOSED[number - 1]
    else:
        nb, nn, en = f"Arbeidskrav {number}", f"Arbeidskrav {number}", f"Work requirement {number}"
    return {"title_nb": nb, "title_nn": nn, "title_en": en}


def version_of(requirement: WorkRequirement) -> str:
    """The fingerprint of what a requirement says, to tell two editors apart."""
    return fingerprint(values_of(requirement, FIELDS))


@transaction.atomic
def change(
    requirement: WorkRequirement, values: Mapping[str, Any], *, version: str, by: User, now: datetime
) -> None:
    """Change what a requirement asks for and when; each person who is to deliver hears of a moved deadline.

    values: every field of FIELDS. version: what `by` had before them. Raises Refused when somebody else has
    changed it since; for texts when a team has delivered; for another opening once it is open; and for an
    earlier deadline than the one that people know of.
    """
    require_teaches(requirement.cohort, by)
    stored = WorkRequirement.objects.select_for_update().get(pk=requirement.pk)
    if version != version_of(stored):
        raise Refused(_("Somebody else has changed this work requirement. Reload the page and try again."))
    for field, frozen in frozen_fields(stored).items():
        if getattr(stored, field) != values[field]:
            raise Refused(frozen)
    is_open = works_of(stored).exclude(state=RequirementState.PLANNED).exists()
    moved_from = stored.due_at if is_open and values["due_at"] != stored.due_at else None
    if moved_from is not None and (values["due_at"] is None or values["due_at"] < moved_from):
        raise Refused(
            _("The teams know the deadline. It can be moved to a later moment, and not to an earlier one.")
        )
    before = in_source(stored, FIELDS)
    for field in FIELDS:
        setattr(stored, field, values[field])
    stored.changed_at = now
    stored.save(update_fields=[*FIELDS, "changed_at"])
    after = in_source(stored, FIELDS)
    _move_deadlines(stored)
    changes = {source_label(WorkRequirement, field): (before[field], after[field]) for field in FIELDS}
    audit.record(
        stored.cohort, CHANGED, by=by, now=now, changes={REQUIREMENT: (None, stored.number), **changes}
    )
    if moved_from is not None:
        for work in works_of(stored).to_deliver().filter(due_at=stored.due_at).with_names():
            letters.moved(work, now=now)


def frozen_fields(requirement: WorkRequirement) -> dict[str, str]:
    """Field → why it can no longer be changed, a sentence. Two queries."""
    found: dict[str, str] = {}
    if works_of(requirement).exclude(state=RequirementState.PLANNED).exists():
        found["opens_at"] = _("It is open, and cannot be opened at another time.")
    if Delivery.objects.filter(work__requirement=requirement).exists():
        text = _("A team has delivered. What it was asked for stays as it was.")
        found |= dict.fromkeys(TEXTS, text)
    return found


def works_of(requirement: WorkRequirement) -> Any:
    return TeamRequirement.objects.filter(requirement=requirement)


def _move_deadlines(requirement: WorkRequirement) -> None:
    """The teams' deadlines follow; a team that has got a later one keeps it while it is later."""
    waiting = works_of(requirement).of_teams().filter(attempt=0)
    extended = Override.objects.live().filter(requirement=requirement, participant=None, due_at__isnull=False)
    later = extended.filter(due_at__gt=requirement.due_at) if requirement.due_at else extended
    waiting.exclude(team__in=later.values("team")).update(due_at=requirement.due_at)


# --- Opening ---------------------------------------------------------------------------------------------


def open_due(now: datetime) -> int:
    """Open what is to be open by now for every team of the cohorts that run; returns for how many.

    Each in a transaction of its own. A team that comes later gets what is open when this comes by.
    """
    _make_missing(now)
    opened = 0
    for work in TeamRequirement.objects.due_to_open(now).with_names():
        try:
            with transaction.atomic():
                open_now(work, now=now)
        except Refused:  # a team that delivered in this very moment has opened it
            continue
        opened += 1
    return opened


def open_now(work: TeamRequirement, *, now: datetime) -> None:
    """Open one, and tell those who are to deliver it."""
    move(work, RequirementState.OPEN, verb=OPENED, by=None, now=now, opened_at=now)
    letters.opened(work, now=now)


def _make_missing(now: datetime) -> None:
    requirements = WorkRequirement.objects.filter(
        cohort__state=CohortState.RUNNING, opens_at__lte=now
    ).values_list("pk", "cohort", "due_at")
    teams = list(Team.objects.filter(cohort__state=CohortState.RUNNING).values_list("pk", "cohort"))
    known = set(
        TeamRequirement.objects.of_teams()
        .filter(team__cohort__state=CohortState.RUNNING)
        .values_list("requirement", "team")
    )
    TeamRequirement.objects.bulk_create(
        [
            TeamRequirement(requirement_id=requirement, team_id=team, due_at=due_at)
            for requirement, cohort, due_at in requirements
            for team, its_cohort in teams
            if cohort == its_cohort and (requirement, team) not in known
        ],
        ignore_conflicts=True,
    )
