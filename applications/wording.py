"""What the draw's arithmetic says, in sentences for people, in the active language."""

from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.results import Line
from applications.selection import Infeasible, NoDraw, Note, Warn
from innoskole.ui import formats

# The verifier's checks, in its order, under the names that it gives them.
CHECK_LABELS = {
    "digest": gettext_lazy("The digest of the basis is the one that was announced"),
    "canonical": gettext_lazy("Basis and protocol are written in the canonical form"),
    "quotas": gettext_lazy("Every table on the ballot keeps every quota"),
    "proof": gettext_lazy("No lottery within the quotas can give the worst-off a greater chance"),
    "seed": gettext_lazy("The seed follows from the basis and the announced sources"),
    "lots": gettext_lazy("Every lot follows from the seed"),
    "selection": gettext_lazy("The seed picks the table, and the lowest lots of each group have the places"),
    "reserves": gettext_lazy("The waiting list of each group stands in the order of the lots"),
}


def listed(names: Iterable[str]) -> str:
    """«A», «A and B», «A, B and C»; empty for no names."""
    *first, last = [*names] or [""]
    if not first:
        return last
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last}


def infeasible(reason: Infeasible) -> str:
    """Why the quotas cannot all be kept: the groups that collide and two numbers."""
    values = {
        "regions": listed(reason.regions),
        "sizes": listed(reason.sizes),
        "groups": listed((*reason.regions, *reason.sizes)),
        "needs": reason.needs,
        "has": reason.has,
    }
    if reason.kind == "minimums_exceed_places":
        return _minimums_exceed_places(reason) % values
    if reason.kind == "regions_exceed_sizes":
        return _regions_exceed_sizes(reason) % values
    if reason.kind == "sizes_exceed_regions":
        return _sizes_exceed_regions(reason) % values
    if reason.regions or reason.sizes:
        return (
            _("There are %(needs)s places, but the most places of %(groups)s let only %(has)s be filled.")
            % values
        )
    return _("There are %(needs)s places, but the applications can fill only %(has)s.") % values


def _minimums_exceed_places(reason: Infeasible) -> str:
    """A place may count for a region and for a size class: then the sum of the minimums says too much."""
    if reason.regions and reason.sizes:
        return ngettext(
            "The fewest places of %(groups)s need at least %(needs)s places together, even where a place "
            "counts for both a region and a size class, but there is only %(has)s place.",
            "The fewest places of %(groups)s need at least %(needs)s places together, even where a place "
            "counts for both a region and a size class, but there are only %(has)s places.",
            reason.has,
        )
    return ngettext(
        "The fewest places of %(groups)s add up to %(needs)s, but there is only %(has)s place.",
        "The fewest places of %(groups)s add up to %(needs)s, but there are only %(has)s places.",
        reason.has,
    )


def _regions_exceed_sizes(reason: Infeasible) -> str:
    if reason.sizes:
        return ngettext(
            "The region %(regions)s needs at least %(needs)s places, but the most places of %(sizes)s "
            "leave it only %(has)s.",
            "The regions %(regions)s need at least %(needs)s places, but the most places of %(sizes)s "
            "leave them only %(has)s.",
            len(reason.regions),
        )
    return ngettext(
        "The region %(regions)s needs at least %(needs)s places, but its applications can fill only %(has)s.",
        "The regions %(regions)s need at least %(needs)s places, but their applications can fill only "
        "%(has)s.",
        len(reason.regions),
    )


def _sizes_exceed_regions(reason: Infeasible) -> str:
    if reason.regions:
        return ngettext(
            "The size class %(sizes)s needs at least %(needs)s places, but the most places of %(regions)s "
            "leave it only %(has)s.",
            "The size classes %(sizes)s need at least %(needs)s places, but the most places of %(regions)s "
            "leave them only %(has)s.",
            len(reason.sizes),
        )
    return ngettext(
        "The size class %(sizes)s needs at least %(needs)s places, but its applications can fill only "
        "%(has)s.",
        "The size classes %(sizes)s need at least %(needs)s places, but their applications can fill only "
        "%(has)s.",
        len(reason.sizes),
    )


