from applications.urls import (
    administrator,
    appeals,
    calls,
    coordinator,
    decisions,
    fees,
    offers,
    papers,
    people,
    public,
    selection,
)

app_name = "applications"
urlpatterns = [
    *public.urlpatterns,
    *coordinator.urlpatterns,
    *administrator.urlpatterns,
    *selection.urlpatterns,
    *decisions.urlpatterns,
    *offers.urlpatterns,
    *people.urlpatterns,
    *calls.urlpatterns,
    *appeals.urlpatterns,
    *fees.urlpatterns,
    *papers.urlpatterns,
]
