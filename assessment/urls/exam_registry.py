from django.urls import URLPattern, path

from assessment.views import statistics
from assessment.views.exam import registry
from cohorts.urls.cohorts import COHORT

REGISTRY = f"{COHORT}exams/<int:number>/registry/"
SHEET = f"{REGISTRY}<int:sheet>/"

urlpatterns: list[URLPattern] = [
    path(REGISTRY, registry.registry, name="registry"),
    path(f"{REGISTRY}make/", registry.registry_make, name="registry_make"),
    path(SHEET, registry.registry_sheet, name="registry_sheet"),
    path(f"{SHEET}results.<str:kind>", registry.registry_sheet_export, name="registry_sheet_export"),
    path(f"{SHEET}compare/", registry.registry_compare, name="registry_compare"),
    path(f"{COHORT}statistics/", statistics.cohort_statistics, name="cohort_statistics"),
    path(f"{COHORT}statistics/release/", statistics.statistics_release, name="statistics_release"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/statistics.json", statistics.statistics_json, name="statistics_json"),
    path("statistics/statistics.csv", statistics.statistics_csv, name="statistics_csv"),
    path("statistics/<slug:slug>/", statistics.released_statistics, name="released_statistics"),
]
