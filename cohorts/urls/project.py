from django.urls import URLPattern, path

from cohorts.urls.cohorts import TEAM
from cohorts.views import files, project

urlpatterns: list[URLPattern] = [
    path(f"{TEAM}project/", project.project, name="project"),
    path(f"{TEAM}project/history/", project.problem_history, name="problem_history"),
    path(f"{TEAM}project/texts/<slug:section>/", project.section, name="project_section"),
    path(f"{TEAM}project/<slug:kind>/add/", project.part_add, name="project_part_add"),
    path(f"{TEAM}project/<slug:kind>/<int:pk>/", project.part, name="project_part"),
    path(f"{TEAM}project/<slug:kind>/<int:pk>/remove/", project.part_remove, name="project_part_remove"),
    path(f"{TEAM}log/", files.log, name="log"),
    path(f"{TEAM}files/add/", files.file_add, name="team_file_add"),
    path(f"{TEAM}files/<int:pk>/", files.file, name="team_file"),
    path(f"{TEAM}files/<int:pk>/remove/", files.file_remove, name="team_file_remove"),
    path(f"{TEAM}files/<int:pk>/<int:number>/", files.file_version, name="team_file_version"),
]
