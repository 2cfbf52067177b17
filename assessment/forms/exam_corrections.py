"""The form of a correction: what was decided, and what was typed wrongly."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from assessment.forms.exam_redress import steps_in_words
from assessment.models import Grade, Mark


class CorrectionForm(forms.Form):
    """grade: the version that stands, with which the form begins; the mark follows from the two."""

    paper_mark = forms.ChoiceField(label=gettext_lazy("Grade of the paper"), choices=Mark.choices)
    steps = forms.TypedChoiceField(label=gettext_lazy("Result of the oral"), coerce=int)
    reason = forms.CharField(
        label=gettext_lazy("What was typed wrongly"),
        help_text=gettext_lazy("The candidate and the school’s staff read it. Do not write about health."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, grade: Grade, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = max(grade.candidate.exam.most_adjustment, abs(grade.steps))
        self.initial = {"paper_mark": grade.paper_mark, "steps": grade.steps}
        steps = self.fields["steps"]
        assert isinstance(steps, forms.TypedChoiceField)
        steps.choices = [(str(each), steps_in_words(each)) for each in range(most, -most - 1, -1)]
