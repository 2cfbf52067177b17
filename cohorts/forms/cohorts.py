"""Forms about a cohort: its rules, its instructors, the list of its teams, and whether it begins."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.actions.cohorts import SETTINGS
from cohorts.models import Cohort
from innoskole.accounts.models import User
from innoskole.ui.forms import DayField


class CohortForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rules of a cohort. The caller hands `cleaned_data` to an action."""

    joins_until_on = DayField(
        label=gettext_lazy("Last day to take somebody into a team"),
        required=False,
        help_text=gettext_lazy("Leave it empty to let the school take people in as long as the cohort runs."),
    )

    class Meta:
        model = Cohort
        fields = SETTINGS

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("sessions_planned", "days_planned", "days_min"):
            if cleaned.get(name) == 0:
                self.add_error(name, _("Write at least 1."))
        fewest, most = cleaned.get("days_min"), cleaned.get("days_max")
        if fewest is not None and most is not None and most < fewest:
            self.add_error("days_max", _("A session cannot have fewer days at most than at least."))
        return cleaned


class InstructorForm(forms.Form):
    """Who of those with the role is to teach in the cohort."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Instructor"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("People with the role of an instructor who do not teach here already."),
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        found = User.objects.active().filter(is_instructor=True)
        field.queryset = found.exclude(teaching__cohort=cohort).in_order()


class TeamsForm(forms.Form):
    """The filter of the list of teams; lives in the address."""

    q = forms.CharField(
        label=gettext_lazy("Municipality, problem or person"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def text(self) -> str:
        self.is_valid()
        text: str = self.cleaned_data.get("q", "")
        return text


class BeginForm(forms.Form):
    """Whether the cohort begins although teams lack people or sectors; asks only where some do."""

    despite_faults = forms.BooleanField(
        label=gettext_lazy("Begin although these teams do not fulfil the rules")
    )

    def __init__(self, *args: Any, faults: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if faults:
            self.fields["despite_faults"].help_text = " ".join(faults)
        else:
            del self.fields["despite_faults"]
