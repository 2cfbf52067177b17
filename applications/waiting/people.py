"""What waits about persons: an invitation, a team that does not hold, a newcomer to assess and to tell."""

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application, Assessment, Decision, Intake, TeamMember
from applications.models.admission import DECIDED
from applications.models.application import ApplicationQuerySet
from applications.states import (
    BEGUN,
    IN_TEAM,
    DecisionState,
    OfferState,
    Participation,
    State,
)
from applications.tokens import invitation_url
from innoskole.accounts import facts
from innoskole.accounts.actions import has_confirmed_address
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting

WITH_A_PLACE = (State.ADMITTED, State.ENROLLED)


def people_waits(user: User, now: datetime) -> list[Waiting]:
    """One's own invitation; one's municipality's team; for the school all newcomers and broken teams.

    Two queries, for who acts for a municipality three, for the school five, however many persons.
    """
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        return [*_invitations(user), *_to_assess(user), *_to_tell(), *_broken_teams_of_intakes()]
    found = _invitations(user)
    if facts.holds(user, "acts_for_municipality"):
        found += _own_broken_teams(user, now)
    return found


def _invitations(user: User) -> list[Waiting]:
    """Invitations to this person: by their account, or by an address that they have confirmed as theirs."""
    own = Q(user=user) | Q(email=user.email) if has_confirmed_address(user) else Q(user=user)
    rows = TeamMember.objects.filter(
        own,
        participation=Participation.INVITED,
        application__state__in=WITH_A_PLACE,
        application__offer__state=OfferState.ACCEPTED,
    )
    return [
        Waiting(
            _("You are invited to the innovation school with %(municipality)s")
            % {"municipality": member.application.lead},
            invitation_url(member),
            since_at=member.invited_at,
            explanation=_("Confirm that you take part, or say no."),
        )
        for member in rows.select_related("application__lead")
    ]


def _own_broken_teams(user: User, now: datetime) -> list[Waiting]:
    """Those that the municipality can still mend: before the first session."""
    rows = _broken(Application.objects.editable_by(user)).exclude(intake__course_begins_at__lte=now)
    return [
        Waiting(
            _("The team of %(municipality)s does not fulfil the rules") % {"municipality": application.lead},
            reverse("applications:people", args=[application.reference]),
            explanation=_("See what is lacking, and who can take over."),
        )
        for application in rows.select_related("lead")
    ]


def _to_assess(user: User) -> list[Waiting]:
    """Persons who have come into a team after the draw: nobody, or nobody else, has decided on them."""
    own = Assessment.objects.pending().filter(member=OuterRef("pk"), decided_by=user)
    rows = _newcomers().exclude(basis__in=DECIDED).filter(~Exists(own))
    return [
        Waiting(
            _("Assess a new person in the team of %(municipality)s: %(name)s")
            % {"municipality": member.application.lead, "name": member.name},
            reverse("applications:assess", args=[member.application.reference, member.pk]),
            since_at=member.joined_at,
            explanation=_("The person is invited when the school has told on which basis they are admitted."),
        )
        for member in rows
    ]


def _to_tell() -> list[Waiting]:
    """Persons in a team with a place who are decided on, and to whom no letter is under way."""
    known = Decision.objects.filter(
        member=OuterRef("pk"),
        state__in=(DecisionState.PREPARED, DecisionState.APPROVED, DecisionState.ISSUED),
    )
    rows = _newcomers().filter(~Exists(known), basis__in=DECIDED, application__state__in=WITH_A_PLACE)
    return [
        Waiting(
            _("Prepare the letter to a new person in the team of %(municipality)s: %(name)s")
            % {"municipality": member.application.lead, "name": member.name},
            reverse("applications:assess", args=[member.application.reference, member.pk]),
            since_at=member.joined_at,
            explanation=_("The admission basis is decided, and the person has not been told."),
        )
        for member in rows
    ]


def _newcomers() -> QuerySet[TeamMember]:
    return TeamMember.objects.filter(
        joined_at__isnull=False, application__state__in=(State.WAITLISTED, *WITH_A_PLACE)
    ).select_related("application__lead")


def _broken_teams_of_intakes() -> list[Waiting]:
    groups = (
        _broken(Application.objects.all())
        .values("intake__slug", "intake__season", "intake__year")
        .order_by("intake__slug")
    )
    counts: dict[tuple[str, str, int], int] = {}
    for group in groups:
        key = (group["intake__slug"], group["intake__season"], group["intake__year"])
        counts[key] = counts.get(key, 0) + 1
    return [
        Waiting(
            _("Teams that do not fulfil the rules: %(intake)s")
            % {"intake": Intake(season=season, year=year)},
            f"{reverse('applications:teams', args=[slug])}?status=broken",
            count=count,
        )
        for (slug, season, year), count in counts.items()
    ]


def _broken(applications: ApplicationQuerySet) -> ApplicationQuerySet:
    """Those with a place whose team does not fulfil the intake's rules, before the first session."""
    begun = TeamMember.objects.filter(application=OuterRef("pk"), participation__in=BEGUN)
    in_team = Q(members__participation__in=IN_TEAM)
    counted = applications.filter(~Exists(begun), state__in=WITH_A_PLACE).annotate(
        people=Count("members", filter=in_team, distinct=True),
        sectors=Count("members__sector", filter=in_team, distinct=True),
    )
    return counted.filter(
        Q(people__lt=F("intake__team_min"))
        | Q(people__gt=F("intake__team_max"))
        | Q(sectors__lt=F("intake__sectors_min"))
    )
