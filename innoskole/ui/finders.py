"""Serves an allow-list of front-end files out of node_modules, so that nothing third-party is committed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import utils
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

PREFIX = "npm"
# No reader fetches index.js.map, but the manifest storage follows the reference to it.
ALLOWED = (
    "@digdir/designsystemet-css/dist/src/index.css",
    "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "@digdir/designsystemet-web/dist/umd/index.js",
    "@digdir/designsystemet-web/dist/umd/index.js.map",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
)


class NodeModulesFinder(BaseFinder):
    """Finds `npm/<path in node_modules>` for the files in ALLOWED, and no others."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.NODE_MODULES)
        self.storage = FileSystemStorage(location=str(self.root))
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # collectstatic reads it
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """One error that names every missing file and the command that mends it."""
        missing = [path for path in ALLOWED if not (self.root / path).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"{len(missing)} front-end files are missing from {self.root}: {', '.join(missing)}",
                hint="Run `make node_modules` (it runs `npm ci`) in the project's folder.",
                id="innoskole.ui.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False) -> str | list[str]:  # type: ignore[override]
        """The absolute path of a served file, or a list of them when `find_all` is set."""
        inner = path.removeprefix(f"{PREFIX}/")
        found = self.root / inner
        if inner == path or inner not in ALLOWED or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every served file with the storage that opens it."""
        for path in ALLOWED:
            if (self.root / path).is_file() and not utils.matches_patterns(path, list(ignore_patterns or ())):
                yield path, self.storage
