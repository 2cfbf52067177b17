"""What waits for a person in this story, for the home page; assessment.apps registers QUESTIONS."""

from innoskole.accounts.waiting import Question

QUESTIONS: tuple[Question, ...] = ()
