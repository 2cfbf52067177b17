"""From the tables to the input of the draw: who takes part, in which groups, within which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import F
from django.utils.translation import gettext as _

from applications.models import Dimension, Intake
from applications.models.application import ApplicationQuerySet
from applications.models.rules import groups_of, quotas_of
from applications.selection import Applicant, Group, Input, Source
from applications.wording import listed
from innoskole.accounts.guards import Refused
from innoskole.municipalities.models import Municipality
from innoskole.municipalities.regions import region_of
from innoskole.municipalities.sizes import size_class

GroupKey = tuple[str, str]
"""(dimension, code), as in Quota."""


@dataclass(frozen=True)
class Adjustment:
    """Places and bounds that somebody tries out or chooses; what is not named is as the intake has it.

    bounds: group → (fewest places, most places).
    """

    places: int | None = None
    bounds: Mapping[GroupKey, tuple[int, int]] = field(default_factory=dict)


AS_SET = Adjustment()


def draw_input(
    intake: Intake,
    applications: ApplicationQuerySet,
    adjustment: Adjustment = AS_SET,
    *,
    name: str = "-",
    sources: tuple[Source, ...] = (),
    frozen_at: str = "",
    trials: int | None = None,
) -> Input:
    """The input of the draw among these applications, with the names of groups in the active language.

    name, sources, frozen_at (ISO 8601) and trials (trial draws made) are known at the freeze only.
    Raises Refused when a municipality has no population figure, so that it belongs to no size class.
    """
    places = adjustment.places or intake.capacity
    found: dict[str, list[Group]] = {Dimension.REGION: [], Dimension.SIZE: []}
    quotas = quotas_of(intake)
    for group in groups_of(intake):
        key = (group.dimension, group.code)
        least, most = quotas[key].minimum, quotas[key].maximum
        bounds = (least, max(least, places) if most is None else most)
        found[group.dimension].append(Group(group.code, group.name, *adjustment.bounds.get(key, bounds)))
    return Input(
        round=name,
        places=places,
        regions=tuple(found[Dimension.REGION]),
        sizes=tuple(found[Dimension.SIZE]),
        applicants=_applicants(intake, applications),
        sources=sources,
        frozen_at=frozen_at,
        trials=trials,
    )


def _applicants(intake: Intake, applications: ApplicationQuerySet) -> tuple[Applicant, ...]:
    leads = Municipality.objects.filter(pk__in=applications.values("lead")).with_population(
        intake.population_on
    )
    populations: dict[int, int | None] = dict(leads.values_list("pk", F("population")))
    found, unknown = [], []
    for lead in leads.select_related("county").order_by("code"):
        population = populations[lead.pk]
        if population is None:
            unknown.append(lead.display_name)
            continue
        region = region_of(lead, intake.division, intake.register_on)
        size = size_class(population, intake.size_bounds)
        found.append(Applicant(lead.code, lead.display_name, region.code, size))
    if unknown:
        raise Refused(
            _("The register has no population figure for %(names)s, so the size class is unknown.")
            % {"names": listed(unknown)}
        )
    return tuple(found)
