"""Size classes of municipalities; an intake sets the bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

SMALL, MEDIUM, LARGE = "S", "M", "L"
SIZES = (SMALL, MEDIUM, LARGE)


@dataclass(frozen=True)
class SizeBounds:
    """Fewer inhabitants than `small_below` is small, `large_from` or more is large.

    Raises ValueError unless 0 < small_below <= large_from.
    """

    small_below: int = 5_000
    large_from: int = 20_000

    def __post_init__(self) -> None:
        if not 0 < self.small_below <= self.large_from:
            raise ValueError("The bounds must be positive, and large must not begin below where small ends.")


DEFAULT_BOUNDS = SizeBounds()


def size_class(population: int, bounds: SizeBounds = DEFAULT_BOUNDS) -> str:
    """The code of the size class of a number of inhabitants: S, M or L."""
    if population < bounds.small_below:
        return SMALL
    return LARGE if population >= bounds.large_from else MEDIUM


def size_range(code: str, bounds: SizeBounds = DEFAULT_BOUNDS) -> tuple[int, int | None]:
    """The lowest number of inhabitants of a class, and the number that is just too many (None: no limit)."""
    return {
        SMALL: (0, bounds.small_below),
        MEDIUM: (bounds.small_below, bounds.large_from),
        LARGE: (bounds.large_from, None),
    }[code]


def size_name(code: str, bounds: SizeBounds = DEFAULT_BOUNDS) -> str:
    """The name of a size class with its bounds, in the language in force."""
    numbers: Mapping[str, str] = {
        "small_below": number_format(bounds.small_below, force_grouping=True),
        "medium_to": number_format(bounds.large_from - 1, force_grouping=True),
        "large_from": number_format(bounds.large_from, force_grouping=True),
    }
    names = {
        SMALL: _("Small (fewer than %(small_below)s inhabitants)"),
        MEDIUM: _("Medium (%(small_below)s to %(medium_to)s inhabitants)"),
        LARGE: _("Large (%(large_from)s inhabitants or more)"),
    }
    return names[code] % numbers
