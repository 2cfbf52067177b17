"""The forms about a group's paper, its examiners and their guidelines: they ask and check, change nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import DocumentsField, DocumentsInput
from applications.uploads import ACCEPT, Upload
from assessment.forms.requirements import OverrideForm
from assessment.models import Appointment, Examiner
from innoskole.accounts.models import User
from innoskole.municipalities.forms import MunicipalityField
from innoskole.municipalities.models import Municipality
from innoskole.ui.forms import MomentField

NOBODY = ("", gettext_lazy("Nobody yet"))


# --- The group -------------------------------------------------------------------------------------------


class FilesForm(forms.Form):
    uploads = DocumentsField(
        label=gettext_lazy("Add files"),
        required=False,
        widget=DocumentsInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("The paper as PDF; appendices as PDF, JPEG or PNG. Nothing is delivered yet."),
    )

    def clean_uploads(self) -> list[Upload]:
        uploads: list[Upload] = self.cleaned_data["uploads"]
        if not uploads:
            raise ValidationError(_("Choose at least one file."))
        return uploads


class DeliverForm(forms.Form):
    """version, seen: what the page showed, so that nobody delivers twice or what they have not seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("Title of the paper"), max_length=200)
    confirm = forms.BooleanField(
        label=gettext_lazy("The group has written this itself, names its sources, and agrees to deliver it")
    )


# --- The school ------------------------------------------------------------------------------------------


class ExtensionForm(OverrideForm):
    field_order = ("due_at", "reason")

    due_at = MomentField(label=gettext_lazy("New deadline, Norwegian time"))


class GuidelinesForm(forms.Form):
    uploads = DocumentsField(
        label=gettext_lazy("Guidelines for the examiners"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=gettext_lazy("One PDF file. The candidates can read it once the grades are published."),
    )

    def clean_uploads(self) -> Upload:
        uploads: list[Upload] = self.cleaned_data["uploads"]
        if not uploads:
            raise ValidationError(_("Choose a file."))
        if uploads[0].content_type != "application/pdf":
            raise ValidationError(_("The guidelines must be a PDF file."))
        return uploads[0]


class ExaminerForm(forms.Form):
    """people: instructors who are no examiners of the sitting yet."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Examiner"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a person"),
        help_text=gettext_lazy("Whoever has the role of instructor can be an examiner."),
    )
    is_external = forms.BooleanField(label=gettext_lazy("Comes from outside the school"), required=False)
    for_appeals = forms.BooleanField(
        label=gettext_lazy("Grades anew after appeals"),
        required=False,
        help_text=gettext_lazy(
            "Such an examiner grades no paper before an appeal, and sees neither grade nor explanation."
        ),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.fields["user"]
        assert isinstance(user, forms.ModelChoiceField)
        user.queryset = people


class AppointForm(forms.Form):
    """A choice for each place. examiners: the ordinary ones of the sitting, by key."""

    def __init__(
        self,
        *args: Any,
        places: Sequence[int],
        examiners: Sequence[Examiner],
        barred: Iterable[int] = (),
        **kwargs: Any,
    ) -> None:
        """barred: keys of those with a conflict of interest, which the choice says and the deed refuses."""
        super().__init__(*args, **kwargs)
        self.places = places
        self.examiners = {each.pk: each for each in examiners}
        cannot = set(barred)
        choices = [
            NOBODY,
            *(
                (
                    str(each.pk),
                    _("%(name)s (conflict of interest)") % {"name": each} if each.pk in cannot else str(each),
                )
                for each in examiners
            ),
        ]
        for place in places:
            self.fields[f"place_{place}"] = forms.ChoiceField(
                label=Appointment.Place(place).label, choices=choices, required=False
            )

    def clean(self) -> dict[str, Any]:
        """{"places": place → examiner or None}, as the deed asks for them."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = {place: cleaned.get(f"place_{place}") for place in self.places}
        return {"places": {place: self.examiners[int(pk)] if pk else None for place, pk in chosen.items()}}


class ProposalForm(forms.Form):
    """seen: the proposal that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ConflictForm(forms.Form):
    municipality = MunicipalityField(label=gettext_lazy("Municipality"))
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy(
            "A few words, such as former employer. Do not describe anybody’s health or family."
        ),
    )

    def values(self) -> tuple[Municipality, str]:
        return self.cleaned_data["municipality"], self.cleaned_data["why"]
