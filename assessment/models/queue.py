"""The instructors' queue: what is delivered and not assessed, across the cohorts that one teaches."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessment.models.requirements import TeamRequirement, TeamRequirementQuerySet
from assessment.states import RequirementState
from innoskole.accounts.models import User


class QueueFilter(models.TextChoices):
    FREE = "free", _("Taken by nobody")
    MINE = "mine", _("Taken by me")
    OTHERS = "others", _("Taken by others")


def queue_of(user: User, *, cohort: str = "", number: str = "", show: str = "") -> TeamRequirementQuerySet:
    """What waits in the cohorts that the person teaches. Empty arguments filter nothing.

    cohort: slug. number: of the requirement. show: a QueueFilter.
    """
    found = TeamRequirement.objects.taught_by(user).in_queue().with_names().with_lateness()
    if cohort:
        found = found.filter(team__cohort__slug=cohort)
    if number:
        found = found.filter(requirement__number=number)
    match show:
        case QueueFilter.FREE:
            return found.filter(state=RequirementState.DELIVERED)
        case QueueFilter.MINE:
            return found.filter(claimed_by=user)
        case QueueFilter.OTHERS:
            return found.filter(state=RequirementState.UNDER_ASSESSMENT).exclude(claimed_by=user)
        case _:
            return found
