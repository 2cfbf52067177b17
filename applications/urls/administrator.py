from django.urls import URLPattern, path

from applications.views.administrator import case, intakes, overview, persons, queue

urlpatterns: list[URLPattern] = [
    path("admin/intakes/", intakes.admin_intakes, name="admin_intakes"),
    path("admin/new-intake/", intakes.intake_add, name="intake_add"),
    path("admin/intakes/<slug:slug>/", overview.intake_admin, name="intake_admin"),
    path("admin/intakes/<slug:slug>/rules/", intakes.intake_edit, name="intake_edit"),
    path("admin/intakes/<slug:slug>/quotas/", intakes.intake_quotas, name="intake_quotas"),
    path("admin/intakes/<slug:slug>/description/", intakes.intake_describe, name="intake_describe"),
    path("admin/intakes/<slug:slug>/open/", intakes.intake_open, name="intake_open"),
    path("admin/intakes/<slug:slug>/extend/", intakes.intake_extend, name="intake_extend"),
    path("admin/intakes/<slug:slug>/applications/", queue.queue, name="queue"),
    path("admin/intakes/<slug:slug>/applications/bulk/", queue.queue_bulk, name="queue_bulk"),
    path("admin/intakes/<slug:slug>/applications/export.<str:kind>", queue.queue_export, name="queue_export"),
    path("admin/applications/<str:reference>/", case.case, name="case"),
    path("admin/applications/<str:reference>/do/<slug:deed>/", case.case_plain, name="case_plain"),
    path("admin/applications/<str:reference>/decide/<slug:deed>/", case.case_form, name="case_form"),
    path("admin/applications/<str:reference>/persons/<int:pk>/", persons.assess, name="assess"),
    path(
        "admin/applications/<str:reference>/persons/<int:pk>/<int:version>/approve/",
        persons.approve,
        name="assessment_approve",
    ),
    path(
        "admin/applications/<str:reference>/persons/<int:pk>/<int:version>/discard/",
        persons.discard,
        name="assessment_discard",
    ),
]
