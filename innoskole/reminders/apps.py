from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "innoskole.reminders"

    def ready(self) -> None:
        from innoskole.notifications import delivery
        from innoskole.reminders.actions import MAIL, settle_before_sending

        delivery.ask_before(MAIL, settle_before_sending)
