from django.apps import AppConfig


class InnoskoleConfig(AppConfig):
    name = "innoskole"

    def ready(self) -> None:
        from innoskole import checks  # noqa: F401  # importing registers them
        from innoskole.accounts.waiting import register
        from innoskole.management.demo.views import demo_waits

        register(demo_waits)
