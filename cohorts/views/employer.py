"""A participant's consent, and what the municipality sees of those who have given it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.actions import employer as deeds
from cohorts.employer import milestones
from cohorts.models import Consent
from cohorts.models.attendance import figure, outlook, sheets
from cohorts.models.employer import consent_text, employed_teams
from cohorts.views.history import lines_about
from cohorts.views.rooms import participant_for
from innoskole.accounts.guards import Refused, person


def consent(request: HttpRequest, slug: str) -> HttpResponse:
    """What one agrees to, yes or no, and who has looked."""
    participant = participant_for(request, slug)
    if request.method == "POST":
        agrees = request.POST.get("answer") == "yes"
        deed = deeds.consent if agrees else deeds.withdraw_consent
        try:
            deed(participant, by=person(request), now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("Thank you. Your municipality can see it now.") if agrees else _("It is withdrawn.")
            messages.success(request, said)
        return redirect("cohorts:consent", slug)
    consents = list(Consent.objects.filter(participant=participant).order_by("-given_at", "-pk"))
    return TemplateResponse(
        request,
        "cohorts/employer/consent.html",
        {
            "participant": participant,
            "standing": next((each for each in consents if each.stands), None),
            "text": consent_text(participant),
            "lines": lines_about(Consent, (each.pk for each in consents)),
        },
    )


def employers(request: HttpRequest) -> HttpResponse:
    """The teams of the municipalities that the person acts for; straight to it where there is one."""
    teams = list(employed_teams(person(request)).with_names().order_by("-formed_at", "-pk"))
    if len(teams) == 1:
        return redirect("cohorts:employer", teams[0].reference)
    return TemplateResponse(request, "cohorts/employer/teams.html", {"teams": teams})


def employer(request: HttpRequest, reference: str) -> HttpResponse:
    """Attendance and milestones of those who have agreed; the others are a number. Each look is recorded."""
    user = person(request)
    team = get_object_or_404(employed_teams(user).with_names(), application__reference=reference)
    people = list(team.participants.present().with_names().in_order())
    consents = list(Consent.objects.standing().filter(participant__in=people))
    agreed = {each.participant_id for each in consents}
    shown = [each for each in people if each.pk in agreed]
    deeds.record_look(consents, by=user, now=timezone.now())
    found, reached = sheets(shown), milestones(shown)
    return TemplateResponse(
        request,
        "cohorts/employer/employer.html",
        {
            "team": team,
            "rows": [
                (each, figure(found[each.pk].count), outlook(found[each.pk].count), reached[each.pk])
                for each in shown
            ],
            "others": len(people) - len(shown),
        },
    )
