"""The calculator, and the form of a new version."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from innoskole.deadlines.models import DeadlineRule, Kind
from innoskole.ui.forms import DayField

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2098, 12, 31)  # a year's deadline must end before the last year whose holidays are known
TOO_LATE = _("Choose a day before 2099.")


class CalculatorForm(forms.Form):
    """Which deadline, counted from which day."""

    kind = forms.ChoiceField(label=_("Which deadline"), choices=Kind.choices)
    start = DayField(
        label=_("Counted from"),
        help_text=_("For example the day on which a decision was notified, or the day of an exam."),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        error_messages={"min_value": _("Choose a day after 1969."), "max_value": TOO_LATE},
    )


class DaysOfTheYearField(forms.CharField):
    """Days as people write them, «24.12, 31.12»; the value is ["12-24", "12-31"]."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(f"{each[3:]}.{each[:2]}" for each in value)
        return value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        days = []
        for text in str(value or "").split(","):
            if text.strip():
                day, _dot, month = text.strip().rstrip(".").partition(".")
                try:
                    days.append(f"{date(2024, int(month), int(day)):%m-%d}")
                except ValueError as error:
                    raise ValidationError(_("Write days of the year, such as 24.12.")) from error
        return days


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A version that replaces the present rule from a coming day."""

    skips = DaysOfTheYearField(
        label=_("Days of the year that do not count"),
        help_text=_("For working days only: day and month, with commas between, such as 24.12, 31.12."),
        required=False,
    )
    valid_from_on = DayField(
        label=_("Valid from"),
        help_text=_("A coming day. Deadlines that are counted from an earlier day keep the rule they have."),
        validators=[MaxValueValidator(LAST_DAY)],
        error_messages={"max_value": TOO_LATE},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the history together with your name."),
        max_length=1000,
    )

    class Meta:
        model = DeadlineRule
        fields = ["amount", "unit", "skips", "moves_to_working_day", "valid_from_on", "legal_source"]
        labels = {
            "amount": _("Length"),
            "unit": _("Counted in"),
            "moves_to_working_day": _(
                "A last day on a Saturday, Sunday or public holiday moves to the next working day"
            ),
            "legal_source": _("Legal source"),
        }
        help_texts = {"legal_source": _("Act or regulation and section, as it shall stand in letters.")}
