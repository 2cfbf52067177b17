from django.urls import path

from innoskole.accounts.views import domains, own, people

app_name = "accounts"
urlpatterns = [
    path("me/", own.profile, name="profile"),
    path("language/", own.language, name="language"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("mail-domains/", domains.domains, name="domains"),
    path("mail-domains/<int:pk>/remove/", domains.remove_domain, name="remove_domain"),
]
