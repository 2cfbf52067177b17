from django.urls import URLPattern, path

from cohorts.views import cohorts

COHORT = "cohorts/<slug:slug>/"
TEAM = "teams/<slug:reference>/"
COURSE = "course/<slug:slug>/"

urlpatterns: list[URLPattern] = [
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path(COHORT, cohorts.cohort, name="cohort"),
    path(TEAM, cohorts.team, name="team"),
    path("course/", cohorts.courses, name="courses"),
    path(COURSE, cohorts.course, name="course"),
]
