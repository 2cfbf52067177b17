"""What the staff does with a speaker; each page says first what follows and who gets an e-mail."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.administrator import ReasonForm
from applications.views.deeds import Deed, Deeds, deed_page
from cohorts.actions import speakers as actions
from cohorts.forms.speakers import AgainForm, NothingForm, ThanksForm
from cohorts.models import Speaker
from cohorts.states.speakers import AWAITED, EXPECTED, SpeakerState
from cohorts.views.rooms import cohort_for_staff
from innoskole.accounts.models import User
from innoskole.ui import formats


def _unless(states: Collection[str]) -> Callable[[Speaker, User, datetime], str]:
    """A deed that is done in some states only."""

    def obstacle(speaker: Speaker, user: User, now: datetime) -> str:
        if speaker.state in states:
            return ""
        return _("This cannot be done now: the state is «%(state)s».") % {
            "state": speaker.get_state_display()
        }

    return obstacle


def _cannot_ask_again(speaker: Speaker, user: User, now: datetime) -> str:
    if speaker.is_over(formats.local(now).date()):
        return _("The session is over, so nobody can be asked to speak at it.")
    return _unless((SpeakerState.INVITED, SpeakerState.DECLINED, SpeakerState.WITHDRAWN))(speaker, user, now)


def _cannot_withdraw(speaker: Speaker, user: User, now: datetime) -> str:
    if speaker.is_over(formats.local(now).date()):
        return _("The session is over, so the invitation cannot be withdrawn.")
    return _unless(AWAITED)(speaker, user, now)


def _cannot_thank(speaker: Speaker, user: User, now: datetime) -> str:
    if not speaker.has_contributed(now):
        return _("The speaker is thanked when the contribution has been held.")
    return _unless(EXPECTED)(speaker, user, now)


def _mailed(sentence: Callable[[], str]) -> Callable[[Speaker, datetime], Sequence[str]]:
    """sentence: says who gets what, with the speaker's name and address."""
    return lambda speaker, now: [sentence() % {"name": speaker.name, "email": speaker.email}]


DEEDS: Deeds[Speaker] = {
    "thank": Deed(
        title=gettext_lazy("Thank the speaker"),
        button=gettext_lazy("Send the letter of thanks"),
        done=gettext_lazy("The letter of thanks is on its way."),
        run=actions.thank,
        obstacle=_cannot_thank,
        consequences=_mailed(
            lambda: _(
                "%(name)s gets a letter of thanks at %(email)s. It is sent once and cannot be repeated."
            )
        ),
        form=ThanksForm,
    ),
    "received": Deed(
        title=gettext_lazy("The material has come in another way"),
        button=gettext_lazy("Note that it has come"),
        done=gettext_lazy("It is noted that the material has come."),
        run=actions.note_material,
        obstacle=_unless((SpeakerState.CONFIRMED,)),
        consequences=_mailed(
            lambda: _("%(name)s is no longer reminded of the material. Nobody gets an e-mail.")
        ),
        form=NothingForm,
    ),
    "again": Deed(
        title=gettext_lazy("Send the invitation again"),
        button=gettext_lazy("Send the invitation"),
        done=gettext_lazy("The invitation is on its way."),
        run=actions.invite_again,
        obstacle=_cannot_ask_again,
        consequences=_mailed(
            lambda: _("%(name)s gets the invitation at %(email)s, with the same link, and answers anew.")
        ),
        form=AgainForm,
    ),
    "withdraw": Deed(
        title=gettext_lazy("Withdraw the invitation"),
        button=gettext_lazy("Withdraw the invitation"),
        done=gettext_lazy("The invitation is withdrawn."),
        run=actions.withdraw,
        obstacle=_cannot_withdraw,
        consequences=_mailed(
            lambda: _("%(name)s gets an e-mail at %(email)s, with your reason word for word.")
        ),
        form=ReasonForm,
        color="danger",
    ),
}


def speaker_deed(request: HttpRequest, slug: str, pk: int, key: str) -> HttpResponse:
    """The page of one deed."""
    cohort = cohort_for_staff(request, slug)
    speaker = get_object_or_404(Speaker.objects.with_plan(), pk=pk, session__cohort=cohort)
    return deed_page(
        request,
        DEEDS,
        key,
        speaker,
        template="cohorts/speakers/deed.html",
        back=reverse("cohorts:speaker", args=[slug, pk]),
        context={"cohort": cohort, "speaker": speaker},
    )
