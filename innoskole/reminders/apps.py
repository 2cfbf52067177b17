from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "innoskole.reminders"

    def ready(self) -> None:
        from innoskole.accounts.waiting import register
        from innoskole.notifications import delivery, reasons, stops
        from innoskole.reminders import muting, waiting
        from innoskole.reminders.actions import MAIL, settle_before_sending

        delivery.ask_before(MAIL, settle_before_sending)
        reasons.register({MAIL: muting.REASON})
        reasons.explain_with(MAIL, muting.lines)
        stops.register(MAIL, muting.STOP)
        register(waiting.forsaken)
