from django.urls import URLPattern, path

from applications.views.people import deeds, invitation, letters, team, teams

APPLICATION = "applications/<slug:reference>/"

urlpatterns: list[URLPattern] = [
    path(f"{APPLICATION}people/", team.people, name="people"),
    path(f"{APPLICATION}people/reserve/", deeds.reserve_add, name="reserve_add"),
    path(f"{APPLICATION}people/<int:pk>/remove/", deeds.reserve_remove, name="reserve_remove"),
    path(f"{APPLICATION}people/<int:pk>/correct/", deeds.person_correct, name="person_correct"),
    path(f"{APPLICATION}people/<int:pk>/invite/", deeds.person_invite, name="person_invite"),
    path(f"{APPLICATION}people/<int:pk>/withdraw/", deeds.person_withdraw, name="person_withdraw"),
    path(f"{APPLICATION}people/<int:pk>/replace/", deeds.person_replace, name="person_replace"),
    path(f"{APPLICATION}people/<int:pk>/replace/new/", deeds.person_replace_new, name="person_replace_new"),
    path(f"{APPLICATION}people/<int:pk>/reopen/", deeds.person_reopen, name="person_reopen"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path(
        "admin/applications/<str:reference>/persons/<int:pk>/letter/", letters.prepare, name="person_letter"
    ),
    path("admin/intakes/<slug:slug>/teams/", teams.teams, name="teams"),
    path("admin/intakes/<slug:slug>/teams/export.<str:kind>", teams.teams_export, name="teams_export"),
]
