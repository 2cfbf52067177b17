"""Exams as they stand behind the doors; each part adds its own objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.assessment.certificates import world as certificates_world
from tests.assessment.exam import (
    grading_world,
    paper_world,
    redress_world,
    registration_world,
    silence_world,
)
from tests.assessment.registry import world as registry_world

if TYPE_CHECKING:
    from tests.world import World


def build(world: World) -> None:
    """One line for each part."""
    registration_world.build(world)
    grading_world.build(world)
    paper_world.build(world)
    redress_world.build(world)
    registry_world.build(world)
    certificates_world.build(world)
    silence_world.build(world)
