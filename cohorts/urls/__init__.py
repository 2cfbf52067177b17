from cohorts.urls import (
    attendance,
    cohorts,
    contributions,
    dissemination,
    employer,
    people,
    plan,
    project,
    speakers,
    study_tour,
    supervision,
)

app_name = "cohorts"
urlpatterns = [
    *cohorts.urlpatterns,
    *people.urlpatterns,
    *speakers.urlpatterns,
    *study_tour.urlpatterns,
    *attendance.urlpatterns,
    *employer.urlpatterns,
    *project.urlpatterns,
    *dissemination.urlpatterns,
    *plan.urlpatterns,
    *supervision.urlpatterns,
    *contributions.urlpatterns,
]
