"""Forms of a team's project: its texts as the application's forms ask for them, and its parts."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import DateField, Field, Model, QuerySet, TextField, URLField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import (
    LONGEST_TEXT,
    AnchoringForm,
    CompositionForm,
    LongTextField,
    ProblemForm,
    StepForm,
)
from applications.models import Part, Sector
from applications.models.content import Values, fingerprint
from cohorts.models import (
    ExpectedValue,
    Force,
    GapNote,
    Participant,
    Project,
    ProjectPart,
    Risk,
    Stakeholder,
)
from innoskole.ui.forms import DayField


class ProjectProblemForm(ProblemForm):
    why = LongTextField(
        label=gettext_lazy("Why do you change it?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Your colleagues and instructors read this in the history of the problem."),
    )


class ProjectAnchoringForm(AnchoringForm):
    def clean_plan_year(self) -> int:
        """A plan may be adopted while the cohort lives, which is until the year after its intake's."""
        year: int = self.cleaned_data["plan_year"]
        if year > self.intake.year + 1:
            raise ValidationError(_("Write the year in which the plan was adopted."))
        return year


SECTION_FORMS: dict[str, type[StepForm]] = {
    Part.PROBLEM: ProjectProblemForm,
    Part.ANCHORING: ProjectAnchoringForm,
    Part.COMPOSITION: CompositionForm,
}


def control(field: "Field[Any, Any]", **options: Any) -> Any:
    """The form field of a model's field: long texts in lines, days with the browser's calendar."""
    match field:
        case TextField():
            options = {
                "form_class": LongTextField,
                "max_length": LONGEST_TEXT,
                **options,
                "widget": forms.Textarea(attrs={"rows": 3}),
            }
        case DateField():
            options = {"form_class": DayField, **options, "widget": DayField.widget()}
        case URLField():
            options = {"assume_scheme": "https", **options}
    return field.formfield(**options)


def plain_value(value: Any) -> Any:
    """As ProjectPart.values keeps it: relations by their keys."""
    match value:
        case QuerySet():
            return sorted(row.pk for row in value)
        case Model():
            return value.pk
        case _:
            return value


class PartForm(forms.ModelForm):  # type: ignore[type-arg]
    """A part of a project. `version` carries the fingerprint of what it said when it was opened."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    model: ClassVar[type[ProjectPart]]

    class Meta:
        formfield_callback = control

    def __init__(self, data: Any = None, *, project: Project, part: ProjectPart) -> None:
        version = fingerprint(part.values()) if part.pk else ""
        super().__init__(data, instance=part, initial={"version": version})
        self.project = project

    def values(self) -> Values:
        """As ProjectPart.values."""
        return {name: plain_value(self.cleaned_data[name]) for name in self._meta.model.NAMES}


class StakeholderForm(PartForm):
    class Meta(PartForm.Meta):
        model = Stakeholder
        fields = Stakeholder.NAMES
        help_texts = {
            "name": gettext_lazy("A group, a unit or an organisation; do not name private persons."),
            "role": gettext_lazy("For example user, decides, pays, does the work, may object."),
        }


class ForceForm(PartForm):
    class Meta(PartForm.Meta):
        model = Force
        fields = Force.NAMES
        widgets = {"kind": forms.RadioSelect}


class RiskForm(PartForm):
    class Meta(PartForm.Meta):
        model = Risk
        fields = Risk.NAMES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        owner.queryset = team_people(self.project)  # type: ignore[attr-defined]
        owner.empty_label = _("Nobody yet")  # type: ignore[attr-defined]


class ExpectedValueForm(PartForm):
    class Meta(PartForm.Meta):
        model = ExpectedValue
        fields = ExpectedValue.NAMES
        help_texts = {"for_whom": gettext_lazy("A group, for example pupils in upper secondary school.")}


class GapNoteForm(PartForm):
    class Meta(PartForm.Meta):
        model = GapNote
        fields = GapNote.NAMES
        widgets = {"status": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        touched = [*self.project.problem_sectors, self.instance.sector]
        choices = [(sector.value, sector.label) for sector in Sector if sector in touched]
        self.fields["sector"].choices = choices  # type: ignore[attr-defined]


def team_people(project: Project) -> "QuerySet[Participant]":
    """Those who take part now."""
    return Participant.objects.present().filter(team=project.team).select_related("member").in_order()
