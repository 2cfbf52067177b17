"""Forms on speakers from outside; the callers hand their values to actions."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import DocumentsField, DocumentsInput
from applications.models.content import Values
from applications.uploads import ACCEPT
from cohorts.models import Cohort, Session, SessionDay, Speaker
from cohorts.models.speakers import MOST_FILES
from innoskole.accounts.models import Language
from innoskole.ui import formats
from innoskole.ui.forms import DayField

ANY = [("", gettext_lazy("All"))]


class SpeakerStatus(models.TextChoices):
    """What the list is filtered by."""

    ASKED = "asked", gettext_lazy("Wait for an answer")
    SILENT = "silent", gettext_lazy("Have not answered in time")
    SPEAKING = "speaking", gettext_lazy("Have said yes")
    THANK = "thank", gettext_lazy("To be thanked")
    NOT_COMING = "not_coming", gettext_lazy("Do not come")


class SpeakerFilterForm(forms.Form):
    """The filter of the list; lives in the address."""

    status = forms.ChoiceField(
        label=gettext_lazy("Speakers"), required=False, choices=[*ANY, *SpeakerStatus.choices]
    )

    def chosen(self) -> str:
        """What is asked for; a value that is not on offer is left out."""
        self.is_valid()
        status: str = self.cleaned_data.get("status", "")
        return status


class TimeInput(forms.TimeInput):
    """`<input type="time">`, which sends HH:MM."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class SpeakerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to ask for what. slot: a session, or one of its days. seen: fingerprint of what is changed."""

    slot = forms.ChoiceField(label=gettext_lazy("When"))
    answer_by_on = DayField(label=gettext_lazy("Answer by"))
    material_by_on = DayField(
        label=gettext_lazy("Material by"),
        required=False,
        help_text=gettext_lazy("Leave this empty when no material is expected."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Speaker
        fields = (
            "slot",
            "starts",
            "ends",
            "title",
            "name",
            "organisation",
            "email",
            "language",
            "message",
            "fee_note",
            "answer_by_on",
            "material_by_on",
        )
        widgets = {
            "starts": TimeInput,
            "ends": TimeInput,
            "message": forms.Textarea(attrs={"rows": 5}),
            "language": forms.RadioSelect,
        }
        help_texts = {
            "starts": gettext_lazy("The speaker is told the time. It can be decided later."),
            "message": gettext_lazy("Stands in the speaker's page: why you ask them, and for what."),
            "fee_note": gettext_lazy("The speaker reads it. Nothing is paid from here."),
        }

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = list(cohort.sessions.with_days().in_order())
        slot = self.fields["slot"]
        assert isinstance(slot, forms.ChoiceField)
        slot.choices = [("", _("Choose a session or a day")), *((str(s), _slots(s)) for s in self.sessions)]
        email = self.fields["email"]
        email.required = True
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = Language.choices
        if self.instance.pk is not None:
            self.initial["slot"] = _slot_of(self.instance)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def clean(self) -> Values:
        cleaned: Values = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if ends and not starts:
            self.add_error("starts", _("Say when it starts as well."))
        elif starts and ends and ends <= starts:
            self.add_error("ends", _("It must end after it starts."))
        return cleaned

    def values(self) -> Values:
        """What the action asks for: all but the session, which is a value of its own in `session`."""
        values = {
            name: self.cleaned_data[name] for name in self.Meta.fields if name not in ("slot", "session")
        }
        session, day = self._chosen()
        return {**values, "session": session, "day": day}

    def _chosen(self) -> tuple[Session, SessionDay | None]:
        chosen = self.cleaned_data["slot"]
        for session in self.sessions:
            if chosen == f"s{session.pk}":
                return session, None
            for day in session.days.all():
                if chosen == f"d{day.pk}":
                    return session, day
        raise AssertionError("The field lets nothing else through.")

    def _post_clean(self) -> None:
        """The values are handed to an action; the row that the page shows stays as it is."""


def _slots(session: Session) -> list[tuple[str, str]]:
    days = [(f"d{day.pk}", formats.day(day.held_on, weekday=True)) for day in session.days.all()]
    return [(f"s{session.pk}", _("%(session)s, the day is not decided") % {"session": session}), *days]


def _slot_of(speaker: Speaker) -> str:
    return f"d{speaker.day_id}" if speaker.day_id else f"s{speaker.session_id}"


class AgainForm(forms.Form):
    answer_by_on = DayField(label=gettext_lazy("Answer by"))


class NothingForm(forms.Form):
    """A deed that asks for nothing but the click."""


class ThanksForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your own words"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("They stand in the letter of thanks, which is complete without them too."),
    )


class AnswerForm(forms.Form):
    """The speaker's yes or no."""

    words = forms.CharField(
        label=gettext_lazy("A word with your answer"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What you need, or why you cannot come. Only the school reads it."),
    )


class MaterialForm(forms.Form):
    """Everything is optional: what is not ready yet can be sent later."""

    biography = forms.CharField(
        label=gettext_lazy("A few lines about you"),
        required=False,
        max_length=1_500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("With these words you are introduced to the participants."),
    )
    documents = DocumentsField(
        label=gettext_lazy("Files"),
        required=False,
        widget=DocumentsInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("PDF, JPEG or PNG. Save slides as PDF first."),
    )
    url = forms.URLField(
        label=gettext_lazy("Or a link to the material"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("Everybody who has the link must be able to open it."),
    )
    most_files = MOST_FILES
