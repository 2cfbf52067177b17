"""Choosing the municipality and finding one's applications again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.drafts import start_application
from applications.actions.people import claim_municipality
from applications.forms.coordinator import StartForm
from applications.models import Application, Intake
from applications.permissions import may_edit
from applications.states import State
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import Affiliation, User
from innoskole.municipalities.models import Municipality


def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the municipality and start its application, or be led to the one that exists."""
    user, now = person(request), timezone.now()
    intake = get_object_or_404(Intake.objects.public(), slug=slug)
    late = intake.late_filling_at(now)
    mine = _own(user, intake)
    kept = kept_post(request)
    visible = intake.applications.visible_to(user).with_lead().order_by("pk")
    existing = [] if user.is_course_administrator else list(visible)
    taken = [application.lead for application in existing if application.state != State.WITHDRAWN]
    free = [each for each in mine if each not in taken]
    form = StartForm(request.POST or kept, intake=intake, initial={"municipality": free[0] if free else None})
    if request.method == "POST" and form.is_valid():
        municipality: Municipality = form.cleaned_data["municipality"]
        try:
            claim_municipality(user, municipality, now=now)
            started = start_application(intake, municipality, by=user, now=now)
        except Refused as refusal:
            form.add_error("municipality", str(refusal))
        else:
            return _arrive(request, user, started.application, started.is_new)
    return TemplateResponse(
        request,
        "applications/coordinator/start.html",
        {
            "intake": intake,
            "form": form,
            "is_open": intake.accepts_at(now) or late is not None,
            "late": late,
            "closes_at": late.closes_at if late else intake.closes_at,
            "existing": existing,
            "has_taken": bool(taken),
        },
    )


def _own(user: User, intake: Intake) -> list[Municipality]:
    """The municipalities that the person acts or claims to act for, the proven ones first."""
    affiliations = (
        user.affiliations.exclude(state=Affiliation.State.REJECTED)
        .filter(municipality__in=Municipality.objects.valid_on(intake.register_on))
        .select_related("municipality__county")
        .order_by("-state", "requested_at")  # proven before pending
    )
    return [affiliation.municipality for affiliation in affiliations]


def _arrive(request: HttpRequest, user: User, application: Application, is_new: bool) -> HttpResponse:
    if is_new:
        messages.success(
            request,
            _("The application of %(municipality)s is started. It is a draft until you send it in.")
            % {"municipality": application.lead},
        )
        return redirect(application)
    if may_edit(user, application):
        if application.coordinator != user:
            messages.info(
                request,
                _("%(name)s has started the application of %(municipality)s. You can go on with it here.")
                % {"name": application.coordinator.name, "municipality": application.lead},
            )
        return redirect(application)
    if Application.objects.visible_to(user).filter(pk=application.pk).exists():
        messages.info(
            request,
            _("Your municipality takes part in the application of %(municipality)s, which you see here.")
            % {"municipality": application.lead},
        )
        return redirect(application)
    return TemplateResponse(
        request,
        "applications/coordinator/taken.html",
        {"application": application, "intake": application.intake},
    )


def mine(request: HttpRequest) -> HttpResponse:
    """Every application that this person has a part in, the newest first."""
    user = person(request)
    rows = Application.objects.filter(pk__in=Application.objects.visible_to(user).values("pk"))
    applications = rows.with_lead().select_related("intake", "coordinator").order_by("-created_at", "-pk")
    return TemplateResponse(
        request, "applications/coordinator/mine.html", {"applications": list(applications[:200])}
    )
