from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, COURSE
from cohorts.views.speakers import course, deeds, speaker, staff

urlpatterns: list[URLPattern] = [
    path(f"{COHORT}speakers/", staff.speakers, name="speakers"),
    path(f"{COHORT}speakers/invite/", staff.speaker_invite, name="speaker_invite"),
    path(f"{COHORT}speakers/<int:pk>/", staff.speaker, name="speaker"),
    path(f"{COHORT}speakers/<int:pk>/change/", staff.speaker_change, name="speaker_change"),
    path(f"{COHORT}speakers/<int:pk>/<slug:key>/", deeds.speaker_deed, name="speaker_deed"),
    path(f"{COURSE}speakers/", course.course_speakers, name="course_speakers"),
    path("speaker-files/<int:pk>/", course.speaker_file, name="speaker_file"),
    path("speaker/<str:token>/", speaker.speaker_answer, name="speaker_answer"),
]
