"""The forms about persons: the invited person's answer, and what the coordinator does with the team."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.participation import CORRECTABLE
from applications.forms.coordinator import MemberForm
from applications.models import TeamMember
from applications.models.teams import TeamFilter
from innoskole.accounts.models import Language

ANY = [("", gettext_lazy("All"))]


class InvitationForm(forms.Form):
    """The invited person's yes. `seen` is the fingerprint of what was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("Write your name as it stands above. It is kept with your answer."),
    )
    is_correct = forms.BooleanField(
        label=gettext_lazy("What is written about me and my education is correct")
    )
    consent = forms.BooleanField(label=gettext_lazy("I have read the text above and agree to it"))
    language = forms.ChoiceField(
        label=gettext_lazy("The language of your pages and letters"),
        choices=Language.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, has_account: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_account:  # whose language is chosen on its own page
            del self.fields["language"]


class DeclineForm(forms.Form):
    """The invited person's no."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("You need not give one. The contact person and the school can read it."),
    )


class CorrectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be corrected without assessing the person anew. The caller hands the values to an action."""

    class Meta:
        model = TeamMember
        fields = CORRECTABLE

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class LeavingForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The person, the contact person and the school can read it."),
    )


class InviteAgainForm(forms.Form):
    """`seen` is the moment of the last sending as the page showed it."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ReplacementForm(forms.Form):
    """Which named reserve takes over; only those who keep the rules true can be chosen."""

    reserve = forms.TypedChoiceField(
        label=gettext_lazy("Who takes over"), coerce=int, widget=forms.RadioSelect
    )
    reason = LeavingForm.base_fields["reason"]

    def __init__(self, *args: Any, reserves: Sequence[TeamMember], has_left: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reserve"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (
                reserve.pk,
                _("%(name)s, %(unit)s (%(sector)s)")
                % {"name": reserve.name, "unit": reserve.unit, "sector": reserve.get_sector_display()},
            )
            for reserve in reserves
        ]
        if has_left:  # the reason is known already
            del self.fields["reason"]


class NewcomerForm(MemberForm):
    """Somebody whom nobody has named before; with the reason why the other one leaves."""

    reason = LeavingForm.base_fields["reason"]

    def __init__(self, *args: Any, has_left: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_left:
            del self.fields["reason"]


class TeamFilterForm(forms.Form):
    """The filter of the list of teams; lives in the address."""

    status = forms.ChoiceField(
        label=gettext_lazy("Teams"), required=False, choices=[*ANY, *TeamFilter.choices]
    )

    def chosen(self) -> str:
        """What is asked for; a value that is not on offer is left out."""
        self.is_valid()
        status: str = self.cleaned_data.get("status", "")
        return status

    def in_words(self) -> str:
        """For the audit; empty when nothing is filtered."""
        return f"status={self.chosen()}" if self.chosen() else ""
