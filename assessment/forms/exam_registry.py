"""A list of registered results to upload, and the reason for releasing figures anew: forms change nothing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from assessment.registry.reading import MAX_BYTES, RegistryList, read
from innoskole.accounts.guards import Refused


class RegistryListForm(forms.Form):
    """cleaned_data: `found`, the rows of the file."""

    file = forms.FileField(
        label=_("The registry's list"),
        help_text=_(
            "A CSV file, with semicolons or commas. Its first line names the columns: candidate number or"
            " e-mail, result, date and, if you like, name and attempt. Other columns are left alone."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    found: RegistryList

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            # One byte more than is allowed is enough to be refused.
            self.found = read(file.name or "", file.read(MAX_BYTES + 1))
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return file

    def clean(self) -> dict[str, Any]:
        return {"found": self.found} if hasattr(self, "found") else {}


class ReleaseForm(forms.Form):
    """Asks for a reason where figures have been released before."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody can read it beside the figures."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            del self.fields["reason"]
