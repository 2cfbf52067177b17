"""The forms about an exam and its candidates: they ask and check, and change nothing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fees import FilterForm
from applications.forms.people import ANY
from assessment.models import Exam
from assessment.models.exam.dates import contradiction
from assessment.models.exam.defaults import DATES, FIELDS
from assessment.models.exam.register import Place
from innoskole.ui.forms import DayField, MomentField

NUMBERS = ("third_assessment_from", "most_adjustment", "most_attempts")


class ExamForm(forms.ModelForm):  # type: ignore[type-arg]
    """Dates and rules of a sitting. What can no longer be changed is shown and not asked for.

    frozen: field → why it can no longer be changed.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    registration_opens_at = MomentField(label=_("Registration opens, Norwegian time"))
    registration_closes_at = MomentField(label=_("Registration closes, Norwegian time"))
    paper_opens_at = MomentField(label=_("The paper can be delivered from, Norwegian time"))
    paper_due_at = MomentField(
        label=_("Deadline of the paper, Norwegian time"),
        help_text=_("The last day for deregistering is counted back from this day."),
    )
    oral_from_on = DayField(label=_("First day of orals"))
    oral_to_on = DayField(
        label=_("Last day of orals"), help_text=_("The period of grading is counted from this day.")
    )

    similarity_url = forms.URLField(
        label=_("Address of the service in which papers are checked for similarity"),
        required=False,
        assume_scheme="https",
        help_text=_("The examiners open it by hand. No paper is sent there by this service."),
    )

    class Meta:
        model = Exam
        fields = FIELDS
        labels = {
            "third_assessment_from": _("Grades' difference from which an appeal is assessed once more"),
            "most_adjustment": _("How many grades the oral may move a candidate"),
            "most_attempts": _("Attempts that a candidate has"),
        }
        help_texts = {
            "third_assessment_from": _("0 for never."),
        }
        widgets = {name: forms.TextInput(attrs={"inputmode": "numeric"}) for name in NUMBERS}

    def __init__(self, *args: Any, frozen: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, why in (frozen or {}).items():
            self.fields[name].disabled = True
            self.fields[name].help_text = why

    def values(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in FIELDS}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if all(field in cleaned for field in DATES):
            found = contradiction(Exam(**{field: cleaned[field] for field in DATES}))
            if found is not None:
                self.add_error(*found)
        return cleaned


class LockForm(forms.Form):
    """seen: the fingerprint of the list that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ReopenForm(forms.Form):
    registration_closes_at = MomentField(label=_("Registration closes, Norwegian time"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Those who can register read it in the e-mail."),
    )


class DecisionForm(forms.Form):
    """What the school rests a decision about one person on."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "The person reads it in the e-mail. Do not describe anybody's health or family: write that the"
            " documentation has been seen."
        ),
    )


class CandidateFilterForm(FilterForm):
    """Lives in the address."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[*ANY, *Place.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Name or municipality")
