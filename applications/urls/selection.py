from django.urls import URLPattern, path

from applications.views import draw
from applications.views.selection import deeds, freezing, overview, what_if

OF_INTAKE = "admin/intakes/<slug:slug>/selection"

urlpatterns: list[URLPattern] = [
    path("intakes/<slug:slug>/draw/", draw.draw, name="draw"),
    path("intakes/<slug:slug>/draw/<int:number>/<str:name>", draw.draw_file, name="draw_file"),
    path("draw/verify.py", draw.verifier, name="verifier"),
    path(f"{OF_INTAKE}/", overview.selection, name="selection"),
    path(f"{OF_INTAKE}/what-if/", what_if.selection_what_if, name="selection_what_if"),
    path(f"{OF_INTAKE}/freeze/", freezing.selection_freeze, name="selection_freeze"),
    path(f"{OF_INTAKE}/no-draw/", deeds.no_draw, name="selection_no_draw"),
    path(f"{OF_INTAKE}/sources/<int:ordinal>/", deeds.source, name="selection_source"),
    path(f"{OF_INTAKE}/sources/<int:ordinal>/fetch/", deeds.fetch, name="selection_fetch"),
    path(f"{OF_INTAKE}/draw/", deeds.deed, {"name": "draw"}, name="selection_draw"),
    path(f"{OF_INTAKE}/check/", deeds.deed, {"name": "check"}, name="selection_check"),
    path(f"{OF_INTAKE}/decide/", deeds.deed, {"name": "decide"}, name="selection_decide"),
    path(f"{OF_INTAKE}/annul/", deeds.annul, name="selection_annul"),
]
