"""The administrator's forms: they ask and check, and change nothing."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Intake, Part
from applications.models.admission import DECISIONS
from applications.models.queue import AssessedFilter, CheckedFilter, Filters, RequestFilter
from applications.models.rules import RULES, TEXTS, Bounds, Group, groups_of, quotas_of
from applications.states import Basis, State
from innoskole.deadlines import reckoning
from innoskole.municipalities.models import Municipality
from innoskole.municipalities.regions import regions
from innoskole.municipalities.sizes import SIZES, size_name
from innoskole.ui import formats
from innoskole.ui.forms import DayField, MomentField

ANY = [("", gettext_lazy("All"))]
OFFICE_CLOSES = time(15)


class IntakeForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rules of an intake while it is planned. The caller hands `cleaned_data` to an action."""

    opens_at = MomentField(label=gettext_lazy("Opens"))
    closes_at = MomentField(label=gettext_lazy("Application deadline"))
    objections_close_at = MomentField(
        label=gettext_lazy("Deadline for objections to eligibility"),
        help_text=gettext_lazy("The list of applicants is frozen after this moment."),
    )
    population_on = DayField(
        label=gettext_lazy("Population figures as of"),
        help_text=gettext_lazy("They decide the size class. The latest figures up to this day are used."),
    )
    register_on = DayField(
        label=gettext_lazy("Municipalities as of"),
        help_text=gettext_lazy("Municipalities that exist on this day can apply."),
    )

    class Meta:
        model = Intake
        fields = ["slug", *RULES, *TEXTS]
        help_texts = {
            "slug": gettext_lazy("The last part of the public page's address, for example autumn-2027."),
            "small_below": gettext_lazy("Inhabitants."),
            "large_from": gettext_lazy("Inhabitants."),
        }
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in TEXTS}

    SECTIONS = (
        (gettext_lazy("Semester"), ("season", "year", "slug")),
        (
            gettext_lazy("Dates, Norwegian time"),
            ("opens_at", "closes_at", "objections_close_at", "response_days"),
        ),
        (
            gettext_lazy("Places and teams"),
            ("capacity", "team_min", "team_max", "sectors_min", "individual_needs_two"),
        ),
        (
            gettext_lazy("Regions and sizes"),
            ("division", "register_on", "population_on", "small_below", "large_from"),
        ),
        (gettext_lazy("About the intake, shown on its public page"), TEXTS),
    )

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in self.SECTIONS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for earlier, later, text in (
            ("opens_at", "closes_at", _("The deadline must be later than the opening.")),
            ("closes_at", "objections_close_at", _("Objections cannot end before the application deadline.")),
        ):
            first, second = cleaned.get(earlier), cleaned.get(later)
            if first and second and (second < first or (earlier == "opens_at" and second == first)):
                self.add_error(later, text)
        self._in_order("team_min", "team_max", _("The largest team cannot be smaller than the smallest."))
        self._in_order(
            "sectors_min", "team_max", _("A team cannot come from more sectors than it has persons.")
        )
        small_below, large_from = cleaned.get("small_below"), cleaned.get("large_from")
        if small_below and large_from and large_from <= small_below:
            self.add_error("large_from", _("Large must begin above the bound of small."))
        self._check_register(cleaned)
        return cleaned

    def _in_order(self, low: str, high: str, text: str) -> None:
        first, second = self.cleaned_data.get(low), self.cleaned_data.get(high)
        if first is not None and second is not None and second < first:
            self.add_error(high, text)

    def _check_register(self, cleaned: Mapping[str, Any]) -> None:
        opens_at, population_on = cleaned.get("opens_at"), cleaned.get("population_on")
        if opens_at and population_on and population_on > opens_at.date():
            self.add_error(
                "population_on", _("The population figures must be fixed before the intake opens.")
            )
        register_on = cleaned.get("register_on")
        if register_on and not Municipality.objects.valid_on(register_on).exists():
            self.add_error("register_on", _("The register has no municipalities on this day."))


class DescriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The public description, which may be changed after the opening."""

    class Meta:
        model = Intake
        fields = [*TEXTS]
        widgets = {name: forms.Textarea(attrs={"rows": 6}) for name in TEXTS}


class QuotaForm(forms.Form):
    """Fewest and most places of one group."""

    minimum = forms.IntegerField(label=gettext_lazy("Fewest places"), min_value=0)
    maximum = forms.IntegerField(label=gettext_lazy("Most places"), min_value=0, required=False)

    def __init__(self, *args: Any, group: Group, capacity: int, **kwargs: Any) -> None:
        # A group whose fields still say the default is saved like the others.
        super().__init__(*args, **{**kwargs, "empty_permitted": False})
        self.group = group
        self.error_prefix = group.name
        self.capacity = capacity

    def clean_minimum(self) -> int:
        minimum: int = self.cleaned_data["minimum"]
        if minimum > self.capacity:
            raise ValidationError(
                _("A group cannot need more than the %(capacity)s places of the intake.")
                % {"capacity": self.capacity}
            )
        return minimum

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        minimum, maximum = cleaned.get("minimum"), cleaned.get("maximum")
        if minimum is not None and maximum is not None and maximum < minimum:
            self.add_error("maximum", _("The most places cannot be below the fewest."))
        return cleaned

    def bounds(self) -> Bounds:
        return Bounds(self.cleaned_data["minimum"], self.cleaned_data["maximum"])


class QuotaFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """One form for each group of the intake, in the order of the groups, whatever the browser sends."""

    form = QuotaForm
    extra = min_num = 0
    max_num = absolute_max = 50
    can_order = can_delete = can_delete_extra = validate_min = validate_max = False
    renderer = get_default_renderer()

    def __init__(self, data: Mapping[str, Any] | None, *, intake: Intake) -> None:
        self.intake = intake
        self.groups = groups_of(intake)
        in_force = quotas_of(intake)
        super().__init__(
            data,
            prefix="quota",
            initial=[
                {"minimum": bounds.minimum, "maximum": bounds.maximum}
                for bounds in (in_force[group.dimension, group.code] for group in self.groups)
            ],
        )

    def total_form_count(self) -> int:
        return len(self.groups)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {"group": self.groups[index or 0], "capacity": self.intake.capacity}

    def of(self, dimension: str) -> list[QuotaForm]:
        """The forms for the regions, or for the sizes."""
        return [form for form in self.forms if form.group.dimension == dimension]

    def quotas(self) -> dict[tuple[str, str], Bounds]:
        return {(form.group.dimension, form.group.code): form.bounds() for form in self.forms}


class ExtendForm(forms.Form):
    """A later deadline with its reason."""

    closes_at = MomentField(label=gettext_lazy("New application deadline"))
    objections_close_at = MomentField(label=gettext_lazy("New deadline for objections to eligibility"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It is told to the coordinators, and stands in the history."),
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intake = intake

    def clean_closes_at(self) -> datetime:
        closes_at: datetime = self.cleaned_data["closes_at"]
        if closes_at <= self.intake.closes_at:
            raise ValidationError(_("The new deadline must be later than the present one."))
        return closes_at

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        closes_at, objections = cleaned.get("closes_at"), cleaned.get("objections_close_at")
        if closes_at and objections and objections < max(closes_at, self.intake.objections_close_at):
            self.add_error(
                "objections_close_at",
                _("The deadline for objections cannot come before the new deadline, nor be moved earlier."),
            )
        return cleaned


class QueueFilterForm(forms.Form):
    """The search and filters of the list of applications; lives in the address."""

    q = forms.CharField(
        label=gettext_lazy("Municipality, reference or coordinator"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[*ANY, *State.choices])
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    size = forms.ChoiceField(label=gettext_lazy("Size class"), required=False)
    checked = forms.ChoiceField(
        label=gettext_lazy("Formal check"), required=False, choices=[*ANY, *CheckedFilter.choices]
    )
    request = forms.ChoiceField(
        label=gettext_lazy("Request for information"), required=False, choices=[*ANY, *RequestFilter.choices]
    )
    assessed = forms.ChoiceField(
        label=gettext_lazy("Admission basis"), required=False, choices=[*ANY, *AssessedFilter.choices]
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = regions(intake.division, intake.register_on)
        self._choices("region", [(part.code, part.name) for part in parts])
        self._choices("size", [(code, size_name(code, intake.size_bounds)) for code in SIZES])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*ANY, *choices]

    def filters(self) -> Filters:
        """What is asked for; a value that is not on offer is left out."""
        self.is_valid()
        asked = {name: self.cleaned_data.get(name, "") for name in self.fields}
        return Filters(text=asked.pop("q"), **asked)

    def in_words(self) -> str:
        """The filters as «label: value; …», for the audit; empty when nothing is filtered."""
        self.is_valid()
        return "; ".join(f"{name}={value}" for name in self.fields if (value := self.cleaned_data.get(name)))


class ReasonForm(forms.Form):
    """A reason, which the audit keeps."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


def default_answer_by(now: datetime) -> datetime:
    """A week from now at three in the afternoon, moved to a working day."""
    local = formats.local(now)
    day = reckoning.next_working_day(reckoning.weeks_after(local.date(), 1))
    return datetime.combine(day, OFFICE_CLOSES, local.tzinfo)


class InformationRequestForm(forms.Form):
    """A question, the parts to unlock and the deadline for the answer."""

    question = forms.CharField(
        label=gettext_lazy("What is missing"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "The coordinator reads this text in the letter and on the application's page."
        ),
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Parts that the municipality may change"),
        choices=Part.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    due_at = MomentField(label=gettext_lazy("Deadline for the answer"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["due_at"].initial = default_answer_by(now)

    def clean_due_at(self) -> datetime:
        due_at: datetime = self.cleaned_data["due_at"]
        if due_at <= self.now:
            raise ValidationError(_("The deadline for the answer must be in the future."))
        return due_at


class AssessmentForm(forms.Form):
    """A decision on a person's admission basis, with its reason."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[(basis.value, basis.label) for basis in Basis if basis in DECISIONS],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Name the documents and the experience that the decision builds on."),
    )
