"""The names that the frame of every page links to, each answered with nothing, and the face's own pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.urls.resolvers import URLResolver


@login_not_required
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _app(namespace: str, *names: str) -> URLResolver:
    return path(
        f"{namespace}/", include(([path(f"{name}/", nothing, name=name) for name in names], namespace))
    )


urlpatterns = [
    path("", nothing, name="front"),
    path("home/", nothing, name="home"),
    path("login/", nothing, name="account_login"),
    path("logout/", nothing, name="account_logout"),
    _app("accounts", "language", "people", "profile"),
    _app("applications", "admin_intakes", "intakes", "mine"),
    _app("assessment", "queue", "statistics", "verify_code"),
    _app("cohorts", "cohorts", "library"),
    _app("municipalities", "list"),
    _app("notifications", "messages"),
    _app("reminders", "ledger"),
    _app("deadlines", "rules"),
    path("", include("innoskole.ui.urls")),
]
