"""Forms about who leaves a team whose course has begun, and who joins."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.people import LeavingForm
from applications.models import TeamMember
from innoskole.ui.forms import DayField


class CourseLeavingForm(LeavingForm):
    """Why somebody leaves, and until when they took part; the day is asked only of those who had begun."""

    last_on = DayField(label=gettext_lazy("Last day on which the person took part"))

    def __init__(self, *args: Any, has_begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_begun:
            del self.fields["last_on"]


class JoiningForm(forms.Form):
    """Which named reserve joins."""

    reserve = forms.TypedChoiceField(label=gettext_lazy("Who joins"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, reserves: Sequence[TeamMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reserve"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (
                reserve.pk,
                _("%(name)s, %(unit)s (%(sector)s)")
                % {"name": reserve.name, "unit": reserve.unit, "sector": reserve.get_sector_display()},
            )
            for reserve in reserves
        ]
