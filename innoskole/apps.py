from django.apps import AppConfig


class InnoskoleConfig(AppConfig):
    name = "innoskole"

    def ready(self) -> None:
        from innoskole import checks  # noqa: F401  # importing registers them
