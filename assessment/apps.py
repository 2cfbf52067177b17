from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "assessment"

    def ready(self) -> None:
        from assessment import pages, reminders, waiting
        from cohorts import navigation
        from innoskole.accounts.waiting import register
        from innoskole.reminders import kinds

        navigation.register(*pages.PAGES)
        for question in waiting.QUESTIONS:
            register(question)
        kinds.register(reminders.KINDS)
