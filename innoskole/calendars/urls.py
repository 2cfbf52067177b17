from django.urls import path

from innoskole.calendars import views

app_name = "calendars"
urlpatterns = [
    path("my/calendar/", views.mine, name="mine"),
    path("calendar/events/<str:uid>.ics", views.event, name="event"),
    path("calendar/<str:token>.ics", views.feed, name="feed"),
]
