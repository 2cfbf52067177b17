from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, COURSE
from cohorts.views.study_tour import course, needs, planning, rooms, tour

TOUR = f"{COHORT}study-tour/"
OWN = f"{COURSE}study-tour/"

urlpatterns: list[URLPattern] = [
    path(TOUR, tour.study_tour, name="study_tour"),
    path(f"{TOUR}settings/", planning.study_tour_settings, name="study_tour_settings"),
    path(f"{TOUR}open/", planning.study_tour_open, name="study_tour_open"),
    path(f"{TOUR}itinerary/add/", planning.study_tour_entry_add, name="study_tour_entry_add"),
    path(f"{TOUR}itinerary/<int:pk>/", planning.study_tour_entry, name="study_tour_entry"),
    path(
        f"{TOUR}itinerary/<int:pk>/remove/", planning.study_tour_entry_remove, name="study_tour_entry_remove"
    ),
    path(f"{TOUR}rooms/", rooms.study_tour_rooms, name="study_tour_rooms"),
    path(f"{TOUR}rooms/proposal/", rooms.study_tour_proposal, name="study_tour_proposal"),
    path(f"{TOUR}rooms/show/", rooms.study_tour_rooms_show, name="study_tour_rooms_show"),
    path(f"{TOUR}rooms/<int:pk>/remove/", rooms.study_tour_room_remove, name="study_tour_room_remove"),
    path(f"{TOUR}people/<int:pk>/room/", rooms.study_tour_place, name="study_tour_place"),
    path(f"{TOUR}kitchen/", needs.study_tour_kitchen, name="study_tour_kitchen"),
    path(f"{TOUR}needs/", needs.study_tour_needs, name="study_tour_needs"),
    path(f"{TOUR}export/<slug:what>.<slug:kind>", needs.study_tour_export, name="study_tour_export"),
    path(OWN, course.course_study_tour, name="course_study_tour"),
    path(f"{OWN}sign-up/", course.course_study_tour_sign_up, name="course_study_tour_sign_up"),
    path(f"{OWN}share/<int:pk>/", course.course_study_tour_share, name="course_study_tour_share"),
]
