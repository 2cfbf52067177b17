"""What the coordinator, their colleagues and the school do with the persons of a team.

Each page says first what follows and who gets an e-mail.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.actions import participation as deeds
from applications.forms.coordinator import MemberForm
from applications.forms.people import (
    CorrectionForm,
    InviteAgainForm,
    LeavingForm,
    NewcomerForm,
    ReplacementForm,
)
from applications.models import Application, TeamMember
from applications.models.content import MEMBER_FIELDS, Values, values_of
from applications.models.people import everyone_of, told
from applications.models.viability import Viability, accepts_answers, viability
from applications.states import Participation
from applications.views.people.team import team_of, trail
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post


def reserve_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Name a reserve."""
    application = team_of(request, reference)
    form = MemberForm(request.POST or kept_post(request), request.FILES or None, intake=application.intake)

    def name() -> str:
        reserve = deeds.name_reserve(
            application,
            _values(form),
            documents=form.cleaned_data["documents"],
            by=person(request),
            now=timezone.now(),
        )
        return _("%(name)s is named as a reserve.") % {"name": reserve.name}

    if done := _carried_out(request, application, form, name):
        return done
    return _page(
        request,
        application,
        form,
        title=_("Name a reserve"),
        button=_("Save the reserve"),
        consequences=[
            _("The reserve can take over from a person in the team, if the rules of the intake then hold."),
            _("Nobody gets an e-mail now."),
        ],
        multipart=True,
    )


def reserve_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask before a reserve is taken off the list."""
    application, member = _found(request, reference, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def remove() -> str:
        deeds.remove_reserve(member, by=person(request), now=timezone.now())
        return _("%(name)s is no longer a reserve.") % {"name": member.name}

    if done := _carried_out(request, application, form, remove):
        return done
    return _page(
        request,
        application,
        form,
        title=_("Remove %(name)s from the reserves?") % {"name": member.name},
        button=_("Remove %(name)s") % {"name": member.name},
        consequences=[
            _("What you have written about the person is deleted, with the documents."),
            _("Nobody gets an e-mail."),
        ],
        color="danger",
    )


def person_correct(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Correct name, address, position or unit."""
    application, member = _found(request, reference, pk)
    form = CorrectionForm(request.POST or kept_post(request), initial=values_of(member, deeds.CORRECTABLE))

    def correct() -> str:
        saved = deeds.correct_person(member, form.cleaned_data, by=person(request), now=timezone.now())
        return _("%(name)s is saved.") % {"name": saved.name}

    if done := _carried_out(request, application, form, correct):
        return done
    consequences = [
        _("Education and experience decide the admission basis. If they are wrong, write to the school.")
    ]
    if member.participation == Participation.INVITED:
        consequences.append(
            _(
                "If you change the address, a new invitation is sent to it, and the old link stops working."
                " Otherwise nobody gets an e-mail."
            )
        )
    else:
        consequences.append(_("Nobody gets an e-mail."))
    return _page(
        request,
        application,
        form,
        title=_("Correct what is written about %(name)s") % {"name": member.name},
        button=_("Save"),
        consequences=consequences,
    )


