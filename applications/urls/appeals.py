from django.urls import URLPattern, path

from applications.views import late
from applications.views.appeals import administrator, appellant, deeds

LATE = "admin/intakes/<slug:slug>/late"

urlpatterns: list[URLPattern] = [
    path("applications/<str:reference>/appeal/<int:pk>/", appellant.appeal, name="appeal"),
    path(
        "applications/<str:reference>/appeal/<int:pk>/withdraw/",
        appellant.appeal_withdraw,
        name="appeal_withdraw",
    ),
    path("appeal/<str:token>/", appellant.appeal_by_link, name="appeal_by_link"),
    path("appeal/<str:token>/withdraw/", appellant.appeal_withdraw_by_link, name="appeal_withdraw_by_link"),
    path("admin/appeals/", administrator.appeals, name="appeals"),
    path("admin/appeals/export.<str:kind>", administrator.appeals_export, name="appeals_export"),
    path("admin/appeals/register/<int:pk>/", deeds.appeal_register, name="appeal_register"),
    path("admin/appeals/<int:pk>/", administrator.appeal_case, name="appeal_case"),
    path("admin/appeals/<int:pk>/do/<slug:deed>/", deeds.appeal_plain, name="appeal_plain"),
    path("admin/appeals/<int:pk>/<slug:deed>/", deeds.appeal_deed, name="appeal_deed"),
    path(f"{LATE}/", late.late, name="late"),
    path(f"{LATE}/close/", late.late_close, name="late_close"),
    path(f"{LATE}/<str:reference>/give/", late.late_give, name="late_give"),
    path(f"{LATE}/<str:reference>/decline/", late.late_decline, name="late_decline"),
]
