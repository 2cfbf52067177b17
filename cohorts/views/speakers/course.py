"""What the participants see of the speakers: who comes, and what they have sent."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from cohorts.models import Speaker, SpeakerFile
from cohorts.views.rooms import participant_for
from innoskole.accounts.guards import person


def course_speakers(request: HttpRequest, slug: str) -> HttpResponse:
    """Those who have said yes, in the order of the plan, with their material."""
    participant = participant_for(request, slug)
    rows = Speaker.objects.filter(session__cohort=participant.team.cohort).who_speak()
    return TemplateResponse(
        request,
        "cohorts/speakers/course.html",
        {"participant": participant, "speakers": list(rows.with_plan().in_order())},
    )


def speaker_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A speaker's file as an attachment, for the cohort's staff and participants; 404 for others."""
    found = get_object_or_404(SpeakerFile.objects.visible_to(person(request)), pk=pk)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.original_name,
        content_type=found.content_type,
    )
