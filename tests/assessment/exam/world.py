"""Exams as they stand behind the doors; each part adds its own objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """One line for each part."""
