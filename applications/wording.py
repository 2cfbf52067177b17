"""What the draw's arithmetic says, in sentences for people, in the active language."""

from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        return (
            _("The fewest places of %(groups)s add up to %(needs)s, but there are only %(has)s places.")
            % values
        )
    if reason.kind == "regions_exceed_sizes":
        if reason.sizes:
            return (
                _(
                    "The regions %(regions)s need at least %(needs)s places, but the most places of "
                    "%(sizes)s "
                    "leave them only %(has)s."
                )
                % values
            )
        return (
            _(
                "The regions %(regions)s need at least %(needs)s places, but their applications can fill "
                "only "
                "%(has)s."
            )
            % values
        )
    if reason.kind == "sizes_exceed_regions":
        if reason.regions:
            return (
                _(
                    "The size classes %(sizes)s need at least %(needs)s places, but the most places of "
                    "%(regions)s leave them only %(has)s."
                )
                % values
            )
        return (
            _(
                "The size classes %(sizes)s need at least %(needs)s places, but their applications can "
                "fill only "
                "%(has)s."
            )
            % values
        )
    if reason.regions or reason.sizes:
        return (
            _("There are %(needs)s places, but the most places of %(groups)s let only %(has)s be filled.")
            % values
        )
    return _("There are %(needs)s places, but the applications can fill only %(has)s.") % values


def no_draw(reason: NoDraw) -> str:
    return _(
        "There are %(applicants)s applications and %(places)s places: everybody is admitted, and no draw "
        "takes place."
    ) % {"applicants": reason.applicants, "places": reason.places}


def note(remark: Note) -> str:
    """A quota that was changed on the way to the draw."""
    if remark.kind == "no_source":
        return _("No source of randomness has been announced yet.")
    values = {
        "group": listed(name for name in (remark.region, remark.size) if name),
        "was_least": remark.was[0],
        "was_most": remark.was[1],
        "least": remark.now[0],
        "most": remark.now[1],
    }
    if remark.kind == "minimum_lowered":
        return (
            _(
                "%(group)s has only %(least)s applications, so the fewest places are %(least)s instead of "
                "%(was_least)s."
            )
            % values
        )
    if remark.kind == "bounds_softened":
        return (
            _(
                "%(group)s gets from %(least)s to %(most)s places instead of from %(was_least)s to "
                "%(was_most)s."
            )
            % values
        )
    return _("%(group)s together: exactly %(least)s of %(was_most)s applications get a place.") % values


def warning(warn: Warn) -> str:
    """A group whose outcome is certain before the draw."""
    values = {"group": listed(name for name in (warn.region, warn.size) if name)}
    if warn.kind == "chance_zero":
        return _("Nobody in %(group)s can be drawn: the chance is 0.") % values
    return _("Everybody in %(group)s gets a place: the chance is 1.") % values


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
