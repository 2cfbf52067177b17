from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "innoskole.calendars"

    def ready(self) -> None:
        from innoskole.calendars import deadlines, sources

        sources.register(deadlines.of)
