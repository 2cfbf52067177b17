from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import reminders, waiting
        from applications.emails.reasons import DECISIONS, REASONS
        from applications.models.application import acts_for_municipality
        from innoskole.accounts import facts
        from innoskole.accounts.waiting import register
        from innoskole.notifications import reasons
        from innoskole.notifications.models import Message
        from innoskole.reminders import kinds

        for question in waiting.QUESTIONS:
            register(question)
        facts.register("acts_for_municipality", acts_for_municipality)
        kinds.register(reminders.KINDS)
        reasons.register(REASONS)
        reasons.register(DECISIONS, on_crash=Message.OnCrash.UNSURE)
