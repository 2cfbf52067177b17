"""The source of everybody's sessions: each for those who take part in it, and for the instructors."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cohorts.models import Instructor, Participant, Session, SessionDay
from innoskole.accounts.models import User
from innoskole.calendars.sources import Event
from innoskole.ui import formats

Role = tuple[User, Participant | None]  # a participant, or an instructor


def of(people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
    """One event over all its days for each session that has any; four queries.

    Who has left keeps the sessions that began before they did; a late joiner gets those that were not over.
    """
    by_cohort: dict[int, list[Role]] = defaultdict(list)
    by_pk = {person.pk: person for person in people}
    instructors = Instructor.objects.filter(user__in=by_pk)
    for cohort, user in instructors.values_list("cohort", "user"):
        by_cohort[cohort].append((by_pk[user], None))
    rows = Participant.objects.filter(member__user__in=by_pk).select_related("member", "team")
    for row in rows:  # after the instructors: who is both has the participant's page
        by_cohort[row.team.cohort_id].append((by_pk[row.member.user_id or 0], row))
    days = Prefetch("days", queryset=SessionDay.objects.order_by("held_on"))
    sessions = Session.objects.filter(cohort__in=by_cohort).select_related("cohort__intake")
    for session in sessions.prefetch_related(days).in_order():
        for person, participant in by_cohort[session.cohort_id]:
            if session.dates and (participant is None or _takes_part(participant, session)):
                yield person, event(session, person.language, url=_url(session, participant))


def _takes_part(participant: Participant, session: Session) -> bool:
    first, *_more, last = [*session.dates, session.dates[-1]]
    return participant.began_on <= last and (participant.left_on is None or participant.left_on >= first)


def _url(session: Session, participant: Participant | None) -> str:
    page = "cohorts:course_programme" if participant else "cohorts:plan"
    return f"{settings.BASE_URL}{reverse(page, args=[session.cohort.slug])}#session-{session.number}"


def event(session: Session, language: str, *, url: str) -> Event:
    """A session that has days, in one of the languages."""
    with translation.override(language):
        days = [
            f"{formats.day(day.held_on, weekday=True)}, {day.hours}" + (f", {day.place}" if day.place else "")
            for day in session.days.all()
        ]
        return Event(
            uid=session.calendar_uid,
            title=_("Session %(number)s: %(title)s") % {"number": session.number, "title": session.title},
            starts=session.dates[0],
            ends=session.dates[-1],
            description="\n".join(days),
            url=url,
            location=session.place,
            is_busy=True,
        )
