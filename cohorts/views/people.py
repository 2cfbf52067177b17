"""What the administrators do with the people of a team in its cohort: who leaves, takes over and joins."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import MemberForm
from applications.forms.people import NewcomerForm, ReplacementForm
from applications.models import TeamMember
from applications.models.content import MEMBER_FIELDS
from applications.models.people import everyone_of
from applications.models.viability import Viability, lacks_of, viability
from applications.states import IN_TEAM, Participation
from applications.views.deeds import Deed, Deeds, deed_page
from cohorts.actions import cohorts, people
from cohorts.forms.people import CourseLeavingForm, JoiningForm
from cohorts.models import Team
from cohorts.states import CohortState
from cohorts.views.rooms import team_for_staff
from innoskole.accounts.guards import administrator_required
from innoskole.accounts.models import User
from innoskole.ui import formats

# --- Who leaves, and comes back -----------------------------------------------------------------------


def _leave(member: TeamMember, *, by: User, now: datetime, **values: Any) -> None:
    people.leave(_team(member), member, by=by, now=now, **values)


def _obstacle_to_leaving(member: TeamMember, user: User, now: datetime) -> str:
    if member.participation not in IN_TEAM:
        return _("%(name)s is not in the team any more.") % {"name": member.name}
    return _completed(_team(member))


def _leaving(member: TeamMember, now: datetime) -> list[str]:
    team = _team(member)
    present = [one for one in team.application.members.all() if one != member]
    return [
        *(lacks_of(team.cohort.intake, present) or [_("The team still fulfils the rules of the intake.")]),
        _("What the person has attended, handed in and had approved stays theirs."),
        *_mail(member),
        _("You can undo it while nobody has taken over."),
    ]


def _come_back(member: TeamMember, *, by: User, now: datetime) -> None:
    people.come_back(_team(member), member, by=by, now=now)


def _obstacle_to_coming_back(member: TeamMember, user: User, now: datetime) -> str:
    if member.participation == Participation.REPLACED:
        return _("Somebody has taken over from %(name)s already.") % {"name": member.name}
    if member.participation != Participation.WITHDRAWN:
        return _("%(name)s is in the team.") % {"name": member.name}
    return _completed(_team(member)) or _full(_team(member))


def _coming_back(member: TeamMember, now: datetime) -> list[str]:
    if member.began_at is not None:
        return [
            _("%(name)s takes part again from today, as if they had not left.") % {"name": member.name},
            _("%(name)s gets an e-mail at %(email)s.") % {"name": member.name, "email": member.email},
        ]
    return [
        _("%(name)s is in the team again, gets a new invitation at %(email)s, and answers anew.")
        % {"name": member.name, "email": member.email}
    ]


# --- Who takes over -----------------------------------------------------------------------------------


def _take_over(member: TeamMember, *, reserve: int, by: User, now: datetime, reason: str = "") -> None:
    chosen = TeamMember.everyone.get(pk=reserve, application=member.application_id)
    people.take_over(_team(member), member, chosen, reason=reason, by=by, now=now)


def _take_over_by_new(member: TeamMember, *, by: User, now: datetime, **values: Any) -> None:
    people.take_over_by_new(
        _team(member),
        member,
        {name: values[name] for name in MEMBER_FIELDS},
        documents=values["documents"],
        reason=values.get("reason", ""),
        by=by,
        now=now,
    )


def _obstacle_to_newcomers(member: TeamMember, user: User, now: datetime) -> str:
    if member.participation not in (*IN_TEAM, Participation.WITHDRAWN):
        return _("Somebody has taken over from %(name)s already.") % {"name": member.name}
    return _completed(_team(member)) or people.joins_until(_team(member).cohort, now)


def _obstacle_to_taking_over(member: TeamMember, user: User, now: datetime) -> str:
    if obstacle := _obstacle_to_newcomers(member, user, now):
        return obstacle
    stand = _stand(member, now)
    if stand.legal_for(member):
        return ""
    refused = [
        _("%(reserve)s cannot take over from %(name)s. %(why)s")
        % {"reserve": change.entering.name, "name": member.name, "why": change.why_not}
        for change in stand.changes
        if change.leaving == member
    ]
    return " ".join(refused) or _("No reserve is named.")


def _taking_over(member: TeamMember, now: datetime) -> list[str]:
    leaves = member.participation in IN_TEAM
    return [*_entry(), *(_mail(member) if leaves else _coordinator_mail(_team(member)))]


def _reserves_for(member: TeamMember, now: datetime) -> dict[str, Any]:
    return {"reserves": _stand(member, now).legal_for(member), "has_left": _has_left(member)}


def _newcomer_for(member: TeamMember, now: datetime) -> dict[str, Any]:
    return {"intake": _team(member).cohort.intake, "has_left": _has_left(member)}


PERSON_DEEDS: Deeds[TeamMember] = {
    "leave": Deed(
        title=gettext_lazy("A person leaves the team"),
        button=gettext_lazy("Record that the person leaves"),
        done=gettext_lazy("The person has left the team."),
        run=_leave,
        obstacle=_obstacle_to_leaving,
        consequences=_leaving,
        form=CourseLeavingForm,
        given=lambda member, now: {
            "has_begun": member.began_at is not None,
            "initial": {"last_on": formats.local(now).date()},
        },
        color="danger",
    ),
    "return": Deed(
        title=gettext_lazy("Let a person back into the team"),
        button=gettext_lazy("Open again"),
        done=gettext_lazy("The person is in the team again."),
        run=_come_back,
        obstacle=_obstacle_to_coming_back,
        consequences=_coming_back,
        form=forms.Form,
    ),
    "replace": Deed(
        title=gettext_lazy("A reserve takes over"),
        button=gettext_lazy("Let the reserve take over"),
        done=gettext_lazy("The reserve has taken over. Decide now on which basis they are admitted."),
        run=_take_over,
        obstacle=_obstacle_to_taking_over,
        consequences=_taking_over,
        form=ReplacementForm,
        given=_reserves_for,
    ),
    "replace-new": Deed(
        title=gettext_lazy("Somebody new takes over"),
        button=gettext_lazy("Let the new person take over"),
        done=gettext_lazy("The new person has taken over. Decide now on which basis they are admitted."),
        run=_take_over_by_new,
        obstacle=_obstacle_to_newcomers,
        consequences=_taking_over,
        form=NewcomerForm,
        given=_newcomer_for,
    ),
}


@administrator_required
def person_deed(request: HttpRequest, reference: str, pk: int, deed: str) -> HttpResponse:
    """One of PERSON_DEEDS, with a page that says what follows and who gets mail."""
    team = team_for_staff(request, reference)
    member = get_object_or_404(TeamMember.everyone, pk=pk, application=team.application)
    member.application = team.application
    return _page(request, PERSON_DEEDS, deed, member, team, who=f"{member.name}, {team}")


# --- Who joins, and a team that goes --------------------------------------------------------------------


def _join(team: Team, *, reserve: int, by: User, now: datetime) -> None:
    chosen = TeamMember.everyone.get(pk=reserve, application=team.application_id)
    people.join(team, chosen, by=by, now=now)


def _join_new(team: Team, *, by: User, now: datetime, **values: Any) -> None:
    known = {name: values[name] for name in MEMBER_FIELDS}
    people.join_new(team, known, documents=values["documents"], by=by, now=now)


def _obstacle_to_joining_new(team: Team, user: User, now: datetime) -> str:
    return _completed(team) or people.joins_until(team.cohort, now) or _full(team)


def _obstacle_to_joining(team: Team, user: User, now: datetime) -> str:
    if obstacle := _obstacle_to_joining_new(team, user, now):
        return obstacle
    return "" if _reserves(team) else _("No reserve is named.")


def _joining(team: Team, now: datetime) -> list[str]:
    return [*_entry(), *_coordinator_mail(team)]


def _reserves(team: Team) -> list[TeamMember]:
    found = TeamMember.everyone.filter(application=team.application, participation=Participation.RESERVE)
    return list(found)


TEAM_DEEDS: Deeds[Team] = {
    "join": Deed(
        title=gettext_lazy("A reserve joins the team"),
        button=gettext_lazy("Let the reserve join"),
        done=gettext_lazy("The reserve has joined. Decide now on which basis they are admitted."),
        run=_join,
        obstacle=_obstacle_to_joining,
        consequences=_joining,
        form=JoiningForm,
        given=lambda team, now: {"reserves": _reserves(team)},
    ),
    "join-new": Deed(
        title=gettext_lazy("Somebody new joins the team"),
        button=gettext_lazy("Let the new person join"),
        done=gettext_lazy("The new person has joined. Decide now on which basis they are admitted."),
        run=_join_new,
        obstacle=_obstacle_to_joining_new,
        consequences=_joining,
        form=MemberForm,
        given=lambda team, now: {"intake": team.cohort.intake},
    ),
    "remove": Deed(
        title=gettext_lazy("Take the team out of the cohort"),
        button=gettext_lazy("Take the team out"),
        done=gettext_lazy("The team is out of the cohort."),
        run=cohorts.remove_team,
        obstacle=lambda team, user, now: cohorts.obstacle_to_removing(team),
        consequences=lambda team, now: [
            _("What the team has written in its room is deleted. Its application stays."),
            _("Nobody gets an e-mail."),
        ],
        form=forms.Form,
        color="danger",
    ),
}


@administrator_required
def team_deed(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """One of TEAM_DEEDS, with a page that says what follows and who gets mail."""
    team = team_for_staff(request, reference)
    return _page(request, TEAM_DEEDS, deed, team, team, who=str(team))


# --- The words of several deeds -----------------------------------------------------------------------


def _page(
    request: HttpRequest, deeds: Deeds[Any], key: str, thing: Any, team: Team, *, who: str
) -> HttpResponse:
    url = reverse("cohorts:team", args=[team.reference])
    cohort_url = reverse("cohorts:cohort", args=[team.cohort.slug])
    return deed_page(
        request,
        deeds,
        key,
        thing,
        template="cohorts/_deed.html",
        back=cohort_url if key == "remove" else url,
        context={
            "trail": [(capfirst(str(team.cohort)), cohort_url), (str(team), url)],
            "parent": (str(team), url),
            "who": who,
            "other": _other(key, thing, team),
        },
    )


def _other(key: str, thing: Any, team: Team) -> tuple[str, str] | None:
    """Instead of a named reserve, somebody whom nobody has named."""
    words = _("Somebody else, whom nobody has named before")
    if key == "replace":
        return words, reverse("cohorts:person_deed", args=[team.reference, thing.pk, "replace-new"])
    if key == "join":
        return words, reverse("cohorts:team_deed", args=[team.reference, "join-new"])
    return None


def _team(member: TeamMember) -> Team:
    team: Team = member.application.cohort_team
    return team


def _stand(member: TeamMember, now: datetime) -> Viability:
    application = member.application
    return viability(application, everyone_of(application), now)


def _has_left(member: TeamMember) -> bool:
    return member.participation == Participation.WITHDRAWN


def _completed(team: Team) -> str:
    if team.cohort.state != CohortState.COMPLETED:
        return ""
    return _("The cohort is completed. Open it again if something must be changed.")


def _full(team: Team) -> str:
    most = team.cohort.intake.team_max
    if team.application.members.count() < most:
        return ""
    return _("The team may have at most %(count)s people. Remove somebody first.") % {"count": most}


def _entry() -> list[str]:
    return [
        _(
            "You decide on which basis the new person is admitted, and prepare the letter that tells them."
            " After that they are invited by e-mail."
        ),
        _("The course begins for them, by itself, when they have confirmed."),
    ]


def _mail(member: TeamMember) -> list[str]:
    """Who gets an e-mail when somebody who is in the team leaves it."""
    said = []
    if member.began_at is not None or member.invited_at is not None:
        said.append(
            _("%(name)s gets an e-mail at %(email)s that they are out of the team, with the reason.")
            % {"name": member.name, "email": member.email}
        )
    return [*said, *_coordinator_mail(_team(member))]


def _coordinator_mail(team: Team) -> list[str]:
    return [
        _("%(name)s, who is the contact person, gets an e-mail.")
        % {"name": team.application.coordinator.name}
    ]
