from applications.models.application import (
    ApplicantMunicipality,
    Application,
    Guarantee,
    MunicipalityRole,
    PoliticalOutcome,
    StepDraft,
    Submission,
)
from applications.models.draw import DrawRound, Outcome, OutcomeKind, QuotaChoice, SourceValue
from applications.models.intake import Dimension, Intake, Quota, Season
from applications.models.review import Assessment, InformationRequest, Part
from applications.models.team import Document, EducationLevel, RoleType, Sector, TeamMember

__all__ = [
    "ApplicantMunicipality",
    "Application",
    "Assessment",
    "Dimension",
    "Document",
    "DrawRound",
    "EducationLevel",
    "Guarantee",
    "InformationRequest",
    "Intake",
    "MunicipalityRole",
    "Outcome",
    "OutcomeKind",
    "Part",
    "PoliticalOutcome",
    "Quota",
    "QuotaChoice",
    "RoleType",
    "Season",
    "Sector",
    "SourceValue",
    "StepDraft",
    "Submission",
    "TeamMember",
]
