"""Draws docs/states.md from the tables of states, so that the document cannot say anything else."""

from argparse import ArgumentParser
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import TextChoices
from django.utils.translation import override

from innoskole.checks import OUR_PACKAGES

HEAD = """# States

Every state that something can be in, and every move that is allowed. Generated from the tables in each
story's `states.py` by `manage.py states`; `make check` fails when the two differ, `make fix` writes it anew.
"""


class Command(BaseCommand):
    help = "Write docs/states.md from the tables of states, or compare the two."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "states.md"
        with override("en"):
            text = "\n".join([HEAD, *document()])
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError("docs/states.md is not what the tables say. Run: make fix")


def document() -> Iterator[str]:
    """The sections of the file, one for each machine of each story."""
    for config in apps.get_app_configs():
        if config.name.partition(".")[0] in OUR_PACKAGES and find_spec(f"{config.name}.states"):
            machines = getattr(import_module(f"{config.name}.states"), "MACHINES", {})
            for name, (states, moves) in machines.items():
                yield section(name, f"{config.name}.states", states, moves)


def section(name: str, module: str, states: type[TextChoices], moves: Any) -> str:
    """One machine as a diagram and a table; a state without moves is an end."""
    order = [state.value for state in states]
    lines = [f"## {name}", "", f"`{module}.{states.__name__}`", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in states]
    lines += [f"    [*] --> {order[0]}"]
    for state in states:
        following = sorted(moves[state], key=order.index)
        lines += [f"    {state.value} --> {target}" for target in following or ["[*]"]]
    lines += ["```", "", "| State | Name | May become |", "|---|---|---|"]
    for state in states:
        following = sorted(moves[state], key=order.index)
        targets = ", ".join(str(states(target).label) for target in following) or "— (final)"
        lines.append(f"| `{state.value}` | {state.label} | {targets} |")
    return "\n".join([*lines, ""])
