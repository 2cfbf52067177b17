"""A letter as a whole: sender and recipient, the decision itself, its sections, and who stands for it."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from applications.letters.case import BASIS_OF, Case
from applications.letters.sections import sections
from applications.models import Application, Decision, DecisionKind
from applications.models.admission import consequence
from applications.models.promises import letter_language
from innoskole.ui import formats

LANGUAGES = ("nb", "nn")
NEUTRAL = "nb"


def language_of(application: Application) -> str:
    """«nb» or «nn»: as the municipality has decided; else as the contact person has chosen; else bokmål.

    Source: språklova § 15.
    """
    language = letter_language(application.lead, application.coordinator)
    return language if language in LANGUAGES else NEUTRAL


def recipient(decision: Decision, *, language: str) -> tuple[str, str]:
    """Name and e-mail of the person whom the decision is about, else of the contact person."""
    if decision.member is not None:
        return decision.member.name, decision.member.email
    application = decision.application
    with translation.override(language):
        name = _("%(municipality)s, for the attention of %(name)s") % {
            "municipality": application.lead,
            "name": application.coordinator.name,
        }
    return name, application.coordinator.email


def content(decision: Decision, *, language: str) -> dict[str, Any]:
    """The data of templates/letters/decision.typ: every text of the letter, in the language.

    Raises NoRule when no rule says until when one may appeal.
    """
    with translation.override(language):
        return _content(Case(decision))


def _content(case: Case) -> dict[str, Any]:
    decision = case.decision
    return {
        "title": _title(case),
        "reference": case.application.reference,
        "sender": [
            _("The national innovation school for municipalities"),
            settings.SCHOOL_CONTACT_EMAIL,
        ],
        "recipient": _address(case),
        "marks": [
            (_("Date"), formats.day(decision.leaves_at)),
            (_("Our reference"), case.application.reference),
            (_("Version of the decision"), str(decision.version)),
        ],
        "opening": _opening(case),
        "sections": sections(case),
        "closing": _("Yours sincerely"),
        "signatures": _signatures(decision),
        "note": _note(decision),
    }


def _address(case: Case) -> list[str]:
    if case.decision.is_of_person:
        return [case.person.name, case.person.email]
    return [
        _("The municipality of %(municipality)s") % {"municipality": case.application.lead.official_name},
        case.application.coordinator.name,
        case.application.coordinator.email,
    ]


def _title(case: Case) -> str:
    titles = {
        DecisionKind.PLACE: _("Decision: a place in the innovation school, %(intake)s"),
        DecisionKind.WAITING_LIST: _("Decision: the waiting list of the innovation school, %(intake)s"),
        DecisionKind.DECLINED: _("Decision: no place in the innovation school, %(intake)s"),
        DecisionKind.REJECTED: _("Decision: the application is rejected, %(intake)s"),
        DecisionKind.STUDENT: _("Decision: admitted as a student, %(intake)s"),
        DecisionKind.INDIVIDUALLY_QUALIFIED: _(
            "Decision: admitted as a student after individual assessment, %(intake)s"
        ),
        DecisionKind.COURSE_PARTICIPANT: _("Decision: admitted as a course participant, %(intake)s"),
    }
    return titles[DecisionKind(case.decision.kind)] % {"intake": case.intake}


def _opening(case: Case) -> list[str]:
    """What is decided, what it means, and what it replaces."""
    texts = [_person_opening(case)] if case.decision.is_of_person else [_application_opening(case)]
    if case.decision.is_of_person:
        texts.append(consequence(BASIS_OF[DecisionKind(case.decision.kind)]))
    if case.replaced is not None and case.replaced.issued_at is not None:
        texts.append(
            _("This decision replaces the decision of %(day)s (version %(version)s).")
            % {"day": formats.day(case.replaced.issued_at), "version": case.replaced.version}
        )
    return texts


def _application_opening(case: Case) -> str:
    number = case.number
    match case.decision.kind:
        case DecisionKind.PLACE:
            text = _(
                "The application %(reference)s from %(municipalities)s gets a place in the innovation school,"
                " %(intake)s."
            )
        case DecisionKind.WAITING_LIST if number is not None:
            text = _(
                "The application %(reference)s from %(municipalities)s does not get a place in the innovation"
                " school, %(intake)s, now, and is number %(number)s on the waiting list."
            )
        case DecisionKind.WAITING_LIST:
            text = _(
                "The application %(reference)s from %(municipalities)s does not get a place in the innovation"
                " school, %(intake)s, now, and is on the waiting list."
            )
        case DecisionKind.DECLINED:
            text = _(
                "The application %(reference)s from %(municipalities)s does not get a place in the innovation"
                " school, %(intake)s."
            )
        case _:
            text = _(
                "The application %(reference)s from %(municipalities)s for a place in the innovation school,"
                " %(intake)s, is rejected because of a formal fault. The school does not consider it further."
            )
    return text % {
        "reference": case.application.reference,
        "municipalities": case.municipalities,
        "intake": case.intake,
        "number": number,
    }


def _person_opening(case: Case) -> str:
    texts = {
        DecisionKind.STUDENT: _(
            "%(name)s is admitted as a student in the innovation school, %(intake)s, in the team of"
            " %(municipalities)s."
        ),
        DecisionKind.INDIVIDUALLY_QUALIFIED: _(
            "%(name)s is admitted as a student in the innovation school, %(intake)s, in the team of"
            " %(municipalities)s, after an individual assessment."
        ),
        DecisionKind.COURSE_PARTICIPANT: _(
            "%(name)s is admitted as a course participant in the innovation school, %(intake)s, in the team"
            " of %(municipalities)s."
        ),
    }
    return texts[DecisionKind(case.decision.kind)] % {
        "name": case.person.name,
        "intake": case.intake,
        "municipalities": case.municipalities,
    }


def _signatures(decision: Decision) -> list[dict[str, str]]:
    people = [(decision.prepared_by, _("prepared the decision"))]
    people.append((decision.approved_by, _("approved the decision")))
    return [{"name": person.name, "role": role} for person, role in people if person is not None]


def _note(decision: Decision) -> str:
    """How the decision was made; the letter is written before its approval, and sent only after it."""
    if decision.prepared_by is None:
        return _(
            "The decision follows by rule from the draw or the assessments, without anybody's judgement."
            " That is why nobody has signed it."
        )
    if decision.approved_by is None:
        return _(
            "A second person at the school approves the decision before this letter is sent."
            " The approval is electronic, and the letter has no signature by hand."
        )
    return _("The decision was approved electronically, and the letter has no signature by hand.")
