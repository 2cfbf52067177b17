from django.urls import URLPattern, path

from applications.views.fees import course, invoice, rates, semester

urlpatterns: list[URLPattern] = [
    path("applications/<str:reference>/invoice/", invoice.invoice, name="invoice"),
    path("admin/fees/", rates.fee_rates, name="fee_rates"),
    path("admin/intakes/<slug:slug>/fees/", course.course_fees, name="course_fees"),
    path(
        "admin/intakes/<slug:slug>/fees/exported/", course.course_fees_exported, name="course_fees_exported"
    ),
    path(
        "admin/intakes/<slug:slug>/fees/export.<str:kind>",
        course.course_fees_export,
        name="course_fees_export",
    ),
    path("admin/intakes/<slug:slug>/semester-fees/", semester.semester_fees, name="semester_fees"),
    path(
        "admin/intakes/<slug:slug>/semester-fees/import/",
        semester.semester_fee_import,
        name="semester_fee_import",
    ),
    path(
        "admin/intakes/<slug:slug>/semester-fees/export.<str:kind>",
        semester.semester_fees_export,
        name="semester_fees_export",
    ),
    path(
        "admin/intakes/<slug:slug>/semester-fees/<int:pk>/<int:semester>/",
        semester.semester_fee_record,
        name="semester_fee_record",
    ),
]
