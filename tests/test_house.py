"""The laws of the house that no other tool checks, and proof that the other tools really check the rest."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import yaml
from babel.messages.catalog import Catalog
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import models
from django.test.utils import isolate_apps

from innoskole import checks
from innoskole.management.commands import translations

ROOT = settings.BASE_DIR
PACKAGES = checks.OUR_PACKAGES
WRITES = {
    *("save", "create", "update", "delete", "bulk_create", "bulk_update"),
    *("get_or_create", "update_or_create"),
}
SILENT_FLOORS = {"views", "forms", "tasks", "reminders", "permissions"}
CLOCK_FLOORS = {"views", "tasks", "commands"}
# allauth calls these two without a clock.
CLOCK_EDGES = {"innoskole/notifications/adapter.py", "innoskole/accounts/apps.py"}


def our_files(*suffixes: str) -> list[Path]:
    """Files of the product, migrations left out, as paths from the root."""
    folders = [*PACKAGES, "templates", "static"]
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    return [
        path.relative_to(ROOT) for path in found if path.suffix in suffixes and "migrations" not in path.parts
    ]


def floors(path: Path) -> set[str]:
    """«applications/views/public.py» stands on the floor views; a room's folders count as the file does."""
    room = 2 if path.parts[0] == "innoskole" else 1
    return {*path.parts[room:-1], path.stem}


def found_by(law, *suffixes: str) -> list[str]:
    return [
        f"{path}:{line}"
        for path in our_files(*suffixes)
        for line in law(path, (ROOT / path).read_text(encoding="utf-8"))
    ]


# --- Law 5: who reads the clock and who sends mail --------------------------------------------------


def reads_the_clock_or_sends(path: Path, source: str) -> Iterator[int]:
    """Ruff lifts its bans per file, both at once, and cannot see `localdate()` without arguments.

    allauth calls us without a clock at two named edges.
    """
    may_read = bool(CLOCK_FLOORS & floors(path)) or path.as_posix() in CLOCK_EDGES
    may_send = path.as_posix() == "innoskole/notifications/delivery.py"
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                dotted = [f"{module}.{name.name}" for name in names]
            case ast.Import(names=names):
                dotted = [name.name for name in names]
            case ast.Call(func=ast.Attribute(attr="localdate" | "localtime"), args=[], keywords=[]):
                dotted = ["django.utils.timezone.now"]
            case ast.Attribute(value=ast.Name(id="timezone"), attr="now"):
                dotted = ["django.utils.timezone.now"]
            case _:
                continue
        clock = "django.utils.timezone.now" in dotted and not may_read
        mail = any(f"{name}.".startswith("django.core.mail.") for name in dotted) and not may_send
        if clock or mail:
            yield node.lineno


def test_law_5_only_views_tasks_and_commands_read_the_clock_and_only_delivery_sends() -> None:
    assert found_by(reads_the_clock_or_sends, ".py") == []


@pytest.mark.parametrize(
    ("path", "source", "lines"),
    [
        ("applications/actions.py", "from django.utils import timezone\ntimezone.now()", [2]),
        ("applications/models.py", "timezone.localdate()", [1]),
        ("applications/models.py", "timezone.localdate(now)", []),
        ("applications/apps.py", "timezone.now()  # noqa: TID251 - no excuse", [1]),
        ("innoskole/notifications/adapter.py", "timezone.now()", []),
        ("innoskole/notifications/adapter.py", "import django.core.mail", [1]),
        ("applications/views/public.py", "timezone.now()", []),
        ("applications/views/public.py", "from django.core.mail import send_mail", [1]),
        ("applications/tasks.py", "from django.core import mail", [1]),
        ("applications/emails.py", "import django.core.mail", [1]),
        ("innoskole/notifications/delivery.py", "from django.core.mail import EmailMessage", []),
    ],
)
def test_law_5_sees(path: str, source: str, lines: list[int]) -> None:
    assert list(reads_the_clock_or_sends(Path(path), source)) == lines


@pytest.mark.parametrize(
    ("path", "source", "rules"),
    [
        ("applications/actions.py", "from django.utils import timezone\n\ntimezone.now()\n", ["TID251"]),
        ("applications/actions.py", "import django.core.mail\n", ["F401", "TID251"]),
        ("applications/views/public.py", "from django.utils import timezone\n\ntimezone.now()\n", []),
        ("applications/actions.py", "try:\n    print\nexcept Exception:\n    pass\n", ["BLE001", "S110"]),
    ],
)
def test_ruff_bans(path: str, source: str, rules: list[str]) -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--output-format=concise",
        "--stdin-filename",
        path,
        "-",
    ]
    done = subprocess.run(command, input=source, capture_output=True, text=True, cwd=ROOT)
    found = set(re.findall(r" ([A-Z]+\d+) ", done.stdout))
    assert set(rules) <= found if rules else found == set()


