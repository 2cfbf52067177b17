from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self) -> None:
        from cohorts import calendar, home, navigation, pages, reminders, supervision_calendar, waiting
        from cohorts.emails import (
            attendance,
            contributions,
            dissemination,
            people,
            plan,
            speakers,
            study_tour,
            supervision,
        )
        from cohorts.models.team import takes_part
        from innoskole.accounts import facts, rooms
        from innoskole.accounts.waiting import register
        from innoskole.calendars import sources
        from innoskole.notifications import reasons
        from innoskole.reminders import kinds

        navigation.register(*pages.PAGES)
        for question in waiting.QUESTIONS:
            register(question)
        for rooms_question in home.QUESTIONS:
            rooms.register(rooms_question)
        facts.register("takes_part", takes_part)
        kinds.register(reminders.KINDS)
        reasons.register(people.REASONS)
        reasons.register(speakers.REASONS)
        reasons.register(study_tour.REASONS)
        reasons.register(attendance.REASONS)
        reasons.register(dissemination.REASONS)
        reasons.register(plan.REASONS)
        sources.register(calendar.of)
        reasons.register(supervision.REASONS)
        reasons.register(contributions.REASONS)
        sources.register(supervision_calendar.of)
