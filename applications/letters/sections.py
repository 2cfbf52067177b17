"""The sections of a letter: the case, the draw, the rule, the grounds, what happens next, the rights."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from applications import promotion_log, results, wording
from applications.letters.case import Case
from applications.models import DecisionKind, Dimension
from applications.models.summary import years_of_experience
from applications.results import Line
from applications.selection import NoDraw
from applications.states import Basis, OfferState
from innoskole.deadlines import rules
from innoskole.ui import formats

SHORT_LOT = 8
Rows = list[tuple[str, str]]
Section = dict[str, Any]


def sections(case: Case) -> list[Section]:
    """Each with its title, its rows of (label, value) and its paragraphs; an empty one is left out."""
    found = [
        _section(_("The case"), rows=_person(case) if case.decision.is_of_person else _application(case)),
        _section(_("The draw"), rows=[] if case.decision.is_of_person else _draw(case)),
        _section(_("The rule"), paragraphs=_rule(case)),
        _section(_("Grounds"), paragraphs=grounds(case)),
        _section(_("What happens next"), paragraphs=_next(case)),
        _section(_("How to appeal"), paragraphs=_appeal(case)),
        _section(_("Documents and questions"), paragraphs=_rights(case)),
    ]
    return [section for section in found if section["rows"] or section["paragraphs"]]


def _section(title: str, *, rows: Rows | None = None, paragraphs: list[str] | None = None) -> Section:
    return {"title": title, "rows": rows or [], "paragraphs": paragraphs or []}


# --- The case -------------------------------------------------------------------------------------


def _application(case: Case) -> Rows:
    application = case.application
    rows = [(_("Municipality"), str(application.lead))]
    if case.partners:
        rows.append((_("Partner municipalities"), wording.listed(case.partners)))
    rows.append((_("Intake"), capfirst(str(case.intake))))
    if application.submitted_at:
        rows.append((_("Application received"), formats.moment(application.submitted_at)))
    if application.problem_title:
        rows.append((_("Working title"), application.problem_title))
    if case.line:
        region, size = _group(case, case.line)
        rows += [(_("Region"), region), (_("Size class"), size)]
    return rows


def _person(case: Case) -> Rows:
    person, assessment = case.person, case.assessment
    rows = [
        (_("Municipality"), case.municipalities),
        (_("Position"), _("%(position)s, %(unit)s") % {"position": person.position, "unit": person.unit}),
        (_("Education"), _with_details(person.get_education_display(), person.education_details)),
        (
            _("Experience"),
            _with_details(years_of_experience(person.experience_years), person.experience_details),
        ),
    ]
    if assessment:
        rows += [
            (
                _("Assessment"),
                _("version %(version)s, %(day)s")
                % {"version": assessment.version, "day": formats.day(assessment.decided_at)},
            ),
            (_("Outcome of the assessment"), str(Basis(assessment.outcome).label)),
        ]
    return rows


def _with_details(text: str, details: str) -> str:
    return "\n".join(each for each in (str(text), details) if each)


def _group(case: Case, line: Line) -> tuple[str, str]:
    """Names of the region and the size class to which the application belongs."""
    names = results.names_of(case.intake)
    region, size = line.cell
    return names[Dimension.REGION, region], names[Dimension.SIZE, size]


# --- The draw -------------------------------------------------------------------------------------


def _draw(case: Case) -> Rows:
    line = case.line
    if line is None or not line.lot:
        return []
    rows = [
        (_("Round"), str(case.round)),
        (_("Chance before the draw"), wording.fraction_and_percent(line.chance)),
        (_("Lot number"), f"{line.lot[:SHORT_LOT]}…"),
        (_("Lot number in full"), line.lot),
    ]
    if case.decision.kind == DecisionKind.WAITING_LIST and case.number is not None:
        rows += [
            (_("Number on the waiting list"), str(case.number)),
            (_("Number in the group's waiting list"), str(line.reserve_number)),
        ]
    return rows


# --- The rule -------------------------------------------------------------------------------------


def _rule(case: Case) -> list[str]:
    if case.decision.is_of_person:
        rule = [
            _(
                "A participant has three years of higher education, or one to two years of higher education"
                " and one to two years of relevant work experience, which the school assesses individually."
                " Who does not fulfil this may take part as a course participant, with a certificate without"
                " credits (the programme's admission requirements)."
            )
        ]
    elif case.decision.kind == DecisionKind.REJECTED:
        rule = [_formal_rule(case)]
    elif case.application.late_filling:
        rule = [
            _("Places that are free after the deadline are filled by this rule of the school:"),
            case.application.late_filling.rule_text,
        ]
    else:
        rule = [_selection_rule(case)]
    return [
        *rule,
        _("This is an individual decision, with grounds, under forvaltningsloven §§ 2, 24 and 25."),
    ]


def _formal_rule(case: Case) -> str:
    return _(
        "Each municipality may take part in one application, sent in by %(deadline)s. The application"
        " guarantees that at least %(least)s and at most %(most)s people from at least %(sectors)s sectors"
        " take part (the programme's admission criteria)."
    ) % {
        "deadline": formats.moment(case.intake.closes_at),
        "least": case.intake.team_min,
        "most": case.intake.team_max,
        "sectors": case.intake.sectors_min,
    }


def _selection_rule(case: Case) -> str:
    text = _(
        "Municipalities are chosen by geography, so that every part of the country and both small and large"
        " municipalities are represented. Beyond that the places are drawn by lot (the programme's criteria"
        " for selection)."
    )
    if case.line is None or not case.line.lot:
        return text
    drawn = _("One lot chooses how many places each group gets. Then the lowest lots in each group win.")
    return f"{text} {drawn}"


# --- The grounds ----------------------------------------------------------------------------------


def grounds(case: Case) -> list[str]:
    """Why: as the public page says it of the draw and of a promotion, and in the school's own words."""
    own = [case.decision.grounds]
    if case.decision.is_of_person:
        return _paragraphs([case.assessment.reason if case.assessment else "", *own])
    if case.decision.kind == DecisionKind.REJECTED:
        return _paragraphs([case.application.state_reason, *own])
    return _paragraphs([_of_the_draw(case), _of_the_promotion(case), *own])


