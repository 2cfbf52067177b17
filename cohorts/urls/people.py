from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, TEAM
from cohorts.views import administration, cohorts, people

urlpatterns: list[URLPattern] = [
    path("admin/intakes/<slug:slug>/cohort/", administration.cohort_make, name="cohort_make"),
    path(f"{COHORT}teams.<str:kind>", cohorts.teams_export, name="teams_export"),
    path(f"{COHORT}do/<slug:deed>/", administration.cohort_deed, name="cohort_deed"),
    path(f"{COHORT}settings/", administration.settings, name="settings"),
    path(f"{COHORT}settings/instructor/", administration.instructor_add, name="instructor_add"),
    path(
        f"{COHORT}settings/instructor/<int:pk>/remove/",
        administration.instructor_remove,
        name="instructor_remove",
    ),
    path(f"{TEAM}do/<slug:deed>/", people.team_deed, name="team_deed"),
    path(f"{TEAM}people/<int:pk>/<slug:deed>/", people.person_deed, name="person_deed"),
]
