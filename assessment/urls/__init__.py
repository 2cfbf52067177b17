from assessment.urls import (
    certificates,
    exam_paper,
    exam_registration,
    exam_redress,
    exam_registry,
    readiness,
    requirements,
)

app_name = "assessment"
urlpatterns = [
    *certificates.urlpatterns,
    *readiness.urlpatterns,
    *requirements.urlpatterns,
    *exam_registration.urlpatterns,
    *exam_paper.urlpatterns,
    *exam_redress.urlpatterns,
    *exam_registry.urlpatterns,
]
