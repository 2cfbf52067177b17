"""Forms on the study tour; the callers hand their values to actions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models.content import Values
from cohorts.forms.speakers import ANY, TimeInput
from cohorts.models import (
    Cohort,
    Diet,
    Participant,
    RoomWish,
    Session,
    StudyTour,
    TourEntry,
    TourNeeds,
    TourRoom,
    TourSignUp,
)
from cohorts.models.study_tour import MOST_BEDS
from cohorts.models.travellers import Answer
from innoskole.accounts.models import User
from innoskole.ui.forms import DayField, MomentField

YES, NO = "yes", "no"
PHONE = RegexValidator(
    r"^\+?[\d ]{5,20}$", gettext_lazy("Write a telephone number, with digits and spaces only.")
)


class SessionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class TourForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the tour is. seen: fingerprint of what is changed."""

    session = SessionChoice(label=gettext_lazy("Session"), queryset=Session.objects.none())
    sign_up_closes_at = MomentField(label=gettext_lazy("Sign-up closes"))
    leaders = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Tour leaders"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Instructors who share out rooms, and see what people eat and whom to call for them."
            " Course administrators see it anyway, and nobody else does."
        ),
    )
    kept_days = forms.IntegerField(
        label=gettext_lazy("Days after the tour until diets and people to call are deleted"),
        min_value=1,
        max_value=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = StudyTour
        fields = (
            "session",
            "destination",
            "about",
            "cost",
            "asked",
            "sign_up_closes_at",
            "leaders",
            "kept_days",
        )
        widgets = {"about": forms.Textarea(attrs={"rows": 4}), "asked": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "cost": gettext_lazy("For the participant: what is included, and what one pays for oneself."),
            "asked": gettext_lazy("For example to bring a passport, or to read about the place first."),
        }

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, leaders = self.fields["session"], self.fields["leaders"]
        assert isinstance(session, forms.ModelChoiceField)
        assert isinstance(leaders, forms.ModelMultipleChoiceField)
        session.queryset = cohort.sessions.filter(is_study_tour=True).in_order()
        leaders.queryset = User.objects.filter(teaching__cohort=cohort).in_order()
        if not leaders.queryset.exists():
            del self.fields["leaders"]
        if self.instance.pk is None and "kept_days" not in self.initial:
            self.initial["kept_days"] = 14

    def values(self) -> Values:
        return {"leaders": [], **{name: self.cleaned_data[name] for name in self.fields if name != "seen"}}

    def _post_clean(self) -> None:
        """The values are handed to an action; the row that the page shows stays as it is."""


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A line of the itinerary."""

    held_on = DayField(label=gettext_lazy("Date"))

    class Meta:
        model = TourEntry
        fields = ("held_on", "starts", "title", "place", "about")
        widgets = {"starts": TimeInput, "about": forms.Textarea(attrs={"rows": 3})}

    def _post_clean(self) -> None:
        """The values are handed to an action; the row that the page shows stays as it is."""


class TravellerFilterForm(forms.Form):
    """The filter of the list; lives in the address."""

    answer = forms.ChoiceField(
        label=gettext_lazy("People"),
        required=False,
        choices=[*ANY, *Answer.choices, ("no_room", gettext_lazy("Comes, and has no room"))],
    )

    def chosen(self) -> str:
        """What is asked for; a value that is not on offer is left out."""
        self.is_valid()
        answer: str = self.cleaned_data.get("answer", "")
        return answer


class RoomsForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=50,
        help_text=gettext_lazy("Several rooms get a number after the name: «Double 1», «Double 2»."),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many rooms"),
        min_value=1,
        max_value=60,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    beds = forms.TypedChoiceField(
        label=gettext_lazy("Beds in each"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_BEDS + 1)],
        initial=2,
    )


class PlaceForm(forms.Form):
    """Which room somebody gets; only those with a free bed can be chosen."""

    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)

    def __init__(self, *args: Any, rooms: Sequence[tuple[TourRoom, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rooms = {str(room.pk): room for room, _label in rooms}
        field = self.fields["room"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("No room")), *((str(room.pk), label) for room, label in rooms)]

    def chosen(self) -> TourRoom | None:
        return self.rooms.get(self.cleaned_data["room"])


class ProposalForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return _("%(name)s, %(team)s") % {"name": obj, "team": obj.team}


class SignUpForm(forms.Form):
    """A participant's answer. is_late: after the deadline, when rooms are being shared out."""

    is_coming = forms.ChoiceField(
        label=gettext_lazy("Do you come along?"),
        choices=[(YES, gettext_lazy("Yes, I come")), (NO, gettext_lazy("No, I do not come"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("If not: why?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("A few words are enough. Only the school reads them."),
    )
    room_wish = forms.ChoiceField(
        label=gettext_lazy("Which room do you wish for?"),
        required=False,
        choices=RoomWish.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "The school tries to give everybody what they wish for, and cannot promise it."
        ),
    )
    shares_with = PersonChoice(
        label=gettext_lazy("With whom?"),
        queryset=Participant.objects.none(),
        required=False,
        help_text=gettext_lazy("The person gets an e-mail, and you share when they agree."),
    )
    diets = forms.MultipleChoiceField(
        label=gettext_lazy("What must the kitchen know?"),
        required=False,
        choices=Diet.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Do not write why: nobody needs to know."),
    )
    diet_note = forms.CharField(
        label=gettext_lazy("More about food"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For example another allergy. The kitchen gets it without your name."),
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Whom shall we call if something happens to you?"), required=False, max_length=120
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Their telephone number"), required=False, max_length=30, validators=[PHONE]
    )
    conditional = {
        "reason": gettext_lazy("If you do not come"),
        "room_wish": gettext_lazy("If you come"),
        "shares_with": gettext_lazy("If you share with a person whom you name"),
        "contact_name": gettext_lazy("If you come"),
        "contact_phone": gettext_lazy("If you come"),
    }

    def __init__(
        self,
        *args: Any,
        participant: Participant,
        sign_up: TourSignUp | None,
        needs: TourNeeds | None,
        is_late: bool,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = _known(sign_up, needs)
        super().__init__(*args, **kwargs)
        self.sign_up, self.is_late = sign_up, is_late
        if is_late:  # the wish is as it was
            del self.fields["room_wish"], self.fields["shares_with"]
            return
        others = Participant.objects.filter(team__cohort=participant.team.cohort).present().with_names()
        field = self.fields["shares_with"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = others.exclude(pk=participant.pk).in_order()
        field.empty_label = _("Choose a person")

    def clean(self) -> Values:
        cleaned: Values = super().clean() or self.cleaned_data
        if cleaned.get("is_coming") == NO:
            if not cleaned.get("reason", "").strip():
                self.add_error("reason", _("Say in a few words why you do not come."))
            return cleaned
        if cleaned.get("is_coming") == YES:
            missing = {
                "contact_name": _("Write whom we shall call."),
                "contact_phone": _("Write their telephone number."),
            }
            if not self.is_late:
                missing["room_wish"] = _("Choose a room.")
            if cleaned.get("room_wish") == RoomWish.SHARED:
                missing["shares_with"] = _("Choose with whom you would share.")
            for name, sentence in missing.items():
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return cleaned

    def values(self) -> Values:
        """What the action asks for."""
        values = {**self.cleaned_data, "is_coming": self.cleaned_data["is_coming"] == YES}
        if self.is_late and self.sign_up is not None:
            values |= {"room_wish": self.sign_up.room_wish, "shares_with": self.sign_up.shares_with}
        return values


def _known(sign_up: TourSignUp | None, needs: TourNeeds | None) -> dict[str, Any]:
    if sign_up is None:
        return {}
    known: dict[str, Any] = {
        "is_coming": YES if sign_up.is_coming else NO,
        "reason": sign_up.reason,
        "room_wish": sign_up.room_wish,
        "shares_with": sign_up.shares_with_id,
    }
    if needs is not None:
        known |= {
            "diets": needs.diets,
            "diet_note": needs.diet_note,
            "contact_name": needs.contact_name,
            "contact_phone": needs.contact_phone,
        }
    return known
