from django.urls import URLPattern, path

from assessment.views.exam import appeals, explaining, grade, regrading
from cohorts.urls.cohorts import COHORT, COURSE

OWN = f"{COURSE}exam/<int:number>/grade/rights/"
APPEALS = f"{COHORT}exams/<int:number>/appeals/"

urlpatterns: list[URLPattern] = [
    path(OWN, grade.rights_page, name="grade_rights"),
    path(f"{OWN}<str:deed>/", grade.deed, name="grade_deed"),
    path(APPEALS, appeals.appeals, name="exam_appeals"),
    path(f"{APPEALS}<int:pk>/", appeals.case, name="exam_appeal"),
    path(f"{APPEALS}<int:pk>/examiners/", appeals.examiners, name="exam_appeal_examiners"),
    path(f"{APPEALS}<int:pk>/<str:deed>/", appeals.deed, name="exam_appeal_deed"),
    path("explanations/<int:pk>/", explaining.explanation, name="explanation"),
    path("regrading/<int:pk>/", regrading.regrading, name="regrading"),
    path("regrading/<int:pk>/agree/", regrading.agree, name="regrading_agree"),
    path("regrading/<int:pk>/oral/", regrading.oral, name="regrading_oral"),
    path("regrading/<int:pk>/oral/confirm/", regrading.oral_confirm, name="regrading_oral_confirm"),
]
