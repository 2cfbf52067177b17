"""Forms about certificates: the filter of the list, and the code that somebody wants to verify."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fees import FilterForm
from applications.forms.people import ANY
from assessment.models import Certificate
from assessment.models.certificate_claims import ClaimState
from assessment.models.certificate_list import Filters
from cohorts.models import Team

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,32}")


class CertificateFilterForm(FilterForm):
    """Lives in the address."""

    team = forms.ChoiceField(label=_("Team"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[*ANY, *Certificate.Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*ANY, *ClaimState.choices])

    def __init__(self, *args: Any, teams: Sequence[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Name, municipality or number")
        team = self.fields["team"]
        assert isinstance(team, forms.ChoiceField)
        team.choices = [*ANY, *((str(one.number), f"{one.number}. {one}") for one in teams)]

    def filters(self) -> Filters:
        asked = self.asked()
        return Filters(text=asked.pop("q"), **asked)


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The person gets it in the letter. It does not stand on the public page."),
    )


class CodeForm(forms.Form):
    """The cleaned code is the token of the certificate to which it leads."""

    code = forms.CharField(
        label=_("Address or code"),
        max_length=300,
        help_text=_("It stands at the foot of the document, beside the square code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """The token; an address holds it between its slashes."""
        found = [part for part in self.cleaned_data["code"].split("/") if TOKEN.fullmatch(part.strip())]
        tokens = Certificate.objects.filter(token__in=[part.strip() for part in found])
        token = tokens.values_list("token", flat=True).first()
        if token is None:
            raise forms.ValidationError(_("No document has this code. Check that it is copied as it stands."))
        return token
