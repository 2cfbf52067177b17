"""The oral and the grade on a candidate's own page: once the oral is told, and the grade published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assessment.models import Candidate, Grade, Oral
from assessment.models.exam.orals import with_people
from assessment.states.exam import SITTING


def oral_section(candidate: Candidate, now: datetime) -> Mapping[str, Any] | None:
    """When and where one's group is heard; two queries. None before the group is told."""
    if candidate.paper_id is None or candidate.state not in SITTING:
        return None
    told = Oral.objects.filter(paper=candidate.paper_id, appeal=None, told_at__isnull=False)
    oral = with_people(told).first()
    return None if oral is None else {"oral": oral, "is_over": oral.ends_at < now}


def grade_section(candidate: Candidate, now: datetime) -> Mapping[str, Any] | None:
    """One's own grade, every version that has been told; one query. None before publication."""
    user = candidate.participant.member.user
    if user is None:
        return None
    versions = list(Grade.objects.told_to(user).filter(candidate=candidate).order_by("-version"))
    return {"grade": versions[0], "former": versions[1:]} if versions else None
