"""Making the programme public, and taking it back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.models import Cohort
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

PUBLISHED = gettext_noop("published the programme")
WITHDRAWN = gettext_noop("took the programme off the public pages")


def obstacle_to_publishing(cohort: Cohort) -> str:
    """Why the programme cannot be published, as a sentence; empty when it can."""
    if cohort.programme_published_at:
        return _("The programme is public already.")
    if not cohort.sessions.exists():
        return _("The plan has no sessions yet.")
    return ""


def obstacle_to_withdrawing(cohort: Cohort) -> str:
    return "" if cohort.programme_published_at else _("The programme is not public.")


@transaction.atomic
def publish_programme(cohort: Cohort, *, by: User, now: datetime) -> None:
    """Let everybody read the programme. Nobody gets mail. Raises Refused without sessions, or twice."""
    current = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if obstacle := obstacle_to_publishing(current):
        raise Refused(obstacle)
    Cohort.objects.filter(pk=cohort.pk).update(programme_published_at=now)
    audit.record(cohort, PUBLISHED, by=by, now=now)


@transaction.atomic
def withdraw_programme(cohort: Cohort, *, by: User, now: datetime) -> None:
    """Let only the cohort's own people read the programme. Raises Refused when it is not public."""
    current = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if obstacle := obstacle_to_withdrawing(current):
        raise Refused(obstacle)
    Cohort.objects.filter(pk=cohort.pk).update(programme_published_at=None)
    audit.record(cohort, WITHDRAWN, by=by, now=now)
