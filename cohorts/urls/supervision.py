from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, TEAM
from cohorts.views import supervision as team
from cohorts.views import supervision_staff as staff

OURS = f"{TEAM}supervision/"
THEIRS = f"{COHORT}supervision/"

urlpatterns: list[URLPattern] = [
    path(OURS, team.supervision, name="supervision"),
    path(f"{OURS}book/<int:pk>/", team.supervision_book, name="supervision_book"),
    path(f"{OURS}bookings/<int:pk>/<slug:key>/", team.supervision_booking, name="supervision_booking"),
    path(f"{OURS}log/", team.supervision_write, name="supervision_write"),
    path(f"{OURS}log/<int:pk>/", team.supervision_rewrite, name="supervision_rewrite"),
    path(f"{OURS}log/<int:pk>/done/", team.supervision_step, name="supervision_step"),
    path(f"{OURS}notes/", team.supervision_notes, name="supervision_notes"),
    path(f"{OURS}notes/<int:pk>/delete/", team.supervision_note_delete, name="supervision_note_delete"),
    path(f"{OURS}supervisors/", team.supervisors, name="supervisors"),
    path(f"{OURS}supervisors/<int:pk>/end/", team.supervisor_end, name="supervisor_end"),
    path(THEIRS, staff.supervision_overview, name="supervision_overview"),
    path(f"{THEIRS}slots/", staff.supervision_slots, name="supervision_slots"),
    path(f"{THEIRS}slots/publish/", staff.supervision_publish, name="supervision_publish"),
    path(f"{THEIRS}slots/<int:pk>/<slug:key>/", staff.supervision_slot, name="supervision_slot"),
    path(f"{THEIRS}rules/", staff.supervision_rule, name="supervision_rule"),
]
