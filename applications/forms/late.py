"""The forms of filling free places after the deadline."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import LONGEST_TEXT
from applications.forms.decisions import ReleaseForm
from innoskole.ui.forms import MomentField


class OpenForm(forms.Form):
    """The rule, and from when until when municipalities may apply."""

    rule_text = forms.CharField(
        label=gettext_lazy("The rule by which the places are given"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("It is public on the page of the intake, and stands in every letter."),
    )
    opens_at = MomentField(
        label=gettext_lazy("Opens"),
        required=False,
        help_text=gettext_lazy("Norwegian time. Leave it empty to open at once."),
    )
    closes_at = MomentField(label=gettext_lazy("Deadline"), help_text=gettext_lazy("Norwegian time."))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["rule_text"].initial = _(
            "The free places are given to complete applications in the order in which they are received,"
            " while places last."
        )

    def clean_opens_at(self) -> datetime:
        return self.cleaned_data["opens_at"] or self.now

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and closes_at <= max(opens_at, self.now):
            self.add_error("closes_at", _("The deadline must be later than the opening."))
        return cleaned


class GiveForm(ReleaseForm):
    """When the letter leaves, and why this one before others; `needs_reason` when there are such."""

    reason = forms.CharField(
        label=gettext_lazy("Why this application before those that came earlier"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It stands in the letter as the grounds."),
    )
    field_order = ("reason", "when", "leaves_at")

    def __init__(self, *args: Any, needs_reason: bool, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        if needs_reason:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def deed(self) -> dict[str, Any]:
        """What the deed asks for."""
        return {"reason": self.cleaned_data.get("reason", ""), "leaves_at": self.cleaned_data["leaves_at"]}


class DeclineForm(ReleaseForm):
    """The grounds for no place, and when the letter leaves."""

    grounds = forms.CharField(
        label=gettext_lazy("Grounds"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("They stand in the letter."),
    )
    field_order = ("grounds", "when", "leaves_at")

    def deed(self) -> dict[str, Any]:
        """What the deed asks for."""
        return {"grounds": self.cleaned_data["grounds"], "leaves_at": self.cleaned_data["leaves_at"]}
