"""What people are reminded of in the plan: that a session begins."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Case, DateTimeField, F, Min, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Session, SessionDay
from cohorts.states import CohortState
from innoskole.reminders.kinds import Kind, Recipient
from innoskole.reminders.steps import Rule


def _sessions() -> "QuerySet[Session]":
    """Those of cohorts that run, with the moment at which they begin, and since when people know of it.

    Asks for the first days that there are: databases disagree on time zones.
    """
    rows = Session.objects.filter(cohort__state=CohortState.RUNNING)
    firsts = rows.annotate(first_on=Min("days__held_on")).filter(first_on__isnull=False)
    days = SessionDay.objects.filter(session__in=firsts.values("pk")).order_by("session", "held_on")
    begins: dict[int, SessionDay] = {}
    for day in days:
        begins.setdefault(day.session_id, day)
    whens = [When(pk=pk, then=Value(day.starts_at)) for pk, day in begins.items()]
    return (
        rows.filter(pk__in=begins)
        .annotate(
            begins_at=Case(*whens, output_field=DateTimeField()) if whens else Value(None, DateTimeField()),
            known_at=Greatest(Coalesce("changed_at", F("cohort__begun_at")), F("cohort__begun_at")),
        )
        .select_related("cohort__intake")
        .prefetch_related("days", "cohort__teams__participants__member__user")
    )


def _participants(session: Session) -> Iterator[Recipient]:
    """Those with an account who take part then: the others have no page to look at. No query."""
    last = session.dates[-1]
    for team in session.cohort.teams.all():
        for row in team.participants.all():
            user = row.member.user
            if user and user.is_active and row.is_present and row.began_on <= last:
                yield Recipient.of(user)


SESSION = Kind(
    key="session",
    label=gettext_lazy("A session that begins"),
    demand=gettext_lazy("Begins {when}"),
    why=gettext_lazy("You get this because you take part in the cohort."),
    open=_sessions,
    due_field="begins_at",
    since_field="known_at",
    to=_participants,
    title=lambda session: (
        _("Session %(number)s: %(title)s") % {"number": session.number, "title": session.title}
    ),
    url=lambda session, recipient: (
        f"{settings.BASE_URL}{reverse('cohorts:course_programme', args=[session.cohort.slug])}"
        f"#session-{session.number}"
    ),
    scope=lambda session: session.cohort.slug,
    about=lambda session: session,
    rule=Rule(before=(7, 1)),
    to_many=True,
    is_appointment=True,
)

KINDS = (SESSION,)
