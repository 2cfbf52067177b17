"""The forms of supervision: slots, bookings, what was agreed, notes of the staff."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Participant, Slot, Supervision, SupervisionRule
from innoskole.accounts.models import User
from innoskole.ui import formats
from innoskole.ui.forms import DayField

LENGTHS = (30, 45, 60, 90)
MOST_SLOTS = 12


class PlaceForm(forms.Form):
    """Where to meet: a place, an address of a video meeting, or both."""

    place = forms.CharField(label=gettext_lazy("Where"), max_length=200, required=False)
    video_url = forms.URLField(
        label=gettext_lazy("Address of the video meeting"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Begins with https://. Only the teams of the cohort and its staff see it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned.get("place") or cleaned.get("video_url")):
            raise forms.ValidationError(_("Write a place or the address of a video meeting."))
        return cleaned


class PublishForm(PlaceForm):
    """Slots of one day, one after the other."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label=gettext_lazy("Supervisor"))
    day = DayField(label=gettext_lazy("Date"))
    starts = forms.TimeField(
        label=gettext_lazy("The first slot begins"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=time(9, 0),
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Length in minutes"),
        coerce=int,
        choices=[(minutes, str(minutes)) for minutes in LENGTHS],
        initial=45,
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many, one after the other"), min_value=1, max_value=MOST_SLOTS, initial=4
    )

    field_order = ("user", "day", "starts", "minutes", "count", "place", "video_url")

    def __init__(self, *args: Any, staff: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[user.pk for user in staff]).in_order()
        if len(staff) == 1:
            field.widget, field.initial = forms.HiddenInput(), staff[0].pk

    def starts_at(self) -> datetime:
        """The moment at which the first slot begins, on a Norwegian clock."""
        naive = datetime.combine(self.cleaned_data["day"], self.cleaned_data["starts"])
        return timezone.make_aware(naive, timezone.get_default_timezone())


class SubjectForm(forms.Form):
    subject = forms.CharField(
        label=gettext_lazy("What you want to talk about"),
        max_length=200,
        help_text=gettext_lazy("The supervisor prepares for it."),
    )


class SlotForm(forms.Form):
    """Another slot for a booking."""

    slot = forms.ModelChoiceField(
        queryset=Slot.objects.none(),
        label=gettext_lazy("New time"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, slots: Iterable[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(slots)
        field = self.fields["slot"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Slot.objects.filter(pk__in=[slot.pk for slot in found])
        field.choices = [
            (
                slot.pk,
                _("%(when)s with %(name)s, %(where)s")
                % {"when": formats.moment(slot.starts_at), "name": slot.user, "where": slot.place_in_words},
            )
            for slot in found
        ]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """The caller hands the values to an action."""

    class Meta:
        model = SupervisionRule
        fields = ("notice_hours", "absent_weeks")


class AssignForm(forms.Form):
    """Somebody of the cohort's staff."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label=gettext_lazy("Supervisor"))
    is_main = forms.BooleanField(
        label=gettext_lazy("Main supervisor"),
        required=False,
        help_text=gettext_lazy("Takes over from the one that there is."),
    )

    def __init__(self, *args: Any, staff: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[user.pk for user in staff]).in_order()


class SupervisionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What was agreed. The caller hands the values to an action."""

    held_on = DayField(label=gettext_lazy("Date"))
    present = forms.ModelMultipleChoiceField(
        queryset=Participant.objects.none(),
        label=gettext_lazy("Who came"),
        widget=forms.CheckboxSelectMultiple,
    )
    next_step_on = DayField(label=gettext_lazy("By when"), required=False)

    class Meta:
        model = Supervision
        fields = ("held_on", "present", "discussed", "next_step", "next_step_on")
        widgets = {
            "discussed": forms.Textarea(attrs={"rows": 6}),
            "next_step": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "discussed": gettext_lazy("What was discussed"),
            "next_step": gettext_lazy("Next step"),
        }
        help_texts = {"discussed": gettext_lazy("The team reads this, and so do the cohort's staff.")}

    def __init__(self, *args: Any, people: Sequence[Participant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["present"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Participant.objects.filter(pk__in=[person.pk for person in people]).select_related(
            "member"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("next_step_on") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Write what the next step is, or leave out the day."))
        return cleaned


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only the cohort's staff read it. Write about the work, not about health."),
    )
