from cohorts.models.cohort import Cohort, Instructor
from cohorts.models.programme import Domain, ItemKind, LearningOutcome, Material, Pillar, ProgrammeItem
from cohorts.models.session import Half, Halves, Session, SessionDay
from cohorts.models.team import Participant, Team

__all__ = [
    "Cohort",
    "Domain",
    "Half",
    "Halves",
    "Instructor",
    "ItemKind",
    "LearningOutcome",
    "Material",
    "Participant",
    "Pillar",
    "ProgrammeItem",
    "Session",
    "SessionDay",
    "Team",
]
