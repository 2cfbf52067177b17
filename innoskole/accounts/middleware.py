"""Middleware for people: their language, what they posted when logged out, their second factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from innoskole.accounts.models import Language, User
from innoskole.accounts.roles import needs_second_factor

GetResponse = Callable[[HttpRequest], HttpResponseBase]

KEPT_POST = "kept_post"
KEPT_POST_LIMIT = 200_000  # characters; more is no form that a person has filled in
SECOND_FACTOR = "has_second_factor"


def language_of(request: HttpRequest) -> str:
    """The person's own choice, else the cookie's, else the browser's first known one, else bokmål."""
    if isinstance(request.user, User):
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in Language.values:
        return chosen
    for accepted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        code = accepted.split("-")[0]
        if code == "no":
            code = "nb"
        if code in Language.values:
            return code
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


def is_scripted(request: HttpRequest) -> bool:
    """Whether a script asks (fetch, htmx): it cannot follow a redirect to the log-in page sensibly."""
    return (
        "HX-Request" in request.headers
        or request.headers.get("Sec-Fetch-Dest") == "empty"
        or request.headers.get("X-Requested-With") == "XMLHttpRequest"
        or request.headers.get("Accept", "").startswith("application/json")
    )


def kept_post(request: HttpRequest) -> QueryDict | None:
    """The form that was posted to this very path after the session had expired; it is given out once.

    A view offers it again with `form = StepForm(request.POST or kept_post(request))`.
    """
    kept = request.session.get(KEPT_POST)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEPT_POST]
    data = QueryDict(mutable=True)
    for name, values in kept["data"].items():
        data.setlist(name, values)
    return data


class KeepPostMiddleware:
    """Nothing typed is lost on an expired session: the form is kept and offered again after log-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if is_scripted(request):
            return JsonResponse(
                {
                    "error": _("You have been logged out. Log in again in another tab, then try once more."),
                    "login_url": reverse("account_login"),
                },
                status=401,
            )
        if request.method != "POST":
            return None
        return self._keep(request)

    def _keep(self, request: HttpRequest) -> HttpResponse:
        data = {
            name: values
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken" and "password" not in name
        }
        if sum(len(value) for values in data.values() for value in values) <= KEPT_POST_LIMIT:
            request.session[KEPT_POST] = {"path": request.path, "data": data}
            messages.info(
                request, _("You had been logged out. Log in, and you will find what you had written.")
            )
            if request.FILES:
                messages.warning(request, _("Files could not be kept. Choose them again after you log in."))
        else:
            messages.warning(request, _("You had been logged out, and the form was too large to be kept."))
        return redirect_to_login(self._page_of_form(request))

    def _page_of_form(self, request: HttpRequest) -> str:
        """The page that held the form: a path that only takes POST is no place to return to."""
        referer = request.headers.get("Referer", "")
        if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
            page = urlsplit(referer)
            return f"{page.path}?{page.query}" if page.query else page.path
        return request.get_full_path()


class SecondFactorMiddleware:
    """People with a role set up a second factor before they do anything else."""

    open_to_them = ("account_", "mfa_", "accounts:language", "health_")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        if (
            not settings.REQUIRE_SECOND_FACTOR
            or not isinstance(user, User)
            or not needs_second_factor(user)
            or not getattr(view, "login_required", True)
            or request.session.get(SECOND_FACTOR)
        ):
            return None
        if is_mfa_enabled(user):
            # Remembered for the session: the second factor of a person with a role cannot be taken away.
            request.session[SECOND_FACTOR] = True
            return None
        match = request.resolver_match
        if match and match.view_name.startswith(self.open_to_them):
            return None
        if is_scripted(request):
            return JsonResponse({"error": _("Set up a second factor first.")}, status=403)
        messages.info(request, _("Your role asks for a second factor at log-in. Set it up now."))
        return redirect("mfa_activate_totp")
