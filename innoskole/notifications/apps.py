from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "innoskole.notifications"

    def ready(self) -> None:
        from innoskole.accounts import waiting
        from innoskole.notifications.waiting import undelivered

        waiting.register(undelivered)
