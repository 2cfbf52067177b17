from assessment.models.exam.candidates import Candidate
from assessment.models.exam.corrections import GradeCorrection
from assessment.models.exam.exam import ConflictOfInterest, Exam, Examiner, Guidelines
from assessment.models.exam.grades import Grade, GradeSource
from assessment.models.exam.grading import (
    Mark,
    Oral,
    OralExaminer,
    OralResult,
    PaperGrade,
    ProvisionalGrade,
)
from assessment.models.exam.papers import Appointment, Paper, PaperDelivery, PaperFile
from assessment.models.exam.redress import AppealCandidate, Explanation, GradeAppeal

__all__ = [
    "AppealCandidate",
    "Appointment",
    "Candidate",
    "ConflictOfInterest",
    "Exam",
    "Examiner",
    "Explanation",
    "Grade",
    "GradeAppeal",
    "GradeCorrection",
    "GradeSource",
    "Guidelines",
    "Mark",
    "Oral",
    "OralExaminer",
    "OralResult",
    "Paper",
    "PaperDelivery",
    "PaperFile",
    "PaperGrade",
    "ProvisionalGrade",
]
