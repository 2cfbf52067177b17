from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "innoskole.jobs"

    def ready(self) -> None:
        from innoskole.accounts import waiting
        from innoskole.jobs import heartbeats  # noqa: F401  # importing connects them to Celery
        from innoskole.jobs.emails import REASONS
        from innoskole.jobs.waiting import what_does_not_run
        from innoskole.notifications import reasons

        waiting.register(what_does_not_run)
        reasons.register(REASONS)
