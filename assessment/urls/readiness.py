from django.urls import URLPattern, path

from assessment.views import progress, readiness
from cohorts.urls.cohorts import COHORT, COURSE, TEAM

urlpatterns: list[URLPattern] = [
    path(f"{COURSE}readiness/", readiness.own, name="readiness"),
    path(f"{TEAM}readiness/", readiness.team, name="team_readiness"),
    path(f"{COHORT}progress/", progress.progress, name="progress"),
    path(f"{COHORT}progress/export.<str:kind>", progress.progress_export, name="progress_export"),
    path(f"{COHORT}progress/rule/", progress.readiness_rule, name="readiness_rule"),
    path(f"{COHORT}progress/<int:pk>/", readiness.of_participant, name="participant_readiness"),
]
