from django.urls import URLPattern, path

from cohorts.urls.cohorts import COURSE
from cohorts.views import employer

urlpatterns: list[URLPattern] = [
    path(f"{COURSE}employer/", employer.consent, name="consent"),
    path("employer/", employer.employers, name="employers"),
    path("employer/<slug:reference>/", employer.employer, name="employer"),
]
