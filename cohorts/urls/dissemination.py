from django.urls import URLPattern, path

from cohorts.urls.cohorts import TEAM
from cohorts.views import dissemination, library

PROJECT = "projects/<slug:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{TEAM}dissemination/", dissemination.dissemination, name="dissemination"),
    path(f"{TEAM}public-page/", dissemination.team_page, name="team_page"),
    path(f"{TEAM}public-page/edit/", dissemination.team_page_edit, name="team_page_edit"),
    path(f"{TEAM}public-page/<slug:key>/", dissemination.page_deed, name="page_deed"),
    path("library/", library.library, name="library"),
    path(PROJECT, library.public_project, name="public_project"),
    path(f"{PROJECT}municipality/", library.municipality_page, name="municipality_page"),
    path(f"{PROJECT}municipality/<slug:key>/", library.municipality_deed, name="municipality_deed"),
]
