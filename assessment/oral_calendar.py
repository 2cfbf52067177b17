"""Orals in the calendars of those who are examined, once they have been told, and of the examiners."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from assessment.models import Candidate, Oral, OralExaminer
from assessment.models.exam.orals import with_people
from assessment.states.exam import SITTING
from innoskole.accounts.models import User
from innoskole.calendars.sources import Event


def of(people: Sequence[User], now: datetime) -> Iterator[tuple[User, Event]]:
    """One event for each oral and each person whom it concerns; four queries, however many.

    An oral that is called off is no longer given, nor to somebody who does not sit the exam any more. For
    whom the new oral after an appeal is, says assessment.redress_calendar; its examiners stand here.
    """
    by_pk = {person.pk: person for person in people}
    sitting = Candidate.objects.filter(participant__member__user__in=by_pk, state__in=SITTING)
    groups: dict[int | None, set[int]] = defaultdict(set)
    for paper, user in sitting.values_list("paper", "participant__member__user"):
        groups[paper].add(user or 0)
    examining = OralExaminer.objects.filter(examiner__user__in=by_pk).values("oral")
    concerned = Q(paper__in=list(groups), told_at__isnull=False, appeal=None) | Q(pk__in=examining)
    for oral in with_people(Oral.objects.filter(concerned)).order_by("starts_at", "pk"):
        is_told = oral.told_at is not None and oral.appeal_id is None
        told = groups[oral.paper_id] if is_told else set()
        examiners = {each.examiner.user_id for each in oral.examiners.all()} & by_pk.keys()
        for pk in told | examiners:
            yield by_pk[pk], _event(oral, by_pk[pk], is_examiner=pk in examiners)


def _event(oral: Oral, person: User, *, is_examiner: bool) -> Event:
    with translation.override(person.language):
        if is_examiner:
            title = _("Oral of %(team)s") % {"team": oral.paper.team}
            path = _examiners_page(oral)
        else:
            title = _("Oral of the exam")
            path = reverse("assessment:course_exam", args=[oral.paper.exam.cohort.slug])
        return Event(
            uid=f"oral-{oral.pk}",
            title=title,
            starts=oral.starts_at,
            ends=oral.ends_at,
            location=oral.room,
            url=f"{settings.BASE_URL}{path}",
            is_busy=True,
        )


def _examiners_page(oral: Oral) -> str:
    if oral.appeal_id is None:
        return reverse("assessment:grading_paper", args=[oral.paper.code])
    return reverse("assessment:regrading", args=[oral.appeal_id])
