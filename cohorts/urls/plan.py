from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, COURSE
from cohorts.views.plan import items, materials, outcomes, plan, programme, sessions

PLAN = f"{COHORT}plan/"
SESSION = f"{PLAN}sessions/<int:pk>/"
ITEM = f"{PLAN}items/<int:pk>/"
OUTCOME = f"{PLAN}coverage/outcomes/<int:pk>/"
PROGRAMME = "programme/<slug:slug>/"

urlpatterns: list[URLPattern] = [
    path(PLAN, plan.plan, name="plan"),
    path(f"{PLAN}make/", plan.plan_make, name="plan_make"),
    path(f"{PLAN}copy/", plan.plan_copy, name="plan_copy"),
    path(f"{PLAN}programme/<slug:key>/", plan.plan_deed, name="plan_deed"),
    path(f"{PLAN}sessions/add/", sessions.session_add, name="session_add"),
    path(SESSION, sessions.plan_session, name="plan_session"),
    path(f"{SESSION}change/", sessions.session_edit, name="session_edit"),
    path(f"{SESSION}remove/", sessions.session_remove, name="session_remove"),
    path(f"{SESSION}items/add/", items.item_add, name="item_add"),
    path(ITEM, items.item_edit, name="item_edit"),
    path(f"{ITEM}remove/", items.item_remove, name="item_remove"),
    path(f"{ITEM}material/", materials.material_add, name="material_add"),
    path(f"{PLAN}material/<int:pk>/<slug:key>/", materials.material_deed, name="material_deed"),
    path("course/material/<int:pk>/", materials.material, name="material"),
    path(f"{PLAN}coverage/", outcomes.coverage, name="coverage"),
    path(f"{PLAN}coverage/outcomes/add/", outcomes.outcome_add, name="outcome_add"),
    path(OUTCOME, outcomes.outcome_edit, name="outcome_edit"),
    path(f"{OUTCOME}remove/", outcomes.outcome_remove, name="outcome_remove"),
    path(f"{COURSE}programme/", programme.course_programme, name="course_programme"),
    path(PROGRAMME, programme.programme, name="programme"),
    path(f"{PROGRAMME}<int:number>.ics", programme.programme_ics, name="programme_ics"),
]
