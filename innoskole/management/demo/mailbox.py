"""How `manage.py demo` shows the letters that leave: readable, and not hundreds of pages of them.

A backend is recognised by its three methods, so it need not know Django's own.
"""

import sys
from collections.abc import Sequence
from typing import Any, Protocol

from innoskole.management.demo.people import is_extra


class Letter(Protocol):
    to: list[str]
    subject: str
    body: str


class EmailBackend:
    """Prints a letter's text, and of one to the demo's invented crowd the subject only."""

    def __init__(self, **options: Any) -> None:
        self.stream = options.get("stream") or sys.stdout

    def open(self) -> bool:
        return True

    def close(self) -> None:
        self.stream.flush()

    def send_messages(self, letters: Sequence[Letter]) -> int:
        """Print each in one piece, so that several threads do not mix their letters. Returns their number."""
        for letter in letters:
            head = f"Mail to {', '.join(letter.to)}: {letter.subject}\n"
            body = "".join(f"    {line}\n" for line in letter.body.splitlines())
            self.stream.write(head if all(map(is_extra, letter.to)) else f"\n{head}\n{body}\n")
        return len(letters)
