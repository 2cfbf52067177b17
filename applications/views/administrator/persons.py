"""The admission basis of one person: the rule's proposal, a human's decision, another human's approval."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications.actions import admission as deeds
from applications.forms.administrator import AssessmentForm, ReasonForm
from applications.models import Assessment, TeamMember
from applications.models.admission import (
    DECIDED,
    DECISIONS,
    assessed_digest,
    consequence,
    is_outdated,
    proposal_for,
)
from applications.models.people import BASIS_OF_KIND
from applications.models.summary import member_rows
from applications.states import IN_TEAM, Basis, DecisionState, State
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


@administrator_required
def assess(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What is known about a person, the rule's proposal with its reason, all versions, and the decision."""
    member = _member(reference, pk)
    proposal = proposal_for(member)
    suggested = proposal.basis if proposal.basis in DECISIONS else None
    form = AssessmentForm(request.POST or kept_post(request), initial={"outcome": suggested})
    if request.method == "POST" and form.is_valid():
        try:
            assessment = deeds.assess(
                member,
                **form.cleaned_data,
                seen=request.POST.get("seen", ""),
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _after(assessment))
            return _next(member)
    return _page(request, member, form=form, discard_form=ReasonForm(prefix="discard"))


@administrator_required
@require_POST
def approve(request: HttpRequest, reference: str, pk: int, version: int) -> HttpResponse:
    """Approve somebody else's decision."""
    member = _member(reference, pk)
    assessment = get_object_or_404(member.assessments, version=version)
    try:
        deeds.approve(assessment, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("applications:assess", reference, pk)
    messages.success(request, _("The decision is approved and in force."))
    return _next(member)


@administrator_required
def discard(request: HttpRequest, reference: str, pk: int, version: int) -> HttpResponse:
    """Set a decision aside that waits for approval, with a reason."""
    member = _member(reference, pk)
    assessment = get_object_or_404(member.assessments, version=version)
    form = ReasonForm(request.POST, prefix="discard")
    if form.is_valid():
        try:
            deeds.discard(
                assessment, reason=form.cleaned_data["reason"], by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The decision is set aside. Assess the person again."))
        return redirect("applications:assess", reference, pk)
    return _page(request, member, form=AssessmentForm(), discard_form=form)


def _page(
    request: HttpRequest, member: TeamMember, *, form: AssessmentForm, discard_form: ReasonForm
) -> HttpResponse:
    application = member.application
    assessments = list(member.assessments.select_related("decided_by", "approved_by"))
    pending = next((one for one in assessments if one.is_pending), None)
    letter = member.decisions.exclude(state__in=(DecisionState.VOID, DecisionState.SUPERSEDED)).first()
    return TemplateResponse(
        request,
        "applications/administrator/assess.html",
        {
            "application": application,
            "intake": application.intake,
            "member": member,
            "rows": member_rows(member),
            "proposal": proposal_for(member),
            "assessments": assessments,
            "pending": pending,
            "is_outdated": is_outdated(member),
            "seen": assessed_digest(member),
            "may_approve": pending is not None and _may_approve(pending, person(request)),
            "form": form if deeds.may_be_assessed(member) and pending is None else None,
            "has_place": application.state in (State.ADMITTED, State.ENROLLED)
            and member.participation in IN_TEAM,
            "letter": letter,
            "is_told": letter is not None and letter.state == DecisionState.ISSUED,
            "can_prepare": member.basis in DECIDED
            and pending is None
            and (letter is None or BASIS_OF_KIND[letter.kind] != member.basis),
            "discard_form": discard_form,
            "consequences": [(Basis(basis).label, consequence(basis)) for basis in DECISIONS],
        },
    )


def _next(member: TeamMember) -> HttpResponse:
    """Back to the case while it is in review; after that the person's letter is what comes next."""
    application = member.application
    if application.state == State.IN_REVIEW:
        return redirect("applications:case", application.reference)
    return redirect("applications:assess", application.reference, member.pk)


def _may_approve(pending: Assessment, user: User) -> bool:
    return pending.decided_by_id != user.pk


def _after(assessment: Assessment) -> str:
    if assessment.needs_approval:
        return _("The decision waits for the approval of a second person.")
    return _("The decision is in force.")


def _member(reference: str, pk: int) -> TeamMember:
    return get_object_or_404(
        TeamMember.everyone.select_related("application__intake", "application__lead").prefetch_related(
            "documents"
        ),
        application__reference=reference,
        pk=pk,
    )
