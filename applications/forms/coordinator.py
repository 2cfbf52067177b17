"""The coordinator's forms: they ask and check, and change nothing."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import (
    Application,
    EducationLevel,
    Intake,
    Part,
    PoliticalOutcome,
    RoleType,
    Sector,
    TeamMember,
)
from applications.models.completeness import REQUIRED_OF_DECIDED
from applications.models.content import FIELDS, MEMBER_FIELDS, Values
from applications.uploads import ACCEPT, Upload, inspect, largest
from innoskole.accounts.guards import Refused
from innoskole.municipalities.forms import MunicipalityField
from innoskole.ui.forms import DayField

FIRST_PLAN_YEAR = 1990
LONGEST_TEXT = 10_000
# On the conflict page: whether a question keeps what is saved.
CHOICE, SAVED = "choice-", "saved"
REQUIRED = forms.Field.default_error_messages["required"]


def _field(model: type[Model], name: str, **options: Any) -> Any:
    """The form field of a model's field, with its label and limits."""
    return model._meta.get_field(name).formfield(**options)  # type: ignore[union-attr]


class LongTextField(forms.CharField):
    """Text in lines. Browsers end lines in two ways, a form's post and a script's: both mean the same."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def _text(model: type[Model], name: str, *, rows: int, **options: Any) -> Any:
    return _field(
        model,
        name,
        form_class=LongTextField,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        **options,
    )


class StartForm(forms.Form):
    """Which municipality applies; any that exists on the intake's date."""

    municipality = MunicipalityField(
        label=gettext_lazy("Municipality"),
        help_text=gettext_lazy("Write the first letters of the name, or the municipality's number."),
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["municipality"]
        assert isinstance(field, MunicipalityField)
        field.day = intake.register_on


class StepForm(forms.Form):
    """A part of the application. `version` carries the fingerprint of what it said when it was opened."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    names: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intake = intake

    def values(self) -> Values:
        """The part's own values, cleaned, in the order of the part."""
        return {name: self.cleaned_data[name] for name in self.names}

    def typed(self) -> dict[str, Any]:
        """What stands in the controls now, valid or not, as JSON that `restored` understands."""
        data = self.data if isinstance(self.data, MultiValueDict) else MultiValueDict()
        kept = (name for name, field in self.fields.items() if not isinstance(field, forms.FileField))
        return {name: data.getlist(name) for name in kept if name in data}

    def shown(self) -> dict[str, Any]:
        """The same as initial values of a fresh form, which shows them without judging them."""
        return {name: self[name].data for name, field in self.fields.items() if name in self.data}

    def differs_from(self, initial: Values) -> bool:
        """Whether the controls hold anything else than the saved values."""
        return any(
            field.has_changed(initial.get(name), self[name].data)
            for name, field in self.fields.items()
            if name != "version" and not isinstance(field, forms.FileField)
        )


def chosen(posted: QueryDict, saved: Values) -> QueryDict:
    """What the conflict page posts: what was typed, but what is saved for the questions that say so."""
    data = posted.copy()
    for name, value in saved.items():
        if posted.get(f"{CHOICE}{name}") == SAVED:
            data.setlist(name, value if isinstance(value, list) else ["" if value is None else str(value)])
    return data


def as_post(typed: dict[str, Any]) -> QueryDict:
    """Typed values, as they were kept, in the shape in which a browser posts them."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


class MunicipalityForm(StepForm):
    names = FIELDS[Part.MUNICIPALITY]

    contact_phone = _field(
        Application, "contact_phone", help_text=gettext_lazy("In case the school needs to reach you quickly.")
    )


class ProblemForm(StepForm):
    names = FIELDS[Part.PROBLEM]

    problem_title = _field(
        Application,
        "problem_title",
        required=True,
        help_text=gettext_lazy("A few words that people will recognise the project by."),
    )
    problem_statement = _text(
        Application,
        "problem_statement",
        rows=6,
        required=True,
        help_text=gettext_lazy(
            "A real problem from your municipality, written as a question if you can. The team works on it"
            " throughout the course."
        ),
    )
    problem_reason = _text(Application, "problem_reason", rows=5, required=False)


class AnchoringForm(StepForm):
    names = FIELDS[Part.ANCHORING]
    conditional: ClassVar = dict.fromkeys(REQUIRED_OF_DECIDED, gettext_lazy("Required once treated"))

    plan_title = _field(
        Application,
        "plan_title",
        required=True,
        help_text=gettext_lazy("The municipal plan, or another plan, in which the problem is mentioned."),
    )
    plan_year = forms.IntegerField(
        label=gettext_lazy("Year of the plan"), min_value=FIRST_PLAN_YEAR, widget=forms.TextInput
    )
    plan_page = _field(Application, "plan_page")
    plan_quote = _text(Application, "plan_quote", rows=4, required=False)
    political_body = _field(
        Application,
        "political_body",
        required=True,
        help_text=gettext_lazy("For example the executive committee or the municipal council."),
    )
    political_outcome = forms.ChoiceField(
        label=gettext_lazy("Treatment in the political body"),
        choices=PoliticalOutcome.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The case may come before the body after the application is sent in."),
    )
    political_case_number = _field(
        Application,
        "political_case_number",
        help_text=gettext_lazy("The number of the case that the body has treated."),
    )
    political_decided_on = DayField(
        label=gettext_lazy("Date of the meeting"),
        required=False,
        help_text=gettext_lazy("If the body has treated the case, or the date is set."),
    )

    def clean_plan_year(self) -> int:
        year: int = self.cleaned_data["plan_year"]
        if year > self.intake.year:
            raise ValidationError(_("Write the year in which the plan was adopted."))
        return year

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("political_outcome", PoliticalOutcome.PLANNED) != PoliticalOutcome.PLANNED:
            for name in REQUIRED_OF_DECIDED:
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, ValidationError(REQUIRED, code="required"))
        return cleaned


class CompositionForm(StepForm):
    names = FIELDS[Part.COMPOSITION]

    problem_sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors that the problem touches"),
        choices=Sector.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose all that have a part in the problem or in its solution."),
    )
    mitigation = _text(
        Application,
        "mitigation",
        rows=4,
        required=False,
        help_text=gettext_lazy(
            "If the problem touches a sector that nobody in the team comes from:"
            " how will the team involve it?"
        ),
    )

    def __init__(self, *args: Any, present: Collection[str] = (), **kwargs: Any) -> None:
        """present: the sectors of the people in the team; when there are any, the others are marked."""
        super().__init__(*args, **kwargs)
        field = self.fields["problem_sectors"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (
                sector,
                label
                if sector in present or not present
                else _("%(sector)s (nobody in the team)") % {"sector": label},
            )
            for sector, label in Sector.choices
        ]


class GuaranteeForm(StepForm):
    names = ("approver_name", "approver_title", "approver_email")

    approver_name = forms.CharField(label=gettext_lazy("Name of the approver"), max_length=120)
    approver_title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        help_text=gettext_lazy("Usually the municipal director."),
    )
    approver_email = forms.EmailField(
        label=gettext_lazy("E-mail of the approver"),
        help_text=gettext_lazy("The link to the guarantee is sent to this address."),
    )


PART_FORMS: dict[str, type[StepForm]] = {
    Part.MUNICIPALITY: MunicipalityForm,
    Part.PROBLEM: ProblemForm,
    Part.ANCHORING: AnchoringForm,
    Part.COMPOSITION: CompositionForm,
    Part.GUARANTEE: GuaranteeForm,
}


class PartnerForm(forms.Form):
    """Which municipality to ask, and who there is to answer."""

    municipality = MunicipalityField(label=gettext_lazy("Municipality"))
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the contact in the municipality"),
        help_text=gettext_lazy("The person who can answer for the municipality. They need no account."),
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["municipality"]
        assert isinstance(field, MunicipalityField)
        field.day = intake.register_on


class AskAgainForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail of the contact in the municipality"))


class DocumentsInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class DocumentsField(forms.FileField):
    """Any number of files, each checked by content and size; the value is a list of Upload."""

    widget = DocumentsInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files: list[UploadedFile[bytes]] = (
            list(data) if isinstance(data, list | tuple) else [data] if data else []
        )
        checked, refusals = [], []
        for file in files:
            try:
                checked.append(inspect(file))
            except Refused as refusal:
                refusals.append(str(refusal))
        if refusals:
            raise ValidationError(refusals)
        return checked

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class MemberForm(StepForm):
    """A nominated person. The order is that of a conversation: who, where, what."""

    names: ClassVar[Sequence[str]] = MEMBER_FIELDS

    name = _field(TeamMember, "name")
    email = _field(TeamMember, "email")
    position = _field(TeamMember, "position")
    unit = _field(
        TeamMember, "unit", help_text=gettext_lazy("The unit's own name, for example “The library”.")
    )
    sector = forms.ChoiceField(
        label=gettext_lazy("Sector"), choices=[("", gettext_lazy("Choose a sector")), *Sector.choices]
    )
    role_type = forms.ChoiceField(
        label=gettext_lazy("Type of role"), choices=RoleType.choices, widget=forms.RadioSelect
    )
    education = forms.ChoiceField(
        label=gettext_lazy("Highest education"),
        choices=EducationLevel.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("It decides whether the person can sit the exam and earn credits."),
    )
    education_details = _field(TeamMember, "education_details")
    experience_years = forms.IntegerField(
        label=gettext_lazy("Years of relevant work experience"),
        min_value=0,
        max_value=70,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    experience_details = _text(TeamMember, "experience_details", rows=3, required=False)
    documents = DocumentsField(
        label=gettext_lazy("Documents"),
        required=False,
        widget=DocumentsInput(attrs={"accept": ACCEPT}),
        help_text=format_lazy(
            gettext_lazy(
                "Diplomas and certificates as PDF, JPEG or PNG, at most {limit} per file; you can choose"
                " several. Only you, your colleagues and the school see them."
            ),
            limit=lazy(largest, str)(),
        ),
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()
