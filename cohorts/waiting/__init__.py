"""What waits for a person in a cohort's year, for the home page; cohorts.apps registers QUESTIONS."""

from cohorts.waiting.attendance import attendance_waits
from cohorts.waiting.cohorts import cohort_waits
from cohorts.waiting.contributions import contribution_waits
from cohorts.waiting.dissemination import public_page_waits
from cohorts.waiting.speakers import speaker_waits
from cohorts.waiting.study_tour import study_tour_waits
from cohorts.waiting.supervision import supervision_waits

QUESTIONS = (
    attendance_waits,
    cohort_waits,
    speaker_waits,
    study_tour_waits,
    public_page_waits,
    supervision_waits,
    contribution_waits,
)
