"""What a municipality's people have to do before the deadline."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import (
    ApplicantMunicipality,
    Application,
    InformationRequest,
    Intake,
    MunicipalityRole,
)
from applications.states import PartnerState, State
from applications.tokens import partner_url
from innoskole.accounts import facts
from innoskole.accounts.models import Affiliation, User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def coordinator_waits(user: User, now: datetime) -> list[Waiting]:
    """What a municipality's people have to do. Four queries, however many applications; none for others."""
    if has_role(user, Role.COURSE_ADMINISTRATOR) or not facts.holds(user, "acts_for_municipality"):
        return []
    return [*_unsent(user, now), *_asked(user, now), *_partner_requests(user, now), *_to_start(user, now)]


def _unsent(user: User, now: datetime) -> list[Waiting]:
    """Drafts, and what waits for a guarantee, while the intake is open."""
    rows = Application.objects.editable_by(user).unfinished().accepting(now)
    return [
        Waiting(
            _("Send in the application of %(municipality)s") % {"municipality": application.lead}
            if application.state == State.DRAFT
            else _("The application of %(municipality)s waits for the guarantee")
            % {"municipality": application.lead},
            application.get_absolute_url(),
            due_at=application.closes_at,
            since_at=application.created_at,
            explanation=_("It is a draft, and not sent in.")
            if application.state == State.DRAFT
            else _("It is received as soon as the guarantee is given."),
        )
        for application in rows.select_related("intake", "lead", "late_filling")
    ]


def _asked(user: User, now: datetime) -> list[Waiting]:
    """Requests for information that can still be answered."""
    requests = InformationRequest.objects.open().filter(
        application__in=Application.objects.editable_by(user), due_at__gte=now
    )
    return [
        Waiting(
            _("Answer the school about the application of %(municipality)s")
            % {"municipality": request.application.lead},
            reverse("applications:information", args=[request.application.reference]),
            due_at=request.due_at,
            since_at=request.asked_at,
            explanation=request.question,
        )
        for request in requests.select_related("application__lead")
    ]


def _partner_requests(user: User, now: datetime) -> list[Waiting]:
    """Neighbours who want the person's municipality to take part in their application."""
    parts = ApplicantMunicipality.objects.filter(
        role=MunicipalityRole.PARTNER,
        state=PartnerState.ASKED,
        municipality__in=user.proven_municipalities(),
        application__in=Application.objects.accepting(now).filter(state=State.DRAFT),
    )
    return [
        Waiting(
            _("Shall %(municipality)s take part in the application of %(lead)s?")
            % {"municipality": part.municipality, "lead": part.application.lead},
            partner_url(part),
            due_at=part.application.closes_at,
            since_at=part.asked_at,
            explanation=_("Answer yes or no on behalf of the municipality."),
        )
        for part in parts.select_related(
            "municipality", "application__intake", "application__lead", "application__late_filling"
        )
    ]


def _to_start(user: User, now: datetime) -> list[Waiting]:
    """Open intakes in which no municipality of the person's has spent its application yet."""
    spent = ApplicantMunicipality.objects.filter(
        intake=OuterRef("pk"), municipality__affiliations__user=user, spends=True
    )
    affiliated = user.affiliations.exclude(state=Affiliation.State.REJECTED)
    intakes = Intake.objects.accepting(now).filter(~Exists(spent), Exists(affiliated))
    return [
        Waiting(
            _("Apply for a place: %(intake)s") % {"intake": intake},
            reverse("applications:start", args=[intake.slug]),
            due_at=intake.closes_at,
            since_at=intake.opens_at,
            explanation=_("Your municipality has not started an application."),
        )
        for intake in intakes.order_by("closes_at")
    ]
