from django.urls import URLPattern, path

from applications.views.offers import coordinator, deeds, listing

OF_INTAKE = "admin/intakes/<slug:slug>/offers"

urlpatterns: list[URLPattern] = [
    path("applications/<slug:reference>/offer/", coordinator.offer, name="offer"),
    path(f"{OF_INTAKE}/", listing.offer_list, name="offer_list"),
    path(f"{OF_INTAKE}/export.<str:kind>", listing.offer_export, name="offer_export"),
    path(f"{OF_INTAKE}/close/", deeds.waiting_list_close, name="waiting_list_close"),
    path("admin/offers/<int:pk>/", deeds.offer_case, name="offer_case"),
    path("admin/offers/<int:pk>/<slug:deed>/", deeds.offer_deed, name="offer_deed"),
]
