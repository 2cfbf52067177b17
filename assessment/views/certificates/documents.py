"""The documents themselves: the stored bytes, and nothing that is made anew."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from assessment.models import Certificate, CertificateFile
from innoskole.accounts.guards import person


def document(request: HttpRequest, number: str, language: str) -> HttpResponseBase:
    """The document in a language, for its owner and for the staff of the cohort; 404 for everybody else."""
    visible = Certificate.objects.visible_to(person(request)).filter(number=number)
    found = get_object_or_404(CertificateFile, certificate__in=visible, language=language)
    return FileResponse(
        found.file.open("rb"),
        filename=f"{number}-{language}.pdf",
        content_type="application/pdf",
        headers={"Cache-Control": "private, no-store"},
    )
