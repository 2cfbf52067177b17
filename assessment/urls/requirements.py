from django.urls import URLPattern, path, register_converter

from assessment.views import deliveries, people, queue, requirements


class TrackConverter:
    """Whose delivery: «team», or the number of a participant who delivers on their own."""

    regex = "team|[0-9]{1,18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(TrackConverter, "track")

TEAM = "teams/<slug:reference>/requirements/"
ONE = f"{TEAM}<int:number>/"
TRACK = f"{ONE}<track:track>/"

urlpatterns: list[URLPattern] = [
    path("cohorts/<slug:slug>/requirements/", requirements.requirements, name="requirements"),
    path("cohorts/<slug:slug>/requirements/make/", requirements.make, name="requirements_make"),
    path("cohorts/<slug:slug>/requirements/<int:number>/", requirements.change, name="requirement_change"),
    path(TEAM, requirements.team, name="team_requirements"),
    path(ONE, requirements.requirement, name="requirement"),
    path(f"{ONE}for-team/<str:deed>/", people.team_deed, name="requirement_team_deed"),
    path(f"{ONE}people/<int:pk>/", people.person_page, name="requirement_person"),
    path(f"{ONE}people/<int:pk>/<str:deed>/", people.person_deed, name="requirement_person_deed"),
    path(f"{ONE}files/<int:pk>/", deliveries.file, name="delivery_file"),
    path(f"{TRACK}draft/", deliveries.draft, name="draft"),
    path(f"{TRACK}draft/autosave/", deliveries.autosave, name="draft_autosave"),
    path(f"{TRACK}draft/files/<int:pk>/", deliveries.file_remove, name="draft_file_remove"),
    path(f"{TRACK}deliver/", deliveries.deliver, name="deliver"),
    path(f"{TRACK}<int:attempt>/", deliveries.delivery, name="delivery"),
    path(f"{TRACK}<int:attempt>/receipt.pdf", deliveries.receipt_pdf, name="delivery_receipt_pdf"),
    path(f"{TRACK}<int:attempt>/statement/", deliveries.statement, name="statement"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<int:pk>/", queue.assess, name="assess"),
    path("queue/<int:pk>/claim/", queue.claim, name="claim"),
    path("queue/<int:pk>/let-go/", queue.let_go, name="let_go"),
]
