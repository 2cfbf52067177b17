"""Forms of presentations, of the public page, of the consents to it, and of the library's filters."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Sector
from applications.models.content import Values
from cohorts.forms.project import PartForm, control, team_people
from cohorts.models import LibraryEntry, Presentation
from cohorts.models.dissemination import CONTENT, LibraryQuerySet
from innoskole.municipalities.models import County
from innoskole.municipalities.regions import Landsdel

LONGEST_SEARCH = 200


class PresentationForm(PartForm):
    class Meta(PartForm.Meta):
        model = Presentation
        fields = Presentation.NAMES
        widgets = {"presenters": forms.CheckboxSelectMultiple}
        help_texts = {
            "audience": gettext_lazy("Who listened or read, and roughly how many."),
            "link": gettext_lazy("To the minutes, the article or the recording."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        presenters, file = self.fields["presenters"], self.fields["file"]
        presenters.queryset = team_people(self.project)  # type: ignore[attr-defined]
        file.queryset = self.project.files.in_order()  # type: ignore[attr-defined]
        file.empty_label = _("None")  # type: ignore[attr-defined]


class PageForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the public may read of a project. `version`: digest of what stood there when it was opened."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"), choices=Sector.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = LibraryEntry
        fields = CONTENT
        formfield_callback = control
        widgets = {"language": forms.RadioSelect}
        help_texts = {
            "problem": gettext_lazy("For somebody who does not know your municipality."),
            "result": gettext_lazy("What you have found out or changed until now; you can add to it later."),
            "keywords": gettext_lazy("Other words by which somebody may look for this, with commas."),
            "contact": gettext_lazy("A unit or a role, for example “Development unit”; no person's name."),
            "contact_email": gettext_lazy("An address of the municipality that is not a person's own."),
        }

    def values(self) -> Values:
        return {name: self.cleaned_data[name] for name in CONTENT}


class AgreeForm(forms.Form):
    """A yes to exactly what the page shows."""

    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, digest: str) -> None:
        super().__init__(data, files, initial={"digest": digest})


class NothingForm(forms.Form):
    """A deed that asks for nothing."""


class LibraryForm(forms.Form):
    """The filters of the library; every one is optional, and one that makes no sense is left out."""

    q = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=LONGEST_SEARCH,
        help_text=gettext_lazy("In the title, the text, the keywords and the names of the municipality."),
    )
    sector = forms.ChoiceField(label=gettext_lazy("Sector"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("Part of the country"), required=False)
    county = forms.ChoiceField(label=gettext_lazy("County"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("Year"), required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        public = LibraryEntry.objects.public()
        counties = County.objects.filter(pk__in=public.values("municipality__county"))
        years = public.order_by("-year").values_list("year", flat=True).distinct()
        self._choose("sector", Sector.choices)
        self._choose("region", Landsdel.choices)
        self._choose("county", counties.order_by("sort_key", "code").values_list("code", "name"))
        self._choose("year", [(str(year), str(year)) for year in years])

    def _choose(self, name: str, choices: Any) -> None:
        self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    def entries(self) -> LibraryQuerySet:
        """The public projects that the filters let through. County codes are not used twice over time."""
        self.full_clean()
        chosen = self.cleaned_data
        found = LibraryEntry.objects.public().search(chosen.get("q", ""))
        if chosen.get("sector"):
            found = found.in_sector(chosen["sector"])
        if chosen.get("region"):
            found = found.filter(municipality__landsdel=chosen["region"])
        if chosen.get("county"):
            found = found.filter(municipality__county__code=chosen["county"])
        if chosen.get("year"):
            found = found.filter(year=chosen["year"])
        return found
