from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "assessment"

    def ready(self) -> None:
        from assessment import (
            exam_calendar,
            home,
            oral_calendar,
            pages,
            redress_calendar,
            reminders,
            summary,
            waiting,
        )
        from assessment.emails.reasons import REASONS
        from assessment.models.exam.regrading import obstacle_to_joining_staff
        from assessment.models.milestones import milestones
        from cohorts import employer, navigation, staffing, summaries
        from innoskole.accounts import rooms
        from innoskole.accounts.waiting import register
        from innoskole.calendars import sources
        from innoskole.notifications import reasons
        from innoskole.reminders import kinds

        navigation.register(*pages.PAGES)
        for question in waiting.QUESTIONS:
            register(question)
        for rooms_question in home.QUESTIONS:
            rooms.register(rooms_question)
        kinds.register(reminders.KINDS)
        reasons.register(REASONS)
        sources.register(exam_calendar.of)
        sources.register(oral_calendar.of)
        sources.register(redress_calendar.of)
        employer.register(milestones)
        summaries.register(summary.readiness)
        staffing.register(obstacle_to_joining_staff)
