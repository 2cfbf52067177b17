"""The only file that mounts apps."""

from django.urls import include, path

from innoskole import health

urlpatterns = [
    path("health/live/", health.health_live, name="health_live"),
    path("health/ready/", health.health_ready, name="health_ready"),
    path("accounts/", include("allauth.urls")),
    path("", include("innoskole.ui.urls")),
]
