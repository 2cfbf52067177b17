"""The administrators' pages about deadlines: the rules and their history, a calculator, a new version."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from innoskole.accounts import guards
from innoskole.accounts.guards import Refused, administrator_required
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import AuditEvent
from innoskole.accounts.templatetags.audit import Line, line
from innoskole.deadlines import actions, rules
from innoskole.deadlines.forms import CalculatorForm, VersionForm
from innoskole.deadlines.models import COUNTED_FROM, DeadlineRule, Kind, Unit, by_kind


@dataclass(frozen=True)
class Version:
    """A version as the table shows it; last_on is None while no later one is known."""

    rule: DeadlineRule
    period: str
    skipped: str
    moves: bool
    last_on: date | None
    is_in_force: bool


@dataclass(frozen=True)
class Row:
    """A kind of deadline with its versions, the newest first."""

    kind: Kind
    counted_from: str | Promise
    versions: list[Version]


@dataclass(frozen=True)
class Answer:
    """What the calculator says."""

    explanation: str
    due_at: datetime


@administrator_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule with its versions and their history, and a calculator that tries one."""
    form = CalculatorForm(request.GET if "kind" in request.GET else None)
    answer = None
    if form.is_bound and form.is_valid():
        try:
            due = rules.deadline(form.cleaned_data["kind"], form.cleaned_data["start"])
        except Refused as refusal:
            form.add_error("start", str(refusal))
        else:
            answer = Answer(rules.explain(due), rules.deadline_at(due.day))
    return TemplateResponse(
        request,
        "deadlines/rule_list.html",
        {
            "rows": _rows(timezone.localdate()),
            "lines": _history(),
            "form": form,
            "answer": answer,
        },
    )


@administrator_required
def new_version(request: HttpRequest, kind: str) -> HttpResponse:
    """Change a rule from a coming day on; the form starts as the latest version."""
    if kind not in Kind.values:
        raise Http404
    latest = DeadlineRule.objects.filter(kind=kind).newest_first().first()
    initial = model_to_dict(latest, actions.CHANGEABLE) if latest else None
    form = VersionForm(request.POST or kept_post(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_version(
                Kind(kind), **form.cleaned_data, by=guards.person(request), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The new version of the rule has been added."))
            return redirect("deadlines:rules")
    return TemplateResponse(request, "deadlines/new_version.html", {"form": form, "kind": Kind(kind)})


def _rows(today: date) -> list[Row]:
    return [
        Row(kind, COUNTED_FROM[kind], _versions(found, today))
        for kind, found in by_kind(DeadlineRule.objects.newest_first()).items()
    ]


def _versions(newest_first: list[DeadlineRule], today: date) -> list[Version]:
    versions = []
    last_on: date | None = None
    for rule in newest_first:
        is_in_force = rule.valid_from_on <= today and (last_on is None or today <= last_on)
        versions.append(
            Version(
                rule=rule,
                period=rules.period(rule),
                skipped=rules.skipped(rule),
                # A period of working days never ends on another day.
                moves=rule.moves_to_working_day and rule.unit != Unit.WORKING_DAYS,
                last_on=last_on,
                is_in_force=is_in_force,
            )
        )
        last_on = rule.valid_from_on - timedelta(days=1)
    return versions


def _history() -> list[Line]:
    """Who has added which version and why, the newest first: of all rules, in one query."""
    about_rules = AuditEvent.objects.filter(
        content_type=ContentType.objects.get_for_model(DeadlineRule)
    ).order_by("-occurred_at", "-pk")
    return [line(event, DeadlineRule) for event in about_rules]
