"""The forms of the internal call: the coordinator's, the colleagues', and the choice among the interested."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.coordinator import LONGEST_TEXT, LongTextField, MemberForm
from applications.models import Application, Interest
from applications.models.content import MEMBER_FIELDS
from applications.states import InterestState, Participation, State
from innoskole.ui.forms import MomentField

Choices = list[tuple[str, Any]]


class CallForm(forms.Form):
    """What the coordinator writes to colleagues, and until when they may answer."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    text = LongTextField(
        label=gettext_lazy("To your colleagues"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Change the text as you like. An empty line begins a new paragraph."),
    )
    closes_at = MomentField(
        label=gettext_lazy("Deadline for signing up"), help_text=gettext_lazy("Date and time in Norway.")
    )

    def __init__(self, *args: Any, application: Application, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application, self.now = application, now

    def clean_closes_at(self) -> datetime:
        closes_at: datetime = self.cleaned_data["closes_at"]
        if closes_at <= self.now:
            raise ValidationError(_("The deadline for signing up must be later than now."))
        if self.application.state == State.DRAFT and closes_at > self.application.intake.closes_at:
            raise ValidationError(_("The deadline for signing up must come before the application deadline."))
        return closes_at


class InterestForm(MemberForm):
    """An employee's own words: the fields and rules of a nominated person, and why."""

    names = (*MEMBER_FIELDS, "motivation")

    version = None  # type: ignore[assignment]  # Django's way of leaving a field out
    documents = None  # type: ignore[assignment]
    motivation = LongTextField(
        label=gettext_lazy("Why you would like to take part"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Read by those who choose the team in your municipality."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["education"].help_text = _("It decides whether you can sit the exam and earn credits.")


class PicksForm(forms.Form):
    """What is to come of each of those who are interested; nothing is chosen until somebody chooses."""

    def __init__(
        self, *args: Any, interests: Iterable[Interest], team_is_open: bool, is_over: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.interests = list(interests)
        for interest in self.interests:
            choices = [] if is_over else _choices(interest, team_is_open=team_is_open)
            if choices:
                label = _("Choice for %(name)s") % {"name": interest.name}
                self.fields[_name(interest)] = forms.ChoiceField(label=label, choices=choices, required=False)

    def rows(self) -> list[tuple[Interest, forms.BoundField | None]]:
        """Everybody on the list, with the control where there is something to choose."""
        return [
            (interest, self[_name(interest)] if _name(interest) in self.fields else None)
            for interest in self.interests
        ]

    def picks(self) -> dict[Interest, str]:
        """What has been chosen, in the order of the list; those about whom nothing is chosen are left out."""
        if not self.is_bound or not self.is_valid():
            return {}
        chosen = ((interest, self.cleaned_data.get(_name(interest), "")) for interest in self.interests)
        return {interest: state for interest, state in chosen if state}


def _name(interest: Interest) -> str:
    return f"choice-{interest.pk}"


def _choices(interest: Interest, *, team_is_open: bool) -> Choices:
    team = (InterestState.NOMINATED.value, gettext_lazy("In the team"))
    reserve = (InterestState.RESERVE.value, gettext_lazy("Reserve"))
    not_chosen = (InterestState.NOT_CHOSEN.value, gettext_lazy("Not chosen"))
    undecided = ("", gettext_lazy("Not decided"))
    if interest.state == InterestState.INTERESTED:
        return [undecided, *([team] if team_is_open else []), reserve, not_chosen]
    if interest.member is not None and interest.member.participation == Participation.RESERVE:
        still = ("", gettext_lazy("Still a reserve"))
        return [still, *([team] if team_is_open else []), not_chosen]
    return []
