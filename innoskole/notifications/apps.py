from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "innoskole.notifications"

    def ready(self) -> None:
        from innoskole.accounts import waiting
        from innoskole.notifications import reasons
        from innoskole.notifications.adapter import REASONS
        from innoskole.notifications.waiting import undelivered

        waiting.register(undelivered)
        reasons.register(REASONS)
