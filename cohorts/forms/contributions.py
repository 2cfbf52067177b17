"""The forms of peer contributions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, Contribution, PeerPair, PeerRound, Team
from cohorts.models.contributions import MOST_GIVES
from cohorts.pairing import Arrow, Fault, Wrong, faults
from innoskole.ui.forms import MomentField


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new round. The caller hands the values to an action."""

    gives = forms.IntegerField(
        label=gettext_lazy("How many teams each team gives feedback to"),
        min_value=1,
        max_value=MOST_GIVES,
        initial=1,
    )

    class Meta:
        model = PeerRound
        fields = ("title", "session", "gives")
        labels = {"title": gettext_lazy("Title"), "session": gettext_lazy("Session")}

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["session"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = cohort.sessions.in_order()
        field.empty_label = _("No session")


class ContributionRuleForm(forms.Form):
    contributions_required = forms.BooleanField(
        label=gettext_lazy("Contributions are a condition for the exam and the certificate"), required=False
    )


class DueForm(forms.Form):
    due_at = MomentField(label=gettext_lazy("Deadline"))

    def __init__(self, *args: Any, due_at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].initial = due_at


class QuestionForm(forms.Form):
    """`seen` is the text that the page showed."""

    text = forms.CharField(
        label=gettext_lazy("What we would like feedback on"),
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Where the project is now, and what you wonder about."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)


class ContributionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One's own feedback. The caller hands the values to an action."""

    class Meta:
        model = Contribution
        fields = ("strengths", "questions", "ideas")
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in fields}
        labels = {
            "strengths": gettext_lazy("Strengths: what is good, and why"),
            "questions": gettext_lazy("Questions: what you wonder about"),
            "ideas": gettext_lazy("Ideas: what they could try"),
        }


class ThankForm(forms.Form):
    is_useful = forms.BooleanField(label=gettext_lazy("This was useful to us"), required=False)


class PairsForm(forms.Form):
    """One choice for each arrow. `seen` is when the pairing was changed last, as the page showed it."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, pairs: Sequence[PeerPair], teams: Sequence[Team], gives: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.teams, self.gives = {team.pk: team for team in teams}, gives
        self.givers: dict[str, Team] = {}
        receivers: dict[int, list[int]] = {team.pk: [] for team in teams}
        for pair in pairs:
            receivers.setdefault(pair.giver_id, []).append(pair.receiver_id)
        for team in teams:
            for number in range(gives):
                name = f"receiver_{team.pk}_{number}"
                self.givers[name] = team
                self.fields[name] = forms.TypedChoiceField(
                    label=_("%(team)s gives feedback to") % {"team": team},
                    coerce=int,
                    choices=[("", _("Choose a team")), *((each.pk, str(each)) for each in teams)],
                    initial=next(iter(receivers[team.pk][number:]), None),
                )

    def rows(self) -> Iterator[tuple[Team, BoundField]]:
        """The giver and its choice, for each arrow."""
        for name, team in self.givers.items():
            yield team, self[name]

    def arrows(self) -> list[Arrow]:
        return [(team.pk, self.cleaned_data[name]) for name, team in self.givers.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            found = faults(self.arrows(), list(self.teams), gives=self.gives)
            if found:
                raise forms.ValidationError([self._in_words(fault) for fault in found])
        return cleaned

    def _in_words(self, fault: Fault) -> str:
        sentences = {
            Wrong.ITSELF: _("%(team)s cannot give feedback to itself."),
            Wrong.TWICE: _("%(team)s gives feedback to the same team %(number)s times."),
            Wrong.GIVES: _("%(team)s gives feedback %(number)s times, and should %(wanted)s times."),
            Wrong.GETS: _("%(team)s gets feedback %(number)s times, and should %(wanted)s times."),
        }
        return sentences[fault.wrong] % {
            "team": self.teams[fault.team],
            "number": fault.number,
            "wanted": self.gives,
        }