def person_invite(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Send the invitation once more."""
    application, member = _found(request, reference, pk)
    seen = member.invited_at.isoformat() if member.invited_at else ""
    form = InviteAgainForm(request.POST or None, initial={"seen": seen})

    def send() -> str:
        deeds.invite_again(member, **form.cleaned_data, by=person(request), now=timezone.now())
        return _("The invitation is on its way to %(email)s.") % {"email": member.email}

    if done := _carried_out(request, application, form, send):
        return done
    return _page(
        request,
        application,
        form,
        title=_("Send the invitation of %(name)s again") % {"name": member.name},
        button=_("Send the invitation"),
        consequences=[
            _("%(name)s gets an e-mail at %(email)s with the same link as before.")
            % {"name": member.name, "email": member.email},
            _("If the address is wrong, correct it instead: the invitation is then sent to the new one."),
        ],
    )


def person_withdraw(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a person out of the team; the page says at once what the team would lack."""
    application, member = _found(request, reference, pk)
    form = LeavingForm(request.POST or kept_post(request))

    def withdraw() -> str:
        deeds.withdraw_person(member, **form.cleaned_data, by=person(request), now=timezone.now())
        return _("%(name)s is no longer in the team.") % {"name": member.name}

    if done := _carried_out(request, application, form, withdraw):
        return done
    stand = viability(application, everyone_of(application), timezone.now())
    return _page(
        request,
        application,
        form,
        title=_("Withdraw %(name)s from the team") % {"name": member.name},
        button=_("Withdraw %(name)s") % {"name": member.name},
        consequences=[
            *_departure(stand, member),
            stand.until,
            *_mail(request, application, member),
        ],
        color="danger",
    )


def person_replace(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Let a named reserve take over: those who keep the rules true; why the others cannot, is said."""
    application, member = _found(request, reference, pk)
    stand = viability(application, everyone_of(application), timezone.now())
    form = ReplacementForm(
        request.POST or kept_post(request),
        reserves=stand.legal_for(member),
        has_left=_has_left(member),
    )

    def replace() -> str:
        chosen = next(one for one in stand.reserves if one.pk == form.cleaned_data["reserve"])
        reason = form.cleaned_data.get("reason", "")
        deeds.replace(member, chosen, reason=reason, by=person(request), now=timezone.now())
        return _taken_over(member, chosen)

    if done := _carried_out(request, application, form, replace):
        return done
    return _page(
        request,
        application,
        form,
        title=_("Who takes over from %(name)s?") % {"name": member.name},
        button=_("Replace %(name)s") % {"name": member.name},
        consequences=[
            *_entry(application),
            *_mail(request, application, member),
            stand.until,
        ],
        template="applications/people/replace.html",
        member=member,
        stand=stand,
        refused=[c for c in stand.changes if c.leaving == member and not c.is_legal],
        legal=stand.legal_for(member),
    )


def person_replace_new(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Let somebody take over whom nobody has named before."""
    application, member = _found(request, reference, pk)
    form = NewcomerForm(
        request.POST or kept_post(request),
        request.FILES or None,
        intake=application.intake,
        has_left=_has_left(member),
    )

    def replace() -> str:
        newcomer = deeds.replace_by_new(
            member,
            _values(form),
            documents=form.cleaned_data["documents"],
            reason=form.cleaned_data.get("reason", ""),
            by=person(request),
            now=timezone.now(),
        )
        return _taken_over(member, newcomer)

    if done := _carried_out(request, application, form, replace):
        return done
    return _page(
        request,
        application,
        form,
        title=_("A new person instead of %(name)s") % {"name": member.name},
        button=_("Replace %(name)s") % {"name": member.name},
        consequences=[*_entry(application), *_mail(request, application, member)],
        multipart=True,
    )


def person_reopen(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Let somebody who declined by mistake answer again."""
    application, member = _found(request, reference, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def reopen() -> str:
        deeds.reopen(member, by=person(request), now=timezone.now())
        return _("%(name)s is in the team again.") % {"name": member.name}

    if done := _carried_out(request, application, form, reopen):
        return done
    is_mailed = accepts_answers(application) and told(member) is not None
    return _page(
        request,
        application,
        form,
        title=_("Let %(name)s back into the team?") % {"name": member.name},
        button=_("Open again"),
        consequences=[
            _("%(name)s gets a new invitation at %(email)s, and answers again.")
            % {"name": member.name, "email": member.email}
            if is_mailed
            else _("Nobody gets an e-mail now. The invitation is sent when the place is accepted.")
        ],
    )


def _carried_out(
    request: HttpRequest, application: Application, form: forms.BaseForm, deed: Callable[[], str]
) -> HttpResponse | None:
    """Do what the form asks for and go back to the team; None when the form must be shown (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        said = deed()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, said)
    return redirect("applications:people", application.reference)


def _page(
    request: HttpRequest,
    application: Application,
    form: forms.BaseForm,
    *,
    title: str,
    button: str,
    consequences: list[str],
    color: str = "",
    multipart: bool = False,
    template: str = "applications/people/deed.html",
    **context: Any,
) -> HttpResponse:
    return TemplateResponse(
        request,
        template,
        {
            "application": application,
            "intake": application.intake,
            "trail": trail(application),
            "title": title,
            "button": button,
            "consequences": consequences,
            "color": color,
            "multipart": multipart,
            "form": form,
            **context,
        },
    )


def _found(request: HttpRequest, reference: str, pk: int) -> tuple[Application, TeamMember]:
    """The application and somebody who is, was or may come into its team."""
    application = team_of(request, reference)
    rows = TeamMember.everyone.filter(application=application).prefetch_related("decisions")
    member = get_object_or_404(rows, pk=pk)
    member.application = application
    return application, member


def _values(form: MemberForm) -> Values:
    return {name: form.cleaned_data[name] for name in MEMBER_FIELDS}


def _has_left(member: TeamMember) -> bool:
    return member.participation == Participation.WITHDRAWN


def _departure(stand: Viability, member: TeamMember) -> list[str]:
    """What the team would lack without this person, and who may take over."""
    departure = next((one for one in stand.departures if one.member == member), None)
    if departure is None:
        return []
    found = departure.lacks or [_("The team still fulfils the rules of the intake.")]
    names = ", ".join(one.name for one in stand.legal_for(member))
    if names:
        found = [*found, _("These reserves can take over: %(names)s.") % {"names": names}]
    return found


def _entry(application: Application) -> list[str]:
    """What happens to the one who comes."""
    return [
        _(
            "The school decides on which basis the new person is admitted, and tells them. After that they"
            " are invited by e-mail."
        )
    ]


def _mail(request: HttpRequest, application: Application, member: TeamMember) -> list[str]:
    """Who gets an e-mail at once when this person leaves."""
    said = []
    if member.invited_at is not None and not _has_left(member):
        said.append(
            _("%(name)s gets an e-mail at %(email)s that they are out of the team, with the reason.")
            % {"name": member.name, "email": member.email}
        )
    if application.coordinator != request.user:
        said.append(
            _("%(name)s, who is the contact person, gets an e-mail.") % {"name": application.coordinator.name}
        )
    return said or [_("Nobody gets an e-mail now.")]


def _taken_over(member: TeamMember, successor: TeamMember) -> str:
    return _("%(successor)s takes over from %(name)s.") % {"successor": successor.name, "name": member.name}
