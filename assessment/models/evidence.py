"""What the work requirements say about a participant's readiness: evidence for each, in order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models.records import Record, records_of
from assessment.models.requirements import USUAL_COUNT, RequirementRule, WorkRequirement
from assessment.models.results import Way
from assessment.states import Outcome, RequirementState
from cohorts.models import Participant
from cohorts.models.evidence import Evidence
from innoskole.ui import formats


def evidence(participants: Sequence[Participant], now: datetime) -> dict[int, list[Evidence]]:
    """Key of the participant → evidence for each requirement that the cohort is to have, by number.

    A requirement that the school has not made yet is not met: nobody is ready for want of demands. Ten
    queries, however many participants. Reads `team` of each, and `team.application` for the links.
    """
    cohorts = {person.team.cohort_id for person in participants}
    counts = dict(RequirementRule.objects.filter(cohort__in=cohorts).values_list("cohort", "count"))
    requirements = list(WorkRequirement.objects.filter(cohort__in=cohorts))
    known: dict[int, dict[int, Evidence]] = defaultdict(dict)
    urls = {person.pk: person.team.reference for person in participants}
    for record in records_of([person.pk for person in participants], requirements):
        pk, number = record.participant.pk, record.requirement.number
        known[pk][number] = of_record(record, now, url=_url(urls[pk], number))
    return {
        person.pk: _in_order(known[person.pk], counts.get(person.team.cohort_id, USUAL_COUNT))
        for person in participants
    }


def _in_order(known: Mapping[int, Evidence], count: int) -> list[Evidence]:
    numbers = sorted({*range(1, count + 1), *known})
    not_made = Evidence(is_met=False, says=_("The school has not set this work requirement yet."))
    return [known.get(number, not_made) for number in numbers]


def _url(reference: str, number: int) -> str:
    return reverse("assessment:requirement", args=[reference, number])


def of_record(record: Record, now: datetime, *, url: str) -> Evidence:
    """One requirement of one participant, in a sentence, and what comes next."""
    if record.is_settled:
        return _settled(record, url)
    if record.waits and record.delivery is not None:
        says = _("Delivered on %(day)s. It waits to be assessed.")
        return Evidence(is_met=False, says=says % {"day": formats.day(record.delivery.delivered_at)}, url=url)
    if record.must_revise and record.result is not None:
        return Evidence(
            is_met=False,
            says=_("Must be revised, as told on %(day)s.") % {"day": formats.day(record.result.given_at)},
            next_step=_("Read the comments, and deliver a revised version."),
            url=url,
            due_at=record.due_at,
        )
    return _undelivered(record, now, url)


def _settled(record: Record, url: str) -> Evidence:
    if record.exemption is not None:
        given_at = record.exemption.given_at
        return Evidence(
            is_met=True,
            says=_("Exempt since %(day)s.") % {"day": formats.day(given_at)},
            happened_on=formats.local(given_at).date(),
            url=url,
        )
    assert record.result is not None  # what is settled without an exemption has a result
    day = formats.day(record.result.given_at)
    if record.outcome == Outcome.APPROVED:
        return Evidence(
            is_met=True,
            says=_("Approved on %(day)s.") % {"day": day},
            happened_on=formats.local(record.result.given_at).date(),
            url=url,
        )
    return Evidence(
        is_met=False,
        says=_("Not approved on %(day)s.") % {"day": day},
        next_step=_("Talk to an instructor of the cohort about what can be done."),
        url=url,
    )


def _undelivered(record: Record, now: datetime, url: str) -> Evidence:
    if record.was_left_out:
        return Evidence(
            is_met=False,
            says=_("Your team has delivered this without you."),
            next_step=_("An instructor makes a plan for how you catch up, and you get it by e-mail."),
            url=url,
        )
    due_at = record.due_at
    if not _is_open(record, now):
        says = _("It has not opened yet.")
        return Evidence(is_met=False, says=says, url=url, due_at=due_at)
    if record.own_work is not None:
        next_step = _("Deliver it on your own.")
    elif record.plan is not None and record.plan.way == Way.WITH_TEAM:
        next_step = _("Take part in the next delivery of your team, as the plan for you says.")
    else:
        next_step = _("Deliver it with your team.")
    is_late = due_at is not None and now > due_at
    says = _("Not delivered. The deadline has passed.") if is_late else _("Not delivered yet.")
    return Evidence(is_met=False, says=says, next_step=next_step, url=url, due_at=due_at)


def _is_open(record: Record, now: datetime) -> bool:
    """Also where the sweep that opens requirements has not come by since."""
    if record.work is not None and record.work.state != RequirementState.PLANNED:
        return True
    opens_at = record.requirement.opens_at
    return opens_at is not None and opens_at <= now
