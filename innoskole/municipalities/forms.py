"""A text field for a municipality, with suggestions where scripts run; the filters of the register."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.municipalities.facts import BEGINNING
from innoskole.municipalities.models import County, LanguageForm, Municipality, MunicipalityQuerySet
from innoskole.municipalities.names import casefold, fold
from innoskole.municipalities.regions import Division, regions
from innoskole.municipalities.sizes import SIZES, size_name
from innoskole.ui.formats import day as written
from innoskole.ui.forms import DayField

MAX_SUGGESTIONS = 20
MAX_NAMED = 5
MAX_LENGTH = 200


class MunicipalityInput(forms.TextInput):
    """A text input; `day` decides which municipalities are suggested."""

    template_name = "municipalities/municipality_input.html"
    day: date | None = None

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"autocomplete": "off", "spellcheck": "false", "maxlength": MAX_LENGTH, **(attrs or {})}
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        query = f"?{urlencode({'on': self.day.isoformat()})}" if self.day else ""
        context["widget"]["suggest_url"] = reverse("municipalities:suggest") + query
        return context


class MunicipalityField(forms.Field):
    """The name or number of a municipality that exists on `day`; the value is the Municipality, or None.

    `day` is a date, or a function that returns one (today unless told). Understands Norwegian, Sami and
    Kven names, with or without Norwegian letters and the county in brackets, and four-digit numbers.
    """

    widget = MunicipalityInput
    text = forms.CharField(required=False, max_length=MAX_LENGTH)
    default_error_messages = {"required": gettext_lazy("Write the name of a municipality.")}

    def __init__(self, *, day: date | Callable[[], date] = timezone.localdate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.day = day

    @property
    def day(self) -> date:
        return self._day() if callable(self._day) else self._day

    @day.setter
    def day(self, day: date | Callable[[], date]) -> None:
        self._day = day
        self.widget.day = None if callable(day) else day

    def prepare_value(self, value: Any) -> Any:
        """The text to show: of a municipality its name, of a key (a model form's initial) likewise."""
        if isinstance(value, int):
            value = Municipality.objects.select_related("county").filter(pk=value).first()
        return value.label_on(self.day) if isinstance(value, Municipality) else value

    def to_python(self, value: Any) -> Any:
        text = self.text.clean(value)
        if not text:
            return None
        candidates = Municipality.objects.valid_on(self.day).select_related("county").in_order()
        found = list(candidates.called(text)[: MAX_SUGGESTIONS + 1])
        if len(found) > 1:
            # «Ås» as written, before «As» as typed without Norwegian letters.
            exact = [
                each
                for each in found
                if casefold(text) in (casefold(each.name), casefold(each.official_name))
            ]
            found = exact or found
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(
                _("Several municipalities are called “%(text)s”. Write one of these: %(choices)s."),
                code="ambiguous",
                params={"text": text, "choices": ", ".join(each.name_with_county for each in found)},
            )
        raise self._unknown(text, list(candidates.search(text)[:MAX_NAMED]))

    def _unknown(self, text: str, similar: list[Municipality]) -> ValidationError:
        params = {"text": text, "day": written(self.day)}
        former = (
            Municipality.objects.called(text)
            .filter(valid_to_on__lte=self.day)
            .order_by("-valid_to_on")
            .first()
        )
        if former:
            params["name"] = former.name
            params["successors"] = ", ".join(
                successor.municipality.display_name for successor in former.successors_on(self.day)
            )
            message = _(
                "%(name)s is no longer a municipality on %(day)s. It has become part of: %(successors)s."
            )
        elif similar:
            params["choices"] = ", ".join(each.label_on(self.day) for each in similar)
            message = _(
                "No municipality is called “%(text)s” on %(day)s. Did you mean one of these: %(choices)s?"
            )
        else:
            message = _("No municipality is called “%(text)s” on %(day)s. Check the spelling.")
        return ValidationError(message, code="unknown", params=params)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self._key(initial) != self._key(data))

    def _key(self, value: Any) -> Any:
        """What tells two values apart: the key of a municipality, else the text itself."""
        if isinstance(value, str):
            try:
                value = self.to_python(value)
            except ValidationError:
                return value
        return value.pk if isinstance(value, Municipality) else value


class SuggestForm(forms.Form):
    """What the municipality field asks for while somebody types."""

    q = forms.CharField(required=False, max_length=MAX_LENGTH)
    on = forms.DateField(required=False)

    def suggestions(self, today: date) -> list[Municipality]:
        """At most MAX_SUGGESTIONS municipalities of the day, those whose name begins with the text first."""
        text = self.cleaned_data["q"]
        if not text:
            return []
        day = self.cleaned_data["on"] or today
        found = Municipality.objects.valid_on(day).with_namesake(day).search(text).select_related("county")
        begins = fold(text)
        ordered = sorted(found.in_order(), key=lambda each: not fold(each.name).startswith(begins))
        return ordered[:MAX_SUGGESTIONS]


def _in_the_register(day: date) -> None:
    if day < BEGINNING:
        raise ValidationError(_("The register begins on %(day)s."), params={"day": written(BEGINNING)})


class FilterForm(forms.Form):
    """The filters of the public register; every one is optional, and one that makes no sense is left out."""

    q = forms.CharField(label=gettext_lazy("Name, county or number"), required=False, max_length=MAX_LENGTH)
    on = DayField(
        label=gettext_lazy("The register as of"),
        required=False,
        validators=[_in_the_register],
        help_text=gettext_lazy("Empty means today."),
    )
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    county = forms.ChoiceField(label=gettext_lazy("County"), required=False)
    size = forms.ChoiceField(label=gettext_lazy("Size"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language form"), required=False)

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        super().__init__(data)
        try:
            self.day = self.fields["on"].clean(data.get("on")) or today
        except ValidationError:
            self.day = today  # the field says what is wrong with it
        anything: list[Any] = [("", _("All"))]
        self._choose("region", anything + [self._division(division) for division in Division])
        counties = County.objects.valid_on(self.day).order_by("sort_key")
        self._choose("county", anything + list(counties.values_list("code", "name")))
        self._choose("size", anything + [(code, size_name(code)) for code in SIZES])
        self._choose("language", anything + LanguageForm.choices)

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _division(self, division: Division) -> tuple[str, list[tuple[str, str]]]:
        return str(division.label), [
            (f"{division.value}-{region.code}", region.name) for region in regions(division, self.day)
        ]

    def municipalities(self) -> MunicipalityQuerySet:
        """The municipalities of the day that the filters let through, with their population on it."""
        self.full_clean()
        chosen = self.cleaned_data
        found = Municipality.objects.valid_on(self.day).with_population(self.day).search(chosen.get("q", ""))
        if chosen.get("region"):
            division, code = chosen["region"].split("-")
            found = found.in_region(Division(division), code, self.day)
        if chosen.get("county"):
            found = found.filter(county__code=chosen["county"])
        if chosen.get("size"):
            found = found.of_size(chosen["size"])
        if chosen.get("language"):
            found = found.filter(language_form=chosen["language"])
        return found
