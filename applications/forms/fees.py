"""Forms about fees: they ask and check, and change nothing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from applications.models import CourseFee, FeeRate
from applications.models.fees import SEMESTERS, organisation_number
from applications.models.invoicing import Invoicing
from applications.models.semester_fees import Paid
from applications.payments import Payment, decode, read
from innoskole.accounts.guards import Refused
from innoskole.ui.forms import DayField

ANY = [("", _("All"))]
SEMESTER_NAMES = {1: _("First semester"), 2: _("Second semester")}


class RateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A course fee from a day on."""

    amount = forms.IntegerField(
        label=_("Course fee in kroner"),
        help_text=_("For the whole course, per municipality."),
        validators=[MinValueValidator(1)],
        max_value=10_000_000,
    )
    valid_from_on = DayField(
        label=_("Valid from"),
        help_text=_("It goes for the intakes whose result is published from this day on."),
        error_messages={"unique": _("Another course fee is valid from the same day.")},
    )

    class Meta:
        model = FeeRate
        fields = ["amount", "valid_from_on", "source"]
        help_texts = {"source": _("For example the body, the date and the case number of the decision.")}


class InvoiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom the invoice shall go to."""

    organisation_number = forms.CharField(
        label=_("Organisation number"),
        help_text=_("Nine digits, of the municipality or of the unit that pays."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    class Meta:
        model = CourseFee
        fields = ["organisation_number", "buyer_reference"]
        labels = {"buyer_reference": _("Your reference")}
        help_texts = {
            "buyer_reference": _("What your accounts need on the invoice: a name, a number or an order.")
        }

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_reason:
            self.fields["reason"] = forms.CharField(
                label=_("Reason"),
                help_text=_("The accounts have got what is changed now."),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean_organisation_number(self) -> str:
        return organisation_number(self.cleaned_data["organisation_number"])


class FilterForm(forms.Form):
    """A search and filters that live in the address."""

    q = forms.CharField(required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))

    def asked(self) -> dict[str, str]:
        """What is asked for; a value that is not on offer is left out."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def in_words(self) -> str:
        """The filters as «name=value; …», for the audit; empty when nothing is filtered."""
        return "; ".join(f"{name}={value}" for name, value in self.asked().items() if value)


class CourseFeeFilterForm(FilterForm):
    state = forms.ChoiceField(label=_("Invoice"), required=False, choices=[*ANY, *Invoicing.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Municipality, reference or organisation number")


class SemesterFeeFilterForm(FilterForm):
    first = forms.ChoiceField(label=SEMESTER_NAMES[1], required=False, choices=[*ANY, *Paid.choices])
    second = forms.ChoiceField(label=SEMESTER_NAMES[2], required=False, choices=[*ANY, *Paid.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Name, e-mail or municipality")


class PaymentListForm(forms.Form):
    """A list of payments for one semester; `payments` are its rows when the form is valid."""

    semester = forms.TypedChoiceField(
        label=_("Semester"),
        choices=[(semester, SEMESTER_NAMES[semester]) for semester in SEMESTERS],
        coerce=int,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("List of payments"),
        help_text=_(
            "A CSV file, with semicolons or commas. Its first line names the columns: e-mail, date paid and,"
            " if you like, name. Other columns are left alone."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    text = ""
    payments: list[Payment]

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            self.text = decode(file.read())
            self.payments = read(self.text)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return file


class SeenListForm(forms.Form):
    """The list that a preview has shown, sent once more to be imported."""

    semester = forms.TypedChoiceField(choices=[(semester, "") for semester in SEMESTERS], coerce=int)
    text = forms.CharField(strip=False)
    seen = forms.CharField()

    payments: list[Payment]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            self.payments = read(text)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return text
