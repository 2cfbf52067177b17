"""The forms of explanations, appeals and grading anew: they ask and check, change nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.appeals import GroundsForm
from applications.forms.coordinator import LONGEST_TEXT
from assessment.actions.exam.results import Heard
from assessment.models import AppealCandidate, Examiner, Mark
from innoskole.ui.forms import MomentField

__all__ = ["GroundsForm"]

ABSENT = "absent"


def _long(label: Any, help_text: Any = "", rows: int = 8, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )


# --- The candidate ---------------------------------------------------------------------------------------


class AskForm(forms.Form):
    """with_oral: whether one can still ask about the oral."""

    of_oral = forms.BooleanField(label=gettext_lazy("Explain the oral as well"), required=False)

    def __init__(self, *args: Any, with_oral: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_oral:
            self.fields["of_oral"].widget = forms.HiddenInput()
            self.fields["of_oral"].disabled = True
            self.fields["of_oral"].initial = False


class AppealForm(forms.Form):
    """An appeal against the grade: no reason is needed, and the new examiners do not see it."""

    words = _long(
        gettext_lazy("Why you appeal"),
        gettext_lazy("You need not write anything. The school reads it, and the new examiners do not."),
        required=False,
    )


class FaultForm(forms.Form):
    words = _long(
        gettext_lazy("What went wrong"),
        gettext_lazy("Write what happened, when, and how it can have mattered. Do not write about health."),
    )


# --- The examiners who gave the grade --------------------------------------------------------------------


class ExplanationForm(forms.Form):
    words = _long(
        gettext_lazy("Explanation"),
        gettext_lazy(
            "On which general principles the grade rests, and how the candidate’s work was assessed. "
            "If you have given it by word of mouth, note what you said."
        ),
        rows=12,
    )


# --- The school ------------------------------------------------------------------------------------------


class NewExaminersForm(forms.Form):
    """A choice for each place. examiners: those for appeals in the sitting; barred: key → why not."""

    def __init__(
        self,
        *args: Any,
        places: Sequence[int],
        examiners: Sequence[Examiner],
        barred: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        self.by_key = {str(each.pk): each for each in examiners if each.pk not in barred}
        choices = [("", _("Choose a person")), *((key, str(each)) for key, each in self.by_key.items())]
        for place in places:
            label = _("Further examiner") if place == 3 else _("New examiner %(place)s") % {"place": place}
            self.fields[f"place_{place}"] = forms.ChoiceField(label=label, choices=choices)

    def clean(self) -> dict[str, Any]:
        """{"examiners": place → examiner}, as the deed asks for them."""
        cleaned: dict[str, Any] = super().clean() or {}
        keys = [(place, cleaned.get(f"place_{place}")) for place in self.places]
        return {"examiners": {place: self.by_key[key] for place, key in keys if key}}


class WithdrawForThemForm(forms.Form):
    """concerned: those of the appeal; with more than one it is asked who has said so."""

    whose = forms.MultipleChoiceField(
        label=gettext_lazy("Who withdraws"), widget=forms.CheckboxSelectMultiple, required=False
    )
    reason = _long(
        gettext_lazy("How the candidate has said so"), gettext_lazy("It stands in the history."), rows=3
    )

    def __init__(self, *args: Any, concerned: Sequence[AppealCandidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = self.fields["whose"]
        assert isinstance(whose, forms.MultipleChoiceField)
        whose.choices = [(str(each.pk), str(each)) for each in concerned]
        whose.required = len(concerned) > 1
        if not whose.required:
            del self.fields["whose"]

    def clean_whose(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["whose"]]


class NewOralForm(forms.Form):
    """seen: the oral as the page showed it, so that nobody moves what somebody else has moved."""

    room = forms.CharField(label=gettext_lazy("Room"), max_length=80)
    starts_at = MomentField(label=gettext_lazy("Begins, Norwegian time"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"), min_value=10, max_value=240, initial=45
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


# --- The new examiners -----------------------------------------------------------------------------------


class MarkForm(forms.Form):
    """A mark and its grounds; a draft may lack both."""

    mark = forms.ChoiceField(
        label=gettext_lazy("Grade of the paper"),
        choices=Mark.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    grounds = _long(
        gettext_lazy("Grounds for the grade"),
        gettext_lazy("They are the basis of an explanation, if the candidate asks for one."),
        required=False,
    )


class ReadForm(forms.Form):
    """read: the moment of what the page showed."""

    read = forms.CharField(widget=forms.HiddenInput)

    def clean_read(self) -> datetime:
        try:
            found = parse_datetime(self.cleaned_data["read"])
        except ValueError as error:
            raise ValidationError(_("Reload the page and try again.")) from error
        if found is None or timezone.is_naive(found):
            raise ValidationError(_("Reload the page and try again."))
        return found


class NewOralResultForm(forms.Form):
    """For each candidate of the appeal, by how many grades the oral moves the paper's grade, and a note; or
    that the candidate did not come."""

    def __init__(self, *args: Any, concerned: Sequence[AppealCandidate], most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.concerned = concerned
        choices = [(str(steps), steps_in_words(steps)) for steps in range(most, -most - 1, -1)]
        choices.append((ABSENT, _("Did not come")))
        for each in concerned:
            name = {"name": each.candidate}
            self.fields[f"steps_{each.pk}"] = forms.ChoiceField(
                label=_("%(name)s: against the grade of the paper") % name,
                choices=choices,
                widget=forms.RadioSelect,
            )
            self.fields[f"note_{each.pk}"] = _long(
                _("%(name)s: note") % name,
                _("Why. Nothing is needed for somebody who did not come."),
                rows=3,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for each in self.concerned:
            has_come = cleaned.get(f"steps_{each.pk}") not in (None, ABSENT)
            if has_come and not cleaned.get(f"note_{each.pk}", "").strip():
                self.add_error(f"note_{each.pk}", _("Write a note for each candidate."))
        return cleaned

    def outcomes(self) -> dict[int, Heard | None]:
        return {each.pk: self._heard(each.pk) for each in self.concerned}

    def _heard(self, pk: int) -> Heard | None:
        steps = self.cleaned_data[f"steps_{pk}"]
        return None if steps == ABSENT else Heard(int(steps), self.cleaned_data[f"note_{pk}"])


def steps_in_words(steps: int) -> str:
    """What an oral did to the grade of the paper, without a mark."""
    if steps == 0:
        return _("The same grade")
    if steps > 0:
        return _("Better by %(count)s") % {"count": steps}
    return _("Worse by %(count)s") % {"count": -steps}
