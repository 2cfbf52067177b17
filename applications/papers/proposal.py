"""The wording of the proposal, in the language in force: bokmål or nynorsk, as the seed's paper is written.

What the application lacks stands in square brackets, and is named as a gap, so that a page can list it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models.team import Sector
from applications.papers.anchoring import in_plans, is_treated, meeting, place_in_plan, put_before, treated
from applications.papers.facts import Facts, Unit
from applications.papers.words import capital, in_sentence, number, people_of, quoted, span
from applications.states import State
from applications.wording import listed
from innoskole.ui import formats

# The stem that both forms of Norwegian share.
PUBLIC_HEALTH = "folkehels"


@dataclass(frozen=True)
class Proposed:
    """A heading's text in paragraphs, and the fields of the application that it lacks."""

    text: str
    gaps: tuple[str, ...] = ()


def proposals(facts: Facts) -> dict[str, Proposed]:
    """Heading → what is proposed to stand under it; the recommendation is the one that may be given."""
    return {
        "title": Proposed(
            _("Anchoring of an innovation project in the national innovation school for municipalities")
        ),
        "background": _background(facts),
        "assessment": _assessment(facts),
        "public_health": _public_health(facts),
        "summary": _summary(facts),
        "recommendation": _recommendation(facts),
    }


def rows(facts: Facts) -> list[tuple[str, str]]:
    """What stands above the headings as (label, value) pairs; the number of the case when it has one."""
    application = facts.application
    found = [
        (_("Municipality"), application.lead.official_name),
        (_("Partner municipalities"), listed(facts.partners)),
        (_("Political body"), application.political_body or _("[political body]")),
        (_("Date of the meeting"), meeting(application)),
        (_("Case number"), application.political_case_number),
        (_("Working title"), application.problem_title),
        (_("Application"), application.reference),
    ]
    return [(label, value) for label, value in found if value]


# --- The headings ---------------------------------------------------------------------------------


def _background(facts: Facts) -> Proposed:
    application, intake = facts.application, facts.application.intake
    paragraphs = [
        _standing(facts),
        _(
            "The course lasts two semesters, with six sessions of 14 days in all. It gives 30 credits to"
            " those who choose to sit the exam. The school asks for a team of %(size)s people from at least"
            " %(sectors)s different sectors."
        )
        % {
            "size": span(intake.team_min, intake.team_max),
            "sectors": number(intake.sectors_min),
        },
        *_history(facts),
        *_team(facts),
        _(
            "The municipality must name a real problem of its own for the team to work on. The problem that"
            " has been chosen is:"
        ),
        application.problem_statement or _("[problem statement]"),
    ]
    if application.problem_reason and not _names_public_health(facts):
        paragraphs += [_("The municipality has chosen it for this reason:"), application.problem_reason]
    paragraphs += in_plans(application)
    gaps = [field for field in ("problem_statement", "plan_title") if not getattr(application, field)]
    return _proposed(paragraphs, gaps if facts.people else [*gaps, "members"])


