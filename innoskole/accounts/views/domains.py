"""The administrators' table of mail domains that do not follow the rule."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from innoskole.accounts import actions, guards
from innoskole.accounts.forms import DomainExceptionForm
from innoskole.accounts.guards import Refused, administrator_required
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import DomainException
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("domain", gettext_lazy("Mail domain"), order_by=("domain",)),
    Column("municipality", gettext_lazy("Municipality"), order_by=("municipality__sort_key",)),
)


@administrator_required
def domains(request: HttpRequest) -> HttpResponse:
    """The exceptions, and a form that adds one."""
    form = DomainExceptionForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_domain_exception(
                form.cleaned_data["domain"],
                form.cleaned_data["municipality"],
                by=guards.person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The mail domain has been added."))
            return redirect("accounts:domains")
    rows = DomainException.objects.select_related("municipality")
    return TemplateResponse(
        request,
        "accounts/domains.html",
        {"form": form, "list": paginate(request, rows, COLUMNS, default_sort="domain")},
    )


@administrator_required
@require_POST
def remove_domain(request: HttpRequest, pk: int) -> HttpResponse:
    exception = get_object_or_404(DomainException.objects.select_related("municipality"), pk=pk)
    actions.remove_domain_exception(exception, by=guards.person(request), now=timezone.now())
    messages.success(request, _("The mail domain has been removed."))
    return redirect("accounts:domains")
