"""Forms for the roll of a half-day, a correction, an apology, and what the list shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fees import FilterForm
from cohorts.actions.attendance import Mark
from cohorts.models import Apology, Attendance, Participant, Session, Team
from cohorts.models.attendance import HalfDay
from cohorts.models.attendance_count import Status
from innoskole.ui import formats

REASON = _("Why it is corrected")


@dataclass(frozen=True)
class Roll:
    """A participant on the roll of one half-day: what stands, and whether they have sent an apology."""

    participant: Participant
    standing: Attendance | None
    apology: Apology | None

    @property
    def seen(self) -> str:
        return self.standing.status if self.standing else ""

    @property
    def preset(self) -> str:
        return self.seen or (Status.EXCUSED if self.apology else "")

    @property
    def field(self) -> str:
        return f"status-{self.participant.pk}"

    @property
    def seen_field(self) -> str:
        return f"seen-{self.participant.pk}"


class RegistrationForm(forms.Form):
    """Three choices for each on the roll, and beside them what stood there when the page was made."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, rolls: Sequence[Roll]) -> None:
        super().__init__(data)
        self.rolls = rolls
        for roll in rolls:
            self.fields[roll.field] = forms.ChoiceField(
                label=str(roll.participant),
                choices=Status.choices,
                required=False,
                initial=roll.preset,
                widget=forms.RadioSelect,
            )
            self.fields[roll.seen_field] = forms.CharField(
                required=False, initial=roll.seen, widget=forms.HiddenInput
            )
        self.fields["reason"] = forms.CharField(
            label=REASON,
            required=False,
            max_length=300,
            help_text=_("Only needed if you change what is registered. The history keeps it."),
        )

    def marks(self, *, rest: str = "") -> list[Mark]:
        """What is marked; those on the page that are not get `rest`. Who was not on the page gets nothing."""
        found = [
            Mark(
                roll.participant.pk,
                self.cleaned_data[roll.field] or rest,
                seen=self.cleaned_data[roll.seen_field],
            )
            for roll in self.rolls
            if roll.seen_field in self.data
        ]
        return [mark for mark in found if mark.status]

    def seeing(self, found: Mapping[int, str]) -> dict[str, Any]:
        """The same answers, given in the knowledge of what stands: participant key → status."""
        stands = {f"seen-{key}": status for key, status in found.items()}
        return {name: self.data[name] for name in self.data} | stands


class CorrectionForm(forms.Form):
    """One row: status, note, and why."""

    status = forms.ChoiceField(label=_("Attendance"), choices=Status.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=200,
        help_text=_("The participant reads it as well. Write nothing about health."),
    )
    reason = forms.CharField(label=REASON, max_length=300, help_text=_("The history keeps it."))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ApologyForm(forms.Form):
    """The half-days of a session that have not begun, all of them chosen to begin with."""

    halves = forms.MultipleChoiceField(label=_("When will you be away?"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=200,
        help_text=_(
            "You need not say why, and should write nothing about your health. The instructors read it, and"
            " it is deleted when the attendance is registered."
        ),
    )

    def __init__(self, data: Any = None, *, halves: Collection[HalfDay]) -> None:
        super().__init__(data)
        self._halves = {f"{each.day.pk}-{each.half.value}": each for each in halves}
        choices = [(key, _label(each)) for key, each in self._halves.items()]
        self.fields["halves"].choices = choices  # type: ignore[attr-defined]
        self.fields["halves"].initial = list(self._halves)

    @property
    def chosen(self) -> list[HalfDay]:
        return [self._halves[key] for key in self.cleaned_data["halves"]]


class AttendanceFilterForm(FilterForm):
    """A team, a session, or both."""

    q = None  # type: ignore[assignment]
    team = forms.ChoiceField(label=_("Team"), required=False)
    session = forms.ChoiceField(label=_("Session"), required=False)

    def __init__(self, data: Any, *, teams: Sequence[Team], sessions: Sequence[Session]) -> None:
        super().__init__(data)
        every = ("", _("All"))
        self.fields["team"].choices = [every, *((str(each.number), str(each)) for each in teams)]  # type: ignore[attr-defined]
        self.fields["session"].choices = [every, *((str(each.number), str(each)) for each in sessions)]  # type: ignore[attr-defined]


def _label(each: HalfDay) -> str:
    return f"{formats.day(each.day.held_on, weekday=True)}, {each.half.label.lower()}"
