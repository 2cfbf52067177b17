from cohorts.urls import cohorts

app_name = "cohorts"
urlpatterns = [
    *cohorts.urlpatterns,
]
