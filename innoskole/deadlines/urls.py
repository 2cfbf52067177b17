from django.urls import path

from innoskole.deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("", views.rule_list, name="rules"),
    path("<str:kind>/new/", views.new_version, name="new_version"),
]
