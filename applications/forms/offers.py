"""The answers to an offer, and the filter of the school's list of offers."""

from django import forms
from django.utils.translation import gettext_lazy

from applications.forms.administrator import ANY
from applications.states import OfferState


class AcceptForm(forms.Form):
    """`seen` is the digest of the team that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("If you want to say why. The school reads it."),
    )


class GroundsForm(forms.Form):
    """Grounds that stand in a letter of decision."""

    reason = forms.CharField(
        label=gettext_lazy("Grounds"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("They stand in the letter."),
    )


class AnswerForForm(forms.Form):
    """The school's answer on a municipality's word."""

    reason = forms.CharField(
        label=gettext_lazy("How the municipality has answered"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who said it, when and how, as by telephone. It stands in the receipt."),
    )


class AcceptForForm(AnswerForForm):
    """`team_seen` is the digest of the team that was shown."""

    team_seen = forms.CharField(widget=forms.HiddenInput)


class OfferFilterForm(forms.Form):
    """Search and filter of the list of offers; lives in the address."""

    q = forms.CharField(
        label=gettext_lazy("Municipality or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[*ANY, *OfferState.choices]
    )

    def asked(self, name: str) -> str:
        """What is asked for; a value that is not on offer is left out."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    def in_words(self) -> str:
        """The filters, for the audit; empty when nothing is filtered."""
        return "; ".join(f"{name}={value}" for name in self.fields if (value := self.asked(name)))
