from assessment.urls import (
    certificates,
    exam_grading,
    exam_paper,
    exam_redress,
    exam_registration,
    exam_registry,
    readiness,
    requirements,
)

app_name = "assessment"
urlpatterns = [
    *certificates.urlpatterns,
    *readiness.urlpatterns,
    *requirements.urlpatterns,
    *exam_paper.urlpatterns,
    *exam_grading.urlpatterns,
    *exam_redress.urlpatterns,
    *exam_registry.urlpatterns,
    *exam_registration.urlpatterns,  # after the others: a deed on one's own exam may have any name
]
