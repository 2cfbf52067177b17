"""Deeds on a cohort itself: make it from an intake, its rules, its teams and its instructors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.models import Intake
from applications.states import IntakeState, State
from cohorts.models import Cohort, Instructor, Participant, Team
from cohorts.staffing import obstacle_to_joining
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role

MADE = gettext_noop("made the cohort from the intake")
CHANGED = gettext_noop("changed the rules of the cohort")
ADDED = gettext_noop("took a team into the cohort")
REMOVED = gettext_noop("took a team out of the cohort")
INSTRUCTOR_ADDED = gettext_noop("added an instructor")
INSTRUCTOR_REMOVED = gettext_noop("removed an instructor")
EXPORTED = gettext_noop("exported the list of teams")
TEAM = gettext_noop("Team")
INSTRUCTOR = gettext_noop("Instructor")

# What the settings page changes; the rest of a cohort follows from deeds of their own.
SETTINGS = (
    "attendance_percent",
    "sessions_planned",
    "days_planned",
    "days_min",
    "days_max",
    "joins_until_on",
)


@transaction.atomic
def make_cohort(intake: Intake, *, by: User, now: datetime) -> Cohort:
    """The cohort of a published intake, with the teams that are enrolled; nobody is told yet.

    It may be made before a team is enrolled, so that the sessions can be planned. The same click twice finds
    the cohort that stands. Raises Refused before the decisions are published.
    """
    current = Intake.objects.select_for_update().get(pk=intake.pk)
    if current.state != IntakeState.PUBLISHED:
        raise Refused(_("A cohort is made when the decisions of the intake are published."))
    if standing := Cohort.objects.filter(intake=current).first():
        return standing
    cohort = Cohort.objects.create(intake=current, slug=current.slug, made_at=now)
    audit.record(cohort, MADE, by=by, now=now)
    add_teams(cohort, by=by, now=now)
    return cohort


@transaction.atomic
def add_teams(cohort: Cohort, *, by: User, now: datetime) -> list[Team]:
    """Take in the enrolled teams that are not in the cohort, by the name of the municipality.

    Their people begin when the cohort runs. Raises Refused when the cohort is completed.
    """
    current = locked(cohort)
    require_not_completed(current)
    enrolled = current.intake.applications.filter(state=State.ENROLLED, cohort_team__isnull=True)
    number: int = current.teams.aggregate(last=Max("number"))["last"] or 0
    added = []
    for application in enrolled.select_related("lead").order_by("lead__sort_key", "lead__code", "pk"):
        number += 1
        team = Team.objects.create(cohort=current, application=application, number=number, formed_at=now)
        audit.record(current, ADDED, by=by, now=now, changes={TEAM: (None, application.lead)})
        added.append(team)
    return added


@transaction.atomic
def remove_team(team: Team, *, by: User, now: datetime) -> None:
    """Take a team out that has given up its place before the course began for anybody in it.

    What it had written in its room goes with it. Raises Refused for a team that has its place, or has begun.
    """
    current = locked(team.cohort)
    stored = current.teams.select_related("application__lead").filter(pk=team.pk).first()
    if stored is None:
        return  # the same click twice
    if refusal := obstacle_to_removing(stored):
        raise Refused(refusal)
    try:
        stored.delete()
    except ProtectedError:
        raise Refused(_("Something has been recorded about the team, so it stays in the cohort.")) from None
    audit.record(current, REMOVED, by=by, now=now, changes={TEAM: (stored.application.lead, None)})


def obstacle_to_removing(team: Team) -> str:
    """Why a team stays in its cohort, as a sentence; empty when it can be taken out."""
    if team.application.state == State.ENROLLED:
        return _("The team has its place, and stays in the cohort.")
    if Participant.objects.filter(team=team).exists():
        return _("The course has begun for people in the team, so it stays in the cohort.")
    return ""


@transaction.atomic
def change_cohort(cohort: Cohort, values: Mapping[str, Any], *, by: User, now: datetime) -> Cohort:
    """Change its rules. `values`: every name of SETTINGS, valid by the form. Refused once completed."""
    current = locked(cohort)
    require_not_completed(current)
    changes = {name: (getattr(current, name), values[name]) for name in SETTINGS}
    if all(old == new for old, new in changes.values()):
        return current
    for name, (_old, new) in changes.items():
        setattr(current, name, new)
    current.save(update_fields=SETTINGS)
    audit.record(current, CHANGED, by=by, now=now, changes=changes)
    return current


@transaction.atomic
def add_instructor(cohort: Cohort, user: User, *, by: User, now: datetime) -> Instructor:
    """Let somebody with the role teach, supervise and assess in the cohort. Nobody gets mail.

    Raises Refused for whoever must not see what its staff sees.
    """
    if not has_role(user, Role.INSTRUCTOR):
        raise Refused(_("%(name)s does not have the role of an instructor.") % {"name": user})
    current = locked(cohort)
    if why_not := obstacle_to_joining(current, user):
        raise Refused(why_not)
    instructor, is_new = Instructor.objects.get_or_create(
        cohort=current, user=user, defaults={"added_at": now}
    )
    if is_new:
        audit.record(current, INSTRUCTOR_ADDED, by=by, now=now, changes={INSTRUCTOR: (None, user)})
    return instructor


@transaction.atomic
def remove_instructor(instructor: Instructor, *, by: User, now: datetime) -> None:
    """The person sees the cohort no more; what they have done in it stays theirs."""
    current = locked(instructor.cohort)
    if Instructor.objects.filter(pk=instructor.pk).delete()[0]:
        audit.record(
            current, INSTRUCTOR_REMOVED, by=by, now=now, changes={INSTRUCTOR: (instructor.user, None)}
        )


def record_export(
    cohort: Cohort, *, filters: str, rows: int, file_name: str, by: User, now: datetime
) -> None:
    """Write down that a person took the list of teams out of the program."""
    audit.record(
        cohort,
        EXPORTED,
        by=by,
        now=now,
        changes={
            gettext_noop("File"): ("", file_name),
            gettext_noop("Filter"): ("", filters),
            gettext_noop("Rows"): ("", rows),
        },
    )


def locked(cohort: Cohort) -> Cohort:
    """The cohort's row as it is now, locked to the end of the transaction."""
    return Cohort.objects.select_for_update(of=("self",)).select_related("intake").get(pk=cohort.pk)


def require_not_completed(cohort: Cohort) -> None:
    if cohort.state == CohortState.COMPLETED:
        raise Refused(_("The cohort is completed. Open it again if something must be changed."))
