from django.urls import path

from applications.views.coordinator import (
    claims,
    outsiders,
    partners,
    sending,
    starting,
    steps,
    tasks,
    team,
)

APPLICATION = "applications/<slug:reference>/"

urlpatterns = [
    path("intakes/<slug:slug>/apply/", starting.start, name="start"),
    path("applications/", starting.mine, name="mine"),
    path(APPLICATION, tasks.tasks, name="tasks"),
    path(f"{APPLICATION}contact/", tasks.take_over, name="take_over"),
    path(f"{APPLICATION}step/<slug:part>/", steps.step, name="step"),
    path(f"{APPLICATION}step/<slug:step>/autosave/", steps.autosave, name="autosave"),
    path(f"{APPLICATION}step/<slug:step>/discard/", steps.discard, name="discard"),
    path(f"{APPLICATION}partners/add/", partners.partner_add, name="partner_add"),
    path(f"{APPLICATION}partners/<int:pk>/ask/", partners.partner_again, name="partner_again"),
    path(f"{APPLICATION}partners/<int:pk>/remove/", partners.partner_remove, name="partner_remove"),
    path(f"{APPLICATION}team/", team.team, name="team"),
    path(f"{APPLICATION}team/add/", team.member_add, name="member_add"),
    path(f"{APPLICATION}team/<int:pk>/", team.member, name="member"),
    path(f"{APPLICATION}team/<int:pk>/remove/", team.member_remove, name="member_remove"),
    path(f"{APPLICATION}documents/<int:pk>/", team.document, name="document"),
    path(f"{APPLICATION}documents/<int:pk>/remove/", team.document_remove, name="document_remove"),
    path(f"{APPLICATION}check/", sending.check, name="check"),
    path(f"{APPLICATION}receipt/", sending.receipt, name="receipt"),
    path(f"{APPLICATION}receipt.json", sending.receipt_json, name="receipt_json"),
    path(f"{APPLICATION}receipt.pdf", sending.receipt_pdf, name="receipt_pdf"),
    path(f"{APPLICATION}reopen/", sending.reopen, name="reopen"),
    path(f"{APPLICATION}withdraw/", sending.withdraw, name="withdraw"),
    path(f"{APPLICATION}information/", sending.information, name="information"),
    path("partner/<str:token>/", outsiders.partner_answer, name="partner_answer"),
    path("guarantee/<str:token>/", outsiders.guarantee_answer, name="guarantee_answer"),
    path("people/claims/", claims.affiliations, name="affiliations"),
    path("people/claims/<int:pk>/", claims.claim, name="claim"),
]
