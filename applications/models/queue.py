"""The questions that the administrator's list of applications asks, flat to 100 000 rows.

`matching` only finds and sorts; `detailed` adds what a page shows, for the few rows of the page.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from applications.models.admission import DECIDED, is_outdated
from applications.models.application import (
    ApplicantMunicipality,
    Application,
    ApplicationQuerySet,
    MunicipalityRole,
)
from applications.models.intake import Intake
from applications.models.review import Assessment, InformationRequest
from applications.models.team import TeamMember
from applications.models.territory import county_field
from applications.states import State
from innoskole.accounts.models import User
from innoskole.municipalities.models import Municipality, Population
from innoskole.municipalities.regions import regions
from innoskole.municipalities.sizes import size_range


class RequestFilter(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered, to be read")
    UNANSWERED = "unanswered", _("Not answered in time")


class CheckedFilter(models.TextChoices):
    MISSING = "missing", _("Not done")
    DONE = "done", _("Done")


class AssessedFilter(models.TextChoices):
    MISSING = "missing", _("Somebody is not assessed")
    APPROVAL = "approval", _("Waits for a second person")
    DONE = "done", _("Everybody is decided")


PARTNERS = Prefetch(
    "municipalities",
    ApplicantMunicipality.objects.filter(role=MunicipalityRole.PARTNER)
    .select_related("municipality")
    .order_by("municipality__sort_key"),
    to_attr="partner_parts",
)


@dataclass(frozen=True)
class Filters:
    """What the address of the list asks for; empty strings ask for everything."""

    text: str = ""
    state: str = ""
    region: str = ""
    size: str = ""
    checked: str = ""
    request: str = ""
    assessed: str = ""


def region_path(intake: Intake) -> str:
    """The lookup from an application to its lead municipality's region in the intake's division."""
    return f"lead__county__{county_field(intake)}"


def matching(intake: Intake, filters: Filters) -> ApplicationQuerySet:
    """The intake's applications that the filters let through."""
    found = intake.applications.all()
    if filters.text:
        found = found.filter(_text(intake, filters.text))
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.region:
        found = found.filter(**{region_path(intake): filters.region})
    if filters.size:
        found = found.filter(lead__in=of_size(intake, filters.size).values("pk"))
    if filters.checked:
        found = with_check(found, filters.checked)
    if filters.request:
        found = with_request(found, filters.request)
    if filters.assessed:
        found = with_assessment(found, filters.assessed)
    return found


def sortable(applications: ApplicationQuerySet, intake: Intake, alias: str) -> ApplicationQuerySet:
    """The applications with one alias to sort on: population, team_size, region_order or state_order.

    One at a time, because each costs joins that the count of a long list would pay for too.
    """
    if alias == "population":
        return applications.alias(population=_population(intake))
    if alias == "team_size":
        return applications.alias(team_size=_member_count())
    if alias == "state_order":
        return applications.alias(state_order=_order("state", State.values))
    if alias == "region_order":
        codes = [region.code for region in regions(intake.division, intake.register_on)]
        return applications.alias(region_order=_order(region_path(intake), codes))
    return applications


def detailed(applications: ApplicationQuerySet, intake: Intake) -> ApplicationQuerySet:
    """The applications with what a row shows.

    Adds region (code), population, team_size, decided_size, pending_size; fetches, as `partner_parts`, the
    partner municipalities.
    """
    decided = TeamMember.objects.filter(basis__in=DECIDED)
    return applications.annotate(
        region=F(region_path(intake)),
        population=_population(intake),
        team_size=_member_count(),
        decided_size=_member_count(decided),
        pending_size=_count(Assessment.objects.pending().filter(member__application=OuterRef("pk"))),
    ).prefetch_related(PARTNERS)


def public_list(intake: Intake) -> list[Application]:
    """Those found ready for selection, with their partners as `partner_parts`, by name."""
    found = intake.applications.in_draw().select_related("lead").prefetch_related(PARTNERS)
    return list(found.order_by("lead__sort_key", "lead__code"))


def page_of(rows: Iterable[Application], intake: Intake) -> list[Application]:
    """The same applications in the same order, detailed, without the fields that the list does not show."""
    order = [row.pk for row in rows]
    shown = Application.objects.select_related("lead").only(
        "intake", "reference", "state", "formal_checked_at", "changed_at", "lead__display_name"
    )
    found = detailed(shown.filter(pk__in=order), intake).in_bulk()
    return [found[pk] for pk in order]


