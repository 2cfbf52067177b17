from applications.urls import administrator, coordinator, public, selection

app_name = "applications"
urlpatterns = [
    *public.urlpatterns,
    *coordinator.urlpatterns,
    *administrator.urlpatterns,
    *selection.urlpatterns,
]
