"""The course fee from a day on: its history, and a new one."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions.fees import add_rate
from applications.forms.fees import RateForm
from applications.models import FeeRate
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import AuditEvent
from innoskole.accounts.templatetags.audit import Line, line


@dataclass(frozen=True)
class Version:
    """A course fee as the table shows it; last_on is None while no later one is known."""

    rate: FeeRate
    last_on: date | None
    is_in_force: bool


@administrator_required
def fee_rates(request: HttpRequest) -> HttpResponse:
    """Every course fee with the days on which it is valid, and a form for the next one."""
    form = RateForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_rate(**form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error("valid_from_on", str(refusal))
        else:
            messages.success(request, _("The course fee has been set."))
            return redirect("applications:fee_rates")
    return TemplateResponse(
        request,
        "applications/fees/rates.html",
        {"form": form, "versions": _versions(timezone.localdate()), "lines": _history()},
    )


def _versions(today: date) -> list[Version]:
    versions: list[Version] = []
    last_on: date | None = None
    for rate in FeeRate.objects.select_related("set_by").order_by("-valid_from_on"):
        is_in_force = rate.valid_from_on <= today and (last_on is None or today <= last_on)
        versions.append(Version(rate, last_on, is_in_force))
        last_on = rate.valid_from_on - timedelta(days=1)
    return versions


def _history() -> list[Line]:
    """Who has set which course fee, the newest first: of all of them, in one query."""
    content_type = ContentType.objects.get_for_model(FeeRate)
    events = AuditEvent.objects.filter(content_type=content_type).order_by("-occurred_at", "-pk")
    return [line(event, FeeRate) for event in events]
