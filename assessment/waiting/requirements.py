"""What waits about work requirements: a delivery, a revision, a statement, and for instructors the queue."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.models import DeliveryMember, Statement, TeamRequirement, WorkRequirement
from assessment.models.records import Record, records_of
from cohorts.models import Cohort, Participant
from cohorts.models.cohort import CohortQuerySet
from cohorts.states import CohortState
from innoskole.accounts import facts
from innoskole.accounts.models import User
from innoskole.accounts.roles import Role, has_role
from innoskole.accounts.waiting import Waiting


def requirement_waits(user: User, now: datetime) -> list[Waiting]:
    """For whoever takes part, what they are to deliver and to write; for instructors, what waits for them.

    A course administrator is asked only for cohorts without dates: the instructors assess. At most fourteen
    queries, however many cohorts and teams.
    """
    if has_role(user, Role.COURSE_ADMINISTRATOR):
        return list(_without_dates(user))
    found = list(_own(user, now))
    if has_role(user, Role.INSTRUCTOR):
        found += [*_queue(user), *_left_out(user), *_without_dates(user)]
    return found


# --- Those who take part ---------------------------------------------------------------------------------


def _own(user: User, now: datetime) -> Iterator[Waiting]:
    if not facts.holds(user, "takes_part"):
        return
    own = Participant.objects.of(user).present().with_names()
    people = {each.pk: each for each in own.filter(team__cohort__state=CohortState.RUNNING)}
    if not people:
        return
    requirements = WorkRequirement.objects.filter(
        cohort__in={each.team.cohort_id for each in people.values()}
    )
    records = records_of(list(people), requirements)
    for each in records:
        if each.asks_for_delivery:
            yield _to_deliver(each, people[each.participant.pk])
    yield from _unstated(records, people)


def _to_deliver(found: Record, participant: Participant) -> Waiting:
    title = _("Deliver work requirement %(requirement)s")
    if found.must_revise:
        title = _("Revise work requirement %(requirement)s")
    return Waiting(
        title % {"requirement": found.requirement},
        _url(participant, found),
        due_at=found.due_at,
        since_at=found.result.given_at if found.result else found.work.opened_at if found.work else None,
        explanation=_("One of you delivers for the whole team.")
        if found.own_work is None
        else _("You deliver this on your own."),
    )


def _unstated(records: Iterable[Record], people: dict[int, Participant]) -> Iterator[Waiting]:
    """Deliveries that lie with the school, for which the person has not said what they did."""
    waiting = [(each, each.delivery) for each in records if each.waits and each.delivery]
    said = Statement.objects.filter(delivery__in=[each.pk for _record, each in waiting])
    written = set(said.filter(participant__in=people).values_list("delivery", flat=True))
    for found, delivery in waiting:
        if delivery.pk in written:
            continue
        participant = people[found.participant.pk]
        yield Waiting(
            _("Write what your part in work requirement %(number)s was")
            % {"number": found.requirement.number},
            reverse(
                "assessment:statement",
                args=[
                    participant.team.reference,
                    found.requirement.number,
                    delivery.work.track,
                    delivery.attempt,
                ],
            ),
            since_at=delivery.delivered_at,
            explanation=_("Your instructors read it when they assess the delivery."),
        )


def _url(participant: Participant, found: Record) -> str:
    return reverse("assessment:requirement", args=[participant.team.reference, found.requirement.number])


# --- Those who teach -------------------------------------------------------------------------------------


def _queue(user: User) -> Iterator[Waiting]:
    waiting = TeamRequirement.objects.taught_by(user).in_queue()
    mine = Q(claimed_by=user)
    free = Q(claimed_by=None)
    counted = waiting.aggregate(
        free=Count("pk", filter=free),
        oldest=Min("delivered_at", filter=free),
        mine=Count("pk", filter=mine),
        oldest_of_mine=Min("delivered_at", filter=mine),
    )
    if counted["mine"]:
        yield Waiting(
            _("Finish the assessments that you have begun"),
            f"{reverse('assessment:queue')}?show=mine",
            count=counted["mine"],
            since_at=counted["oldest_of_mine"],
        )
    if counted["free"]:
        yield Waiting(
            _("Assess work requirements"),
            f"{reverse('assessment:queue')}?show=free",
            count=counted["free"],
            since_at=counted["oldest"],
            explanation=_("The oldest stands first."),
        )


def _left_out(user: User) -> Iterator[Waiting]:
    """People whose team has delivered without them, and who have no plan yet: one line for each cohort."""
    cohorts = {each.pk: each for each in _running(user)}
    in_it = DeliveryMember.objects.filter(
        participant=OuterRef(OuterRef("pk")),
        is_concerned=True,
        delivery__work__requirement=OuterRef("requirement"),
    )
    works = TeamRequirement.objects.of_teams().filter(team=OuterRef("team"), attempt__gte=1)
    late = Participant.objects.present().filter(
        Exists(works.filter(~Exists(in_it))), team__cohort__in=cohorts
    )
    counts: dict[int, int] = defaultdict(int)
    requirements = WorkRequirement.objects.filter(cohort__in=cohorts)
    for each in records_of(list(late.values_list("pk", flat=True)), requirements):
        if each.was_left_out:
            counts[each.requirement.cohort_id] += 1
    for pk, count in counts.items():
        yield Waiting(
            _("Make plans for those who came later: %(cohort)s") % {"cohort": cohorts[pk]},
            reverse("assessment:requirements", args=[cohorts[pk].slug]),
            count=count,
            explanation=_("Their team has delivered a work requirement without them."),
        )


def _without_dates(user: User) -> Iterator[Waiting]:
    """Cohorts that run and whose requirements are not made, or not placed in time."""
    dated = Count("work_requirements", filter=Q(work_requirements__opens_at__isnull=False))
    rows = _running(user).annotate(made=Count("work_requirements"), dated=dated)
    for cohort in rows.filter(dated=0):
        yield Waiting(
            _("Set the dates of the work requirements: %(cohort)s") % {"cohort": cohort},
            reverse("assessment:requirements", args=[cohort.slug]),
            since_at=cohort.begun_at,
            explanation=_("No team can deliver before that."),
        )


def _running(user: User) -> CohortQuerySet:
    return Cohort.objects.taught_by(user).filter(state=CohortState.RUNNING).select_related("intake")
