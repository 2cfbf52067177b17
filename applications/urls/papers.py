from django.urls import URLPattern, path

from applications.views import papers

APPLICATION = "applications/<slug:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{APPLICATION}paper/", papers.paper, name="paper"),
    path(f"{APPLICATION}paper/<slug:language>/", papers.paper_text, name="paper_text"),
    path(f"{APPLICATION}paper/<slug:language>/file.<slug:kind>", papers.paper_file, name="paper_file"),
    path(f"{APPLICATION}outcome/", papers.outcome, name="outcome"),
]
