"""Intakes for administrators: list, create, change while planned, open, extend, describe."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.actions import intakes as deeds
from applications.forms.administrator import (
    DescriptionForm,
    ExtendForm,
    IntakeForm,
    QuotaFormSet,
)
from applications.models import Dimension, Intake
from applications.models.application import RECEIVED_STATES
from applications.models.copying import proposal
from applications.models.rules import TEXTS, Difference, differences, quotas_from, quotas_of, rules_of
from applications.states import IntakeState
from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("intake", gettext_lazy("Intake"), order_by=("opens_at",)),
    Column("state", gettext_lazy("State"), order_by=("state",)),
    Column("closes", gettext_lazy("Deadline"), order_by=("closes_at",)),
    Column("received", gettext_lazy("Applications"), order_by=("received",), numeric=True),
    Column("capacity", gettext_lazy("Places"), order_by=("capacity",), numeric=True),
)


@administrator_required
def admin_intakes(request: HttpRequest) -> HttpResponse:
    """All intakes, the newest first."""
    rows = Intake.objects.annotate(
        received=Count("applications", filter=Q(applications__state__in=RECEIVED_STATES))
    )
    listed = paginate(request, rows, COLUMNS, default_sort="-intake")
    return TemplateResponse(request, "applications/administrator/intake_list.html", {"list": listed})


@administrator_required
def intake_add(request: HttpRequest) -> HttpResponse:
    """A new intake, a copy of the last one or of `?from=<slug>`: form, then what differs, then it is made."""
    now = timezone.now()
    sources = Intake.objects.newest_first()
    asked = request.GET.get("from", "")
    source = get_object_or_404(sources, slug=asked) if asked else sources.first()
    form = IntakeForm(
        request.POST or kept_post(request),
        initial=proposal(source, now) if source else None,
    )
    step = request.POST.get("step", "edit")
    checked = step in ("check", "save") and form.is_valid()
    if request.method == "POST" and checked and step == "save":
        try:
            intake = deeds.create_intake(form.cleaned_data, copied_from=source, by=person(request), now=now)
        except Refused as refusal:
            form.add_error("slug", str(refusal))
            checked = False
        else:
            messages.success(
                request, _("The intake has been created. Look at its quotas before you open it.")
            )
            return redirect("applications:intake_admin", intake.slug)
    return TemplateResponse(
        request,
        "applications/administrator/intake_add.html",
        {
            "form": form,
            "source": source,
            "sources": sources,
            "checked": checked,
            "differences": _against(source, Intake(**form.cleaned_data)) if checked and source else [],
            "same_description": checked and source and _says_the_same(source, form.cleaned_data),
        },
    )


def _against(source: Intake, intake: Intake) -> list[Difference]:
    """What a new intake, not yet stored, has otherwise than the one it is copied from."""
    return differences(rules_of(source), rules_of(intake, quotas_from(source.quotas.all(), intake)))


def _says_the_same(source: Intake, values: dict[str, Any]) -> bool:
    """Whether a description was copied word for word, with dates and places that may have changed."""
    return any(values[name] and values[name].split() == getattr(source, name).split() for name in TEXTS)


@administrator_required
def intake_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the rules of a planned intake."""
    intake = _planned(request, slug)
    if intake is None:
        return redirect("applications:intake_admin", slug)
    # The form works on a copy: a refused value must not show in the page's heading.
    form = IntakeForm(request.POST or kept_post(request), instance=Intake.objects.get(pk=intake.pk))
    if request.method == "POST" and form.is_valid():
        try:
            deeds.change_intake(intake, form.cleaned_data, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The rules have been saved."))
            return redirect("applications:intake_admin", intake.slug)
    return TemplateResponse(
        request, "applications/administrator/intake_edit.html", {"form": form, "intake": intake}
    )


@administrator_required
def intake_quotas(request: HttpRequest, slug: str) -> HttpResponse:
    """Fewest and most places for each region and size class of a planned intake."""
    intake = _planned(request, slug)
    if intake is None:
        return redirect("applications:intake_admin", slug)
    formset = QuotaFormSet(request.POST or kept_post(request), intake=intake)
    refused = ""
    if request.method == "POST" and formset.is_valid():
        try:
            deeds.set_quotas(intake, formset.quotas(), by=person(request), now=timezone.now())
        except Refused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("The quotas have been saved."))
            return redirect("applications:intake_admin", intake.slug)
    return TemplateResponse(
        request,
        "applications/administrator/intake_quotas.html",
        {
            "intake": intake,
            "formset": formset,
            "refused": refused,
            "tables": [(dimension.label, formset.of(dimension)) for dimension in Dimension],
        },
    )


@administrator_required
def intake_describe(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the public description; it is no rule, so it may be changed after the opening."""
    intake = get_object_or_404(Intake, slug=slug)
    form = DescriptionForm(request.POST or kept_post(request), instance=Intake.objects.get(pk=intake.pk))
    if request.method == "POST" and form.is_valid():
        deeds.describe_intake(intake, form.cleaned_data, by=person(request), now=timezone.now())
        messages.success(request, _("The description has been saved."))
        return redirect("applications:intake_admin", intake.slug)
    return TemplateResponse(
        request, "applications/administrator/intake_describe.html", {"form": form, "intake": intake}
    )


@administrator_required
def intake_open(request: HttpRequest, slug: str) -> HttpResponse:
    """State what freezes, then open the intake."""
    intake = get_object_or_404(Intake, slug=slug)
    now = timezone.now()
    refused = deeds.obstacle_to_opening(intake, now)
    if request.method == "POST":
        try:
            deeds.open_intake(intake, by=person(request), now=now)
        except Refused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("The intake is open, and its rules are frozen."))
            return redirect("applications:intake_admin", intake.slug)
    quotas = quotas_of(intake)
    return TemplateResponse(
        request,
        "applications/administrator/intake_open.html",
        {
            "intake": intake,
            "rules": rules_of(intake, quotas),
            "refused": refused,
            "needed": max(
                sum(bounds.minimum for (dimension, _code), bounds in quotas.items() if dimension == each)
                for each in Dimension
            ),
        },
    )


@administrator_required
def intake_extend(request: HttpRequest, slug: str) -> HttpResponse:
    """A later deadline, with a reason that everybody who is writing an application is told."""
    intake = get_object_or_404(Intake, slug=slug, state=IntakeState.OPEN)
    form = ExtendForm(
        request.POST or kept_post(request),
        intake=Intake.objects.get(pk=intake.pk),
        initial={"closes_at": intake.closes_at, "objections_close_at": intake.objections_close_at},
    )
    if request.method == "POST" and form.is_valid():
        try:
            letters = deeds.extend_deadline(
                intake, **form.cleaned_data, by=person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                ngettext(
                    "The deadline has been extended, and %(count)s letter is on its way.",
                    "The deadline has been extended, and %(count)s letters are on their way.",
                    letters,
                )
                % {"count": letters},
            )
            return redirect("applications:intake_admin", intake.slug)
    return TemplateResponse(
        request,
        "applications/administrator/intake_extend.html",
        {"form": form, "intake": intake, "told": deeds.told_of_extension(intake)},
    )


def _planned(request: HttpRequest, slug: str) -> Intake | None:
    """The intake while it is planned; None, with the reason as a message, when its rules are frozen."""
    intake = get_object_or_404(Intake, slug=slug)
    if intake.state == IntakeState.PLANNED:
        return intake
    messages.error(request, _("The rules froze when the intake opened, and cannot be changed."))
    return None