# --- Law 6: whoever only asks writes nothing ---------------------------------------------------------


def writes(path: Path, source: str) -> Iterator[int]:
    if not SILENT_FLOORS & floors(path):
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if {name, name.removeprefix("a")} & WRITES:
                yield node.lineno


def test_law_6_views_forms_tasks_reminders_and_permissions_write_nothing() -> None:
    assert found_by(writes, ".py") == []


@pytest.mark.parametrize("call", sorted(WRITES | {"asave", "acreate", "aupdate", "adelete"}))
@pytest.mark.parametrize("floor", ["views", "views/public", "forms", "tasks", "reminders", "permissions"])
def test_law_6_sees(floor: str, call: str) -> None:
    source = f"def view(request):\n    thing.{call}()\n"
    assert list(writes(Path(f"applications/{floor}.py"), source)) == [2]
    assert list(writes(Path("applications/actions.py"), source)) == []


# --- Tasks are thin, and live by the rules for all ---------------------------------------------------


def fat_tasks(path: Path, source: str) -> Iterator[int]:
    """A task is a docstring and one call: what it does is an action, which can be tested without a worker.

    Nor does a task have its own limits or acknowledgements: settings.py has them for all, and each can be
    doubled or cut off, because it sweeps what is due and not done.
    """
    own = {"acks_late", "time_limit", "soft_time_limit", "autoretry_for", "max_retries", "bind"}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        decorators = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
        if not decorators & {"shared_task", "app.task"}:
            continue
        said = {
            word.arg for each in node.decorator_list if isinstance(each, ast.Call) for word in each.keywords
        }
        body = node.body[1:] if ast.get_docstring(node) else node.body
        in_its_place = path.stem == "tasks" or "tasks" in path.parts
        if not in_its_place or said & own or len(body) != 1 or not isinstance(body[0], ast.Expr | ast.Return):
            yield node.lineno


def test_tasks_are_thin() -> None:
    assert found_by(fat_tasks, ".py") == []
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT


@pytest.mark.parametrize(
    ("path", "source", "lines"),
    [
        ("applications/tasks.py", "@shared_task\ndef sweep():\n    'Says.'\n    return act(now())\n", []),
        ("applications/tasks.py", "@shared_task(throws=(Bad,))\ndef sweep():\n    act(now())\n", []),
        ("applications/tasks.py", "@shared_task\ndef sweep():\n    a()\n    b()\n", [2]),
        ("applications/tasks.py", "@shared_task\ndef sweep():\n    for a in b():\n        a()\n", [2]),
        ("applications/tasks.py", "@shared_task(acks_late=False)\ndef sweep():\n    a()\n", [2]),
        ("applications/actions.py", "@shared_task\ndef sweep():\n    a()\n", [2]),
        ("applications/actions.py", "def sweep():\n    a()\n    b()\n", []),
    ],
)
def test_fat_tasks_are_seen(path: str, source: str, lines: list[int]) -> None:
    assert list(fat_tasks(Path(path), source)) == lines


# --- Laws 1–4: imports -------------------------------------------------------------------------------

LAW_1 = "Law 1: rooms import downward only"
LAW_2 = "Law 2: floors inside a story"
LAW_3 = "Law 3: post office"
LAW_4 = "Law 4: the draw is plain arithmetic"
EMPTY_HOUSE = [
    *("innoskole/__init__", "innoskole/urls", "innoskole/ui", "innoskole/municipalities"),
    *("innoskole/accounts", "innoskole/deadlines", "innoskole/notifications/__init__"),
    *("innoskole/jobs", "innoskole/reminders", "innoskole/calendars"),
    *(f"innoskole/notifications/{name}" for name in ("outbox", "tasks", "delivery", "models")),
    *("applications/__init__", "applications/selection", "applications/states", "applications/models"),
    *("applications/actions", "applications/tasks", "applications/views", "applications/forms"),
    *("cohorts/__init__", "assessment/__init__"),
]


