"""An intake's rules as a list that people can read and compare: what freezes at opening."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from applications.models.intake import Dimension, Intake, Quota
from innoskole.municipalities.regions import regions
from innoskole.municipalities.sizes import SIZES, size_name
from innoskole.ui import formats

DATES = ("opens_at", "closes_at", "objections_close_at")
RULES = (
    "season",
    "year",
    *DATES,
    "response_days",
    "capacity",
    "team_min",
    "team_max",
    "sectors_min",
    "division",
    "small_below",
    "large_from",
    "population_on",
    "register_on",
    "individual_needs_two",
)
TEXTS = ("about_nb", "about_nn", "about_en")


@dataclass(frozen=True)
class Group:
    """A region or a size class of an intake, with its name in the language in force."""

    dimension: str
    code: str
    name: str


@dataclass(frozen=True)
class Bounds:
    """Fewest and most places of a group; `maximum` None: as many as there are."""

    minimum: int = 1
    maximum: int | None = None

    def __str__(self) -> str:
        if self.maximum is None:
            return _("at least %(minimum)s") % {"minimum": self.minimum}
        return _("%(minimum)s to %(maximum)s") % {"minimum": self.minimum, "maximum": self.maximum}

    def in_figures(self) -> str:
        """For the audit, in no language: «≥ 1», «2–5»."""
        return f"≥ {self.minimum}" if self.maximum is None else f"{self.minimum}–{self.maximum}"


# Selection policy where nothing else is set: «alle landsdeler ønskes representert, samt deltakere fra både
# små og store kommuner» – at least 1 wherever there is an applicant, at most all places.
DEFAULT_BOUNDS = Bounds()

Quotas = Mapping[tuple[str, str], Bounds]


@dataclass(frozen=True)
class Rule:
    """One rule, its label and its value as text."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class Difference:
    """A rule that two intakes have differently; an absent rule has an empty value."""

    label: str
    old: str
    new: str


def groups_of(intake: Intake) -> list[Group]:
    """The groups that may have quotas: the regions in their fixed order, then the sizes from small up."""
    parts = [
        Group(Dimension.REGION, region.code, region.name)
        for region in regions(intake.division, intake.register_on)
    ]
    return parts + [Group(Dimension.SIZE, code, size_name(code, intake.size_bounds)) for code in SIZES]


def quotas_of(intake: Intake) -> dict[tuple[str, str], Bounds]:
    """The quotas in force for every group of an intake, in the order of `groups_of`."""
    if intake._state.adding:
        return quotas_from((), intake)
    return quotas_from(intake.quotas.all(), intake)


def quotas_from(rows: Iterable[Quota], intake: Intake) -> dict[tuple[str, str], Bounds]:
    """The quotas that the rows give for the groups of an intake; rows for other groups are left out."""
    stored = {(row.dimension, row.code): Bounds(row.minimum, row.maximum) for row in rows}
    return {
        (group.dimension, group.code): stored.get((group.dimension, group.code), DEFAULT_BOUNDS)
        for group in groups_of(intake)
    }


def shown(intake: Intake, field: str) -> str:
    """A rule's value as a person reads it, in the language in force."""
    display: Callable[[], Any] | None = getattr(intake, f"get_{field}_display", None)
    if display is not None:
        return str(display())
    match getattr(intake, field):
        case bool() as yes:
            return _("Yes") if yes else _("No")
        case datetime() as at:
            return formats.moment(at)
        case date() as on:
            return formats.day(on)
        # A year is no amount: 2027, not 2 027.
        case int() as number if field != "year":
            return formats.number(number)
        case value:
            return str(value)


def label_of(field: str) -> str:
    label = str(Intake._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def rules_of(intake: Intake, quotas: Quotas | None = None) -> list[Rule]:
    """Every rule of an intake, the quotas last; `quotas` stands in for those of an intake not yet stored."""
    in_force = quotas_of(intake) if quotas is None else quotas
    rules = [Rule(field, label_of(field), shown(intake, field)) for field in RULES]
    for group in groups_of(intake):
        bounds = in_force.get((group.dimension, group.code), DEFAULT_BOUNDS)
        label = _("Places: %(group)s") % {"group": group.name}
        rules.append(Rule(f"{group.dimension}:{group.code}", label, str(bounds)))
    return rules


def differences(old: Iterable[Rule], new: Iterable[Rule]) -> list[Difference]:
    """What differs between two lists of rules, in the order of the new one, the vanished last.

    Two divisions have regions of the same name under different codes: these are compared by name.
    """
    before = {rule.key: rule for rule in old}
    after = {rule.key: rule for rule in new}
    vanished = {rule.label: rule for key, rule in before.items() if key not in after}
    found = []
    for key, rule in after.items():
        earlier = before.get(key) or vanished.pop(rule.label, None)
        old_value = earlier.value if earlier else ""
        if old_value != rule.value:
            found.append(Difference(rule.label, old_value, rule.value))
    return found + [Difference(rule.label, rule.value, "") for rule in vanished.values()]
