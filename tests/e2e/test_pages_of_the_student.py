"""Every page of a student: the course, and the team's rooms as its people see them."""

import pytest

from tests.e2e.looking import doors_of, faults, whole
from tests.world import World

pytestmark = pytest.mark.usefixtures("transactional_db", "now")


def test_every_page_is_fit_for_everybody(new_page, log_in, live_server) -> None:
    world, page = World(), new_page()
    log_in(page, world.people["student"])
    doors = doors_of("student", but_not_of=["owner"])
    assert faults(page, live_server.url, world, whole(doors)) == ""
