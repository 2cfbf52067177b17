"""The source of the exam in a candidate's calendar: from when until when the group delivers its paper."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from assessment.models import Candidate, Exam
from innoskole.accounts.models import User
from innoskole.calendars.sources import Event


def of(people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
    """For everybody who is or was registered and has not withdrawn; one query."""
    by_pk = {person.pk: person for person in people}
    rows = Candidate.objects.sitting().filter(participant__member__user__in=by_pk)
    for candidate in rows.select_related("exam__cohort", "paper", "participant__member").order_by("pk"):
        person = by_pk[candidate.participant.member.user_id or 0]
        due_at = candidate.paper.due_at if candidate.paper else candidate.exam.paper_due_at
        yield person, _event(candidate.exam, due_at, person.language)


def _event(exam: Exam, due_at: datetime, language: str) -> Event:
    with translation.override(language):
        return Event(
            uid=f"exam-paper-{exam.pk}",
            title=_("Paper of the exam"),
            starts=exam.paper_opens_at,
            ends=due_at,
            description=_("The group delivers one paper together."),
            url=f"{settings.BASE_URL}{reverse('assessment:course_exam', args=[exam.cohort.slug])}",
        )
