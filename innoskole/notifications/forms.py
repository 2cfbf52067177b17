from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from innoskole.notifications.models import Message

UNDELIVERED = "undelivered"


class MessageFilter(forms.Form):
    q = forms.CharField(label=_("Recipient or subject"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            (UNDELIVERED, _("Needs a person")),
            *((value, capfirst(label)) for value, label in Message.State.choices),
        ],
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000)
