"""Answers by mailed link, from people who need no account: a partner municipality and the approver.

A link does nothing when it is opened (mail scanners open links): the answer is a POST with a name.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import tokens
from applications.actions.guarantees import answer_guarantee, may_be_answered
from applications.actions.partners import answer_as_partner, may_answer
from applications.forms.coordinator_answers import GuaranteeAnswerForm, PartnerAnswerForm
from applications.models import Application, Guarantee, Part
from applications.models.content import PARTS, answer_by, content_digest, open_parts
from applications.models.promises import guarantee_text, letter_language
from applications.models.summary import sections
from applications.states import GuaranteeState, PartnerState
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality

ANSWERS = {"yes": True, "no": False}


def _application(pk: int) -> Application:
    rows = Application.objects.select_related("intake", "lead__county", "coordinator")
    return rows.prefetch_related(*PARTS).get(pk=pk)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, be it nothing, so that the form is bound and says what it lacks."""
    return request.POST if request.method == "POST" else None


def _answer(request: HttpRequest, form: Form) -> bool | None:
    """What the button says that was pressed; a post that is neither is an error, and no answer."""
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if request.method == "POST" and answer is None:
        form.add_error(None, _("Choose one of the two answers."))
    return answer


def speak(request: HttpRequest, municipality: Municipality, coordinator: User) -> None:
    """Speak the municipality's language to a reader who has chosen none (språklova § 15)."""
    if not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(letter_language(municipality, coordinator))


def void(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "applications/coordinator/link_void.html", status=404)


@login_not_required
def partner_answer(request: HttpRequest, token: str) -> HttpResponse:
    """What it means to take part in a neighbour's application, and the answer."""
    part = tokens.partner_of(token)
    if part is None:
        return void(request)
    now = timezone.now()
    user = request.user if isinstance(request.user, User) else None
    application = _application(part.application_id)
    speak(request, part.municipality, application.coordinator)
    form = PartnerAnswerForm(_posted(request), initial={"name": user.name if user else ""})
    answer = _answer(request, form)
    if answer is not None and form.is_valid():
        try:
            part = answer_as_partner(
                part,
                takes_part=answer,
                name=form.cleaned_data["name"],
                by=user if user and may_answer_as(part.municipality_id, user) else None,
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            form = PartnerAnswerForm(initial={"name": part.answered_name})
    return TemplateResponse(
        request,
        "applications/coordinator/partner_answer.html",
        {
            "partner": part,
            "application": application,
            "intake": application.intake,
            "form": form,
            "answer_by": answer_by(application),
            "is_open": Part.MUNICIPALITY in open_parts(application, now),
            "is_confirmed": part.state == PartnerState.CONFIRMED,
            "is_declined": part.state == PartnerState.DECLINED,
            "may_answer": may_answer(part, user),
            "next": request.path,
        },
    )


def may_answer_as(municipality: int, user: User) -> bool:
    """Whether a logged-in person's own name and account may stand behind the answer."""
    return user.proven_municipalities().filter(pk=municipality).exists()


@login_not_required
def guarantee_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The application, the exact words of the guarantee, and the approver's answer."""
    guarantee = tokens.guarantee_of(token)
    if guarantee is None:
        return void(request)
    now = timezone.now()
    application = _application(guarantee.application_id)
    speak(request, application.lead, application.coordinator)
    text, seen = guarantee_text(application), content_digest(application)
    first = {"name": guarantee.approver_name, "seen": seen}
    form = GuaranteeAnswerForm(_posted(request), initial=first)
    answer = _answer(request, form)
    if answer is not None and form.is_valid():
        try:
            guarantee = answer_guarantee(
                guarantee,
                given=answer,
                name=form.cleaned_data["name"],
                text=text,
                comment=form.cleaned_data["comment"],
                seen=form.cleaned_data["seen"],
                now=now,
            )
        except Refused as refusal:
            # What was typed, with the digest of what the page shows now.
            form = GuaranteeAnswerForm({**request.POST.dict(), "seen": seen})
            form.add_error(None, str(refusal))
        else:
            application = _application(guarantee.application_id)
    return TemplateResponse(
        request,
        "applications/coordinator/guarantee_answer.html",
        _guarantee_context(guarantee, application, form, text)
        | {"is_open": may_be_answered(application, now)},
    )


def _guarantee_context(
    guarantee: Guarantee, application: Application, form: GuaranteeAnswerForm, text: str
) -> dict[str, object]:
    return {
        "guarantee": guarantee,
        "application": application,
        "intake": application.intake,
        "form": form,
        "text": guarantee.text or text,
        "sections": [section for section in sections(application) if section.part != Part.GUARANTEE],
        "answer_by": answer_by(application),
        "is_given": guarantee.state == GuaranteeState.GIVEN,
        "is_refused": guarantee.state == GuaranteeState.REFUSED,
        "is_replaced": guarantee.state == GuaranteeState.REPLACED,
        "title": _("Guarantee for the application of %(municipality)s") % {"municipality": application.lead},
    }
