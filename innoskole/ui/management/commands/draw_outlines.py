"""Write the outlines of the counties to static/, after a change of the map data."""

from pathlib import Path
from typing import Any, get_args

from django.conf import settings
from django.core.management.base import BaseCommand

from innoskole.ui import outlines


class Command(BaseCommand):
    help = "Write static/norway-<year>.svg from the map data."

    def handle(self, *args: Any, **options: Any) -> None:
        for vintage in get_args(outlines.Vintage):
            target = Path(settings.BASE_DIR) / "static" / outlines.filename(vintage)
            target.write_text(outlines.drawing(vintage), encoding="utf-8")
            self.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes")
