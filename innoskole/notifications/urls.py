from django.urls import path

from innoskole.notifications.views import administrator, recipient

app_name = "notifications"
urlpatterns = [
    path("mail/", administrator.messages, name="messages"),
    path("mail/export.<str:kind>", administrator.messages_export, name="messages_export"),
    path("mail/<int:pk>/", administrator.message, name="message"),
    path("post/<uuid:uuid>/", recipient.why, name="why"),
    path("post/<uuid:uuid>/stop/", recipient.stop, name="stop"),
    path("post/<uuid:uuid>/resume/", recipient.resume, name="resume"),
]
