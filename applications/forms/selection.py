"""The forms of the draw: they ask and check, and change nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Dimension, Intake, QuotaChoice
from applications.models.application import ApplicationQuerySet
from applications.models.rules import groups_of, quotas_of
from applications.pool import Adjustment, GroupKey
from innoskole.ui.forms import DayField, MomentField


@dataclass(frozen=True)
class GroupFields:
    """One line of the quota table: the group's name and its two controls."""

    name: str
    minimum: BoundField
    maximum: BoundField


class QuotaForm(forms.Form):
    """Places and quotas to try out, all in the address; what it does not name is as the intake has it.

    An empty maximum is no maximum.
    """

    ready_only = forms.BooleanField(
        label=gettext_lazy("Only applications that are ready for selection"), required=False
    )
    soften = forms.BooleanField(
        label=gettext_lazy("Soften quotas that cannot be kept"),
        required=False,
        help_text=gettext_lazy("The cheapest deviation from the quotas: a region is given up last."),
    )
    places = forms.IntegerField(label=gettext_lazy("Places"), min_value=1, max_value=1000, required=False)

    def __init__(self, intake: Intake, data: Mapping[str, Any]) -> None:
        self.intake = intake
        self.groups = groups_of(intake)
        self.set = quotas_of(intake)
        super().__init__({"places": str(intake.capacity), **self._set_bounds(), **data})
        for group in self.groups:
            for end, label in (("min", _("Fewest places: %(group)s")), ("max", _("Most places: %(group)s"))):
                self.fields[_name(end, (group.dimension, group.code))] = forms.IntegerField(
                    label=label % {"group": group.name}, min_value=0, max_value=1000, required=False
                )

    def _set_bounds(self) -> dict[str, str]:
        """The intake's own bounds, as the controls show them where the address says nothing."""
        values = {}
        for group in self.groups:
            key = (group.dimension, group.code)
            values[_name("min", key)] = str(self.set[key].minimum)
            most = self.set[key].maximum
            values[_name("max", key)] = "" if most is None else str(most)
        return values

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for group in self.groups:
            key = (group.dimension, group.code)
            least, most = cleaned.get(_name("min", key)), cleaned.get(_name("max", key))
            if least is not None and most is not None and least > most:
                self.add_error(
                    _name("max", key),
                    _("%(group)s: the most places cannot be fewer than the fewest.") % {"group": group.name},
                )
        return cleaned

    def group_fields(self, dimension: str) -> list[GroupFields]:
        return [
            GroupFields(
                group.name,
                self[_name("min", (dimension, group.code))],
                self[_name("max", (dimension, group.code))],
            )
            for group in self.groups
            if group.dimension == dimension
        ]

    def region_fields(self) -> list[GroupFields]:
        return self.group_fields(Dimension.REGION)

    def size_fields(self) -> list[GroupFields]:
        return self.group_fields(Dimension.SIZE)

    def applications(self) -> ApplicationQuerySet:
        """The applications to try it out with."""
        found = Application.objects.filter(intake=self.intake)
        return found.in_draw() if self.cleaned_data["ready_only"] else found.candidates()

    def adjustment(self) -> Adjustment:
        """Only what differs from the intake's own rules."""
        places: int | None = self.cleaned_data["places"]
        in_force = places or self.intake.capacity
        bounds = {}
        for group in self.groups:
            key = (group.dimension, group.code)
            set_ = self.set[key]
            least, most = self.cleaned_data[_name("min", key)], self.cleaned_data[_name("max", key)]
            least = set_.minimum if least is None else least
            if (least, most) != (set_.minimum, set_.maximum):
                bounds[key] = (least, max(least, in_force) if most is None else most)
        return Adjustment(places if places != self.intake.capacity else None, bounds)

    def choice(self) -> QuotaChoice:
        """Which kind of choice the adjustment is, for the freeze."""
        adjustment = self.adjustment()
        if self.cleaned_data["soften"]:
            return QuotaChoice.SOFTENED
        if adjustment.bounds:
            return QuotaChoice.EDITED
        return QuotaChoice.PLACES if adjustment.places else QuotaChoice.AS_SET


def _name(end: str, key: GroupKey) -> str:
    return f"{end}_{key[0]}_{key[1]}"


class FreezeForm(forms.Form):
    """The sources to announce and, where other quotas than those set are chosen, why."""

    draw_at = MomentField(
        label=gettext_lazy("Time of the draw"),
        help_text=gettext_lazy("The first number of drand from this moment on is announced. Norwegian time."),
    )
    vikinglotto_on = DayField(
        label=gettext_lazy("Draw of Vikinglotto"), help_text=gettext_lazy("A Wednesday.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Why these quotas are chosen"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The reason is public together with the draw."),
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["reason"]


class ValueForm(forms.Form):
    """The value of a source. Two people type it in, and neither is shown what the other has typed."""

    value = forms.CharField(label=gettext_lazy("Value"), max_length=200)
    fallback_reason = forms.CharField(
        label=gettext_lazy("Why the fallback applies"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Only if the announced source has no value and the announced fallback is used instead. Public."
        ),
    )
    replace = forms.BooleanField(
        label=gettext_lazy("What the other person typed in is wrong; mine is to be confirmed instead"),
        required=False,
    )

    def __init__(self, *args: Any, confirms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not confirms:
            del self.fields["replace"]


class AnnulmentForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why the draw is annulled"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The reason is public, and stands in the letter to every coordinator."),
    )


class SearchForm(forms.Form):
    """Find municipalities in the public result."""

    q = forms.CharField(label=gettext_lazy("Municipality"), required=False, max_length=100)
