"""Controls that the browser helps with: its own calendar and clock, in formats that it understands."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """`<input type="date">`; the browser shows the day in the reader's way and sends YYYY-MM-DD."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """`<input type="datetime-local">`, on a Norwegian clock."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class DayField(forms.DateField):
    """A day; the value is a date."""

    widget = DayInput


class MomentField(forms.DateTimeField):
    """A moment in the school's time zone (settings.TIME_ZONE); the value is an aware datetime."""

    widget = MomentInput
