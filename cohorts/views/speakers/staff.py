"""The staff's pages: whom the cohort has asked, and what comes next."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.views.deeds import offered
from cohorts.actions.speakers import change, invite, version_of
from cohorts.forms.speakers import SpeakerFilterForm, SpeakerForm, SpeakerStatus
from cohorts.models import Cohort, Speaker
from cohorts.models.speakers import SpeakerQuerySet
from cohorts.states.speakers import EXPECTED, SPEAKING, SpeakerState
from cohorts.views.rooms import cohort_for_staff
from cohorts.views.speakers.deeds import DEEDS
from innoskole.accounts.guards import Refused, person
from innoskole.accounts.middleware import kept_post
from innoskole.ui import formats

COLORS: dict[str, str] = {
    SpeakerState.INVITED: "warning",
    SpeakerState.CONFIRMED: "info",
    SpeakerState.MATERIAL: "success",
}
CHANGEABLE = (SpeakerState.INVITED, *EXPECTED)


@dataclass(frozen=True)
class Row:
    speaker: Speaker
    color: str
    next_step: str


def speakers(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody whom the cohort has asked, in the order of the plan; the filter lives in the address."""
    cohort = cohort_for_staff(request, slug)
    form, today = SpeakerFilterForm(request.GET), formats.local(timezone.now()).date()
    rows = _filtered(Speaker.objects.filter(session__cohort=cohort), form.chosen())
    return TemplateResponse(
        request,
        "cohorts/speakers/speakers.html",
        {
            "cohort": cohort,
            "form": form,
            "is_filtered": bool(form.chosen()),
            "rows": [
                Row(speaker, COLORS.get(speaker.state, "neutral"), speaker.next_step(today))
                for speaker in rows.with_plan().in_order()
            ],
        },
    )


def _filtered(rows: SpeakerQuerySet, status: str) -> SpeakerQuerySet:
    today = formats.local(timezone.now()).date()
    match status:
        case SpeakerStatus.ASKED:
            return rows.filter(state=SpeakerState.INVITED)
        case SpeakerStatus.SILENT:
            return rows.silent(today)
        case SpeakerStatus.SPEAKING:
            return rows.filter(state__in=SPEAKING)
        case SpeakerStatus.THANK:
            return rows.to_thank(today)
        case SpeakerStatus.NOT_COMING:
            return rows.filter(state__in=(SpeakerState.DECLINED, SpeakerState.WITHDRAWN))
        case _:
            return rows


def speaker_of(cohort: Cohort, pk: int) -> Speaker:
    """One of the cohort's speakers, with the plan; 404 for another's."""
    return get_object_or_404(Speaker.objects.with_plan(), pk=pk, session__cohort=cohort)


def speaker(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What is known of a speaker, their material, what can be done and what has happened."""
    cohort, now = cohort_for_staff(request, slug), timezone.now()
    found = speaker_of(cohort, pk)
    return TemplateResponse(
        request,
        "cohorts/speakers/speaker.html",
        {
            "cohort": cohort,
            "speaker": found,
            "color": COLORS.get(found.state, "neutral"),
            "next_step": found.next_step(formats.local(now).date()),
            "is_changeable": found.state in CHANGEABLE,
            "deeds": offered(DEEDS, found, person(request), now),
            "rows": _facts(found),
            "files": list(found.files.all()),
        },
    )


def _facts(found: Speaker) -> list[tuple[str, object]]:
    return [
        (_("Contribution"), found.title),
        (_("Session"), str(found.session)),
        (_("When"), found.when),
        (_("Where"), found.place),
        (_("Organisation"), found.organisation),
        (_("E-mail"), found.email),
        (_("Language"), found.get_language_display()),
        (_("Message to the speaker"), found.message),
        (_("Fee and travel, as agreed"), found.fee_note),
        (_("Asked by"), str(found.invited_by)),
        (_("Invitation sent"), formats.moment(found.invited_at)),
        (_("Answer by"), formats.day(found.answer_by_on, weekday=True)),
        (_("Words with the answer"), found.answer_words),
        (
            _("Material by"),
            formats.day(found.material_by_on, weekday=True)
            if found.material_by_on
            else _("None is expected"),
        ),
        (_("Biography"), found.biography),
    ]


def speaker_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom to ask for what; the letter leaves when this is sent."""
    cohort = cohort_for_staff(request, slug)
    form = SpeakerForm(request.POST or kept_post(request), cohort=cohort)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            asked = invite(values.pop("session"), values, by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s gets the invitation at %(email)s.") % {"name": asked, "email": asked.email},
            )
            return redirect("cohorts:speaker", slug, asked.pk)
    return TemplateResponse(
        request,
        "cohorts/speakers/form.html",
        {"cohort": cohort, "form": form, "has_sessions": bool(form.sessions)},
    )


def speaker_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what a speaker is asked for; they are told when it concerns them."""
    cohort = cohort_for_staff(request, slug)
    found = speaker_of(cohort, pk)
    if request.method == "GET" and found.state not in CHANGEABLE:
        messages.warning(request, _("This can be changed only while the speaker is asked, or has said yes."))
        return redirect("cohorts:speaker", slug, pk)
    form = SpeakerForm(
        request.POST or kept_post(request),
        cohort=cohort,
        instance=found,
        initial={"seen": version_of(found)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change(
                found,
                form.values(),
                version=form.cleaned_data["seen"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("cohorts:speaker", slug, pk)
    return TemplateResponse(
        request,
        "cohorts/speakers/form.html",
        {"cohort": cohort, "form": form, "speaker": found, "has_sessions": True},
    )
