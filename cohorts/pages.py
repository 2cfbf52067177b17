"""The pages of this story in the three rooms, in the order of their tabs."""

from django.utils.translation import gettext_lazy as _

from cohorts.navigation import Page, Room

PAGES = (
    Page(room=Room.COHORT, label=_("Teams"), url_name="cohorts:cohort", order=10),
    Page(room=Room.TEAM, label=_("Team"), url_name="cohorts:team", order=10),
    Page(room=Room.COURSE, label=_("Overview"), url_name="cohorts:course", order=10),
)
