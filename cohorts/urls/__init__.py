from cohorts.urls import attendance, cohorts, dissemination, employer, people, plan, project, speakers

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
]
