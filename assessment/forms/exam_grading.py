"""The forms of grading, orals and publication: they ask and check, and change nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.actions.exam.results import Heard, adjusted
from assessment.models import Candidate, Exam, Mark
from assessment.models.exam.orals import Frame
from innoskole.ui.forms import MomentField

LENGTHS = (20, 30, 45, 60, 90, 120)
LONGEST_TEXT = 20_000
MARKS = [(mark.value, mark.label) for mark in Mark]


def _text(label: Any, rows: int, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        required=required,
    )


# --- An examiner -----------------------------------------------------------------------------------------


class DraftForm(forms.Form):
    """What one examiner thinks; may be unfinished."""

    mark = forms.ChoiceField(
        label=gettext_lazy("Your grade"),
        choices=MARKS,
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("A is the best; F is not passed."),
    )
    grounds = _text(
        gettext_lazy("Grounds"),
        8,
        gettext_lazy("By the guidelines. Your colleague reads them once you have both submitted."),
        required=False,
    )


class SubmitForm(DraftForm):
    """The same, finished."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True


class ProposeForm(forms.Form):
    mark = forms.ChoiceField(
        label=gettext_lazy("Grade of the paper"), choices=MARKS, widget=forms.RadioSelect
    )
    grounds = _text(
        gettext_lazy("Grounds for the grade"),
        8,
        gettext_lazy(
            "Common grounds of the examiners. An explanation that a candidate asks for rests on them."
        ),
    )


class AgreeForm(forms.Form):
    """seen: the moment of the proposal that the person has read."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> datetime:
        found = parse_datetime(self.cleaned_data["seen"])
        if found is None:
            raise forms.ValidationError(_("Reload the page."))
        return found


class ConfirmForm(forms.Form):
    """seen: keys of the grades that the person has read."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> set[int]:
        keys = str(self.cleaned_data["seen"]).split(",")
        if not all(key.isdecimal() and len(key) < 19 for key in keys):
            raise forms.ValidationError(_("Reload the page."))
        return {int(key) for key in keys}


class OralForm(forms.Form):
    """What the oral did to each candidate: absent, or a step and a note.

    mark: of the paper, from which the grades are counted. people: those whose oral is noted.
    """

    ABSENT = "absent"

    def __init__(self, *args: Any, exam: Exam, mark: str, people: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        choices = [*_steps(exam, mark), (self.ABSENT, _("Absent from the oral: gets no grade"))]
        for each in people:
            self.fields[f"steps_{each.pk}"] = forms.ChoiceField(
                label=_("Result of %(name)s") % {"name": each}, choices=choices, widget=forms.RadioSelect
            )
            self.fields[f"note_{each.pk}"] = _text(
                _("Note on %(name)s") % {"name": each},
                3,
                _("For everybody who came: what the result rests on. Only the examiners read it."),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for each in self.people:
            steps, note = cleaned.get(f"steps_{each.pk}"), cleaned.get(f"note_{each.pk}", "")
            if steps and steps != self.ABSENT and not note.strip():
                self.add_error(f"note_{each.pk}", _("Write a note for each candidate."))
        return cleaned

    def rows(self) -> Iterator[tuple[Candidate, BoundField, BoundField]]:
        """Each candidate with their two fields."""
        for each in self.people:
            yield each, self[f"steps_{each.pk}"], self[f"note_{each.pk}"]

    def outcomes(self) -> Mapping[int, Heard | None]:
        found: dict[int, Heard | None] = {}
        for each in self.people:
            steps = self.cleaned_data[f"steps_{each.pk}"]
            note = self.cleaned_data[f"note_{each.pk}"]
            found[each.pk] = None if steps == self.ABSENT else Heard(int(steps), note)
        return found


def _steps(exam: Exam, mark: str) -> Iterator[tuple[str, str]]:
    """What the exam's setting and the scale allow, the best first: «One grade up: B»."""
    for steps in range(exam.most_adjustment, -exam.most_adjustment - 1, -1):
        if (found := adjusted(mark, steps)) is not None:
            yield str(steps), step_in_words(steps, found)


def step_in_words(steps: int, mark: str) -> str:
    """«1 grade up: B». mark: the one that it leads to."""
    if steps == 0:
        return _("As the paper: %(mark)s") % {"mark": mark}
    if steps > 0:
        words = ngettext("%(count)s grade up: %(mark)s", "%(count)s grades up: %(mark)s", steps)
    else:
        words = ngettext("%(count)s grade down: %(mark)s", "%(count)s grades down: %(mark)s", -steps)
    return words % {"count": abs(steps), "mark": mark}


# --- The orals -------------------------------------------------------------------------------------------


def _clock(label: Any, initial: time | None, *, required: bool = True) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=initial,
        required=required,
    )


class FrameForm(forms.Form):
    """What the school has for the orals of a sitting."""

    rooms = forms.CharField(
        label=gettext_lazy("Rooms"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        help_text=gettext_lazy("One on each line. The first one is filled first."),
    )
    first = _clock(gettext_lazy("The first oral of a day begins"), time(9, 0))
    last = _clock(gettext_lazy("The last oral of a day ends by"), time(16, 0))
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Length in minutes"),
        coerce=int,
        choices=[(minutes, str(minutes)) for minutes in LENGTHS],
        initial=45,
    )
    pause = forms.IntegerField(
        label=gettext_lazy("Minutes between two orals"), min_value=0, max_value=120, initial=15
    )
    lunch_from = _clock(gettext_lazy("Lunch from"), time(11, 30), required=False)
    lunch_until = _clock(gettext_lazy("Lunch until"), time(12, 15), required=False)

    def clean_rooms(self) -> list[str]:
        rooms = [line.strip() for line in str(self.cleaned_data["rooms"]).splitlines() if line.strip()]
        if not rooms:
            raise forms.ValidationError(_("Write at least one room."))
        if len(set(rooms)) < len(rooms):
            raise forms.ValidationError(_("Write each room once."))
        if any(len(room) > 80 for room in rooms) or len(rooms) > 20:
            raise forms.ValidationError(_("Write at most 20 rooms, each with at most 80 characters."))
        return rooms

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first >= last:
            self.add_error("last", _("The day must end after it begins."))
        begins, ends = cleaned.get("lunch_from"), cleaned.get("lunch_until")
        if "lunch_from" not in self.errors and "lunch_until" not in self.errors:
            if bool(begins) != bool(ends):
                self.add_error("lunch_until", _("Say both when lunch begins and when it ends, or neither."))
            elif begins and ends and begins >= ends:
                self.add_error("lunch_until", _("Lunch must end after it begins."))
        return cleaned

    def frame(self) -> Frame:
        """Call it when the form is valid."""
        said = self.cleaned_data
        lunch = (said["lunch_from"], said["lunch_until"]) if said["lunch_from"] else None
        return Frame(said["rooms"], said["first"], said["last"], said["minutes"], said["pause"], lunch)


class PlaceForm(forms.Form):
    """When and where one group is heard. seen: what stood when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    room = forms.CharField(label=gettext_lazy("Room"), max_length=80)
    starts_at = MomentField(label=gettext_lazy("Begins, Norwegian time"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"), min_value=5, max_value=480, initial=45
    )


class SeenForm(forms.Form):
    """What the page showed, which must be the same when it is accepted."""

    seen = forms.CharField(widget=forms.HiddenInput)
