"""`{% load exam %}`: the tabs of one exam, and a candidate's state as they may know it."""

from typing import Any

from django import template

from assessment.models import Candidate, Exam
from assessment.models.exam.registration import told_state
from assessment.views.exam import tabs
from cohorts.navigation import Tab

register = template.Library()


@register.simple_tag(takes_context=True)
def exam_tabs(context: dict[str, Any], exam: Exam) -> list[Tab]:
    """`{% exam_tabs exam as pages %}`"""
    return list(tabs.tabs(exam, context["request"].path))


@register.filter
def told(candidate: Candidate) -> str:
    """`{{ candidate|told }}`: what the candidate may know of how far they have come."""
    return told_state(candidate)
