from cohorts.models.cohort import Cohort, Instructor
from cohorts.models.session import Half, Halves, Session, SessionDay
from cohorts.models.team import Participant, Team

__all__ = [
    "Cohort",
    "Half",
    "Halves",
    "Instructor",
    "Participant",
    "Session",
    "SessionDay",
    "Team",
]
