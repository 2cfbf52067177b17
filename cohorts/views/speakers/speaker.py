"""The speaker's own page: behind the link in their mail, without an account.

The link does nothing when it is opened (mail scanners open links): whatever is done is a POST.
"""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cohorts import tokens
from cohorts.actions import speakers as actions
from cohorts.forms.speakers import AnswerForm, MaterialForm
from cohorts.models import Speaker
from cohorts.states.speakers import SPEAKING, SpeakerState
from innoskole.accounts.guards import Refused
from innoskole.ui import formats


@login_not_required
def speaker_answer(request: HttpRequest, token: str) -> HttpResponse:
    """What, when and where; yes or no; material and a biography; what is stored and for how long."""
    found, now = tokens.speaker_of(token), timezone.now()
    if found is None or not found.is_open(now):
        return TemplateResponse(request, "cohorts/speakers/link_void.html", status=404)
    _speak(request, found)
    answering, sending = _forms(request, found)
    if request.method == "POST":
        said = _do(request, found, answering, sending, now)
        if said:
            messages.success(request, said)
            return redirect("cohorts:speaker_answer", token)
    return TemplateResponse(
        request,
        "cohorts/speakers/answer.html",
        {
            "speaker": found,
            "cohort": found.cohort,
            "answer_form": answering,
            "material_form": sending,
            "files": list(found.files.all()),
            "is_invited": found.state == SpeakerState.INVITED,
            "is_speaking": found.state in SPEAKING,
            "can_answer": found.held_on is None or found.held_on >= formats.local(now).date(),
        },
    )


def _forms(request: HttpRequest, found: Speaker) -> tuple[AnswerForm, MaterialForm]:
    """Both forms; only the one whose button was pressed is bound."""
    deed = request.POST.get("deed", "") if request.method == "POST" else ""
    answers = deed in ("yes", "no")
    return (
        AnswerForm(request.POST if answers else None),
        MaterialForm(
            request.POST if deed == "material" else None,
            request.FILES if deed == "material" else None,
            initial={"biography": found.biography, "url": found.material_url},
        ),
    )


def _do(
    request: HttpRequest, found: Speaker, answering: AnswerForm, sending: MaterialForm, now: datetime
) -> str:
    """Carry out what the button says, and say so; empty when the page must be shown again."""
    deed = request.POST.get("deed", "")
    form = sending if deed == "material" else answering
    try:
        if deed in ("yes", "no") and answering.is_valid():
            answered = actions.answer(
                found, accepted=deed == "yes", words=answering.cleaned_data["words"], now=now
            )
            if answered.state == SpeakerState.DECLINED:
                return _("Thank you for telling us. The school knows that you cannot come.")
            return _("Thank you! The school knows that you come.")
        if deed == "material" and sending.is_valid():
            given = sending.cleaned_data
            actions.send_material(
                found, given["documents"], url=given["url"], biography=given["biography"], now=now
            )
            return _("Saved. You can change it as long as the link works.")
        if deed.startswith("remove-") and deed.removeprefix("remove-").isdecimal():
            actions.remove_file(found, int(deed.removeprefix("remove-")), now=now)
            return _("The file is removed.")
    except Refused as refusal:
        if not form.is_bound:
            messages.error(request, str(refusal))
        else:
            form.add_error(None, str(refusal))
        return ""
    if not deed:
        messages.error(request, _("Choose one of the answers."))
    return ""


def _speak(request: HttpRequest, found: Speaker) -> None:
    """Speak the language of the invitation to a reader who has chosen none."""
    if not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(found.language)
