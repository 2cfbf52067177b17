"""What waits for a person in this story, for the home page; assessment.apps registers QUESTIONS."""

from assessment.waiting import (
    exam_corrections,
    exam_grading,
    exam_paper,
    exam_redress,
    exam_registration,
    exam_registry,
)
from assessment.waiting.certificates import certificate_waits
from assessment.waiting.requirements import requirement_waits

QUESTIONS = (
    requirement_waits,
    certificate_waits,
    *exam_registration.QUESTIONS,
    *exam_paper.QUESTIONS,
    *exam_grading.QUESTIONS,
    *exam_redress.QUESTIONS,
    *exam_corrections.QUESTIONS,
    *exam_registry.QUESTIONS,
)