def _paragraphs(texts: list[str]) -> list[str]:
    """What is said, line by line, each thing once."""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def _of_the_draw(case: Case) -> str:
    line = case.line
    # Of an offer that the school takes back, the draw is not the reason.
    if line is None or (line.is_selected and case.decision.kind == DecisionKind.DECLINED):
        return ""
    if not line.lot:
        return wording.no_draw(NoDraw(applicants=len(case.lines), places=case.intake.capacity))
    region, size = _group(case, line)
    return " ".join(wording.why(line, region=region, size=size))


def _of_the_promotion(case: Case) -> str:
    if case.decision.kind != DecisionKind.PLACE or case.promotion is None:
        return ""
    return _("A place became free on %(day)s. %(why)s") % {
        "day": formats.day(case.promotion.happened_at),
        "why": promotion_log.why(case.promotion),
    }


# --- What happens next ----------------------------------------------------------------------------


def _next(case: Case) -> list[str]:
    match case.decision.kind:
        case DecisionKind.PLACE:
            return _next_with_place(case)
        case DecisionKind.WAITING_LIST:
            return [
                _(
                    "When a place becomes free, there is no new draw: it goes to the waiting list by a fixed"
                    " rule, and you will be told at once if it is yours."
                ),
                _(
                    "The waiting list stands until the school closes it. Whoever is still on it then gets a"
                    " decision that says so."
                ),
            ]
        case DecisionKind.DECLINED | DecisionKind.REJECTED:
            return [_("The municipality may apply again in the next intake.")]
        case DecisionKind.COURSE_PARTICIPANT:
            return [
                _invitation(),
                _(
                    "If you can document more education or experience, send it to the school, which then"
                    " assesses your admission anew."
                ),
            ]
        case _:
            return [_invitation(), _("A student pays the semester fee before the exam.")]


def _invitation() -> str:
    return _(
        "When the municipality has accepted its place, you get an invitation by e-mail. There you confirm who"
        " you are, your education, and that you take part."
    )


def _next_with_place(case: Case) -> list[str]:
    offer = case.offer
    if offer and offer.state == OfferState.ACCEPTED:
        return [_("The municipality has accepted the place already, and need not answer again.")]
    due = offer.due_at if offer and offer.state == OfferState.SENT else None
    page = settings.BASE_URL + reverse("applications:tasks", args=[case.application.reference])
    return [
        _("The municipality accepts or declines the place by %(moment)s, on this page: %(page)s")
        % {"moment": formats.moment(due or case.intake.answer_due(case.decision.leaves_at)), "page": page},
        _(
            "A place that is not accepted by then goes to the waiting list. When it is accepted, everybody in"
            " the team gets an invitation by e-mail, and a decision on the admission of their own."
        ),
    ]


# --- The rights -----------------------------------------------------------------------------------


def _appeal(case: Case) -> list[str]:
    return [
        _(
            "The decision can be appealed to the appeals board (forvaltningsloven § 28). The last day for an"
            " appeal is %(day)s."
        )
        % {"day": formats.day(case.appeal.day, weekday=True)},
        rules.explain(case.appeal),
        _(
            "Send the appeal to the school, at %(email)s. Say which decision it is about, which change is"
            " wanted, and why (§ 32). The school may change the decision itself; if it does not, the appeals"
            " board decides (§ 33). The school can be asked to let the decision wait until the appeal is"
            " decided (§ 42)."
        )
        % {"email": settings.SCHOOL_CONTACT_EMAIL},
    ]


def _rights(case: Case) -> list[str]:
    return [
        _(
            "The parties have the right to see the documents of the case (forvaltningsloven §§ 18 and 19)."
            " Send questions to %(email)s with the reference %(reference)s."
        )
        % {"email": settings.SCHOOL_CONTACT_EMAIL, "reference": case.application.reference},
    ]
