"""The three pages about the site itself."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What the school keeps about people, why and for how long."""
    return TemplateResponse(request, "pages/privacy.html")


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (forskrift om universell utforming av IKT-løsninger)."""
    return TemplateResponse(request, "pages/accessibility.html")


@login_not_required
def cookies(request: HttpRequest) -> HttpResponse:
    """Which cookies the site sets."""
    return TemplateResponse(request, "pages/cookies.html")
