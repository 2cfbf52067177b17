"""The log of promotions in sentences, in the active language: who took over a place, and why."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Promotion, PromotionRule

WHY: Mapping[str, str | Promise] = {
    PromotionRule.ENTITLED: gettext_lazy(
        "A decision on %(promoted)s has been changed. That gives it the next free place, before the waiting"
        " list of the draw."
    ),
    PromotionRule.SAME_CELL: gettext_lazy(
        "%(promoted)s has the lowest lot of those on the waiting list from the same region and size class as"
        " %(dropped)s."
    ),
    PromotionRule.SAME_REGION: gettext_lazy(
        "%(promoted)s has the lowest lot of those on the waiting list from the same region as %(dropped)s."
        " Nobody from the same size class in that region is left."
    ),
    PromotionRule.SAME_SIZE: gettext_lazy(
        "%(promoted)s has the lowest lot of those on the waiting list from the same size class as"
        " %(dropped)s. Nobody from the same region is left."
    ),
    PromotionRule.LOT: gettext_lazy("%(promoted)s has the lowest lot on the whole waiting list."),
    PromotionRule.QUOTAS: gettext_lazy(
        "With %(promoted)s the quotas are kept better than with %(passed_over)s, which would have been next"
        " without them."
    ),
    PromotionRule.NOBODY: gettext_lazy("Nobody was left on the waiting list, so the place became free."),
    PromotionRule.NO_DRAW: gettext_lazy(
        "No draw took place, so there is no waiting list, and the place became free."
    ),
    PromotionRule.TOO_LATE: gettext_lazy("The waiting list was closed, so the place became free."),
}


def why(line: Promotion) -> str:
    """Why the place went to that application, or to nobody: one or two sentences."""
    said = str(WHY[line.rule]) % names(line)
    if line.deviation is None:
        return said
    if not line.deviation:
        return _("%(why)s Every quota is kept.") % {"why": said}
    return _(
        "%(why)s Not every quota can be kept: the deviation is %(deviation)s, and nobody on the waiting list"
        " gives a smaller one."
    ) % {"why": said, "deviation": line.deviation}


def names(line: Promotion) -> dict[str, Any]:
    """The municipalities of a line; empty where there is none."""
    return {
        role: offer.application.lead.display_name if offer else ""
        for role, offer in (
            ("promoted", line.promoted),
            ("dropped", line.dropped),
            ("passed_over", line.passed_over),
        )
    }
