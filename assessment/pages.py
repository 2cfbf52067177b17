"""The pages of this story in the three rooms of a cohort."""

from django.utils.translation import gettext_lazy as _

from cohorts.navigation import Page, Room

PAGES: tuple[Page, ...] = (
    Page(room=Room.TEAM, label=_("Work requirements"), url_name="assessment:team_requirements", order=15),
    Page(room=Room.COHORT, label=_("Work requirements"), url_name="assessment:requirements", order=15),
    Page(room=Room.COURSE, label=_("What do I lack?"), url_name="assessment:readiness", order=15),
    Page(room=Room.TEAM, label=_("What we lack"), url_name="assessment:team_readiness", order=16),
    Page(room=Room.COHORT, label=_("Progress"), url_name="assessment:progress", order=16),
    Page(room=Room.COURSE, label=_("Exam"), url_name="assessment:course_exam", order=60),
    Page(room=Room.COHORT, label=_("Exam"), url_name="assessment:exams", order=70),
    Page(room=Room.COHORT, label=_("Certificates"), url_name="assessment:certificates", order=80),
    Page(room=Room.COURSE, label=_("Certificate"), url_name="assessment:own_certificates", order=70),
    Page(room=Room.COHORT, label=_("Statistics"), url_name="assessment:cohort_statistics", order=85),
)
