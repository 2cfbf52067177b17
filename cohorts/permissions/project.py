"""Who may write in a team's project; all of the team and its staff may read it."""

from cohorts.models import LibraryEntry, ProjectPart, Team, TeamFile
from cohorts.permissions import teaches, works_in
from cohorts.states import CohortState
from innoskole.accounts.models import User


def is_closed(team: Team) -> bool:
    """A completed cohort's projects are read, and no longer written."""
    return team.cohort.state == CohortState.COMPLETED


def may_write(user: User, team: Team) -> bool:
    """The team's own people, while the cohort lives."""
    return not is_closed(team) and works_in(user, team)


def may_change(user: User, part: ProjectPart, team: Team) -> bool:
    """Any of the team; what somebody has written in the log only themselves."""
    if part.writer_only and part.made_by_id != user.pk:
        return False
    return works_in(user, team) and (part.after_completion or not is_closed(team))


def may_remove(user: User, part: ProjectPart, team: Team) -> bool:
    """Who may change it; an entry of the log also the staff, for what should not stand there."""
    return may_change(user, part, team) or (part.writer_only and teaches(user, team.cohort))


def may_delete_file(user: User, file: TeamFile, team: Team) -> bool:
    """The one who uploaded it, while the cohort lives; the staff always."""
    own = file.made_by_id == user.pk and may_write(user, team)
    return own or teaches(user, team.cohort)


def answers_for_municipality(user: User, entry: LibraryEntry) -> bool:
    """Somebody proven for it who is not in the team: nobody gives both consents (docs/decisions/0124)."""
    assert entry.project is not None
    proven = user.proven_municipalities().filter(pk=entry.municipality_id).exists()
    return proven and not works_in(user, entry.project.team)
