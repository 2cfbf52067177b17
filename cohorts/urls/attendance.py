from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, COURSE, TEAM
from cohorts.views.attendance import matrix, own, person, register

HALF = "<int:day>/<slug:half>/"

urlpatterns: list[URLPattern] = [
    path(f"{COHORT}attendance/", matrix.attendance, name="attendance"),
    path(f"{COHORT}attendance/export.<str:kind>", matrix.attendance_export, name="attendance_export"),
    path(f"{COHORT}attendance/days/", register.attendance_days, name="attendance_days"),
    path(f"{COHORT}attendance/{HALF}", register.attendance_register, name="attendance_register"),
    path(f"{COHORT}attendance/{HALF}undo/", register.attendance_undo, name="attendance_undo"),
    path(f"{COHORT}attendance/people/<int:pk>/", person.attendance_person, name="attendance_person"),
    path(f"{COHORT}attendance/people/<int:pk>/{HALF}", person.attendance_correct, name="attendance_correct"),
    path(f"{TEAM}attendance/", matrix.team_attendance, name="team_attendance"),
    path(f"{COURSE}attendance/", own.own_attendance, name="own_attendance"),
    path(f"{COURSE}attendance/sessions/<int:number>/", own.apology, name="apology"),
    path(
        f"{COURSE}attendance/apologies/<int:pk>/take-back/", own.apology_take_back, name="apology_take_back"
    ),
]
