"""What the home page links to: one's own courses, the teams of one's municipality, and for the staff the
cohorts that are not over."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Participant
from cohorts.models.employer import employed_teams
from cohorts.states import CohortState
from innoskole.accounts.models import User
from innoskole.accounts.roles import roles_of
from innoskole.accounts.rooms import Room, Section


def courses(user: User) -> Section:
    """Those in which the person takes part, or has completed. One query."""
    own = Participant.objects.of(user).present().with_names().order_by("-began_on", "-pk")
    return Section(
        _("My course"),
        [
            Room(
                capfirst(str(one.team.cohort)),
                reverse("cohorts:course", args=[one.team.cohort.slug]),
                str(one.team),
            )
            for one in own
        ],
    )


def cohorts(user: User) -> Section:
    """Those that the person teaches. One query, none for people without a role."""
    found = Cohort.objects.taught_by(user).exclude(state=CohortState.COMPLETED).select_related("intake")
    return Section(
        _("Cohorts"),
        [
            Room(
                capfirst(str(one)),
                reverse("cohorts:cohort", args=[one.slug]),
                one.get_state_display(),
            )
            for one in (found.newest_first() if roles_of(user) else ())
        ],
    )


def employers(user: User) -> Section:
    """The teams of the municipalities that the person acts for. One query."""
    found = employed_teams(user).with_names().order_by("-formed_at", "-pk")
    return Section(
        _("The teams of my municipality"),
        [
            Room(str(team), reverse("cohorts:employer", args=[team.reference]), capfirst(str(team.cohort)))
            for team in found
        ],
    )


QUESTIONS = (courses, employers, cohorts)
