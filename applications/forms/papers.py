"""Forms of the case paper: its headings, and what the political body decided."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import AnchoringForm, LongTextField
from applications.models import CasePaper
from applications.models.content import POLITICAL, Values
from applications.papers.paper import HEADINGS, RECOMMENDATION, RECOMMENDS, TEXTS, TITLE, Paper

# The proposal may quote several texts of the application, each of which is long.
LONGEST_HEADING = 40_000
WITH, WITHOUT = "with", "without"


class PaperForm(forms.Form):
    """Every heading with what it says, and beside it the fingerprint of what it said when it was opened.

    A heading that is left as it is follows the application; an empty one does so again.
    """

    title = forms.CharField(
        label=gettext_lazy("Title of the case"),
        max_length=CasePaper._meta.get_field("title").max_length,
        required=False,
    )
    recommends = forms.ChoiceField(
        label=gettext_lazy("Is there a recommendation?"),
        choices=[
            (WITHOUT, gettext_lazy("Without a recommendation")),
            (WITH, gettext_lazy("With the recommendation below")),
        ],
        widget=forms.RadioSelect,
        required=False,  # one of them is always chosen
    )

    def __init__(self, data: Any = None, *, paper: Paper) -> None:
        said = paper.values()
        initial = {**said, RECOMMENDS: WITH if said[RECOMMENDS] else WITHOUT}
        super().__init__(data, initial=initial)
        texts = {name: self._heading(paper, name) for name in HEADINGS}
        self.fields[TITLE].widget.attrs["lang"] = paper.language
        order: list[str] = []
        for name in TEXTS:
            if name == RECOMMENDATION:
                order.append(RECOMMENDS)
            order.append(name)
            if name in texts:
                self.fields[name] = texts[name]
            if paper.headings[name].own:
                self.fields[f"{name}_again"] = forms.BooleanField(
                    label=_("Use the proposal for “%(heading)s” again")
                    % {"heading": self.fields[name].label},
                    required=False,
                )
                order.append(f"{name}_again")
        for name, version in paper.versions().items():
            self.fields[f"{name}_version"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=version
            )
        self.order_fields(order)

    def _heading(self, paper: Paper, name: str) -> forms.CharField:
        text = paper.headings[name].text
        lines = sum(1 + len(line) // 80 for line in text.split("\n"))
        return LongTextField(
            label=HEADINGS[name],
            max_length=LONGEST_HEADING,
            required=False,
            widget=forms.Textarea(attrs={"rows": min(max(lines + 1, 4), 24), "lang": paper.language}),
        )

    def values(self) -> Values:
        """As Paper.values."""
        return {RECOMMENDS: self.cleaned_data[RECOMMENDS] == WITH} | {
            name: self.cleaned_data[name] for name in TEXTS
        }

    def versions(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"{name}_version"] for name in (RECOMMENDS, *TEXTS)}

    def again(self) -> set[str]:
        """Headings that shall follow the proposal again."""
        return {name for name in TEXTS if self.cleaned_data.get(f"{name}_again")}


class OutcomeForm(AnchoringForm):
    """The part of the step «Anchoring» that the political body fills in, with the same rules."""

    names = POLITICAL

    plan_title = None
    plan_year = None  # type: ignore[assignment]  # Django's way of leaving an inherited field out
    plan_page = None
    plan_quote = None
