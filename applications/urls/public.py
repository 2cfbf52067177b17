from django.urls import URLPattern, path

from applications.views import public

urlpatterns: list[URLPattern] = [
    path("intakes/", public.intakes, name="intakes"),
    path("intakes/<slug:slug>/", public.intake, name="intake"),
    path("intakes/<slug:slug>/intake.json", public.intake_json, name="intake_json"),
    path("intakes/<slug:slug>/deadlines.ics", public.intake_ics, name="intake_ics"),
]
