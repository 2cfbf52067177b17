from cohorts.models.attendance import Apology, Attendance
from cohorts.models.cohort import Cohort, Instructor
from cohorts.models.employer import Consent
from cohorts.models.programme import Domain, ItemKind, LearningOutcome, Material, Pillar, ProgrammeItem
from cohorts.models.session import Half, Halves, Session, SessionDay
from cohorts.models.speakers import Speaker, SpeakerFile
from cohorts.models.study_tour import (
    Diet,
    RoomWish,
    StudyTour,
    TourBed,
    TourEntry,
    TourNeeds,
    TourRoom,
    TourSignUp,
)
from cohorts.models.team import Participant, Team

__all__ = [
    "Apology",
    "Attendance",
    "Cohort",
    "Consent",
    "Diet",
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
    "RoomWish",
    "Session",
    "SessionDay",
    "Speaker",
    "SpeakerFile",
    "StudyTour",
    "Team",
    "TourBed",
    "TourEntry",
    "TourNeeds",
    "TourRoom",
    "TourSignUp",
]
