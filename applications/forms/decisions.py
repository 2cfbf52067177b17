"""The forms of decisions and releases: they ask and check, and change nothing."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.deadlines import reckoning
from innoskole.ui import formats
from innoskole.ui.forms import MomentField

OFFICE_HOUR = time(10)


def next_office_hour(now: datetime) -> datetime:
    """The next working day at ten o'clock: people read their mail, and the school answers the phone."""
    local = formats.local(now)
    day = reckoning.next_working_day(local.date() + timedelta(days=1))
    return datetime.combine(day, OFFICE_HOUR, local.tzinfo)


class When(models.TextChoices):
    AT = "at", gettext_lazy("At a minute that I choose")
    APPROVED = "approved", gettext_lazy("As soon as another person has approved them")


class ReleaseForm(forms.Form):
    """When the letters leave; `cleaned_data["leaves_at"]` is the minute, or `now` for as soon as approved."""

    when = forms.ChoiceField(
        label=gettext_lazy("When the letters leave"),
        choices=When.choices,
        initial=When.AT,
        widget=forms.RadioSelect,
    )
    leaves_at = MomentField(
        label=gettext_lazy("The minute"),
        required=False,
        help_text=gettext_lazy("Norwegian time. Only used when you choose the minute yourself."),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leaves_at"].initial = next_office_hour(now)
        self.now = now

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("when") == When.APPROVED:
            self.errors.pop("leaves_at", None)
            cleaned["leaves_at"] = self.now
        elif "leaves_at" in cleaned and cleaned["leaves_at"] is None:
            self.add_error("leaves_at", _("Choose the minute at which the letters leave."))
        elif "leaves_at" in cleaned and cleaned["leaves_at"] <= self.now:
            self.add_error("leaves_at", _("Choose a minute that has not passed."))
        return cleaned
