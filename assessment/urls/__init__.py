from assessment.urls import certificates, exam_paper, exam_registration, readiness, requirements

app_name = "assessment"
urlpatterns = [
    *certificates.urlpatterns,
    *readiness.urlpatterns,
    *requirements.urlpatterns,
    *exam_registration.urlpatterns,
    *exam_paper.urlpatterns,
]
