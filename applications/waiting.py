"""What waits for a person in this story, for the home page."""

from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import (
    ApplicantMunicipality,
    Application,
    Assessment,
    DrawRound,
    InformationRequest,
    Intake,
    MunicipalityRole,
    SourceValue,
)
from applications.models.application import ApplicationQuerySet
from applications.models.queue import (
    AssessedFilter,
    RequestFilter,
    with_assessment,
    with_request,
)
from applications.states import LIST_IS_UNFROZEN, IntakeState, PartnerState, State
from applications.tokens import partner_url
from innoskole.accounts.models import Affiliation, User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def administrator_waits(user: User, now: datetime) -> list[Waiting]:
    """The school's own work before the draw. A constant number of queries."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    return [*_claims(), *_to_open(now), *_reviews(user)]


def intake_waits(user: User, intake: Intake, now: datetime) -> list[Waiting]:
    """The same for one intake."""
    return _reviews(user, intake)


def _claims() -> list[Waiting]:
    claims = Affiliation.objects.pending().aggregate(count=Count("pk"), since_at=Min("requested_at"))
    if not claims["count"]:
        return []
    return [
        Waiting(
            _("People who want to act for a municipality"),
            reverse("applications:affiliations"),
            count=claims["count"],
            since_at=claims["since_at"],
            explanation=_("They can write drafts, and submit when you have approved them."),
        )
    ]


def _to_open(now: datetime) -> list[Waiting]:
    due = Intake.objects.filter(state=IntakeState.PLANNED, opens_at__lte=now, closes_at__gt=now)
    return [
        Waiting(
            _("Open the intake for %(intake)s") % {"intake": intake},
            reverse("applications:intake_open", args=[intake.slug]),
            since_at=intake.opens_at,
            explanation=_("Its opening time has come, but it is still planned."),
        )
        for intake in due.order_by("opens_at")
    ]


def _reviews(user: User, intake: Intake | None = None) -> list[Waiting]:
    """What waits in the intakes that are closed and not yet frozen."""
    handled = Application.objects.filter(intake__state__in=LIST_IS_UNFROZEN)
    if intake is not None:
        handled = handled.filter(intake=intake)
    in_review = handled.filter(state=State.IN_REVIEW)
    others = Assessment.objects.pending().exclude(decided_by=user)
    questions = (
        (
            _("Applications to take into review: %(intake)s"),
            handled.filter(state=State.SUBMITTED),
            f"state={State.SUBMITTED}",
            "",
        ),
        (
            _("Answers to requests for information: %(intake)s"),
            with_request(handled, RequestFilter.ANSWERED),
            f"request={RequestFilter.ANSWERED}",
            _("The municipality has answered. Do the formal check again."),
        ),
        (
            _("Requests for information that nobody answered in time: %(intake)s"),
            with_request(handled, RequestFilter.UNANSWERED),
            f"request={RequestFilter.UNANSWERED}",
            _("The parts are locked again. Decide with what you have, or ask again."),
        ),
        (
            _("Applications with persons to assess: %(intake)s"),
            with_assessment(in_review, AssessedFilter.MISSING),
            f"state={State.IN_REVIEW}&assessed={AssessedFilter.MISSING}",
            "",
        ),
        (
            _("Applications with assessments that wait for a second person: %(intake)s"),
            in_review.filter(members__assessments__in=others),
            f"assessed={AssessedFilter.APPROVAL}",
            _("You did not make these decisions, so you can approve them."),
        ),
    )
    found = []
    for title, applications, query, explanation in questions:
        found += _per_intake(title, applications, query, explanation)
    return found


def _per_intake(title: str, applications: ApplicationQuerySet, query: str, explanation: str) -> list[Waiting]:
    """One line for each intake in which there are such applications. One query."""
    groups = applications.values("intake__slug", "intake__season", "intake__year").annotate(
        count=Count("pk", distinct=True), since_at=Min("changed_at")
    )
    return [
        Waiting(
            title % {"intake": Intake(season=group["intake__season"], year=group["intake__year"])},
            f"{reverse('applications:queue', args=[group['intake__slug']])}?{query}",
            count=group["count"],
            since_at=group["since_at"],
            explanation=explanation,
        )
        for group in groups.order_by("intake__slug")
    ]


def coordinator_waits(user: User, now: datetime) -> list[Waiting]:
    """What a municipality's people have to do. Four queries, however many applications."""
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    return [*_unsent(user, now), *_asked(user, now), *_partner_requests(user, now), *_to_start(user, now)]


