"""The page of an invited person: behind the link in their mail, and nobody else's.

The link does nothing when it is opened (mail scanners open links): the answer is a POST.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import tokens
from applications.actions.participation import answer_invitation
from applications.emails.people import language_of
from applications.forms.people import DeclineForm, InvitationForm
from applications.models import TeamMember
from applications.models.people import basis_told, consequence_told, own_rows, role_told, seen_by
from applications.models.promises import invitation_text
from applications.models.viability import accepts_answers
from applications.states import Basis, Participation
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User


@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the school is and expects, the person's own data and basis, and the two answers."""
    found = tokens.invitation_of(token)
    if found is None:
        return TemplateResponse(request, "applications/coordinator/link_void.html", status=404)
    now = timezone.now()
    member = _member(found.pk)
    _speak(request, member)
    text = _text(member)
    confirming, declining = _forms(request, member, text)
    if request.method == "POST":
        answered = _answer(request, member, confirming, declining, text, now)
        if answered is not None:
            member = _member(answered.pk)
        elif confirming.is_bound:
            confirming = _with_fresh_print(confirming, member, text)
    return _page(request, member, confirming, declining, text)


def _answer(
    request: HttpRequest,
    member: TeamMember,
    confirming: InvitationForm,
    declining: DeclineForm,
    text: str,
    now: datetime,
) -> TeamMember | None:
    """Carry out what the button says; None when the page must be shown again."""
    answer = request.POST.get("answer")
    form: forms.Form = declining if answer == "no" else confirming
    if answer not in ("yes", "no"):
        confirming.add_error(None, _("Choose one of the two answers."))
        return None
    if not form.is_valid():
        return None
    try:
        if answer == "no":
            return answer_invitation(member, accepted=False, **form.cleaned_data, now=now)
        given = {name: form.cleaned_data.get(name, "") for name in ("name", "seen", "language")}
        return answer_invitation(member, accepted=True, **given, text=text, now=now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _forms(request: HttpRequest, member: TeamMember, text: str) -> tuple[InvitationForm, DeclineForm]:
    """Both forms; only the one whose button was pressed is bound, so that the other complains of nothing."""
    posted = request.POST if request.method == "POST" else None
    says_no = posted is not None and posted.get("answer") == "no"
    confirming = InvitationForm(
        None if says_no else posted,
        initial={"seen": seen_by(member, text), "language": translation.get_language()},
        has_account=_account_of(member) is not None,
    )
    return confirming, DeclineForm(posted if says_no else None)


def _with_fresh_print(form: InvitationForm, member: TeamMember, text: str) -> InvitationForm:
    """The same form with what was typed, its errors, and the fingerprint of what the page shows now."""
    form.data = {**dict(form.data.items()), "seen": seen_by(member, text)}
    return form


def _page(
    request: HttpRequest,
    member: TeamMember,
    confirming: InvitationForm,
    declining: DeclineForm,
    text: str,
) -> HttpResponse:
    application, basis = member.application, basis_told(member)
    context: dict[str, Any] = {
        "member": member,
        "application": application,
        "intake": application.intake,
        "rows": own_rows(member),
        "basis": str(Basis(basis).label) if basis else "",
        "role": role_told(member),
        "consequence": consequence_told(member),
        "text": member.consent_text or text,
        "form": confirming,
        "decline_form": declining,
        "is_open": accepts_answers(application) and member.participation == Participation.INVITED,
        "is_confirmed": member.participation
        in (Participation.CONFIRMED, Participation.ACTIVE, Participation.COMPLETED),
        "is_out": member.participation in (Participation.WITHDRAWN, Participation.REPLACED),
    }
    return TemplateResponse(request, "applications/people/invitation.html", context)


def _member(pk: int) -> TeamMember:
    rows = TeamMember.everyone.select_related(
        "user", "application__intake", "application__lead", "application__coordinator", "application__offer"
    )
    return rows.prefetch_related("decisions").get(pk=pk)


def _text(member: TeamMember) -> str:
    basis = basis_told(member)
    return invitation_text(member, basis) if basis else ""


def _account_of(member: TeamMember) -> User | None:
    return member.user or User.objects.filter(email=member.email).first()


def _speak(request: HttpRequest, member: TeamMember) -> None:
    """Speak the language of the invitation to a reader who has chosen none (språklova § 15)."""
    if not request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language_of(member))