@pytest.mark.parametrize(
    ("module", "imported", "broken"),
    [
        ("applications/views", "applications.actions", []),
        ("innoskole/accounts", "innoskole.notifications", [LAW_1]),
        ("innoskole/municipalities", "applications.models", [LAW_1]),
        ("innoskole/ui", "innoskole.accounts", [LAW_1]),
        ("applications/models", "cohorts", [LAW_1]),
        ("applications/models", "applications.actions", [LAW_2]),
        ("applications/actions", "applications.tasks", [LAW_2]),
        ("applications/forms", "applications.views", [LAW_2]),
        ("innoskole/notifications/delivery", "innoskole.notifications.tasks", [LAW_3]),
        ("innoskole/notifications/models", "innoskole.notifications.outbox", [LAW_3]),
        ("applications/selection", "random", [LAW_4]),
        ("applications/selection", "datetime", [LAW_4]),
        ("applications/selection", "time", [LAW_4]),
        ("applications/selection", "os", [LAW_4]),
        ("applications/selection", "celery", [LAW_4]),
        ("applications/selection", "django.db", [LAW_4]),
        ("applications/selection", "applications.states", [LAW_4]),
        ("applications/selection", "innoskole.ui", [LAW_4]),
    ],
)
def test_laws_1_to_4_are_broken_by(tmp_path: Path, module: str, imported: str, broken: list[str]) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in EMPTY_HOUSE:
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"import {imported}\n" if name == module else "")
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert re.findall(r"^(.+) BROKEN$", done.stdout, flags=re.M) == broken, done.stdout + done.stderr


# --- Law 7: closed by default ------------------------------------------------------------------------


def test_law_7_every_page_asks_for_a_login_unless_it_says_otherwise() -> None:
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE


# --- Laws 8 and 9: fields ----------------------------------------------------------------------------


@isolate_apps("innoskole")
def test_law_8_speaks_of_every_field_and_of_no_other() -> None:
    class Thing(models.Model):
        name = models.CharField(max_length=10)

        class Meta:
            app_label = "innoskole"

    def problems(statements: dict) -> list[str]:
        return [error.msg for error in checks.privacy_problems([Thing], statements)]

    full = {"purpose": "Show", "retention": "A year", "fields": {"id": "Key", "name": "Shown"}}
    assert problems({"innoskole.Thing": full}) == []
    assert problems({}) == [
        "docs/privacy states no purpose for innoskole.Thing.",
        "docs/privacy states no retention for innoskole.Thing.",
        "docs/privacy states no purpose for innoskole.Thing.id.",
        "docs/privacy states no purpose for innoskole.Thing.name.",
    ]
    stale = full | {"fields": {"id": "Key", "name": "", "age": "Gone"}}
    assert problems({"innoskole.Thing": stale, "innoskole.Gone": full}) == [
        "docs/privacy speaks of innoskole.Gone, which does not exist.",
        "docs/privacy states no purpose for innoskole.Thing.name.",
        "docs/privacy speaks of innoskole.Thing.age, which does not exist.",
    ]


def test_law_8_fails_when_the_folder_says_nothing(tmp_path: Path, settings) -> None:
    settings.BASE_DIR = tmp_path
    assert {error.id for error in checks.privacy(None)} == {"innoskole.E003", "innoskole.E004"}


@isolate_apps("innoskole")
def test_law_9_knows_moments_and_days_by_their_endings() -> None:
    class Thing(models.Model):
        sent_at = models.DateTimeField()
        born_on = models.DateField()
        sent = models.DateTimeField()
        born_at = models.DateField()
        looked_at = models.BooleanField()
        last_login = models.DateTimeField()

        class Meta:
            app_label = "innoskole"

    names = [error.msg.partition(" ")[0] for error in checks.name_problems([Thing])]
    assert names == ["innoskole.Thing.sent", "innoskole.Thing.born_at", "innoskole.Thing.looked_at"]


def test_laws_8_and_9_hold() -> None:
    assert [*checks.privacy(None), *checks.names_of_time(None)] == []


def test_the_checks_look_at_every_app_of_ours() -> None:
    installed = {name for name in settings.INSTALLED_APPS if name.partition(".")[0] in PACKAGES}
    labels = {model._meta.app_config.name for model in checks.our_models()}
    assert labels == {
        name for name in installed if list(apps.get_app_config(name.rpartition(".")[2]).get_models())
    }


# --- Law 10: the drawing of the states ---------------------------------------------------------------


