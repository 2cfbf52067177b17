from django.urls import path

from innoskole.notifications import views

app_name = "notifications"
urlpatterns = [
    path("mail/", views.messages, name="messages"),
    path("mail/<int:pk>/", views.message, name="message"),
]
