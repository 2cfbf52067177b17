"""Letters about orals and published grades: to each person on their own. No letter holds a mark."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import Candidate, Oral
from assessment.models.exam.orals import examined
from innoskole.accounts.models import User
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message
from innoskole.notifications.reasons import Reason

SITS = gettext_lazy("You got this because you are registered for the exam.")
CONCERNED = gettext_lazy("You got this because you are examined, or examine, at the oral.")
REASONS = {
    "oral_planned": Reason(label=gettext_lazy("Time of an oral"), why=CONCERNED),
    "oral_moved": Reason(label=gettext_lazy("Oral moved"), why=CONCERNED),
    "oral_called_off": Reason(label=gettext_lazy("Oral called off"), why=CONCERNED),
    "oral_absent": Reason(label=gettext_lazy("Absent from the oral"), why=SITS),
    "oral_not_absent": Reason(label=gettext_lazy("Not absent from the oral"), why=SITS),
    "grade_published": Reason(label=gettext_lazy("Grade published"), why=SITS),
}


def oral_planned(oral: Oral, *, now: datetime) -> None:
    """When and where: to the group and its examiners."""
    _all(oral, "oral_planned", {}, now=now)


def oral_moved(oral: Oral, *, before: Oral | None, now: datetime) -> None:
    """Another time or another room than they have been told."""
    _recall(oral, now)
    _all(oral, "oral_moved", {"before": before}, now=now)


def oral_called_off(oral: Oral, *, reason: str, now: datetime) -> None:
    _recall(oral, now)
    _all(oral, "oral_called_off", {"reason": reason}, now=now)


def absent(oral: Oral, candidate: Candidate, *, now: datetime) -> None:
    """The examiners have noted that the candidate was absent."""
    _candidate(candidate, "oral_absent", {"oral": oral}, key=f"{oral.pk}", now=now)


def not_absent(oral: Oral, candidate: Candidate, *, now: datetime) -> None:
    """That was wrong: what has not left about it is cancelled, else it is put right."""
    waiting = Message.objects.about(candidate).filter(state=Message.State.QUEUED, kind="oral_absent")
    recalled = [_cancel(message, now) for message in waiting.select_for_update()]
    if not recalled:
        _candidate(candidate, "oral_not_absent", {"oral": oral}, key=f"{oral.pk}", now=now)


def published(
    candidate: Candidate, *, explanation_until: datetime, appeal_until: datetime, now: datetime
) -> None:
    """The grade can be read on the candidate's own page, and until when what can be asked for."""
    context = {"explanation_until": explanation_until, "appeal_until": appeal_until}
    _candidate(candidate, "grade_published", context, key=f"{candidate.exam_id}", now=now)


# --- Asked by several ------------------------------------------------------------------------------------


def _all(oral: Oral, template: str, context: Mapping[str, Any], *, now: datetime) -> None:
    """To those who are examined, and to the examiners."""
    examiners = [each.examiner.user for each in oral.examiners.select_related("examiner__user")]
    values = {"oral": oral, "team": oral.paper.team, "examiners": ", ".join(map(str, examiners)), **context}
    for candidate in examined(oral).with_names().in_order():
        _candidate(candidate, template, values, key=f"{oral.pk}:{now.isoformat()}", now=now, about=oral)
    url = f"{settings.BASE_URL}{reverse('assessment:grading_paper', args=[oral.paper.code])}"
    for user in examiners:
        if user.is_active:
            _post(
                user,
                f"{template}:{oral.pk}:{now.isoformat()}:user",
                template,
                {**values, "url": url},
                oral,
                now,
            )


def _candidate(
    candidate: Candidate,
    template: str,
    context: Mapping[str, Any],
    *,
    key: str,
    now: datetime,
    about: Oral | None = None,
) -> None:
    exam, member = candidate.exam, candidate.participant.member
    url = f"{settings.BASE_URL}{reverse('assessment:course_exam', args=[exam.cohort.slug])}"
    values = {"exam": exam, "team": candidate.participant.team, "url": url, **context}
    _post(
        member.user or member.email,
        f"{template}:{key}:{candidate.pk}:{now.isoformat()}",
        template,
        {**values, "recipient_name": member.name},
        about or candidate,
        now,
    )


def _post(
    to: User | str,
    key: str,
    template: str,
    context: Mapping[str, Any],
    about: Oral | Candidate,
    now: datetime,
) -> None:
    unique = f"{key}:{to.pk}" if isinstance(to, User) else key
    outbox.post(key=unique, kind=template, to=to, template=template, context=context, now=now, about=about)


def _recall(oral: Oral, now: datetime) -> None:
    """What has not left and is not so any more must not arrive together with what is."""
    waiting = Message.objects.about(oral).filter(state=Message.State.QUEUED)
    for message in waiting.select_for_update():
        _cancel(message, now)


def _cancel(message: Message, now: datetime) -> Message:
    cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))
    return message
