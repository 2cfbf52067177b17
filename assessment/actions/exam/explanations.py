"""An explanation of a grade: asked for by the candidate, given by an examiner, or taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.actions.moves import move
from assessment.emails import exam_redress as letters
from assessment.models import Candidate, Explanation
from assessment.models.exam.rights import Rights, rights
from assessment.permissions.redress import explains
from assessment.states import ExplanationState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

ASKED = gettext_noop("asked for an explanation of the grade")
GIVEN = gettext_noop("gave the explanation of the grade")
WITHDRAWN = gettext_noop("took back the request for an explanation")


@transaction.atomic
def ask(candidate: Candidate, *, of_oral: bool, by: User, now: datetime) -> Explanation:
    """Ask for an explanation of one's grade; the period for an appeal stands still from now on.

    of_oral: about the oral as well, which is possible on the day of publication only. The examiners get mail,
    and the candidate a receipt. A second click finds what the first has asked for. Raises Refused.
    """
    found = held_rights(candidate)
    if found.candidate.participant.member.user_id != by.pk:
        raise Refused(_("Only the candidate can ask for an explanation of the grade."))
    if found.explanation is not None and found.explanation.state == ExplanationState.ASKED:
        return found.explanation
    if why_not := found.obstacle_to_asking(now):
        raise Refused(why_not)
    if of_oral and not found.may_ask_about_oral(now):
        raise Refused(_("An explanation of the oral is asked for at once: on the day of publication."))
    asked = Explanation.objects.create(grade=found.grade, of_oral=of_oral, asked_at=now)
    audit.record(found.candidate, ASKED, by=by, now=now)
    letters.explanation_asked(asked, now=now)
    return asked


@transaction.atomic
def withdraw(explanation: Explanation, *, by: User, now: datetime) -> None:
    """Take the request back before it is answered: the period for an appeal runs on. Raises Refused."""
    current = _held(explanation)
    candidate = current.grade.candidate
    if candidate.participant.member.user_id != by.pk:
        raise Refused(_("Only the candidate can take the request back."))
    move(
        current,
        ExplanationState.WITHDRAWN,
        verb=WITHDRAWN,
        by=by,
        now=now,
        about=candidate,
        withdrawn_at=now,
    )
    letters.explanation_withdrawn(current, now=now)


@transaction.atomic
def give(explanation: Explanation, *, words: str, by: User, now: datetime) -> None:
    """Give the explanation; the period for an appeal begins anew today. The candidate gets mail.

    What was said by word of mouth is noted here too. Raises Refused without words, and for who did not grade.
    """
    current = _held(explanation)
    if not explains(by, current):
        raise Refused(_("The examiners who set the grade explain it."))
    if not words.strip():
        raise Refused(_("Write the explanation."))
    move(
        current,
        ExplanationState.GIVEN,
        verb=GIVEN,
        by=by,
        now=now,
        about=current.grade.candidate,
        words=words.strip(),
        given_by=by,
        given_at=now,
    )
    letters.explanation_given(current, now=now)


def held_rights(candidate: Candidate) -> Rights:
    """What may follow the candidate's grade, the candidate's row held. Raises Refused before publication."""
    Candidate.objects.select_for_update(no_key=True, of=("self",)).get(pk=candidate.pk)
    found = rights(candidate)
    if found is None:
        raise Refused(_("The grade has not been published."))
    return found


def _held(explanation: Explanation) -> Explanation:
    candidate = explanation.grade.candidate_id
    Candidate.objects.select_for_update(no_key=True, of=("self",)).get(pk=candidate)
    return Explanation.objects.with_names().get(pk=explanation.pk)
