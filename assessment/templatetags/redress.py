"""`{% load redress %}`: what the pages about explanations and appeals ask for."""

from django import template

from assessment.models import Grade, GradeAppeal
from assessment.models.exam.periods import Clock
from assessment.models.exam.rights import Rights, explained
from cohorts.models import Participant

register = template.Library()


@register.filter
def why(clock: Clock) -> str:
    """`{{ clock|why }}`: how the last day comes about."""
    return explained(clock)


@register.filter
def obstacle(rights: Rights, kind: str) -> str:
    """`{{ rights|obstacle:"grade" }}`: why no appeal of the kind can be sent; empty when one can."""
    return rights.obstacle_to_appealing(kind)


@register.filter
def answer_to(appeal: GradeAppeal, participant: Participant) -> str:
    """`{{ appeal|answer_to:participant }}`: of a group's appeal, what it did to this person's grade."""
    if appeal.outcome == GradeAppeal.Outcome.CHANGED:
        mine = Grade.objects.filter(appeal=appeal, candidate__participant=participant)
        if not mine.exists():
            return str(GradeAppeal.Outcome.KEPT.label)
    return str(appeal.get_outcome_display())
