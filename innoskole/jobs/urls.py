from django.urls import path

from innoskole.jobs import views

app_name = "jobs"
urlpatterns = [
    path("admin/jobs/", views.jobs, name="jobs"),
    path("health/jobs/", views.health_jobs, name="health"),
    path("metrics", views.metrics, name="metrics"),
]
