from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import reminders, waiting
        from innoskole.accounts.waiting import register
        from innoskole.reminders import kinds

        for question in waiting.QUESTIONS:
            register(question)
        kinds.register(reminders.KINDS)
