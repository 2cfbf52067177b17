from cohorts.urls import attendance, cohorts, employer, people, speakers

app_name = "cohorts"
urlpatterns = [
    *cohorts.urlpatterns,
    *people.urlpatterns,
    *speakers.urlpatterns,
    *attendance.urlpatterns,
    *employer.urlpatterns,
]
