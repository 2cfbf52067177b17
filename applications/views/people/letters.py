"""The letter to a person who has come into a team after the draw."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications.actions.admission import prepare_letter
from applications.models import TeamMember
from innoskole.accounts.guards import Refused, administrator_required, person


@administrator_required
@require_POST
def prepare(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Draw up the decision on a person with its letter; another administrator approves it."""
    member = get_object_or_404(
        TeamMember.objects.select_related("application__intake", "application__lead"),
        application__reference=reference,
        pk=pk,
    )
    try:
        prepare_letter(member, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The letter is prepared. It leaves when another administrator has approved it.")
        )
    return redirect("applications:assess", reference, pk)
