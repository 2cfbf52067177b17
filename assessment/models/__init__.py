from assessment.models.deliveries import Delivery, DeliveryDraft, DeliveryFile, DeliveryMember, Statement
from assessment.models.readiness_rule import ReadinessRule
from assessment.models.requirements import RequirementRule, TeamRequirement, WorkRequirement
from assessment.models.results import Assessment, CatchUp, Override, OverrideKind, Result, Way

__all__ = [
    "Assessment",
    "CatchUp",
    "Delivery",
    "DeliveryDraft",
    "DeliveryFile",
    "DeliveryMember",
    "Override",
    "OverrideKind",
    "ReadinessRule",
    "RequirementRule",
    "Result",
    "Statement",
    "TeamRequirement",
    "Way",
    "WorkRequirement",
]
