from cohorts.urls import attendance, cohorts, employer, speakers

app_name = "cohorts"
urlpatterns = [
    *cohorts.urlpatterns,
    *speakers.urlpatterns,
    *attendance.urlpatterns,
    *employer.urlpatterns,
]
