"""The machines of an exam: the sitting, each candidate, and what may follow a grade.

Before registration a candidate is not ready, ready or, as a course participant, not concerned: that is
reckoned from the evidence (assessment.models.readiness) and never stored.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from applications.states import Moves


class ExamState(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open for registration")
    LOCKED = "locked", _("List of candidates locked")
    GRADING = "grading", _("Grading")
    PUBLISHED = "published", _("Grades published")


EXAM_TRANSITIONS: Moves = {
    ExamState.PLANNED: frozenset({ExamState.OPEN}),
    ExamState.OPEN: frozenset({ExamState.LOCKED}),
    # Reopened with a reason, until somebody has delivered.
    ExamState.LOCKED: frozenset({ExamState.GRADING, ExamState.OPEN}),
    ExamState.GRADING: frozenset({ExamState.PUBLISHED}),
    ExamState.PUBLISHED: frozenset(),
}


class CandidateState(TextChoices):
    OPTED_OUT = "opted_out", _("Takes no exam")
    REGISTERED = "registered", _("Registered for the exam")
    DEREGISTERED = "deregistered", _("Deregistered")
    ABSENT = "absent", _("Absent")
    VALID_ABSENCE = "valid_absence", _("Absent with a valid reason")
    DELIVERED = "delivered", _("Paper delivered")
    PAPER_GRADED = "paper_graded", _("Paper graded")
    ORAL_HELD = "oral_held", _("Oral held")
    GRADE_SET = "grade_set", _("Grade set")
    PUBLISHED = "published", _("Grade published")
    FINAL = "final", _("Grade final")


# What nobody but the examiners may learn before publication: a candidate's state tells how far grading is.
SECRET_STATES = (CandidateState.PAPER_GRADED, CandidateState.ORAL_HELD, CandidateState.GRADE_SET)
# Those who sit the exam, and have not been absent.
SITTING = (
    CandidateState.REGISTERED,
    CandidateState.DELIVERED,
    CandidateState.PAPER_GRADED,
    CandidateState.ORAL_HELD,
    CandidateState.GRADE_SET,
    CandidateState.PUBLISHED,
    CandidateState.FINAL,
)
# Those whose attempt is spent: absence without a valid reason counts as one.
SPENT = (*SITTING[1:], CandidateState.ABSENT)

CANDIDATE_TRANSITIONS: Moves = {
    CandidateState.OPTED_OUT: frozenset({CandidateState.REGISTERED}),
    CandidateState.REGISTERED: frozenset(
        {
            CandidateState.DEREGISTERED,
            CandidateState.OPTED_OUT,
            CandidateState.ABSENT,
            CandidateState.VALID_ABSENCE,
            CandidateState.DELIVERED,
        }
    ),
    CandidateState.DEREGISTERED: frozenset({CandidateState.REGISTERED, CandidateState.OPTED_OUT}),
    # A document that proves the reason comes later; or the examiners noted the wrong person at the oral.
    CandidateState.ABSENT: frozenset({CandidateState.VALID_ABSENCE, CandidateState.PAPER_GRADED}),
    CandidateState.VALID_ABSENCE: frozenset({CandidateState.ABSENT}),
    CandidateState.DELIVERED: frozenset({CandidateState.PAPER_GRADED}),
    CandidateState.PAPER_GRADED: frozenset(
        {CandidateState.ORAL_HELD, CandidateState.ABSENT, CandidateState.VALID_ABSENCE}
    ),
    # Corrected before publication.
    CandidateState.ORAL_HELD: frozenset({CandidateState.GRADE_SET, CandidateState.PAPER_GRADED}),
    CandidateState.GRADE_SET: frozenset({CandidateState.PUBLISHED, CandidateState.ORAL_HELD}),
    CandidateState.PUBLISHED: frozenset({CandidateState.FINAL}),
    # A late appeal that is taken up, or a typing error that is corrected.
    CandidateState.FINAL: frozenset({CandidateState.PUBLISHED}),
}


class ExplanationState(TextChoices):
    ASKED = "asked", _("Asked for")
    GIVEN = "given", _("Given")
    WITHDRAWN = "withdrawn", _("Withdrawn")


EXPLANATION_TRANSITIONS: Moves = {
    ExplanationState.ASKED: frozenset({ExplanationState.GIVEN, ExplanationState.WITHDRAWN}),
    ExplanationState.GIVEN: frozenset(),
    ExplanationState.WITHDRAWN: frozenset(),
}


class GradeAppealState(TextChoices):
    RECEIVED = "received", _("Received")
    REGRADING = "regrading", _("With new examiners")
    THIRD_ASSESSMENT = "third_assessment", _("With an examiner more")
    NEW_ORAL = "new_oral", _("A new oral waits")
    DECIDED = "decided", _("Decided")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Until then the grade that is appealed against stands, and the appeal can be withdrawn.
UNDECIDED = (
    GradeAppealState.RECEIVED,
    GradeAppealState.REGRADING,
    GradeAppealState.THIRD_ASSESSMENT,
    GradeAppealState.NEW_ORAL,
)

GRADE_APPEAL_TRANSITIONS: Moves = {
    GradeAppealState.RECEIVED: frozenset(
        {
            GradeAppealState.REGRADING,
            # A formal fault is decided by the school, without new examiners.
            GradeAppealState.DECIDED,
            GradeAppealState.DISMISSED,
            GradeAppealState.WITHDRAWN,
        }
    ),
    GradeAppealState.REGRADING: frozenset(
        {
            GradeAppealState.THIRD_ASSESSMENT,
            GradeAppealState.NEW_ORAL,
            GradeAppealState.DECIDED,
            GradeAppealState.WITHDRAWN,
        }
    ),
    GradeAppealState.THIRD_ASSESSMENT: frozenset({GradeAppealState.NEW_ORAL, GradeAppealState.DECIDED}),
    GradeAppealState.NEW_ORAL: frozenset({GradeAppealState.DECIDED}),
    GradeAppealState.DECIDED: frozenset(),
    GradeAppealState.DISMISSED: frozenset(),
    GradeAppealState.WITHDRAWN: frozenset(),
}

# Until its examiners have agreed: a candidate can withdraw, and somebody of the group can join.
WITHDRAWABLE = tuple(
    state for state, to in GRADE_APPEAL_TRANSITIONS.items() if GradeAppealState.WITHDRAWN in to
)


class CorrectionState(TextChoices):
    ASKED = "asked", _("Waits for another person")
    MADE = "made", _("Made")
    TURNED_DOWN = "turned_down", _("Turned down")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CORRECTION_TRANSITIONS: Moves = {
    CorrectionState.ASKED: frozenset(
        {CorrectionState.MADE, CorrectionState.TURNED_DOWN, CorrectionState.WITHDRAWN}
    ),
    CorrectionState.MADE: frozenset(),
    CorrectionState.TURNED_DOWN: frozenset(),
    CorrectionState.WITHDRAWN: frozenset(),
}

MACHINES: Mapping[str, tuple[type[TextChoices], Moves]] = {
    "Exam": (ExamState, EXAM_TRANSITIONS),
    "Candidate of an exam": (CandidateState, CANDIDATE_TRANSITIONS),
    "Explanation of a grade": (ExplanationState, EXPLANATION_TRANSITIONS),
    "Appeal against a grade": (GradeAppealState, GRADE_APPEAL_TRANSITIONS),
    "Correction of a grade": (CorrectionState, CORRECTION_TRANSITIONS),
}
