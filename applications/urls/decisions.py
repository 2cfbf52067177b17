from django.urls import URLPattern, path

from applications.views.decisions import decisions, letters, releases

OF_RELEASE = "admin/intakes/<slug:slug>/release"

urlpatterns: list[URLPattern] = [
    path(f"{OF_RELEASE}/", releases.release, name="release"),
    path(f"{OF_RELEASE}/prepare/", releases.release_prepare, name="release_prepare"),
    path(f"{OF_RELEASE}/approve/", releases.release_approve, name="release_approve"),
    path(f"{OF_RELEASE}/cancel/", releases.release_cancel, name="release_cancel"),
    path("admin/decisions/<int:pk>/", decisions.decision, name="decision"),
    path("admin/decisions/<int:pk>/<slug:deed>/", decisions.decision_deed, name="decision_deed"),
    path("letters/<int:pk>.pdf", letters.letter, name="letter"),
    path("letters/link/<str:token>.pdf", letters.letter_by_link, name="letter_by_link"),
]
