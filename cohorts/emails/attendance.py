"""The letter to who cannot reach the required attendance any more."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.emails.people import language_of
from cohorts.models import Participant
from cohorts.models.attendance import Sheet
from innoskole.notifications import outbox
from innoskole.notifications.actions import cancel
from innoskole.notifications.models import Message, MessageQuerySet
from innoskole.notifications.reasons import Reason

KIND = "attendance_out_of_reach"

REASONS = {
    KIND: Reason(
        label=gettext_lazy("Required attendance out of reach"),
        why=gettext_lazy("You got this because you take part in a course of the school."),
    ),
}


def out_of_reach(sheet: Sheet, *, now: datetime) -> None:
    """Once: a further absence says nothing new. Again only when the letter before was recalled unsent."""
    participant = sheet.participant
    letters = _letters([participant])
    if letters.exclude(state=Message.State.VOID).exists():
        return
    cohort = participant.team.cohort
    outbox.post(
        key=f"{KIND}:{participant.pk}:{letters.count() + 1}",
        kind=KIND,
        to=participant.member.email,
        language=language_of(participant.member),
        template=KIND,
        context={
            "recipient_name": participant.member.name,
            "cohort": cohort,
            "count": sheet.count,
            "url": f"{settings.BASE_URL}{reverse('cohorts:own_attendance', args=[cohort.slug])}",
        },
        now=now,
        about=participant,
    )


def recall_out_of_reach(participants: Sequence[Participant], *, now: datetime) -> None:
    """After a correction: a letter that has not left would not be true any more. One query if none."""
    for message in _letters(participants).filter(state=Message.State.QUEUED).select_for_update():
        cancel(message, by=None, now=now, reason=_("Something newer has overtaken this letter."))


def _letters(participants: Sequence[Participant]) -> MessageQuerySet:
    return Message.objects.filter(
        kind=KIND,
        content_type=ContentType.objects.get_for_model(Participant),
        object_id__in=[str(person.pk) for person in participants],
    )
