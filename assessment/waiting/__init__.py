"""What waits for a person in this story, for the home page; assessment.apps registers QUESTIONS."""

from assessment.waiting.requirements import requirement_waits

QUESTIONS = (requirement_waits,)
