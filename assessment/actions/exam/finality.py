"""A grade is final when every period has run out and nothing waits for an answer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from assessment.actions.moves import move
from assessment.models import Candidate
from assessment.models.exam.rights import rights, rights_of
from assessment.states import CandidateState

FINAL = gettext_noop("found the grade final: every period has run out")


def make_final(now: datetime) -> int:
    """Make the grades final whose periods have run out; returns how many. Each in a transaction of its own.

    What the list says is asked again under lock: somebody may have asked for an explanation meanwhile.
    """
    ripe = [
        each.candidate.pk
        for each in rights_of(Candidate.objects.filter(state=CandidateState.PUBLISHED).order_by("pk"))
        if each.is_final(now)
    ]
    return sum(_make_final(pk, now) for pk in ripe)


@transaction.atomic
def _make_final(pk: int, now: datetime) -> bool:
    rows = Candidate.objects.select_for_update(no_key=True, of=("self",))
    candidate = rows.filter(pk=pk, state=CandidateState.PUBLISHED).first()
    if candidate is None:
        return False
    found = rights(candidate)
    if found is None or not found.is_final(now):
        return False
    move(candidate, CandidateState.FINAL, verb=FINAL, by=None, now=now)
    return True
