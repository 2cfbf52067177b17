"""The forms of appeals: of the one who appeals, and of the school that handles it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import LONGEST_TEXT
from applications.forms.decisions import ReleaseForm
from applications.models import Appeal, DecisionKind
from applications.models.appeal import AppealQuerySet
from applications.states import AppealState
from innoskole.accounts.models import User
from innoskole.ui.forms import DayField


def _long(label: Any, help_text: Any, rows: int = 8) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": rows})
    )


class AppealForm(forms.Form):
    """What one wants changed, and why (forvaltningsloven § 32)."""

    text = _long(
        gettext_lazy("Your appeal"),
        gettext_lazy("Write what you want changed, and why. Do not write about other people's health."),
    )


class RegisterForm(forms.Form):
    """An appeal that came by letter."""

    name = forms.CharField(label=gettext_lazy("Name of the appellant"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the appellant"),
        help_text=gettext_lazy("The receipt and every later step are sent there."),
    )
    came_on = DayField(label=gettext_lazy("The day on which it came"))
    posted_on = DayField(
        label=gettext_lazy("The day on which it was posted"),
        required=False,
        help_text=gettext_lazy("If it is known: that day decides whether the appeal came in time."),
    )
    text = _long(gettext_lazy("The appeal"), gettext_lazy("Write it as it stands in the letter."))


class StatementForm(forms.Form):
    statement = _long(
        gettext_lazy("The school's statement"),
        gettext_lazy("Why the school keeps its decision. It goes to the appeals board and to the appellant."),
    )


class GroundsForm(forms.Form):
    grounds = _long(gettext_lazy("Grounds"), gettext_lazy("They are sent to the appellant."), rows=6)


class UpholdForm(ReleaseForm):
    """The new decision with its grounds, and when its letter leaves."""

    kind = forms.ChoiceField(label=gettext_lazy("The new decision"), widget=forms.RadioSelect)
    grounds = _long(
        gettext_lazy("Grounds"),
        gettext_lazy("They stand in the letter, and are sent to the appellant."),
        rows=6,
    )
    field_order = ("kind", "grounds", "when", "leaves_at")

    def __init__(self, *args: Any, remedies: list[DecisionKind], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(each.value, each.label) for each in remedies]
        kind.initial = remedies[0].value if len(remedies) == 1 else None


class Standing(models.TextChoices):
    """Which appeals the list shows, besides each single state."""

    OPEN = "open", gettext_lazy("Not answered")
    MINE = "mine", gettext_lazy("Those that I prepare")
    OVERDUE = "overdue", gettext_lazy("Not answered in time")


class AppealsFilterForm(forms.Form):
    """The search and filter of the list; lives in the address."""

    q = forms.CharField(
        label=gettext_lazy("Appellant, municipality or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *Standing.choices, *AppealState.choices],
    )

    def matching(self, user: User, today: date) -> AppealQuerySet:
        """The appeals that the filter lets through; a value that is not on offer is left out."""
        self.is_valid()
        text, state = self.cleaned_data.get("q", ""), self.cleaned_data.get("state", "")
        found = Appeal.objects.search(text) if text else Appeal.objects.all()
        match state:
            case "":
                return found
            case Standing.OPEN:
                return found.open()
            case Standing.MINE:
                return found.of(user)
            case Standing.OVERDUE:
                return found.overdue(today)
            case _:
                return found.filter(state=state)

    def in_words(self) -> str:
        """The filters as «label: value; …», for the audit; empty when nothing is filtered."""
        self.is_valid()
        return "; ".join(f"{name}={value}" for name in self.fields if (value := self.cleaned_data.get(name)))
