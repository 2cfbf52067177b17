"""What waits about certificates: those earned and not issued, and those that a new grade has overtaken."""

from collections import Counter
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models.certificate_claims import ClaimState, claims
from assessment.models.certificate_list import asked_about
from assessment.permissions.certificates import may_issue
from cohorts.models import Cohort
from innoskole.accounts.models import User
from innoskole.accounts.waiting import Waiting
from innoskole.ui import formats


def certificate_waits(user: User, now: datetime) -> list[Waiting]:
    """For course administrators, a line for each cohort and matter.

    One query when everything is done; about thirty otherwise, however many cohorts and people.
    """
    if not may_issue(user):
        return []
    people = list(asked_about(now, formats.local(now).date()))
    if not people:
        return []
    ready: Counter[Cohort] = Counter()
    changed: Counter[Cohort] = Counter()
    for one in claims(people, now):
        cohort = one.participant.team.cohort
        if one.state == ClaimState.CHANGED:
            changed[cohort] += 1
        elif one.goes_with_the_others:
            ready[cohort] += 1
    return [
        *(
            Waiting(
                _("Issue certificates: %(cohort)s") % {"cohort": cohort},
                _url(cohort, ClaimState.READY),
                count=count,
                explanation=_("They are earned and have not been issued."),
            )
            for cohort, count in ready.items()
        ),
        *(
            Waiting(
                _("Transcripts that do not hold any more: %(cohort)s") % {"cohort": cohort},
                _url(cohort, ClaimState.CHANGED),
                count=count,
                explanation=_("The grade has changed since they were issued. Issue new ones or revoke them."),
            )
            for cohort, count in changed.items()
        ),
    ]


def _url(cohort: Cohort, state: ClaimState) -> str:
    return f"{reverse('assessment:certificates', args=[cohort.slug])}?state={state}"
