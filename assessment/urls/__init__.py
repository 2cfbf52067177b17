from assessment.urls import readiness, requirements

app_name = "assessment"
urlpatterns = [
    *readiness.urlpatterns,
    *requirements.urlpatterns,
]