def _assessment(facts: Facts) -> Proposed:
    application = facts.application
    touched = [sector for sector in Sector.values if sector in application.problem_sectors]
    paragraphs, gaps = [], []
    if touched:
        paragraphs.append(
            ngettext(
                "The problem touches the sector %(sectors)s. A part of the innovation process is expected to"
                " involve it.",
                "The problem touches the sectors %(sectors)s. A part of the innovation process is expected to"
                " involve them.",
                len(touched),
            )
            % {"sectors": quoted(touched)}
        )
    else:
        paragraphs.append(_("The problem touches these sectors: [sectors that the problem touches]."))
        gaps.append("problem_sectors")
    if facts.sectors:
        paragraphs.append(
            ngettext(
                "The people in the team come from %(count)s sector: %(sectors)s.",
                "The people in the team come from %(count)s sectors: %(sectors)s.",
                len(facts.sectors),
            )
            % {"count": number(len(facts.sectors)), "sectors": quoted(facts.sectors)}
        )
    if facts.gap:
        paragraphs.append(
            ngettext(
                "Nobody in the team comes from the sector %(sectors)s. In the study of innovation one speaks"
                " of barriers to innovation, and a team that lacks a representative of the sector may be such"
                " a barrier.",
                "Nobody in the team comes from the sectors %(sectors)s. In the study of innovation one speaks"
                " of barriers to innovation, and a team that lacks representatives of the sectors may be such"
                " a barrier.",
                len(facts.gap),
            )
            % {"sectors": quoted(facts.gap)}
        )
    elif touched and facts.people:
        paragraphs.append(_("Every sector that the problem touches is represented in the team."))
    if application.mitigation:
        paragraphs += [_("About involving the sectors, the application says:"), application.mitigation]
    elif facts.gap:
        paragraphs.append(_("[how the team will involve the missing sectors]"))
        gaps.append("mitigation")
    if facts.guarantee and facts.guarantee.answered_at:
        paragraphs.append(
            _("The municipality has guaranteed that the team takes part (%(title)s, %(day)s).")
            % {
                "day": formats.day(facts.guarantee.answered_at),
                "title": in_sentence(facts.guarantee.approver_title),
            }
        )
    paragraphs.append(put_before(application))
    return _proposed(paragraphs, gaps if application.political_body else [*gaps, "political_body"])


def _public_health(facts: Facts) -> Proposed:
    if _names_public_health(facts):
        return _proposed(
            [
                _("The application gives this reason for the choice of the problem:"),
                facts.application.problem_reason,
                _("The effect on public health depends on what the team arrives at."),
            ]
        )
    return _proposed(
        [
            _("The effect on public health depends on what the team arrives at."),
            _("[what the problem means for public health in the municipality]"),
        ],
        ["public_health"],
    )


def _summary(facts: Facts) -> Proposed:
    application = facts.application
    paragraphs = [_in_short(facts)]
    if application.plan_title:
        paragraphs.append(
            _("The team will work on a problem that is anchored in the municipality's plans (%(plan)s).")
            % {"plan": place_in_plan(application)}
        )
    else:
        paragraphs.append(
            _("The team will work on a problem that is anchored in the municipality's plans ([plan]).")
        )
    if facts.gap:
        paragraphs.append(
            ngettext(
                "One can expect that parts of the innovation process involve the sector %(sectors)s, which is"
                " not represented in the team.",
                "One can expect that parts of the innovation process involve the sectors %(sectors)s, which"
                " are not represented in the team.",
                len(facts.gap),
            )
            % {"sectors": quoted(facts.gap)}
        )
    if is_treated(application):
        paragraphs.append(treated(application))
    return _proposed(paragraphs, [] if application.plan_title else ["plan_title"])


def _recommendation(facts: Facts) -> Proposed:
    application = facts.application
    text = _(
        "%(body)s supports that the team works on the problem, and asks to be told of the results when the"
        " course is over."
    ) % {"body": application.political_body or _("[political body]")}
    return _proposed([text], [] if application.political_body else ["political_body"])


def without_recommendation() -> str:
    return _("The case is put forward without a recommendation.")


# --- Its sentences --------------------------------------------------------------------------------


def _standing(facts: Facts) -> str:
    """Where the application stands, as far as the municipality has been told."""
    application = facts.application
    together = _("%(lead)s together with %(partners)s") % {
        "lead": application.lead.name,
        "partners": listed(facts.partners),
    }
    values = {
        "municipality": together if facts.partners else application.lead.name,
        "intake": application.intake,
        "deadline": formats.moment(application.closes_at),
    }
    match application.state:
        case State.DRAFT | State.AWAITING_APPROVAL:
            text = _(
                "The municipality of %(municipality)s is preparing an application for a place in the national"
                " innovation school for municipalities, with start in %(intake)s. The deadline is"
                " %(deadline)s."
            )
        case State.ADMITTED | State.ENROLLED:
            text = _(
                "The municipality of %(municipality)s has got a place in the national innovation school for"
                " municipalities, with start in %(intake)s."
            )
        case State.WAITLISTED:
            text = _(
                "The municipality of %(municipality)s is on the waiting list of the national innovation"
                " school for municipalities, with start in %(intake)s."
            )
        case State.DECLINED | State.REJECTED | State.WITHDRAWN | State.NOT_SUBMITTED:
            text = _(
                "The municipality of %(municipality)s prepared an application for a place in the national"
                " innovation school for municipalities, with start in %(intake)s. The municipality does not"
                " take part in this intake."
            )
        case _:
            text = _(
                "The municipality of %(municipality)s has applied for a place in the national innovation"
                " school for municipalities, with start in %(intake)s, and awaits the answer."
            )
    return text % values


