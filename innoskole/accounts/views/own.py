"""What everyone has of their own: home page, profile, language."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from innoskole.accounts import actions
from innoskole.accounts.forms import ProfileForm
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.accounts.models import Language, User
from innoskole.accounts.roles import needs_second_factor, roles_of
from innoskole.accounts.rooms import rooms_of
from innoskole.accounts.waiting import waiting_for


def home(request: HttpRequest) -> HttpResponse:
    """What waits for me."""
    user = person(request)
    return TemplateResponse(
        request,
        "accounts/home.html",
        {
            "waiting": waiting_for(user, timezone.now()),
            "affiliations": user.affiliations.with_names().in_order(),
            "roles": roles_of(user),
            "sections": rooms_of(user),
        },
    )


def profile(request: HttpRequest) -> HttpResponse:
    """My name, language, municipalities and how I log in."""
    user = person(request)
    # The form works on a copy: a refused name must not show in the page's header.
    form = ProfileForm(request.POST or kept_post(request), instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        actions.change_profile(user, **form.cleaned_data, now=timezone.now())
        with translation.override(user.language):
            messages.success(request, _("Your profile has been saved."))
        response = redirect("accounts:profile")
        _remember_language(response, user.language)
        return response
    return TemplateResponse(
        request,
        "accounts/profile.html",
        {
            "form": form,
            "affiliations": user.affiliations.with_names().in_order(),
            "has_second_factor": is_mfa_enabled(user),
            "needs_second_factor": settings.REQUIRE_SECOND_FACTOR and needs_second_factor(user),
            "roles": roles_of(user),
        },
    )


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: kept in a cookie, and for those who are logged in with the person."""
    chosen = request.POST.get("language", "")
    back_to = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back_to, {request.get_host()}, require_https=request.is_secure()):
        back_to = reverse("front")
    response = redirect(back_to)
    if isinstance(request.user, User):
        try:
            actions.set_language(request.user, chosen)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return response
    if chosen in Language.values:
        _remember_language(response, chosen)
    return response


def _remember_language(response: HttpResponse, chosen: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 60 * 60,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