def _unsent(user: User, now: datetime) -> list[Waiting]:
    """Drafts, and what waits for a guarantee, while the intake is open."""
    rows = Application.objects.editable_by(user).unfinished().filter(intake__in=Intake.objects.accepting(now))
    return [
        Waiting(
            _("Send in the application of %(municipality)s") % {"municipality": application.lead}
            if application.state == State.DRAFT
            else _("The application of %(municipality)s waits for the guarantee")
            % {"municipality": application.lead},
            application.get_absolute_url(),
            due_at=application.intake.closes_at,
            since_at=application.created_at,
            explanation=_("It is a draft, and not sent in.")
            if application.state == State.DRAFT
            else _("It is received as soon as the guarantee is given."),
        )
        for application in rows.select_related("intake", "lead")
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
        application__state=State.DRAFT,
        intake__in=Intake.objects.accepting(now),
    )
    return [
        Waiting(
            _("Shall %(municipality)s take part in the application of %(lead)s?")
            % {"municipality": part.municipality, "lead": part.application.lead},
            partner_url(part),
            due_at=part.intake.closes_at,
            since_at=part.asked_at,
            explanation=_("Answer yes or no on behalf of the municipality."),
        )
        for part in parts.select_related("municipality", "intake", "application__lead")
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


# Every story's questions that applications.apps registers for the home page.
def selection_waits(user: User, now: datetime) -> list[Waiting]:
    """The steps of a draw that this person can take now. Three queries."""
    if not has_role(user, Role.COURSE_ADMINISTRATOR):
        return []
    unsettled = Application.objects.unsettled().filter(intake=OuterRef("pk"))
    to_freeze = Intake.objects.filter(
        ~Exists(unsettled),
        state__in=LIST_IS_UNFROZEN,
        objections_close_at__lt=now,
    )
    found = [
        Waiting(
            _("Freeze the list for the draw: %(intake)s") % {"intake": intake},
            reverse("applications:selection", args=[intake.slug]),
            since_at=intake.objections_close_at,
            explanation=_("Every application is settled, and the deadline for objections has passed."),
        )
        for intake in to_freeze.order_by("objections_close_at")
    ]
    under_way = (IntakeState.LOCKED, IntakeState.DRAWN, IntakeState.CHECKED, IntakeState.DECIDED)
    rounds = DrawRound.objects.standing().filter(intake__state__in=under_way).select_related("intake")
    for draw_round in rounds.prefetch_related("sources").order_by("frozen_at"):
        found += _of_round(user, draw_round, now)
    return found


def _of_round(user: User, draw_round: DrawRound, now: datetime) -> list[Waiting]:
    intake = draw_round.intake

    def wait(title: str, name: str, since_at: datetime | None) -> list[Waiting]:
        url = reverse(f"applications:{name}", args=[intake.slug])
        return [Waiting(title % {"intake": intake}, url, since_at=since_at)]

    if intake.state == IntakeState.LOCKED:
        sources = list(draw_round.sources.all())
        if any(source.confirmed_at is None for source in sources):
            return [wait for source in sources for wait in _of_source(user, intake, source, now)]
        newest = max(source.confirmed_at for source in sources if source.confirmed_at)
        return wait(_("Draw: %(intake)s"), "selection_draw", newest)
    if intake.state == IntakeState.DRAWN:
        if draw_round.drawn_by_id == user.pk:
            return []
        return wait(_("Check the draw: %(intake)s"), "selection_check", draw_round.drawn_at)
    if intake.state == IntakeState.CHECKED:
        return wait(_("Decide the selection: %(intake)s"), "selection_decide", draw_round.checked_at)
    return wait(_("Publish the selection: %(intake)s"), "selection_publish", draw_round.decided_at)


def _of_source(user: User, intake: Intake, source: SourceValue, now: datetime) -> list[Waiting]:
    """A value to type in, or one that another person has typed in, to confirm."""
    if source.confirmed_at or source.entered_by_id == user.pk:
        return []
    if source.entered_by_id is None:
        if not source.is_available_at(now):
            return []
        title = _("Get the value of %(source)s: %(intake)s")
    else:
        title = _("Confirm the value of %(source)s: %(intake)s")
    return [
        Waiting(
            title % {"source": source.source_id, "intake": intake},
            reverse("applications:selection_source", args=[intake.slug, source.ordinal]),
            since_at=source.entered_at or source.available_at,
        )
    ]


QUESTIONS = (administrator_waits, coordinator_waits, selection_waits)
