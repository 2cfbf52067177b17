"""The forms about work requirements: they ask and check, and change nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import DocumentsField, DocumentsInput
from applications.uploads import ACCEPT
from assessment.actions.assessing import Mark
from assessment.actions.requirements import FIELDS, TEXTS
from assessment.models import Way, WorkRequirement
from assessment.models.queue import QueueFilter
from assessment.models.requirements import USUAL_COUNT
from assessment.states import Outcome
from cohorts.models import Cohort, Participant
from innoskole.ui import formats
from innoskole.ui.forms import MomentField

ANY = [("", gettext_lazy("All"))]
SAME = "same"
LONGEST_TEXT = 50_000


# --- The school ------------------------------------------------------------------------------------------


class MakeForm(forms.Form):
    count = forms.IntegerField(
        label=gettext_lazy("Number of work requirements"),
        min_value=1,
        max_value=12,
        initial=USUAL_COUNT,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("The programme has four. A student must have all of them approved."),
    )


class RequirementForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a requirement asks for and when. What can no longer be changed is shown and not asked for.

    frozen: field → why it can no longer be changed.
    """

    version = forms.CharField(widget=forms.HiddenInput)
    opens_at = MomentField(label=gettext_lazy("Opens, Norwegian time"), required=False)
    due_at = MomentField(label=gettext_lazy("Deadline, Norwegian time"), required=False)

    class Meta:
        model = WorkRequirement
        fields = FIELDS
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in TEXTS if not name.startswith("title")}

    def __init__(self, *args: Any, frozen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, why in frozen.items():
            self.fields[name].disabled = True
            self.fields[name].help_text = why

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens_at, due_at = cleaned.get("opens_at"), cleaned.get("due_at")
        if "opens_at" in self.errors or "due_at" in self.errors:
            return cleaned
        if opens_at and not due_at:
            self.add_error("due_at", _("Give the deadline as well."))
        elif due_at and not opens_at:
            self.add_error("opens_at", _("Say when it opens as well."))
        elif opens_at and due_at and opens_at >= due_at:
            self.add_error("due_at", _("The deadline must be later than the opening."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in FIELDS}


class ResultForm(forms.Form):
    """Another result in the place of one that has been given."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Result"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    revise_due_at = MomentField(
        label=gettext_lazy("Deadline of the revision, Norwegian time"),
        required=False,
        help_text=gettext_lazy("Only when it must be revised."),
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment to the person"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The person reads it in the e-mail."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == Outcome.REVISE and not cleaned.get("revise_due_at"):
            self.add_error("revise_due_at", _("Say until when it must be revised."))
        return cleaned


class OverrideForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Those concerned read it in the e-mail. Do not describe anybody's health or family."
        ),
    )


class ExtensionForm(OverrideForm):
    field_order = ("due_at", "reason")

    due_at = MomentField(label=gettext_lazy("New deadline, Norwegian time"))


class CatchUpForm(forms.Form):
    way = forms.ChoiceField(
        label=gettext_lazy("How the person gets it done"), choices=Way.choices, widget=forms.RadioSelect
    )
    due_at = MomentField(label=gettext_lazy("Deadline, Norwegian time"))
    instructions = forms.CharField(
        label=gettext_lazy("What the person is to do"), widget=forms.Textarea(attrs={"rows": 4})
    )


class AssessForm(forms.Form):
    """A result for each person: one for everyone, or another for some.

    people: those who wait for the result.
    """

    everyone = forms.ChoiceField(
        label=gettext_lazy("Result for everyone"), widget=forms.RadioSelect, required=False
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment to the team"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Everybody in the team can read it."),
    )
    revise_due_at = MomentField(
        label=gettext_lazy("Deadline of the revision, Norwegian time"),
        required=False,
        help_text=gettext_lazy("For those who must revise."),
    )

    def __init__(self, *args: Any, people: Sequence[Participant], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.now = people, now
        shared = [] if len(people) < 2 else [(SAME, _("As for everyone"))]
        if shared:
            everyone = self.fields["everyone"]
            assert isinstance(everyone, forms.ChoiceField)
            everyone.choices = Outcome.choices
        else:  # of one alone, or of nobody whose result is still to be given
            del self.fields["everyone"]
        for person in people:
            self.fields[f"outcome_{person.pk}"] = forms.ChoiceField(
                label=_("Result for %(name)s") % {"name": person},
                choices=[*shared, *Outcome.choices],
                initial=SAME,
                widget=forms.RadioSelect,
            )
            self.fields[f"comment_{person.pk}"] = forms.CharField(
                label=_("Comment to %(name)s") % {"name": person},
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Only this person reads it."),
            )

    def rows(self) -> Iterator[tuple[Participant, BoundField, BoundField]]:
        for person in self.people:
            yield person, self[f"outcome_{person.pk}"], self[f"comment_{person.pk}"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = [self._outcome(person, cleaned) for person in self.people]
        if "" in chosen and not self.errors:
            self.add_error("everyone", _("Choose a result for everyone, or one for each person below."))
        due_at = cleaned.get("revise_due_at")
        if Outcome.REVISE in chosen and "revise_due_at" not in self.errors:
            if not due_at:
                self.add_error("revise_due_at", _("Say until when it must be revised."))
            elif due_at <= self.now:
                self.add_error("revise_due_at", _("The deadline of the revision must be later than now."))
        return cleaned

    def _outcome(self, person: Participant, cleaned: dict[str, Any]) -> str:
        own: str = cleaned.get(f"outcome_{person.pk}", SAME)
        everyone: str = cleaned.get("everyone", "")
        return everyone if own == SAME else own

    def marks(self) -> dict[int, Mark]:
        """Key of the participant → what they get."""
        return {
            person.pk: Mark(
                self._outcome(person, self.cleaned_data), self.cleaned_data[f"comment_{person.pk}"]
            )
            for person in self.people
        }


class QueueFilterForm(forms.Form):
    """What the queue shows. cohorts: those that the person teaches."""

    cohort = forms.ChoiceField(label=gettext_lazy("Cohort"), required=False)
    number = forms.ChoiceField(label=gettext_lazy("Work requirement"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("Show"), choices=[*ANY, *QueueFilter.choices], required=False)

    def __init__(self, *args: Any, cohorts: Sequence[Cohort], most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[Any]] = {
            "cohort": [*ANY, *((each.slug, str(each)) for each in cohorts)],
            "number": [*ANY, *((str(n), formats.number(n)) for n in range(1, most + 1))],
        }
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    def asked(self, name: str) -> str:
        """What the address asks for, or nothing if it is none of the choices."""
        self.full_clean()
        value: str = self.cleaned_data.get(name, "")
        return value


# --- The team --------------------------------------------------------------------------------------------


class DraftForm(forms.Form):
    """The team's text, and files to put beside it. version: of the draft that the writer had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("The whole team writes in the same draft. Nothing is delivered yet."),
    )
    uploads = DocumentsField(
        label=gettext_lazy("Add files"),
        required=False,
        widget=DocumentsInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("PDF, JPEG or PNG. Only your team and the school see them."),
    )

    def clean_text(self) -> str:
        """Browsers send line breaks as two characters; the same text must not look like another one."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


class DeliverForm(forms.Form):
    """attempt, seen: what the page showed, so that nobody delivers twice or what they have not seen."""

    attempt = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.CharField(widget=forms.HiddenInput)


class StatementForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("My part in the work"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("A few sentences on what you did yourself. Your instructors read it."),
    )
    confirm = forms.BooleanField(label=gettext_lazy("This is true, and I have written it myself"))
