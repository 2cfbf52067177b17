from django.urls import URLPattern, path

from assessment.views.exam import corrections, grading, orals, publishing
from cohorts.urls.cohorts import COHORT

PAPER = "grading/<slug:code>/"
EXAM = f"{COHORT}exams/<int:number>/"
ORALS = f"{EXAM}orals/"

urlpatterns: list[URLPattern] = [
    path("grading/", grading.to_grade, name="grading"),
    path(PAPER, grading.paper, name="grading_paper"),
    path(f"{PAPER}autosave/", grading.autosave, name="grading_autosave"),
    path(f"{PAPER}oral/", grading.note_oral, name="grading_oral"),
    path(f"{PAPER}<slug:key>/", grading.deed, name="grading_deed"),
    path(ORALS, orals.orals, name="orals"),
    path(f"{ORALS}plan/", orals.plan, name="orals_plan"),
    path(f"{ORALS}tell/", orals.tell, name="orals_tell"),
    path(f"{ORALS}<slug:code>/", orals.place, name="oral"),
    path(f"{ORALS}<slug:code>/call-off/", orals.call_off, name="oral_call_off"),
    path(f"{EXAM}progress/", publishing.progress, name="exam_progress"),
    path(f"{EXAM}progress/publish/", publishing.publish, name="exam_publish"),
    path(f"{EXAM}grades/", publishing.grades, name="exam_grades"),
    path("grades/<int:pk>/correction/", corrections.correction, name="grade_correction"),
    path("grades/<int:pk>/correction/<slug:deed>/", corrections.deed, name="grade_correction_deed"),
]
