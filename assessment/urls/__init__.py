from assessment.urls import readiness

app_name = "assessment"
urlpatterns = [
    *readiness.urlpatterns,
]
