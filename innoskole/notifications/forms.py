from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from innoskole.notifications.models import Message
from innoskole.notifications.reasons import all_reasons

UNDELIVERED = "undelivered"


class MessageFilter(forms.Form):
    q = forms.CharField(label=_("Recipient or subject"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            (UNDELIVERED, _("Needs a person")),
            *((value, capfirst(label)) for value, label in Message.State.choices),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, str(reason.label)) for kind, reason in all_reasons().items()]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *sorted(kinds, key=lambda choice: choice[1].casefold())]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000)


class BounceForm(forms.Form):
    reason = forms.CharField(
        label=_("What the mail that came back says"),
        help_text=_("Copy the line with the code, such as “550 5.1.1 User unknown”."),
        max_length=1000,
    )