def of_size(intake: Intake, code: str) -> "models.QuerySet[Municipality]":
    """The municipalities of a size class by the intake's bounds and population date."""
    lowest, too_many = size_range(code, intake.size_bounds)
    found = Municipality.objects.with_population(intake.population_on).filter(Q(population__gte=lowest))
    if too_many is not None:
        found = found.filter(Q(population__lt=too_many))
    return found


def with_check(applications: ApplicationQuerySet, kind: str) -> ApplicationQuerySet:
    """Those that have passed the formal check, or those in review in which it is still to be done."""
    if kind == CheckedFilter.DONE:
        return applications.filter(formal_checked_at__isnull=False)
    return applications.filter(state=State.IN_REVIEW, formal_checked_at__isnull=True)


def with_request(applications: ApplicationQuerySet, kind: str) -> ApplicationQuerySet:
    """Those whose latest request for information is open, answered or left unanswered.

    An answer counts as unread until the formal check is done again.
    """
    requests = InformationRequest.objects.filter(application=OuterRef("pk"))
    if kind == RequestFilter.OPEN:
        return applications.filter(Exists(requests.open()))
    later = InformationRequest.objects.filter(
        application=OuterRef("application"), asked_at__gt=OuterRef("asked_at")
    )
    latest = requests.filter(~Exists(later), closed_at__isnull=False)
    if kind == RequestFilter.ANSWERED:
        latest = latest.filter(answered_by__isnull=False)
    else:
        latest = latest.filter(answered_by__isnull=True, closed_at__gt=F("due_at"))
    return applications.filter(Exists(latest), state=State.IN_REVIEW, formal_checked_at__isnull=True)


def with_assessment(applications: ApplicationQuerySet, kind: str) -> ApplicationQuerySet:
    """Those in which somebody is unassessed, waits for a second person, or everybody is decided.

    Whoever was assessed on something else than what the application says now is to be assessed again; they
    are looked for at once, with one query or three.
    """
    members = TeamMember.objects.filter(application=OuterRef("pk"))
    waits = Exists(Assessment.objects.pending().filter(member__application=OuterRef("pk")))
    if kind == AssessedFilter.APPROVAL:
        return applications.filter(waits)
    undecided = members.exclude(basis__in=DECIDED)
    again = set(to_assess_again(applications))
    if kind == AssessedFilter.DONE:
        return applications.filter(~waits, ~Exists(undecided), Exists(members)).exclude(pk__in=again)
    not_proposed = undecided.filter(~Exists(Assessment.objects.pending().filter(member=OuterRef("pk"))))
    return applications.filter(Exists(not_proposed) | Q(pk__in=again))


def to_assess_again(applications: ApplicationQuerySet) -> Counter[int]:
    """How many persons a decision no longer fits, by the application's key; one query or three.

    Only a request for information opens an assessed team, so that few rows are looked at.
    """
    in_review = applications.filter(state__in=(State.IN_REVIEW, State.INFORMATION_REQUESTED))
    rows = TeamMember.objects.filter(
        application__in=in_review.order_by().values("pk"),
        application__information_requests__asked_at__gte=F("assessments__decided_at"),
    )
    found = rows.distinct().prefetch_related("assessments", "documents")
    return Counter(member.application_id for member in found if is_outdated(member))


def _text(intake: Intake, text: str) -> Q:
    """Reference, coordinator, or a municipality by any of its names, lead or partner."""
    municipalities = Municipality.objects.search(text).values("pk")
    parts = ApplicantMunicipality.objects.filter(intake=intake, municipality__in=municipalities)
    return (
        Q(reference__icontains=text.strip())
        | Q(pk__in=parts.values("application"))
        | Q(coordinator__in=User.objects.search(text).values("pk"))
    )


def _population(intake: Intake) -> Subquery:
    figures = Population.objects.filter(municipality=OuterRef("lead"), dated_on__lte=intake.population_on)
    return Subquery(figures.order_by("-dated_on").values("inhabitants")[:1])


def _member_count(members: "models.QuerySet[TeamMember] | None" = None) -> Coalesce:
    rows = TeamMember.objects.all() if members is None else members
    return _count(rows.filter(application=OuterRef("pk")))


def _count(rows: "models.QuerySet[models.Model]") -> Coalesce:
    """How many rows a correlated query finds."""
    counted = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _order(path: str, values: Iterable[str]) -> Case:
    """The place of a value in a fixed order, for sorting."""
    whens = [When(**{path: value}, then=Value(place)) for place, value in enumerate(values)]
    return Case(*whens, default=Value(99), output_field=IntegerField())
