"""Release the figures of a cohort to everybody, once nothing in them changes any more."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessment.models import StatisticsRelease
from assessment.models.cohort_figures import figures, unsettled
from cohorts.models import Cohort
from cohorts.states import CohortState
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User

RELEASED = gettext_noop("released the statistics of the cohort")
VERSION, CHECKSUM = gettext_noop("Version"), gettext_noop("Checksum")


@transaction.atomic
def release(cohort: Cohort, *, reason: str = "", by: User, now: datetime) -> StatisticsRelease:
    """Show everybody the figures as they stand, without the small ones. The same figures once more are the
    same release.

    reason: why they are released anew. Raises Refused while somebody may still get another result, and
    without a reason where figures have been released before.
    """
    current = Cohort.objects.select_for_update(of=("self",)).select_related("intake").get(pk=cohort.pk)
    if refusal := obstacle_to_release(current):
        raise Refused(refusal)
    content = figures(current).public()
    checksum = digest(content)
    latest = current.statistics_releases.last()
    if latest is not None and latest.digest == checksum:
        return latest
    if latest is not None and not reason.strip():
        raise Refused(_("Say why the figures are released anew."))
    made = StatisticsRelease.objects.create(
        cohort=current,
        number=latest.number + 1 if latest else 1,
        content=content,
        digest=checksum,
        reason=reason.strip(),
        released_by=by,
        released_at=now,
    )
    changes = {VERSION: (latest.number if latest else None, made.number), CHECKSUM: (None, checksum)}
    audit.record(current, RELEASED, by=by, now=now, changes=changes, reason=made.reason)
    return made


def obstacle_to_release(cohort: Cohort) -> str:
    """Why the figures cannot be released, as a sentence; empty when they can. At most one query."""
    if cohort.state != CohortState.COMPLETED:
        return _("The figures are released when the cohort is completed.")
    if unsettled(cohort):
        return _("The figures are released when every grade is final.")
    return ""


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the figures as JSON with its keys in order."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
