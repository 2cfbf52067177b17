from django.urls import URLPattern, path

from applications.views.decisions import letters

urlpatterns: list[URLPattern] = [
    path("letters/<int:pk>.pdf", letters.letter, name="letter"),
    path("letters/link/<str:token>.pdf", letters.letter_by_link, name="letter_by_link"),
]
