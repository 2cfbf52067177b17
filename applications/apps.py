from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import waiting
        from innoskole.accounts.waiting import register

        for question in waiting.QUESTIONS:
            register(question)
