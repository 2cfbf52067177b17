from django.urls import URLPattern, path

from assessment.views.certificates import deeds, documents, own, public, staff
from cohorts.urls.cohorts import COHORT, COURSE

LIST = f"{COHORT}certificates/"
ONE = f"{LIST}<str:number>/"

urlpatterns: list[URLPattern] = [
    path(f"{COURSE}certificate/", own.own, name="own_certificates"),
    path(LIST, staff.certificates, name="certificates"),
    path(f"{LIST}export.<str:kind>", staff.certificates_export, name="certificates_export"),
    path(f"{LIST}issue/", deeds.issue_all, name="certificates_issue"),
    path(f"{LIST}people/<int:pk>/issue/", deeds.issue, name="certificate_issue"),
    path(ONE, staff.certificate, name="certificate"),
    path(f"{ONE}revoke/", deeds.revoke, name="certificate_revoke"),
    path("certificates/<str:number>/<str:language>.pdf", documents.document, name="certificate_document"),
    path("verify/", public.by_code, name="verify_code"),
    path("verify/<str:token>/", public.verify, name="verify"),
    path("verify/<str:token>/<str:language>/", public.verify_in, name="verify_in"),
]
