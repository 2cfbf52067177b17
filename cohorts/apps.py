from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self) -> None:
        from cohorts import calendar, navigation, pages, reminders, waiting
        from cohorts.emails import attendance, plan, speakers
        from innoskole.accounts.waiting import register
        from innoskole.calendars import sources
        from innoskole.notifications import reasons
        from innoskole.reminders import kinds

        navigation.register(*pages.PAGES)
        for question in waiting.QUESTIONS:
            register(question)
        kinds.register(reminders.KINDS)
        reasons.register(speakers.REASONS)
        reasons.register(attendance.REASONS)
        reasons.register(plan.REASONS)
        sources.register(calendar.of)
