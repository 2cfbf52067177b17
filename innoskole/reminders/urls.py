from django.urls import path

from innoskole.reminders.views import ledger, own, pauses, preview, rules

app_name = "reminders"
urlpatterns = [
    path("admin/reminders/", ledger.ledger, name="ledger"),
    path("admin/reminders/export/<str:kind>/", ledger.export, name="export"),
    path("admin/reminders/<int:pk>/", ledger.line, name="line"),
    path("admin/reminders/<int:pk>/again/", ledger.again, name="again"),
    path("admin/reminders/preview/", preview.preview, name="preview"),
    path("admin/reminders/rules/", rules.rule_list, name="rules"),
    path("admin/reminders/rules/<str:key>/", rules.change_rule, name="rule"),
    path("admin/reminders/pauses/", pauses.pause_list, name="pauses"),
    path("admin/reminders/pauses/new/", pauses.new_pause, name="new_pause"),
    path("admin/reminders/pauses/<int:pk>/", pauses.one_pause, name="pause"),
    path("my/reminders/", own.my_reminders, name="mine"),
    path("my/reminders/<str:key>/stop/", own.stop, name="stop"),
    path("my/reminders/<str:key>/start/", own.start, name="start"),
]
