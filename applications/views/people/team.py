"""The page of a team: who has answered, whether the rules hold, who can take over, who was in it when."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application, TeamMember
from applications.models.people import everyone_of, role_told, stays
from applications.models.viability import CHANGEABLE, TAKES_RESERVES, viability
from applications.states import Participation
from applications.views.coordinator import access
from innoskole.accounts.guards import person
from innoskole.accounts.roles import Role, has_role

STATUS_COLORS: dict[str, str] = {
    Participation.NOMINATED: "warning",
    Participation.INVITED: "warning",
    Participation.CONFIRMED: "success",
    Participation.ACTIVE: "success",
    Participation.COMPLETED: "success",
}


@dataclass(frozen=True)
class Row:
    """A person in the team as the page shows them. lacks: what the team lacks if they leave."""

    member: TeamMember
    role: str
    color: str
    lacks: list[str]


def people(request: HttpRequest, reference: str) -> HttpResponse:
    """Progress per person, never what a document says."""
    application = team_of(request, reference)
    everyone = everyone_of(application)
    stand = viability(application, everyone, timezone.now())
    title = _("The persons in the team")
    return TemplateResponse(
        request,
        "applications/people/people.html",
        {
            "application": application,
            "intake": application.intake,
            "trail": access.trail(application),
            "title": title,
            "stand": stand,
            "is_over": application.state in CHANGEABLE and not stand.is_open,
            "people": [
                Row(
                    departure.member,
                    role_told(departure.member),
                    STATUS_COLORS.get(departure.member.participation, "neutral"),
                    departure.lacks,
                )
                for departure in stand.departures
            ],
            "can_reopen": len(stand.members) < application.intake.team_max,
            "can_name": application.state in TAKES_RESERVES,
            "stays": stays(everyone),
        },
    )


def team_of(request: HttpRequest, reference: str) -> Application:
    """An application whose persons this person may see: the colleagues who work on it, and the school."""
    user = person(request)
    is_school = has_role(user, Role.COURSE_ADMINISTRATOR)
    rows = Application.objects.all() if is_school else Application.objects.editable_by(user)
    return get_object_or_404(
        rows.select_related("intake", "lead", "coordinator", "offer"), reference=reference
    )


def trail(application: Application) -> list[tuple[str, str]]:
    """The links above a page below the team's."""
    url = reverse("applications:people", args=[application.reference])
    return [*access.trail(application), (_("The persons in the team"), url)]
