from django.urls import URLPattern, path

from cohorts.urls.cohorts import COHORT, TEAM
from cohorts.views import contribution_rounds as staff
from cohorts.views import contributions as team

OURS = f"{TEAM}contributions/"
THEIRS = f"{COHORT}contributions/"
ROUND = f"{THEIRS}<int:number>/"

urlpatterns: list[URLPattern] = [
    path(OURS, team.contributions, name="contributions"),
    path(f"{OURS}to/<int:pk>/", team.contribution, name="contribution"),
    path(f"{OURS}rounds/<int:number>/", team.contribution_question, name="contribution_question"),
    path(f"{OURS}thanks/<int:pk>/", team.contribution_thank, name="contribution_thank"),
    path(THEIRS, staff.contribution_rounds, name="contribution_rounds"),
    path(f"{THEIRS}add/", staff.contribution_round_add, name="contribution_round_add"),
    path(f"{THEIRS}rule/", staff.contribution_rule, name="contribution_rule"),
    path(f"{THEIRS}of/<int:pk>/<slug:key>/", staff.contribution_deed, name="contribution_deed"),
    path(ROUND, staff.contribution_round, name="contribution_round"),
    path(f"{ROUND}pairs/", staff.contribution_pairs, name="contribution_pairs"),
    path(f"{ROUND}<slug:key>/", staff.contribution_round_deed, name="contribution_round_deed"),
]
