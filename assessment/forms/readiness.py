"""The filter of a cohort's matrix, and what the cohort asks before the exam and the certificate."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fees import FilterForm
from applications.forms.people import ANY
from assessment.models.readiness_matrix import Criterion, Filters, ReadyFilter, RoleFilter
from cohorts.models import Team


class ProgressFilterForm(FilterForm):
    """Lives in the address."""

    team = forms.ChoiceField(label=_("Team"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[*ANY, *RoleFilter.choices])
    lacks = forms.ChoiceField(label=_("What is missing"), required=False)

    def __init__(
        self, *args: Any, teams: Sequence[Team], criteria: Sequence[Criterion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Name or municipality")
        conditions = [(criterion.key, criterion.label) for criterion in criteria]
        self._choices("team", [(str(team.number), f"{team.number}. {team}") for team in teams])
        self._choices("lacks", [*ReadyFilter.choices, *conditions])

    def _choices(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*ANY, *choices]

    def filters(self) -> Filters:
        asked = self.asked()
        return Filters(text=asked.pop("q"), **asked)


class RuleForm(forms.Form):
    """The work requirements, the admission and the semester fees are always asked before the exam."""

    exam_needs_attendance = forms.BooleanField(
        label=_("The required attendance must be reached before the exam"), required=False
    )
    certificate_needs_requirements = forms.BooleanField(
        label=_("The work requirements must be approved for the certificate of attendance"), required=False
    )
