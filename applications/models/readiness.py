"""«What is lacking?»: the conditions for being ready for selection, each with its evidence."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models.admission import DECIDED, is_outdated
from applications.models.application import DECIDED_STATES, Application, Guarantee, MunicipalityRole
from applications.models.team import TeamMember
from applications.states import GuaranteeState, PartnerState


@dataclass(frozen=True)
class Condition:
    """One condition: what it asks for, whether it is met, and what shows it."""

    key: str
    label: str
    met: bool
    evidence: str


# What readiness reads: fetch it together for a list.
READS = (
    "members__assessments",
    "members__documents",
    "municipalities__municipality",
    "guarantees",
    "information_requests",
)

# What the formal check looks at: keys of conditions.
FORMAL = ("team_size", "sectors", "partners", "guarantee")


def conditions(application: Application) -> list[Condition]:
    """Every condition, met or not, in the order in which an administrator works.

    Reads only the relations of READS, so that a list that has fetched them asks nothing more.
    """
    members = list(application.members.all())
    return [
        _formal_check(application),
        _team_size(application, members),
        _sectors(application, members),
        _partners(application),
        _guarantee(application),
        _no_open_request(application),
        _persons_decided(application, members),
    ]


def first_lacking(application: Application) -> Condition | None:
    return next((condition for condition in conditions(application) if not condition.met), None)


def formal_faults(application: Application) -> list[str]:
    """What the formal check would pass over, a sentence for each condition that is not met."""
    return [each.evidence for each in conditions(application) if each.key in FORMAL and not each.met]


def _formal_check(application: Application) -> Condition:
    met = application.formal_checked_at is not None
    return Condition(
        "formal_check",
        _("The formal check is passed"),
        met,
        _("The formal check is passed.") if met else _("The formal check is not done."),
    )


def _team_size(application: Application, members: list[TeamMember]) -> Condition:
    intake = application.intake
    return Condition(
        "team_size",
        _("The team has %(minimum)s to %(maximum)s persons")
        % {"minimum": intake.team_min, "maximum": intake.team_max},
        intake.team_min <= len(members) <= intake.team_max,
        ngettext("The team has %(count)s person.", "The team has %(count)s persons.", len(members))
        % {"count": len(members)},
    )


def _sectors(application: Application, members: list[TeamMember]) -> Condition:
    count = len({member.sector for member in members})
    return Condition(
        "sectors",
        _("The team comes from at least %(minimum)s sectors") % {"minimum": application.intake.sectors_min},
        count >= application.intake.sectors_min,
        ngettext("The team comes from %(count)s sector.", "The team comes from %(count)s sectors.", count)
        % {"count": count},
    )


def _partners(application: Application) -> Condition:
    partners = [part for part in application.municipalities.all() if part.role == MunicipalityRole.PARTNER]
    missing = [part for part in partners if part.state != PartnerState.CONFIRMED]
    if not partners:
        evidence = _("The municipality applies alone.")
    elif missing:
        evidence = _("Not confirmed: %(names)s.") % {
            "names": ", ".join(part.municipality.display_name for part in missing)
        }
    else:
        evidence = _("Confirmed: %(names)s.") % {
            "names": ", ".join(part.municipality.display_name for part in partners)
        }
    return Condition("partners", _("Every partner municipality has confirmed"), not missing, evidence)


def current_guarantee(application: Application) -> Guarantee | None:
    """The guarantee in force or asked for, from the fetched relation."""
    standing = [
        guarantee for guarantee in application.guarantees.all() if guarantee.state != GuaranteeState.REPLACED
    ]
    return standing[0] if standing else None


def _guarantee(application: Application) -> Condition:
    guarantee = current_guarantee(application)
    met = guarantee is not None and guarantee.state == GuaranteeState.GIVEN
    if guarantee is None:
        evidence = _("The guarantee has not been asked for.")
    elif met:
        evidence = _("Given by %(name)s, %(title)s.") % {
            "name": guarantee.answered_name or guarantee.approver_name,
            "title": guarantee.approver_title,
        }
    elif guarantee.state == GuaranteeState.REFUSED:
        evidence = _("Refused by %(name)s.") % {"name": guarantee.answered_name or guarantee.approver_name}
    else:
        evidence = _("Asked of %(name)s, who has not answered.") % {"name": guarantee.approver_name}
    return Condition("guarantee", _("The municipality guarantees the participation"), met, evidence)


def _no_open_request(application: Application) -> Condition:
    requests = application.information_requests.all()
    is_open = any(request.closed_at is None for request in requests)
    if is_open:
        evidence = _("The school waits for an answer.")
    elif requests:
        evidence = _("Everything that was asked for is closed.")
    else:
        evidence = _("Nothing is asked for.")
    return Condition("information", _("No request for information is open"), not is_open, evidence)


def _persons_decided(application: Application, members: list[TeamMember]) -> Condition:
    outdated = _outdated(application, members)
    waiting = [member for member in members if any(one.is_pending for one in member.assessments.all())]
    undecided = [member for member in members if member.basis not in DECIDED and member not in waiting]
    if outdated:
        evidence = _("Changed since the decision, to be assessed again: %(names)s.") % {
            "names": ", ".join(member.name for member in outdated)
        }
    elif waiting:
        evidence = _("Waits for a second person: %(names)s.") % {
            "names": ", ".join(member.name for member in waiting)
        }
    elif undecided:
        evidence = _("Not decided: %(names)s.") % {"names": ", ".join(member.name for member in undecided)}
    else:
        evidence = _("Everybody's admission basis is decided.")
    return Condition(
        "persons",
        _("Everybody's admission basis is decided"),
        bool(members) and not outdated and not waiting and not undecided,
        evidence,
    )


def _outdated(application: Application, members: list[TeamMember]) -> list[TeamMember]:
    """Those whose decision was made on something else than what the application says now.

    After the draw a name or an address is corrected by a deed of its own, and takes no place from a team.
    """
    if application.state in DECIDED_STATES:
        return []
    return [member for member in members if is_outdated(member)]
