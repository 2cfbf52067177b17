"""When people are reminded of each kind of deadline, and what would follow from another rule."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import AuditEvent
from innoskole.accounts.templatetags.audit import Line
from innoskole.accounts.templatetags.audit import line as in_words
from innoskole.reminders import changes
from innoskole.reminders.actions import rules
from innoskole.reminders.forms import RuleForm
from innoskole.reminders.kinds import Kind, all_kinds, kind_of
from innoskole.reminders.models import ReminderRule
from innoskole.reminders.preview import planned
from innoskole.reminders.steps import Rule
from innoskole.reminders.views import words
from innoskole.ui import formats


@dataclass(frozen=True)
class Row:
    """A kind with its rule in words. changed: the school's decision, if it has made one."""

    kind: Kind
    rule: list[str]
    changed: ReminderRule | None


@dataclass(frozen=True)
class Outlook:
    """What the next 30 days bring under a rule."""

    people: int
    reminders: int
    today: int


@administrator_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every kind with its rule in words, and the history of all rules."""
    changed = {each.kind: each for each in ReminderRule.objects.select_related("changed_by")}
    in_force = rules()
    rows = [Row(kind, words.rule(in_force[kind.key], kind), changed.get(kind.key)) for kind in all_kinds()]
    return TemplateResponse(request, "reminders/rules.html", {"rows": rows, "lines": _history()})


@administrator_required
def change_rule(request: HttpRequest, key: str) -> HttpResponse:
    """First what would follow from the rule, then the deed: «seen» holds the rule whose outlook was shown."""
    kind = _kind(key)
    now, present = timezone.now(), rules()[key]
    if request.method == "POST" and request.POST.get("deed") == "own":
        return _set(request, kind, kind.rule, now) or redirect("reminders:rule", key)
    form = RuleForm(
        request.POST if request.method == "POST" else kept_post(request),
        is_deadline=kind.is_deadline,
        initial=RuleForm.initial_of(present),
    )
    outlook = None
    if form.is_bound and form.is_valid():
        rule = form.rule()
        if request.POST.get("deed") == "save" and request.POST.get("seen") == repr(rule):
            return _set(request, kind, rule, now) or redirect("reminders:rule", key)
        outlook = _outlook(kind, rule, now)
    return TemplateResponse(
        request,
        "reminders/rule.html",
        {
            "kind": kind,
            "form": form,
            "rule": words.rule(present, kind),
            "own_rule": words.rule(kind.rule, kind) if present != kind.rule else [],
            "outlook": outlook,
            "new_rule": words.rule(form.rule(), kind) if outlook else [],
            "seen": repr(form.rule()) if outlook else "",
            "present": _outlook(kind, present, now),
        },
    )


def _kind(key: str) -> Kind:
    try:
        return kind_of(key)
    except KeyError as unknown:
        raise Http404 from unknown


def _set(request: HttpRequest, kind: Kind, rule: Rule, now: datetime) -> HttpResponse | None:
    """Where a changed rule leads; None when it was refused, which is told."""
    try:
        changes.set_rule(kind, rule, by=person(request), now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, _("The rule has been changed."))
    return redirect("reminders:rules")


def _outlook(kind: Kind, rule: Rule, now: datetime) -> Outlook:
    lines = [
        line
        for line in planned(now, in_force={**rules(), kind.key: rule})
        if line.kind.key == kind.key and not line.why_not
    ]
    today = formats.local(now).date()
    return Outlook(
        people=len({line.email for line in lines}),
        reminders=len(lines),
        today=sum(line.day == today for line in lines),
    )


def _history() -> list[Line]:
    """Who has changed which rule, the newest first: of all rules, also those that are no more."""
    events = AuditEvent.objects.filter(content_type=ContentType.objects.get_for_model(ReminderRule))
    return [in_words(event, ReminderRule) for event in events.order_by("-occurred_at", "-pk")]
