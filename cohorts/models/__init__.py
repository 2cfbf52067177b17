from cohorts.models.attendance import Apology, Attendance
from cohorts.models.cohort import Cohort, Instructor
from cohorts.models.contributions import (
    Contribution,
    ContributionRule,
    PeerPair,
    PeerQuestion,
    PeerRound,
)
from cohorts.models.dissemination import LibraryEntry, PageAnswer, Presentation, PresentationKind
from cohorts.models.employer import Consent
from cohorts.models.files import FileVersion, LogEntry, TeamFile
from cohorts.models.programme import Domain, ItemKind, LearningOutcome, Material, Pillar, ProgrammeItem
from cohorts.models.project import (
    ExpectedValue,
    Force,
    ForceKind,
    GapNote,
    ProblemVersion,
    Project,
    ProjectPart,
    Risk,
    Stakeholder,
)
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
from cohorts.models.supervision import (
    Booking,
    Slot,
    StaffNote,
    Supervision,
    SupervisionRule,
    Supervisor,
)
from cohorts.models.team import Participant, Team

__all__ = [
    "Apology",
    "Attendance",
    "Booking",
    "Cohort",
    "Consent",
    "Contribution",
    "ContributionRule",
    "Diet",
    "Domain",
    "ExpectedValue",
    "FileVersion",
    "Force",
    "ForceKind",
    "GapNote",
    "Half",
    "Halves",
    "Instructor",
    "ItemKind",
    "LearningOutcome",
    "LibraryEntry",
    "LogEntry",
    "Material",
    "PageAnswer",
    "Participant",
    "PeerPair",
    "PeerQuestion",
    "PeerRound",
    "Pillar",
    "Presentation",
    "PresentationKind",
    "ProblemVersion",
    "ProgrammeItem",
    "Project",
    "ProjectPart",
    "Risk",
    "RoomWish",
    "Session",
    "SessionDay",
    "Slot",
    "Speaker",
    "SpeakerFile",
    "StaffNote",
    "Stakeholder",
    "StudyTour",
    "Supervision",
    "SupervisionRule",
    "Supervisor",
    "Team",
    "TeamFile",
    "TourBed",
    "TourEntry",
    "TourNeeds",
    "TourRoom",
    "TourSignUp",
]
