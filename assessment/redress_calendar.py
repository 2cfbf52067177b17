"""The source of new orals after appeals, in the calendars of those whom the appeal is for.

The ordinary orals have a source of their own, for the whole group.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from assessment.models import AppealCandidate, Oral
from innoskole.accounts.models import User
from innoskole.calendars.sources import Event


def of(people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
    """For the candidates of appeals for which a new oral is planned, or has been held; one query."""
    by_pk = {person.pk: person for person in people}
    rows = AppealCandidate.objects.filter(
        appeal__oral__isnull=False, left_at=None, candidate__participant__member__user__in=by_pk
    ).select_related("appeal__oral", "appeal__exam__cohort", "candidate__participant__member")
    for each in rows.order_by("pk"):
        person = by_pk[each.candidate.participant.member.user_id or 0]
        exam, oral = each.appeal.exam, each.appeal.oral
        path = reverse("assessment:grade_rights", args=[exam.cohort.slug, exam.number])
        yield person, _event(oral, f"{settings.BASE_URL}{path}", person.language)


def _event(oral: Oral, url: str, language: str) -> Event:
    with translation.override(language):
        return Event(
            uid=f"exam-new-oral-{oral.pk}",
            title=_("New oral after an appeal"),
            starts=oral.starts_at,
            ends=oral.ends_at,
            location=oral.room,
            description=_("You are told the new grade when it is set."),
            url=url,
            is_busy=True,
        )
