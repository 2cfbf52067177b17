from applications.models.appeal import Appeal
from applications.models.application import (
    ApplicantMunicipality,
    Application,
    Guarantee,
    MunicipalityRole,
    PoliticalOutcome,
    StepDraft,
    Submission,
)
from applications.models.call import Interest, InternalCall
from applications.models.decision import Decision, DecisionKind, Letter, Release
from applications.models.draw import DrawRound, Outcome, OutcomeKind, QuotaChoice, SourceValue
from applications.models.fees import CourseFee, FeeRate, SemesterFee
from applications.models.intake import Dimension, Intake, Quota, Season
from applications.models.offer import LateFilling, Offer, Place, Promotion, PromotionRule
from applications.models.paper import CasePaper, PaperLanguage
from applications.models.review import Assessment, InformationRequest, Part
from applications.models.team import Document, EducationLevel, RoleType, Sector, TeamMember

__all__ = [
    "Appeal",
    "ApplicantMunicipality",
    "Application",
    "Assessment",
    "CasePaper",
    "CourseFee",
    "Decision",
    "DecisionKind",
    "Dimension",
    "Document",
    "DrawRound",
    "EducationLevel",
    "FeeRate",
    "Guarantee",
    "InformationRequest",
    "Intake",
    "Interest",
    "InternalCall",
    "LateFilling",
    "Letter",
    "MunicipalityRole",
    "Offer",
    "Outcome",
    "OutcomeKind",
    "PaperLanguage",
    "Part",
    "Place",
    "PoliticalOutcome",
    "Promotion",
    "PromotionRule",
    "Quota",
    "QuotaChoice",
    "Release",
    "RoleType",
    "Season",
    "Sector",
    "SemesterFee",
    "SourceValue",
    "StepDraft",
    "Submission",
    "TeamMember",
]
