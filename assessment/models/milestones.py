"""The milestones that a municipality sees of those who have agreed: requirements that are done, no others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from assessment.models.records import Record, records_of
from assessment.models.requirements import WorkRequirement
from cohorts.employer import Milestone
from cohorts.models import Participant
from innoskole.ui import formats


def milestones(participants: Sequence[Participant]) -> Mapping[int, Sequence[Milestone]]:
    """Key of the participant → each requirement of the cohort, and the day since when it is done.

    Exempt and approved look alike, and so does everything that is not done: the municipality learns of no
    result. Nine queries, however many participants.
    """
    cohorts = {person.team.cohort_id for person in participants}
    requirements = list(WorkRequirement.objects.filter(cohort__in=cohorts))
    found: dict[int, list[Milestone]] = defaultdict(list)
    for record in records_of([person.pk for person in participants], requirements):
        found[record.participant.pk].append(_milestone(record))
    return found


def _milestone(record: Record) -> Milestone:
    if not record.is_met:
        return Milestone(str(record.requirement))
    moments = [each.given_at for each in (record.exemption, record.result) if each]
    return Milestone(str(record.requirement), formats.local(min(moments)).date())
