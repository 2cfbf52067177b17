"""Letters about the plan, to who takes part in a cohort that runs and to its instructors."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.emails.people import language_of
from cohorts.models import Cohort, Participant, Session
from cohorts.states import CohortState
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason
from innoskole.ui import formats

WHY = gettext_lazy("You got this because you take part in the cohort, or teach in it.")
REASONS = {
    "session_changed": Reason(label=gettext_lazy("Session with a new time or place"), why=WHY),
    "session_cancelled": Reason(label=gettext_lazy("Session called off"), why=WHY),
}


def session_changed(
    session: Session, *, is_new: bool, now: datetime, dates_before: Sequence[date] = ()
) -> None:
    """When and where a session is held from now on. Nobody hears of one that is over, before and after."""
    if is_heard(session.cohort, [*dates_before, *session.dates], now):
        _recall(session, now=now)
        days = list(session.days.order_by("held_on", "starts"))
        _post(
            session,
            template="session_changed",
            context={"days": days, "is_new": is_new},
            about=session,
            now=now,
        )


def session_cancelled(session: Session, *, now: datetime) -> None:
    """A session is not held: called before it is removed."""
    dates = session.dates
    if is_heard(session.cohort, dates, now):
        _recall(session, now=now)
        _post(
            session,
            template="session_cancelled",
            context={"when": dates},
            about=session.cohort,
            now=now,
        )


def is_heard(cohort: Cohort, days: Sequence[date], now: datetime) -> bool:
    """Whether anybody is told of a change that concerns these days: only in a cohort that runs, and ahead."""
    today = formats.local(now).date()
    return cohort.state == CohortState.RUNNING and any(day >= today for day in days)


def hearers(cohort: Cohort) -> Iterator[tuple[str | User, str, str, str]]:
    """Whom letters about the plan go to: account or address, name, language, and the page to look at.

    Each once; two queries.
    """
    told: set[str] = set()
    people = Participant.objects.filter(team__cohort=cohort).present().in_order()
    people = people.select_related(
        "member__user", "member__application__lead", "member__application__coordinator"
    )
    course = f"{settings.BASE_URL}{reverse('cohorts:course_programme', args=[cohort.slug])}"
    plan = f"{settings.BASE_URL}{reverse('cohorts:plan', args=[cohort.slug])}"
    for row in people:
        user = row.member.user
        email = (user.email if user else row.member.email).lower()
        if email not in told and (user is None or user.is_active):
            told.add(email)
            yield user or email, row.member.name, language_of(row.member), course
    for instructor in cohort.instructors.filter(user__is_active=True).select_related("user"):
        if instructor.user.email.lower() not in told:
            told.add(instructor.user.email.lower())
            yield instructor.user, instructor.user.name, instructor.user.language, plan


def _post(
    session: Session,
    *,
    template: str,
    context: Mapping[str, Any],
    about: Session | Cohort,
    now: datetime,
) -> None:
    outbox.post_all(
        [
            outbox.compose(
                key=f"{_keys(session)}{template}:{place}:{now.isoformat()}",
                kind=template,
                to=to,
                name=name,
                language=language,
                template=template,
                context={"session": session, "cohort": session.cohort, "url": url, **context},
                about=about,
                now=now,
            )
            for place, (to, name, language, url) in enumerate(hearers(session.cohort))
        ]
    )


def _recall(session: Session, *, now: datetime) -> None:
    """Two letters about one session must not arrive together: what has not left is overtaken."""
    waiting = Message.objects.filter(state=Message.State.QUEUED, key__startswith=_keys(session))
    for message in waiting.select_for_update():
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def _keys(session: Session) -> str:
    return f"session:{session.pk}:"
