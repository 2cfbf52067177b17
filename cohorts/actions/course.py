"""The course begins, ends, and begins again: for a cohort, and for those who come later."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applications.actions.drafts import locked as locked_application
from applications.actions.participation import begin_course, complete_course, resume_course
from applications.models import Intake, TeamMember
from applications.states import Participation, State
from cohorts.actions.cohorts import locked
from cohorts.actions.moves import move
from cohorts.emails import people as letters
from cohorts.models import Cohort, Participant, Team
from cohorts.models.roster import Line, Standing, faults, first_day, next_day, roster
from cohorts.models.team import TeamQuerySet
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.ui import formats

BEGUN = gettext_noop("began the cohort")
BEGUN_DESPITE = gettext_noop("began the cohort although not every team fulfils the rules")
COMPLETED = gettext_noop("completed the cohort")
REOPENED = gettext_noop("opened the cohort again")
SCHEDULED = gettext_noop("took over from the plan when the first session begins")


@transaction.atomic
def begin_cohort(cohort: Cohort, *, despite_faults: bool = False, by: User, now: datetime) -> int:
    """Everybody in the teams who has confirmed becomes active and is welcomed; returns how many.

    despite_faults: begin although a team does not keep the intake's rules. Those who have not confirmed begin
    when they have (begin_due). The same click twice changes nothing. Raises Refused without teams, with one
    that has no place any more, and for broken teams unless despite_faults.
    """
    current = locked(cohort)
    if current.state == CohortState.RUNNING:
        return 0
    lines = roster(current)
    if refusal := obstacle_to_beginning(lines):
        raise Refused(refusal)
    broken = faults(lines)
    if broken and not despite_faults:
        raise Refused(
            _("These teams do not fulfil the rules of the intake. %(teams)s") % {"teams": " ".join(broken)}
        )
    move(
        current,
        CohortState.RUNNING,
        verb=BEGUN_DESPITE if broken else BEGUN,
        by=by,
        now=now,
        reason=" ".join(broken),
        begun_at=now,
    )
    tell_first_session(current, now=now)
    return sum(_begin_team(line.team, by=by, now=now) for line in lines)


def obstacle_to_beginning(lines: list[Line]) -> str:
    """Why the cohort cannot begin at all, as a sentence; empty when it can."""
    if not lines:
        return _("The cohort has no teams yet.")
    gone = [str(line.team) for line in lines if line.standing == Standing.GIVEN_UP]
    if gone:
        return _(
            "These teams have no place any more, and must be taken out of the cohort first: %(teams)s."
        ) % {"teams": ", ".join(gone)}
    return ""


@transaction.atomic
def begin_confirmed(cohort: Cohort, *, by: User, now: datetime) -> int:
    """Let those of a running cohort begin at once who have confirmed since; how many."""
    current = locked(cohort)
    if current.state != CohortState.RUNNING:
        raise Refused(_("The cohort does not run."))
    return sum(_begin_team(team, by=by, now=now) for team in _with_confirmed().filter(cohort=current))


def sweep(now: datetime) -> int:
    """What is due without anybody's doing: first sessions told to the intakes, and people who begin."""
    return tell_first_sessions(now) + begin_due(now)


def begin_due(now: datetime) -> int:
    """Let everybody begin who has confirmed and whose cohort runs: late joiners, and who answered late."""
    return sum(_begin_team(team, by=None, now=now) for team in _with_confirmed())


@transaction.atomic
def complete_cohort(cohort: Cohort, *, by: User, now: datetime) -> int:
    """The year is over: everybody who takes part has completed; returns how many. Nobody gets mail."""
    current = locked(cohort)
    if current.state == CohortState.COMPLETED:
        return 0
    move(current, CohortState.COMPLETED, verb=COMPLETED, by=by, now=now, completed_at=now)
    found = 0
    for member in _people(current, Participation.ACTIVE):
        complete_course(member, by=by, now=now)
        found += 1
    return found


@transaction.atomic
def reopen_cohort(cohort: Cohort, *, by: User, now: datetime) -> int:
    """Undo the completion: those who had completed take part again; returns how many. Nobody gets mail."""
    current = locked(cohort)
    if current.state == CohortState.RUNNING:
        return 0
    move(current, CohortState.RUNNING, verb=REOPENED, by=by, now=now, completed_at=None)
    found = 0
    for member in _people(current, Participation.COMPLETED):
        resume_course(member, by=by, now=now)
        found += 1
    return found


def tell_first_sessions(now: datetime) -> int:
    """Tell the intakes of all cohorts that are not over when the first session begins; how many changed."""
    cohorts = Cohort.objects.exclude(state=CohortState.COMPLETED).select_related("intake")
    return sum(tell_first_session(cohort, now=now) for cohort in cohorts)


@transaction.atomic
def tell_first_session(cohort: Cohort, *, now: datetime) -> bool:
    """Write on the intake until when municipalities may change their teams; whether that is news."""
    first, intake = first_day(cohort), cohort.intake
    before, after = intake.course_begins_at, first.starts_at if first else None
    unchanged = Intake.objects.filter(pk=intake.pk, course_begins_at=before)
    if before == after or not unchanged.update(course_begins_at=after):
        return False
    intake.course_begins_at = after
    audit.record(intake, SCHEDULED, by=None, now=now, changes={"course_begins_at": (before, after)})
    return True


def _with_confirmed() -> TeamQuerySet:
    """Teams of cohorts that run in which somebody has confirmed and has not begun."""
    confirmed = TeamMember.objects.filter(participation=Participation.CONFIRMED)
    return (
        Team.objects.filter(
            cohort__state=CohortState.RUNNING,
            application__state=State.ENROLLED,
            application__in=confirmed.values("application"),
        )
        .with_names()
        .in_order()
    )


@transaction.atomic
def _begin_team(team: Team, *, by: User | None, now: datetime) -> int:
    """Let those of a team begin who have confirmed; how many."""
    application = locked_application(team.application)
    confirmed = application.members.filter(participation=Participation.CONFIRMED).select_related("user")
    following = next_day(team.cohort, formats.local(now).date())
    for member in confirmed:
        member.application = application
        begin_course(member, by=by, now=now)
        participant = Participant.objects.create(member=member, team=team, began_on=formats.local(now).date())
        letters.welcome(participant, following, now=now)
    return len(confirmed)


def _people(cohort: Cohort, participation: str) -> Iterator[TeamMember]:
    """Those of the cohort's teams who stand there, each with its application locked."""
    for team in cohort.teams.select_related("application").in_order():
        application = locked_application(team.application)
        for member in application.members.filter(participation=participation):
            member.application = application
            yield member