def no_draw(reason: NoDraw) -> str:
    return ngettext(
        "There is %(applicants)s application, and the number of places is %(places)s: everybody is admitted, "
        "and no draw takes place.",
        "There are %(applicants)s applications and %(places)s places: everybody is admitted, and no draw "
        "takes place.",
        reason.applicants,
    ) % {"applicants": reason.applicants, "places": reason.places}


def note(remark: Note) -> str:
    """A quota that was changed on the way to the draw."""
    if remark.kind == "no_source":
        return _("No source of randomness has been announced yet.")
    group, least = _group(remark.region, remark.size), remark.now[0]
    if remark.kind == "minimum_lowered":
        return ngettext(
            "%(group)s has only %(least)s application, so the fewest places are %(least)s instead of "
            "%(was_least)s.",
            "%(group)s has only %(least)s applications, so the fewest places are %(least)s instead of "
            "%(was_least)s.",
            least,
        ) % {"group": group, "least": least, "was_least": remark.was[0]}
    if remark.kind == "bounds_softened":
        return _("%(group)s gets %(now)s instead of %(was)s.") % {
            "group": group,
            "now": _span(*remark.now),
            "was": _span(*remark.was),
        }
    return _("Applications in the group %(group)s that get a place: exactly %(least)s of %(count)s.") % {
        "group": group,
        "least": least,
        "count": remark.was[1],
    }


def warning(warn: Warn) -> str:
    """A group whose outcome is certain before the draw."""
    values = {"group": _group(warn.region, warn.size)}
    is_cell = bool(warn.region and warn.size)
    if warn.kind == "chance_zero":
        if is_cell:
            return _("No application in the group %(group)s can be drawn: the chance is 0.") % values
        return _("Nobody in %(group)s can be drawn: the chance is 0.") % values
    if is_cell:
        return _("Every application in the group %(group)s gets a place: the chance is 1.") % values
    return _("Everybody in %(group)s gets a place: the chance is 1.") % values


def _group(region: str, size: str) -> str:
    """A region, a size class, or «Trøndelag; Small» for those who are in both, as in `why`."""
    return "; ".join(name for name in (region, size) if name)


def _span(least: int, most: int) -> str:
    if least == most:
        return ngettext("exactly %(least)s place", "exactly %(least)s places", least) % {"least": least}
    return _("from %(least)s to %(most)s places") % {"least": least, "most": most}


def fraction(chance: Fraction) -> str:
    """«7/15», and «0» and «1» for what is certain."""
    return str(chance)


def fraction_and_percent(chance: Fraction) -> str:
    """«7/15 (46,7 %)»."""
    return f"{fraction(chance)} ({formats.percent(chance, 1)})"


def why(line: Line, *, region: str, size: str) -> list[str]:
    """Why an application in the draw did or did not get a place; the page and the letter say the same.

    region, size: names of the application's group.
    """
    sentences = [
        _(
            "Applications in your group (%(region)s; %(size)s): %(count)s. Each of them had the chance"
            " %(chance)s (%(percent)s)."
        )
        % {
            "region": region,
            "size": size,
            "count": line.in_group,
            "chance": fraction(line.chance),
            "percent": formats.percent(line.chance, 1),
        },
        _("Places that the table drawn gave the group: %(places)s.") % {"places": line.places},
    ]
    if line.places == 0:
        sentences.append(_("So nobody in the group got a place this time."))
    elif line.places == line.in_group:
        sentences.append(_("So everybody in the group got a place."))
    else:
        sentences.append(
            _(
                "Counted from the lowest, your lot was number %(rank)s of %(count)s in the group; the lowest"
                " lots win."
            )
            % {"rank": line.rank, "count": line.in_group}
        )
    if line.reserve_number:
        sentences.append(
            _("You are number %(number)s on the waiting list of the group.") % {"number": line.reserve_number}
        )
    return sentences
