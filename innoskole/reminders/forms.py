"""The forms of the ledger's pages."""

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import dateformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.notifications.models import Message
from innoskole.reminders.kinds import all_kinds
from innoskole.reminders.models import Reminder, Why
from innoskole.reminders.steps import Rule
from innoskole.ui import formats
from innoskole.ui.forms import DayField

WAITING, SENT, NOT_SENT, SUPPRESSED = "waiting", "sent", "not-sent", "suppressed"
MESSAGE_STATES = {
    WAITING: (Message.State.QUEUED, Message.State.SENDING),
    SENT: (Message.State.SENT,),
    NOT_SENT: (
        Message.State.FAILED,
        Message.State.UNSURE,
        Message.State.VOID,
        Message.State.SUPPRESSED,
    ),
}
MOST_STEPS = 10
FURTHEST_STEP = 90
LONGEST_REASON = 1000


def clock(hour: int) -> str:
    """«08.00», as the language writes it."""
    return dateformat.format(time(hour), formats.patterns().clock)


class LedgerFilter(forms.Form):
    """The search and filter of the ledger; lives in the address."""

    q = forms.CharField(
        label=gettext_lazy("Person or what it is about"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            (WAITING, gettext_lazy("Waiting")),
            (SENT, gettext_lazy("Sent")),
            (NOT_SENT, gettext_lazy("Not sent")),
            (SUPPRESSED, gettext_lazy("Left out, for any reason")),
            *Why.choices,
        ],
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    scope = forms.ChoiceField(label=gettext_lazy("Intake or cohort"), required=False)
    # «applications.application:12», in links from the page of one matter.
    about = forms.RegexField(r"^\w+\.\w+:\d+$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scopes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "kind", [("", _("All")), *((kind.key, kind.label) for kind in all_kinds())])
        _set_choices(self, "scope", [("", _("All")), *((scope, scope) for scope in scopes)])

    def asked(self, name: str) -> str:
        """A value that is on offer; any other is left out."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    def matching(self) -> "QuerySet[Reminder]":
        """The lines that the filter lets through."""
        found: QuerySet[Reminder] = Reminder.objects.search(self.asked("q"))
        for name in ("kind", "scope"):
            if self.asked(name):
                found = found.filter(**{name: self.asked(name)})
        if self.asked("about"):
            label, pk = self.asked("about").split(":")
            app, model = label.split(".")
            found = found.filter(about_type__app_label=app, about_type__model=model, about_id=pk)
        state = self.asked("state")
        if state in MESSAGE_STATES:
            found = found.filter(why_not="", message__state__in=MESSAGE_STATES[state])
        elif state == SUPPRESSED:
            found = found.exclude(why_not="")
        elif state:
            found = found.filter(why_not=state)
        return found

    def in_words(self) -> str:
        """The filters, for the audit; empty when nothing is filtered."""
        return "; ".join(f"{name}={value}" for name in self.fields if (value := self.asked(name)))


class ReasonForm(forms.Form):
    """A reason, which the audit keeps."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )


def _hour(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        # Always chosen; «required» would only tag every other field as optional.
        required=False,
        coerce=int,
        choices=lambda: [(hour, clock(hour)) for hour in range(24)],
    )


class RuleForm(forms.Form):
    """When people are reminded of one kind of deadline."""

    is_active = forms.BooleanField(label=gettext_lazy("People are reminded"), required=False)
    before = forms.CharField(
        label=gettext_lazy("Days before the deadline"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("With a comma between them, such as “7, 2”. At most 10, each from 1 to 90."),
    )
    every = forms.IntegerField(
        label=gettext_lazy("Days between reminders after the deadline"),
        required=False,
        min_value=0,
        max_value=FURTHEST_STEP,
        help_text=gettext_lazy("0 if nobody is to be reminded after the deadline."),
    )
    most = forms.IntegerField(
        label=gettext_lazy("How many reminders after the deadline"),
        required=False,
        min_value=0,
        max_value=MOST_STEPS,
    )
    hour = _hour(gettext_lazy("They leave from"))
    quiet_from = _hour(
        gettext_lazy("Quiet from"), gettext_lazy("The same hour twice: there are no quiet hours.")
    )
    quiet_until = _hour(gettext_lazy("Quiet until"))
    on_working_days = forms.BooleanField(label=gettext_lazy("Only on working days"), required=False)
    in_digest = forms.BooleanField(
        label=gettext_lazy("Gathered in one e-mail a day to each person"), required=False
    )

    def __init__(self, *args: Any, is_deadline: bool, **kwargs: Any) -> None:
        """is_deadline: else the thing waits since a moment, and every reminder comes after it."""
        super().__init__(*args, **kwargs)
        self.is_deadline = is_deadline
        if not is_deadline:
            del self.fields["before"]
            self.fields["every"].label = _("Days between the reminders")
            self.fields["every"].help_text = ""
            self.fields["most"].label = _("How many reminders")

    @classmethod
    def initial_of(cls, rule: Rule) -> dict[str, Any]:
        """What the form shows of a rule."""
        days = ", ".join(str(day) for day in sorted(rule.before, reverse=True))
        return {name: getattr(rule, name) for name in cls.base_fields} | {"before": days}

    def clean_before(self) -> tuple[int, ...]:
        text = self.cleaned_data["before"].strip().strip(",;")
        words = re.split(r"[\s,;]+", text) if text else []
        if not all(word.isdecimal() for word in words):
            raise forms.ValidationError(
                _("Write the days as whole numbers with a comma between them, such as “7, 2”.")
            )
        days = sorted({int(word) for word in words}, reverse=True)
        if any(not 1 <= day <= FURTHEST_STEP for day in days):
            raise forms.ValidationError(
                _("Each number of days must be from 1 to %(most)s.") % {"most": FURTHEST_STEP}
            )
        if len(days) > MOST_STEPS:
            raise forms.ValidationError(_("Write at most %(most)s numbers of days.") % {"most": MOST_STEPS})
        return tuple(days)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        cleaned["every"], cleaned["most"] = cleaned["every"] or 0, cleaned["most"] or 0
        cleaned.setdefault("before", ())
        if bool(cleaned["every"]) != bool(cleaned["most"]):
            self.add_error(
                "most" if cleaned["every"] else "every",
                _("Say both how many days there are between reminders and how many there are, or neither."),
            )
        elif cleaned["is_active"] and not cleaned["before"] and not cleaned["every"]:
            self.add_error(
                "before" if self.is_deadline else "every",
                _("Write at least one day, or let nobody be reminded."),
            )
        for name in ("hour", "quiet_from", "quiet_until"):
            if cleaned[name] == "":
                self.add_error(name, _("Choose an hour."))
        if not self.errors and self._is_quiet(cleaned):
            self.add_error("hour", _("Choose an hour outside the quiet hours."))
        return cleaned

    @staticmethod
    def _is_quiet(cleaned: dict[str, Any]) -> bool:
        hour, quiet_from, until = cleaned["hour"], cleaned["quiet_from"], cleaned["quiet_until"]
        if quiet_from <= until:
            return bool(quiet_from <= hour < until)
        return bool(hour >= quiet_from or hour < until)

    def rule(self) -> Rule:
        """The rule that a valid form describes."""
        return Rule(**self.cleaned_data)


class PauseForm(forms.Form):
    """What is paused, until when and why."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    email = forms.EmailField(
        label=gettext_lazy("Recipient's address"),
        required=False,
        help_text=gettext_lazy("Empty if everybody's reminders of the kind are paused."),
    )
    row = forms.IntegerField(required=False, widget=forms.HiddenInput)
    until = DayField(
        label=gettext_lazy("Last day of the pause"),
        required=False,
        help_text=gettext_lazy("Empty if the pause lasts until somebody ends it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = formats.local(now).date()
        kinds = [(kind.key, capfirst(str(kind.label))) for kind in all_kinds()]
        _set_choices(self, "kind", [("", _("All kinds")), *kinds])

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < self.today:
            raise forms.ValidationError(_("Choose a day that has not passed."))
        return until

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["kind"] and not cleaned["email"]:
            self.add_error(
                "kind", _("Choose a kind of reminder or an address: everything cannot be paused at once.")
            )
        return cleaned


def _set_choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
