from django.urls import URLPattern, path

from assessment.views.exam import course, exams, people

EXAMS = "cohorts/<slug:slug>/exams/"
EXAM = f"{EXAMS}<int:number>/"
OWN = "course/<slug:slug>/exam/"

urlpatterns: list[URLPattern] = [
    path(EXAMS, exams.exams, name="exams"),
    path(f"{EXAMS}add/", exams.add, name="exam_add"),
    path(EXAM, people.candidates, name="exam"),
    path(f"{EXAM}export.<str:kind>", people.candidates_export, name="exam_export"),
    path(f"{EXAM}settings/", exams.settings, name="exam_settings"),
    path(f"{EXAM}settings/change/", exams.change, name="exam_change"),
    path(f"{EXAM}lock/", exams.lock, name="exam_lock"),
    path(f"{EXAM}deeds/<str:deed>/", exams.exam_deed, name="exam_deed"),
    path(f"{EXAM}changes/", people.changes, name="exam_changes"),
    path(f"{EXAM}people/<int:pk>/", people.person_page, name="exam_person"),
    path(f"{EXAM}people/<int:pk>/<str:deed>/", people.person_deed, name="exam_person_deed"),
    path(OWN, course.own, name="course_exam"),
    path(f"{OWN}<int:number>/<str:deed>/", course.own_deed, name="course_exam_deed"),
]
