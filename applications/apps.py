from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from applications import reminders, waiting
        from applications.emails.coordinator import approved_by_domain
        from applications.emails.reasons import DECISIONS, REASONS
        from applications.models.application import acts_for_municipality
        from innoskole.accounts import facts
        from innoskole.accounts.actions import proven_by_domain
        from innoskole.accounts.waiting import register
        from innoskole.notifications import reasons
        from innoskole.notifications.models import Message
        from innoskole.reminders import kinds

        for question in waiting.QUESTIONS:
            register(question)
        facts.register("acts_for_municipality", acts_for_municipality)
        proven_by_domain.connect(approved_by_domain, dispatch_uid="applications.proven_by_domain")
        kinds.register(reminders.KINDS)
        reasons.register(REASONS)
        reasons.register(DECISIONS, on_crash=Message.OnCrash.UNSURE)