def test_law_10_a_drawing_that_differs_is_refused(tmp_path: Path, settings) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError):
        call_command("states", check=True)
    call_command("states")
    call_command("states", check=True)
    drawing = tmp_path / "docs" / "states.md"
    drawing.write_text(drawing.read_text().replace("open --> closed", "open --> published"))
    with pytest.raises(CommandError):
        call_command("states", check=True)


def test_law_10_holds() -> None:
    call_command("states", check=True)


# --- Law 11: nothing untranslated --------------------------------------------------------------------


def catalog(*entries: tuple, **options) -> Catalog:
    made = Catalog(locale="nb", **options)
    for message, translation in entries:
        made.add(message, translation)
    return made


SOURCE = catalog(("Name", ""), ("%(n)s of %(m)s", ""), (("One day", "%(days)s days"), ""))


@pytest.mark.parametrize(
    ("translated", "problems"),
    [
        ({}, []),
        ({"Name": ""}, ["nb: 'Name' is empty"]),
        (
            {"%(n)s of %(m)s": "%(n)s av %(x)s"},
            ["nb: '%(n)s of %(m)s' has other placeholders than its translation"],
        ),
        ({("One day", "%(days)s days"): ("Én dag", "")}, ["nb: 'One day' is empty"]),
        (
            {("One day", "%(days)s days"): ("Én dag", "flere dager")},
            ["nb: 'One day' has other placeholders than its translation"],
        ),
        ({("One day", "%(days)s days"): ("%(days)s dag", "%(days)s dager")}, []),
        ({"Gone": "Borte"}, ["nb: 'Gone' is not in the source any more"]),
    ],
)
def test_law_11_sees(translated: dict, problems: list[str]) -> None:
    good = {
        "Name": "Navn",
        "%(n)s of %(m)s": "%(n)s av %(m)s",
        ("One day", "%(days)s days"): ("Én dag", "%(days)s dager"),
    }
    assert list(translations.problems_of(catalog(*(good | translated).items()), SOURCE)) == problems


def test_law_11_sees_what_is_missing_and_what_is_fuzzy() -> None:
    half = Catalog(locale="nb")
    half.add("Name", "Navn", flags=["fuzzy"])
    assert list(translations.problems_of(half, SOURCE)) == [
        "nb: 'Name' is fuzzy",
        "nb: '%(n)s of %(m)s' is missing",
        "nb: 'One day' is missing",
    ]


def test_law_11_sees_a_tag_that_is_broken_over_two_lines() -> None:
    broken = catalog(("Dear {{ name }}", "Kjære {{ name }}"))
    assert list(translations.problems_of(broken, broken)) == [
        "nb: 'Dear {{ name }}' has a template tag that is broken over two lines"
    ]


def test_extraction_finds_strings_in_python_and_templates(tmp_path: Path) -> None:
    for package in (*PACKAGES, "templates"):
        (tmp_path / package).mkdir()
    (tmp_path / "applications" / "models.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n\n\n"
        'def names():\n    return _("Plain"), ngettext("One", "Many", 2), pgettext("month", "May")\n'
    )
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}\n  <p>{% translate "Greeting" %}</p>\n'
        "    {% blocktranslate trimmed count n=n %}\n      {{ n }} apple\n"
        "    {% plural %}\n      {{ n }} apples\n  {% endblocktranslate %}\n"
    )
    found = translations.from_source(tmp_path)
    assert [(m.id, m.context, m.locations) for m in found if m.id] == [
        ("Plain", None, [("applications/models.py", 5)]),
        (("One", "Many"), None, [("applications/models.py", 5)]),
        ("May", "month", [("applications/models.py", 5)]),
        ("Greeting", None, [("templates/page.html", 2)]),
        (("%(n)s apple", "%(n)s apples"), None, [("templates/page.html", 3)]),
    ]


def test_update_adds_new_strings_drops_gone_ones_and_keeps_translations(tmp_path: Path) -> None:
    path = tmp_path / "locale" / "django.po"
    translations.update_catalog(path, "nb", catalog(("Name", ""), ("Gone", "")))
    path.write_text(path.read_text().replace('msgid "Name"\nmsgstr ""', 'msgid "Name"\nmsgstr "Navn"'))
    translations.update_catalog(path, "nb", catalog(("Name", ""), ("New", "")))
    with path.open("rb") as file:
        kept = {message.id: message.string for message in translations.read_po(file) if message.id}
    assert kept == {"Name": "Navn", "New": ""}
    before = path.stat().st_mtime_ns
    translations.update_catalog(path, "nb", catalog(("Name", ""), ("New", "")))
    assert path.stat().st_mtime_ns == before
    translations.compile_catalog(path)
    assert path.with_suffix(".mo").read_bytes()[:4] == b"\xde\x12\x04\x95"


