"""Who shall be invoiced for one application's place: stated by the municipality, or mended by the school."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.fees import fee_of, obstacle_to_stating, state_invoice
from applications.forms.fees import InvoiceForm
from applications.models import Application, CourseFee, FeeRate
from applications.views.coordinator.access import trail
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User


def invoice(request: HttpRequest, reference: str) -> HttpResponse:
    """Organisation number and reference, with the amount; open to the applicant until exported, and to the
    school."""
    user = person(request)
    application = _application(user, reference)
    rate = FeeRate.objects.of_intake(application.intake)
    fee = fee_of(application)
    obstacle = obstacle_to_stating(application, rate, user)
    form = None
    if not obstacle:
        form = _form(request, application, fee)
        if request.method == "POST" and form.is_valid():
            try:
                state_invoice(application, **form.cleaned_data, by=user, now=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Who shall be invoiced has been saved."))
                return redirect(_back(user, application))
    return TemplateResponse(
        request,
        "applications/fees/invoice.html",
        {
            "application": application,
            "intake": application.intake,
            "form": form,
            "fee": fee,
            "amount": fee.amount if fee else rate.amount if rate else None,
            "obstacle": obstacle,
            "trail": _trail(user, application),
            "back": _back(user, application),
        },
        status=409 if obstacle and request.method == "POST" else 200,
    )


def _application(user: User, reference: str) -> Application:
    """One that the person works on; any for the school. Others, partners too, are told that there is none."""
    found = (
        Application.objects.all() if user.is_course_administrator else Application.objects.editable_by(user)
    )
    return get_object_or_404(
        found.select_related("intake", "lead", "coordinator", "offer", "course_fee__stated_by"),
        reference=reference,
    )


def _form(request: HttpRequest, application: Application, fee: CourseFee | None) -> InvoiceForm:
    # What is stated goes in as initial values: the form itself changes no row.
    known = {
        "organisation_number": fee.organisation_number if fee else application.lead.orgnr,
        "buyer_reference": fee.buyer_reference if fee else "",
    }
    is_exported = fee is not None and fee.exported_at is not None
    return InvoiceForm(request.POST or kept_post(request), initial=known, needs_reason=is_exported)


def _trail(user: User, application: Application) -> list[tuple[str, str]]:
    if not user.is_course_administrator:
        return trail(application)
    return [
        (_("Course fees"), reverse("applications:course_fees", args=[application.intake.slug])),
        (application.reference, reverse("applications:case", args=[application.reference])),
    ]


def _back(user: User, application: Application) -> str:
    if user.is_course_administrator:
        return reverse("applications:course_fees", args=[application.intake.slug])
    return application.get_absolute_url()
