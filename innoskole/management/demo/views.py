"""What a newcomer cannot wait for: the page that turns the demo's calendar on. Never in production."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innoskole.accounts.guards import Refused, administrator_required, person
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting
from innoskole.management.demo import stages
from innoskole.management.demo.calendar import Stage
from innoskole.management.demo_people import ADMINISTRATOR, SECOND_ADMINISTRATOR


@administrator_required
def demo(request: HttpRequest) -> HttpResponse:
    """Say what the next turn of the calendar does; by POST, do it."""
    current = stages.intake() if _is_played(person(request)) else None
    if current is None:
        raise Http404
    step = stages.next_step(current)
    if request.method == "POST" and step and request.POST.get("step") == step.name.lower():
        try:
            stages.lead_on(step, seed=stages.SEED, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done. The demo has moved on."))
        return redirect("applications:queue", current.slug)
    context = {"intake": current, "step": step.name.lower() if step else ""}
    return TemplateResponse(request, "pages/demo.html", context)


def demo_waits(user: User, now: datetime) -> list[Waiting]:
    """The same for the home page of the demo's administrators; no query for anybody else."""
    current = stages.intake() if _is_played(user) else None
    step = stages.next_step(current) if current else None
    if step is None:
        return []
    titles = {
        Stage.OPEN: _("Demo: let the municipalities send in their applications"),
        Stage.SUBMITTED: _("Demo: let the deadline pass now"),
        Stage.READY: _("Demo: let the school handle the applications that nobody plays"),
        Stage.ANSWERED: _("Demo: let the other municipalities answer their offers"),
    }
    explanation = _("Only in this demo, so that you need not wait for weeks.")
    return [Waiting(titles[step], reverse("demo"), explanation=explanation)]


def _is_played(user: User) -> bool:
    """Whether somebody plays an administrator of the demo: never in production."""
    return not settings.PRODUCTION and user.email in (ADMINISTRATOR.email, SECOND_ADMINISTRATOR.email)
