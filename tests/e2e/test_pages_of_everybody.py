"""Every page that is open to all."""

import pytest

from tests.e2e.looking import doors_of, faults, whole
from tests.world import World

pytestmark = pytest.mark.usefixtures("transactional_db", "now")


def test_every_page_is_fit_for_everybody(new_page, live_server) -> None:
    world, page = World(), new_page()
    doors = doors_of("anonymous")
    assert faults(page, live_server.url, world, whole(doors)) == ""
