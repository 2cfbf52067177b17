"""The letters themselves: the stored bytes, and nothing that is made anew."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from applications.models import Letter
from applications.permissions import may_read_letter
from applications.tokens import letter_of
from innoskole.accounts.guards import person


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter for those who may read it; for others it does not exist."""
    found = get_object_or_404(
        Letter.objects.select_related("decision__member", "decision__application"), pk=pk
    )
    if not may_read_letter(person(request), found):
        raise Http404
    return _file(found)


@login_not_required
def letter_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A letter to a person without an account: the link in the mail is the proof."""
    found = letter_of(token)
    if found is None or found.suppressed_at is not None:
        raise Http404
    return _file(found)


def _file(letter: Letter) -> HttpResponse:
    name = f"{letter.decision.application.reference}-{letter.decision.pk}.pdf"
    return HttpResponse(
        bytes(letter.content),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
