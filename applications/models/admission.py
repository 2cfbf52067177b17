"""What the rule proposes as a person's admission basis; a human decides.

Source: programme page, «Opptakskrav». It says of one to two years of higher education with one to two
years of relevant experience both that it «kan vurderes individuelt» and that it fulfils the requirement:
so the rule proposes an individual assessment, never an outcome.

A decision holds for what was assessed: `is_outdated` tells when the application says something else now.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _

from applications.models.team import EducationLevel, TeamMember
from applications.states import Basis

EXPERIENCE_YEARS_MIN = 1
DECISIONS = (Basis.QUALIFIED, Basis.INDIVIDUALLY_QUALIFIED, Basis.COURSE_PARTICIPANT)
DECIDED = frozenset(DECISIONS)
# What a decision rests on, besides the documents: who the person is, and what they have learned and done.
ASSESSED_FIELDS = (
    "name",
    "email",
    "education",
    "education_details",
    "experience_years",
    "experience_details",
)


@dataclass(frozen=True)
class Proposal:
    """The basis that the rule proposes and the sentence that explains why."""

    basis: Basis
    explanation: str

    @property
    def label(self) -> str:
        """What the rule proposes; an individual assessment is proposed, and not yet under way."""
        if self.basis == Basis.INDIVIDUAL_ASSESSMENT:
            return _("Individual assessment")
        return str(self.basis.label)


def proposal_for(member: TeamMember) -> Proposal:
    """Apply the rule of the programme page to what the application says about a person."""
    if member.education == EducationLevel.THREE_YEARS:
        return Proposal(
            Basis.QUALIFIED, _("Three years or more of higher education fulfil the admission requirement.")
        )
    if member.education == EducationLevel.ONE_OR_TWO and member.experience_years >= EXPERIENCE_YEARS_MIN:
        return Proposal(
            Basis.INDIVIDUAL_ASSESSMENT,
            _(
                "One to two years of higher education together with at least one year of relevant work"
                " experience may be enough: the school assesses the person individually."
            ),
        )
    if member.education == EducationLevel.ONE_OR_TWO:
        return Proposal(
            Basis.COURSE_PARTICIPANT,
            _(
                "One to two years of higher education without relevant work experience do not fulfil the"
                " admission requirement. The person may take part as a course participant."
            ),
        )
    return Proposal(
        Basis.COURSE_PARTICIPANT,
        _(
            "Less than one year of higher education does not fulfil the admission requirement."
            " The person may take part as a course participant."
        ),
    )


def is_individual(proposal: str, outcome: str) -> bool:
    """Whether a decision is a matter of judgement: the rule asks for it, or the decision departs from it."""
    return proposal == Basis.INDIVIDUAL_ASSESSMENT or outcome != proposal


def consequence(outcome: str) -> str:
    """What a decision means for the person, to be said before anybody accepts a place."""
    if outcome == Basis.COURSE_PARTICIPANT:
        return _("Takes part in everything, cannot sit the exam, and receives a certificate without credits.")
    return _("Is a student, may sit the exam, and can earn 30 credits.")


def assessed_digest(member: TeamMember) -> str:
    """SHA-256 of what a person is assessed on, in hex. Reads the relation `documents`."""
    said = [getattr(member, field) for field in ASSESSED_FIELDS]
    documents = sorted(document.digest for document in member.documents.all())
    return sha256(json.dumps([said, documents], ensure_ascii=False).encode()).hexdigest()


def is_outdated(member: TeamMember) -> bool:
    """Whether the last decision on a person, also one that waits for approval, was made on something else.

    An assessment without a digest is older than this question, and is taken to hold. Reads the relations
    `assessments` and `documents`.
    """
    standing = [each for each in member.assessments.all() if each.discarded_at is None]
    return bool(standing) and standing[-1].content_digest not in ("", assessed_digest(member))
