"""The pages of this story in the three rooms, in the order of their tabs."""

from django.utils.translation import gettext_lazy as _

from cohorts.navigation import Page, Room
from cohorts.permissions import administers
from cohorts.permissions.attendance import is_staff

PAGES = (
    Page(room=Room.COHORT, label=_("Teams"), url_name="cohorts:cohort", order=10),
    Page(room=Room.COHORT, label=_("Settings"), url_name="cohorts:settings", order=90, shown=administers),
    Page(room=Room.TEAM, label=_("Team"), url_name="cohorts:team", order=10),
    Page(room=Room.COURSE, label=_("Overview"), url_name="cohorts:course", order=10),
    Page(room=Room.COHORT, label=_("Attendance"), url_name="cohorts:attendance", order=40),
    Page(room=Room.TEAM, label=_("Attendance"), url_name="cohorts:team_attendance", order=25, shown=is_staff),
    Page(room=Room.COURSE, label=_("Attendance"), url_name="cohorts:own_attendance", order=30),
    Page(room=Room.COURSE, label=_("My employer"), url_name="cohorts:consent", order=90),
    Page(room=Room.TEAM, label=_("Project"), url_name="cohorts:project", order=20),
    Page(room=Room.TEAM, label=_("Log and files"), url_name="cohorts:log", order=30),
    Page(room=Room.TEAM, label=_("Dissemination"), url_name="cohorts:dissemination", order=60),
    Page(room=Room.COHORT, label=_("Plan"), url_name="cohorts:plan", order=20),
    Page(room=Room.COURSE, label=_("Programme"), url_name="cohorts:course_programme", order=20),
    Page(room=Room.TEAM, label=_("Supervision"), url_name="cohorts:supervision", order=40),
    Page(room=Room.TEAM, label=_("Peer contributions"), url_name="cohorts:contributions", order=50),
    Page(room=Room.COHORT, label=_("Supervision"), url_name="cohorts:supervision_overview", order=50),
    Page(room=Room.COHORT, label=_("Peer contributions"), url_name="cohorts:contribution_rounds", order=60),
    Page(room=Room.COHORT, label=_("Speakers"), url_name="cohorts:speakers", order=30),
    Page(room=Room.COHORT, label=_("Study tour"), url_name="cohorts:study_tour", order=35),
    Page(room=Room.COURSE, label=_("Speakers"), url_name="cohorts:course_speakers", order=45),
    Page(room=Room.COURSE, label=_("Study tour"), url_name="cohorts:course_study_tour", order=50),
)
