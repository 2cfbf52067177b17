"""What is served out of node_modules, and what is not."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.checks import Error

from innoskole.ui.finders import ALLOWED, NodeModulesFinder


def test_allowed_files_are_found_listed_and_nothing_else(settings) -> None:
    inner = "@digdir/designsystemet-css/dist/src/index.css"
    expected = str(Path(settings.NODE_MODULES) / inner)
    finder = NodeModulesFinder()
    assert finders.find(f"npm/{inner}") == expected
    assert finder.find(f"npm/{inner}", find_all=True) == [expected]
    assert [path for path, _storage in finder.list([])] == list(ALLOWED)
    assert {storage.prefix for _path, storage in finder.list(None)} == {"npm"}
    assert [path for path, _storage in finder.list(["*.woff2", "*.map"])] == [
        path for path in ALLOWED if not path.endswith((".woff2", ".map"))
    ]
    assert finder.check() == []


def test_other_files_are_not_served() -> None:
    finder = NodeModulesFinder()
    refused = ("npm/axe-core/axe.min.js", "npm/../manage.py", ALLOWED[0], "app.css", "npm/")
    assert [finder.find(path) for path in refused] == [[]] * len(refused)
    assert finder.find("npm/axe-core/axe.min.js", find_all=True) == []


def test_missing_files_are_reported_with_the_command_that_mends_it(settings, tmp_path: Path) -> None:
    settings.NODE_MODULES = tmp_path
    finder = NodeModulesFinder()
    assert finder.check() == [
        Error(
            f"{len(ALLOWED)} front-end files are missing from {tmp_path}: {', '.join(ALLOWED)}",
            hint="Run `make node_modules` (it runs `npm ci`) in the project's folder.",
            id="innoskole.ui.E001",
        )
    ]
    assert finder.find(f"npm/{ALLOWED[0]}") == []
    assert list(finder.list([])) == []
