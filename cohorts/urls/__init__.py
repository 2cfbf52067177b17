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
    supervision,
)

app_name = "cohorts"
urlpatterns = [
    *cohorts.urlpatterns,
    *people.urlpatterns,
    *speakers.urlpatterns,
    *attendance.urlpatterns,
    *employer.urlpatterns,
    *project.urlpatterns,
    *dissemination.urlpatterns,
    *plan.urlpatterns,
    *supervision.urlpatterns,
    *contributions.urlpatterns,
]
