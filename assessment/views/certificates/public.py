"""Anybody may verify a document that they hold: the page repeats what it says, and whether it still holds.

Who has not the document does not find the page: its address holds a token that nobody guesses.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from assessment.forms.certificates import CodeForm
from assessment.models import Certificate
from assessment.models.certificate_claims import holds
from assessment.views.certificates.shown import reader_language
from innoskole.accounts.models import Language

NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


@login_not_required
def by_code(request: HttpRequest) -> HttpResponse:
    """For whoever has the paper, and nothing that reads its code."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return redirect("assessment:verify", form.cleaned_data["code"])
    return _private(TemplateResponse(request, "assessment/certificates/verify_code.html", {"form": form}))


@login_not_required
@require_safe
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """In the language of the reader."""
    return _private(TemplateResponse(request, *_page(token)))


@login_not_required
@require_safe
def verify_in(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """In the language of the document that was scanned, whatever the reader's."""
    if language not in Language.values:
        raise Http404
    with translation.override(language):
        response = TemplateResponse(request, *_page(token)).render()
    response.headers["Content-Language"] = language
    return _private(response)


def _page(token: str) -> tuple[str, dict[str, Any]]:
    """The template and its context; 404 for a token that there is none of."""
    found = Certificate.objects.select_related("grade").only(
        "participant_id",
        "kind",
        "number",
        "token",
        "content",
        "digest",
        "issued_at",
        "revoked_at",
        "grade__mark",
    )
    certificate = get_object_or_404(found, token=token)
    still_holds = holds(certificate)
    language = reader_language()
    return "assessment/certificates/verify.html", {
        "certificate": certificate,
        "holds": still_holds,
        # What does not hold is not repeated: it is nobody's business any more.
        "words": certificate.content[language] if still_holds else {},
        "links": [
            (code, name, reverse("assessment:verify_in", args=[token, code])) for code, name in NAMES.items()
        ],
        "language": language,
        "language_next": reverse("assessment:verify", args=[token]),
    }


def _private(response: HttpResponse) -> HttpResponse:
    """In no search engine, in no cache, and no address given to where a link leads."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