def test_law_11_no_migration_is_missing(db) -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert out.getvalue() == "No changes detected\n"


# --- Rooms, names, loose ends ------------------------------------------------------------------------


def test_no_file_has_grown_past_what_one_reads_in_one_go() -> None:
    long = {str(path): (ROOT / path).read_text().count("\n") for path in our_files(".py")}
    assert {path: lines for path, lines in long.items() if lines > 420} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "common", "helpers", "services", "signals", "misc"}
    assert [str(path) for path in our_files(".py") if nothing & floors(path)] == []


def test_nothing_is_left_open() -> None:
    loose = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")

    def lines(path: Path, source: str) -> Iterator[int]:
        yield from (number for number, line in enumerate(source.splitlines(), 1) if loose.search(line))

    assert found_by(lines, ".py", ".html", ".txt", ".typ", ".js", ".css") == []


def inline_styles_and_scripts(path: Path, source: str) -> Iterator[int]:
    """What the content security policy would refuse: style and on… attributes, style and script elements."""
    refused = re.compile(
        r"""<[a-z][^<>]*\s(style|on[a-z]+)\s*=|<style\b|<script\b(?![^>]*(\ssrc=|type="application/))""", re.I
    )
    # Letters are no pages: mail programs know nothing else than inline styles.
    if path.parts[:2] != ("templates", "emails"):
        yield from (source[: match.start()].count("\n") + 1 for match in refused.finditer(source))


def test_templates_have_no_inline_style_or_script() -> None:
    assert found_by(inline_styles_and_scripts, ".html", ".svg") == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('<p>\n<a style="x">', [2]),
        ('<button onclick="x()">', [1]),
        ("<style>", [1]),
        ("<script>x()</script>", [1]),
        ('<script src="x.js" defer></script>', []),
        ('<script type="application/json">{}</script>', []),
        ('<input name="on" data-style="x">', []),
    ],
)
def test_inline_styles_and_scripts_are_seen(source: str, lines: list[int]) -> None:
    assert list(inline_styles_and_scripts(Path("templates/page.html"), source)) == lines


# --- The environment: settings, its documentation and the containers agree ---------------------------


def variables_of_settings() -> set[str]:
    tree = ast.parse((ROOT / "innoskole" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
    }


def test_the_example_documents_exactly_what_the_settings_read() -> None:
    documented = re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.M)
    assert sorted(documented) == sorted(variables_of_settings())


def test_containers_set_only_variables_that_the_settings_read() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ours = {name: service for name, service in services.items() if "build" in service}
    assert sorted(ours) == ["beat", "prepare", "watch", "web", "worker"]
    for service in ours.values():
        assert service["environment"].keys() - variables_of_settings() == set()
        assert {"PRODUCTION", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"} <= service[
            "environment"
        ].keys()
    image = (ROOT / "Dockerfile").read_text()
    final = image.rpartition("\nFROM ")[2]
    assert set(re.findall(r"\b([A-Z]{3,}(?:_[A-Z]+)*)=", final)) - variables_of_settings() == {
        "PATH",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
    }
    assert re.findall(r"^USER (\w+)$", final, flags=re.M) == ["innoskole"]
    commands = re.findall(r"CMD (\[.*\])$", final.replace("\\\n", ""), flags=re.M)
    health, serve = [json.loads(command) for command in commands]
    compile(health[2], "HEALTHCHECK", "exec")
    assert "/health/ready/" in health[2]
    assert serve[:2] == ["gunicorn", "innoskole.wsgi"]


@pytest.mark.parametrize(
    ("environment", "refusal"),
    [
        ({"PRODUCTION": "1"}, "SECRET_KEY must be set"),
        ({"PRODUCTION": "1", "SECRET_KEY": "short"}, "SECRET_KEY must be set"),
        ({"PRODUCTION": "1", "SECRET_KEY": "x" * 50, "DEBUG": "1"}, "DEBUG must be off"),
        ({"PRODUCTION": "1", "SECRET_KEY": "x" * 50}, ""),
        ({}, ""),
    ],
)
def test_production_does_not_start_with_a_default_secret_or_debug(environment: dict, refusal: str) -> None:
    command = [sys.executable, "-c", "import innoskole.settings"]
    clean = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=clean | environment)
    assert (refusal in done.stderr, done.returncode) == (True, 1 if refusal else 0)
