"""Short forms: send in, answer by link, give a reason, decide on a claim."""

from django import forms
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import LONGEST_TEXT


class SubmitForm(forms.Form):
    """`seen` is the digest of the content that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)


class PartnerAnswerForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("It is kept with the answer, and shown to the coordinator and the school."),
    )


class GuaranteeAnswerForm(forms.Form):
    """The approver's answer; `seen` is the digest of the content that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("It is kept with the answer, and shown to the coordinator and the school."),
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class InformationForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Say in a few words what you have changed or added."),
    )


class ClaimSearchForm(forms.Form):
    search = forms.CharField(
        label=gettext_lazy("Person or municipality"), required=False, widget=forms.TextInput
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("Waits for a decision")),
            ("proven", gettext_lazy("Approved")),
            ("rejected", gettext_lazy("Not approved")),
        ],
    )


class ClaimForm(forms.Form):
    """The administrator's decision; the button says which."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you do not approve. It is sent to the person."),
    )
