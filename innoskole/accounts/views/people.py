"""The administrators' pages about people: who there is, and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innoskole.accounts import actions, guards
from innoskole.accounts.forms import NewPersonForm, PeopleFilter, ReasonForm
from innoskole.accounts.guards import Refused, administrator_required
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import User
from innoskole.accounts.roles import ROLES, Role
from innoskole.ui.tables import Column, paginate

COLUMNS = (
    Column("name", gettext_lazy("Name"), order_by=("sort_key",)),
    Column("email", gettext_lazy("E-mail address"), order_by=("email",)),
    Column("roles", gettext_lazy("Roles")),
    Column("municipalities", gettext_lazy("Municipalities")),
    Column("registered", gettext_lazy("Registered"), order_by=("registered_at",)),
    Column("last_login", gettext_lazy("Last log-in"), order_by=("last_login",)),
)


@administrator_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, with search and filter in the address."""
    form = PeopleFilter(request.GET)
    found = User.objects.with_affiliations()
    if form.is_valid():
        found = found.search(form.cleaned_data["q"])
        if form.cleaned_data["role"]:
            found = found.filter(**{ROLES[Role(form.cleaned_data["role"])].field: True})
        if form.cleaned_data["account"]:
            found = found.filter(is_active=form.cleaned_data["account"] == "open")
    return TemplateResponse(
        request,
        "accounts/people.html",
        {"form": form, "list": paginate(request, found, COLUMNS, default_sort="name")},
    )


@administrator_required
def new_person(request: HttpRequest) -> HttpResponse:
    """Add a person who does not register themselves, such as an instructor."""
    form = NewPersonForm(request.POST or kept_post(request))
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_person(**form.cleaned_data, by=guards.person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The person has been added."))
            return redirect("accounts:person", added.pk)
    return TemplateResponse(request, "accounts/new_person.html", {"form": form})


@dataclass(frozen=True)
class Deed:
    """Something that an administrator can do to a person, with a reason."""

    key: str
    button: str | Promise
    explanation: str | Promise
    form: ReasonForm
    run: Callable[[User, str], None]


@administrator_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what they may do, what an administrator can do about it, and their history."""
    user = get_object_or_404(User.objects.with_affiliations(), pk=pk)
    deeds = _deeds(request, user)
    chosen = next((deed for deed in deeds if deed.form.is_bound), None)
    if request.method == "POST" and chosen and chosen.form.is_valid():
        try:
            chosen.run(user, chosen.form.cleaned_data["reason"])
        except Refused as refusal:
            chosen.form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The change has been made."))
            return redirect("accounts:person", pk)
    return TemplateResponse(
        request,
        "accounts/person.html",
        {
            "person": user,
            "deeds": deeds,
            "chosen": chosen,
            "form": chosen.form if chosen else None,
            "rights": [(role, rights, getattr(user, rights.field)) for role, rights in ROLES.items()],
            "has_second_factor": is_mfa_enabled(user),
        },
    )


def _deeds(request: HttpRequest, user: User) -> list[Deed]:
    by = guards.person(request)
    now = timezone.now()
    posted = request.POST or kept_post(request) or QueryDict()

    def deed(
        key: str, button: str | Promise, explanation: str | Promise, run: Callable[[User, str], None]
    ) -> Deed:
        is_posted = posted.get("deed") == key
        return Deed(key, button, explanation, ReasonForm(posted if is_posted else None, prefix=key), run)

    def grant(role: Role) -> Callable[[User, str], None]:
        return lambda user, reason: actions.grant_role(user, role, by=by, now=now, reason=reason)

    def revoke(role: Role) -> Callable[[User, str], None]:
        return lambda user, reason: actions.revoke_role(user, role, by=by, now=now, reason=reason)

    deeds = []
    for role, rights in ROLES.items():
        if getattr(user, rights.field):
            if not (user == by and role == Role.COURSE_ADMINISTRATOR):
                deeds.append(
                    deed(
                        f"revoke-{role}",
                        _("Take away the role “%(role)s”") % {"role": role.label},
                        _("The person can no longer do what the role allows."),
                        revoke(role),
                    )
                )
        else:
            deeds.append(
                deed(
                    f"grant-{role}",
                    _("Give the role “%(role)s”") % {"role": role.label},
                    _("The person must have a second factor to use the role."),
                    grant(role),
                )
            )
    if user == by:
        return deeds
    if is_mfa_enabled(user):
        deeds.append(
            deed(
                "remove-second-factor",
                _("Remove the second factor"),
                _(
                    "For somebody who has lost both the phone and the recovery codes. Make sure who asks. "
                    "The person is logged out everywhere."
                ),
                lambda user, reason: actions.remove_second_factor(user, by=by, now=now, reason=reason),
            )
        )
    if user.is_active:
        deeds.append(
            deed(
                "close",
                _("Close the account"),
                _("The person is logged out and cannot log in. Nothing they have done is removed."),
                lambda user, reason: actions.set_active(user, False, by=by, now=now, reason=reason),
            )
        )
    else:
        deeds.append(
            deed(
                "open",
                _("Open the account again"),
                _("The person can log in as before."),
                lambda user, reason: actions.set_active(user, True, by=by, now=now, reason=reason),
            )
        )
    return deeds
