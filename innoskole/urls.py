"""The only file that mounts apps."""

from django.urls import include, path

from applications.views.public import front
from innoskole import health
from innoskole.accounts.views.own import home
from innoskole.management.demo.views import demo

urlpatterns = [
    path("", front, name="front"),
    path("", include("innoskole.ui.urls")),
    path("", include("applications.urls")),
    path("", include("assessment.urls")),
    path("", include("cohorts.urls")),
    path("", include("innoskole.accounts.urls")),
    path("home/", home, name="home"),
    path("demo/", demo, name="demo"),
    path("", include("innoskole.notifications.urls")),
    path("", include("innoskole.jobs.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("innoskole.calendars.urls")),
    path("deadlines/", include("innoskole.deadlines.urls")),
    path("", include("innoskole.reminders.urls")),
    path("municipalities/", include("innoskole.municipalities.urls")),
    path("health/live/", health.health_live, name="health_live"),
    path("health/ready/", health.health_ready, name="health_ready"),
]
