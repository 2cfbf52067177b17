"""The administrators' table of mail domains that do not follow the rule."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.accounts import actions, guards
from innoskole.accounts.forms import DomainExceptionForm, ReasonForm
from innoskole.accounts.guards import Refused, administrator_required
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import AuditEvent, DomainException
from innoskole.accounts.templatetags.audit import Line, line
from innoskole.municipalities.models import Municipality
from innoskole.ui.tables import Column, paginate

SHOWN = 50  # events of the history
COLUMNS = (
    Column("domain", gettext_lazy("Mail domain"), order_by=("domain",)),
    Column("municipality", gettext_lazy("Municipality"), order_by=("municipality__sort_key",)),
)


@administrator_required
def domains(request: HttpRequest) -> HttpResponse:
    """The exceptions, a form that adds one, and who has added and removed them."""
    form = DomainExceptionForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            proven = actions.add_domain_exception(
                form.cleaned_data["domain"],
                form.cleaned_data["municipality"],
                by=guards.person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The mail domain has been added."))
            if proven:
                names = ", ".join(str(affiliation.user) for affiliation in proven)
                messages.success(request, _("Approved by it, and told so: %(names)s.") % {"names": names})
            return redirect("accounts:domains")
    rows = DomainException.objects.select_related("municipality")
    return TemplateResponse(
        request,
        "accounts/domains.html",
        {
            "form": form,
            "list": paginate(request, rows, COLUMNS, default_sort="domain"),
            "lines": _history(),
        },
    )


def _history() -> list[Line]:
    """The last domains that were added and removed, for which municipality, the newest first."""
    events = AuditEvent.objects.filter(
        content_type=ContentType.objects.get_for_model(Municipality),
        verb__in=(actions.DOMAIN_ADDED, actions.DOMAIN_REMOVED),
    ).order_by("-occurred_at", "-pk")
    lines = [(event.obj, line(event, Municipality)) for event in events.prefetch_related("obj")[:SHOWN]]
    return [replace(about, what=f"{municipality}: {about.what}") for municipality, about in lines]


@administrator_required
def remove_domain(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then remove it."""
    exception = get_object_or_404(DomainException.objects.select_related("municipality"), pk=pk)
    form = ReasonForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        actions.remove_domain_exception(
            exception, by=guards.person(request), now=timezone.now(), reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("The mail domain has been removed."))
        return redirect("accounts:domains")
    return TemplateResponse(request, "accounts/remove_domain.html", {"form": form, "exception": exception})
