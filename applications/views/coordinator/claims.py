"""The administrator decides who acts for a municipality."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.people import approve_affiliation, reject_affiliation
from applications.forms.coordinator_answers import ClaimForm, ClaimSearchForm
from applications.models import Application
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import Affiliation
from innoskole.municipalities.names import casefold
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("person", gettext_lazy("Person"), ("user__sort_key",)),
    Column("municipality", gettext_lazy("Municipality"), ("municipality__sort_key",)),
    Column("requested", gettext_lazy("Asked"), ("requested_at",)),
    Column("state", gettext_lazy("State")),
)

DECISIONS: Mapping[str, Callable[..., Affiliation]] = {
    "approve": approve_affiliation,
    "reject": reject_affiliation,
}


@administrator_required
def affiliations(request: HttpRequest) -> HttpResponse:
    """Who asks to act for which municipality: those that wait, unless the filter says otherwise."""
    form = ClaimSearchForm(request.GET)
    rows = Affiliation.objects.with_names()
    state = form.cleaned_data["state"] if form.is_valid() else ""
    rows = (
        rows.filter(state=state) if state else rows.filter(pk__in=Affiliation.objects.pending().values("pk"))
    )
    for word in casefold(form.cleaned_data.get("search", "")).split():
        rows = rows.filter(Q(user__search_text__contains=word) | Q(municipality__search_text__contains=word))
    return TemplateResponse(
        request,
        "applications/coordinator/claims.html",
        {
            "form": form,
            "list": paginate(request, rows, COLUMNS, default_sort="requested"),
            "is_filtered": bool(state or form.cleaned_data.get("search")),
        },
    )


@administrator_required
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One person and one municipality: what speaks for it, and the decision."""
    affiliation = get_object_or_404(Affiliation.objects.with_names(), pk=pk)
    form = ClaimForm(request.POST if request.method == "POST" else None)
    decide = DECISIONS.get(request.POST.get("answer", ""))
    if request.method == "POST" and decide is None:
        form.add_error(None, _("Choose one of the two answers."))
    if decide is not None and form.is_valid():
        try:
            decide(affiliation, by=person(request), now=timezone.now(), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error("reason" if decide is reject_affiliation else None, str(refusal))
        else:
            messages.success(
                request, _("The decision is made, and %(name)s is told.") % {"name": affiliation.user}
            )
            return redirect("applications:affiliations")
    colleagues = (
        Affiliation.objects.proven()
        .filter(municipality=affiliation.municipality)
        .exclude(pk=affiliation.pk)
        .with_names()
    )
    drafts = (
        Application.objects.filter(municipalities__municipality=affiliation.municipality)
        .select_related("intake", "coordinator")
        .order_by("-created_at")
    )
    return TemplateResponse(
        request,
        "applications/coordinator/claim.html",
        {
            "affiliation": affiliation,
            "form": form,
            "colleagues": list(colleagues),
            "applications": list(drafts),
            "is_pending": affiliation.state == Affiliation.State.PENDING,
        },
    )