def _in_short(facts: Facts) -> str:
    application = facts.application
    match application.state:
        case State.ADMITTED | State.ENROLLED:
            text = _(
                "The municipality of %(municipality)s has %(people)s in the national innovation school for"
                " municipalities. The course gives 30 credits to those who choose to sit the exam."
            )
        case State.DECLINED | State.REJECTED | State.WITHDRAWN | State.NOT_SUBMITTED:
            text = _(
                "The municipality of %(municipality)s has put together a team of %(people)s for the national"
                " innovation school for municipalities, but does not take part in this intake. The course"
                " gives 30 credits to those who choose to sit the exam."
            )
        case _:
            text = _(
                "The municipality of %(municipality)s wants to take part in the national innovation school"
                " for municipalities with %(people)s. The course gives 30 credits to those who choose to sit"
                " the exam."
            )
    people = people_of(facts.people) if facts.people else _("[people in the team]")
    return text % {"municipality": application.lead.name, "people": people}


def _history(facts: Facts) -> list[str]:
    """Earlier cohorts, and what came of the internal call."""
    paragraphs = []
    if facts.earlier:
        cohorts = listed(
            _("%(intake)s with %(people)s") % {"intake": one.intake, "people": people_of(one.people)}
            for one in facts.earlier
        )
        paragraphs.append(
            _("The municipality has taken part in the innovation school before: %(cohorts)s.")
            % {"cohorts": cohorts}
        )
    if facts.interested:
        paragraphs.append(
            _("The employees were asked in an open, internal call, and %(people)s showed interest.")
            % {"people": people_of(facts.interested)}
        )
    return paragraphs


def _team(facts: Facts) -> list[str]:
    """How many there are and have been, and the units that they come from as a list."""
    if not facts.people:
        return [_("The team: [people and units]")]
    values = {
        "offered": capital(people_of(facts.people + facts.left)),
        "left": capital(number(facts.left)),
        "people": people_of(facts.people),
    }
    if facts.left and facts.withdrew:
        text = ngettext(
            "%(offered)s were offered a place in the team. %(left)s of them has withdrawn, and the team now"
            " has %(people)s. They come from these units:",
            "%(offered)s were offered a place in the team. %(left)s of them have withdrawn, and the team now"
            " has %(people)s. They come from these units:",
            facts.left,
        )
    elif facts.left:
        text = ngettext(
            "%(offered)s were offered a place in the team. %(left)s of them no longer takes part, and the"
            " team now has %(people)s. They come from these units:",
            "%(offered)s were offered a place in the team. %(left)s of them no longer take part, and the"
            " team now has %(people)s. They come from these units:",
            facts.left,
        )
    else:
        text = _("The team has %(people)s. They come from these units:")
    return [text % values, "\n".join(f"- {_unit(unit)}" for unit in facts.units)]


def _unit(unit: Unit) -> str:
    if unit.position:
        return _("%(unit)s, represented by the %(position)s") % {
            "unit": unit.name,
            "position": in_sentence(unit.position),
        }
    if unit.people > 1:
        return _("%(unit)s (%(people)s)") % {"unit": unit.name, "people": people_of(unit.people)}
    return unit.name


# --- Its words ------------------------------------------------------------------------------------


def _proposed(paragraphs: Iterable[str], gaps: Iterable[str] = ()) -> Proposed:
    """As a form posts it: lines end in one way only, and nothing blank stands at the ends."""
    text = "\n\n".join(paragraph.strip() for paragraph in paragraphs)
    return Proposed(text.replace("\r\n", "\n"), tuple(gaps))


def _names_public_health(facts: Facts) -> bool:
    return PUBLIC_HEALTH in facts.application.problem_reason.lower()
