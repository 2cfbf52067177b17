"""The coordinator's side of partner municipalities: ask, ask again, remove."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.partners import ask_partner, ask_partner_again, remove_partner
from applications.forms.coordinator import AskAgainForm, PartnerForm
from applications.models import ApplicantMunicipality, Application, MunicipalityRole, Part
from applications.views.coordinator import access
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post


def partner_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a municipality to take part; its contact gets a letter with a link."""
    application, now = access.editable(request, reference), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.MUNICIPALITY, now)):
        return elsewhere
    kept = kept_post(request) if request.method == "GET" else None
    form = PartnerForm(request.POST or kept, intake=application.intake)
    if request.method == "POST" and form.is_valid():
        municipality, email = form.cleaned_data["municipality"], form.cleaned_data["email"]
        try:
            ask_partner(application, municipality, email, by=person(request), now=now)
        except Refused as refusal:
            form.add_error("municipality", str(refusal))
        else:
            _tell_of_letter(request, email)
            return redirect(access.step_url(application, Part.MUNICIPALITY))
    return TemplateResponse(
        request,
        "applications/coordinator/partner_add.html",
        {"application": application, "trail": access.trail(application), "form": form},
    )


def partner_again(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Send the link once more, perhaps to another address."""
    application, now = access.editable(request, reference), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.MUNICIPALITY, now)):
        return elsewhere
    part = _partner(application, pk)
    form = AskAgainForm(request.POST or None, initial={"email": part.asked_email})
    if request.method == "POST" and form.is_valid():
        try:
            ask_partner_again(part, form.cleaned_data["email"], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell_of_letter(request, form.cleaned_data["email"])
            return redirect(access.step_url(application, Part.MUNICIPALITY))
    return TemplateResponse(
        request,
        "applications/coordinator/partner_again.html",
        {"application": application, "trail": access.trail(application), "partner": part, "form": form},
    )


def partner_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask before a partner is removed; it is told, and may apply on its own."""
    application, now = access.editable(request, reference), timezone.now()
    if request.method == "GET" and (elsewhere := access.closed(request, application, Part.MUNICIPALITY, now)):
        return elsewhere
    part = _partner(application, pk)
    if request.method == "POST":
        try:
            remove_partner(part, by=person(request), now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("%(municipality)s is no longer part of the application.")
                % {"municipality": part.municipality},
            )
        return redirect(access.step_url(application, Part.MUNICIPALITY))
    return TemplateResponse(
        request,
        "applications/coordinator/partner_remove.html",
        {"application": application, "trail": access.trail(application), "partner": part},
    )


def _partner(application: Application, pk: int) -> ApplicantMunicipality:
    rows = application.municipalities.select_related("municipality__county", "application")
    return get_object_or_404(rows, pk=pk, role=MunicipalityRole.PARTNER)


def _tell_of_letter(request: HttpRequest, email: str) -> None:
    messages.success(request, _("The question is on its way to %(email)s.") % {"email": email})
