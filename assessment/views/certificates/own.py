"""A participant's own page: the certificates that they have got, and what is missing before one."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from assessment.models.certificate_claims import claim
from assessment.views.certificates.shown import shown
from assessment.views.exam.access import own_part


def own(request: HttpRequest, slug: str) -> HttpResponse:
    """Each with its documents, its code and its public page; the newest first."""
    participant = own_part(request, slug)
    found = claim(participant, timezone.now())
    return TemplateResponse(
        request,
        "assessment/certificates/own.html",
        {
            "participant": participant,
            "claim": found,
            "certificates": [shown(one, found) for one in reversed(found.certificates)],
        },
    )
