"""«What do we lack?»: what stands between a draft and its submission, part by part, in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models.application import Application, MunicipalityRole, PoliticalOutcome
from applications.models.intake import Intake
from applications.models.readiness import current_guarantee
from applications.models.review import Part
from applications.models.summary import label
from applications.models.team import sector_names
from applications.states import GuaranteeState, PartnerState

REQUIRED = {
    Part.PROBLEM: ("problem_title", "problem_statement"),
    Part.ANCHORING: ("plan_title", "plan_year", "political_body", "political_outcome"),
}
# Of a case that has been decided, and not of one that is still to come.
REQUIRED_OF_DECIDED = ("political_case_number", "political_decided_on")


@dataclass(frozen=True)
class Lack:
    """One thing that is missing, and the part where it is mended."""

    part: str
    text: str


def lacks(application: Application) -> list[Lack]:
    """Everything that keeps the application from being sent in, in the order of the parts.

    Reads the relations of content.PARTS only. A guarantee that is asked for and not yet answered is no
    lack: the application waits for it after submission.
    """
    return [
        *(Lack(Part.MUNICIPALITY, text) for text in _partners(application)),
        *(Lack(Part.TEAM, text) for text in team_lacks(application)),
        *(Lack(Part.PROBLEM, text) for text in _blank(application, REQUIRED[Part.PROBLEM])),
        *(Lack(Part.ANCHORING, text) for text in _anchoring(application)),
        *(Lack(Part.COMPOSITION, text) for text in _composition(application)),
        *(Lack(Part.GUARANTEE, text) for text in _guarantee(application)),
    ]


def _blank(application: Application, fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        if getattr(application, field) in ("", None):
            yield _("Fill in “%(field)s”.") % {"field": label(Application, field)}


def _partners(application: Application) -> Iterator[str]:
    for part in application.municipalities.all():
        if part.role == MunicipalityRole.PARTNER and part.state == PartnerState.ASKED:
            yield _("%(municipality)s has not yet answered whether it takes part.") % {
                "municipality": part.municipality
            }
        elif part.role == MunicipalityRole.PARTNER and part.state == PartnerState.DECLINED:
            yield _("%(municipality)s does not take part. Remove it, or ask it again.") % {
                "municipality": part.municipality
            }


def team_lacks(application: Application) -> Iterator[str]:
    """What keeps the team from fulfilling the intake's rules, in sentences."""
    yield from rules_lack(
        application.intake, people=len(application.members.all()), sectors=len(application.team_sectors())
    )


def rules_lack(intake: Intake, *, people: int, sectors: int) -> Iterator[str]:
    """What keeps a team of so many people from so many sectors from fulfilling the intake's rules."""
    if people < intake.team_min:
        missing = intake.team_min - people
        yield ngettext("The team lacks %(count)s person.", "The team lacks %(count)s people.", missing) % {
            "count": missing
        }
    if people > intake.team_max:
        yield _("The team may have at most %(count)s people.") % {"count": intake.team_max}
    if sectors < intake.sectors_min:
        yield _("The team must come from at least %(count)s different sectors.") % {
            "count": intake.sectors_min
        }


def _anchoring(application: Application) -> Iterator[str]:
    yield from _blank(application, REQUIRED[Part.ANCHORING])
    if application.political_outcome not in ("", PoliticalOutcome.PLANNED):
        yield from _blank(application, REQUIRED_OF_DECIDED)


def _composition(application: Application) -> Iterator[str]:
    if not application.problem_sectors:
        yield _("Choose the sectors that the problem touches.")


def _guarantee(application: Application) -> Iterator[str]:
    guarantee = current_guarantee(application)
    if guarantee is None:
        yield _("Ask the municipal director for the guarantee.")
    elif guarantee.state == GuaranteeState.REFUSED:
        yield _("%(name)s has not given the guarantee. Talk together, and ask again.") % {
            "name": guarantee.approver_name
        }


def composition_warning(application: Application) -> str:
    """The warning about sectors that the problem touches and nobody comes from; empty when there is none.

    Source: seed B («mangler representant fra oppvekst/skole, kan være en barriere»). Never a block.
    """
    return gap_warning(application.composition_gap())


def composition_remark(application: Application) -> str:
    """The same, as it is said to the school."""
    gap = application.composition_gap()
    if not gap:
        return ""
    return _(
        "The problem touches sectors that nobody in the team comes from: %(sectors)s. This does not keep the"
        " application from the selection."
    ) % {"sectors": sector_names(gap)}


def gap_warning(gap: Sequence[str]) -> str:
    """The warning about sectors that nobody comes from; empty when there are none."""
    if not gap:
        return ""
    return _(
        "The problem touches sectors that nobody in the team comes from: %(sectors)s."
        " This may be a barrier. It does not keep you from applying."
    ) % {"sectors": sector_names(gap)}
