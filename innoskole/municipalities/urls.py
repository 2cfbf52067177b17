from django.urls import path

from innoskole.municipalities import views

app_name = "municipalities"
urlpatterns = [
    path("", views.municipality_list, name="list"),
    path("suggest.json", views.suggest, name="suggest"),
    path("<str:code>/", views.detail, name="detail"),
]
