from django.urls import URLPattern, path

from applications.views import calls

APPLICATION = "applications/<slug:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{APPLICATION}call/", calls.call, name="call"),
    path(f"{APPLICATION}call/edit/", calls.call_edit, name="call_edit"),
    path(f"{APPLICATION}call/close/", calls.call_close, name="call_close"),
    path(f"{APPLICATION}call/pick/", calls.call_pick, name="call_pick"),
    path("call/<uuid:token>/", calls.colleagues, name="colleagues"),
    path("call/<uuid:token>/received/", calls.signed_up, name="signed_up"),
    path("interest/<str:token>/", calls.interest, name="interest"),
]
