"""Forms of the plan: they ask and check, and change nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import LongTextField
from applications.uploads import ACCEPT, Upload, inspect
from cohorts.models import Cohort, LearningOutcome, ProgrammeItem, Session, SessionDay
from cohorts.models.plan import FIRST_DAY, LAST_DAY
from innoskole.accounts.guards import Refused
from innoskole.ui import formats
from innoskole.ui.forms import DayField

LONGEST_TEXT = 5_000
TRANSLATED = gettext_lazy("Left empty, the text in bokmål is shown.")


class PlanDayField(DayField):
    """A day between those of which the holidays are known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators += [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class ClockField(forms.TimeField):
    """A time of the day, without seconds."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _long(label: Any, **options: Any) -> LongTextField:
    return LongTextField(
        label=label,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        **options,
    )


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A session without its days."""

    about_nb = _long(gettext_lazy("Content (bokmål)"))
    about_nn = _long(gettext_lazy("Content (nynorsk)"), help_text=TRANSLATED)
    about_en = _long(gettext_lazy("Content (English)"), help_text=TRANSLATED)
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    number = forms.TypedChoiceField(
        label=gettext_lazy("Number in the plan"),
        coerce=int,
        help_text=gettext_lazy("The other sessions get the numbers around it."),
    )

    class Meta:
        model = Session
        fields = [
            *("number", "title_nb", "place", "is_study_tour", "about_nb"),
            *("title_nn", "about_nn", "title_en", "about_en"),
        ]
        help_texts = {"title_nn": TRANSLATED, "title_en": TRANSLATED}

    MAIN = ("number", "title_nb", "about_nb", "place", "is_study_tour")
    LANGUAGES = ("title_nn", "about_nn", "title_en", "about_en")

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        """count: how many sessions the plan has with this one."""
        super().__init__(*args, **kwargs)
        field = self.fields["number"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(number, str(number)) for number in range(1, count + 1)]
        self.initial["version"] = self.instance.version if self.instance.pk else ""
        if not self.instance.pk:
            self.initial["number"] = count

    def main(self) -> list[Any]:
        return [self["version"], *(self[name] for name in self.MAIN)]

    def languages(self) -> list[Any]:
        return [self[name] for name in self.LANGUAGES]

    def values(self) -> dict[str, Any]:
        """Fields of Session."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _post_clean(self) -> None:
        """The instance is not filled in: a refused value must not show on the page around the form."""


class SessionDayForm(forms.ModelForm):  # type: ignore[type-arg]
    """A day of a session; one without a date is no day, and one with a date emptied is taken out."""

    held_on = PlanDayField(label=gettext_lazy("Date"), required=False)
    starts = ClockField(label=gettext_lazy("Starts"))
    ends = ClockField(label=gettext_lazy("Ends"))

    class Meta:
        model = SessionDay
        fields = ["held_on", "starts", "ends", "halves", "place"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _in_order(self, cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """The instance is not filled in: an action does that, and the database has the last word."""


def _in_order(form: forms.BaseForm, cleaned: Mapping[str, Any]) -> None:
    starts, ends = cleaned.get("starts"), cleaned.get("ends")
    if starts and ends and ends <= starts:
        form.add_error("ends", _("The end must be later than the start."))


class _DayFormSet(BaseFormSet):  # type: ignore[type-arg]
    def __init__(self, data: Any = None, *, session: Session | None, most: int) -> None:
        """most: how many days there is room for; those that exist are all shown."""
        self.known = list(session.days.order_by("held_on")) if session else []
        self.extra = self.max_num = max(len(self.known), most, 1)
        super().__init__(data, prefix="day", auto_id="id_%s")

    def total_form_count(self) -> int:
        return self.extra

    def initial_form_count(self) -> int:
        return 0

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        if index is not None and index < len(self.known):
            kwargs["instance"] = self.known[index]
        return kwargs

    def _construct_form(self, i: int, **kwargs: Any) -> SessionDayForm:
        form: SessionDayForm = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.empty_permitted = False
        form.error_prefix = _("Day %(number)s") % {"number": i + 1}  # type: ignore[attr-defined]
        return form

    def clean(self) -> None:
        dates = [day["held_on"] for day in self.days()]
        if len(set(dates)) < len(dates):
            raise ValidationError(_("Two days of the session have the same date."))

    def days(self) -> list[dict[str, Any]]:
        """Fields of SessionDay each, with `pk` for one that exists; those without a date left out."""
        return [
            {**form.cleaned_data, **({"pk": form.instance.pk} if form.instance.pk else {})}
            for form in self.forms
            if getattr(form, "cleaned_data", {}).get("held_on")
        ]


DayFormSet: type[_DayFormSet] = forms.formset_factory(SessionDayForm, formset=_DayFormSet)  # type: ignore[assignment]


class MakeForm(forms.Form):
    """The days of the sessions of the programme, when they are known."""

    first_on = PlanDayField(
        label=gettext_lazy("First day of the first session"),
        required=False,
        help_text=gettext_lazy("Leave it empty to place the sessions in time later."),
    )
    weeks_between = forms.IntegerField(
        label=gettext_lazy("Weeks from one session to the next"), min_value=1, max_value=12, initial=5
    )


class CopyForm(forms.Form):
    """Which plan to take over, and when it is to begin."""

    source = forms.ModelChoiceField(
        Cohort.objects.none(), label=gettext_lazy("Copy the plan of"), empty_label=None
    )
    first_on = PlanDayField(
        label=gettext_lazy("Begins in the week of"),
        help_text=gettext_lazy(
            "The plan is moved by whole weeks, so that a Tuesday stays a Tuesday. You see the dates before"
            " anything is saved."
        ),
    )

    def __init__(self, *args: Any, sources: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sources


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """An item of the programme. The caller hands `values()` and the outcomes to an action."""

    starts = ClockField(label=gettext_lazy("Starts"))
    ends = ClockField(label=gettext_lazy("Ends"))
    about_nb = _long(gettext_lazy("Description (bokmål)"))
    about_nn = _long(gettext_lazy("Description (nynorsk)"), help_text=TRANSLATED)
    about_en = _long(gettext_lazy("Description (English)"), help_text=TRANSLATED)
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    outcomes = forms.ModelMultipleChoiceField(
        LearningOutcome.objects.none(),
        label=gettext_lazy("Learning outcomes that it works on"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = ProgrammeItem
        fields = [
            *("day", "starts", "ends", "kind", "title_nb", "room", "about_nb"),
            *("theory", "creative_techniques", "peer_learning", "outcomes"),
            *("title_nn", "about_nn", "title_en", "about_en"),
        ]
        help_texts = {
            "title_nn": TRANSLATED,
            "title_en": TRANSLATED,
            "room": gettext_lazy("Items at the same time must be in different rooms."),
        }

    MAIN = ("day", "starts", "ends", "kind", "title_nb", "about_nb", "room")
    PILLARS = ("theory", "creative_techniques", "peer_learning")
    LANGUAGES = ("title_nn", "about_nn", "title_en", "about_en")

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day, outcomes = self.fields["day"], self.fields["outcomes"]
        assert isinstance(day, forms.ModelChoiceField)
        assert isinstance(outcomes, forms.ModelMultipleChoiceField)
        days = SessionDay.objects.filter(session__cohort=cohort).select_related("session")
        day.queryset = days.order_by("session__number", "held_on")
        day.empty_label = None
        day.label = _("Day")
        day.label_from_instance = _day_label  # type: ignore[assignment, method-assign]
        outcomes.queryset = cohort.outcomes.all()
        self.initial["version"] = self.instance.version if self.instance.pk else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _in_order(self, cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """The instance is not filled in: a refused value must not show on the page around the form."""

    def main(self) -> list[Any]:
        return [self["version"], *(self[name] for name in self.MAIN)]

    def pillars(self) -> list[Any]:
        return [self[name] for name in self.PILLARS]

    def languages(self) -> list[Any]:
        return [self[name] for name in self.LANGUAGES]

    def values(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.cleaned_data.items() if name not in ("version", "outcomes")
        }

    def chosen_outcomes(self) -> Sequence[LearningOutcome]:
        return list(self.cleaned_data["outcomes"])


def _day_label(day: Any) -> str:
    return _("%(day)s – session %(session)s") % {
        "day": formats.day(day.held_on, weekday=True),
        "session": day.session,
    }


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = LearningOutcome
        fields = ["code", "domain", "text_nb", "text_nn", "text_en"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("text_nb", "text_nn", "text_en")}
        help_texts = {
            "code": gettext_lazy("Short, as K1: what it goes by in tables."),
            "text_nn": TRANSLATED,
            "text_en": TRANSLATED,
        }


class MaterialForm(forms.Form):
    """A file or a link, one of them."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB. Save slides as PDF."),
    )
    link = forms.URLField(
        label=gettext_lazy("Or a link"), required=False, max_length=500, assume_scheme="https"
    )
    is_published = forms.BooleanField(
        label=gettext_lazy("The participants of the cohort can read it at once"), required=False
    )
    conditional = {
        "file": gettext_lazy("A file or a link"),
        "link": gettext_lazy("A file or a link"),
    }

    def clean_file(self) -> Upload | None:
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        if not file:
            return None
        try:
            return inspect(file)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("link")):
            self.add_error("link", _("Choose a file or write a link, one of them."))
        return cleaned


def first_day_proposed(source: Cohort | None) -> date | None:
    """A year after the first day of the plan that is copied, on the same day of the week."""
    days = SessionDay.objects.filter(session__cohort=source).order_by("held_on") if source else None
    first = days.first() if days is not None else None
    return date.fromordinal(first.held_on.toordinal() + 52 * 7) if first else None
